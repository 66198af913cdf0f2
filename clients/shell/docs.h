/* docs.h - what the server says about its commands (COMMAND DOCS), for help, hints and completion.
 * Built once from the reply, then read-only. */
#ifndef MS_CLIENTS_SHELL_DOCS_H
#define MS_CLIENTS_SHELL_DOCS_H

#include "clients/c/millstream.h"
#include "core/bytes/buffer.h"
#include "core/bytes/span.h"

struct docs;

struct doc {
    struct span name; /* lower case; of a subcommand both words: "xgroup create" */
    struct span usage;
    struct span summary;
    struct span since;
    struct span group;
};

/* Takes what it needs out of a COMMAND DOCS reply of either protocol; anything that is not as
 * expected is left out. Never NULL. */
struct docs *docs_new(const struct ms_value *reply);
void docs_free(struct docs *docs);

/* Sorted by name. */
size_t docs_count(const struct docs *docs);
const struct doc *docs_at(const struct docs *docs, size_t at);

/* The command that the first words of a line name, a subcommand before its container; *used is how
 * many words that took. NULL when there is none. Case does not matter. */
const struct doc *docs_find(const struct docs *docs, const struct span *words, size_t count,
                            size_t *used);

/* Appends the part of `usage` that `typed` arguments have not answered yet. Optional parts may be
 * given in any order: an argument that is a keyword of one answers that part. */
void docs_hint(struct span usage, const struct span *typed, size_t count, struct buffer *out);

/* Appends all completions of the word `prefix` that follows the words before it, each with a line
 * feed: command names, subcommands, and keywords of the usage. */
void docs_complete(const struct docs *docs, const struct span *before, size_t count,
                   struct span prefix, struct buffer *out);

#endif
