#include "storage/keyspace/digest.h"

#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

/* 160 bits of xxhash under fixed seeds: the digest compares two servers of ours, so it need not
 * resist an attacker, only chance. */
enum {
    WIDE_SEED = 0x6d696c6c,
    NARROW_SEED = 0x73747265
};

static struct value_digest digest_of(const void *bytes, size_t size)
{
    struct value_digest digest;
    XXH128_canonical_t wide;
    XXH64_canonical_t narrow;

    XXH128_canonicalFromHash(&wide, XXH3_128bits_withSeed(bytes, size, WIDE_SEED));
    XXH64_canonicalFromHash(&narrow, XXH64(bytes, size, NARROW_SEED));
    memcpy(digest.bytes, wide.digest, sizeof(wide.digest));
    memcpy(digest.bytes + sizeof(wide.digest), narrow.digest,
           VALUE_DIGEST_SIZE - sizeof(wide.digest));
    return digest;
}

void value_digest_mix(struct value_digest *digest, struct span bytes)
{
    struct value_digest both[2] = {*digest, digest_of(bytes.data, bytes.size)};

    *digest = digest_of(both, sizeof(both));
}

void value_digest_add_digest(struct value_digest *digest, const struct value_digest *other)
{
    for (int i = 0; i < VALUE_DIGEST_SIZE; i++)
        digest->bytes[i] ^= other->bytes[i];
}

void value_digest_add(struct value_digest *digest, struct span bytes)
{
    struct value_digest other = digest_of(bytes.data, bytes.size);

    value_digest_add_digest(digest, &other);
}
