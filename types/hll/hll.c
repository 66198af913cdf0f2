#include "types/hll/hll.h"

#include "core/base/error.h"
#include "types/hll/hll_sparse.h"

#include <endian.h>
#include <math.h>

enum {
    ENCODING_AT = 4,
    COUNT_AT = 8,
    COUNT_FLAG_AT = 15, /* the byte with the flag */
    COUNT_STALE = 0x80,
};

bool hll_is_valid(struct span hll)
{
    if (hll.size < HLL_HEADER_SIZE || memcmp(hll.data, "HYLL", 4) != 0)
        return false;
    if (hll.data[ENCODING_AT] == HLL_DENSE)
        return hll.size == HLL_DENSE_SIZE;
    return hll.data[ENCODING_AT] == HLL_SPARSE;
}

enum hll_encoding hll_encoding(struct span hll)
{
    return (enum hll_encoding)hll.data[ENCODING_AT];
}

void hll_set_encoding(unsigned char *bytes, enum hll_encoding encoding)
{
    bytes[ENCODING_AT] = (unsigned char)encoding;
}

void hll_header_init(unsigned char *bytes, enum hll_encoding encoding)
{
    memset(bytes, 0, HLL_HEADER_SIZE);
    memcpy(bytes, "HYLL", 4);
    hll_set_encoding(bytes, encoding);
    hll_forget_count(bytes);
}

/* --- The cached count. */

bool hll_cached_count(struct span hll, uint64_t *count)
{
    uint64_t stored;

    memcpy(&stored, hll.data + COUNT_AT, sizeof(stored));
    stored = le64toh(stored);
    if (stored >> 63)
        return false;
    *count = stored;
    return true;
}

void hll_cache_count(unsigned char *bytes, uint64_t count)
{
    uint64_t stored = htole64(count);

    memcpy(bytes + COUNT_AT, &stored, sizeof(stored));
}

void hll_forget_count(unsigned char *bytes)
{
    bytes[COUNT_FLAG_AT] |= COUNT_STALE;
}

/* --- The hash: MurmurHash64A by Austin Appleby (public domain), read as little endian. */

static uint64_t load_64(const char *from)
{
    uint64_t word;

    memcpy(&word, from, sizeof(word));
    return le64toh(word);
}

static uint64_t murmur64a(struct span bytes, uint64_t seed)
{
    const uint64_t multiplier = UINT64_C(0xc6a4a7935bd1e995);
    uint64_t hash = seed ^ (bytes.size * multiplier);
    size_t at = 0;

    for (; at + 8 <= bytes.size; at += 8) {
        uint64_t word = load_64(bytes.data + at) * multiplier;

        word ^= word >> 47;
        hash = (hash ^ (word * multiplier)) * multiplier;
    }
    if (at < bytes.size) {
        char rest[8] = {0};

        memcpy(rest, bytes.data + at, bytes.size - at);
        hash = (hash ^ load_64(rest)) * multiplier;
    }
    hash = (hash ^ (hash >> 47)) * multiplier;
    return hash ^ (hash >> 47);
}

unsigned hll_register_of(struct span element, unsigned *value)
{
    const uint64_t seed = UINT64_C(0xadc83b19);
    uint64_t hash = murmur64a(element, seed);
    uint64_t rest = hash >> HLL_INDEX_BITS | UINT64_C(1) << HLL_HASH_BITS; /* it ends somewhere */

    *value = (unsigned)__builtin_ctzll(rest) + 1;
    return (unsigned)(hash & (HLL_REGISTERS - 1));
}

/* --- Dense registers. A register lies in one byte or in two; the last ends with the last byte. */

unsigned hll_dense_get(const unsigned char *bytes, unsigned index)
{
    const unsigned char *at = bytes + HLL_HEADER_SIZE + index * HLL_VALUE_BITS / 8;
    unsigned shift = index * HLL_VALUE_BITS % 8;
    unsigned value = (unsigned)at[0] >> shift;

    if (shift > 8 - HLL_VALUE_BITS)
        value |= (unsigned)at[1] << (8 - shift);
    return value & (HLL_VALUE_LIMIT - 1);
}

void hll_dense_set(unsigned char *bytes, unsigned index, unsigned value)
{
    unsigned char *at = bytes + HLL_HEADER_SIZE + index * HLL_VALUE_BITS / 8;
    unsigned shift = index * HLL_VALUE_BITS % 8;
    unsigned mask = (unsigned)(HLL_VALUE_LIMIT - 1) << shift;

    at[0] = (unsigned char)((at[0] & ~mask) | (value << shift & mask));
    if (shift > 8 - HLL_VALUE_BITS)
        at[1] = (unsigned char)((at[1] & ~(mask >> 8)) | (value << shift & mask) >> 8);
}

/* Four registers are three bytes. */
static void unpack_four(const unsigned char *from, uint8_t to[4])
{
    unsigned bits = from[0] | (unsigned)from[1] << 8 | (unsigned)from[2] << 16;

    to[0] = bits & 63;
    to[1] = bits >> 6 & 63;
    to[2] = bits >> 12 & 63;
    to[3] = (uint8_t)(bits >> 18);
}

void hll_dense_pack(unsigned char *bytes, const uint8_t registers[HLL_REGISTERS])
{
    unsigned char *to = bytes + HLL_HEADER_SIZE;

    for (size_t i = 0; i < HLL_REGISTERS; i += 4, to += 3) {
        unsigned bits = registers[i] | (unsigned)registers[i + 1] << 6 |
                        (unsigned)registers[i + 2] << 12 | (unsigned)registers[i + 3] << 18;

        to[0] = (unsigned char)bits;
        to[1] = (unsigned char)(bits >> 8);
        to[2] = (unsigned char)(bits >> 16);
    }
}

static void merge_dense(struct span hll, uint8_t registers[HLL_REGISTERS])
{
    const unsigned char *from = (const unsigned char *)hll.data + HLL_HEADER_SIZE;

    for (size_t i = 0; i < HLL_REGISTERS; i += 4, from += 3) {
        uint8_t four[4];

        unpack_four(from, four);
        for (size_t j = 0; j < 4; j++)
            registers[i + j] = registers[i + j] > four[j] ? registers[i + j] : four[j];
    }
}

int hll_merge(struct span hll, uint8_t registers[HLL_REGISTERS])
{
    if (hll_encoding(hll) == HLL_SPARSE)
        return hll_sparse_merge(hll, registers);
    merge_dense(hll, registers);
    return 0;
}

/* --- The estimate, from how many registers hold each value. */

static double sigma(double x)
{
    double power = 1, sum = x, last;

    if (x == 1)
        return INFINITY;
    do {
        x *= x;
        last = sum;
        sum += x * power;
        power += power;
    } while (last != sum);
    return sum;
}

static double tau(double x)
{
    double power = 1, rest = 1 - x, last;

    if (x == 0 || x == 1)
        return 0;
    do {
        x = sqrt(x);
        last = rest;
        power *= 0.5;
        rest -= (1 - x) * (1 - x) * power;
    } while (last != rest);
    return rest / 3;
}

static uint64_t estimate(const uint32_t histogram[HLL_VALUE_LIMIT])
{
    const double alpha = 0.721347520444481703680, count = HLL_REGISTERS; /* 1 / (2 ln 2) */
    double sum = count * tau((count - histogram[HLL_HASH_BITS + 1]) / count), result;

    for (unsigned value = HLL_HASH_BITS; value >= 1; value--) {
        sum += histogram[value];
        sum *= 0.5;
    }
    sum += count * sigma(histogram[0] / count);
    result = alpha * count * count / sum;
    /* Registers that no elements would make: the sum is next to nothing. */
    return result < 0x1p62 ? (uint64_t)llround(result) : INT64_MAX;
}

uint64_t hll_count_registers(const uint8_t registers[HLL_REGISTERS])
{
    uint32_t histogram[HLL_VALUE_LIMIT] = {0};

    for (size_t i = 0; i < HLL_REGISTERS; i++)
        histogram[registers[i]]++;
    return estimate(histogram);
}

static uint64_t count_dense(struct span hll)
{
    const unsigned char *from = (const unsigned char *)hll.data + HLL_HEADER_SIZE;
    uint32_t parts[4][HLL_VALUE_LIMIT] = {0}; /* so that equal neighbours do not wait */
    uint32_t *histogram = parts[0];

    for (size_t i = 0; i < HLL_REGISTERS; i += 4, from += 3) {
        uint8_t four[4];

        unpack_four(from, four);
        for (size_t j = 0; j < 4; j++)
            parts[j][four[j]]++;
    }
    for (size_t value = 0; value < HLL_VALUE_LIMIT; value++)
        histogram[value] += parts[1][value] + parts[2][value] + parts[3][value];
    return estimate(histogram);
}

int hll_count(struct span hll, uint64_t *count)
{
    uint32_t histogram[HLL_VALUE_LIMIT] = {0};

    if (hll_encoding(hll) == HLL_DENSE) {
        *count = count_dense(hll);
        return 0;
    }
    if (hll_sparse_histogram(hll, histogram) < 0)
        return ERR_DAMAGED;
    *count = estimate(histogram);
    return 0;
}
