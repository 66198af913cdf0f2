/* client_eviction.h - keeping the memory of all connections together below `maxmemory-clients`.
 *
 * A session is charged with its memory when it may have changed: it was read from, written to, or
 * looked after by the cron. Its reactor keeps the sum, and its sessions in buckets by size: the
 * next bucket holds those of up to twice the size.
 *
 *     reactor 0:  bytes    [up to 32 KiB: s1 s4 s5] [up to 64 KiB: -] [up to 128 KiB: s2] ...
 *     reactor 1:  bytes    [s3 s6]                  [s7]              [-]                 ...
 *     server:     bytes and count of all, as the reactors have told at the ends of their rounds
 *
 * A reactor that finds the server's sum above the limit at the end of a round stops the world and
 * ends sessions from the largest bucket down, whoever's they are, until the rest fits. So the sum
 * is exact when it decides, no two reactors decide at once, and as few sessions go as buckets that
 * coarse allow. A session that goes was charged for the last time; its reactor frees it.
 *
 * Replicas and primaries are not charged. Sessions with CLIENT NO-EVICT count for the sum and are
 * in no bucket; where nobody else is left the limit stays passed, and nothing is done about it
 * until there is somebody. Shared messages (output.h) are charged to everybody they wait for.
 *
 * While the limit is 0 no session is charged, and the places that would charge cost a branch. */
#ifndef MS_BROKER_SESSION_CLIENT_EVICTION_H
#define MS_BROKER_SESSION_CLIENT_EVICTION_H

#include "broker/server/server.h"
#include "broker/session/session.h"

enum {
    CLIENT_LIMIT_MIN = 128 * 1024 /* smaller ones would end who comes to change it */
};

/* Takes over the limit that the configuration says, or its change: charges all sessions when there
 * is one, and none when there is not. Exclusive, or before the reactors run. O(sessions). */
void client_eviction_configure(struct server *server);

/* Charges a session anew. O(1). Its reactor's thread, or exclusive. */
void client_charge(struct session *session);

/* The session goes: it is charged with nothing. As above. */
void client_discharge(struct session *session);

/* Tells the server what has changed and ends sessions if the limit is passed. For the end of a
 * round, its output written: the reactor's thread, nothing held but its world lock, which may be
 * given up meanwhile. */
void client_eviction_round(struct reactor *reactor);

/* There is a limit. */
static inline bool client_eviction_is_on(const struct reactor *reactor)
{
    return reactor->server->client_eviction.limit_bytes > 0;
}

/* The session's memory may have changed. */
static inline void client_touch(struct session *session)
{
    if (client_eviction_is_on(session->reactor))
        client_charge(session);
}

#endif
