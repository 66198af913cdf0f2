/* time_heap.h - things that fall due, the earliest at hand: a heap with four children to a node, of
 * pointers to things that carry their own time and their own place in the heap. Taking one out or
 * giving it another time needs no search. O(log n); mostly O(1), since a new time is usually later
 * than most others.
 *
 * Whoever embeds it guards it, and owns the things. */
#ifndef MS_STORAGE_KEYSPACE_TIME_HEAP_H
#define MS_STORAGE_KEYSPACE_TIME_HEAP_H

#include "core/base/mem.h"

#include <stddef.h>
#include <stdint.h>

/* What the heap must know of its things. */
struct time_heap_type {
    int64_t (*time)(const void *thing);
    void (*placed)(void *thing, uint32_t at); /* told whenever the place changes */
};

/* Embeddable; starts zeroed. */
struct time_heap {
    void **things;
    size_t count, capacity;
};

/* Frees the heap; the things are left alone. Empty and usable again. */
void time_heap_release(struct time_heap *heap);

void time_heap_add(struct time_heap *heap, const struct time_heap_type *type, void *thing);

/* Takes out the thing at `at`, its place. */
void time_heap_remove(struct time_heap *heap, const struct time_heap_type *type, uint32_t at);

/* The thing at `at` has another time now. */
void time_heap_changed(struct time_heap *heap, const struct time_heap_type *type, uint32_t at);

/* The thing at `at` moved in memory, its time unchanged. O(1). */
void time_heap_moved(struct time_heap *heap, uint32_t at, void *thing);

/* The earliest; NULL if there is none. */
static inline void *time_heap_first(const struct time_heap *heap)
{
    return heap->count ? heap->things[0] : NULL;
}

static inline size_t time_heap_memory(const struct time_heap *heap)
{
    return mem_size(heap->things);
}

#endif
