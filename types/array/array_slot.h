/* array_slot.h - one element of an array in 64 bits. Most values need no block of their own: whole
 * numbers below 2^61, texts of up to 7 bytes, and decimals of up to 16 digits are in the slot.
 *
 *   bits 0-1: kind | the rest
 *   SLOT_BLOCK    0 | address of a block: size (1 byte, or 0xff and 8 bytes), bytes; all 0: empty
 *   SLOT_INTEGER  1 | the number, 62 bits
 *   SLOT_TEXT     2 | size in bits 2-4, bytes from bit 8 up
 *   SLOT_DECIMAL  3 | decimals in bits 2-6, all digits as a number in 57 bits
 *
 * What is read back is byte for byte what was put in. The array's shard is held. */
#ifndef MS_TYPES_ARRAY_ARRAY_SLOT_H
#define MS_TYPES_ARRAY_ARRAY_SLOT_H

#include "core/bytes/span.h"
#include "core/num/num.h"

#include <stdbool.h>
#include <stdint.h>

enum slot_kind {
    SLOT_BLOCK = 0,
    SLOT_INTEGER = 1,
    SLOT_TEXT = 2,
    SLOT_DECIMAL = 3,
};

enum {
    SLOT_TEXT_LIMIT = 7, /* bytes of a text in the slot */
};

static inline enum slot_kind slot_kind(uint64_t slot)
{
    return (enum slot_kind)(slot & 3);
}

/* A slot that holds `text`; never 0. The caller owns it: slot_free. */
uint64_t slot_new(struct span text);
uint64_t slot_copy(uint64_t slot);
void slot_free(uint64_t slot); /* also of 0 */

/* The element's bytes: in the slot's block, or written to `scratch` (NUM_TEXT_LIMIT bytes). Good
 * until either changes. */
struct span slot_text(uint64_t slot, char *scratch);

/* The number of a SLOT_INTEGER. */
static inline int64_t slot_integer(uint64_t slot)
{
    return (int64_t)slot >> 2;
}

/* Bytes of the slot's block, 0 if it has none. */
size_t slot_memory(uint64_t slot);

#endif
