/* array.h - a sparse array of strings, indexed by the numbers from 0 to 2^64 - 2, with a cursor for
 * what is appended. Positions are grouped into slices (array_slice.h); a directory finds the slices
 * that hold something, by their number: one slice needs none, more are in a counted radix tree. So
 * empty ranges cost nothing, and counting a range costs two ways down the tree.
 *
 * The slice size is that of the settings when the array was made. The array's shard is held during
 * every call. Slots that are given out are good until the array changes. */
#ifndef MS_TYPES_ARRAY_ARRAY_H
#define MS_TYPES_ARRAY_ARRAY_H

#include "core/command/settings.h"
#include "storage/keyspace/value.h"
#include "types/array/array_slot.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct array;
struct slice;

#define ARRAY_INDEX_MAX (UINT64_MAX - 1)
#define ARRAY_NO_INDEX  UINT64_MAX /* of the cursor: nothing has been appended */

extern const struct value_type array_type;

struct array *array_new(const struct settings *settings);
void array_free(struct array *array);
struct array *array_copy(const struct array *array);

uint64_t array_count(const struct array *array);  /* elements */
uint64_t array_length(const struct array *array); /* the highest index used, and one */

/* The slot at an index, 0 for none. */
uint64_t array_get(const struct array *array, uint64_t index);

/* Puts an element where there may be one already; true if there was none. */
bool array_set(struct array *array, uint64_t index, struct span text,
               const struct settings *settings);
/* The same with a slot that the array takes over. */
bool array_set_take(struct array *array, uint64_t index, uint64_t slot,
                    const struct settings *settings);

/* Takes an element out; the caller owns the slot. 0 if there is none. */
uint64_t array_take(struct array *array, uint64_t index, const struct settings *settings);

/* Deletes what is at low to high, both included; returns how many. O(elements there). */
uint64_t array_delete(struct array *array, uint64_t low, uint64_t high,
                      const struct settings *settings);

/* Elements at low to high, both included, without visiting them: O(2 slices). */
uint64_t array_count_range(const struct array *array, uint64_t low, uint64_t high);

/* The elements from one index to another, both included; from high to low if start is above end.
 * The array must not change meanwhile. */
struct array_walk {
    const struct array *array;
    const struct slice *slice; /* of the element met last */
    uint64_t number;           /* of the slice */
    uint64_t at, end;          /* the next index to look at; the last one */
    bool backward, done;
};

void array_walk_begin(struct array_walk *walk, const struct array *array, uint64_t start,
                      uint64_t end);
bool array_walk_next(struct array_walk *walk, uint64_t *index, uint64_t *slot);

/* --- The cursor: the index appended to last, or ARRAY_NO_INDEX. */

uint64_t array_cursor(const struct array *array);
void array_set_cursor(struct array *array, uint64_t last);

/* Lays the newest elements out again from index 0 on, oldest first, at most `keep` of them, and
 * drops the rest; the cursor is then at the last. What is newest: backwards from the cursor (or the
 * end), round the whole length, until a hole. */
void array_rebase(struct array *array, uint64_t keep, const struct settings *settings);

/* --- What ARINFO and MEMORY tell. */

struct array_shape {
    uint64_t slices, directory, directory_nodes;
    uint32_t slice_size;
    uint64_t dense, sparse;                                    /* with `full` only */
    double dense_width, dense_fill /* 0 to 1 */, sparse_count; /* averages; with `full` only */
};

void array_shape(const struct array *array, bool full, struct array_shape *shape);
size_t array_memory(const struct array *array, size_t samples); /* samples 0: exact */
size_t array_blocks(const struct array *array);                 /* at most so many allocations */

#endif
