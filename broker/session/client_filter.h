/* client_filter.h - which connections CLIENT LIST and CLIENT KILL mean: filters as pairs of words,
 * of which a connection has to fit all. Belongs to one call; arguments are borrowed.
 *
 * Those of Redis: ID, TYPE, USER, ADDR, LADDR, SKIPME, MAXAGE. More that operators want: IP, NAME,
 * LIB-NAME, LIB-VER, DB, FLAGS (has all of these letters), IDLE (at least so many seconds), and
 * NOT- before each but SKIPME (NOT-TYPE PUBSUB: all that are no subscribers). */
#ifndef MS_BROKER_SESSION_CLIENT_FILTER_H
#define MS_BROKER_SESSION_CLIENT_FILTER_H

#include "core/command/command.h"

#include <stdbool.h>
#include <stdint.h>

struct session;
struct client_condition;

struct client_filter {
    const struct session *self;
    bool skip_self;
    int64_t now_ms;
    size_t count;
    struct client_condition *conditions; /* in the request's arena */
};

/* No condition yet: every connection fits, but the caller's own if `skip_self`. */
void client_filter_init(struct client_filter *filter, struct request *rq, bool skip_self);

/* Reads the pairs from argument `at` on. With `many_ids`, further arguments after ID's first that
 * are numbers belong to it. False after writing the error. */
bool client_filter_parse(struct client_filter *filter, struct request *rq, size_t at, bool many_ids,
                         struct reply *out);

/* Exclusive. A connection that is being closed fits never. O(conditions). */
bool client_filter_fits(const struct client_filter *filter, const struct session *session);

#endif
