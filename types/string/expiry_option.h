/* expiry_option.h - the words of string commands that say when a key goes: EX, PX, EXAT, PXAT,
 * KEEPTTL and PERSIST. Reading them and checking the time are two steps, because commands look at
 * the key between the two. Nothing here changes the keyspace. */
#ifndef MS_TYPES_STRING_EXPIRY_OPTION_H
#define MS_TYPES_STRING_EXPIRY_OPTION_H

#include "core/command/reply.h"
#include "core/command/request.h"

enum expiry_word {
    EXPIRY_NONE = 0,
    EXPIRY_EX = 1 << 0,
    EXPIRY_PX = 1 << 1,
    EXPIRY_EXAT = 1 << 2,
    EXPIRY_PXAT = 1 << 3,
    EXPIRY_KEEPTTL = 1 << 4,
    EXPIRY_PERSIST = 1 << 5,
    EXPIRY_TIMES = EXPIRY_EX | EXPIRY_PX | EXPIRY_EXAT | EXPIRY_PXAT,
};

/* Start it zeroed. */
struct expiry_option {
    enum expiry_word word;
    struct span time; /* what followed the word, if the word takes a time */
    int64_t at_ms;    /* Unix time; set by expiry_option_resolve */
};

/* Reads the word at argument *at, if it is one of `allowed` (a mask of enum expiry_word) and goes
 * with what was read before: the same word again is fine, the later time counts. On true, *at is
 * the last argument that belongs to it. On false nothing changed; the caller tries its other
 * options and then calls it a syntax error. */
bool expiry_option_read(const struct request *rq, size_t *at, unsigned allowed,
                        struct expiry_option *option);

/* Turns the time into at_ms. Without a time it does nothing. Returns 0, or ERR_RANGE or ERR_SYNTAX
 * after writing the error reply, which names the command. */
int expiry_option_resolve(const struct request *rq, struct expiry_option *option,
                          struct reply *out);

/* True if the option gives a time that has come already, so that the key must go rather than be
 * given an expiry. A replay never decides that: it obeys what was logged. */
bool expiry_option_is_past(const struct request *rq, const struct expiry_option *option);

#endif
