/* lua_reply.h - replies of commands as Lua values, and what a script returns as a reply.
 *
 *   RESP                       Lua
 *   :1                         number
 *   $ *                        string, table from 1
 *   $-1 *-1                    false
 *   +OK  -ERR x                {ok = "OK"}, {err = "ERR x"}
 *   _  #t  ,1.5                nil, boolean, {double = 1.5}
 *   %  ~                       {map = {key = value}}, {set = {member = true}}
 *   (12  =txt:x                {big_number = "12"}, {verbatim_string = {string = , format = }}
 *
 * Both raise Lua errors: call them below sandbox_protect(). */
#ifndef MS_BROKER_SCRIPT_LUA_REPLY_H
#define MS_BROKER_SCRIPT_LUA_REPLY_H

#include "core/bytes/span.h"
#include "core/command/reply.h"

#include <stdbool.h>
#include <lua.h>

enum {
    LUA_REPLY_DEPTH_LIMIT = 1024, /* tables in tables that a script may return */
    LUA_REPLY_VALUES_LIMIT = 1 << 24,
    LUA_REPLY_BYTES_LIMIT = 1 << 30
};

/* Pushes the value of one reply, which reply.h wrote. */
void lua_reply_push(lua_State *lua, struct span reply);

/* Writes the value on top of the stack, which stays. Numbers lose their fraction; an array ends
 * before its first nil; what has no meaning in a reply (a function) is null. Tables that nest
 * deeper than the limit become an error in their place; more values or bytes than their limits
 * raise an error (few tables can be very many, if they hold each other twice). `out` has the
 * protocol of whoever gets it; booleans are 1 and null unless the script has asked for RESP3
 * (`protocol` 3) itself. */
void lua_reply_write(lua_State *lua, struct reply *out, int protocol);

/* Is the error table on top marked as one that has been counted? */
bool lua_reply_is_counted(lua_State *lua);

/* Marks the error table on top: it has been counted as an error of a command. */
void lua_reply_mark_counted(lua_State *lua);

/* Pushes {err = text}. The text may begin with '-' and a code, and else gets the code ERR. */
void lua_reply_push_error_text(lua_State *lua, struct span text);

#endif
