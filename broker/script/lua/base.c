/* The base library: what can catch errors, compile text, or look at tables behind their backs. */
#include "broker/script/lua/sandbox_internal.h"
#include "broker/script/lua/view.h"

#include <limits.h>

enum {
    BYTES_PER_STEP = 16 /* of source text */
};

/* For readers: a view as first argument counts as what is behind it. */
static int read_first(lua_State *state)
{
    view_resolve(state, 1);
    return sandbox_call_wrapped(state);
}

/* For writers: a view as first argument is refused. */
static int write_first(lua_State *state)
{
    view_refuse(state, 1);
    return sandbox_call_wrapped(state);
}

/* pairs(table); upvalue 1 is next. The view stays a view: next looks behind it at each step. */
static int base_pairs(lua_State *state)
{
    luaL_checktype(state, 1, LUA_TTABLE);
    lua_pushvalue(state, lua_upvalueindex(1));
    lua_pushvalue(state, 1);
    lua_pushnil(state);
    return 3;
}

static int base_collectgarbage(lua_State *state)
{
    sandbox_of(state)->collector_changed = true;
    return sandbox_call_wrapped(state);
}

/* As in Redis, an error that is a table with a text in its field "err" (redis.call raises such) is
 * that text for the script. */
static int base_pcall(lua_State *state)
{
    int rc;

    luaL_checkany(state, 1);
    rc = lua_pcall(state, lua_gettop(state) - 1, LUA_MULTRET, 0);
    sandbox_check_killed(state);
    if (rc != 0 && lua_istable(state, -1)) {
        luaL_checkstack(state, 2, "pcall");
        lua_pushliteral(state, "err");
        lua_rawget(state, -2);
        lua_remove(state, lua_isstring(state, -1) ? -2 : -1);
    }
    luaL_checkstack(state, 1, "pcall");
    lua_pushboolean(state, rc == 0);
    lua_insert(state, 1);
    return lua_gettop(state);
}

/* The handler of xpcall; upvalue 1 is the script's. It does not hear of kills. */
static int handle(lua_State *state)
{
    if (sandbox_killed(sandbox_of(state)))
        return 1;
    lua_pushvalue(state, lua_upvalueindex(1));
    lua_insert(state, 1);
    lua_call(state, lua_gettop(state) - 1, 1);
    return 1;
}

static int base_xpcall(lua_State *state)
{
    int rc;

    luaL_checkany(state, 2);
    lua_settop(state, 2);
    if (lua_isfunction(state, 2))
        lua_pushcclosure(state, handle, 1);
    lua_insert(state, 1);
    rc = lua_pcall(state, 0, LUA_MULTRET, 1);
    sandbox_check_killed(state);
    lua_pushboolean(state, rc == 0);
    lua_replace(state, 1);
    return lua_gettop(state);
}

static int compile(lua_State *state, const char *source, size_t size, const char *chunkname)
{
    sandbox_spend(state, size / BYTES_PER_STEP + 1);
    if (sandbox_compile(state, source, size, chunkname) == 0)
        return 1;
    lua_pushnil(state);
    lua_insert(state, -2);
    return 2;
}

static int base_loadstring(lua_State *state)
{
    size_t size;
    const char *source = luaL_checklstring(state, 1, &size);

    return compile(state, source, size, luaL_optstring(state, 2, source));
}

/* Calls the reader at 1 until it gives nothing; leaves all it gave as one string. */
static int gather(lua_State *state)
{
    luaL_Buffer pieces;

    luaL_buffinit(state, &pieces);
    for (;;) {
        sandbox_spend(state, 1);
        lua_pushvalue(state, 1);
        lua_call(state, 0, 1);
        if (lua_isnil(state, -1))
            break;
        if (!lua_isstring(state, -1)) {
            luaL_where(state, 2); /* the position is that of the call of load */
            lua_pushliteral(state, "reader function must return a string");
            lua_concat(state, 2);
            sandbox_raise(state);
        }
        if (lua_objlen(state, -1) == 0)
            break;
        luaL_addvalue(&pieces);
    }
    lua_pop(state, 1);
    luaL_pushresult(&pieces);
    return 1;
}

/* load(reader [, chunkname]). The text is complete before the parser starts, so the reader cannot
 * make the collector run under it. */
static int base_load(lua_State *state)
{
    const char *chunkname = luaL_optstring(state, 2, "=(load)");
    const char *source;
    size_t size;

    luaL_checktype(state, 1, LUA_TFUNCTION);
    lua_settop(state, 3);
    lua_pushcfunction(state, gather);
    lua_pushvalue(state, 1);
    if (lua_pcall(state, 1, 1, 0) != 0) {
        sandbox_check_killed(state);
        lua_pushnil(state);
        lua_insert(state, -2);
        return 2;
    }
    source = lua_tolstring(state, -1, &size);
    return compile(state, source, size, chunkname);
}

/* unpack(list [, from [, to]]) */
static int base_unpack(lua_State *state)
{
    int64_t from, to, count;

    luaL_checktype(state, 1, LUA_TTABLE);
    from = luaL_optint(state, 2, 1);
    to = lua_isnoneornil(state, 3) ? (int)lua_objlen(state, 1) : luaL_checkint(state, 3);
    if (from > to)
        return 0;
    count = to - from + 1;
    if (count >= INT_MAX || !lua_checkstack(state, (int)count))
        return luaL_error(state, "too many results to unpack");
    for (int64_t at = from; at <= to; at++)
        lua_rawgeti(state, 1, (int)at);
    return (int)count;
}

void sandbox_guard_base(lua_State *state)
{
    static const luaL_Reg own[] = {
        {"pcall", base_pcall},           {"xpcall", base_xpcall}, {"load", base_load},
        {"loadstring", base_loadstring}, {"unpack", base_unpack}, {NULL, NULL},
    };

    lua_pushvalue(state, LUA_GLOBALSINDEX);
    luaL_register(state, NULL, own);
    sandbox_wrap_field(state, "next", read_first);
    sandbox_wrap_field(state, "rawget", read_first);
    sandbox_wrap_field(state, "getmetatable", read_first);
    sandbox_wrap_field(state, "rawset", write_first);
    sandbox_wrap_field(state, "setmetatable", write_first);
    sandbox_wrap_field(state, "collectgarbage", base_collectgarbage);
    lua_getfield(state, -1, "next");
    lua_pushcclosure(state, base_pairs, 1);
    lua_setfield(state, -2, "pairs");
    lua_pop(state, 1);
}
