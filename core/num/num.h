/* num.h - numbers to text and back, exactly and without locale; sums that notice overflow. */
#ifndef MS_CORE_NUM_NUM_H
#define MS_CORE_NUM_NUM_H

#include "core/bytes/span.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    NUM_TEXT_LIMIT = 24,          /* enough for any 64-bit integer with sign and terminator */
    NUM_DOUBLE_TEXT_LIMIT = 5120, /* enough for a long double in fixed notation */
};

/* The whole of `text` as a decimal integer in its one canonical form (no blank, no '+', no leading
 * zero, no "-0"), as Redis reads integer arguments. 0, or ERR_SYNTAX / ERR_RANGE with *out
 * untouched. */
int num_parse_i64(struct span text, int64_t *out);

/* Digits only; leading zeros are allowed. 0, ERR_SYNTAX or ERR_RANGE. */
int num_parse_u64(struct span text, uint64_t *out);

/* A float argument: decimal, exponent, hex, inf and infinity with sign; no blanks, no NaN. 0,
 * ERR_SYNTAX, or ERR_RANGE when it is too large or too near zero to be told from it. */
int num_parse_double(struct span text, double *out);
int num_parse_long_double(struct span text, long double *out);

/* "100", "64mb", "1gb": digits with b, k, kb, m, mb, g, gb in any case (k is 1000, kb 1024). 0,
 * ERR_SYNTAX or ERR_RANGE. */
int num_parse_memory(struct span text, int64_t *out);

/* Write decimal text without terminator; return its size. `to` has NUM_TEXT_LIMIT bytes. */
size_t num_format_i64(char *to, int64_t value);
size_t num_format_u64(char *to, uint64_t value);

/* The shortest text that reads back as the same double ("3", "0.1", "1e+300", "inf", "-inf",
 * "nan"), in the notation of Redis since 7.2: integers up to 2^62 are written out, larger and very
 * small numbers are "1e+20", "1.5e-7". `to` has 40 bytes. */
size_t num_format_double(char *to, double value);

/* Fixed notation with up to 17 decimals, trailing zeros removed, as INCRBYFLOAT prints. `to` has
 * NUM_DOUBLE_TEXT_LIMIT bytes. */
size_t num_format_long_double(char *to, long double value);

/* *out = a + b, a * b; false (and *out untouched) when it does not fit. */
static inline bool num_add_size(size_t a, size_t b, size_t *out)
{
    return !__builtin_add_overflow(a, b, out);
}

static inline bool num_mul_size(size_t a, size_t b, size_t *out)
{
    return !__builtin_mul_overflow(a, b, out);
}

static inline bool num_add_i64(int64_t a, int64_t b, int64_t *out)
{
    int64_t sum;

    if (__builtin_add_overflow(a, b, &sum))
        return false;
    *out = sum;
    return true;
}

static inline bool num_mul_i64(int64_t a, int64_t b, int64_t *out)
{
    int64_t product;

    if (__builtin_mul_overflow(a, b, &product))
        return false;
    *out = product;
    return true;
}

#endif
