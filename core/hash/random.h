/* random.h - a small fast generator of chance (xoshiro256++), for sampling, never for secrets. Its
 * owner decides the seed, so tests repeat. One thread. Source: Blackman and Vigna, "Scrambled
 * linear pseudorandom number generators", 2018. */
#ifndef MS_CORE_HASH_RANDOM_H
#define MS_CORE_HASH_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t state[4];
};

void random_init(struct random *random, uint64_t seed);
uint64_t random_next(struct random *random);

/* Uniform in 0 .. bound - 1; bound is above 0. */
uint64_t random_below(struct random *random, uint64_t bound);

#endif
