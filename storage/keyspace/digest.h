/* digest.h - a 20-byte fingerprint of values, for DEBUG DIGEST: two servers with the same data have
 * the same one, whatever the encodings and the order of unordered things. */
#ifndef MS_STORAGE_KEYSPACE_DIGEST_H
#define MS_STORAGE_KEYSPACE_DIGEST_H

#include "core/bytes/span.h"

enum {
    VALUE_DIGEST_SIZE = 20
};

struct value_digest {
    unsigned char bytes[VALUE_DIGEST_SIZE];
};

/* Order matters: digest = H(digest, bytes). */
void value_digest_mix(struct value_digest *digest, struct span bytes);
/* Order does not matter: digest ^= H(bytes). */
void value_digest_add(struct value_digest *digest, struct span bytes);
void value_digest_add_digest(struct value_digest *digest, const struct value_digest *other);

#endif
