/* diag.h - the reason behind an error code, in words for an operator. The caller owns the struct
 * (usually on its stack); a NULL diag is allowed everywhere and drops the words. */
#ifndef MS_CORE_BASE_DIAG_H
#define MS_CORE_BASE_DIAG_H

enum {
    DIAG_TEXT_LIMIT = 512
};

struct diag {
    int code;                   /* an enum err, 0 while nothing failed */
    char text[DIAG_TEXT_LIMIT]; /* cut to fit, always terminated */
};

/* Sets code and text; returns `code`, so that callers can `return diag_set(...)`. */
int diag_set(struct diag *diag, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Like diag_set with ERR_IO, adding ": <strerror(errno)>". Returns ERR_IO. */
int diag_errno(struct diag *diag, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts "<words>: " before the text that is there. Returns the code that is there. */
int diag_wrap(struct diag *diag, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
