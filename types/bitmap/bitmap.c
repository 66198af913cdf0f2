#include "types/bitmap/bitmap.h"

#include "core/base/check.h"

enum {
    FIELD_WINDOW = 9 /* bytes that a field of 64 bits can touch */
};

static uint64_t load_word(const unsigned char *from)
{
    uint64_t word;

    memcpy(&word, from, sizeof(word));
    return word;
}

/* --- Counting. Compiled twice where the processor may or may not count bits itself. */

__attribute__((always_inline)) static inline uint64_t count_words(const unsigned char *from,
                                                                  size_t words)
{
    uint64_t sums[4] = {0};
    size_t at = 0;

    for (; at + 4 <= words; at += 4, from += 32) {
        sums[0] += (unsigned)__builtin_popcountll(load_word(from));
        sums[1] += (unsigned)__builtin_popcountll(load_word(from + 8));
        sums[2] += (unsigned)__builtin_popcountll(load_word(from + 16));
        sums[3] += (unsigned)__builtin_popcountll(load_word(from + 24));
    }
    for (; at < words; at++, from += 8)
        sums[0] += (unsigned)__builtin_popcountll(load_word(from));
    return sums[0] + sums[1] + sums[2] + sums[3];
}

static uint64_t count_portable(const unsigned char *from, size_t words)
{
    return count_words(from, words);
}

#ifdef __x86_64__
__attribute__((target("popcnt"))) static uint64_t count_native(const unsigned char *from,
                                                               size_t words)
{
    return count_words(from, words);
}
#endif

static uint64_t count_bytes(const unsigned char *from, size_t size)
{
    unsigned char rest[8] = {0};
    uint64_t sum;

    memcpy(rest, from + size / 8 * 8, size % 8);
    sum = (unsigned)__builtin_popcountll(load_word(rest));
#ifdef __x86_64__
    if (__builtin_cpu_supports("popcnt"))
        return sum + count_native(from, size / 8);
#endif
    return sum + count_portable(from, size / 8);
}

/* The bits of a byte that belong to a range which begins (ends) in it. */
static unsigned from_bit(uint64_t first)
{
    return 0xffu >> (first & 7);
}

static unsigned to_bit(uint64_t last)
{
    return 0xffu << (7 - (last & 7)) & 0xffu;
}

uint64_t bitmap_count(struct span bytes, uint64_t first, uint64_t last)
{
    const unsigned char *data = (const unsigned char *)bytes.data;
    uint64_t begin = first / 8, end = last / 8, sum;

    CHECK(first <= last && end < bytes.size);
    sum = count_bytes(data + begin, end - begin + 1);
    sum -= (unsigned)__builtin_popcount(data[begin] & ~from_bit(first));
    sum -= (unsigned)__builtin_popcount(data[end] & ~to_bit(last));
    return sum;
}

/* --- Finding. */

static int64_t first_bit(uint64_t byte_at, unsigned byte)
{
    return (int64_t)(byte_at * 8) + __builtin_clz(byte) - 24;
}

/* True if four words hold nothing but what is not looked for. */
static bool skip_words(const unsigned char *from, uint64_t none)
{
    return ((load_word(from) ^ none) | (load_word(from + 8) ^ none) |
            (load_word(from + 16) ^ none) | (load_word(from + 24) ^ none)) == 0;
}

int64_t bitmap_find(struct span bytes, bool bit, uint64_t first, uint64_t last)
{
    const unsigned char *data = (const unsigned char *)bytes.data;
    uint64_t at = first / 8, end = last / 8;
    unsigned flip = bit ? 0 : 0xff; /* what is looked for becomes a set bit */
    uint64_t none = bit ? 0 : UINT64_MAX;
    unsigned byte;

    CHECK(first <= last && end < bytes.size);
    byte = (data[at] ^ flip) & from_bit(first);
    if (at < end && byte == 0) {
        at++;
        while (at + 32 <= end && skip_words(data + at, none))
            at += 32;
        while (at + 8 <= end && load_word(data + at) == none)
            at += 8;
        while (at < end && data[at] == (unsigned char)none)
            at++;
        byte = data[at] ^ flip;
    }
    if (at == end)
        byte &= to_bit(last);
    return byte ? first_bit(at, byte) : -1;
}

/* --- Fields. A field of 64 bits that begins inside of a byte touches nine; they are taken as one
 * number of 72 bits. */

/* Bits of the window below the field. */
static unsigned below(uint64_t at, unsigned bits)
{
    return FIELD_WINDOW * 8 - (unsigned)(at & 7) - bits;
}

static uint64_t low_mask(unsigned bits)
{
    return UINT64_MAX >> (64 - bits);
}

uint64_t bitmap_get(struct span bytes, uint64_t at, unsigned bits)
{
    const unsigned char *data = (const unsigned char *)bytes.data;
    unsigned __int128 window = 0;
    uint64_t begin = at / 8;

    for (uint64_t i = begin; i < begin + FIELD_WINDOW; i++)
        window = window << 8 | (i < bytes.size ? data[i] : 0);
    return (uint64_t)(window >> below(at, bits)) & low_mask(bits);
}

void bitmap_set(unsigned char *bytes, uint64_t at, unsigned bits, uint64_t value)
{
    unsigned __int128 mask = (unsigned __int128)low_mask(bits) << below(at, bits);
    unsigned __int128 window = (unsigned __int128)(value & low_mask(bits)) << below(at, bits);
    uint64_t begin = at / 8, end = (at + bits - 1) / 8;

    for (uint64_t i = begin; i <= end; i++) {
        unsigned shift = (unsigned)(FIELD_WINDOW - 1 - (i - begin)) * 8;

        bytes[i] = (unsigned char)((bytes[i] & ~(unsigned)(mask >> shift)) |
                                   ((unsigned)(window >> shift) & 0xff));
    }
}

int64_t bitmap_extend_sign(uint64_t value, unsigned bits)
{
    uint64_t sign = UINT64_C(1) << (bits - 1);

    return (int64_t)(((value & low_mask(bits)) ^ sign) - sign);
}

bool bitmap_add(uint64_t number, int64_t by, unsigned bits, bool is_signed,
                enum bitmap_overflow overflow, uint64_t *sum)
{
    __int128 highest = is_signed ? (__int128)low_mask(bits) >> 1 : (__int128)low_mask(bits);
    __int128 lowest = is_signed ? -highest - 1 : 0;
    __int128 exact = (is_signed ? (__int128)(int64_t)number : (__int128)number) + by;

    if (exact >= lowest && exact <= highest) {
        *sum = (uint64_t)exact;
        return true;
    }
    if (overflow == BITMAP_FAIL)
        return false;
    if (overflow == BITMAP_SATURATE)
        *sum = (uint64_t)(exact < lowest ? lowest : highest);
    else if (is_signed)
        *sum = (uint64_t)bitmap_extend_sign((uint64_t)exact, bits);
    else
        *sum = (uint64_t)exact & low_mask(bits);
    return true;
}

/* --- Combining. The result is made piece by piece, each small enough to stay in the nearest cache
 * while all sources pass over it, in words of 32 bytes. */

enum {
    PIECE_SIZE = 4096
};

/* Unaligned; the compiler splits it into what the processor has. */
typedef uint64_t wide_word __attribute__((vector_size(32), aligned(1), may_alias));

enum step {
    STEP_AND,
    STEP_OR,
    STEP_XOR,
    STEP_WITHOUT
};

__attribute__((always_inline)) static inline void step(enum step what, char *to, const char *from,
                                                       size_t size)
{
    size_t at = 0;

    for (; at + sizeof(wide_word) <= size; at += sizeof(wide_word)) {
        wide_word *left = (wide_word *)(to + at);
        const wide_word *right = (const wide_word *)(from + at);

        *left = what == STEP_AND   ? *left & *right
                : what == STEP_OR  ? *left | *right
                : what == STEP_XOR ? *left ^ *right
                                   : *left & ~*right;
    }
    for (; at < size; at++)
        to[at] = (char)(what == STEP_AND   ? to[at] & from[at]
                        : what == STEP_OR  ? to[at] | from[at]
                        : what == STEP_XOR ? to[at] ^ from[at]
                                           : to[at] & ~from[at]);
}

/* Sources that end before the piece does count as zero bytes there. */
static void step_and(char *to, struct span from, size_t size)
{
    step(STEP_AND, to, from.data, from.size);
    if (from.size < size)
        memset(to + from.size, 0, size - from.size);
}

static void step_or(char *to, struct span from)
{
    step(STEP_OR, to, from.data, from.size);
}

static void step_xor(char *to, struct span from)
{
    step(STEP_XOR, to, from.data, from.size);
}

static void step_without(char *to, struct span from)
{
    step(STEP_WITHOUT, to, from.data, from.size);
}

/* The part of a source that lies in the piece. */
static struct span part(struct span source, size_t at, size_t size)
{
    if (source.size <= at)
        return (struct span){0};
    return span_of(source.data + at, source.size - at < size ? source.size - at : size);
}

static void load(char *to, struct span from, size_t size)
{
    if (from.size)
        memcpy(to, from.data, from.size);
    if (from.size < size)
        memset(to + from.size, 0, size - from.size);
}

/* The bits that exactly one source has: those seen, without those seen again. */
static void combine_one(const struct span *sources, size_t count, char *to, size_t at, size_t size)
{
    char again[PIECE_SIZE] = {0}, both[PIECE_SIZE];

    load(to, part(sources[0], at, size), size);
    for (size_t i = 1; i < count; i++) {
        struct span source = part(sources[i], at, size);

        memcpy(both, to, source.size);
        step_and(both, source, source.size);
        step_or(again, span_of(both, source.size));
        step_or(to, source);
    }
    step_without(to, span_of(again, size));
}

/* DIFF1 and ANDOR: what the others have together comes first. */
static void combine_others(enum bitmap_op op, const struct span *sources, size_t count, char *to,
                           size_t at, size_t size)
{
    memset(to, 0, size);
    for (size_t i = 1; i < count; i++)
        step_or(to, part(sources[i], at, size));
    if (op == BITMAP_DIFF1)
        step_without(to, part(sources[0], at, size));
    else
        step_and(to, part(sources[0], at, size), size);
}

static void combine_in_turn(enum bitmap_op op, const struct span *sources, size_t count, char *to,
                            size_t at, size_t size)
{
    load(to, part(sources[0], at, size), size);
    for (size_t i = 1; i < count; i++) {
        struct span source = part(sources[i], at, size);

        if (op == BITMAP_AND)
            step_and(to, source, size);
        else if (op == BITMAP_OR)
            step_or(to, source);
        else if (op == BITMAP_XOR)
            step_xor(to, source);
        else
            step_without(to, source);
    }
}

static void invert(char *to, struct span from)
{
    memset(to, 0xff, from.size);
    step_without(to, from);
}

void bitmap_combine(enum bitmap_op op, const struct span *sources, size_t count, char *to,
                    size_t size)
{
    for (size_t at = 0; at < size; at += PIECE_SIZE) {
        size_t piece = size - at < PIECE_SIZE ? size - at : PIECE_SIZE;
        char made[PIECE_SIZE];

        if (op == BITMAP_NOT)
            invert(made, part(sources[0], at, piece));
        else if (op == BITMAP_ONE)
            combine_one(sources, count, made, at, piece);
        else if (op == BITMAP_DIFF1 || op == BITMAP_ANDOR)
            combine_others(op, sources, count, made, at, piece);
        else
            combine_in_turn(op, sources, count, made, at, piece);
        memcpy(to + at, made, piece); /* only now: `to` may be a source */
    }
}
