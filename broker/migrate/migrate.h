/* migrate.h - keys on their way to another server: their values as payloads, and what the target
 * said to each. Built with the keys' shards held, sent without any lock, by any one thread. */
#ifndef MS_BROKER_MIGRATE_MIGRATE_H
#define MS_BROKER_MIGRATE_MIGRATE_H

#include "core/base/diag.h"
#include "core/bytes/buffer.h"
#include "core/bytes/span.h"
#include "core/command/reply.h"
#include "core/command/request.h"

#include <stdatomic.h>
#include <stdbool.h>

struct tls;

struct migrate_key {
    struct buffer name;
    struct buffer payload;
    int64_t expire_ms; /* -1: never */
    bool accepted;     /* by the target */
};

struct migrate {
    struct buffer host, port; /* terminated */
    struct buffer user, password;
    struct tls *tls; /* what the next migrate_send speaks; it takes that. NULL: plain */
    bool authenticate, copy, replace;
    int64_t target_db;
    int timeout_ms;
    struct migrate_key *keys;
    size_t key_count;
    char error[512];         /* an error reply's text, empty if all is well */
    struct diag unreachable; /* why there was no connection; code 0: there was */
};

void migrate_release(struct migrate *migrate);

/* Notes the value of a key as it is now, if it is there. Its shard is held. */
void migrate_add(struct migrate *migrate, struct request *rq, struct key key);

/* True if the key is as it was when it was noted. Its shard is held. */
bool migrate_is_unchanged(const struct migrate_key *noted, struct request *rq, struct key key);

/* Sends everything that is not accepted yet; notes what the target accepted, and the first error.
 * Waits. `cancel` as in peer.h. */
void migrate_send(struct migrate *migrate, int64_t now_ms, const atomic_bool *cancel);

#endif
