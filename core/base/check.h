/* check.h - assertions that stay on in release builds. A failed CHECK is a bug of ours, never a
 * client's mistake: it prints the place and a trace to standard error and aborts the process. */
#ifndef MS_CORE_BASE_CHECK_H
#define MS_CORE_BASE_CHECK_H

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (__builtin_expect(!(condition), 0))                                                     \
            check_failed(#condition, __FILE__, __LINE__);                                          \
    } while (0)

/* What check_failed calls before it aborts; NULL: nothing. It may not return by other means than
 * returning, and gets no memory. Set once, before there are threads. */
void check_set_hook(void (*hook)(const char *condition, const char *file, int line));

/* Prints `what failed` with a stack trace, runs the hook if there is one, and aborts. */
_Noreturn void check_failed(const char *condition, const char *file, int line);

#endif
