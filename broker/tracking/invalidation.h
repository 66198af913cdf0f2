/* invalidation.h - the message that tells a tracker what changed, on its way through the reactors.
 */
#ifndef MS_BROKER_TRACKING_INVALIDATION_H
#define MS_BROKER_TRACKING_INVALIDATION_H

#include "broker/session/output.h"
#include "core/bytes/span.h"

#include <stdbool.h>
#include <stddef.h>

struct reactor;
struct tracker;

enum invalidation_kind {
    INVALIDATE_READ,   /* of a key that the tracker has read */
    INVALIDATE_PREFIX, /* of keys with a prefix, to a tracker with BCAST */
    INVALIDATE_ALL,    /* of everything */
};

/* The array of names as it goes over the wire, the same in RESP2 and RESP3. One reference, the
 * caller's. */
struct shared_bytes *invalidation_names(const struct span *names, size_t count);

/* Sends a tracker word, as reactor `from`; whether it is still to hear of it and where it goes is
 * decided in its own reactor. `names` NULL with INVALIDATE_ALL. `own`: the tracker's connection
 * caused it. Any lock may be held. */
void invalidation_post(struct reactor *from, struct tracker *to, enum invalidation_kind kind,
                       struct shared_bytes *names, bool own);

#endif
