/* call.c - redis.call: the arguments are the strings on the Lua stack, borrowed where they are; the
 * call runs as part of the script's unit; its reply goes to a buffer and becomes Lua values. */
#include "broker/acl/acl.h"
#include "broker/command/dispatch.h"
#include "broker/command/registry.h"
#include "broker/command/unit.h"
#include "broker/persistence/persistence.h"
#include "broker/reactor/reactor.h"
#include "broker/replication/replication.h"
#include "broker/script/engine.h"
#include "broker/script/lua_reply.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "core/base/mem.h"
#include "core/num/num.h"

enum {
    NUMBER_ROOM = 40,
    ARGUMENT_OVERHEAD = 24 /* in the log, at most */
};

struct call {
    struct script_run *run;
    const struct command *command;
    size_t argc;
    struct span *argv; /* in the arena; what it points to lies on the Lua stack */
};

static bool refuse(lua_State *lua, const char *text)
{
    lua_reply_push_error_text(lua, span_text(text));
    return false;
}

/* The same for a text that begins with its code. */
static bool refuse_coded(lua_State *lua, const char *text)
{
    lua_pushfstring(lua, "-%s", text);
    lua_reply_push_error_text(lua, span_text(lua_tostring(lua, -1)));
    return false;
}

/* The arguments on the Lua stack. False with an error pushed. */
static bool read_arguments(struct call *call, struct arena *arena, lua_State *lua)
{
    call->argc = (size_t)lua_gettop(lua);
    call->argv = arena_alloc(arena, (call->argc + 1) * sizeof(*call->argv));
    for (size_t i = 0; i < call->argc; i++) {
        int type = lua_type(lua, (int)i + 1);
        size_t size;

        if (type == LUA_TSTRING) {
            call->argv[i].data = lua_tolstring(lua, (int)i + 1, &size);
            call->argv[i].size = size;
        } else if (type == LUA_TNUMBER) {
            char *text = arena_alloc(arena, NUMBER_ROOM);

            call->argv[i].data = text;
            call->argv[i].size = num_format_double(text, lua_tonumber(lua, (int)i + 1));
        } else {
            return refuse(lua, "Lua redis lib command arguments must be strings or integers");
        }
    }
    return true;
}

static size_t argument_bytes(const struct call *call)
{
    size_t bytes = 0;

    for (size_t i = 0; i < call->argc; i++)
        bytes += call->argv[i].size + ARGUMENT_OVERHEAD;
    return bytes;
}

/* What only concerns calls that may write. False with an error pushed. */
static bool may_write(const struct call *call, lua_State *lua)
{
    struct script_run *run = call->run;
    const char *why;

    if (run->flags & RUN_READ_ONLY)
        return refuse(lua, "Write commands are not allowed from read-only scripts.");
    if (!(call->command->spec->flags & CMD_WRITE) || !run->reactor)
        return true;
    if (!unit_has_room(run->reactor, argument_bytes(call)))
        return refuse(lua, "The script has written more than can take effect as one");
    if (run->flags & RUN_WROTE)
        return true; /* it is too late to end it half-way */
    why = replication_refusal(run->server->replication, CMD_WRITE | CMD_STALE);
    if (why)
        return refuse_coded(lua, why);
    why = persistence_refusal(run->server->persistence, run->reactor);
    return why ? refuse_coded(lua, why) : true;
}

/* What the rules of the caller say. False with an error pushed. */
static bool acl_allows(const struct call *call, struct arena *arena, lua_State *lua)
{
    struct script_run *run = call->run;
    struct acl_denial why;
    const char *option;
    struct buffer *text = &run->scripts->reply;

    if (!run->session || run->session->user->unrestricted)
        return true;
    if (acl_check(run->session->user, call->command, call->argc, call->argv, arena, &why) !=
        ACL_ALLOWED) {
        acl_refuse(run->reactor, run->session, run->session->user, call->command, call->argv, &why,
                   ACL_SCRIPT, NULL);
        buffer_clear(text);
        buffer_printf(text, "-NOPERM ACL failure in script: ");
        acl_denial_text(run->session->user, call->command, NULL, &why, text);
        lua_reply_push_error_text(lua, span_of(text->data, text->size));
        return false;
    }
    option = acl_check_options(run->session->user, call->command, call->argc, call->argv);
    return option ? refuse_coded(lua, option) : true;
}

/* Everything that is decided before the call may run. False with an error pushed. */
static bool may_run(const struct call *call, struct arena *arena, lua_State *lua)
{
    struct script_run *run = call->run;
    const struct command_spec *spec;

    if (!call->command)
        return refuse(lua, "Unknown Redis command called from script");
    spec = call->command->spec;
    if (!command_arity_fits(spec, call->argc) || !spec->run)
        return refuse(lua, "Wrong number of args calling Redis command from script");
    if (spec->flags & CMD_NOSCRIPT)
        return refuse(lua, "This Redis command is not allowed from script");
    if (!acl_allows(call, arena, lua))
        return false;
    if (spec->flags & CMD_COUNTS_AS_WRITE && !may_write(call, lua))
        return false;
    if (run->reactor && !(spec->flags & CMD_STALE) &&
        replication_is_stale(run->server->replication))
        return refuse(lua, "Can not execute the command on a stale replica");
    if ((run->flags & (RUN_OVER_MEMORY | RUN_ALLOW_OOM | RUN_WROTE)) == RUN_OVER_MEMORY &&
        spec->flags & CMD_DENYOOM)
        return refuse(lua, "-OOM command not allowed when used memory > 'maxmemory'.");
    return true;
}

/* A call was refused for the error on top of the stack: in statistics that is as if a client had
 * made it. */
static void count_refusal(const struct call *call, lua_State *lua)
{
    struct reactor *reactor = call->run->reactor;
    struct buffer *text = &call->run->scripts->reply;

    if (!reactor)
        return;
    lua_pushliteral(lua, "err");
    lua_rawget(lua, -2);
    buffer_clear(text);
    buffer_printf(text, "-%s", lua_tostring(lua, -1));
    lua_pop(lua, 1);
    stats_count_error(&reactor->stats, text->data, text->size);
    if (call->command)
        reactor->stats.commands[call->command->number].rejected++;
    lua_reply_mark_counted(lua);
}

/* A call in replay, which nobody but the data follows. */
static void run_in_replay(const struct call *call, struct request *rq, struct reply *out)
{
    struct script_run *run = call->run;
    int64_t db;

    rq->now_ms = run->rq->now_ms;
    rq->keyspace = run->rq->keyspace;
    rq->settings = run->rq->settings;
    rq->random = run->rq->random;
    rq->flags = REQUEST_REPLAY | REQUEST_NO_WAIT;
    rq->db = run->db;
    rq->spec = call->command->spec;
    if (span_is(call->argv[0], "select")) {
        if (num_parse_i64(call->argv[1], &db) < 0 || db < 0 || db >= rq->settings->databases) {
            reply_error(out, ERROR_DB_RANGE);
            return;
        }
        run->db = (int)db;
        reply_ok(out);
    } else if (rq->spec->flags & CMD_SESSION) {
        reply_integer(out, 0); /* messages and such, long gone */
    } else {
        rq->spec->run(rq, out);
    }
}

static void run_call(const struct call *call, struct arena *arena, struct reply *out)
{
    struct script_run *run = call->run;
    struct reactor *reactor = run->reactor;
    struct session *session = run->session;
    struct request rq;

    if (reactor) {
        dispatch_prepare(reactor, &rq, arena);
        rq.now_ms = run->rq->now_ms;
        rq.db = session->db;
        rq.flags |= REQUEST_NO_WAIT | REQUEST_NESTED |
                    (session->flags & SESSION_NO_TOUCH ? REQUEST_NO_TOUCH : 0);
    } else {
        request_init(&rq);
        rq.arena = arena;
    }
    rq.argc = call->argc;
    rq.argv = call->argv;
    rq.host = session;
    rq.held_shards = run->rq->held_shards;
    if (reactor)
        unit_run(reactor, session, call->command, &rq, out);
    else
        run_in_replay(call, &rq, out);
    if (rq.effect_count > 0)
        run->flags |= RUN_CHANGED;
}

bool script_call(struct scripts *scripts, lua_State *lua)
{
    struct call call = {.run = scripts->run};
    struct reply out;

    if (!call.run)
        return refuse(lua, "redis.call/pcall can only be called inside a script invocation");
    arena_reset(scripts->arena);
    if (lua_gettop(lua) == 0)
        return refuse(lua, "Please specify at least one argument for this redis lib call");
    if (!read_arguments(&call, scripts->arena, lua))
        return false;
    call.command = registry_find_call(call.run->server->registry, call.argc, call.argv);
    if (!may_run(&call, scripts->arena, lua)) {
        count_refusal(&call, lua);
        return false;
    }
    if (call.command->spec->flags & CMD_WRITE)
        call.run->flags |= RUN_WROTE;
    buffer_clear(&scripts->reply);
    reply_init(&out, &scripts->reply, call.run->protocol);
    run_call(&call, scripts->arena, &out);
    lua_reply_push(lua, span_of(scripts->reply.data, scripts->reply.size));
    return scripts->reply.data[0] != '-';
}

bool script_may_call(struct scripts *scripts, lua_State *lua, bool *known)
{
    struct call call = {.run = scripts->run};
    struct acl_denial why;

    *known = false;
    if (!call.run)
        return refuse(lua, "redis.acl_check_cmd can only be called inside a script invocation");
    arena_reset(scripts->arena);
    if (lua_gettop(lua) == 0)
        return refuse(lua, "Please specify at least one argument for this redis lib call");
    if (!read_arguments(&call, scripts->arena, lua))
        return false;
    call.command = registry_find_call(call.run->server->registry, call.argc, call.argv);
    if (!call.command)
        return refuse(lua, "Invalid command passed to redis.acl_check_cmd()");
    *known = true;
    return !call.run->session || acl_check(call.run->session->user, call.command, call.argc,
                                           call.argv, scripts->arena, &why) == ACL_ALLOWED;
}
