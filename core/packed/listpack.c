/* listpack.c - the bytes of an element:
 *
 *   0xxxxxxx                    integer 0 .. 127
 *   10xxxxxx                    string of up to 63 bytes
 *   110xxxxx xxxxxxxx           integer of 13 bits, two's complement, high bits first
 *   1110xxxx xxxxxxxx           string of up to 4095 bytes, high bits first
 *   0xf0 size 4                 string
 *   0xf1 .. 0xf4                integer of 2, 3, 4, 8 bytes
 *   0xff                        the end
 *
 * After the bytes comes how many they were with the encoding, in groups of 7 bits, the highest
 * first; all but the first byte of it have their high bit set, so that it is read from the right.
 *
 * The block has room to grow where the allocator gives it: mem_size is asked instead of noting a
 * capacity. */
#include "core/packed/listpack.h"
#include "core/base/check.h"
#include "core/base/error.h"
#include "core/base/mem.h"

#include <string.h>

enum {
    HEADER_SIZE = 6,
    COUNT_UNKNOWN = UINT16_MAX,
    ENCODING_LIMIT = 9, /* of an integer, or before a string's bytes */
    BACK_LIMIT = 5,
    STRING_6_LIMIT = 1 << 6,
    STRING_12_LIMIT = 1 << 12,
    INTEGER_TEXT_LIMIT = 20, /* longer text is no 64-bit integer */
};

enum encoding {
    ENCODING_STRING_32 = 0xf0,
    ENCODING_INT_16 = 0xf1,
    ENCODING_INT_24 = 0xf2,
    ENCODING_INT_32 = 0xf3,
    ENCODING_INT_64 = 0xf4,
    ENCODING_END = 0xff,
};

struct listpack {
    unsigned char bytes[1]; /* the header, and what follows it */
};

/* --- Numbers. */

static uint32_t get_u32(const unsigned char *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void put_u32(unsigned char *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(value >> 8 * i);
}

static uint32_t raw_count(const struct listpack *list)
{
    return (uint32_t)list->bytes[4] | (uint32_t)list->bytes[5] << 8;
}

static void set_count(struct listpack *list, size_t count)
{
    uint32_t value = count < COUNT_UNKNOWN ? (uint32_t)count : COUNT_UNKNOWN;

    list->bytes[4] = (unsigned char)value;
    list->bytes[5] = (unsigned char)(value >> 8);
}

/* After a change by `difference` elements. */
static void change_count(struct listpack *list, int64_t difference)
{
    uint32_t count = raw_count(list);

    if (count == COUNT_UNKNOWN)
        return; /* stays unknown until somebody counts */
    set_count(list, (size_t)((int64_t)count + difference));
}

/* --- Elements. */

static size_t back_size(size_t size)
{
    return size < 1 << 7 ? 1 : size < 1 << 14 ? 2 : size < 1 << 21 ? 3 : size < 1 << 28 ? 4 : 5;
}

static size_t put_back(unsigned char *at, size_t size)
{
    size_t count = back_size(size);

    for (size_t i = count; i-- > 0; size >>= 7)
        at[i] = (unsigned char)((size & 127) | (i > 0 ? 128 : 0));
    return count;
}

static size_t put_integer(unsigned char *to, int64_t value)
{
    int bytes;

    if (value >= 0 && value < 128) {
        to[0] = (unsigned char)value;
        return 1;
    }
    if (value >= -4096 && value < 4096) {
        to[0] = (unsigned char)(0xc0 | (value >> 8 & 0x1f));
        to[1] = (unsigned char)value;
        return 2;
    }
    if (value >= INT16_MIN && value <= INT16_MAX) {
        to[0] = ENCODING_INT_16;
        bytes = 2;
    } else if (value >= -(1 << 23) && value < 1 << 23) {
        to[0] = ENCODING_INT_24;
        bytes = 3;
    } else if (value >= INT32_MIN && value <= INT32_MAX) {
        to[0] = ENCODING_INT_32;
        bytes = 4;
    } else {
        to[0] = ENCODING_INT_64;
        bytes = 8;
    }
    for (int i = 0; i < bytes; i++)
        to[i + 1] = (unsigned char)((uint64_t)value >> 8 * i);
    return (size_t)bytes + 1;
}

static size_t put_string_size(unsigned char *to, size_t size)
{
    if (size < STRING_6_LIMIT) {
        to[0] = (unsigned char)(0x80 | size);
        return 1;
    }
    if (size < STRING_12_LIMIT) {
        to[0] = (unsigned char)(0xe0 | size >> 8);
        to[1] = (unsigned char)size;
        return 2;
    }
    to[0] = ENCODING_STRING_32;
    put_u32(to + 1, (uint32_t)size);
    return 5;
}

/* An element about to be written: what stands before its bytes, and how large all of it is. */
struct shape {
    unsigned char encoding[ENCODING_LIMIT];
    size_t encoding_size;
    struct span bytes; /* empty for an integer */
    size_t size;       /* without what is written backwards */
};

static struct shape shape_of_integer(int64_t value)
{
    struct shape shape = {.bytes = {0}};

    shape.encoding_size = shape.size = put_integer(shape.encoding, value);
    return shape;
}

static struct shape shape_of(struct span bytes)
{
    struct shape shape = {.bytes = bytes};
    int64_t value;

    if (bytes.size > 0 && bytes.size <= INTEGER_TEXT_LIMIT && num_parse_i64(bytes, &value) == 0)
        return shape_of_integer(value);
    shape.encoding_size = put_string_size(shape.encoding, bytes.size);
    shape.size = shape.encoding_size + bytes.size;
    return shape;
}

static void put_shape(unsigned char *to, const struct shape *shape)
{
    memcpy(to, shape->encoding, shape->encoding_size);
    if (shape->bytes.size)
        memcpy(to + shape->encoding_size, shape->bytes.data, shape->bytes.size);
    put_back(to + shape->size, shape->size);
}

size_t listpack_element_size(struct span bytes)
{
    struct shape shape = shape_of(bytes);

    return shape.size + back_size(shape.size);
}

/* Bytes of the element at `at` without what is written backwards; needs the encoding's bytes. */
static size_t element_size(const unsigned char *at)
{
    unsigned char first = at[0];

    if (first < 0x80)
        return 1;
    if (first < 0xc0)
        return 1 + (size_t)(first & 0x3f);
    if (first < 0xe0)
        return 2;
    if (first < 0xf0)
        return 2 + ((size_t)(first & 0x0f) << 8 | at[1]);
    switch (first) {
    case ENCODING_STRING_32:
        return 5 + (size_t)get_u32(at + 1);
    case ENCODING_INT_16:
        return 3;
    case ENCODING_INT_24:
        return 4;
    case ENCODING_INT_32:
        return 5;
    default:
        return 9;
    }
}

/* --- Blocks. */

static struct listpack *resized(struct listpack *list, size_t size)
{
    if (size > mem_size(list))
        list = mem_realloc(list, size);
    return list;
}

struct listpack *listpack_new(size_t capacity)
{
    struct listpack *list = mem_alloc(LISTPACK_OVERHEAD + capacity);

    put_u32(list->bytes, LISTPACK_OVERHEAD);
    set_count(list, 0);
    list->bytes[HEADER_SIZE] = ENCODING_END;
    return list;
}

void listpack_free(struct listpack *list)
{
    mem_free(list);
}

struct listpack *listpack_copy(const struct listpack *list)
{
    return mem_dup(list->bytes, listpack_bytes(list));
}

void listpack_shrink(struct listpack **list)
{
    size_t size = listpack_bytes(*list);

    if (mem_good_size(size) < mem_size(*list))
        *list = mem_realloc(*list, size);
}

size_t listpack_bytes(const struct listpack *list)
{
    return get_u32(list->bytes);
}

struct span listpack_span(const struct listpack *list)
{
    return span_of((const char *)list->bytes, listpack_bytes(list));
}

size_t listpack_memory(const struct listpack *list)
{
    return mem_size(list);
}

size_t listpack_count(const struct listpack *list)
{
    size_t count = raw_count(list);

    if (count != COUNT_UNKNOWN)
        return count;
    count = 0;
    for (size_t at = listpack_first(list); at != LISTPACK_END; at = listpack_next(list, at))
        count++;
    return count;
}

bool listpack_fits(const struct listpack *list, size_t more)
{
    return more <= LISTPACK_SIZE_LIMIT && listpack_bytes(list) <= LISTPACK_SIZE_LIMIT - more;
}

/* --- Places. */

/* A place, or LISTPACK_END if the end mark stands there. */
static size_t place(const struct listpack *list, size_t at)
{
    return list->bytes[at] == ENCODING_END ? LISTPACK_END : at;
}

static size_t after(const struct listpack *list, size_t at)
{
    size_t size = element_size(list->bytes + at);

    return at + size + back_size(size);
}

/* The element that ends before `at`, which is not the first. */
static size_t before(const struct listpack *list, size_t at)
{
    size_t size = 0, count = 0;
    unsigned char byte;

    do {
        byte = list->bytes[--at];
        size |= (size_t)(byte & 127) << 7 * count++;
    } while (byte & 128 && count < BACK_LIMIT);
    return at - size;
}

size_t listpack_first(const struct listpack *list)
{
    return place(list, HEADER_SIZE);
}

size_t listpack_last(const struct listpack *list)
{
    size_t end = listpack_bytes(list) - 1;

    return end == HEADER_SIZE ? LISTPACK_END : before(list, end);
}

size_t listpack_next(const struct listpack *list, size_t at)
{
    return place(list, after(list, at));
}

size_t listpack_previous(const struct listpack *list, size_t at)
{
    return at == HEADER_SIZE ? LISTPACK_END : before(list, at);
}

size_t listpack_seek(const struct listpack *list, int64_t index)
{
    size_t count = raw_count(list);
    size_t at;

    if (count != COUNT_UNKNOWN) {
        if (index >= (int64_t)count || index < -(int64_t)count)
            return LISTPACK_END;
        if (index < 0)
            index += (int64_t)count;
        if (index >= (int64_t)count / 2)
            index -= (int64_t)count;
    }
    if (index >= 0) {
        for (at = listpack_first(list); index > 0 && at != LISTPACK_END; index--)
            at = listpack_next(list, at);
    } else {
        for (at = listpack_last(list); index < -1 && at != LISTPACK_END; index++)
            at = listpack_previous(list, at);
    }
    return at;
}

/* --- Reading. */

static int64_t get_signed(const unsigned char *at, int bytes)
{
    uint64_t value = 0;

    for (int i = 0; i < bytes; i++)
        value |= (uint64_t)at[i] << 8 * i;
    return (int64_t)(value << (64 - 8 * bytes)) >> (64 - 8 * bytes);
}

bool listpack_get(const struct listpack *list, size_t place_at, int64_t *value, struct span *bytes)
{
    const unsigned char *at = list->bytes + place_at;
    unsigned char first = at[0];

    if (first < 0x80) {
        *value = first;
        return true;
    }
    if (first < 0xc0) {
        *bytes = span_of((const char *)at + 1, first & 0x3f);
        return false;
    }
    if (first < 0xe0) {
        *value = (int64_t)((uint64_t)(first & 0x1f) << 59 | (uint64_t)at[1] << 51) >> 51;
        return true;
    }
    if (first < 0xf0) {
        *bytes = span_of((const char *)at + 2, (size_t)(first & 0x0f) << 8 | at[1]);
        return false;
    }
    switch (first) {
    case ENCODING_STRING_32:
        *bytes = span_of((const char *)at + 5, get_u32(at + 1));
        return false;
    case ENCODING_INT_16:
        *value = get_signed(at + 1, 2);
        return true;
    case ENCODING_INT_24:
        *value = get_signed(at + 1, 3);
        return true;
    case ENCODING_INT_32:
        *value = get_signed(at + 1, 4);
        return true;
    default:
        CHECK(first == ENCODING_INT_64);
        *value = get_signed(at + 1, 8);
        return true;
    }
}

struct span listpack_text(const struct listpack *list, size_t at, char *scratch)
{
    struct span bytes = {0};
    int64_t value;

    if (listpack_get(list, at, &value, &bytes))
        bytes = span_of(scratch, num_format_i64(scratch, value));
    return bytes;
}

void listpack_probe_init(struct listpack_probe *probe, struct span bytes)
{
    probe->bytes = bytes;
    probe->is_integer = bytes.size > 0 && bytes.size <= INTEGER_TEXT_LIMIT &&
                        num_parse_i64(bytes, &probe->value) == 0;
}

bool listpack_equal(const struct listpack *list, size_t at, const struct listpack_probe *probe)
{
    struct span bytes;
    int64_t value;

    if (listpack_get(list, at, &value, &bytes))
        return probe->is_integer && value == probe->value;
    return !probe->is_integer && span_equal(bytes, probe->bytes);
}

/* The bytes of an element are one run that depends on nothing else: it is compared as a whole. */
size_t listpack_find(const struct listpack *list, size_t from, struct span bytes, unsigned skip)
{
    struct shape shape = shape_of(bytes);
    const unsigned char *limit = list->bytes + listpack_bytes(list);

    for (size_t at = from; at != LISTPACK_END; at = listpack_next(list, at)) {
        const unsigned char *here = list->bytes + at;

        if ((size_t)(limit - here) > shape.size && here[0] == shape.encoding[0] &&
            memcmp(here, shape.encoding, shape.encoding_size) == 0 &&
            (shape.bytes.size == 0 ||
             memcmp(here + shape.encoding_size, shape.bytes.data, shape.bytes.size) == 0))
            return at;
        for (unsigned i = 0; i < skip; i++) {
            at = listpack_next(list, at);
            if (at == LISTPACK_END)
                return LISTPACK_END;
        }
    }
    return LISTPACK_END;
}

/* --- Changing. */

/* Puts `shape` where `old` bytes stood at `at`, moving what follows. */
static void splice(struct listpack **list, size_t at, size_t old, const struct shape *shape)
{
    size_t size = listpack_bytes(*list);
    size_t fresh = shape->size + back_size(shape->size);

    CHECK(size - old + fresh <= UINT32_MAX);
    if (fresh > old)
        *list = resized(*list, size - old + fresh);
    memmove((*list)->bytes + at + fresh, (*list)->bytes + at + old, size - at - old);
    put_shape((*list)->bytes + at, shape);
    put_u32((*list)->bytes, (uint32_t)(size - old + fresh));
}

static size_t insert_shape(struct listpack **list, size_t at, const struct shape *shape)
{
    if (at == LISTPACK_END)
        at = listpack_bytes(*list) - 1;
    splice(list, at, 0, shape);
    change_count(*list, 1);
    return at;
}

void listpack_append(struct listpack **list, struct span bytes)
{
    listpack_insert(list, LISTPACK_END, bytes);
}

void listpack_append_integer(struct listpack **list, int64_t value)
{
    struct shape shape = shape_of_integer(value);

    insert_shape(list, LISTPACK_END, &shape);
}

void listpack_prepend(struct listpack **list, struct span bytes)
{
    listpack_insert(list, HEADER_SIZE, bytes);
}

size_t listpack_insert(struct listpack **list, size_t at, struct span bytes)
{
    struct shape shape = shape_of(bytes);

    return insert_shape(list, at, &shape);
}

void listpack_replace(struct listpack **list, size_t at, struct span bytes)
{
    struct shape shape = shape_of(bytes);

    splice(list, at, after(*list, at) - at, &shape);
}

void listpack_replace_integer(struct listpack **list, size_t at, int64_t value)
{
    struct shape shape = shape_of_integer(value);

    splice(list, at, after(*list, at) - at, &shape);
}

size_t listpack_remove(struct listpack **list, size_t at, size_t count)
{
    size_t size = listpack_bytes(*list);
    size_t end = at, removed = 0;

    for (; removed < count && (*list)->bytes[end] != ENCODING_END; removed++)
        end = after(*list, end);
    memmove((*list)->bytes + at, (*list)->bytes + end, size - end);
    size -= end - at;
    put_u32((*list)->bytes, (uint32_t)size);
    change_count(*list, -(int64_t)removed);
    if (mem_size(*list) > 64 && size < mem_size(*list) / 2)
        listpack_shrink(list);
    return place(*list, at);
}

void listpack_append_range(struct listpack **to, const struct listpack *from, size_t begin,
                           size_t end)
{
    size_t size = listpack_bytes(*to), more;
    int64_t count = 0;

    if (begin == LISTPACK_END)
        return;
    if (end == LISTPACK_END)
        end = listpack_bytes(from) - 1;
    for (size_t at = begin; at < end; at = after(from, at))
        count++;
    more = end - begin;
    CHECK(size + more <= UINT32_MAX);
    *to = resized(*to, size + more);
    memcpy((*to)->bytes + size - 1, from->bytes + begin, more);
    (*to)->bytes[size + more - 1] = ENCODING_END;
    put_u32((*to)->bytes, (uint32_t)(size + more));
    change_count(*to, count);
}

/* --- Foreign bytes. */

/* Bytes that tell how large the element is. */
static size_t head_size(unsigned char first)
{
    return first == ENCODING_STRING_32 ? 5 : first >= 0xe0 && first < 0xf0 ? 2 : 1;
}

/* The end of the element at `at`, or 0 if it is not a sound one that ends before `limit`. */
static size_t sound_end(const unsigned char *bytes, size_t at, size_t limit)
{
    unsigned char back[BACK_LIMIT];
    size_t size;

    if ((bytes[at] > ENCODING_INT_64) || head_size(bytes[at]) > limit - at)
        return 0;
    size = element_size(bytes + at);
    if (size > limit - at || back_size(size) > limit - at - size)
        return 0;
    put_back(back, size);
    if (memcmp(back, bytes + at + size, back_size(size)) != 0)
        return 0;
    return at + size + back_size(size);
}

int listpack_load(struct span span, struct listpack **list, size_t *count)
{
    const unsigned char *bytes = (const unsigned char *)span.data;
    size_t at = HEADER_SIZE, limit = span.size - 1, found = 0;
    size_t noted;

    if (span.size < LISTPACK_OVERHEAD || span.size > LISTPACK_SIZE_LIMIT ||
        get_u32(bytes) != span.size || bytes[limit] != ENCODING_END)
        return ERR_DAMAGED;
    for (; at < limit; found++) {
        at = sound_end(bytes, at, limit);
        if (at == 0)
            return ERR_DAMAGED;
    }
    noted = (size_t)bytes[4] | (size_t)bytes[5] << 8;
    if (noted != COUNT_UNKNOWN && noted != found)
        return ERR_DAMAGED;
    *list = mem_dup(bytes, span.size);
    set_count(*list, found);
    *count = found;
    return 0;
}
