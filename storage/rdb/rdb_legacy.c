/* rdb_legacy.c - the packed forms of Redis before 7.0, element by element.
 *
 *   ziplist: bytes 4 | tail 4 | count 2 | entry ... | 0xff       little-endian
 *   entry:   size of the previous (1, or 0xfe and 4) | encoding | bytes
 *            00pppppp                a string of up to 63 bytes
 *            01pppppp qqqqqqqq       of up to 16383, high bits first
 *            10...... 4 bytes        of any size, big-endian
 *            0xc0 0xd0 0xe0          integers of 2, 4, 8 bytes;  0xf0 of 3;  0xfe of 1
 *            0xf1 .. 0xfd            the integers 0 .. 12
 *
 *   zipmap:  count 1 | (size key | size free value) ... | 0xff   size: 1, or 0xfe and 4; free: 1
 * byte, that many unused ones follow the value */
#include "core/base/error.h"
#include "core/num/num.h"
#include "storage/rdb/rdb_reader.h"

#include <string.h>

enum {
    ZIPLIST_HEADER = 10,
    BIG = 0xfe,
    END = 0xff,
};

static size_t left(const struct ziplist_cursor *cursor)
{
    return (size_t)(cursor->end - cursor->at);
}

static uint32_t little32(const unsigned char *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* Takes `size` bytes; NULL if there are not as many. */
static const unsigned char *take(struct ziplist_cursor *cursor, size_t size)
{
    const unsigned char *at = cursor->at;

    if (left(cursor) < size)
        return NULL;
    cursor->at += size;
    return at;
}

int ziplist_begin(struct ziplist_cursor *cursor, struct span bytes)
{
    const unsigned char *data = (const unsigned char *)bytes.data;

    *cursor = (struct ziplist_cursor){0};
    if (bytes.size <= ZIPLIST_HEADER || little32(data) != bytes.size || data[bytes.size - 1] != END)
        return ERR_DAMAGED;
    cursor->at = data + ZIPLIST_HEADER;
    cursor->end = data + bytes.size;
    return 0;
}

static int string_element(struct ziplist_cursor *cursor, size_t size, struct span *element)
{
    const unsigned char *at = take(cursor, size);

    if (!at)
        return ERR_DAMAGED;
    *element = span_of((const char *)at, size);
    return 1;
}

static int integer_element(struct ziplist_cursor *cursor, int size, struct span *element,
                           char *scratch)
{
    const unsigned char *at = take(cursor, (size_t)size);
    uint64_t value = 0;

    if (!at)
        return ERR_DAMAGED;
    for (int i = 0; i < size; i++)
        value |= (uint64_t)at[i] << 8 * i;
    *element = span_of(
        scratch, num_format_i64(scratch, (int64_t)(value << (64 - 8 * size)) >> (64 - 8 * size)));
    return 1;
}

int ziplist_next(struct ziplist_cursor *cursor, struct span *element, char *scratch)
{
    const unsigned char *at;
    unsigned char first;

    if (left(cursor) == 1)
        return *cursor->at == END ? 0 : ERR_DAMAGED;
    at = take(cursor, 1);
    if (!at || *at == END || (*at == BIG && !take(cursor, 4)))
        return ERR_DAMAGED;
    at = take(cursor, 1);
    if (!at)
        return ERR_DAMAGED;
    first = *at;
    switch (first >> 6) {
    case 0:
        return string_element(cursor, first & 0x3f, element);
    case 1:
        at = take(cursor, 1);
        return at ? string_element(cursor, (size_t)(first & 0x3f) << 8 | *at, element)
                  : ERR_DAMAGED;
    case 2:
        at = take(cursor, 4);
        return at ? string_element(cursor, __builtin_bswap32(little32(at)), element) : ERR_DAMAGED;
    default:
        break;
    }
    switch (first) {
    case 0xc0:
        return integer_element(cursor, 2, element, scratch);
    case 0xd0:
        return integer_element(cursor, 4, element, scratch);
    case 0xe0:
        return integer_element(cursor, 8, element, scratch);
    case 0xf0:
        return integer_element(cursor, 3, element, scratch);
    case 0xfe:
        return integer_element(cursor, 1, element, scratch);
    default:
        if (first < 0xf1 || first > 0xfd)
            return ERR_DAMAGED;
        *element = span_of(scratch, num_format_i64(scratch, first - 0xf1));
        return 1;
    }
}

int zipmap_begin(struct ziplist_cursor *cursor, struct span bytes)
{
    const unsigned char *data = (const unsigned char *)bytes.data;

    *cursor = (struct ziplist_cursor){0};
    if (bytes.size < 2 || data[bytes.size - 1] != END)
        return ERR_DAMAGED;
    cursor->at = data + 1;
    cursor->end = data + bytes.size;
    return 0;
}

int zipmap_next(struct ziplist_cursor *cursor, struct span *element)
{
    const unsigned char *at;
    size_t size, unused = 0;
    bool is_value = cursor->at_value;

    if (!is_value && left(cursor) == 1)
        return *cursor->at == END ? 0 : ERR_DAMAGED;
    at = take(cursor, 1);
    if (!at || *at == END)
        return ERR_DAMAGED;
    size = *at;
    if (size == BIG) {
        at = take(cursor, 4);
        if (!at)
            return ERR_DAMAGED;
        size = little32(at);
    }
    if (is_value) {
        at = take(cursor, 1);
        if (!at)
            return ERR_DAMAGED;
        unused = *at;
    }
    if (string_element(cursor, size, element) < 0 || !take(cursor, unused))
        return ERR_DAMAGED;
    cursor->at_value = !is_value;
    return 1;
}
