/* string.find, match, gmatch, gsub and rep: the functions of the string library whose time or
 * memory depends on more than the size of their arguments. The others are stock. */
#include "broker/script/lua/pattern.h"
#include "broker/script/lua/sandbox_internal.h"

#include <ctype.h>
#include <string.h>

enum {
    BYTES_PER_STEP = 64 /* memcpy and memmem are fast */
};

/* Where a search starts: argument `index`, counted from 1, from the end if negative. */
static size_t start_of(lua_State *state, int index, size_t size)
{
    lua_Integer from = luaL_optinteger(state, index, 1);

    if (from < 0)
        from += (lua_Integer)size + 1;
    if (from < 1)
        return 0;
    return (size_t)from - 1 > size ? size : (size_t)from - 1;
}

static int give_place(lua_State *state, const char *subject, const char *from, const char *to)
{
    lua_pushinteger(state, from - subject + 1);
    lua_pushinteger(state, to - subject);
    return 2;
}

static int find_plain(lua_State *state, const char *subject, size_t size, size_t start)
{
    size_t wanted_size;
    const char *wanted = lua_tolstring(state, 2, &wanted_size);
    const char *found = subject + start;

    sandbox_spend(state, size / BYTES_PER_STEP);
    if (wanted_size > 0)
        found = memmem(subject + start, size - start, wanted, wanted_size);
    if (found)
        return give_place(state, subject, found, found + wanted_size);
    lua_pushnil(state);
    return 1;
}

static int search(lua_State *state, bool find)
{
    size_t size, pattern_size, start;
    const char *subject = luaL_checklstring(state, 1, &size);
    const char *pattern = luaL_checklstring(state, 2, &pattern_size), *at;
    struct pattern match;
    bool anchored;

    start = start_of(state, 3, size);
    if (find && (lua_toboolean(state, 4) || !strpbrk(pattern, "^$*+?.([%-")))
        return find_plain(state, subject, size, start);
    anchored = *pattern == '^';
    if (anchored)
        pattern++;
    pattern_init(&match, state, subject, size);
    for (at = subject + start; at <= match.end; at++) {
        const char *end = pattern_match(&match, at, pattern);

        if (end && find)
            return give_place(state, subject, at, end) + pattern_push_captures(&match, NULL, NULL);
        if (end)
            return pattern_push_captures(&match, at, end);
        if (anchored)
            break;
    }
    lua_pushnil(state);
    return 1;
}

static int string_find(lua_State *state)
{
    return search(state, true);
}

static int string_match(lua_State *state)
{
    return search(state, false);
}

/* Upvalues: subject, pattern, where to go on (from 0). */
static int next_match(lua_State *state)
{
    size_t size;
    const char *subject = lua_tolstring(state, lua_upvalueindex(1), &size);
    const char *pattern = lua_tostring(state, lua_upvalueindex(2));
    const char *at = subject + lua_tointeger(state, lua_upvalueindex(3));
    struct pattern match;

    pattern_init(&match, state, subject, size);
    for (; at <= match.end; at++) {
        const char *end = pattern_match(&match, at, pattern);

        if (!end)
            continue;
        lua_pushinteger(state, end - subject + (end == at)); /* an empty match moves on as well */
        lua_replace(state, lua_upvalueindex(3));
        return pattern_push_captures(&match, at, end);
    }
    return 0;
}

static int string_gmatch(lua_State *state)
{
    luaL_checkstring(state, 1);
    luaL_checkstring(state, 2);
    lua_settop(state, 2);
    lua_pushinteger(state, 0);
    lua_pushcclosure(state, next_match, 3);
    return 1;
}

/* The replacement at 3 is a text with %0 to %9 in it. */
static void add_text(struct pattern *match, luaL_Buffer *out, const char *from, const char *to)
{
    size_t size;
    const char *text = lua_tolstring(match->state, 3, &size);

    for (size_t i = 0; i < size; i++) {
        if (text[i] != '%') {
            luaL_addchar(out, text[i]);
            continue;
        }
        i++; /* a "%" at the end gives the NUL behind the text, as in stock Lua */
        if (!isdigit((unsigned char)text[i])) {
            luaL_addchar(out, text[i]);
        } else if (text[i] == '0') {
            luaL_addlstring(out, from, (size_t)(to - from));
        } else {
            pattern_push_capture(match, text[i] - '1', from, to);
            luaL_addvalue(out);
        }
    }
    sandbox_spend(match->state, size / BYTES_PER_STEP + 1);
}

static void add_replacement(struct pattern *match, luaL_Buffer *out, const char *from,
                            const char *to)
{
    lua_State *state = match->state;

    switch (lua_type(state, 3)) {
    case LUA_TFUNCTION:
        lua_pushvalue(state, 3);
        lua_call(state, pattern_push_captures(match, from, to), 1);
        break;
    case LUA_TTABLE:
        pattern_push_capture(match, 0, from, to);
        lua_gettable(state, 3);
        break;
    default:
        add_text(match, out, from, to);
        return;
    }
    if (!lua_toboolean(state, -1)) {
        lua_pop(state, 1);
        lua_pushlstring(state, from, (size_t)(to - from));
    } else if (!lua_isstring(state, -1)) {
        luaL_error(state, "invalid replacement value (a %s)", luaL_typename(state, -1));
    }
    luaL_addvalue(out);
}

/* string.gsub(subject, pattern, replacement [, most]) */
static int string_gsub(lua_State *state)
{
    size_t size;
    const char *at = luaL_checklstring(state, 1, &size);
    const char *pattern = luaL_checkstring(state, 2);
    int type = lua_type(state, 3), count = 0, most = luaL_optint(state, 4, (int)(size + 1));
    bool anchored = *pattern == '^';
    struct pattern match;
    luaL_Buffer out;

    luaL_argcheck(state,
                  type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TFUNCTION ||
                      type == LUA_TTABLE,
                  3, "string/function/table expected");
    if (anchored)
        pattern++;
    luaL_buffinit(state, &out);
    pattern_init(&match, state, at, size);
    while (count < most) {
        const char *end = pattern_match(&match, at, pattern);

        if (end) {
            count++;
            add_replacement(&match, &out, at, end);
        }
        if (end && end > at)
            at = end;
        else if (at < match.end)
            luaL_addchar(&out, *at++);
        else
            break;
        if (anchored)
            break;
    }
    luaL_addlstring(&out, at, (size_t)(match.end - at));
    luaL_pushresult(&out);
    lua_pushinteger(state, count);
    return 2;
}

/* string.rep(text, count): the result is made at once, so a size that the limit does not allow
 * fails before any work is done. */
static int string_rep(lua_State *state)
{
    size_t size, total;
    const char *text = luaL_checklstring(state, 1, &size);
    int count = luaL_checkint(state, 2);
    char *bytes;

    if (size == 0 || count <= 0) {
        lua_pushliteral(state, "");
        return 1;
    }
    if (__builtin_mul_overflow(size, (size_t)count, &total) ||
        total > sandbox_of(state)->limit_bytes)
        sandbox_no_memory(state);
    sandbox_spend(state, total / BYTES_PER_STEP);
    bytes = lua_newuserdata(state, total);
    memcpy(bytes, text, size);
    for (size_t done = size; done < total;) { /* each round doubles what is there */
        size_t piece = done < total - done ? done : total - done;

        memcpy(bytes + done, bytes, piece);
        done += piece;
    }
    lua_pushlstring(state, bytes, total);
    return 1;
}

void sandbox_guard_string(lua_State *state)
{
    static const luaL_Reg own[] = {
        {"find", string_find},
        {"match", string_match},
        {"gmatch", string_gmatch},
        {"gfind", string_gmatch},
        {"gsub", string_gsub},
        {"rep", string_rep},
        {NULL, NULL},
    };

    lua_getglobal(state, LUA_STRLIBNAME);
    luaL_register(state, NULL, own);
    lua_getfield(state, -1, "gmatch");
    lua_setfield(state, -2, "gfind"); /* one function with two names */
    lua_pop(state, 1);
}
