/* The table library: views are not changed by it, and what takes long can be ended.
 *
 * table.sort is a quicksort with the median of three as pivot, as in the book of Sedgewick and in
 * stock Lua, so elements that compare equal end up in the same order as there. */
#include "broker/script/lua/sandbox_internal.h"
#include "broker/script/lua/view.h"

static int count_of(lua_State *state)
{
    luaL_checktype(state, 1, LUA_TTABLE);
    return (int)lua_objlen(state, 1);
}

static int read_first(lua_State *state)
{
    view_resolve(state, 1);
    return sandbox_call_wrapped(state);
}

/* table.insert(list, [at,] value) */
static int table_insert(lua_State *state)
{
    int64_t end = (int64_t)count_of(state) + 1, at;

    switch (lua_gettop(state)) {
    case 2:
        at = end;
        break;
    case 3:
        at = luaL_checkint(state, 2);
        break;
    default:
        return luaL_error(state, "wrong number of arguments to 'insert'");
    }
    view_refuse(state, 1);
    for (; end > at; end--) {
        sandbox_spend(state, 1);
        lua_rawgeti(state, 1, (int)(end - 1));
        lua_rawseti(state, 1, (int)end);
    }
    lua_rawseti(state, 1, (int)at);
    return 0;
}

/* table.remove(list [, at]) */
static int table_remove(lua_State *state)
{
    int end = count_of(state);
    int at = luaL_optint(state, 2, end);

    if (at < 1 || at > end)
        return 0;
    view_refuse(state, 1);
    lua_rawgeti(state, 1, at);
    for (; at < end; at++) {
        sandbox_spend(state, 1);
        lua_rawgeti(state, 1, at + 1);
        lua_rawseti(state, 1, at);
    }
    lua_pushnil(state);
    lua_rawseti(state, 1, end);
    return 1;
}

/* Whether the value at `a` goes before the one at `b` (stack indexes below 0). */
static bool goes_before(lua_State *state, int a, int b)
{
    bool before;

    sandbox_spend(state, 1);
    if (lua_isnil(state, 2))
        return lua_lessthan(state, a, b);
    lua_pushvalue(state, 2);
    lua_pushvalue(state, a - 1);
    lua_pushvalue(state, b - 2);
    lua_call(state, 2, 1);
    before = lua_toboolean(state, -1);
    lua_pop(state, 1);
    return before;
}

/* Pops two values into list[a] and list[b]: the top one into a. */
static void put_pair(lua_State *state, int a, int b)
{
    lua_rawseti(state, 1, a);
    lua_rawseti(state, 1, b);
}

/* Makes list[low] <= list[high]. */
static void order_pair(lua_State *state, int low, int high)
{
    lua_rawgeti(state, 1, low);
    lua_rawgeti(state, 1, high);
    if (goes_before(state, -1, -2))
        put_pair(state, low, high);
    else
        lua_pop(state, 2);
}

/* Orders list[low], list[middle], list[high] when the first and the last are in order already. */
static void order_middle(lua_State *state, int low, int middle, int high)
{
    lua_rawgeti(state, 1, middle);
    lua_rawgeti(state, 1, low);
    if (goes_before(state, -2, -1)) {
        put_pair(state, middle, low);
        return;
    }
    lua_pop(state, 1);
    lua_rawgeti(state, 1, high);
    if (goes_before(state, -1, -2))
        put_pair(state, middle, high);
    else
        lua_pop(state, 2);
}

/* Splits list[low..high] around the pivot, which is at high - 1 and on top of the stack (popped).
 * Returns where the pivot ends up. */
static int split(lua_State *state, int low, int high)
{
    int left = low, right = high - 1;

    for (;;) {
        while (lua_rawgeti(state, 1, ++left), goes_before(state, -1, -2)) {
            if (left > high)
                luaL_error(state, "invalid order function for sorting");
            lua_pop(state, 1);
        }
        while (lua_rawgeti(state, 1, --right), goes_before(state, -3, -1)) {
            if (right < low)
                luaL_error(state, "invalid order function for sorting");
            lua_pop(state, 1);
        }
        if (right < left)
            break;
        put_pair(state, left, right);
    }
    lua_pop(state, 3);
    lua_rawgeti(state, 1, high - 1);
    lua_rawgeti(state, 1, left);
    put_pair(state, high - 1, left);
    return left;
}

/* The smaller part by a call, the larger by the loop: at most 31 calls deep. */
static void sort(lua_State *state, int low, int high)
{
    while (low < high) {
        int middle = (int)(((int64_t)low + high) / 2), pivot;

        order_pair(state, low, high);
        if (high - low == 1)
            return;
        order_middle(state, low, middle, high);
        if (high - low == 2)
            return;
        lua_rawgeti(state, 1, middle);
        lua_pushvalue(state, -1);
        lua_rawgeti(state, 1, high - 1);
        put_pair(state, middle, high - 1);
        pivot = split(state, low, high);
        if (pivot - low < high - pivot) {
            sort(state, low, pivot - 1);
            low = pivot + 1;
        } else {
            sort(state, pivot + 1, high);
            high = pivot - 1;
        }
    }
}

/* table.sort(list [, goes_before]) */
static int table_sort(lua_State *state)
{
    int count = count_of(state);

    luaL_checkstack(state, 40, "");
    if (!lua_isnoneornil(state, 2))
        luaL_checktype(state, 2, LUA_TFUNCTION);
    lua_settop(state, 2);
    sort(state, 1, count);
    return 0;
}

void sandbox_guard_table(lua_State *state)
{
    static const luaL_Reg own[] = {
        {"insert", table_insert}, {"remove", table_remove}, {"sort", table_sort}, {NULL, NULL}};

    lua_getglobal(state, LUA_TABLIBNAME);
    luaL_register(state, NULL, own);
    sandbox_wrap_field(state, "foreach", read_first);
    lua_pop(state, 1);
}
