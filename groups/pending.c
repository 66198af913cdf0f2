/* pending.c - pending entries, seen from outside. The structure is explained in pending_internal.h.
 */
#include "groups/pending.h"

#include "core/base/error.h"
#include "core/base/mem.h"
#include "groups/pending_internal.h"

struct pending *pending_new(void)
{
    struct pending *list = mem_zalloc(sizeof(*list));

    list->table_free = list->owner_free = PENDING_NONE;
    list->first_block = list->last_block = PENDING_NONE;
    list->head = list->tail = list->zone_tail = list->time_hint = PENDING_NONE;
    list->found = PENDING_NONE;
    return list;
}

static bool is_free_owner(const struct pending_owner *owner)
{
    return (uintptr_t)owner & 1;
}

void pending_free(struct pending *list)
{
    uint32_t number, next;

    if (!list)
        return;
    for (number = list->first_block; number != PENDING_NONE; number = next) {
        next = list->table[number]->next;
        mem_free(list->table[number]->wide);
        mem_free(list->table[number]);
    }
    for (uint32_t i = 0; i < list->owner_used; i++)
        if (!is_free_owner(list->owners[i]))
            pending_owner_release(list->owners[i]);
    if (list->tree)
        radix_free(list->tree, NULL);
    mem_free(list->table);
    mem_free(list->owners);
    mem_free(list);
}

struct pending *pending_copy(const struct pending *list, struct pending_owner **owners)
{
    struct pending *copy = mem_dup(list, sizeof(*list));

    if (list->table)
        copy->table = mem_dup(list->table, list->table_capacity * sizeof(list->table[0]));
    if (list->tree)
        copy->tree = radix_new();
    for (uint32_t number = list->first_block; number != PENDING_NONE;
         number = list->table[number]->next) {
        const struct pending_block *from = list->table[number];
        struct pending_block *block = mem_dup(from, block_size(from->capacity));

        if (from->wide)
            block->wide = mem_dup(from->wide, from->capacity * sizeof(from->wide[0]));
        copy->table[number] = block;
        if (copy->tree)
            radix_insert(copy->tree,
                         (struct radix_key){.high = block->base.ms, .low = block->base.seq},
                         (void *)((uintptr_t)number + 1), 1);
    }
    if (list->owners)
        copy->owners = mem_dup(list->owners, list->owner_capacity * sizeof(list->owners[0]));
    for (uint32_t i = 0; i < list->owner_used; i++) {
        if (is_free_owner(list->owners[i]))
            continue;
        copy->owners[i] = owners[i];
        pending_owner_copy(owners[i], list->owners[i]);
    }
    return copy;
}

size_t pending_owner_slots(const struct pending *list)
{
    return list->owner_used;
}

void pending_join(struct pending *list, struct pending_owner *owner)
{
    uint32_t number = list->owner_free;

    if (number != PENDING_NONE) {
        list->owner_free = (uint32_t)((uintptr_t)list->owners[number] >> 1);
    } else {
        if (list->owner_used == list->owner_capacity) {
            list->owner_capacity = list->owner_capacity ? 2 * list->owner_capacity : 2;
            list->owners =
                mem_realloc(list->owners, list->owner_capacity * sizeof(list->owners[0]));
        }
        number = list->owner_used++;
        CHECK(number < OWNER_NOBODY);
    }
    *owner = (struct pending_owner){.number = number};
    list->owners[number] = owner;
}

uint64_t pending_leave(struct pending *list, struct pending_owner *owner)
{
    uint64_t count = owner->count;

    while (owner->count > 0)
        pending_remove(list, pending_owner_seek(list, owner, (struct stream_id){0, 0}, INT64_MAX));
    pending_owner_release(owner);
    list->owners[owner->number] = (struct pending_owner *)((uintptr_t)list->owner_free << 1 | 1);
    list->owner_free = owner->number;
    return count;
}

uint64_t pending_count(const struct pending *list)
{
    return list->count;
}

uint64_t pending_unowned_count(const struct pending *list)
{
    return list->unowned;
}

size_t pending_memory(const struct pending *list)
{
    size_t size = mem_size(list) + mem_size(list->table) + mem_size(list->owners);

    if (list->tree)
        size += radix_memory(list->tree);
    for (uint32_t number = list->first_block; number != PENDING_NONE;
         number = list->table[number]->next)
        size += mem_size(list->table[number]) + mem_size(list->table[number]->wide);
    for (uint32_t i = 0; i < list->owner_used; i++)
        if (!is_free_owner(list->owners[i]))
            size += pending_owner_memory(list->owners[i]);
    return size;
}

/* --- One entry. */

static bool same(struct stream_id a, struct stream_id b)
{
    return a.ms == b.ms && a.seq == b.seq;
}

uint32_t pending_find(struct pending *list, struct stream_id id)
{
    struct pending_block *block = pending_block_floor(list, id);
    unsigned slot, after;

    if (!block)
        return PENDING_NONE;
    slot = block->first;
    if (!same(slot_id(block, slot), id)) { /* not the next one in order */
        after = list->found >> PENDING_SLOT_BITS == block->number ? slot_of(list->found) + 1 : 0;
        if (after > 0 && after < block->used && same(slot_id(block, after), id))
            slot = after; /* the one behind the last one found */
        else
            slot = pending_block_search(block, id);
    }
    if (slot >= block->used)
        return PENDING_NONE;
    list->found = place_of(block, slot);
    if (!slot_live(block, slot) || !same(slot_id(block, slot), id))
        return PENDING_NONE;
    return list->found;
}

void pending_get(const struct pending *list, uint32_t place, struct pending_entry *entry)
{
    struct pending_block *block = block_of(list, place);
    unsigned slot = slot_of(place);
    uint32_t owner = block_owners(block)[slot];

    CHECK(slot < block->used && owner != OWNER_DEAD);
    entry->id = slot_id(block, slot);
    entry->owner = owner == OWNER_NOBODY ? NULL : list->owners[owner];
    entry->delivered_ms = owner == OWNER_NOBODY ? 0 : slot_time(block, slot);
    entry->count = slot_count(block, slot);
}

void pending_expect(struct pending *list, size_t count)
{
    list->expected = count < PENDING_BLOCK_SLOTS ? (uint32_t)count : PENDING_BLOCK_SLOTS;
}

/* Fills a slot whose owner reads dead and links it. */
static void fill(struct pending *list, struct pending_block *block, unsigned slot,
                 struct stream_id id, struct pending_owner *owner, int64_t delivered_ms,
                 int64_t count)
{
    if (!owner) {
        block_owners(block)[slot] = OWNER_NOBODY;
        block->unowned++;
        list->unowned++;
    } else {
        block_owners(block)[slot] = owner->number;
        if (block->live == 0) /* half the reach for times before this one */
            block->time_base = delivered_ms - (INT64_C(1) << 31);
        if (delivered_ms < block->oldest)
            block->oldest = delivered_ms;
        pending_owner_add(list, owner->number, block);
    }
    pending_slot_write(block, slot, id, delivered_ms, count);
    block->live++;
    list->count++;
    pending_time_link(list, place_of(block, slot));
}

int pending_add(struct pending *list, struct stream_id id, struct pending_owner *owner,
                int64_t delivered_ms, int64_t count)
{
    struct pending_block *block;
    unsigned slot;

    CHECK(delivered_ms >= 0 && count >= 0);
    if (list->last_block != PENDING_NONE) {
        block = list->table[list->last_block];
        if (stream_id_compare(id, slot_id(block, block->used - 1u)) <= 0 &&
            pending_find(list, id) != PENDING_NONE)
            return ERR_EXISTS;
    }
    block = pending_block_make_room(list, id, &slot);
    if (slot < block->first)
        block->first = (uint8_t)slot;
    if (list->expected > 0)
        list->expected--;
    fill(list, block, slot, id, owner, delivered_ms, count);
    return 0;
}

void pending_remove(struct pending *list, uint32_t place)
{
    struct pending_block *block = block_of(list, place);
    unsigned slot = slot_of(place);
    uint32_t *owners = block_owners(block);
    uint32_t owner = owners[slot];

    CHECK(slot < block->used && owner != OWNER_DEAD);
    pending_time_unlink(list, place);
    owners[slot] = OWNER_DEAD;
    list->count--;
    block->live--;
    if (owner == OWNER_NOBODY) {
        block->unowned--;
        list->unowned--;
    } else {
        pending_owner_subtract(list, owner, block);
    }
    if (block->live == 0) {
        pending_block_drop(list, block);
        return;
    }
    while (owners[block->first] == OWNER_DEAD)
        block->first++;
    while (owners[block->used - 1] == OWNER_DEAD)
        block->used--;
    pending_block_tidy(list, block);
}

bool pending_remove_id(struct pending *list, struct stream_id id)
{
    uint32_t place = pending_find(list, id);

    if (place == PENDING_NONE)
        return false;
    pending_remove(list, place);
    return true;
}

void pending_touch(struct pending *list, uint32_t place, struct pending_owner *owner,
                   int64_t delivered_ms, int64_t count)
{
    struct pending_block *block = block_of(list, place);
    unsigned slot = slot_of(place);
    uint32_t *owners = block_owners(block);
    uint32_t before = owners[slot];

    CHECK(slot < block->used && before != OWNER_DEAD && delivered_ms >= 0 && count >= 0);
    pending_time_unlink(list, place);
    if (before != owner->number) {
        if (before == OWNER_NOBODY) {
            block->unowned--;
            list->unowned--;
        } else {
            pending_owner_subtract(list, before, block);
        }
        owners[slot] = owner->number;
        pending_owner_add(list, owner->number, block);
    }
    if (delivered_ms < block->oldest)
        block->oldest = delivered_ms;
    pending_slot_write(block, slot, slot_id(block, slot), delivered_ms, count);
    pending_time_link(list, place);
}

void pending_release(struct pending *list, uint32_t place, int64_t count)
{
    struct pending_block *block = block_of(list, place);
    unsigned slot = slot_of(place);
    uint32_t *owners = block_owners(block);
    uint32_t before = owners[slot];

    CHECK(slot < block->used && before != OWNER_DEAD && count >= 0);
    pending_time_unlink(list, place);
    if (before != OWNER_NOBODY) {
        pending_owner_subtract(list, before, block);
        owners[slot] = OWNER_NOBODY;
        block->unowned++;
        list->unowned++;
    }
    pending_slot_write(block, slot, slot_id(block, slot), 0, count);
    pending_time_link(list, place);
}

/* --- By id. */

uint32_t pending_first(const struct pending *list)
{
    if (list->first_block == PENDING_NONE)
        return PENDING_NONE;
    return place_of(list->table[list->first_block], list->table[list->first_block]->first);
}

uint32_t pending_last(const struct pending *list)
{
    if (list->last_block == PENDING_NONE)
        return PENDING_NONE;
    return place_of(list->table[list->last_block], list->table[list->last_block]->used - 1u);
}

/* The first live slot at or behind `slot`, in this block or those after it. */
static uint32_t live_from(const struct pending *list, struct pending_block *block, unsigned slot)
{
    const uint32_t *owners = block_owners(block);

    for (; slot < block->used; slot++)
        if (owners[slot] != OWNER_DEAD)
            return place_of(block, slot);
    if (block->next == PENDING_NONE)
        return PENDING_NONE;
    block = list->table[block->next];
    return place_of(block, block->first);
}

uint32_t pending_seek(struct pending *list, struct stream_id id)
{
    struct pending_block *block = pending_block_floor(list, id);

    if (!block)
        return pending_first(list);
    return live_from(list, block, pending_block_search(block, id));
}

uint32_t pending_next(const struct pending *list, uint32_t place)
{
    return live_from(list, block_of(list, place), slot_of(place) + 1);
}

/* Scans one block from `slot`; true if it stopped at *slot, false at the end of the block. */
static bool scan_idle(struct pending_block *block, unsigned *slot, int64_t cutoff_ms,
                      uint64_t *budget)
{
    bool whole = *slot == block->first;
    int64_t oldest = INT64_MAX;

    for (; *slot < block->used; ++*slot) {
        uint32_t owner = block_owners(block)[*slot];
        int64_t time;

        if (owner == OWNER_DEAD)
            continue;
        if (owner == OWNER_NOBODY || *budget == 0)
            return true;
        time = slot_time(block, *slot);
        if (time <= cutoff_ms)
            return true;
        if (time < oldest)
            oldest = time;
        --*budget;
    }
    if (whole)
        block->oldest = oldest;
    return false;
}

uint32_t pending_seek_idle(struct pending *list, uint32_t place, int64_t cutoff_ms,
                           uint64_t *budget)
{
    struct pending_block *block;
    unsigned slot;

    if (place == PENDING_NONE)
        return place;
    block = block_of(list, place);
    slot = slot_of(place);
    for (;;) {
        if (slot == block->first && block->oldest > cutoff_ms && block->unowned == 0 &&
            block->live <= *budget)
            *budget -= block->live;
        else if (scan_idle(block, &slot, cutoff_ms, budget))
            return place_of(block, slot);
        if (block->next == PENDING_NONE)
            return PENDING_NONE;
        block = list->table[block->next];
        slot = block->first;
    }
}

/* The owner's first slot at or behind `slot` of the block of a pair, or of the pairs after it. */
static uint32_t owned_from(struct pending *list, struct pending_owner *owner, uint32_t chunk,
                           uint32_t at, unsigned slot, int64_t cutoff_ms)
{
    for (; chunk < owner->chunk_count; chunk++, at = 0) {
        const struct owner_chunk *in = owner->chunks[chunk];

        for (; at < in->count; at++) {
            struct pending_block *block = list->table[in->pairs[at] >> PENDING_SLOT_BITS];
            const uint32_t *owners = block_owners(block);

            if (block->oldest > cutoff_ms)
                slot = block->used;
            for (; slot < block->used; slot++)
                if (owners[slot] == owner->number && slot_time(block, slot) <= cutoff_ms) {
                    owner->hint_chunk = chunk;
                    owner->hint_at = at;
                    return place_of(block, slot);
                }
            slot = 0;
        }
    }
    return PENDING_NONE;
}

uint32_t pending_owner_seek(struct pending *list, struct pending_owner *owner, struct stream_id id,
                            int64_t cutoff_ms)
{
    struct pending_block *block;
    uint32_t chunk, at;

    if (!pending_owner_pair(list, owner, id, &chunk, &at))
        return PENDING_NONE;
    block = list->table[owner->chunks[chunk]->pairs[at] >> PENDING_SLOT_BITS];
    return owned_from(list, owner, chunk, at, pending_block_search(block, id), cutoff_ms);
}

uint32_t pending_owner_next(struct pending *list, struct pending_owner *owner, uint32_t place,
                            int64_t cutoff_ms)
{
    uint32_t chunk = owner->hint_chunk, at = owner->hint_at;
    uint32_t number = place >> PENDING_SLOT_BITS;

    if (chunk >= owner->chunk_count || at >= owner->chunks[chunk]->count ||
        owner->chunks[chunk]->pairs[at] >> PENDING_SLOT_BITS != number)
        CHECK(pending_owner_pair(list, owner, list->table[number]->base, &chunk, &at));
    return owned_from(list, owner, chunk, at, slot_of(place) + 1, cutoff_ms);
}

/* --- By time. */

uint32_t pending_oldest(const struct pending *list)
{
    return list->head;
}

uint32_t pending_later(const struct pending *list, uint32_t place)
{
    return block_next(block_of(list, place))[slot_of(place)];
}
