/* handshake.h - the first part of a TLS connection's life: from accepting it to its first command.
 * Its session exists from the start (CLIENT LIST shows it, maxclients counts it) but reads nothing
 * until the handshake is done. The reactor's thread. */
#ifndef MS_BROKER_SESSION_HANDSHAKE_H
#define MS_BROKER_SESSION_HANDSHAKE_H

#include <stdint.h>

struct reactor;
struct session;

enum {
    HANDSHAKE_LIMIT_MS = 10000,    /* for all of it */
    HANDSHAKE_LINES_A_SECOND = 20, /* of the log, for failures, from each reactor */
};

/* Goes on with the handshake, when the socket is ready. Ends it with SESSION_HANDSHAKING cleared,
 * or with a line in the log and the session closed. A signature takes up to a few milliseconds, so
 * a reactor does only `max-new-tls-connections-per-cycle` steps a round; whoever comes too late in
 * it is found ready again in the next. */
void handshake_step(struct session *session);

/* Closes a session whose handshake takes too long. */
void handshake_cron(struct session *session, int64_t now_ms);

/* Says how many failures the log was spared. */
void handshake_report(struct reactor *reactor);

/* Closes a session whose client speaks TLS to a port without it. */
void handshake_refuse_plain(struct session *session);

#endif
