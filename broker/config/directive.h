/* directive.h - the table of directives and the meaning of its kinds: how text becomes a value of a
 * snapshot and back. Known to broker/config only. */
#ifndef MS_BROKER_CONFIG_DIRECTIVE_H
#define MS_BROKER_CONFIG_DIRECTIVE_H

#include "broker/config/config.h"
#include "core/bytes/span.h"

#include <stddef.h>
#include <stdint.h>

enum directive_kind {
    DIRECTIVE_BOOL,              /* yes, no */
    DIRECTIVE_INT,               /* an int field */
    DIRECTIVE_INT64,             /* an int64_t field */
    DIRECTIVE_MEMORY,            /* int64_t bytes, with units when read */
    DIRECTIVE_MEMORY_OR_PERCENT, /* the same; "5%" is -5 */
    DIRECTIVE_OCTAL,             /* an int field */
    DIRECTIVE_ENUM,              /* an enum (int) field, by its position in the list of words */
    DIRECTIVE_STRING,
    DIRECTIVE_WORDS, /* several words, kept as they are */
    DIRECTIVE_BIND,
    DIRECTIVE_OUTPUT_LIMITS,
    DIRECTIVE_PERCENTILES,
    DIRECTIVE_SAVE,   /* pairs of seconds and changes, or nothing; kept as text */
    DIRECTIVE_EVENTS, /* letters of keyspace events, or nothing; an unsigned field */
    DIRECTIVE_FLAGS,  /* several of a list's words; an unsigned field: the first word is no bit, the
                         others are from 1 << 0 on */
    DIRECTIVE_OOM_VALUES, /* three numbers; a field of three ints */
};

enum directive_flag {
    DIRECTIVE_FIXED = 1 << 0,     /* not by CONFIG SET */
    DIRECTIVE_PROTECTED = 1 << 1, /* by CONFIG SET only as enable-protected-configs allows */
    DIRECTIVE_HIDDEN = 1 << 2,    /* shown only when asked for by its whole name */
    DIRECTIVE_SENSITIVE = 1 << 3, /* never in the log */
    DIRECTIVE_MULTI = 1 << 4,     /* takes several words on one line */
    DIRECTIVE_FILE_ONLY = 1 << 5, /* in files and on the command line; may be repeated */
    DIRECTIVE_IGNORED = 1 << 6,   /* accepted for old files, means nothing, not shown */
    DIRECTIVE_NAME = 1 << 8,      /* of something in a directory; no path */
    DIRECTIVE_MODULE = 1 << 7,    /* of search, time series and filters: kept for when they come */
    DIRECTIVE_TEXT = 1 << 9, /* without a field, and read as text by who needs it. What has neither
                                a field nor this flag has no effect: COMPATIBILITY.md names it */
};

#define DIRECTIVE_NO_FIELD SIZE_MAX

struct directive {
    const char *name, *alias;
    enum directive_kind kind;
    const char *initial;
    unsigned flags;
    int64_t min, max;
    const char *const *words; /* DIRECTIVE_ENUM, DIRECTIVE_FLAGS */
    size_t field;             /* offset in struct config, or DIRECTIVE_NO_FIELD: kept as text */
};

enum {
    DIRECTIVE_WORDS_LIMIT = 1024 /* of a line; a `user` may have many */
};

extern const struct directive directives[];
extern const int directive_count;

/* By name or alias in any case; NULL if unknown. */
const struct directive *directive_find(struct span name);

/* Checks `words` and puts the value into the snapshot. On failure nothing changes and the diag's
 * text is the detail that CONFIG SET shows. 0, ERR_SYNTAX or ERR_RANGE. */
int directive_set(struct config *config, const struct directive *directive, size_t count,
                  const struct span *words, struct diag *diag);

/* The value is another one than the default. */
bool directive_is_changed(const struct config *config, const struct directive *directive);

/* Appends the value as CONFIG GET shows it. */
void directive_get(const struct config *config, const struct directive *directive,
                   struct buffer *out);

/* A deep copy of a snapshot, and its end. */
struct config *config_copy(const struct config *config);
void config_drop(struct config *config);

/* Puts a changed copy in force; the old snapshot is freed. Exclusive. */
void config_replace(struct config_store *store, struct config *config);

/* Splits a line of a configuration file into words with quoting as in inline commands; the words
 * borrow from `scratch`. Returns their number, or ERR_SYNTAX on unbalanced quotes. */
int config_split(struct span line, struct buffer *scratch, struct span *words, size_t limit);

/* Appends a word so that config_split gives it back, in quotes if it needs them. */
void config_quote(struct buffer *out, struct span word);

/* Replaces the text of a directive that has no field, for CONFIG REWRITE. */
void directive_set_text(struct config *config, const char *name, struct span text);

/* Reads the text of a configuration file into the snapshot; `name` and line number go into errors.
 */
int config_read_text(struct config *config, struct span text, const char *name, int depth,
                     struct diag *diag);

#endif
