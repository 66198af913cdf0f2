/* idmp.h - idempotent producers of a stream (section 20 of the specification): which idempotent ids
 * each producer has used, oldest first, so that an append repeated after a lost reply is found out.
 * Belongs to its stream; the shard must be held. */
#ifndef MS_STREAMS_IDMP_H
#define MS_STREAMS_IDMP_H

#include "core/bytes/span.h"
#include "streams/id.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stream;
struct stream_idmp;

enum {
    IDMP_HASH_SIZE = 16,
    IDMP_DURATION_DEFAULT_S =
        100, /* what the log supposes of a new stream, whatever is configured */
    IDMP_SIZE_DEFAULT = 100
};

void stream_idmp_free(struct stream_idmp *idmp); /* NULL is allowed */
struct stream_idmp *stream_idmp_copy(const struct stream_idmp *idmp);
size_t stream_idmp_memory(const struct stream_idmp *idmp);

/* The entry recorded for (pid, iid); false if it isn't known. */
bool stream_idmp_find(const struct stream *stream, struct span pid, struct span iid,
                      struct stream_id *id);

/* Counts a duplicate. */
void stream_idmp_count_duplicate(struct stream *stream);

/* Records (pid, iid) -> id as the producer's newest, dropping its oldest beyond the maximum. The
 * pair must not be known. */
void stream_idmp_record(struct stream *stream, struct span pid, struct span iid,
                        struct stream_id id);

/* Drops what is older than the duration. O(dropped + producers): for who shows the counts, and for
 * a timer. */
void stream_idmp_expire(struct stream *stream, int64_t now_ms);

/* The same for one producer, and for a few others whose turn it is. O(dropped). */
void stream_idmp_expire_some(struct stream *stream, int64_t now_ms, struct span pid);

/* Drops the pair, and what the producer recorded before it; nothing if it isn't known. */
void stream_idmp_forget_upto(struct stream *stream, struct span pid, struct span iid);

/* New limits empty the map. Returns false if nothing differs. */
bool stream_idmp_configure(struct stream *stream, uint32_t duration_s, uint32_t max_size);

struct stream_idmp_facts {
    uint32_t duration_s, max_size;
    uint64_t pids, iids, added, duplicates;
};

void stream_idmp_facts(const struct stream *stream, struct stream_idmp_facts *facts);

/* Restores the counts of all time, after recording what is known. */
void stream_idmp_set_counts(struct stream *stream, uint64_t added, uint64_t duplicates);

/* Calls `producer` for each one with how many iids it has, then `iid` for each of these, oldest
 * first. */
void stream_idmp_each(const struct stream *stream,
                      void (*producer)(void *context, struct span pid, size_t iids),
                      void (*iid)(void *context, struct span iid, struct stream_id id),
                      void *context);

/* The iid of IDMPAUTO: a 128-bit hash of the pairs in which their order does not matter. */
void stream_idmp_hash(size_t count, const struct span *fields, unsigned char iid[IDMP_HASH_SIZE]);

#endif
