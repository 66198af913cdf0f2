/* key_hash.h - the one hash of a key: SipHash-1-3 under the process's random seed. Its top 6 bits
 * choose the shard, its low bits the bucket of the shard's dict. Any thread. */
#ifndef MS_CORE_HASH_KEY_HASH_H
#define MS_CORE_HASH_KEY_HASH_H

#include "core/bytes/span.h"

#include <stdint.h>

enum {
    KEY_SHARD_BITS = 6,
    KEY_SHARDS = 1 << KEY_SHARD_BITS
};

/* Sets the seed (16 bytes). Once, before the first key is hashed; without it the seed is zero. */
void key_hash_seed(const unsigned char seed[16]);

uint64_t key_hash(struct span name);

static inline unsigned key_shard(uint64_t hash)
{
    return (unsigned)(hash >> (64 - KEY_SHARD_BITS));
}

#endif
