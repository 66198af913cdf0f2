/* view.h - read-only tables (sandbox.h says what they are for).
 *
 * A view is an empty table. Its metatable, which no script ever sees, has
 *     __index     the hidden table, so reading goes on there with its own metatable
 *     __newindex  a function that raises "Attempt to modify a readonly table"
 *     [view_key]  the hidden table, the sign that this is a view
 * The view of the globals is the environment of all scripts. */
#ifndef MS_BROKER_SCRIPT_LUA_VIEW_H
#define MS_BROKER_SCRIPT_LUA_VIEW_H

#include "broker/script/lua/sandbox.h"

/* Whether the value at `index` is a view. */
bool view_is(lua_State *state, int index);

/* Replaces the argument at `index` by what is behind it if it is a view. */
void view_resolve(lua_State *state, int index);

/* Raises if the argument at `index` is a view. */
void view_refuse(lua_State *state, int index);

/* The table of globals becomes hidden and its view everybody's environment. Called once. */
void view_make_globals(lua_State *state);

/* The metatable of strings gets methods from the view of `string` and shows a view of itself. */
void view_hide_registry(lua_State *state);

#endif
