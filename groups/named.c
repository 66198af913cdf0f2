#include "groups/named.h"

#include "core/base/check.h"
#include "core/base/mem.h"

#include <stdbool.h>
#include <string.h>

void named_release(struct named_set *set)
{
    mem_free(set->items);
    *set = (struct named_set){0};
}

/* Where the name is or would be. */
static bool search(const struct named_set *set, struct span name, uint32_t *at)
{
    uint32_t low = 0, high = set->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = span_compare(set->items[middle]->name, name);

        if (order == 0) {
            *at = middle;
            return true;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *at = low;
    return false;
}

void *named_find(const struct named_set *set, struct span name)
{
    uint32_t at;

    return search(set, name, &at) ? set->items[at] : NULL;
}

void named_add(struct named_set *set, struct named *thing)
{
    uint32_t at;

    CHECK(!search(set, thing->name, &at));
    if (set->count == set->capacity) {
        CHECK(set->capacity < UINT32_MAX / 2);
        set->capacity = set->capacity ? 2 * set->capacity : 1;
        set->items = mem_realloc(set->items, set->capacity * sizeof(set->items[0]));
    }
    memmove(set->items + at + 1, set->items + at, (set->count - at) * sizeof(set->items[0]));
    set->items[at] = thing;
    set->count++;
}

void named_remove(struct named_set *set, const struct named *thing)
{
    uint32_t at;

    CHECK(search(set, thing->name, &at) && set->items[at] == thing);
    set->count--;
    memmove(set->items + at, set->items + at + 1, (set->count - at) * sizeof(set->items[0]));
    if (set->count == 0)
        named_release(set);
}
