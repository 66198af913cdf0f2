/* lookahead.h - the next calls of a pipeline, read before the first of them runs.
 *
 * Their keys are known then, and the places in memory where they are looked up are fetched for all
 * of them at once, instead of being waited for one by one. Nothing is decided by it: what a call
 * changes for those behind it (the user, the database, the end of the connection) holds when they
 * run. */
#ifndef MS_BROKER_SESSION_LOOKAHEAD_H
#define MS_BROKER_SESSION_LOOKAHEAD_H

#include "broker/command/registry.h"
#include "core/bytes/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct session;

enum {
    LOOKAHEAD_CALLS = 16,
    LOOKAHEAD_ARGUMENTS = 128, /* of all of them; a call with more is read alone */
};

struct call {
    size_t argc; /* 0: an empty line */
    struct span *argv;
    size_t size;                   /* bytes of input */
    const struct command *command; /* the top-level one that it names; NULL: there is none */
    unsigned key_at;               /* the argument that is its key, if that is known; 0: is not */
    bool same_key;                 /* as the call before it */
    uint64_t key_hash;
    bool goes_on; /* the call behind it appends to the same stream, and removes nothing from it */
};

/* On the stack of who runs the calls. */
struct lookahead {
    struct call calls[LOOKAHEAD_CALLS];
    size_t count;
    bool is_borrowed; /* a single call, whose arguments are the parser's own */
    struct span argv[LOOKAHEAD_ARGUMENTS];
};

/* Reads the calls at the beginning of data[0 .. size), which must stay where it is until they have
 * run. 1 with at least one of them, else what request_parser_feed says. The parser has begun the
 * one behind them, if that is not all there; but with `is_borrowed`, it is to be reset once the
 * call has run. */
int lookahead_read(struct lookahead *self, struct session *session, const char *data, size_t size);

#endif
