/* pending_block.c - blocks of pending entries: their fields, and how slots move between them. The
 * layout is drawn in pending_internal.h. */
#include "groups/pending_internal.h"

#include "core/base/mem.h"

#include <string.h>

/* Capacities whose blocks fill a size class of the allocator: 192, 512, 1024, 2048, 3072 bytes. */
static const uint8_t capacities[] = {5, 17, 38, 78, PENDING_BLOCK_SLOTS};

/* The only block shrinks once so few entries are left. */
enum {
    DRAIN_REST = 4
};

static uint8_t capacity_for(size_t slots)
{
    size_t i = 0;

    CHECK(slots <= PENDING_BLOCK_SLOTS);
    while (capacities[i] < slots)
        i++;
    return capacities[i];
}

static struct radix_key tree_key(struct stream_id id)
{
    return (struct radix_key){.high = id.ms, .low = id.seq};
}

static void tree_add(struct pending *list, const struct pending_block *block)
{
    CHECK(radix_insert(list->tree, tree_key(block->base), (void *)((uintptr_t)block->number + 1),
                       1) == 0);
}

/* --- Blocks. */

static uint32_t take_number(struct pending *list)
{
    uint32_t number = list->table_free;

    if (number != PENDING_NONE) {
        list->table_free = (uint32_t)((uintptr_t)list->table[number] >> 1);
        return number;
    }
    if (list->table_used == list->table_capacity) {
        list->table_capacity = list->table_capacity ? 2 * list->table_capacity : 1;
        list->table = mem_realloc(list->table, list->table_capacity * sizeof(list->table[0]));
    }
    CHECK(list->table_used < PENDING_BLOCKS_LIMIT);
    return list->table_used++;
}

struct pending_block *pending_block_new(struct pending *list, struct stream_id base, size_t slots,
                                        uint32_t after)
{
    uint8_t capacity = capacity_for(slots);
    struct pending_block *block = mem_alloc(block_size(capacity));
    uint32_t next = after == PENDING_NONE ? list->first_block : list->table[after]->next;

    *block = (struct pending_block){.base = base,
                                    .number = take_number(list),
                                    .previous = after,
                                    .next = next,
                                    .capacity = capacity,
                                    .oldest = INT64_MAX};
    list->table[block->number] = block;
    if (after == PENDING_NONE)
        list->first_block = block->number;
    else
        list->table[after]->next = block->number;
    if (next == PENDING_NONE)
        list->last_block = block->number;
    else
        list->table[next]->previous = block->number;
    list->block_count++;
    if (list->tree) {
        tree_add(list, block);
    } else if (list->block_count == 2) {
        list->tree = radix_new();
        tree_add(list, list->table[list->first_block]);
        tree_add(list, list->table[list->last_block]);
    }
    return block;
}

void pending_block_drop(struct pending *list, struct pending_block *block)
{
    CHECK(block->live == 0);
    if (block->previous == PENDING_NONE)
        list->first_block = block->next;
    else
        list->table[block->previous]->next = block->next;
    if (block->next == PENDING_NONE)
        list->last_block = block->previous;
    else
        list->table[block->next]->previous = block->previous;
    if (list->found >> PENDING_SLOT_BITS == block->number)
        list->found = PENDING_NONE;
    list->block_count--;
    if (list->tree)
        CHECK(radix_remove(list->tree, tree_key(block->base)));
    list->table[block->number] = (void *)((uintptr_t)list->table_free << 1 | 1);
    list->table_free = block->number;
    mem_free(block->wide);
    mem_free(block);
    if (list->block_count == 0) {
        if (list->tree)
            radix_free(list->tree, NULL);
        list->tree = NULL;
        mem_free(list->table);
        list->table = NULL;
        list->table_capacity = list->table_used = 0;
        list->table_free = PENDING_NONE;
    }
}

struct pending_block *pending_block_resize(struct pending *list, struct pending_block *block,
                                           size_t slots)
{
    uint8_t capacity = capacity_for(slots);
    struct pending_block *to;

    if (capacity == block->capacity)
        return block;
    CHECK(capacity >= block->used);
    to = mem_alloc(block_size(capacity));
    *to = *block;
    to->capacity = capacity;
    memcpy(to->keys, block->keys, block->used * sizeof(block->keys[0]));
    memcpy(block_previous(to), block_previous(block), block->used * sizeof(uint32_t));
    memcpy(block_next(to), block_next(block), block->used * sizeof(uint32_t));
    memcpy(block_owners(to), block_owners(block), block->used * sizeof(uint32_t));
    memcpy(block_times(to), block_times(block), block->used * sizeof(uint32_t));
    memcpy(block_counts(to), block_counts(block), block->used);
    if (to->wide)
        to->wide = mem_realloc(to->wide, capacity * sizeof(to->wide[0]));
    list->table[to->number] = to;
    mem_free(block);
    return to;
}

static bool below(struct stream_id a, struct stream_id b)
{
    return a.ms < b.ms || (a.ms == b.ms && a.seq < b.seq);
}

struct pending_block *pending_block_floor(struct pending *list, struct stream_id id)
{
    struct pending_block *block;
    struct radix_leaf leaf;

    if (list->block_count == 0)
        return NULL;
    block = list->table[list->last_block];
    if (!below(id, block->base))
        return block;
    if (!list->tree)
        return NULL;
    if (list->found != PENDING_NONE) {
        block = block_of(list, list->found);
        if (!below(id, block->base) &&
            (block->next == PENDING_NONE || below(id, list->table[block->next]->base)))
            return block;
    }
    if (!radix_floor(list->tree, tree_key(id), &leaf))
        return NULL;
    return list->table[(uintptr_t)leaf.value - 1];
}

unsigned pending_block_search(const struct pending_block *block, struct stream_id id)
{
    unsigned low = 0, high = block->used;
    uint64_t key;

    if (below(id, block->base))
        return 0;
    if (block->wide) {
        while (low < high) {
            unsigned middle = (low + high) / 2;

            if (below(block->wide[middle].id, id))
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
    if (id.ms - block->base.ms > UINT32_MAX)
        return high;
    key = (id.ms - block->base.ms) << 32;
    if (id.seq > UINT32_MAX) {
        if (key == (uint64_t)UINT32_MAX << 32)
            return high;
        key += UINT64_C(1) << 32;
    } else {
        key |= id.seq;
    }
    while (low < high) {
        unsigned middle = (low + high) / 2;

        if (block->keys[middle] < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool pending_block_reaches(const struct pending_block *block, struct stream_id id)
{
    return block->wide || id.ms - block->base.ms <= UINT32_MAX;
}

/* --- Slots. */

static bool id_fits(const struct pending_block *block, struct stream_id id)
{
    return id.ms - block->base.ms <= UINT32_MAX && id.seq <= UINT32_MAX;
}

static bool count_fits(int64_t count)
{
    return count <= COUNT_DIRECT_MAX || count == INT64_MAX;
}

static bool time_fits(const struct pending_block *block, int64_t time)
{
    int64_t delta;

    return !__builtin_sub_overflow(time, block->time_base, &delta) && delta >= 0 &&
           delta <= UINT32_MAX;
}

/* Finds a time base from which every owned slot but `except` is in reach, and `time` too. False if
 * they lie too far apart. */
static bool time_base_for(struct pending_block *block, unsigned except, int64_t time,
                          int64_t *time_base)
{
    int64_t low = time, high = time, span;

    for (unsigned i = block->first; i < block->used; i++) {
        int64_t at;

        if (i == except || block_owners(block)[i] >= OWNER_NOBODY)
            continue;
        at = slot_time(block, i);
        low = at < low ? at : low;
        high = at > high ? at : high;
    }
    if (__builtin_sub_overflow(high, low, &span) || span > UINT32_MAX)
        return false;
    if (__builtin_sub_overflow(low, (UINT32_MAX - span) / 2, time_base))
        *time_base = low;
    return true;
}

static bool rebase_times(struct pending_block *block, unsigned except, int64_t time)
{
    int64_t time_base;

    if (!time_base_for(block, except, time, &time_base))
        return false;
    for (unsigned i = block->first; i < block->used; i++)
        if (i != except && block_owners(block)[i] < OWNER_NOBODY)
            block_times(block)[i] = (uint32_t)(slot_time(block, i) - time_base);
    block->time_base = time_base;
    return true;
}

static void make_wide(struct pending_block *block)
{
    struct pending_wide *wide = mem_alloc(block->capacity * sizeof(wide[0]));

    for (unsigned i = 0; i < block->used; i++) {
        bool owned = block_owners(block)[i] < OWNER_NOBODY;

        wide[i] = (struct pending_wide){.id = slot_id(block, i),
                                        .delivered_ms = owned ? slot_time(block, i) : 0,
                                        .count = slot_count(block, i)};
    }
    block->wide = wide;
}

static void write_narrow(struct pending_block *block, unsigned slot, struct stream_id id,
                         int64_t delivered_ms, int64_t count)
{
    bool owned = block_owners(block)[slot] < OWNER_NOBODY;

    block->keys[slot] = (id.ms - block->base.ms) << 32 | id.seq;
    block_times(block)[slot] = owned ? (uint32_t)(delivered_ms - block->time_base) : 0;
    block_counts(block)[slot] = count == INT64_MAX ? COUNT_IS_MAX : (uint8_t)count;
}

void pending_slot_write(struct pending_block *block, unsigned slot, struct stream_id id,
                        int64_t delivered_ms, int64_t count)
{
    bool owned = block_owners(block)[slot] < OWNER_NOBODY;

    if (!block->wide) {
        if (id_fits(block, id) && count_fits(count) &&
            (!owned || time_fits(block, delivered_ms) || rebase_times(block, slot, delivered_ms))) {
            write_narrow(block, slot, id, delivered_ms, count);
            return;
        }
        make_wide(block);
    }
    block->wide[slot] =
        (struct pending_wide){.id = id, .delivered_ms = owned ? delivered_ms : 0, .count = count};
}

/* Drops the wide array if every live slot fits without it. The block is compact. */
static void try_narrow(struct pending_block *block)
{
    struct pending_wide *wide = block->wide;
    int64_t time = 0, time_base;

    if (!wide)
        return;
    for (unsigned i = 0; i < block->used; i++) {
        if (!id_fits(block, wide[i].id) || !count_fits(wide[i].count))
            return;
        if (block_owners(block)[i] < OWNER_NOBODY)
            time = wide[i].delivered_ms;
    }
    if (!time_base_for(block, block->used, time, &time_base))
        return;
    block->time_base = time_base;
    block->wide = NULL;
    for (unsigned i = 0; i < block->used; i++)
        write_narrow(block, i, wide[i].id, wide[i].delivered_ms, wide[i].count);
    mem_free(wide);
}

/* Moves a live slot to a free one, in the same block or another; `used` is the caller's. */
static void slot_move(struct pending *list, struct pending_block *from, unsigned slot,
                      struct pending_block *to, unsigned at)
{
    uint32_t owner = block_owners(from)[slot];

    block_owners(to)[at] = owner;
    pending_slot_write(to, at, slot_id(from, slot),
                       owner < OWNER_NOBODY ? slot_time(from, slot) : 0, slot_count(from, slot));
    block_previous(to)[at] = block_previous(from)[slot];
    block_next(to)[at] = block_next(from)[slot];
    block_owners(from)[slot] = OWNER_DEAD;
    if (from != to) {
        from->live--;
        to->live++;
        if (owner == OWNER_NOBODY) {
            from->unowned--;
            to->unowned++;
        } else {
            pending_owner_subtract(list, owner, from);
            pending_owner_add(list, owner, to);
        }
    }
    pending_time_moved(list, place_of(from, slot), place_of(to, at));
}

/* Moves the live slots to the front. */
static void compact(struct pending *list, struct pending_block *block)
{
    unsigned at = 0;

    for (unsigned i = block->first; i < block->used; i++) {
        if (!slot_live(block, i))
            continue;
        if (i != at)
            slot_move(list, block, i, block, at);
        at++;
    }
    block->used = (uint8_t)at;
    block->first = 0;
    try_narrow(block);
}

/* Moves the upper half of a full, compact block to a new one. Returns the new one. */
static struct pending_block *split(struct pending *list, struct pending_block *block)
{
    unsigned half = block->used / 2u;
    struct pending_block *right =
        pending_block_new(list, slot_id(block, half), block->used - half + 1u, block->number);

    right->oldest = block->oldest;
    right->time_base = block->time_base;
    for (unsigned i = half; i < block->used; i++) {
        right->used++;
        slot_move(list, block, i, right, i - half);
    }
    block->used = (uint8_t)half;
    return right;
}

/* --- Room for a new entry. */

/* Lowers the base of the first block to `id`. False if its entries would be out of reach. */
static bool lower_base(struct pending *list, struct pending_block *block, struct stream_id id)
{
    uint64_t shift = block->base.ms - id.ms;

    if (!block->wide) {
        if (slot_id(block, block->used - 1u).ms - id.ms > UINT32_MAX)
            return false;
        for (unsigned i = 0; i < block->used; i++)
            block->keys[i] += shift << 32;
    }
    if (list->tree)
        CHECK(radix_remove(list->tree, tree_key(block->base)));
    block->base = id;
    if (list->tree)
        tree_add(list, block);
    return true;
}

static struct pending_block *append_slot(struct pending *list, struct pending_block *block,
                                         unsigned *slot)
{
    if (block->used == block->capacity) {
        size_t room = (size_t)block->used + (list->expected ? list->expected : 1);

        block = pending_block_resize(list, block,
                                     room < PENDING_BLOCK_SLOTS ? room : PENDING_BLOCK_SLOTS);
    }
    *slot = block->used++;
    block_owners(block)[*slot] = OWNER_DEAD;
    return block;
}

static struct pending_block *insert_slot(struct pending *list, struct pending_block *block,
                                         struct stream_id id, unsigned *slot)
{
    unsigned at;

    compact(list, block);
    if (block->used == PENDING_BLOCK_SLOTS) {
        struct pending_block *right = split(list, block);

        if (!below(id, right->base))
            block = right;
    }
    at = pending_block_search(block, id);
    block = append_slot(list, block, slot);
    for (unsigned i = block->used - 1u; i > at; i--)
        slot_move(list, block, i - 1, block, i);
    *slot = at;
    return block;
}

struct pending_block *pending_block_make_room(struct pending *list, struct stream_id id,
                                              unsigned *slot)
{
    struct pending_block *block = pending_block_floor(list, id);
    size_t room = list->expected ? list->expected : 1;

    if (!block && list->block_count > 0) {
        struct pending_block *first = list->table[list->first_block];

        if (first->live < PENDING_BLOCK_SLOTS && lower_base(list, first, id))
            block = first;
    }
    if (!block) {
        block = pending_block_new(list, id, list->block_count == 0 ? room : 1, PENDING_NONE);
        return append_slot(list, block, slot);
    }
    if (!below(slot_id(block, block->used - 1u), id))
        return insert_slot(list, block, id, slot);
    if (block->used == PENDING_BLOCK_SLOTS || !pending_block_reaches(block, id))
        block = pending_block_new(list, id, block->next == PENDING_NONE ? room : 1, block->number);
    return append_slot(list, block, slot);
}

/* --- Giving memory back. */

/* Moves everything in `right` to its left neighbour. False if that can't be. */
static bool merge(struct pending *list, uint32_t left_number, uint32_t right_number)
{
    struct pending_block *left, *right;

    if (left_number == PENDING_NONE || right_number == PENDING_NONE)
        return false;
    left = list->table[left_number];
    right = list->table[right_number];
    if (left->live + right->live > PENDING_MERGE_SLOTS ||
        (!left->wide && slot_id(right, right->used - 1u).ms - left->base.ms > UINT32_MAX))
        return false;
    compact(list, left);
    left = pending_block_resize(list, left, left->used + right->live);
    if (right->oldest < left->oldest)
        left->oldest = right->oldest;
    for (unsigned i = right->first; i < right->used; i++)
        if (slot_live(right, i)) {
            left->used++;
            slot_move(list, right, i, left, left->used - 1u);
        }
    pending_block_drop(list, right);
    return true;
}

void pending_block_tidy(struct pending *list, struct pending_block *block)
{
    switch (block->live) { /* tried now and then, not at each removal */
    case 28:
    case 15:
    case 8:
    case 4:
    case 2:
    case 1:
        break;
    default:
        return;
    }
    if (list->first_block == block->number && block->first + block->live == block->used &&
        (block->next != PENDING_NONE || block->live > DRAIN_REST))
        return; /* draining in order: it will be gone soon */
    if (merge(list, block->number, block->next) || merge(list, block->previous, block->number))
        return;
    if (capacity_for(2u * block->live) < block->capacity) {
        compact(list, block);
        pending_block_resize(list, block, 2u * block->live);
    }
}
