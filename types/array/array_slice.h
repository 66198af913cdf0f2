/* array_slice.h - a run of `slice_size` positions of an array. A sparse slice is a sorted list of
 * positions with their slots; a dense one is a window of slots, some of them empty. The window is a
 * block of its own, so that a full one is as large as the allocator's blocks are.
 *
 *   sparse: | header | slots[capacity] | position[capacity], 16 bits each |
 *   dense:  | header | address of | slots[capacity] |   slots[i] is position first + i, i < width
 *
 * A slice with more than `kmax` elements becomes dense; one that has lost all but `kmin` becomes
 * sparse again. A function that takes a `struct slice **` may move the slice. No slice is ever
 * empty between calls of the array. Slots are owned by the slice. */
#ifndef MS_TYPES_ARRAY_ARRAY_SLICE_H
#define MS_TYPES_ARRAY_ARRAY_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SLICE_SIZE_LIMIT = 65536 /* positions, as array-slice-size allows */
};

struct slice_limits {
    uint32_t size, kmax, kmin;
};

struct slice {
    uint32_t count;    /* elements */
    uint32_t capacity; /* slots there is room for */
    uint32_t width;    /* dense: positions of the window */
    uint16_t first;    /* dense: the window's first position */
    bool dense;
    uint64_t body[]; /* sparse: the slots; dense: where they are */
};

struct slice *slice_new(void);        /* empty and sparse */
void slice_free(struct slice *slice); /* and its elements */
struct slice *slice_copy(const struct slice *slice);

/* The slot at a position, NULL if it is empty. Good until the slice changes. */
uint64_t *slice_find(const struct slice *slice, uint32_t at);

/* Fills a position that is empty. */
void slice_insert(struct slice **slice, uint32_t at, uint64_t slot,
                  const struct slice_limits *limits);

/* Empties a position and returns what was there, 0 for nothing. */
uint64_t slice_take(struct slice **slice, uint32_t at, const struct slice_limits *limits);

/* The first element at or after a position, or the last at or before; false if there is none. */
bool slice_next(const struct slice *slice, uint32_t from, uint32_t *at, uint64_t *slot);
bool slice_previous(const struct slice *slice, uint32_t from, uint32_t *at, uint64_t *slot);

/* Elements at positions below `end`. O(width), or O(log) if sparse. */
uint32_t slice_count_before(const struct slice *slice, uint32_t end);

/* Bytes, those of the elements included. */
size_t slice_memory(const struct slice *slice);

#endif
