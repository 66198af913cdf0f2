#include "core/hash/random.h"
#include "core/base/check.h"

static uint64_t rotate_left(uint64_t value, int bits)
{
    return (value << bits) | (value >> (64 - bits));
}

/* SplitMix64 (Steele, Lea, Flood 2014): spreads a poor seed, such as a small number, over the whole
 * state; it never yields the all-zero state that xoshiro cannot leave. */
static uint64_t spread(uint64_t *seed)
{
    uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

void random_init(struct random *random, uint64_t seed)
{
    for (int i = 0; i < 4; i++)
        random->state[i] = spread(&seed);
}

uint64_t random_next(struct random *random)
{
    uint64_t *s = random->state;
    uint64_t result = rotate_left(s[0] + s[3], 23) + s[0];
    uint64_t shifted = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate_left(s[3], 45);
    return result;
}

/* The high half of a 128-bit product falls uniformly into 0 .. bound - 1 once the few low halves
 * that would come up once too often are drawn again (Lemire, "Fast random integer generation in an
 * interval", 2019). The division is reached only when such a low half is possible. */
uint64_t random_below(struct random *random, uint64_t bound)
{
    unsigned __int128 product;

    CHECK(bound > 0);
    product = (unsigned __int128)random_next(random) * bound;
    if ((uint64_t)product < bound) {
        uint64_t excess = -bound % bound;

        while ((uint64_t)product < excess)
            product = (unsigned __int128)random_next(random) * bound;
    }
    return (uint64_t)(product >> 64);
}
