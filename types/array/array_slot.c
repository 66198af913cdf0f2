#include "types/array/array_slot.h"
#include "core/base/mem.h"

#include <string.h>

enum {
    INTEGER_BITS = 62,
    DECIMALS_SHIFT = 2,
    DECIMALS_LIMIT = 17,
    DIGITS_SHIFT = 7,
    DECIMAL_TEXT_LIMIT = 20, /* sign, point and zeros in front included */
    LONG_SIZE = 0xff,        /* the first byte of a block whose size is in the next 8 */
};

#define DIGITS_END (INT64_C(1) << 56)

/* Digits with one point in the middle, written as they will be read back: no zeros in front beside
 * the one before the point, no -0.00. */
static bool as_decimal(struct span text, uint64_t *slot)
{
    bool negative = text.size > 0 && text.data[0] == '-';
    size_t start = negative, point = 0;
    int64_t digits = 0;
    uint64_t decimals;

    if (text.size > DECIMAL_TEXT_LIMIT)
        return false;
    for (size_t i = start; i < text.size; i++) {
        char c = text.data[i];

        if (c == '.' && point == 0 && i > start) {
            point = i;
        } else if (c >= '0' && c <= '9' && digits < DIGITS_END / 10) {
            digits = digits * 10 + (c - '0');
        } else {
            return false;
        }
    }
    if (point == 0 || point + 1 == text.size || (negative && digits == 0))
        return false;
    if (text.data[start] == '0' && point > start + 1)
        return false;
    decimals = text.size - point - 1;
    if (decimals > DECIMALS_LIMIT)
        return false;
    *slot = (uint64_t)(negative ? -digits : digits) << DIGITS_SHIFT | decimals << DECIMALS_SHIFT |
            SLOT_DECIMAL;
    return true;
}

static struct span decimal_text(uint64_t slot, char *scratch)
{
    int64_t digits = (int64_t)slot >> DIGITS_SHIFT;
    size_t decimals = slot >> DECIMALS_SHIFT & 31;
    char number[NUM_TEXT_LIMIT];
    size_t count = num_format_u64(number, (uint64_t)(digits < 0 ? -digits : digits));
    size_t size = 0, whole;

    if (digits < 0)
        scratch[size++] = '-';
    if (count > decimals) {
        whole = count - decimals;
        memcpy(scratch + size, number, whole);
        size += whole;
        scratch[size++] = '.';
    } else {
        whole = 0;
        scratch[size++] = '0';
        scratch[size++] = '.';
        memset(scratch + size, '0', decimals - count);
        size += decimals - count;
    }
    memcpy(scratch + size, number + whole, count - whole);
    return span_of(scratch, size + count - whole);
}

static uint64_t as_block(struct span text)
{
    uint64_t size = text.size;
    size_t head = size < LONG_SIZE ? 1 : 1 + sizeof(size);
    unsigned char *block = mem_alloc(head + text.size);

    block[0] = size < LONG_SIZE ? (unsigned char)size : LONG_SIZE;
    if (head > 1)
        memcpy(block + 1, &size, sizeof(size));
    memcpy(block + head, text.data, text.size);
    return (uint64_t)(uintptr_t)block;
}

uint64_t slot_new(struct span text)
{
    const int64_t end = INT64_C(1) << (INTEGER_BITS - 1);
    uint64_t slot;
    int64_t number;

    if (num_parse_i64(text, &number) == 0 && number >= -end && number < end)
        return (uint64_t)number << 2 | SLOT_INTEGER;
    if (text.size <= SLOT_TEXT_LIMIT) {
        slot = text.size << 2 | SLOT_TEXT;
        for (size_t i = 0; i < text.size; i++)
            slot |= (uint64_t)(unsigned char)text.data[i] << (8 + 8 * i);
        return slot;
    }
    return as_decimal(text, &slot) ? slot : as_block(text);
}

uint64_t slot_copy(uint64_t slot)
{
    return slot_kind(slot) == SLOT_BLOCK && slot ? as_block(slot_text(slot, NULL)) : slot;
}

void slot_free(uint64_t slot)
{
    if (slot_kind(slot) == SLOT_BLOCK)
        mem_free((void *)(uintptr_t)slot);
}

struct span slot_text(uint64_t slot, char *scratch)
{
    const char *block;
    uint64_t size;

    switch (slot_kind(slot)) {
    case SLOT_INTEGER:
        return span_of(scratch, num_format_i64(scratch, slot_integer(slot)));
    case SLOT_TEXT:
        size = slot >> 2 & 7;
        for (size_t i = 0; i < size; i++)
            scratch[i] = (char)(slot >> (8 + 8 * i));
        return span_of(scratch, size);
    case SLOT_DECIMAL:
        return decimal_text(slot, scratch);
    default:
        break;
    }
    block = (const char *)(uintptr_t)slot;
    size = (unsigned char)block[0];
    if (size < LONG_SIZE)
        return span_of(block + 1, size);
    memcpy(&size, block + 1, sizeof(size));
    return span_of(block + 1 + sizeof(size), size);
}

size_t slot_memory(uint64_t slot)
{
    return slot_kind(slot) == SLOT_BLOCK ? mem_size((void *)(uintptr_t)slot) : 0;
}
