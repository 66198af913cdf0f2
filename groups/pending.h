/* pending.h - the entries a group has delivered and nobody has acknowledged yet: ordered by id, by
 * owner and id, and by the time of their last delivery.
 *
 * Reads no clock and sends no reply: callers pass the time in (Unix milliseconds). Its stream's
 * shard must be held. About 26 bytes per entry once there are many; how, see pending_internal.h.
 *
 * A place (uint32_t) names one entry. It stays good while entries are claimed or released (touch,
 * release); adding and removing entries may move others, so it must not be kept across these. */
#ifndef MS_GROUPS_PENDING_H
#define MS_GROUPS_PENDING_H

#include "streams/id.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pending;

#define PENDING_NONE UINT32_MAX

/* What a consumer embeds to own entries: its number and the set of blocks that hold them. Only
 * `count`, the entries owned, is for others to read. */
struct pending_owner {
    uint64_t count;
    struct owner_chunk **chunks;
    uint32_t number;
    uint32_t chunk_count, chunk_capacity;
    uint32_t hint_chunk, hint_at; /* where the last search ended */
};

/* What is known of one entry. */
struct pending_entry {
    struct stream_id id;
    struct pending_owner *owner; /* NULL: released, nobody's */
    int64_t delivered_ms;        /* 0 for nobody's */
    int64_t count;               /* deliveries, saturating at INT64_MAX */
};

struct pending *pending_new(void);
void pending_free(struct pending *list); /* owners are the caller's; their sets are freed */

/* A copy whose owners are `owners`: an array indexed by owner number (see pending_owner_slots) of
 * fresh structs that the caller embeds in the copied consumers; NULL where there is none. */
struct pending *pending_copy(const struct pending *list, struct pending_owner **owners);
size_t pending_owner_slots(const struct pending *list); /* numbers are below this */

/* Lets `owner` own entries; it must stay where it is until it leaves. */
void pending_join(struct pending *list, struct pending_owner *owner);
/* Removes all entries of `owner` and the owner itself. Returns how many. O(its entries). */
uint64_t pending_leave(struct pending *list, struct pending_owner *owner);

uint64_t pending_count(const struct pending *list);         /* all entries */
uint64_t pending_unowned_count(const struct pending *list); /* those released by XNACK */
size_t pending_memory(const struct pending *list);          /* bytes, with the owners' sets */

/* --- One entry. */

/* The place of `id`, or PENDING_NONE. O(log n); O(1) when it is near the one found before. */
uint32_t pending_find(struct pending *list, struct stream_id id);
void pending_get(const struct pending *list, uint32_t place, struct pending_entry *entry);

/* Records a delivery. It joins the time list by `delivered_ms`, behind equal times; without owner
 * it joins the end of the released ones. O(1) for an id above all others delivered last, else O(log
 * n) and the walk to its time. Returns 0, or ERR_EXISTS if `id` is pending; then nothing changes.
 */
int pending_add(struct pending *list, struct stream_id id, struct pending_owner *owner,
                int64_t delivered_ms, int64_t count);

/* That many entries are about to be added at the end: room is made at once. */
void pending_expect(struct pending *list, size_t count);

/* Takes an entry out. */
void pending_remove(struct pending *list, uint32_t place);
/* The same by id; false if it is not pending. */
bool pending_remove_id(struct pending *list, struct stream_id id);

/* Gives the entry to `owner` (which may be its own already) as delivered at that time. */
void pending_touch(struct pending *list, uint32_t place, struct pending_owner *owner,
                   int64_t delivered_ms, int64_t count);

/* Takes the owner away; the entry goes to the end of the released ones, at the head of the time
 * list, and its time reads 0. */
void pending_release(struct pending *list, uint32_t place, int64_t count);

/* --- By id. */

uint32_t pending_first(const struct pending *list);
uint32_t pending_last(const struct pending *list);
uint32_t pending_seek(struct pending *list, struct stream_id id); /* smallest id >= `id` */
uint32_t pending_next(const struct pending *list, uint32_t place);

/* From `place` on (which may be PENDING_NONE), the first entry that is nobody's or was delivered at
 * or before `cutoff_ms`. Each entry passed over takes one of *budget; with the budget used up, the
 * place reached is returned. Blocks in which everything is newer are passed in O(1). */
uint32_t pending_seek_idle(struct pending *list, uint32_t place, int64_t cutoff_ms,
                           uint64_t *budget);

/* One owner's entries by id that were delivered at or before `cutoff_ms` (INT64_MAX: all). `place`
 * is the last one returned. O(blocks that hold some); newer blocks are passed in O(1). */
uint32_t pending_owner_seek(struct pending *list, struct pending_owner *owner, struct stream_id id,
                            int64_t cutoff_ms);
uint32_t pending_owner_next(struct pending *list, struct pending_owner *owner, uint32_t place,
                            int64_t cutoff_ms);

/* --- By time: the released ones first, in the order of their release, then by delivery time. */

uint32_t pending_oldest(const struct pending *list);
uint32_t pending_later(const struct pending *list, uint32_t place);

#endif
