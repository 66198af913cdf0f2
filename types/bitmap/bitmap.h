/* bitmap.h - a string's bytes as bits, without keys or replies: counting, finding, fields of any
 * width, combining. Bit 0 is the highest bit of byte 0, as SETBIT counts. Pure functions; any
 * thread. */
#ifndef MS_TYPES_BITMAP_BITMAP_H
#define MS_TYPES_BITMAP_BITMAP_H

#include "core/bytes/span.h"

#include <stdbool.h>
#include <stdint.h>

/* Set bits from `first` to `last`, both included and both inside of `bytes`. O(bytes between). */
uint64_t bitmap_count(struct span bytes, uint64_t first, uint64_t last);

/* Where the first bit that equals `bit` is, from `first` to `last` as above; -1 if there is none.
 * O(bytes between). */
int64_t bitmap_find(struct span bytes, bool bit, uint64_t first, uint64_t last);

/* A field: `bits` bits (1 to 64) from bit `at` on, the highest first. What lies outside of `bytes`
 * reads as zero. */
uint64_t bitmap_get(struct span bytes, uint64_t at, unsigned bits);

/* Overwrites a field with the low bits of `value`. The field must lie inside of `bytes`. */
void bitmap_set(unsigned char *bytes, uint64_t at, unsigned bits, uint64_t value);

/* What happens to a number that its field cannot hold. */
enum bitmap_overflow {
    BITMAP_WRAP, /* its low bits count */
    BITMAP_SATURATE,
    BITMAP_FAIL,
};

/* A field's number plus `by`, fitted into `bits` bits. `number` is the field's own, sign-extended
 * if `is_signed`; an unsigned field has at most 63 bits. False, with *sum untouched, if it does not
 * fit and `overflow` says to fail. */
bool bitmap_add(uint64_t number, int64_t by, unsigned bits, bool is_signed,
                enum bitmap_overflow overflow, uint64_t *sum);

/* The low `bits` bits of `value` as a number with a sign. */
int64_t bitmap_extend_sign(uint64_t value, unsigned bits);

enum bitmap_op {
    BITMAP_AND,
    BITMAP_OR,
    BITMAP_XOR,
    BITMAP_NOT,   /* of the only source */
    BITMAP_DIFF,  /* in the first source and in none of the others */
    BITMAP_DIFF1, /* in one of the others and not in the first */
    BITMAP_ANDOR, /* in the first and in one of the others */
    BITMAP_ONE,   /* in exactly one of them */
};

/* Combines `count` sources (at least 1), each padded with zero bits to `size` bytes, the size of
 * the longest. `to` has `size` bytes; it may be the place of a source, too, from that one's first
 * byte on. O(size * count). */
void bitmap_combine(enum bitmap_op op, const struct span *sources, size_t count, char *to,
                    size_t size);

#endif
