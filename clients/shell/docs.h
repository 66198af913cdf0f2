/* docs.h - what COMMAND DOCS says, fetched once: names for completion, usage for hints, words for
 * help. */
#ifndef MS_CLIENTS_SHELL_DOCS_H
#define MS_CLIENTS_SHELL_DOCS_H

#include "clients/shell/link.h"

struct docs;

/* Asks the server; an empty one if it does not know COMMAND DOCS. */
struct docs *docs_load(struct link *link);
void docs_free(struct docs *docs);

struct doc {
    char *name;  /* "XGROUP CREATE" */
    char *usage; /* "key group <id | $> [MKSTREAM] ..." */
    char *summary, *since, *group;
};

size_t docs_count(const struct docs *docs);
const struct doc *docs_at(const struct docs *docs, size_t at); /* in order of the names */

/* The longest name that begins the line, in any case: a subcommand before its container. NULL:
 * none. */
const struct doc *docs_for_line(const struct docs *docs, struct span line);

/* What is left to type of the usage, given the words that the line has behind the name. Appends it.
 */
void docs_hint(const struct doc *doc, struct span line, struct buffer *out);

/* The argument tree of COMMAND DOCS as usage text. */
void docs_write_usage(const struct resp_value *arguments, struct buffer *out);

#endif
