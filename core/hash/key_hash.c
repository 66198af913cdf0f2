/* SipHash with one compression round a word and three at the end (Aumasson and Bernstein, "SipHash:
 * a fast short-input PRF", 2012). Enough to keep clients, who do not see the hashes, from building
 * names that collide, at half the cost of 2-4. */
#include "core/hash/key_hash.h"

#include <string.h>

/* Written once before the first key is hashed and before there is a second thread; then read only.
 */
static uint64_t seed_words[2];

struct sip {
    uint64_t v0, v1, v2, v3;
};

static inline uint64_t rotate_left(uint64_t value, int bits)
{
    return (value << bits) | (value >> (64 - bits));
}

static inline uint64_t load_le64(const void *from)
{
    uint64_t word;

    memcpy(&word, from, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

static inline uint32_t load_le32(const void *from)
{
    uint32_t word;

    memcpy(&word, from, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap32(word);
#endif
    return word;
}

static inline void sip_round(struct sip *s)
{
    s->v0 += s->v1;
    s->v2 += s->v3;
    s->v1 = rotate_left(s->v1, 13) ^ s->v0;
    s->v3 = rotate_left(s->v3, 16) ^ s->v2;
    s->v0 = rotate_left(s->v0, 32);
    s->v2 += s->v1;
    s->v0 += s->v3;
    s->v1 = rotate_left(s->v1, 17) ^ s->v2;
    s->v3 = rotate_left(s->v3, 21) ^ s->v0;
    s->v2 = rotate_left(s->v2, 32);
}

static inline void sip_word(struct sip *s, uint64_t word)
{
    s->v3 ^= word;
    sip_round(s);
    s->v0 ^= word;
}

/* The last 0 .. 7 bytes, little-endian, without reading past them: two overlapping halves. */
static inline uint64_t load_tail(const unsigned char *from, size_t size)
{
    if (size >= 4)
        return load_le32(from) | (uint64_t)load_le32(from + size - 4) << (size - 4) * 8;
    if (size == 0)
        return 0;
    return from[0] | (uint64_t)from[size / 2] << size / 2 * 8 |
           (uint64_t)from[size - 1] << (size - 1) * 8;
}

void key_hash_seed(const unsigned char seed[16])
{
    seed_words[0] = load_le64(seed);
    seed_words[1] = load_le64(seed + 8);
}

uint64_t key_hash(struct span name)
{
    const unsigned char *at = (const unsigned char *)name.data;
    size_t left = name.size;
    struct sip s = {
        .v0 = seed_words[0] ^ UINT64_C(0x736f6d6570736575), /* the constants spell */
        .v1 = seed_words[1] ^ UINT64_C(0x646f72616e646f6d), /* "somepseudorandomly */
        .v2 = seed_words[0] ^ UINT64_C(0x6c7967656e657261), /* generatedbytes" */
        .v3 = seed_words[1] ^ UINT64_C(0x7465646279746573),
    };

    for (; left >= 8; left -= 8, at += 8)
        sip_word(&s, load_le64(at));
    sip_word(&s, load_tail(at, left) | (uint64_t)name.size << 56);
    s.v2 ^= 0xff;
    for (int i = 0; i < 3; i++)
        sip_round(&s);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
