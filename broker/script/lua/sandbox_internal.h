/* sandbox_internal.h - what the files of this folder share. */
#ifndef MS_BROKER_SCRIPT_LUA_SANDBOX_INTERNAL_H
#define MS_BROKER_SCRIPT_LUA_SANDBOX_INTERNAL_H

#include "broker/script/lua/sandbox.h"
#include "broker/script/lua/scratch.h"

#include <lauxlib.h>
#include <lualib.h>

struct sandbox {
    lua_State *state;
    lua_State *running; /* the thread (coroutine) that runs now, or the state itself */
    size_t used_bytes;
    size_t peak_bytes;
    size_t limit_bytes;
    size_t collected_bytes; /* used when the last collection near the limit had ended */
    sandbox_hook_fn callback;
    void *context;
    uint32_t every;         /* steps between two calls of the callback */
    size_t steps;           /* since the last one */
    int64_t asked_ms;       /* when that was, by a coarse clock */
    const char *killed;     /* the text of the kill; NULL: nobody killed the script */
    bool collector_changed; /* collectgarbage was called: it may be stopped */
    struct scratch scratch[SCRATCH_COUNT];
    uint64_t random; /* 48 bits of state of math.random */
};

/* Each pushes its library as a table that nobody else holds yet. */
void sandbox_push_bit(lua_State *state);
void sandbox_push_cjson(lua_State *state);
void sandbox_push_cmsgpack(lua_State *state);
void sandbox_push_struct(lua_State *state);

/* These put their functions over those of the stock libraries, which are global tables already. */
void sandbox_guard_base(lua_State *state);
void sandbox_guard_coroutine(lua_State *state);
void sandbox_guard_math(lua_State *state);
void sandbox_guard_string(lua_State *state);
void sandbox_guard_table(lua_State *state);

/* Sets the count hook of one thread as the sandbox wants it, unless it is set so already: setting
 * it starts its count again. */
void sandbox_arm(lua_State *state);

/* math.random starts again at `seed`. */
void sandbox_seed(struct sandbox *box, uint32_t seed);

/* Puts `function` over field `name` of the table on top, with the field's old value as upvalue 1.
 */
void sandbox_wrap_field(lua_State *state, const char *name, lua_CFunction function);

/* Calls that old value, a C function, with the arguments of the running function. */
int sandbox_call_wrapped(lua_State *state);

/* lua_load with the collector at rest; leaves the function or the error text. */
int sandbox_compile(lua_State *state, const char *source, size_t size, const char *chunkname);

/* Raises "not enough memory" as the allocator would. */
_Noreturn void sandbox_no_memory(lua_State *state);

/* Raises "Attempt to modify a readonly table" without a position, as C functions do. */
_Noreturn void sandbox_refuse_change(lua_State *state);

/* As lua_error(), which never returns. */
_Noreturn void sandbox_raise(lua_State *state);

#endif
