/* pending_internal.h - how pending entries are laid out. Only pending*.c and its test include it.
 *
 * Entries lie in blocks of at most 120 slots, in id order:
 *
 *   struct pending_block (64 bytes) | keys 8 | previous 4 | next 4 | owner 4 | time 4 | count 1
 *                                     `------------- arrays of `capacity` elements ------------'
 *
 *   key       (ms - base.ms) << 32 | seq
 *   previous, next   the time list; a place is block number << 7 | slot
 *   owner     a number, or nobody (released), or dead (acknowledged; the slot is free)
 *   time      delivered_ms - time_base
 *   count     0 .. 253, 254 for INT64_MAX
 *
 * 25 bytes a slot; a full block is 3,064 bytes, of jemalloc's 3,072. A block in which one entry
 * does not fit these fields (a sequence above 2^32, times 49 days apart, 300 deliveries) becomes
 * wide: a second array holds ids, times and counts of all its slots in full.
 *
 * Blocks are numbered; list->table finds them. A radix tree by base finds the block of an id once
 * there are two blocks. Each owner has a sorted set of (block number << 7 | entries there), 4 bytes
 * a pair, in chunks (pending_owner.c).
 *
 * Invariants: keys rise within a block, also over dead slots; every id in
 * a block is >= its base and below the next one's; the last slot in use is live, no live slot is
 * before `first`; no live entry was delivered before `oldest`; no block is empty.
 *
 * Slots move when a block is compacted, split, or merged with a neighbour (pending_block.c), one by
 * one, each time with its two neighbours in the time list told, so that every state between is
 * consistent. Removing entries makes sparse neighbours merge and blocks shrink, except for the
 * first block while it drains in order: it will be gone soon. */
#ifndef MS_GROUPS_PENDING_INTERNAL_H
#define MS_GROUPS_PENDING_INTERNAL_H

#include "core/base/check.h"
#include "core/radix/radix.h"
#include "groups/pending.h"

enum {
    PENDING_SLOT_BITS = 7,
    PENDING_SLOT_MASK = (1 << PENDING_SLOT_BITS) - 1,
    PENDING_BLOCK_SLOTS = 120,
    PENDING_SLOT_SIZE = 8 + 4 + 4 + 4 + 4 + 1,
    PENDING_BLOCKS_LIMIT = 1 << 25, /* block numbers; 4 * 10^9 entries */
    PENDING_MERGE_SLOTS = 90,       /* neighbours with no more than this together become one */
    OWNER_CHUNK_PAIRS = 126,        /* with its header 512 bytes */
};

#define OWNER_NOBODY (UINT32_MAX - 1)
#define OWNER_DEAD   UINT32_MAX

enum {
    COUNT_DIRECT_MAX = 253,
    COUNT_IS_MAX = 254
};

/* One slot's numbers in full. */
struct pending_wide {
    struct stream_id id;
    int64_t delivered_ms;
    int64_t count;
};

struct pending_block {
    struct stream_id base;
    uint32_t number, previous, next; /* neighbours in id order, by number; PENDING_NONE */
    uint8_t capacity, used, live;
    uint8_t first;
    int64_t time_base;
    int64_t oldest;
    struct pending_wide *wide; /* NULL, or `capacity` of them */
    uint32_t unowned;          /* live slots that are nobody's */
    uint64_t keys[];
};

struct owner_chunk {
    uint32_t count, capacity;
    uint32_t pairs[];
};

struct pending {
    struct pending_block **table; /* by number; a free number holds the next free one, tagged */
    uint32_t table_capacity, table_used, table_free;
    uint32_t block_count, first_block, last_block;
    struct radix *tree; /* base -> number + 1; NULL while there is at most one block */
    uint64_t count, unowned;
    uint32_t head, tail; /* of the time list */
    uint32_t zone_tail;  /* the last released one */
    uint32_t time_hint;  /* where the last insertion into the middle of the time list went */
    uint32_t found;      /* the place found last, or what is left of it; PENDING_NONE */
    uint32_t expected;   /* see pending_expect */
    struct pending_owner **owners; /* by number; free ones as in table */
    uint32_t owner_capacity, owner_used, owner_free;
};

static inline size_t block_size(uint8_t capacity)
{
    return sizeof(struct pending_block) + (size_t)capacity * PENDING_SLOT_SIZE;
}

static inline uint32_t *block_previous(struct pending_block *block)
{
    return (uint32_t *)(block->keys + block->capacity);
}

static inline uint32_t *block_next(struct pending_block *block)
{
    return (uint32_t *)(block->keys + block->capacity) + block->capacity;
}

static inline uint32_t *block_owners(struct pending_block *block)
{
    return (uint32_t *)(block->keys + block->capacity) + 2 * (size_t)block->capacity;
}

static inline uint32_t *block_times(struct pending_block *block)
{
    return (uint32_t *)(block->keys + block->capacity) + 3 * (size_t)block->capacity;
}

static inline uint8_t *block_counts(struct pending_block *block)
{
    return (uint8_t *)((uint32_t *)(block->keys + block->capacity) + 4 * (size_t)block->capacity);
}

static inline struct pending_block *block_of(const struct pending *list, uint32_t place)
{
    return list->table[place >> PENDING_SLOT_BITS];
}

static inline unsigned slot_of(uint32_t place)
{
    return place & PENDING_SLOT_MASK;
}

static inline uint32_t place_of(const struct pending_block *block, unsigned slot)
{
    return block->number << PENDING_SLOT_BITS | slot;
}

static inline struct stream_id slot_id(const struct pending_block *block, unsigned slot)
{
    if (block->wide)
        return block->wide[slot].id;
    return (struct stream_id){.ms = block->base.ms + (block->keys[slot] >> 32),
                              .seq = block->keys[slot] & UINT32_MAX};
}

/* Of a live slot that has an owner. */
static inline int64_t slot_time(struct pending_block *block, unsigned slot)
{
    if (block->wide)
        return block->wide[slot].delivered_ms;
    return block->time_base + block_times(block)[slot];
}

static inline int64_t slot_count(struct pending_block *block, unsigned slot)
{
    uint8_t count = block_counts(block)[slot];

    if (block->wide)
        return block->wide[slot].count;
    return count == COUNT_IS_MAX ? INT64_MAX : count;
}

static inline bool slot_live(struct pending_block *block, unsigned slot)
{
    return block_owners(block)[slot] != OWNER_DEAD;
}

/* --- pending_block.c: blocks and what lies in them. */

/* A new empty block with room for `slots`, placed after the block `after` (PENDING_NONE: first). */
struct pending_block *pending_block_new(struct pending *list, struct stream_id base, size_t slots,
                                        uint32_t after);
/* Frees an empty block. */
void pending_block_drop(struct pending *list, struct pending_block *block);
/* Gives the block another capacity, at least `slots`; it must be >= used. The block moves. */
struct pending_block *pending_block_resize(struct pending *list, struct pending_block *block,
                                           size_t slots);
/* The block with the greatest base <= id, or NULL. */
struct pending_block *pending_block_floor(struct pending *list, struct stream_id id);
/* The first slot, dead ones counted, whose id is >= `id`; `used` if there is none. */
unsigned pending_block_search(const struct pending_block *block, struct stream_id id);
/* True if the id can be held in the block without making it wide for the distance in ms. */
bool pending_block_reaches(const struct pending_block *block, struct stream_id id);
/* Writes the slot's id, time and count, making the block wide if they don't fit. The owner must be
 * set before. */
void pending_slot_write(struct pending_block *block, unsigned slot, struct stream_id id,
                        int64_t delivered_ms, int64_t count);
/* Makes room for `id` at the right place and returns the block, with *slot free for it. The id
 * must be absent. The block's `used` counts the slot already; its owner reads dead. */
struct pending_block *pending_block_make_room(struct pending *list, struct stream_id id,
                                              unsigned *slot);
/* After a removal: merges the block with a neighbour or shrinks it if it became sparse. */
void pending_block_tidy(struct pending *list, struct pending_block *block);

/* --- pending_owner.c: which blocks hold an owner's entries. */

void pending_owner_add(struct pending *list, uint32_t number, const struct pending_block *block);
void pending_owner_subtract(struct pending *list, uint32_t number,
                            const struct pending_block *block);
/* The first pair whose block may hold ids >= `id`, or whose block is `block` or later. */
bool pending_owner_pair(const struct pending *list, struct pending_owner *owner,
                        struct stream_id id, uint32_t *chunk, uint32_t *at);
void pending_owner_release(struct pending_owner *owner);
void pending_owner_copy(struct pending_owner *to, const struct pending_owner *from);
size_t pending_owner_memory(const struct pending_owner *owner);

/* --- pending_time.c: the time list. */

void pending_time_unlink(struct pending *list, uint32_t place);
/* Links by the slot's time, or to the end of the released ones if it is nobody's. */
void pending_time_link(struct pending *list, uint32_t place);
/* The slot `from` now lies at `to`: its neighbours are told. Links were copied already. */
void pending_time_moved(struct pending *list, uint32_t from, uint32_t to);

#endif
