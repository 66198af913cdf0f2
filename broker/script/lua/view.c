#include "broker/script/lua/view.h"

#include "broker/script/lua/sandbox_internal.h"
#include "core/base/check.h"

static char view_key;
static char globals_key; /* in the registry: the hidden table of globals */

void sandbox_refuse_change(lua_State *state)
{
    lua_pushliteral(state, "Attempt to modify a readonly table");
    sandbox_raise(state);
}

/* __newindex of views: the position is that of the assignment. */
static int refuse_assignment(lua_State *state)
{
    return luaL_error(state, "Attempt to modify a readonly table");
}

/* __index of the globals. */
static int refuse_unknown_global(lua_State *state)
{
    const char *name = lua_tostring(state, 2);

    if (!name)
        name = luaL_typename(state, 2);
    return luaL_error(state, "Script attempted to access nonexistent global variable '%s'", name);
}

bool sandbox_hidden(lua_State *state, int index)
{
    luaL_checkstack(state, 2, "views");
    if (lua_type(state, index) != LUA_TTABLE || !lua_getmetatable(state, index))
        return false;
    lua_pushlightuserdata(state, &view_key);
    lua_rawget(state, -2);
    lua_remove(state, -2);
    if (!lua_isnil(state, -1))
        return true;
    lua_pop(state, 1);
    return false;
}

bool view_is(lua_State *state, int index)
{
    if (!sandbox_hidden(state, index))
        return false;
    lua_pop(state, 1);
    return true;
}

void view_resolve(lua_State *state, int index)
{
    if (sandbox_hidden(state, index))
        lua_replace(state, index);
}

void view_refuse(lua_State *state, int index)
{
    if (view_is(state, index))
        sandbox_refuse_change(state);
}

/* The tables directly inside the one on top become views too: libraries are that deep. */
static void make_inner_views(lua_State *state)
{
    int table = lua_gettop(state);

    for (lua_pushnil(state); lua_next(state, table);) {
        if (lua_type(state, -1) != LUA_TTABLE || view_is(state, -1)) {
            lua_pop(state, 1);
            continue;
        }
        lua_pushvalue(state, -2);
        lua_insert(state, -2);
        sandbox_make_view(state);
        lua_rawset(state, table); /* an existing key: the walk goes on */
    }
}

/* Replaces the table on top by a view and leaves the view's metatable above it. */
static void wrap(lua_State *state)
{
    lua_newtable(state);
    lua_insert(state, -2); /* view, hidden */
    lua_createtable(state, 0, 3);
    lua_insert(state, -2); /* view, metatable, hidden */
    lua_pushvalue(state, -1);
    lua_setfield(state, -3, "__index");
    lua_pushlightuserdata(state, &view_key);
    lua_insert(state, -2);
    lua_rawset(state, -3);
    lua_pushcfunction(state, refuse_assignment);
    lua_setfield(state, -2, "__newindex");
    lua_pushvalue(state, -1);
    lua_setmetatable(state, -3);
}

void sandbox_make_view(lua_State *state)
{
    luaL_checkstack(state, 8, "views");
    if (view_is(state, -1))
        return;
    make_inner_views(state);
    wrap(state);
    lua_pop(state, 1);
}

void view_make_globals(lua_State *state)
{
    lua_pushvalue(state, LUA_GLOBALSINDEX);
    lua_pushlightuserdata(state, &globals_key);
    lua_pushvalue(state, -2);
    lua_rawset(state, LUA_REGISTRYINDEX);
    wrap(state); /* view, its metatable */
    sandbox_hidden(state, -2);
    lua_pushvalue(state, -3);
    lua_setfield(state, -2, "_G");
    lua_setfield(state, -2, "__newindex"); /* until sandbox_seal() */
    lua_pop(state, 1);
    lua_replace(state, LUA_GLOBALSINDEX);
}

void view_hide_registry(lua_State *state)
{
    lua_pushliteral(state, "");
    CHECK(lua_getmetatable(state, -1));
    lua_newtable(state); /* what getmetatable("") shows */
    lua_getglobal(state, "string");
    lua_pushvalue(state, -1);
    lua_setfield(state, -3, "__index");
    lua_setfield(state, -3, "__index");
    sandbox_make_view(state);
    lua_setfield(state, -2, "__metatable");
    lua_pop(state, 2);
}

static void push_globals(lua_State *state)
{
    lua_pushlightuserdata(state, &globals_key);
    lua_rawget(state, LUA_REGISTRYINDEX);
}

void sandbox_seal(lua_State *state)
{
    lua_getmetatable(state, LUA_GLOBALSINDEX);
    lua_pushcfunction(state, refuse_assignment);
    lua_setfield(state, -2, "__newindex");
    lua_pop(state, 1);
    push_globals(state);
    lua_newtable(state);
    lua_pushcfunction(state, refuse_unknown_global);
    lua_setfield(state, -2, "__index");
    lua_newtable(state); /* what getmetatable(_G) shows */
    lua_pushcfunction(state, refuse_unknown_global);
    lua_setfield(state, -2, "__index");
    sandbox_make_view(state);
    lua_setfield(state, -2, "__metatable");
    lua_setmetatable(state, -2);
    lua_pop(state, 1);
}

void sandbox_set_global(lua_State *state, const char *name)
{
    push_globals(state);
    lua_pushstring(state, name);
    lua_pushvalue(state, -3);
    lua_rawset(state, -3);
    lua_pop(state, 2);
}

void sandbox_get_global(lua_State *state, const char *name)
{
    push_globals(state);
    lua_pushstring(state, name);
    lua_rawget(state, -2);
    lua_remove(state, -2);
}

void sandbox_add_library(lua_State *state, const char *name)
{
    sandbox_make_view(state);
    sandbox_set_global(state, name);
}
