/* api.c - the table `redis` as scripts see it. Every function has the server's scripts as its
 * upvalue. */
#include "broker/script/engine.h"
#include "broker/script/lua_reply.h"
#include "broker/server/log.h"
#include "broker/server/server.h"

#include <lauxlib.h>
#include <string.h>

enum {
    REPL_AOF = 1,
    REPL_REPLICA = 2,
    REPL_ALL = REPL_AOF | REPL_REPLICA,
    VERSION_NUMBER = 0x00080a00 /* 8.10.0 */
};

#define VERSION_TEXT "8.10.0"

static struct scripts *scripts_up(lua_State *lua)
{
    return lua_touserdata(lua, lua_upvalueindex(1));
}

/* Raises {err = "ERR text"}. */
static int raise(lua_State *lua, const char *text)
{
    lua_reply_push_error_text(lua, span_text(text));
    return lua_error(lua);
}

static int api_call(lua_State *lua)
{
    return script_call(scripts_up(lua), lua) ? 1 : lua_error(lua);
}

static int api_pcall(lua_State *lua)
{
    script_call(scripts_up(lua), lua);
    return 1;
}

static int api_acl_check_cmd(lua_State *lua)
{
    bool known, allowed = script_may_call(scripts_up(lua), lua, &known);

    if (!known)
        return lua_error(lua);
    lua_pushboolean(lua, allowed);
    return 1;
}

static int api_error_reply(lua_State *lua)
{
    const char *text;

    if (lua_gettop(lua) != 1 || lua_type(lua, -1) != LUA_TSTRING) {
        lua_reply_push_error_text(lua, SPAN("wrong number or type of arguments"));
        return 1;
    }
    text = lua_tostring(lua, 1); /* a NUL byte ends it, as in Redis */
    if (*text != '-')
        text = lua_pushfstring(lua, "-%s", text);
    lua_reply_push_error_text(lua, span_text(text));
    return 1;
}

static int api_status_reply(lua_State *lua)
{
    if (lua_gettop(lua) != 1 || lua_type(lua, -1) != LUA_TSTRING) {
        lua_reply_push_error_text(lua, SPAN("wrong number or type of arguments"));
        return 1;
    }
    lua_createtable(lua, 0, 1);
    lua_insert(lua, -2);
    lua_setfield(lua, -2, "ok");
    return 1;
}

static int api_sha1hex(lua_State *lua)
{
    char hex[SHA1_HEX_SIZE + 1];
    size_t size;
    const char *text;

    if (lua_gettop(lua) != 1)
        return raise(lua, "wrong number of arguments");
    text = lua_tolstring(lua, 1, &size);
    script_sha1(scripts_up(lua), span_of(text ? text : "", text ? size : 0), hex);
    lua_pushlstring(lua, hex, SHA1_HEX_SIZE);
    return 1;
}

static int api_log(lua_State *lua)
{
    static const enum config_log_level levels[] = {LOG_DEBUG, LOG_VERBOSE, LOG_NOTICE, LOG_WARNING};
    int argc = lua_gettop(lua);
    lua_Number level;
    luaL_Buffer line;

    if (argc < 2)
        return raise(lua, "redis.log() requires two arguments or more.");
    if (!lua_isnumber(lua, 1))
        return raise(lua, "First argument must be a number (log level).");
    level = lua_tonumber(lua, 1);
    if (!(level >= 0 && level < 4))
        return raise(lua, "Invalid debug level.");
    luaL_buffinit(lua, &line);
    for (int i = 2; i <= argc; i++) {
        size_t size;
        const char *text = lua_tolstring(lua, i, &size);

        if (i > 2)
            luaL_addchar(&line, ' ');
        if (text)
            luaL_addlstring(&line, text, size);
    }
    luaL_pushresult(&line);
    log_line(scripts_up(lua)->server->log, levels[(int)level], "%s", lua_tostring(lua, -1));
    return 0;
}

static int api_setresp(lua_State *lua)
{
    struct scripts *scripts = scripts_up(lua);
    lua_Number protocol;

    if (lua_gettop(lua) != 1)
        return raise(lua, "redis.setresp() requires one argument.");
    protocol = lua_tonumber(lua, -1);
    if (protocol != 2 && protocol != 3)
        return raise(lua, "RESP version must be 2 or 3.");
    if (scripts->run)
        scripts->run->protocol = (int)protocol;
    return 0;
}

/* Effects are always logged, so there is nothing to be set; what makes no sense is refused. */
static int api_set_repl(lua_State *lua)
{
    lua_Number flags;

    if (lua_gettop(lua) != 1)
        return raise(lua, "redis.set_repl() requires two arguments.");
    flags = lua_tonumber(lua, 1);
    if (flags < 0 || flags > REPL_ALL || flags != (int)flags)
        return raise(lua, "Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or "
                          "REPL_NONE.");
    return 0;
}

static int api_replicate_commands(lua_State *lua)
{
    lua_pushboolean(lua, true);
    return 1;
}

/* There is no debugger. */
static int api_breakpoint(lua_State *lua)
{
    lua_pushboolean(lua, false);
    return 1;
}

static int api_debug(lua_State *lua)
{
    (void)lua;
    return 0;
}

struct api_function {
    const char *name;
    lua_CFunction function;
};

static const struct api_function common[] = {
    {"call", api_call},
    {"pcall", api_pcall},
    {"log", api_log},
    {"setresp", api_setresp},
    {"error_reply", api_error_reply},
    {"status_reply", api_status_reply},
    {"sha1hex", api_sha1hex},
    {"set_repl", api_set_repl},
    {"acl_check_cmd", api_acl_check_cmd},
};

static const struct api_function eval_only[] = {
    {"replicate_commands", api_replicate_commands},
    {"breakpoint", api_breakpoint},
    {"debug", api_debug},
};

static const struct {
    const char *name;
    int value;
} numbers[] = {
    {"LOG_DEBUG", 0},
    {"LOG_VERBOSE", 1},
    {"LOG_NOTICE", 2},
    {"LOG_WARNING", 3},
    {"REPL_NONE", 0},
    {"REPL_AOF", REPL_AOF},
    {"REPL_SLAVE", REPL_REPLICA},
    {"REPL_REPLICA", REPL_REPLICA},
    {"REPL_ALL", REPL_ALL},
    {"REDIS_VERSION_NUM", VERSION_NUMBER},
};

static void add_functions(lua_State *lua, struct scripts *scripts,
                          const struct api_function *functions, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        lua_pushlightuserdata(lua, scripts);
        lua_pushcclosure(lua, functions[i].function, 1);
        lua_setfield(lua, -2, functions[i].name);
    }
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void add_constants(lua_State *lua)
{
    for (size_t i = 0; i < COUNT(numbers); i++) {
        lua_pushnumber(lua, numbers[i].value);
        lua_setfield(lua, -2, numbers[i].name);
    }
    lua_pushliteral(lua, VERSION_TEXT);
    lua_setfield(lua, -2, "REDIS_VERSION");
}

/* A library's code sees another `redis` while it is loaded than its functions do later. */
static void open_functions(lua_State *lua, struct scripts *scripts, struct engine *engine)
{
    static const struct api_function loading[] = {{"log", api_log}};

    lua_newtable(lua);
    add_functions(lua, scripts, loading, COUNT(loading));
    function_api_open(lua, scripts);
    add_constants(lua);
    sandbox_make_view(lua);
    engine->api_loading = luaL_ref(lua, LUA_REGISTRYINDEX);
    lua_newtable(lua);
    add_functions(lua, scripts, common, COUNT(common));
    add_constants(lua);
    sandbox_make_view(lua);
    lua_pushvalue(lua, -1);
    engine->api_running = luaL_ref(lua, LUA_REGISTRYINDEX);
    sandbox_set_global(lua, "redis");
}

void script_api_open(lua_State *lua, struct scripts *scripts, struct engine *engine)
{
    if (engine == &scripts->functions) {
        open_functions(lua, scripts, engine);
        return;
    }
    lua_newtable(lua);
    add_functions(lua, scripts, common, COUNT(common));
    add_functions(lua, scripts, eval_only, COUNT(eval_only));
    add_constants(lua);
    sandbox_add_library(lua, "redis");
}

/* Where an error happened: the innermost function that is Lua's. What is no table is a text. */
static int complete_error(lua_State *lua)
{
    lua_Debug where;
    bool placed = lua_getstack(lua, 1, &where) && lua_getinfo(lua, "Sl", &where);

    if (placed && strcmp(where.what, "C") == 0)
        placed = lua_getstack(lua, 2, &where) && lua_getinfo(lua, "Sl", &where);
    lua_settop(lua, 1);
    if (!lua_istable(lua, 1)) {
        lua_getglobal(lua, "tostring");
        lua_pushvalue(lua, 1);
        lua_call(lua, 1, 1);
        lua_pushfstring(lua, "ERR %s", lua_tostring(lua, -1) ? lua_tostring(lua, -1) : "");
        lua_createtable(lua, 0, 3);
        lua_insert(lua, -2);
        lua_setfield(lua, -2, "err");
    }
    if (placed) {
        lua_pushstring(lua, where.source);
        lua_setfield(lua, -2, "source");
        lua_pushinteger(lua, where.currentline);
        lua_setfield(lua, -2, "line");
    }
    return 1;
}

void script_api_push_handler(lua_State *lua)
{
    lua_pushcfunction(lua, complete_error);
}
