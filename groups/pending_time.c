/* pending_time.c - the time list: released entries first, then owned ones by delivery time.
 *
 * Most insertions go to the end: a delivery or a claim happens now. What goes into the middle
 * (XCLAIM with IDLE or TIME, a clock that was set back) is searched from the last such place, since
 * these come in runs, or else from both ends at once. */
#include "groups/pending_internal.h"

static uint32_t *previous_of(const struct pending *list, uint32_t place)
{
    return &block_previous(block_of(list, place))[slot_of(place)];
}

static uint32_t *next_of(const struct pending *list, uint32_t place)
{
    return &block_next(block_of(list, place))[slot_of(place)];
}

static int64_t time_of(const struct pending *list, uint32_t place)
{
    return slot_time(block_of(list, place), slot_of(place));
}

void pending_time_unlink(struct pending *list, uint32_t place)
{
    uint32_t previous = *previous_of(list, place);
    uint32_t next = *next_of(list, place);

    if (previous == PENDING_NONE)
        list->head = next;
    else
        *next_of(list, previous) = next;
    if (next == PENDING_NONE)
        list->tail = previous;
    else
        *previous_of(list, next) = previous;
    if (list->zone_tail == place)
        list->zone_tail = previous;
    if (list->time_hint == place)
        list->time_hint = PENDING_NONE;
}

/* Links behind `after`, PENDING_NONE: at the head. */
static void link_after(struct pending *list, uint32_t place, uint32_t after)
{
    uint32_t next = after == PENDING_NONE ? list->head : *next_of(list, after);

    *previous_of(list, place) = after;
    *next_of(list, place) = next;
    if (after == PENDING_NONE)
        list->head = place;
    else
        *next_of(list, after) = place;
    if (next == PENDING_NONE)
        list->tail = place;
    else
        *previous_of(list, next) = place;
}

/* The last place whose time is <= `time`, knowing that the first owned one's is, and the last one's
 * is not. */
static uint32_t search_middle(const struct pending *list, uint32_t first, int64_t time)
{
    uint32_t low = first, high = list->tail;

    if (list->time_hint != PENDING_NONE) {
        uint32_t at = list->time_hint, next;

        if (time_of(list, at) > time) {
            while (time_of(list, at) > time)
                at = *previous_of(list, at);
            return at;
        }
        while ((next = *next_of(list, at)) != PENDING_NONE && time_of(list, next) <= time)
            at = next;
        return at;
    }
    for (;;) {
        uint32_t next = *next_of(list, low);

        if (time_of(list, next) > time)
            return low;
        low = next;
        high = *previous_of(list, high);
        if (time_of(list, high) <= time)
            return high;
    }
}

void pending_time_link(struct pending *list, uint32_t place)
{
    struct pending_block *block = block_of(list, place);
    uint32_t after = list->tail;
    uint32_t first;
    int64_t time;

    if (block_owners(block)[slot_of(place)] == OWNER_NOBODY) {
        link_after(list, place, list->zone_tail);
        list->zone_tail = place;
        return;
    }
    time = slot_time(block, slot_of(place));
    if (after == list->zone_tail || time_of(list, after) <= time) {
        link_after(list, place, after);
        return;
    }
    first = list->zone_tail == PENDING_NONE ? list->head : *next_of(list, list->zone_tail);
    if (time < time_of(list, first))
        after = list->zone_tail;
    else
        after = search_middle(list, first, time);
    link_after(list, place, after);
    list->time_hint = place;
}

void pending_time_moved(struct pending *list, uint32_t from, uint32_t to)
{
    uint32_t previous = *previous_of(list, to);
    uint32_t next = *next_of(list, to);

    if (previous == PENDING_NONE)
        list->head = to;
    else
        *next_of(list, previous) = to;
    if (next == PENDING_NONE)
        list->tail = to;
    else
        *previous_of(list, next) = to;
    if (list->zone_tail == from)
        list->zone_tail = to;
    if (list->time_hint == from)
        list->time_hint = to;
}
