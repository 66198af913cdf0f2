/* The cjson library's table and its settings; the texts of errors are those of lua-cjson 2.1. */
#include "broker/script/lua/cjson.h"

#include "broker/script/lua/sandbox_internal.h"

#include <limits.h>
#include <stdio.h>

static const char *const off_on[] = {"off", "on", NULL};
static const char *const off_on_null[] = {"off", "on", "null", NULL};

/* Checks that there are at most `most` arguments and fills up with nil. */
static struct cjson_settings *settings_of(lua_State *state, int most)
{
    luaL_argcheck(state, lua_gettop(state) <= most, most + 1, "found too many arguments");
    lua_settop(state, most);
    return lua_touserdata(state, lua_upvalueindex(1));
}

static int set_integer(lua_State *state, int arg, int *setting, int least, int most)
{
    char text[64];
    lua_Integer value;

    if (!lua_isnil(state, arg)) {
        value = luaL_checkinteger(state, arg);
        snprintf(text, sizeof(text), "expected integer between %d and %d", least, most);
        luaL_argcheck(state, least <= value && value <= most, 1, text);
        *setting = (int)value;
    }
    lua_pushinteger(state, *setting);
    return 1;
}

/* A boolean, or one of `names`. */
static int set_choice(lua_State *state, int arg, int *setting, const char *const *names)
{
    if (lua_isboolean(state, arg))
        *setting = lua_toboolean(state, arg);
    else if (!lua_isnil(state, arg))
        *setting = luaL_checkoption(state, arg, NULL, names);
    if (*setting <= 1)
        lua_pushboolean(state, *setting);
    else
        lua_pushstring(state, names[*setting]);
    return 1;
}

static int encode_sparse_array(lua_State *state)
{
    struct cjson_settings *settings = settings_of(state, 3);

    set_choice(state, 1, &settings->sparse_convert, off_on);
    set_integer(state, 2, &settings->sparse_ratio, 0, INT_MAX);
    set_integer(state, 3, &settings->sparse_safe, 0, INT_MAX);
    return 3;
}

static int encode_max_depth(lua_State *state)
{
    return set_integer(state, 1, &settings_of(state, 1)->encode_depth, 1, INT_MAX);
}

static int decode_max_depth(lua_State *state)
{
    return set_integer(state, 1, &settings_of(state, 1)->decode_depth, 1, INT_MAX);
}

static int encode_number_precision(lua_State *state)
{
    return set_integer(state, 1, &settings_of(state, 1)->precision, 1, 14);
}

static int encode_keep_buffer(lua_State *state)
{
    return set_choice(state, 1, &settings_of(state, 1)->keep_buffer, off_on);
}

static int encode_invalid_numbers(lua_State *state)
{
    return set_choice(state, 1, &settings_of(state, 1)->encode_invalid, off_on_null);
}

static int decode_invalid_numbers(lua_State *state)
{
    return set_choice(state, 1, &settings_of(state, 1)->decode_invalid, off_on);
}

static int decode_array_with_array_mt(lua_State *state)
{
    return set_choice(state, 1, &settings_of(state, 1)->mark_arrays, off_on);
}

static int cjson_new(lua_State *state)
{
    sandbox_push_cjson(state);
    return 1;
}

void sandbox_push_cjson(lua_State *state)
{
    static const struct cjson_settings defaults = {
        .sparse_ratio = 2,
        .sparse_safe = 10,
        .encode_depth = 1000,
        .decode_depth = 1000,
        .precision = 14,
        .keep_buffer = 1,
        .encode_invalid = CJSON_INVALID_REFUSED,
        .decode_invalid = CJSON_INVALID_ALLOWED,
    };
    static const luaL_Reg functions[] = {
        {"encode", cjson_encode},
        {"decode", cjson_decode},
        {"encode_sparse_array", encode_sparse_array},
        {"encode_max_depth", encode_max_depth},
        {"decode_max_depth", decode_max_depth},
        {"encode_number_precision", encode_number_precision},
        {"encode_keep_buffer", encode_keep_buffer},
        {"encode_invalid_numbers", encode_invalid_numbers},
        {"decode_invalid_numbers", decode_invalid_numbers},
        {"decode_array_with_array_mt", decode_array_with_array_mt},
        {"new", cjson_new},
        {NULL, NULL},
    };
    struct cjson_settings *settings;

    lua_newtable(state);
    settings = lua_newuserdata(state, sizeof(*settings));
    *settings = defaults;
    for (const luaL_Reg *function = functions; function->name; function++) {
        lua_pushvalue(state, -1);
        lua_pushcclosure(state, function->func, 1);
        lua_setfield(state, -3, function->name);
    }
    lua_pop(state, 1);
    lua_pushlightuserdata(state, NULL);
    lua_setfield(state, -2, "null");
    lua_pushliteral(state, "cjson");
    lua_setfield(state, -2, "_NAME");
    lua_pushliteral(state, "2.1.0"); /* scripts look at it: the version we behave like */
    lua_setfield(state, -2, "_VERSION");
}
