#include "types/array/array.h"
#include "core/base/check.h"
#include "core/base/mem.h"
#include "core/radix/radix.h"
#include "types/array/array_slice.h"

struct array {
    uint64_t count, cursor;
    uint32_t slice_size;
    struct slice *only; /* the one slice there is, */
    uint64_t number;    /* and its number; NULL if the directory is a tree, or empty */
    struct radix *tree; /* slices by number, weighed by their elements */
};

/* A slice's number is an index divided by at least 256, so the one above it never overflows. */

/* --- The directory. */

static struct radix_key key_of(uint64_t number)
{
    return (struct radix_key){.low = number};
}

static struct slice *directory_find(const struct array *array, uint64_t number)
{
    struct radix_leaf leaf;

    if (!array->tree)
        return array->only && array->number == number ? array->only : NULL;
    return radix_find(array->tree, key_of(number), &leaf) ? leaf.value : NULL;
}

/* The nearest slice at or after `*number`, or at or before; its number goes there. */
static struct slice *directory_seek(const struct array *array, uint64_t *number, bool backward)
{
    struct radix_leaf leaf;
    bool found;

    if (!array->tree) {
        found = array->only && (backward ? array->number <= *number : array->number >= *number);
        if (found)
            *number = array->number;
        return found ? array->only : NULL;
    }
    found = backward ? radix_floor(array->tree, key_of(*number), &leaf)
                     : radix_ceiling(array->tree, key_of(*number), &leaf);
    if (found)
        *number = leaf.key.low;
    return found ? leaf.value : NULL;
}

static void directory_add(struct array *array, uint64_t number, struct slice *slice)
{
    if (!array->only && !array->tree) {
        array->only = slice;
        array->number = number;
        return;
    }
    if (!array->tree) {
        array->tree = radix_new();
        radix_insert(array->tree, key_of(array->number), array->only, array->only->count);
        array->only = NULL;
    }
    radix_insert(array->tree, key_of(number), slice, slice->count);
}

static void directory_remove(struct array *array, uint64_t number)
{
    struct radix_leaf last;

    if (!array->tree) {
        array->only = NULL;
        return;
    }
    radix_remove(array->tree, key_of(number));
    if (radix_count(array->tree) > 1)
        return;
    CHECK(radix_first(array->tree, &last)); /* a tree has two or more */
    array->only = last.value;
    array->number = last.key.low;
    radix_free(array->tree, NULL);
    array->tree = NULL;
}

/* The slice has changed, and perhaps moved away from `old`. */
static void directory_update(struct array *array, uint64_t number, const struct slice *old,
                             struct slice *slice)
{
    if (!array->tree) {
        array->only = slice;
    } else if (slice == old) {
        radix_set_weight(array->tree, key_of(number), slice->count);
    } else {
        radix_remove(array->tree, key_of(number));
        radix_insert(array->tree, key_of(number), slice, slice->count);
    }
}

static struct slice_limits limits_of(const struct array *array, const struct settings *settings)
{
    return (struct slice_limits){.size = array->slice_size,
                                 .kmax = (uint32_t)settings->array_sparse_kmax,
                                 .kmin = (uint32_t)settings->array_sparse_kmin};
}

/* --- Life. */

struct array *array_new(const struct settings *settings)
{
    struct array *array = mem_zalloc(sizeof(*array));

    CHECK(settings->array_slice_size > 0 && settings->array_slice_size <= SLICE_SIZE_LIMIT);
    array->slice_size = (uint32_t)settings->array_slice_size;
    array->cursor = ARRAY_NO_INDEX;
    return array;
}

static void free_slice(void *slice)
{
    slice_free(slice);
}

static void clear(struct array *array)
{
    if (array->only)
        slice_free(array->only);
    if (array->tree)
        radix_free(array->tree, free_slice);
    array->only = NULL;
    array->tree = NULL;
    array->count = 0;
}

void array_free(struct array *array)
{
    clear(array);
    mem_free(array);
}

struct array *array_copy(const struct array *array)
{
    struct array *copy = mem_dup(array, sizeof(*array));
    const struct slice *slice;
    uint64_t number = 0;

    copy->only = NULL;
    copy->tree = NULL;
    while ((slice = directory_seek(array, &number, false))) {
        directory_add(copy, number, slice_copy(slice));
        number++;
    }
    return copy;
}

/* --- Elements. */

uint64_t array_count(const struct array *array)
{
    return array->count;
}

uint64_t array_length(const struct array *array)
{
    struct array_walk walk;
    uint64_t index, slot;

    array_walk_begin(&walk, array, ARRAY_INDEX_MAX, 0);
    return array_walk_next(&walk, &index, &slot) ? index + 1 : 0;
}

uint64_t array_get(const struct array *array, uint64_t index)
{
    const struct slice *slice = directory_find(array, index / array->slice_size);
    const uint64_t *slot = slice ? slice_find(slice, (uint32_t)(index % array->slice_size)) : NULL;

    return slot ? *slot : 0;
}

bool array_set(struct array *array, uint64_t index, struct span text,
               const struct settings *settings)
{
    return array_set_take(array, index, slot_new(text), settings);
}

bool array_set_take(struct array *array, uint64_t index, uint64_t slot,
                    const struct settings *settings)
{
    struct slice_limits limits = limits_of(array, settings);
    uint64_t number = index / array->slice_size;
    uint32_t at = (uint32_t)(index % array->slice_size);
    struct slice *slice = directory_find(array, number), *old = slice;
    uint64_t *there = slice ? slice_find(slice, at) : NULL;

    CHECK(index <= ARRAY_INDEX_MAX);
    if (there) {
        slot_free(*there);
        *there = slot;
        return false;
    }
    if (!slice)
        slice = slice_new();
    slice_insert(&slice, at, slot, &limits);
    if (old)
        directory_update(array, number, old, slice);
    else
        directory_add(array, number, slice);
    array->count++;
    return true;
}

uint64_t array_take(struct array *array, uint64_t index, const struct settings *settings)
{
    struct slice_limits limits = limits_of(array, settings);
    uint64_t number = index / array->slice_size;
    struct slice *slice = directory_find(array, number), *old = slice;
    uint64_t slot = 0;

    if (slice)
        slot = slice_take(&slice, (uint32_t)(index % array->slice_size), &limits);
    if (!slot)
        return 0;
    array->count--;
    if (slice->count) {
        directory_update(array, number, old, slice);
    } else {
        directory_remove(array, number);
        slice_free(slice);
    }
    return slot;
}

/* Deletes positions from `at` to `last` of a slice that holds others too, or not; returns how many.
 */
static uint64_t delete_part(struct array *array, uint64_t number, uint32_t at, uint32_t last,
                            const struct settings *settings)
{
    struct slice_limits limits = limits_of(array, settings);
    struct slice *slice = directory_find(array, number), *old = slice;
    uint64_t deleted = 0, slot;

    while (slice_next(slice, at, &at, &slot) && at <= last) {
        slot_free(slice_take(&slice, at, &limits));
        deleted++;
    }
    array->count -= deleted;
    if (slice->count) {
        directory_update(array, number, old, slice);
    } else {
        directory_remove(array, number);
        slice_free(slice);
    }
    return deleted;
}

uint64_t array_delete(struct array *array, uint64_t low, uint64_t high,
                      const struct settings *settings)
{
    uint64_t number = low / array->slice_size, last = high / array->slice_size, deleted = 0;
    uint32_t end = array->slice_size - 1;
    struct slice *slice;

    while ((slice = directory_seek(array, &number, false)) && number <= last) {
        uint32_t from = number * array->slice_size < low ? (uint32_t)(low % array->slice_size) : 0;
        uint32_t to = number == last ? (uint32_t)(high % array->slice_size) : end;

        if (from == 0 && to == end) {
            directory_remove(array, number);
            array->count -= slice->count;
            deleted += slice->count;
            slice_free(slice);
        } else {
            deleted += delete_part(array, number, from, to, settings);
        }
        number++;
    }
    return deleted;
}

/* Elements below `index`. */
static uint64_t count_before(const struct array *array, uint64_t index)
{
    uint64_t number = index / array->slice_size;
    const struct slice *slice = directory_find(array, number);
    uint64_t count = 0;

    if (slice)
        count = slice_count_before(slice, (uint32_t)(index % array->slice_size));
    if (array->tree)
        count += radix_weight_before(array->tree, key_of(number));
    else if (array->only && array->number < number)
        count += array->only->count;
    return count;
}

uint64_t array_count_range(const struct array *array, uint64_t low, uint64_t high)
{
    return count_before(array, high + 1) - count_before(array, low);
}

/* --- Walking. */

void array_walk_begin(struct array_walk *walk, const struct array *array, uint64_t start,
                      uint64_t end)
{
    *walk = (struct array_walk){.array = array, .at = start, .end = end, .backward = start > end};
}

/* Goes to the slice of walk->at, or the nearest one in the walk's direction, and moves there. False
 * at the end. */
static bool walk_slice(struct array_walk *walk)
{
    uint64_t size = walk->array->slice_size, number = walk->at / size;

    if (walk->slice && walk->number == number)
        return true;
    walk->slice = directory_seek(walk->array, &number, walk->backward);
    if (!walk->slice)
        return false;
    if (number != walk->at / size) {
        walk->at = number * size + (walk->backward ? size - 1 : 0);
        walk->number = number;
        return walk->backward ? walk->at >= walk->end : walk->at <= walk->end;
    }
    walk->number = number;
    return true;
}

/* One step past walk->at; notes the end. */
static void walk_on(struct array_walk *walk)
{
    if (walk->at == walk->end)
        walk->done = true;
    else
        walk->at += walk->backward ? UINT64_MAX : 1;
}

bool array_walk_next(struct array_walk *walk, uint64_t *index, uint64_t *slot)
{
    uint64_t size = walk->array->slice_size;

    while (!walk->done && walk_slice(walk)) {
        uint64_t base = walk->number * size;
        uint32_t from = (uint32_t)(walk->at - base), at;

        if (walk->backward ? slice_previous(walk->slice, from, &at, slot)
                           : slice_next(walk->slice, from, &at, slot)) {
            walk->at = base + at;
            if (walk->backward ? walk->at < walk->end : walk->at > walk->end)
                break;
            *index = walk->at;
            walk_on(walk);
            return true;
        }
        /* Nothing more in this slice. */
        if (walk->backward ? base <= walk->end : walk->end - base < size)
            break;
        walk->at = walk->backward ? base - 1 : base + size;
    }
    walk->done = true;
    return false;
}

/* --- The cursor. */

uint64_t array_cursor(const struct array *array)
{
    return array->cursor;
}

void array_set_cursor(struct array *array, uint64_t last)
{
    array->cursor = last;
}

void array_rebase(struct array *array, uint64_t keep, const struct settings *settings)
{
    uint64_t span = array_length(array), at, count = 0;
    struct array moved = {.cursor = ARRAY_NO_INDEX, .slice_size = array->slice_size};

    CHECK(span > 0);
    if (keep > span)
        keep = span;
    at = array->cursor == ARRAY_NO_INDEX ? span : array->cursor % span + 1;
    while (count < keep && array_get(array, at - 1)) {
        count++;
        at = at == 1 ? span : at - 1;
    }
    if (at == span)
        at = 0; /* the oldest is at the beginning */
    for (uint64_t i = 0; i < count; i++) {
        array_set_take(&moved, i, array_take(array, at, settings), settings);
        at = at + 1 == span ? 0 : at + 1;
    }
    moved.cursor = count ? count - 1 : ARRAY_NO_INDEX;
    clear(array);
    *array = moved;
}

/* --- Shape. */

void array_shape(const struct array *array, bool full, struct array_shape *shape)
{
    uint64_t number = 0, width = 0, elements = 0;
    const struct slice *slice;

    *shape = (struct array_shape){.slice_size = array->slice_size};
    shape->slices = array->tree ? radix_count(array->tree) : array->only != NULL;
    shape->directory = shape->slices;
    shape->directory_nodes = array->tree ? radix_node_count(array->tree) : 0;
    while (full && (slice = directory_seek(array, &number, false))) {
        if (slice->dense) {
            shape->dense++;
            width += slice->width;
            shape->dense_fill += (double)slice->count / slice->width;
        } else {
            shape->sparse++;
            elements += slice->count;
        }
        number++;
    }
    if (shape->dense) {
        shape->dense_width = (double)width / (double)shape->dense;
        shape->dense_fill /= (double)shape->dense;
    }
    if (shape->sparse)
        shape->sparse_count = (double)elements / (double)shape->sparse;
}

size_t array_memory(const struct array *array, size_t samples)
{
    size_t bytes = mem_size(array) + (array->tree ? radix_memory(array->tree) : 0);
    size_t seen = 0, of_seen = 0;
    uint64_t number = 0;
    const struct slice *slice;

    while ((slice = directory_seek(array, &number, false))) {
        of_seen += slice_memory(slice);
        seen += slice->count;
        if (samples && seen >= samples)
            break;
        number++;
    }
    if (seen && seen < array->count)
        of_seen = (size_t)((double)of_seen / (double)seen * (double)array->count);
    return bytes + of_seen;
}

size_t array_blocks(const struct array *array)
{
    return array->count + (array->tree ? radix_count(array->tree) : 1);
}
