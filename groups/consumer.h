/* consumer.h - one reader in a group: its name, when it was seen, and what it owns. Belongs to its
 * group; the stream's shard must be held. */
#ifndef MS_GROUPS_CONSUMER_H
#define MS_GROUPS_CONSUMER_H

#include "groups/named.h"
#include "groups/pending.h"

struct consumer {
    struct named named; /* first, so that a named_set holds it; the bytes follow the struct */
    struct pending_owner owner;
    int64_t seen_ms;   /* last attempt to read or claim */
    int64_t active_ms; /* last successful one, -1 for never */
};

/* Not in any group yet. */
struct consumer *consumer_new(struct span name, int64_t now_ms);
void consumer_free(struct consumer *consumer);

static inline struct consumer *consumer_of(struct pending_owner *owner)
{
    return (struct consumer *)(void *)((char *)owner - offsetof(struct consumer, owner));
}

#endif
