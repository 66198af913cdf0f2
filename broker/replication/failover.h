/* failover.h - FAILOVER: a primary changes places with one of its replicas, and nothing is lost.
 *
 *   NO_FAILOVER -> WAITING (writes wait, until the replica has everything) -> RUNNING ->
 * NO_FAILOVER
 *         \_______________ given up: writes go on, nothing has changed _________/
 *
 * RUNNING: this server appends nothing any more and asks the replica, by the link that it would
 * follow it with, "PSYNC <id> <offset> FAILOVER". The replica promotes itself and answers as to any
 * replica; ours it is from then on. See failover.c for who may believe what when an answer is
 * missing.
 *
 * Redis's command of that name, as publicly described. */
#ifndef MS_BROKER_REPLICATION_FAILOVER_H
#define MS_BROKER_REPLICATION_FAILOVER_H

#include "core/base/diag.h"
#include "core/command/command.h"

#include <stdbool.h>
#include <stdint.h>

struct failover;
struct replication;
struct session;

struct failover *failover_new(struct replication *replication);
void failover_free(struct failover *self);

/* What INFO says. Exclusive. */
const char *failover_state_text(const struct failover *self);

/* In a reactor. */
bool failover_is_on(const struct failover *self);

struct failover_wanted {
    bool any; /* replica; else that one */
    struct span host;
    int64_t port;
    int64_t timeout_ms; /* 0: none */
    bool force;         /* at the end of the time it goes on with what the replica has */
};

/* Begins, and answers OK; or the error. `session` is who asks. Exclusive. */
void failover_begin(struct failover *self, struct session *session,
                    const struct failover_wanted *wanted, struct reply *out);

/* Gives up; false if there is nothing to give up. Exclusive. */
bool failover_abort(struct failover *self, const char *why);

void failover_cron(struct failover *self); /* reactor 0 */

/* A replica has said how far it is. Any reactor. */
void failover_acknowledged(struct failover *self);

/* --- The link's thread, which is about to ask, has been accepted (exclusive), or has come to
 * nothing: `refused` if the replica has said no. */

bool failover_may_ask(struct failover *self); /* false: it was given up */
void failover_done(struct failover *self);

struct primary_link;
void failover_failed(struct failover *self, struct primary_link *link, bool refused,
                     const struct diag *diag);

/* --- The replica's side. */

/* "PSYNC id offset FAILOVER" (`more`: the words behind FAILOVER, of which there may be one, FORCE).
 * True: this server leads now, or has done so since it was asked the first time, and the call goes
 * on as any PSYNC; else the error is in `out`. Exclusive. */
bool failover_take_over(struct session *session, struct span id, int64_t position, bool force,
                        struct reply *out);

#endif
