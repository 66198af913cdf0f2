/* peer.h - a connection to another server, for threads that may wait: connects, sends, reads
 * replies, each within a time. Never used by a reactor's loop. One thread. */
#ifndef MS_BROKER_NET_PEER_H
#define MS_BROKER_NET_PEER_H

#include "core/base/diag.h"
#include "core/bytes/arena.h"
#include "core/bytes/buffer.h"
#include "core/resp/value.h"

#include <stdatomic.h>

struct peer;

/* `host` may be a name. Each wait from here on lasts at most `timeout_ms`, and ends when `cancel`
 * (which may be NULL) becomes true. NULL with the reason: ERR_MISSING for a
 * name nobody knows, ERR_TIMEOUT, or ERR_IO (refused, no way there). */
struct peer *peer_connect(const char *host, const char *port, int timeout_ms,
                          const atomic_bool *cancel, struct diag *diag);
void peer_free(struct peer *peer);

/* Sends everything. 0, ERR_TIMEOUT, ERR_CLOSED or ERR_IO. */
int peer_send(struct peer *peer, struct span bytes);

/* The next reply, in the arena. 0, ERR_TIMEOUT, ERR_CLOSED, ERR_IO, or ERR_SYNTAX and ERR_FULL for
 * what is no reply. */
int peer_read(struct peer *peer, struct arena *arena, const struct resp_value **value);

#endif
