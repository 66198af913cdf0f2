/* digest.h - what two servers hold under a key, made comparable: a digest of its content that does
 * not depend on how a server stores it, in which order it gives members, how it writes numbers, or
 * where the pages of a long answer end. SHA-256, cut to 128 bits.
 *
 * A digest is begun, fed and ended, as often as wanted. The functions that take a reply expect it
 * as RESP2 has it; false when it is none of that kind (an error, a key that has become another
 * type): the digest is then worth nothing. One thread. */
#ifndef MS_CLIENTS_SHELL_DIGEST_H
#define MS_CLIENTS_SHELL_DIGEST_H

#include "clients/c/millstream.h"
#include "core/bytes/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    DIGEST_SIZE = 16
};

struct digest;

struct digest *digest_new(void);
void digest_free(struct digest *digest); /* NULL is allowed */

void digest_begin(struct digest *digest);
void digest_end(struct digest *digest, unsigned char to[DIGEST_SIZE]);

/* The bytes of texts fed since digest_begin: how large the content is, about. */
uint64_t digest_fed_bytes(const struct digest *digest);

/* What comes next, where order matters. */
void digest_text(struct digest *digest, struct span text);
void digest_number(struct digest *digest, int64_t number);

/* ---- Replies ---- */

/* LRANGE */
bool digest_list(struct digest *digest, const struct ms_value *value);

/* SMEMBERS (`per` 1), HGETALL (2), or the second part of SSCAN and HSCAN. */
bool digest_members(struct digest *digest, const struct ms_value *value, size_t per);

/* ZRANGE WITHSCORES. "1" and "1.0" are the same score, so are two texts of the same double. */
bool digest_scores(struct digest *digest, const struct ms_value *value);

/* XRANGE. */
bool digest_entries(struct digest *digest, const struct ms_value *value);

/* XINFO STREAM: the last id, and with `counters` (since 7.0) what was added and deleted. */
bool digest_stream(struct digest *digest, const struct ms_value *value, bool counters);

/* XINFO STREAM FULL: each group with its position, its pending entries (consumer, time, deliveries)
 * and its consumers. Left out is what Redis 7.0 itself does not pass on to its replicas: how many
 * entries a group has read, and when a consumer was last seen. */
bool digest_groups(struct digest *digest, const struct ms_value *value);

/* XPENDING with a range: without the idle time, which moves. */
bool digest_pending(struct digest *digest, const struct ms_value *value);

/* FUNCTION LIST WITHCODE. */
bool digest_functions(struct digest *digest, const struct ms_value *value);

#endif
