#include "types/array/array_slice.h"
#include "core/base/check.h"
#include "core/base/mem.h"
#include "types/array/array_slot.h"

#include <string.h>

/* --- Blocks. */

enum {
    ENTRY_SIZE = sizeof(uint64_t) + sizeof(uint16_t) /* of a sparse slice */
};

static size_t sparse_size(uint32_t capacity)
{
    return sizeof(struct slice) + (size_t)capacity * ENTRY_SIZE;
}

static size_t window_size(uint32_t capacity)
{
    return (size_t)capacity * sizeof(uint64_t);
}

/* The most slots that fit into the block that `capacity` of them would get anyway. */

static uint32_t round_sparse(uint32_t capacity)
{
    return (uint32_t)((mem_good_size(sparse_size(capacity)) - sizeof(struct slice)) / ENTRY_SIZE);
}

static uint32_t round_window(uint32_t capacity, uint32_t limit)
{
    size_t fits = mem_good_size(window_size(capacity)) / sizeof(uint64_t);

    return fits < limit ? (uint32_t)fits : limit;
}

static uint64_t *slots_of(const struct slice *slice)
{
    return slice->dense ? (uint64_t *)(uintptr_t)slice->body[0] : (uint64_t *)slice->body;
}

/* How many of the slots are in use, be it for nothing. */
static uint32_t slot_count(const struct slice *slice)
{
    return slice->dense ? slice->width : slice->count;
}

static uint16_t *positions(const struct slice *slice)
{
    return (uint16_t *)(slice->body + slice->capacity);
}

static struct slice *new_sparse(uint32_t capacity)
{
    struct slice *slice = mem_alloc(sparse_size(capacity));

    *slice = (struct slice){.capacity = capacity};
    return slice;
}

static struct slice *new_dense(const struct slice *header, uint64_t *window)
{
    struct slice *slice = mem_alloc(sizeof(*slice) + sizeof(slice->body[0]));

    *slice = *header;
    slice->body[0] = (uintptr_t)window;
    return slice;
}

/* Without what the slots own. */
static void free_block(struct slice *slice)
{
    if (slice->dense)
        mem_free(slots_of(slice));
    mem_free(slice);
}

struct slice *slice_new(void)
{
    return new_sparse(round_sparse(1));
}

void slice_free(struct slice *slice)
{
    const uint64_t *slots = slots_of(slice);

    for (uint32_t i = 0; i < slot_count(slice); i++)
        slot_free(slots[i]);
    free_block(slice);
}

struct slice *slice_copy(const struct slice *slice)
{
    struct slice *copy = slice->dense ? new_dense(slice, mem_alloc(window_size(slice->capacity)))
                                      : mem_dup(slice, sparse_size(slice->capacity));
    const uint64_t *from = slots_of(slice);
    uint64_t *to = slots_of(copy);

    for (uint32_t i = 0; i < slot_count(slice); i++)
        to[i] = slot_copy(from[i]);
    return copy;
}

size_t slice_memory(const struct slice *slice)
{
    const uint64_t *slots = slots_of(slice);
    size_t bytes = mem_size(slice) + (slice->dense ? mem_size(slots) : 0);

    for (uint32_t i = 0; i < slot_count(slice); i++)
        bytes += slot_memory(slots[i]);
    return bytes;
}

/* --- Sparse. */

/* How many positions lie below `at`: where it is, or would be. */
static uint32_t lower_bound(const struct slice *slice, uint32_t at)
{
    const uint16_t *position = positions(slice);
    uint32_t low = 0, high = slice->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (position[middle] < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void sparse_grow(struct slice **slice)
{
    struct slice *old = *slice, *grown;

    grown = new_sparse(round_sparse(old->capacity + old->capacity / 4 + 1));
    grown->count = old->count;
    memcpy(grown->body, old->body, old->count * sizeof(uint64_t));
    memcpy(positions(grown), positions(old), old->count * sizeof(uint16_t));
    mem_free(old);
    *slice = grown;
}

static void sparse_insert(struct slice **slice, uint32_t at, uint64_t slot)
{
    uint32_t i = lower_bound(*slice, at);
    struct slice *to;
    size_t after;

    if ((*slice)->count == (*slice)->capacity)
        sparse_grow(slice);
    to = *slice;
    after = to->count - i;
    memmove(to->body + i + 1, to->body + i, after * sizeof(uint64_t));
    memmove(positions(to) + i + 1, positions(to) + i, after * sizeof(uint16_t));
    to->body[i] = slot;
    positions(to)[i] = (uint16_t)at;
    to->count++;
}

static void sparse_remove(struct slice *slice, uint32_t i)
{
    size_t after = --slice->count - i;

    memmove(slice->body + i, slice->body + i + 1, after * sizeof(uint64_t));
    memmove(positions(slice) + i, positions(slice) + i + 1, after * sizeof(uint16_t));
}

/* --- Dense. */

static void become_dense(struct slice **slice, uint32_t at)
{
    uint32_t first = at, last = at, width;
    struct slice *old = *slice;
    uint64_t *window;

    if (old->count && positions(old)[0] < first)
        first = positions(old)[0];
    if (old->count && positions(old)[old->count - 1] > last)
        last = positions(old)[old->count - 1];
    width = last - first + 1;
    window = mem_zalloc(window_size(width));
    for (uint32_t i = 0; i < old->count; i++)
        window[positions(old)[i] - first] = old->body[i];
    *slice = new_dense(&(struct slice){.count = old->count,
                                       .capacity = width,
                                       .width = width,
                                       .first = (uint16_t)first,
                                       .dense = true},
                       window);
    free_block(old);
}

static void become_sparse(struct slice **slice)
{
    struct slice *old = *slice, *sparse = new_sparse(round_sparse(old->count ? old->count : 1));
    const uint64_t *window = slots_of(old);

    for (uint32_t i = 0; i < old->width; i++) {
        if (window[i]) {
            sparse->body[sparse->count] = window[i];
            positions(sparse)[sparse->count++] = (uint16_t)(old->first + i);
        }
    }
    free_block(old);
    *slice = sparse;
}

/* Makes the window reach from `first` for `width` positions; it has been within that before. */
static void set_window(struct slice *slice, uint32_t first, uint32_t width, uint32_t capacity)
{
    uint64_t *window = slots_of(slice);
    uint32_t shift = slice->first - first;

    if (capacity > slice->capacity) {
        window = mem_realloc(window, window_size(capacity));
        slice->body[0] = (uintptr_t)window;
        slice->capacity = capacity;
    }
    if (shift) {
        memmove(window + shift, window, window_size(slice->width));
        memset(window, 0, window_size(shift));
    }
    memset(window + shift + slice->width, 0, window_size(width - shift - slice->width));
    slice->first = (uint16_t)first;
    slice->width = width;
}

/* Makes the window hold position `at`. Grows by halves, so that filling a slice from either end
 * costs O(1) an element. */
static void reach(struct slice *slice, uint32_t at, uint32_t size)
{
    uint32_t first = slice->first, end = first + slice->width, capacity = slice->capacity;

    if (at < first) {
        uint32_t slack = (end - at) / 2;

        first = at > slack ? at - slack : 0;
        if (end - first > capacity)
            capacity = round_window(end - first, size - first);
    } else if (at >= end) {
        end = at + 1;
        if (end - first > capacity) {
            uint32_t more = capacity + capacity / 2;

            capacity = round_window(more > end - first ? more : end - first, size - first);
        }
    } else {
        return;
    }
    set_window(slice, first, end - first, capacity);
}

/* Gives back what lies outside the elements, once they fill less than a quarter. Asked for at
 * powers of two only, so that O(width) is paid seldom. */
static void trim(struct slice *slice)
{
    uint64_t *window = slots_of(slice);
    uint32_t low = 0, high = slice->width;

    if (slice->count * 4 > slice->width || (slice->count & (slice->count - 1)))
        return;
    while (low < high && !window[low])
        low++;
    while (high > low && !window[high - 1])
        high--;
    memmove(window, window + low, window_size(high - low));
    slice->first = (uint16_t)(slice->first + low);
    slice->width = slice->capacity = high - low;
    slice->body[0] = (uintptr_t)mem_realloc(window, window_size(slice->capacity));
}

/* --- Both. */

uint64_t *slice_find(const struct slice *slice, uint32_t at)
{
    uint64_t *slots = slots_of(slice);
    uint32_t i;

    if (slice->dense) {
        i = at - slice->first;
        return at >= slice->first && i < slice->width && slots[i] ? &slots[i] : NULL;
    }
    i = lower_bound(slice, at);
    return i < slice->count && positions(slice)[i] == at ? &slots[i] : NULL;
}

void slice_insert(struct slice **slice, uint32_t at, uint64_t slot,
                  const struct slice_limits *limits)
{
    CHECK(at < limits->size && slot);
    if (!(*slice)->dense && (*slice)->count < limits->kmax) {
        sparse_insert(slice, at, slot);
        return;
    }
    if (!(*slice)->dense)
        become_dense(slice, at);
    reach(*slice, at, limits->size);
    slots_of(*slice)[at - (*slice)->first] = slot;
    (*slice)->count++;
}

uint64_t slice_take(struct slice **slice, uint32_t at, const struct slice_limits *limits)
{
    uint32_t kmin = limits->kmin < limits->kmax ? limits->kmin : limits->kmax;
    uint64_t *found = slice_find(*slice, at), slot;

    if (!found)
        return 0;
    slot = *found;
    if (!(*slice)->dense) {
        sparse_remove(*slice, (uint32_t)(found - (*slice)->body));
        return slot;
    }
    *found = 0;
    (*slice)->count--;
    if ((*slice)->count <= kmin)
        become_sparse(slice);
    else
        trim(*slice);
    return slot;
}

bool slice_next(const struct slice *slice, uint32_t from, uint32_t *at, uint64_t *slot)
{
    const uint64_t *slots = slots_of(slice);
    uint32_t i;

    if (!slice->dense) {
        i = lower_bound(slice, from);
        if (i == slice->count)
            return false;
        *at = positions(slice)[i];
        *slot = slots[i];
        return true;
    }
    for (i = from > slice->first ? from - slice->first : 0; i < slice->width; i++) {
        if (slots[i]) {
            *at = slice->first + i;
            *slot = slots[i];
            return true;
        }
    }
    return false;
}

bool slice_previous(const struct slice *slice, uint32_t from, uint32_t *at, uint64_t *slot)
{
    const uint64_t *slots = slots_of(slice);
    uint32_t i;

    if (!slice->dense) {
        i = lower_bound(slice, from + 1);
        if (i == 0)
            return false;
        *at = positions(slice)[i - 1];
        *slot = slots[i - 1];
        return true;
    }
    if (from < slice->first)
        return false;
    i = from - slice->first + 1;
    if (i > slice->width)
        i = slice->width;
    for (; i > 0; i--) {
        if (slots[i - 1]) {
            *at = slice->first + i - 1;
            *slot = slots[i - 1];
            return true;
        }
    }
    return false;
}

uint32_t slice_count_before(const struct slice *slice, uint32_t end)
{
    const uint64_t *slots = slots_of(slice);
    uint32_t count = 0;

    if (!slice->dense)
        return lower_bound(slice, end);
    for (uint32_t i = 0; i < slice->width && slice->first + i < end; i++)
        count += slots[i] != 0;
    return count;
}
