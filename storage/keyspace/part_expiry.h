/* part_expiry.h - the keys of one database in one shard whose values have parts that expire by
 * themselves (a hash's fields): for each the earliest time of a part.
 *
 * A record per key, by name in a dict and by time in a heap: 16 bytes and the name, plus about 20
 * for both tables. The name is copied, since entries move. Keys without such parts cost nothing but
 * the look at an empty table. The shard must be held. */
#ifndef MS_STORAGE_KEYSPACE_PART_EXPIRY_H
#define MS_STORAGE_KEYSPACE_PART_EXPIRY_H

#include "core/bytes/span.h"
#include "core/dict/dict.h"
#include "storage/keyspace/time_heap.h"

#include <stdint.h>

/* Embeddable; starts zeroed, part_expiry_init before the first use. */
struct part_expiry {
    struct dict names;
    struct time_heap heap;
};

void part_expiry_init(struct part_expiry *parts);
void part_expiry_release(struct part_expiry *parts);

static inline size_t part_expiry_count(const struct part_expiry *parts)
{
    return parts->heap.count;
}

/* The earliest time of the key's parts is `at_ms` now (Unix ms), or it has none that expire (-1).
 * `hash` is the name's. */
void part_expiry_set(struct part_expiry *parts, uint64_t hash, struct span name, int64_t at_ms);

/* The key whose part is the next to expire, and when; an empty span with -1 if there is none. The
 * name is good until the next change. */
struct span part_expiry_first(const struct part_expiry *parts, int64_t *at_ms);

/* Bytes of tables and records; O(1), every record counted as large as the first. */
size_t part_expiry_memory(const struct part_expiry *parts);

#endif
