/* math.random and math.randomseed: the generator of drand48(3), a linear congruence modulo 2^48
 * with the constants POSIX gives, one state per sandbox. A new sandbox draws what a new
 * redis-server draws. The drawn 31 bits become a number below 1 as Redis does it. */
#include "broker/script/lua/sandbox_internal.h"

#include <math.h>

static const uint64_t multiplier = 0x5DEECE66D;
static const uint64_t increment = 0xB;
static const uint64_t state_mask = (1ull << 48) - 1;
static const uint32_t seed_low = 0x330E;

void sandbox_seed(struct sandbox *box, uint32_t seed)
{
    box->random = (uint64_t)seed << 16 | seed_low;
}

static lua_Number draw(struct sandbox *box)
{
    box->random = (box->random * multiplier + increment) & state_mask;
    return (lua_Number)((box->random >> 17) % INT32_MAX) / (lua_Number)INT32_MAX;
}

/* math.random([lowest,] [highest]) */
static int math_random(lua_State *state)
{
    lua_Number drawn = draw(sandbox_of(state));
    int lowest = 1, highest;

    switch (lua_gettop(state)) {
    case 0:
        lua_pushnumber(state, drawn);
        return 1;
    case 1:
        highest = luaL_checkint(state, 1);
        luaL_argcheck(state, lowest <= highest, 1, "interval is empty");
        lua_pushnumber(state, floor(drawn * highest) + 1);
        return 1;
    case 2:
        lowest = luaL_checkint(state, 1);
        highest = luaL_checkint(state, 2);
        luaL_argcheck(state, lowest <= highest, 2, "interval is empty");
        lua_pushnumber(state, floor(drawn * ((lua_Number)highest - lowest + 1)) + lowest);
        return 1;
    default:
        return luaL_error(state, "wrong number of arguments");
    }
}

static int math_randomseed(lua_State *state)
{
    sandbox_seed(sandbox_of(state), (uint32_t)luaL_checkint(state, 1));
    return 0;
}

void sandbox_guard_math(lua_State *state)
{
    static const luaL_Reg own[] = {
        {"random", math_random}, {"randomseed", math_randomseed}, {NULL, NULL}};

    lua_getglobal(state, LUA_MATHLIBNAME);
    luaL_register(state, NULL, own);
    lua_pop(state, 1);
}
