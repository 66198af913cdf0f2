#include "broker/command/unit.h"
#include "broker/command/dispatch.h"
#include "broker/persistence/persistence.h"
#include "broker/reactor/reactor.h"
#include "broker/server/server.h"
#include "broker/session/execute.h"
#include "broker/session/session.h"
#include "broker/tracking/tracking.h"
#include "core/base/check.h"

enum {
    ROOM_USED_LIMIT = COMMIT_RECORD_LIMIT / 2,
    ROOM_SLACK = 64 << 20 /* what is logged may be longer than the arguments */
};

void unit_begin(struct reactor *reactor)
{
    reactor->unit_depth++;
}

void unit_add(struct reactor *reactor, struct request *rq)
{
    CHECK(reactor->unit_depth > 0);
    persistence_collect(reactor->server->persistence, reactor, rq);
    dispatch_effects_of_part(reactor, rq);
}

bool unit_end(struct reactor *reactor)
{
    CHECK(reactor->unit_depth > 0);
    if (--reactor->unit_depth > 0)
        return false;
    if (reactor->unit_abandoned) {
        persistence_drop(reactor->server->persistence, reactor);
        return false;
    }
    tracking_broadcast(reactor, reactor->acting);
    return persistence_commit(reactor->server->persistence, reactor);
}

void unit_abandon(struct reactor *reactor)
{
    reactor->unit_abandoned = true;
    unit_end(reactor);
}

void unit_run(struct reactor *reactor, struct session *session, const struct command *command,
              struct request *rq, struct reply *out)
{
    const struct observe *observe = reactor->server->observe;
    struct observed_call call = observed_call_of(session, command, rq);
    uint64_t started_ns = reactor->now_ns;
    const struct request *outer;

    rq->spec = command->spec;
    if (observe_is_watched(observe))
        observe_begin(reactor, &call);
    outer = doing_begin(&reactor->doing, rq, session);
    rq->settings = &server_config(reactor->server)->settings;
    command->spec->run(rq, out);
    doing_end(&reactor->doing, outer);
    if (reply_size(out) == 0)
        reply_ok(out); /* CLIENT REPLY SKIP: an array has as many elements as it says */
    rq->settings = &server_config(reactor->server)->settings; /* CONFIG SET freed the others */
    if (rq->effect_count > 0)
        unit_add(reactor, rq);
    if (session)
        tracking_remember(session, command, rq);
    if (observe_is_watched(observe))
        observe_shown(reactor, &call);
    execute_count_call(reactor, &call, out, started_ns);
}

bool unit_has_room(const struct reactor *reactor, size_t bytes)
{
    const struct persistence *persistence = reactor->server->persistence;
    size_t used = persistence_collected(persistence, reactor);

    return !persistence_is_logging(persistence) ||
           (used <= ROOM_USED_LIMIT && used + bytes <= COMMIT_RECORD_LIMIT - ROOM_SLACK);
}
