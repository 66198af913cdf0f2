/* scratch.h - bytes that grow while a library function works. The sandbox owns two of them, counted
 * against the memory limit. A function starts one anew and need not clean up when it raises an
 * error: no two functions use them at the same time, because none that does calls Lua code
 * meanwhile. What an error leaves behind is freed at the latest by sandbox_begin(). */
#ifndef MS_BROKER_SCRIPT_LUA_SCRATCH_H
#define MS_BROKER_SCRIPT_LUA_SCRATCH_H

#include <lua.h>
#include <stddef.h>

enum scratch_use {
    SCRATCH_BYTES,  /* text that is made or read */
    SCRATCH_FRAMES, /* what is open */
    SCRATCH_COUNT
};

struct scratch {
    char *bytes;
    size_t size;
    size_t capacity;
};

/* An empty one. */
struct scratch *scratch_start(lua_State *state, enum scratch_use use);

/* Adds `size` bytes, or room for them if `bytes` is NULL; returns where they are. Raises. */
char *scratch_add(lua_State *state, struct scratch *scratch, const void *bytes, size_t size);
void scratch_add_byte(lua_State *state, struct scratch *scratch, int byte);

/* Pushes the content as a string. */
void scratch_finish(lua_State *state, struct scratch *scratch);

/* Frees all of the state's. */
void scratch_free(lua_State *state);

#endif
