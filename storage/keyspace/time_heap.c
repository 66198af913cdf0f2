#include "storage/keyspace/time_heap.h"
#include "core/base/check.h"
#include "core/base/mem.h"

enum {
    CHILDREN = 4,
    CAPACITY_MIN = 4
};

void time_heap_release(struct time_heap *heap)
{
    mem_free(heap->things);
    *heap = (struct time_heap){0};
}

static void place(struct time_heap *heap, const struct time_heap_type *type, size_t at, void *thing)
{
    heap->things[at] = thing;
    type->placed(thing, (uint32_t)at);
}

/* Puts `thing` where it belongs on the way from `at` to the root. */
static void sift_up(struct time_heap *heap, const struct time_heap_type *type, size_t at,
                    void *thing)
{
    int64_t time = type->time(thing);

    while (at > 0 && type->time(heap->things[(at - 1) / CHILDREN]) > time) {
        place(heap, type, at, heap->things[(at - 1) / CHILDREN]);
        at = (at - 1) / CHILDREN;
    }
    place(heap, type, at, thing);
}

/* The earliest of the children from `first` on; `first` is below the count. */
static size_t least_child(const struct time_heap *heap, const struct time_heap_type *type,
                          size_t first)
{
    size_t end = first + CHILDREN < heap->count ? first + CHILDREN : heap->count;
    size_t least = first;

    for (size_t at = first + 1; at < end; at++)
        if (type->time(heap->things[at]) < type->time(heap->things[least]))
            least = at;
    return least;
}

/* Puts `thing` where it belongs below `at`. */
static void sift_down(struct time_heap *heap, const struct time_heap_type *type, size_t at,
                      void *thing)
{
    int64_t time = type->time(thing);

    while (at * CHILDREN + 1 < heap->count) {
        size_t child = least_child(heap, type, at * CHILDREN + 1);

        if (time <= type->time(heap->things[child]))
            break;
        place(heap, type, at, heap->things[child]);
        at = child;
    }
    place(heap, type, at, thing);
}

/* Puts `thing` into the hole at `at`, then up or down from there. */
static void settle(struct time_heap *heap, const struct time_heap_type *type, size_t at,
                   void *thing)
{
    if (at > 0 && type->time(thing) < type->time(heap->things[(at - 1) / CHILDREN]))
        sift_up(heap, type, at, thing);
    else
        sift_down(heap, type, at, thing);
}

static void set_capacity(struct time_heap *heap, size_t count)
{
    size_t capacity = count + count / 4;

    if (capacity < CAPACITY_MIN)
        capacity = CAPACITY_MIN;
    heap->things = mem_realloc(heap->things, capacity * sizeof(*heap->things));
    heap->capacity = capacity;
}

void time_heap_add(struct time_heap *heap, const struct time_heap_type *type, void *thing)
{
    CHECK(heap->count < UINT32_MAX);
    if (heap->count == heap->capacity)
        set_capacity(heap, heap->count + 1);
    sift_up(heap, type, heap->count++, thing);
}

void time_heap_remove(struct time_heap *heap, const struct time_heap_type *type, uint32_t at)
{
    void *last;

    CHECK(at < heap->count);
    last = heap->things[--heap->count];
    if (at < heap->count)
        settle(heap, type, at, last);
    if (heap->count == 0)
        time_heap_release(heap);
    else if (heap->capacity > CAPACITY_MIN && heap->count < heap->capacity / 2)
        set_capacity(heap, heap->count);
}

void time_heap_changed(struct time_heap *heap, const struct time_heap_type *type, uint32_t at)
{
    CHECK(at < heap->count);
    settle(heap, type, at, heap->things[at]);
}

void time_heap_moved(struct time_heap *heap, uint32_t at, void *thing)
{
    CHECK(at < heap->count);
    heap->things[at] = thing;
}
