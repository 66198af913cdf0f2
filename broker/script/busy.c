#include "broker/script/busy.h"
#include "broker/command/registry.h"
#include "broker/reactor/reactor.h"
#include "broker/reactor/world.h"
#include "broker/script/engine.h"
#include "broker/server/log.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "core/base/mem.h"
#include "core/time/clock.h"

#include <lua.h>

enum {
    YIELD_EVERY_NS = 5000000
};

#define BUSY_WITH(kind)                                                                            \
    "BUSY Redis is busy running a script. You can only call " kind " KILL or SHUTDOWN NOSAVE."

static const char *busy_text(int busy)
{
    return busy == BUSY_FUNCTION ? BUSY_WITH("FUNCTION") : BUSY_WITH("SCRIPT");
}

static int kind_of(const struct script_run *run)
{
    return run->target->is_function ? BUSY_FUNCTION : BUSY_SCRIPT;
}

/* What a reactor has under way for the call it runs, put aside while it runs others. */
struct aside {
    struct tracker *acting;
    struct ready_key *ready, **ready_tail;
    struct arena *arena;
    char *read_buffer;
};

static void put_aside(struct reactor *reactor, struct aside *aside)
{
    aside->acting = reactor->acting;
    aside->ready = reactor->ready;
    aside->ready_tail = reactor->ready_tail;
    aside->arena = reactor->arena;
    aside->read_buffer = reactor->read_buffer;
    reactor->acting = NULL;
    reactor->ready = NULL;
    reactor->ready_tail = &reactor->ready;
    reactor->arena = arena_new();
    reactor->read_buffer = mem_alloc(REACTOR_READ_SIZE);
}

static void take_back(struct reactor *reactor, const struct aside *aside)
{
    struct ready_key *late = reactor->ready, **late_tail = reactor->ready_tail;

    arena_free(reactor->arena);
    mem_free(reactor->read_buffer);
    reactor->acting = aside->acting;
    reactor->arena = aside->arena;
    reactor->read_buffer = aside->read_buffer;
    reactor->ready = aside->ready;
    reactor->ready_tail = aside->ready ? aside->ready_tail : &reactor->ready;
    if (late) { /* noted meanwhile: behind */
        *reactor->ready_tail = late;
        reactor->ready_tail = late_tail;
    }
}

/* Every reactor runs a round, this one too. */
static void let_others_run(struct script_run *run)
{
    struct reactor *reactor = run->reactor;
    struct world *world = run->server->world;
    struct aside aside;

    session_hold(run->session);
    put_aside(reactor, &aside);
    world_resume(world, reactor->index);
    loop_run_once(reactor->loop);
    world_give_way(world);
    world_stop(world, reactor->index);
    take_back(reactor, &aside);
    session_release(run->session);
    run->yielded_ns = clock_monotonic_ns();
}

static void begin_busy(struct script_run *run, int64_t threshold_ms)
{
    run->flags |= RUN_TIMED_OUT;
    atomic_store_explicit(&run->server->busy, kind_of(run), memory_order_relaxed);
    log_line(run->server->log, LOG_WARNING,
             "Slow script detected: %s has run for more than %lld ms. %s KILL ends it, if it has "
             "not written.",
             run->target->name, (long long)threshold_ms,
             run->target->is_function ? "FUNCTION" : "SCRIPT");
}

/* The line the script is at, for the message about its end. */
static void note_line(struct script_run *run)
{
    lua_State *lua = sandbox_state(run->target->engine->box);
    lua_Debug where;

    run->line = -1;
    for (int level = 0; lua_getstack(lua, level, &where) == 1; level++)
        if (lua_getinfo(lua, "Sl", &where) && where.currentline > 0) {
            run->line = where.currentline;
            return;
        }
}

const char *script_busy_hook(void *context)
{
    struct script_run *run = context;
    struct server *server = run->server;
    uint64_t now_ns = clock_monotonic_ns();
    int64_t threshold_ms;

    if (!run->reactor)
        return NULL;
    if (atomic_load_explicit(&server->stop_after_script, memory_order_relaxed) &&
        !(run->flags & RUN_WROTE))
        run->flags |= RUN_KILL;
    threshold_ms = server_config(server)->busy_reply_threshold;
    if (!(run->flags & (RUN_KILL | RUN_TIMED_OUT)) && threshold_ms > 0 &&
        now_ns - run->started_ns >= (uint64_t)threshold_ms * 1000000)
        begin_busy(run, threshold_ms);
    if (!(run->flags & RUN_KILL) && run->flags & RUN_TIMED_OUT &&
        now_ns - run->yielded_ns >= YIELD_EVERY_NS)
        let_others_run(run);
    if (!(run->flags & RUN_KILL))
        return NULL;
    note_line(run);
    return "Script killed by user with SCRIPT KILL...";
}

void script_busy_end(struct script_run *run)
{
    struct server *server = run->server;

    if (!(run->flags & RUN_TIMED_OUT) || run->flags & RUN_ABANDON)
        return; /* abandoned: nobody may look any more, until the server has ended */
    atomic_store_explicit(&server->busy, BUSY_NO, memory_order_relaxed);
    for (int i = 0; i < server->reactor_count; i++)
        loop_wake(server->reactors[i]->loop);
}

void script_busy_kill(struct scripts *scripts, bool function, struct reply *out)
{
    struct script_run *run = scripts->run;

    if (!run) {
        reply_error(out, "NOTBUSY No scripts in execution right now.");
    } else if (run->flags & RUN_WROTE) {
        reply_error(out, "UNKILLABLE Sorry the script already executed write commands against the "
                         "dataset. You can either wait the script termination or kill the server "
                         "in a hard way using the SHUTDOWN NOSAVE command.");
    } else if (run->target->is_function != function) {
        reply_error(out, busy_text(kind_of(run)));
    } else {
        run->flags |= RUN_KILL;
        log_line(scripts->server->log, LOG_NOTICE, "The script %s is ended on request",
                 run->target->name);
        reply_ok(out);
    }
}

bool script_busy_allows(struct server *server, const struct command *command, struct reply *out)
{
    if (command->spec->flags & CMD_ALLOW_BUSY)
        return true;
    script_busy_reply(server, out);
    return false;
}

void script_busy_reply(const struct server *server, struct reply *out)
{
    reply_error(out, busy_text(atomic_load_explicit(&server->busy, memory_order_relaxed)));
}

bool script_busy_may_shut_down(const struct server *server, bool nosave, struct reply *out)
{
    if (nosave || !atomic_load_explicit(&server->busy, memory_order_relaxed))
        return true;
    script_busy_reply(server, out);
    return false;
}

void script_busy_abandon(struct server *server)
{
    if (server->scripts->run)
        server->scripts->run->flags |= RUN_KILL | RUN_ABANDON;
}

bool script_busy_stops_later(struct server *server, int signal)
{
    if (!atomic_load_explicit(&server->busy, memory_order_relaxed))
        return false;
    atomic_store_explicit(&server->stop_after_script, signal, memory_order_relaxed);
    log_line(server->log, LOG_WARNING,
             "A script runs: it is ended if it has not written, else waited for. SHUTDOWN NOSAVE "
             "does not wait.");
    return true;
}
