/* run.c - one script from its first check to its reply. */
#include "broker/command/unit.h"
#include "broker/persistence/persistence.h"
#include "broker/reactor/reactor.h"
#include "broker/replication/replication.h"
#include "broker/script/busy.h"
#include "broker/script/engine.h"
#include "broker/script/lua_reply.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "core/num/num.h"
#include "core/time/clock.h"

#include <lauxlib.h>

enum {
    FIRST_KEY = 3,
    HOOK_STEPS = 100000,
    REPLY_KEEP = 1 << 20, /* bytes of the buffer that are kept for the next run */
    COLLECT_EVERY = 50    /* runs; in between the collector works as memory is asked for */
};

bool script_parse_keys(struct request *rq, size_t *keys, struct reply *out)
{
    int64_t count;

    if (num_parse_i64(rq->argv[2], &count) < 0)
        reply_error(out, ERROR_NOT_INTEGER);
    else if (count > (int64_t)(rq->argc - FIRST_KEY))
        reply_error(out, "ERR Number of keys can't be greater than number of args");
    else if (count < 0)
        reply_error(out, "ERR Number of keys can't be negative");
    else {
        *keys = (size_t)count;
        return true;
    }
    return false;
}

/* What a script that has said by its flags what it needs can be refused for beforehand. */
static bool may_begin(struct script_run *run, struct reply *out)
{
    const struct replication *replication = run->server->replication;
    const struct script_target *target = run->target;
    const char *why;

    if (!run->reactor)
        return true;
    why = target->flags & SCRIPT_ALLOW_STALE ? NULL : replication_refusal(replication, 0);
    if (why) {
        reply_error(out, why);
        return false;
    }
    if (target->flags & SCRIPT_COMPATIBLE)
        return true;
    if (!(target->flags & SCRIPT_NO_WRITES)) {
        why = replication_refusal(replication, CMD_WRITE | CMD_STALE);
        if (why && replication_is_replica(replication))
            why = "READONLY Can not run script with write flag on readonly replica.";
        if (why) {
            reply_error(out, why);
            return false;
        }
        why = persistence_refusal(run->server->persistence, run->reactor);
        if (why) {
            reply_error(out, why);
            return false;
        }
        if (target->must_not_write) {
            reply_error(out, "ERR Can not execute a script with write flag using *_ro command.");
            return false;
        }
    }
    if (run->flags & RUN_OVER_MEMORY && !(target->flags & (SCRIPT_ALLOW_OOM | SCRIPT_NO_WRITES))) {
        reply_error(out, "OOM command not allowed when used memory > 'maxmemory'.");
        return false;
    }
    return true;
}

static void push_arguments(lua_State *lua, const struct span *argv, size_t count)
{
    lua_createtable(lua, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        lua_pushlstring(lua, argv[i].data ? argv[i].data : "", argv[i].size);
        lua_rawseti(lua, -2, (int)i + 1);
    }
}

/* The text of a field of the error on top of the stack, pushed; "" if there is none. */
static const char *push_text(lua_State *lua, const char *field)
{
    const char *text;

    lua_pushstring(lua, field);
    lua_rawget(lua, -2);
    text = lua_tostring(lua, -1);
    return text ? text : "";
}

static void reply_failure(struct script_run *run, lua_State *lua)
{
    struct reply *out = run->out;
    int error = lua_gettop(lua);
    const char *message, *source, *line;

    if (!lua_istable(lua, error)) {
        message = lua_tostring(lua, error);
        if (run->line != 0)
            reply_error_format(
                out, "ERR %s script: %s, on %s:%d.", message ? message : "", run->target->name,
                run->target->is_function ? "@user_function" : "@user_script", run->line);
        else
            reply_error_format(out, "ERR Error running script %s, %.100s", run->target->name,
                               message ? message : "execution failure");
        return;
    }
    message = push_text(lua, "err");
    lua_pushvalue(lua, error);
    source = push_text(lua, "source");
    lua_pushvalue(lua, error);
    line = push_text(lua, "line");
    if (*source && *line)
        reply_error_format(out, "%s script: %s, on %s:%s.", message, run->target->name, source,
                           line);
    else
        reply_error(out, *message ? message : "ERR unknown error");
    lua_pushvalue(lua, error);
    out->counted = lua_reply_is_counted(lua);
}

/* The whole run, where errors of Lua may be raised. */
static int run_protected(lua_State *lua)
{
    struct script_run *run = lua_touserdata(lua, 1);
    const struct script_target *target = run->target;
    const struct span *keys = run->rq->argv + FIRST_KEY;
    size_t rest = run->rq->argc - FIRST_KEY - run->keys;
    int args = 0;

    lua_rawgeti(lua, LUA_REGISTRYINDEX, target->engine->handler);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, target->function);
    push_arguments(lua, keys, run->keys);
    if (target->is_function)
        args++;
    else
        sandbox_set_global(lua, "KEYS");
    push_arguments(lua, keys + run->keys, rest);
    if (target->is_function)
        args++;
    else
        sandbox_set_global(lua, "ARGV");
    if (sandbox_call(target->engine->box, args, 1, 2) != 0)
        reply_failure(run, lua);
    else
        lua_reply_write(lua, run->out, run->protocol);
    return 0;
}

static void reply_no_memory(struct script_run *run, lua_State *lua)
{
    const char *why =
        lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1) : "not enough memory";

    reply_restart(run->out);
    reply_error_format(run->out, "ERR Error running script %s, %.100s", run->target->name, why);
    lua_pop(lua, 1);
}

static void run_now(struct script_run *run)
{
    struct sandbox *box = run->target->engine->box;

    sandbox_begin(box);
    sandbox_set_hook(box, HOOK_STEPS, script_busy_hook, run);
    run->scripts->run = run;
    if (sandbox_protect(box, run_protected, run) != 0)
        reply_no_memory(run, sandbox_state(box));
    run->scripts->run = NULL;
    sandbox_set_hook(box, HOOK_STEPS, NULL, NULL);
    script_busy_end(run);
    if (run->scripts->reply.capacity > REPLY_KEEP)
        buffer_release(&run->scripts->reply);
    if (++run->target->engine->runs % COLLECT_EVERY == 0)
        sandbox_collect(box, false);
}

static void run_as_unit(struct script_run *run)
{
    int db = run->session->db;

    unit_begin(run->reactor);
    run_now(run);
    if (run->flags & RUN_ABANDON)
        unit_abandon(run->reactor);
    else
        unit_end(run->reactor);
    run->session->db = db;
    if (run->flags & RUN_CHANGED)
        run->rq->flags |= REQUEST_CHANGED;
}

void script_run(struct scripts *scripts, const struct script_target *target, struct request *rq,
                size_t keys, struct reply *out)
{
    struct session *session = scripts_session(rq);
    struct script_run run = {
        .scripts = scripts,
        .target = target,
        .server = scripts->server,
        .reactor = session ? session->reactor : NULL,
        .session = session,
        .rq = rq,
        .out = out,
        .keys = keys,
        .protocol = 2,
        .db = rq->db,
        .started_ns = clock_monotonic_ns(),
    };

    run.yielded_ns = run.started_ns;
    if (session && session->reactor->lacks_memory)
        run.flags |= RUN_OVER_MEMORY;
    if (target->must_not_write ||
        (target->flags & (SCRIPT_COMPATIBLE | SCRIPT_NO_WRITES)) == SCRIPT_NO_WRITES)
        run.flags |= RUN_READ_ONLY;
    if (!(target->flags & SCRIPT_COMPATIBLE) && target->flags & SCRIPT_ALLOW_OOM)
        run.flags |= RUN_ALLOW_OOM;
    if (!may_begin(&run, out))
        return;
    if (session)
        run_as_unit(&run);
    else
        run_now(&run);
}
