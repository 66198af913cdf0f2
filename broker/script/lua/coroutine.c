/* coroutine.resume and coroutine.wrap: they catch errors, and a thread of its own has a hook of its
 * own. The other functions of the library are stock. */
#include "broker/script/lua/sandbox_internal.h"

enum {
    RESUME_STEPS = 1000 /* as many instructions as a thread may run without a hook */
};

static bool is_suspended(lua_State *state, lua_State *thread, const char **status)
{
    lua_Debug debug;

    *status = "dead";
    if (state == thread) {
        *status = "running";
        return false;
    }
    if (lua_status(thread) == LUA_YIELD)
        return true;
    if (lua_status(thread) != 0)
        return false;
    if (lua_getstack(thread, 0, &debug) > 0) {
        *status = "normal";
        return false;
    }
    return lua_gettop(thread) > 0;
}

/* Makes room in a thread that does not run. An error raised there would end the process, as nobody
 * could catch it: so this one growth may exceed the limit, which is looked at before and after. */
static void make_room(lua_State *state, lua_State *thread, int slots)
{
    struct sandbox *box = sandbox_of(state);
    size_t limit = box->limit_bytes;
    bool enough;

    if (box->used_bytes >= limit)
        sandbox_no_memory(state);
    box->limit_bytes = SIZE_MAX;
    enough = lua_checkstack(thread, slots);
    box->limit_bytes = limit;
    if (!enough)
        luaL_error(state, "too many arguments to resume");
    if (box->used_bytes > limit)
        sandbox_no_memory(state);
}

/* Moves `args` values from the top of the stack into the thread and goes on with it. Returns how
 * many results are on the stack now, or -1: the error is. */
static int resume(lua_State *state, lua_State *thread, int args)
{
    struct sandbox *box = sandbox_of(state);
    const char *status;
    int rc, results;

    make_room(state, thread, args + 1); /* one for the text of an error */
    if (!is_suspended(state, thread, &status)) {
        lua_pushfstring(state, "cannot resume %s coroutine", status);
        return -1;
    }
    sandbox_arm(thread); /* it was copied when the thread was made, and may have changed since */
    sandbox_spend(state, RESUME_STEPS);
    lua_xmove(state, thread, args);
    lua_setlevel(state, thread);
    box->running = thread;
    rc = lua_resume(thread, args);
    box->running = state;
    sandbox_check_killed(state);
    if (rc != 0 && rc != LUA_YIELD) {
        lua_xmove(thread, state, 1);
        return -1;
    }
    results = lua_gettop(thread);
    if (!lua_checkstack(state, results + 1))
        luaL_error(state, "too many results to resume");
    lua_xmove(thread, state, results);
    return results;
}

static int coroutine_resume(lua_State *state)
{
    lua_State *thread = lua_tothread(state, 1);
    int results;

    luaL_argcheck(state, thread, 1, "coroutine expected");
    results = resume(state, thread, lua_gettop(state) - 1);
    luaL_checkstack(state, 1, "resume");
    lua_pushboolean(state, results >= 0);
    if (results < 0)
        results = 1;
    lua_insert(state, -(results + 1));
    return results + 1;
}

static int wrapped(lua_State *state)
{
    int results = resume(state, lua_tothread(state, lua_upvalueindex(1)), lua_gettop(state));

    if (results >= 0)
        return results;
    if (lua_isstring(state, -1)) {
        luaL_where(state, 1);
        lua_insert(state, -2);
        lua_concat(state, 2);
    }
    return lua_error(state);
}

/* coroutine.wrap(function); upvalue 1 is coroutine.create. */
static int coroutine_wrap(lua_State *state)
{
    lua_tocfunction(state, lua_upvalueindex(1))(state);
    lua_pushcclosure(state, wrapped, 1);
    return 1;
}

void sandbox_guard_coroutine(lua_State *state)
{
    static const luaL_Reg own[] = {{"resume", coroutine_resume}, {NULL, NULL}};

    lua_getglobal(state, LUA_COLIBNAME);
    luaL_register(state, NULL, own);
    lua_getfield(state, -1, "create");
    lua_pushcclosure(state, coroutine_wrap, 1);
    lua_setfield(state, -2, "wrap");
    lua_pop(state, 1);
}
