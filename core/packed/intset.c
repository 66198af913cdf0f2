#include "core/packed/intset.h"
#include "core/base/check.h"
#include "core/base/error.h"
#include "core/base/mem.h"

#include <endian.h>
#include <string.h>

enum {
    WIDTH_16 = 2,
    WIDTH_32 = 4,
    WIDTH_64 = 8,
};

struct intset {
    uint32_t width, count; /* little-endian */
    unsigned char integers[];
};

static inline size_t width_of(const struct intset *set)
{
    return le32toh(set->width);
}

size_t intset_count(const struct intset *set)
{
    return le32toh(set->count);
}

static void put_count(struct intset *set, size_t count)
{
    set->count = htole32((uint32_t)count);
}

static size_t bytes_of(size_t width, size_t count)
{
    return sizeof(struct intset) + width * count;
}

static size_t width_for(int64_t value)
{
    if (value >= INT16_MIN && value <= INT16_MAX)
        return WIDTH_16;
    return value >= INT32_MIN && value <= INT32_MAX ? WIDTH_32 : WIDTH_64;
}

static inline int64_t get(const unsigned char *integers, size_t width, size_t at)
{
    uint16_t v16;
    uint32_t v32;
    uint64_t v64;

    if (width == WIDTH_16) {
        memcpy(&v16, integers + at * sizeof(v16), sizeof(v16));
        return (int16_t)le16toh(v16);
    }
    if (width == WIDTH_32) {
        memcpy(&v32, integers + at * sizeof(v32), sizeof(v32));
        return (int32_t)le32toh(v32);
    }
    memcpy(&v64, integers + at * sizeof(v64), sizeof(v64));
    return (int64_t)le64toh(v64);
}

static void put(unsigned char *integers, size_t width, size_t at, int64_t value)
{
    uint64_t little = htole64((uint64_t)value);

    memcpy(integers + at * width, &little, width); /* the low bytes come first */
}

struct intset *intset_new(void)
{
    struct intset *set = mem_alloc(sizeof(*set));

    set->width = htole32(WIDTH_16);
    set->count = 0;
    return set;
}

void intset_free(struct intset *set)
{
    mem_free(set);
}

struct span intset_span(const struct intset *set)
{
    return span_of((const char *)set, bytes_of(width_of(set), intset_count(set)));
}

struct intset *intset_copy(const struct intset *set)
{
    struct span bytes = intset_span(set);

    return mem_dup(bytes.data, bytes.size);
}

size_t intset_memory(const struct intset *set)
{
    return mem_size(set);
}

int64_t intset_get(const struct intset *set, size_t at)
{
    CHECK(at < intset_count(set));
    return get(set->integers, width_of(set), at);
}

/* The index of the first integer that is not below `value`. */
static size_t lower_bound(const struct intset *set, int64_t value)
{
    size_t width = width_of(set), low = 0, high = intset_count(set);

    /* integers often come in ascending order */
    if (high > 0 && get(set->integers, width, high - 1) < value)
        return high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (get(set->integers, width, middle) < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool intset_find(const struct intset *set, int64_t value, size_t *at)
{
    size_t place = lower_bound(set, value);

    if (place == intset_count(set) || get(set->integers, width_of(set), place) != value)
        return false;
    if (at)
        *at = place;
    return true;
}

/* Makes every integer `width` bytes wide, in a block with room for one more. The last moves first,
 * so that none is overwritten before it has moved. */
static void widen(struct intset **set, size_t width)
{
    size_t old = width_of(*set), count = intset_count(*set);

    *set = mem_realloc(*set, bytes_of(width, count + 1));
    for (size_t i = count; i-- > 0;)
        put((*set)->integers, width, i, get((*set)->integers, old, i));
    (*set)->width = htole32((uint32_t)width);
}

bool intset_add(struct intset **set, int64_t value)
{
    size_t count = intset_count(*set), at = lower_bound(*set, value), width = width_of(*set);

    if (at < count && get((*set)->integers, width, at) == value)
        return false;
    CHECK(count < INTSET_COUNT_LIMIT);
    if (width_for(value) > width) {
        width = width_for(value);
        widen(set, width);
    } else if (mem_size(*set) < bytes_of(width, count + 1)) {
        *set = mem_realloc(*set, bytes_of(width, count + 1));
    }
    memmove((*set)->integers + (at + 1) * width, (*set)->integers + at * width,
            (count - at) * width);
    put((*set)->integers, width, at, value);
    put_count(*set, count + 1);
    return true;
}

/* Gives back room once half of the block is not in use. */
static void shrink(struct intset **set)
{
    size_t size = bytes_of(width_of(*set), intset_count(*set));

    if (size <= mem_size(*set) / 2)
        *set = mem_realloc(*set, size);
}

bool intset_remove(struct intset **set, int64_t value)
{
    size_t at;

    if (!intset_find(*set, value, &at))
        return false;
    intset_remove_at(set, &at, 1);
    return true;
}

void intset_remove_at(struct intset **set, const size_t *at, size_t count)
{
    size_t width = width_of(*set), total = intset_count(*set);
    unsigned char *integers = (*set)->integers;

    for (size_t i = 0; i < count; i++) {
        size_t from = at[i] + 1, end = i + 1 < count ? at[i + 1] : total;

        CHECK(from <= end && end <= total);
        memmove(integers + (at[i] - i) * width, integers + from * width, (end - from) * width);
    }
    put_count(*set, total - count);
    shrink(set);
}

int intset_load(struct span bytes, struct intset **set)
{
    struct intset head;
    size_t width, count;

    if (bytes.size < sizeof(head))
        return ERR_DAMAGED;
    memcpy(&head, bytes.data, sizeof(head));
    width = le32toh(head.width);
    count = le32toh(head.count);
    if ((width != WIDTH_16 && width != WIDTH_32 && width != WIDTH_64) ||
        count > INTSET_COUNT_LIMIT || bytes.size != bytes_of(width, count))
        return ERR_DAMAGED;
    for (size_t i = 1; i < count; i++) {
        const unsigned char *integers = (const unsigned char *)bytes.data + sizeof(head);

        if (get(integers, width, i - 1) >= get(integers, width, i))
            return ERR_DAMAGED;
    }
    *set = mem_dup(bytes.data, bytes.size);
    return 0;
}
