/* regex.h - regular expressions (PCRE2 syntax, bytes rather than characters) with limits, so that
 * no pattern and no text can hold the server up for long. One thread at a time for each. */
#ifndef MS_CORE_TEXT_REGEX_H
#define MS_CORE_TEXT_REGEX_H

#include "core/bytes/span.h"

#include <stdbool.h>

enum {
    REGEX_PATTERN_LIMIT = 2048,   /* bytes of a pattern */
    REGEX_NEST_LIMIT = 100,       /* parentheses within parentheses */
    REGEX_MATCH_LIMIT = 1000000,  /* steps of one match */
    REGEX_DEPTH_LIMIT = 100000,   /* steps that can still be taken back */
    REGEX_HEAP_LIMIT_KIB = 16384, /* memory of one match */
    REGEX_REASON_SIZE = 160,      /* bytes of a reason, terminator included */
};

struct regex;

/* Compiles a pattern. 0, or ERR_SYNTAX, ERR_FULL (beyond a limit), ERR_NOMEM with the reason in
 * `reason`. As in POSIX, a dot matches any byte, and $ only the very end. */
int regex_new(struct span pattern, bool nocase, struct regex **out, char reason[REGEX_REASON_SIZE]);
void regex_free(struct regex *regex); /* NULL is allowed */

/* 1 if some part of `text` matches, 0 if none does, ERR_FULL if a limit was reached first. */
int regex_match(struct regex *regex, struct span text);

#endif
