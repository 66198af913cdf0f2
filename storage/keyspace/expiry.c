#include "storage/keyspace/expiry.h"
#include "core/base/check.h"
#include "core/base/mem.h"
#include "core/hash/random.h"
#include "storage/keyspace/entry_internal.h"

enum {
    CHILDREN = 4,
    CAPACITY_MIN = 8
};

void expiry_release(struct expiry *expiry)
{
    mem_free(expiry->heap);
    *expiry = (struct expiry){0};
}

static void place(struct expiry *expiry, size_t at, struct entry *entry)
{
    expiry->heap[at] = entry;
    entry_set_heap_at(entry, (uint32_t)at);
}

/* Puts `entry` where it belongs on the way from `at` to the root. */
static void sift_up(struct expiry *expiry, size_t at, struct entry *entry)
{
    int64_t time = entry_expire_get(entry);

    while (at > 0) {
        struct entry *parent = expiry->heap[(at - 1) / CHILDREN];

        if (entry_expire_get(parent) <= time)
            break;
        place(expiry, at, parent);
        at = (at - 1) / CHILDREN;
    }
    place(expiry, at, entry);
}

/* The child of `at` with the least time; `first` is below the count. */
static size_t least_child(const struct expiry *expiry, size_t first, int64_t *time)
{
    size_t end = first + CHILDREN < expiry->count ? first + CHILDREN : expiry->count;
    size_t least = first;

    *time = entry_expire_get(expiry->heap[first]);
    for (size_t at = first + 1; at < end; at++) {
        int64_t other = entry_expire_get(expiry->heap[at]);

        if (other < *time) {
            *time = other;
            least = at;
        }
    }
    return least;
}

/* Puts `entry` where it belongs below `at`. */
static void sift_down(struct expiry *expiry, size_t at, struct entry *entry)
{
    int64_t time = entry_expire_get(entry);

    while (at * CHILDREN + 1 < expiry->count) {
        int64_t child_time;
        size_t child = least_child(expiry, at * CHILDREN + 1, &child_time);

        if (time <= child_time)
            break;
        place(expiry, at, expiry->heap[child]);
        at = child;
    }
    place(expiry, at, entry);
}

static void set_capacity(struct expiry *expiry, size_t count)
{
    size_t capacity = count + count / 4;

    if (capacity < CAPACITY_MIN)
        capacity = CAPACITY_MIN;
    expiry->heap = mem_realloc(expiry->heap, capacity * sizeof(*expiry->heap));
    expiry->capacity = capacity;
}

void expiry_add(struct expiry *expiry, struct entry *entry, int64_t at_ms)
{
    CHECK(expiry->count < UINT32_MAX);
    if (expiry->count == expiry->capacity)
        set_capacity(expiry, expiry->count + 1);
    entry_expire_put(entry, at_ms);
    expiry->sum_ms += at_ms;
    sift_up(expiry, expiry->count++, entry);
}

/* Puts `entry` into the hole at `at`, then up or down from there. */
static void settle(struct expiry *expiry, size_t at, struct entry *entry)
{
    if (at > 0 && entry_expire_get(entry) < entry_expire_get(expiry->heap[(at - 1) / CHILDREN]))
        sift_up(expiry, at, entry);
    else
        sift_down(expiry, at, entry);
}

void expiry_remove(struct expiry *expiry, struct entry *entry)
{
    size_t at = entry_heap_at(entry);
    struct entry *last;

    CHECK(at < expiry->count && expiry->heap[at] == entry);
    expiry->sum_ms -= entry_expire_get(entry);
    last = expiry->heap[--expiry->count];
    if (last != entry)
        settle(expiry, at, last);
    if (expiry->count == 0)
        expiry_release(expiry);
    else if (expiry->capacity > CAPACITY_MIN && expiry->count < expiry->capacity / 2)
        set_capacity(expiry, expiry->count);
}

void expiry_change(struct expiry *expiry, struct entry *entry, int64_t at_ms)
{
    size_t at = entry_heap_at(entry);

    CHECK(at < expiry->count && expiry->heap[at] == entry);
    expiry->sum_ms += (__int128)at_ms - entry_expire_get(entry);
    entry_expire_put(entry, at_ms);
    settle(expiry, at, entry);
}

void expiry_moved(struct expiry *expiry, struct entry *entry)
{
    size_t at = entry_heap_at(entry);

    CHECK(at < expiry->count);
    expiry->heap[at] = entry;
}

struct entry *expiry_first(const struct expiry *expiry)
{
    return expiry->count ? expiry->heap[0] : NULL;
}

struct entry *expiry_random(const struct expiry *expiry, struct random *random)
{
    return expiry->count ? expiry->heap[random_below(random, expiry->count)] : NULL;
}
