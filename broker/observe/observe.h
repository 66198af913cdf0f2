/* observe.h - what is noted of every call, for SLOWLOG, LATENCY, MONITOR and HOTKEYS. The parts
 * belong to the server; each guards itself by a leaf lock, so calls come from any reactor, with
 * shards held or not. While nothing is watched, a call costs two comparisons and two relaxed loads.
 */
#ifndef MS_BROKER_OBSERVE_OBSERVE_H
#define MS_BROKER_OBSERVE_OBSERVE_H

#include "core/command/request.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct command;
struct command_stats;
struct hotkeys;
struct latency;
struct monitors;
struct reactor;
struct server;
struct session;
struct slowlog;

struct observe {
    struct slowlog *slowlog;
    struct latency *latency;
    struct monitors *monitors;
    struct hotkeys *hotkeys;
    /* Hints, written under the locks of monitors and hotkeys, read relaxed by every call: a call
     * that runs while they change may be seen or not. */
    atomic_int monitor_count;
    atomic_bool hotkeys_on;
    /* Written by reactor 0, or exclusive. */
    uint64_t forks, latest_fork_us;
};

/* A call. Everything is borrowed. */
struct observed_call {
    struct session *session; /* whose call it is; NULL: nobody's */
    const struct command *command;
    size_t argc;
    const struct span *argv;
    int db;           /* in which it began */
    bool is_nested;   /* a script called it, for `session` */
    bool is_blocked;  /* it waits now: its time is noted when it has been served */
    bool was_blocked; /* it has been served just now */
};

/* The call a request is. */
static inline struct observed_call
observed_call_of(struct session *session, const struct command *command, const struct request *rq)
{
    return (struct observed_call){.session = session,
                                  .command = command,
                                  .argc = rq->argc,
                                  .argv = rq->argv,
                                  .db = rq->db,
                                  .is_nested = rq->flags & REQUEST_NESTED,
                                  .is_blocked = rq->wait != NULL};
}

/* Somebody watches. A hint: see struct observe. */
static inline bool observe_is_watched(const struct observe *observe)
{
    return atomic_load_explicit(&observe->monitor_count, memory_order_relaxed) > 0;
}

struct observe *observe_new(void);
void observe_free(struct observe *observe);

/* A call of a session is about to run: MONITOR shows commands with CMD_SKIP_MONITOR, which are
 * scripts, before what they do. Only if observe_is_watched. */
void observe_begin(struct reactor *reactor, const struct observed_call *call);

/* It has run: MONITOR shows it, with what it depends on still held. Only if observe_is_watched. */
void observe_shown(struct reactor *reactor, const struct observed_call *call);

/* It took so long, and answered so many bytes. The reactor's own thread. */
void observe_took(struct reactor *reactor, const struct observed_call *call, uint64_t took_ns,
                  size_t reply_bytes);

/* Notes that something took so long, if that is above latency-monitor-threshold. The name must live
 * for ever. */
void observe_latency(const struct server *server, const char *event, uint64_t took_ns);

/* A child was made, which took so long. */
void observe_fork(const struct server *server, uint64_t took_ns);

#endif
