/* group.h - a consumer group: how far it has read, who reads, and what is delivered but not yet
 * acknowledged. Groups belong to their stream, which knows them through the hooks at the end. The
 * stream's shard must be held.
 *
 * Who gets what is decided in deliver.h; this is where it is kept. */
#ifndef MS_GROUPS_GROUP_H
#define MS_GROUPS_GROUP_H

#include "groups/consumer.h"
#include "groups/named.h"
#include "groups/pending.h"

#include <stdbool.h>

struct stream; /* streams/stream.h */

enum {
    GROUP_READ_UNKNOWN = -1 /* entries_read: not known */
};

struct group {
    struct named named;       /* first; the bytes follow the struct */
    struct stream_id last_id; /* the last entry delivered as new */
    int64_t entries_read;     /* logical reads, or GROUP_READ_UNKNOWN */
    struct pending *pending;
    struct named_set consumers; /* struct consumer */
};

/* --- Groups of a stream. */

/* The group, or NULL. O(log groups). */
struct group *group_find(const struct stream *stream, struct span name);

/* Adds a group whose name must be absent. */
struct group *group_create(struct stream *stream, struct span name, struct stream_id last_id,
                           int64_t entries_read);

/* Removes the group with consumers and pending entries. O(all of these). */
void group_destroy(struct stream *stream, struct group *group);

/* All groups in byte order of their names: struct group *. NULL if there was never one. */
const struct named_set *group_all(const struct stream *stream);

/* --- Consumers. */

struct consumer *group_consumer(const struct group *group, struct span name); /* NULL: none */

/* Adds a consumer whose name must be absent. */
struct consumer *group_add_consumer(struct group *group, struct span name, int64_t now_ms);

/* Removes it with its pending entries; returns how many these were. */
uint64_t group_drop_consumer(struct group *group, struct consumer *consumer);

static inline struct consumer *group_consumer_at(const struct group *group, uint32_t at)
{
    return (struct consumer *)group->consumers.items[at];
}

/* --- Counting. */

/* Live entries that the group has still to read. Exact. O(log n). */
uint64_t group_lag(const struct group *group, const struct stream *stream);

/* Moves last_id to `id`, an entry just delivered as new, and counts the read. */
void group_advance(struct group *group, const struct stream *stream, struct stream_id id);

/* True if group_advance will count one read for each entry from now on, so that a caller may do so
 * itself and set last_id at the end: no deletion lies ahead, and the count is known. */
bool group_counts_simply(const struct group *group, const struct stream *stream);

/* Bytes of the group with everything in it. O(consumers + blocks of pending entries). */
size_t group_memory(const struct group *group);

#endif
