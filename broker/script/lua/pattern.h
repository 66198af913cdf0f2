/* pattern.h - Lua's patterns with two limits that stock Lua has not: how deep a match may nest, and
 * what it costs (each step is counted by sandbox_spend()). Backtracking can take exponential time,
 * and no count hook runs inside a C function.
 *
 * Errors are raised in the state. A pattern ends at its first NUL byte, as in stock Lua 5.1. */
#ifndef MS_BROKER_SCRIPT_LUA_PATTERN_H
#define MS_BROKER_SCRIPT_LUA_PATTERN_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

enum {
    PATTERN_CAPTURES = 32,
    PATTERN_DEPTH = 2000 /* stock Lua 5.1 has no limit and crashes */
};

struct pattern_capture {
    const char *start;
    ptrdiff_t size; /* or one of the marks in pattern.c */
};

struct pattern {
    lua_State *state;
    const char *subject;
    const char *end; /* of the subject */
    int depth;
    unsigned steps; /* not yet reported to sandbox_spend() */
    int captures;
    struct pattern_capture capture[PATTERN_CAPTURES];
};

void pattern_init(struct pattern *match, lua_State *state, const char *subject, size_t size);

/* Matches `pattern` at `at`, which is inside the subject or its end. Returns where the match ends,
 * or NULL. */
const char *pattern_match(struct pattern *match, const char *at, const char *pattern);

/* Pushes capture `index`, counted from 0; without captures, 0 is the whole match [from, to). */
void pattern_push_capture(struct pattern *match, int index, const char *from, const char *to);

/* Pushes all captures, or the whole match if there are none and `from` is not NULL. Returns how
 * many it pushed. */
int pattern_push_captures(struct pattern *match, const char *from, const char *to);

#endif
