#include "broker/command/unit.h"
#include "broker/command/dispatch.h"
#include "broker/persistence/persistence.h"
#include "broker/reactor/reactor.h"
#include "broker/server/server.h"
#include "broker/session/execute.h"
#include "broker/session/session.h"
#include "broker/tracking/tracking.h"
#include "core/base/check.h"

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
    tracking_broadcast(reactor, reactor->acting);
    return persistence_commit(reactor->server->persistence, reactor);
}

void unit_abandon(struct reactor *reactor)
{
    CHECK(reactor->unit_depth > 0);
    reactor->unit_depth--;
    persistence_drop(reactor->server->persistence, reactor);
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

size_t unit_bytes(const struct reactor *reactor)
{
    return persistence_collected(reactor->server->persistence, reactor);
}
