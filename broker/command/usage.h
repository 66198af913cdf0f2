/* usage.h - reads a command's usage text into the argument tree that COMMAND DOCS reports, so that
 * syntax is written down once. Grammar of the text:
 *
 *   WORD            a literal token           name           an argument
 *   [ ... ]         optional                  < a | b >      one of
 *   item [item ...] repeatable                a | b          one of, inside brackets
 */
#ifndef MS_BROKER_COMMAND_USAGE_H
#define MS_BROKER_COMMAND_USAGE_H

#include "core/bytes/arena.h"
#include "core/bytes/span.h"

#include <stdbool.h>
#include <stddef.h>

enum usage_type {
    USAGE_STRING,
    USAGE_INTEGER,
    USAGE_DOUBLE,
    USAGE_KEY,
    USAGE_PATTERN,
    USAGE_UNIX_TIME,
    USAGE_PURE_TOKEN,
    USAGE_ONEOF,
    USAGE_BLOCK,
};

enum {
    USAGE_DEPTH_LIMIT = 8
};

/* A node of the tree, in the arena. */
struct usage_argument {
    enum usage_type type;
    struct span name;  /* lower case for tokens */
    struct span token; /* the word before the argument; empty if none */
    bool optional, multiple, multiple_token;
    struct usage_argument *first, *next; /* children of oneof and block; sibling */
};

/* The arguments in order; NULL if there are none or the text does not follow the grammar. */
struct usage_argument *usage_parse(struct arena *arena, const char *text);

/* The type's name as COMMAND DOCS has it. */
const char *usage_type_name(enum usage_type type);

#endif
