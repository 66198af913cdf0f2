/* pending_check.h - CHECKs every invariant of pending entries that pending_internal.h lists. O(n).
 */
#ifndef MS_TESTS_UNIT_GROUPS_PENDING_CHECK_H
#define MS_TESTS_UNIT_GROUPS_PENDING_CHECK_H

#include "groups/pending_internal.h"

static inline void check_block(struct pending *list, struct pending_block *block)
{
    uint64_t live = 0, unowned = 0;
    struct radix_leaf leaf;

    CHECK(list->table[block->number] == block);
    CHECK(block->live > 0 && block->first < block->used && block->used <= block->capacity);
    CHECK(slot_live(block, block->first) && slot_live(block, block->used - 1u));
    if (list->tree) {
        CHECK(radix_find(
            list->tree, (struct radix_key){.high = block->base.ms, .low = block->base.seq}, &leaf));
        CHECK((uintptr_t)leaf.value - 1 == block->number);
    }
    for (unsigned i = 0; i < block->used; i++) {
        CHECK(stream_id_compare(slot_id(block, i), block->base) >= 0);
        if (i > 0)
            CHECK(stream_id_compare(slot_id(block, i - 1), slot_id(block, i)) < 0);
        if (block->next != PENDING_NONE)
            CHECK(stream_id_compare(slot_id(block, i), list->table[block->next]->base) < 0);
        if (!slot_live(block, i))
            continue;
        CHECK(i >= block->first);
        live++;
        if (block_owners(block)[i] == OWNER_NOBODY)
            unowned++;
        else
            CHECK(slot_time(block, i) >= block->oldest);
    }
    CHECK(live == block->live && unowned == block->unowned);
}

static inline void check_times(struct pending *list)
{
    uint32_t before = PENDING_NONE;
    uint64_t count = 0, unowned = 0;
    int64_t time = INT64_MIN;

    for (uint32_t at = list->head; at != PENDING_NONE; at = pending_later(list, at)) {
        struct pending_block *block = block_of(list, at);
        bool nobodys = block_owners(block)[slot_of(at)] == OWNER_NOBODY;

        CHECK(slot_live(block, slot_of(at)));
        CHECK(block_previous(block)[slot_of(at)] == before);
        count++;
        if (nobodys) {
            CHECK(++unowned == count); /* all of them in front */
            if (unowned == list->unowned)
                CHECK(list->zone_tail == at);
        } else {
            CHECK(slot_time(block, slot_of(at)) >= time);
            time = slot_time(block, slot_of(at));
        }
        before = at;
    }
    CHECK(count == list->count && unowned == list->unowned && list->tail == before);
    CHECK((unowned == 0) == (list->zone_tail == PENDING_NONE));
}

static inline void check_owner(struct pending *list, struct pending_owner *owner)
{
    struct stream_id base = {0, 0};
    uint64_t count = 0;

    CHECK(list->owners[owner->number] == owner);
    for (uint32_t chunk = 0; chunk < owner->chunk_count; chunk++) {
        CHECK(owner->chunks[chunk]->count > 0);
        for (uint32_t at = 0; at < owner->chunks[chunk]->count; at++) {
            uint32_t pair = owner->chunks[chunk]->pairs[at], here = 0;
            struct pending_block *block = list->table[pair >> PENDING_SLOT_BITS];

            if (chunk + at > 0)
                CHECK(stream_id_compare(base, block->base) < 0);
            base = block->base;
            for (unsigned i = 0; i < block->used; i++)
                here += block_owners(block)[i] == owner->number;
            CHECK(here > 0 && here == (pair & PENDING_SLOT_MASK));
            count += here;
        }
    }
    CHECK(count == owner->count);
}

static inline void pending_check(struct pending *list)
{
    uint32_t before = PENDING_NONE, blocks = 0;
    uint64_t count = 0, owned = 0;

    for (uint32_t at = list->first_block; at != PENDING_NONE; at = list->table[at]->next) {
        CHECK(list->table[at]->previous == before);
        check_block(list, list->table[at]);
        count += list->table[at]->live;
        blocks++;
        before = at;
    }
    CHECK(before == list->last_block && blocks == list->block_count && count == list->count);
    if (list->tree)
        CHECK(radix_count(list->tree) == blocks);
    check_times(list);
    for (uint32_t i = 0; i < list->owner_used; i++)
        if (!((uintptr_t)list->owners[i] & 1)) {
            check_owner(list, list->owners[i]);
            owned += list->owners[i]->count;
        }
    CHECK(owned + list->unowned == list->count);
}

#endif
