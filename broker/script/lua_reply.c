#include "broker/script/lua_reply.h"
#include "core/base/check.h"
#include "core/num/num.h"

#include <lauxlib.h>
#include <string.h>

/* --- From replies. */

enum {
    READ_DEPTH_LIMIT = 64 /* our own replies nest a few levels */
};

struct cursor {
    const char *at, *end;
};

static struct span take_line(struct cursor *in)
{
    const char *end = memchr(in->at, '\r', (size_t)(in->end - in->at));
    struct span line;

    CHECK(end && in->end - end >= 2);
    line = span_of(in->at, (size_t)(end - in->at));
    in->at = end + 2;
    return line;
}

/* Digits of our own, with a sign. */
static int64_t take_integer(struct cursor *in)
{
    const char *at = in->at;
    bool negative = *at == '-';
    uint64_t value = 0;

    for (at += negative; *at != '\r'; at++)
        value = value * 10 + (uint64_t)(*at - '0');
    CHECK(in->end - at >= 2);
    in->at = at + 2;
    return negative ? (int64_t)(0 - value) : (int64_t)value;
}

static struct span take_bytes(struct cursor *in, int64_t size)
{
    struct span bytes = span_of(in->at, (size_t)size);

    CHECK(size >= 0 && in->end - in->at >= size + 2);
    in->at += size + 2;
    return bytes;
}

static void push_span(lua_State *lua, struct span bytes)
{
    lua_pushlstring(lua, bytes.data ? bytes.data : "", bytes.size);
}

static void push_field(lua_State *lua, const char *name, struct span bytes)
{
    lua_createtable(lua, 0, 1);
    push_span(lua, bytes);
    lua_setfield(lua, -2, name);
}

/* Redis's name: a script may look. */
#define COUNTED_FIELD "ignore_error_stats_update"

bool lua_reply_is_counted(lua_State *lua)
{
    bool counted;

    lua_pushliteral(lua, COUNTED_FIELD);
    lua_rawget(lua, -2);
    counted = lua_toboolean(lua, -1);
    lua_pop(lua, 1);
    return counted;
}

void lua_reply_mark_counted(lua_State *lua)
{
    lua_pushboolean(lua, true);
    lua_setfield(lua, -2, COUNTED_FIELD);
}

void lua_reply_push_error_text(lua_State *lua, struct span text)
{
    luaL_Buffer whole;
    bool coded = text.size > 0 && text.data[0] == '-';

    while (text.size > 0 && (text.data[text.size - 1] == '\n' || text.data[text.size - 1] == '\r'))
        text.size--;
    if (coded) {
        text = span_of(text.data + 1, text.size - 1);
        coded = text.size > 0 && memchr(text.data, ' ', text.size);
    }
    lua_createtable(lua, 0, 1);
    luaL_buffinit(lua, &whole);
    if (!coded)
        luaL_addstring(&whole, "ERR ");
    luaL_addlstring(&whole, text.data ? text.data : "", text.size);
    luaL_pushresult(&whole);
    lua_setfield(lua, -2, "err");
}

static void push_double(lua_State *lua, struct span text)
{
    double value = 0;

    if (num_parse_double(text, &value) < 0)
        value = 0.0 / 0.0;
    lua_createtable(lua, 0, 1);
    lua_pushnumber(lua, value);
    lua_setfield(lua, -2, "double");
}

/* "txt:text" */
static void push_verbatim(lua_State *lua, struct span bytes)
{
    CHECK(bytes.size >= 4);
    lua_createtable(lua, 0, 1);
    lua_createtable(lua, 0, 2);
    push_span(lua, span_of(bytes.data + 4, bytes.size - 4));
    lua_setfield(lua, -2, "string");
    push_span(lua, span_of(bytes.data, 3));
    lua_setfield(lua, -2, "format");
    lua_setfield(lua, -2, "verbatim_string");
}

static void push_value(lua_State *lua, struct cursor *in, int depth);

static void push_array(lua_State *lua, struct cursor *in, int64_t count, int depth)
{
    if (count < 0) {
        lua_pushboolean(lua, false);
        return;
    }
    lua_createtable(lua, (int)count, 0);
    for (int64_t i = 1; i <= count; i++) {
        push_value(lua, in, depth);
        lua_rawseti(lua, -2, (int)i);
    }
}

/* A map, or a set, whose members are keys with the value true. What can't be a key is left out. */
static void push_keyed(lua_State *lua, struct cursor *in, int64_t count, bool is_map, int depth)
{
    lua_createtable(lua, 0, 1);
    lua_createtable(lua, 0, (int)count);
    for (int64_t i = 0; i < count; i++) {
        push_value(lua, in, depth);
        if (is_map)
            push_value(lua, in, depth);
        else
            lua_pushboolean(lua, true);
        if (lua_isnil(lua, -2))
            lua_pop(lua, 2);
        else
            lua_rawset(lua, -3);
    }
    lua_setfield(lua, -2, is_map ? "map" : "set");
}

/* Recursion is over replies of our own commands, whose depth no client chooses. */
static void push_value(lua_State *lua, struct cursor *in, int depth)
{
    int64_t size;

    CHECK(in->at < in->end && depth < READ_DEPTH_LIMIT);
    luaL_checkstack(lua, 6, "the reply nests too deep");
    switch (*in->at++) {
    case ':':
        lua_pushnumber(lua, (lua_Number)take_integer(in));
        break;
    case '$':
        size = take_integer(in);
        if (size < 0)
            lua_pushboolean(lua, false);
        else
            push_span(lua, take_bytes(in, size));
        break;
    case '+':
        push_field(lua, "ok", take_line(in));
        break;
    case '-':
        push_field(lua, "err", take_line(in));
        lua_reply_mark_counted(lua);
        break;
    case '*':
    case '>':
        push_array(lua, in, take_integer(in), depth + 1);
        break;
    case '%':
    case '~':
        size = in->at[-1] == '%';
        push_keyed(lua, in, take_integer(in), size, depth + 1);
        break;
    case '_':
        take_line(in);
        lua_pushnil(lua);
        break;
    case '#':
        lua_pushboolean(lua, take_line(in).data[0] == 't');
        break;
    case ',':
        push_double(lua, take_line(in));
        break;
    case '(':
        push_field(lua, "big_number", take_line(in));
        break;
    case '=':
        push_verbatim(lua, take_bytes(in, take_integer(in)));
        break;
    default:
        CHECK(!"a reply of an unknown type");
    }
}

void lua_reply_push(lua_State *lua, struct span reply)
{
    struct cursor in = {reply.data, reply.data + reply.size};

    push_value(lua, &in, 0);
}

/* --- To replies. */

/* A number without its fraction; what no integer can hold is the smallest one, as the conversion of
 * the machine has it. */
static int64_t whole_number(lua_Number value)
{
    if (value >= -9223372036854775808.0 && value < 9223372036854775808.0)
        return (int64_t)value;
    return INT64_MIN;
}

/* Bytes of the string or number at the index, which becomes a string. */
static struct span string_at(lua_State *lua, int at)
{
    size_t size;
    const char *data = lua_tolstring(lua, at, &size);

    return span_of(data, size);
}

/* A copy of bytes with line ends as blanks, pushed. */
static struct span one_line(lua_State *lua, struct span bytes)
{
    char *copy = lua_newuserdata(lua, bytes.size + 1);

    for (size_t i = 0; i < bytes.size; i++)
        copy[i] = (char)(bytes.data[i] == '\r' || bytes.data[i] == '\n' ? ' ' : bytes.data[i]);
    copy[bytes.size] = '\0';
    return span_of(copy, bytes.size);
}

/* Pushes the field of the table on top and tells whether it is of the type; if not, nothing is
 * pushed. */
static bool push_if(lua_State *lua, const char *name, int type)
{
    lua_pushstring(lua, name);
    lua_rawget(lua, -2);
    if (lua_type(lua, -1) == type)
        return true;
    lua_pop(lua, 1);
    return false;
}

static void write_big_number(lua_State *lua, struct reply *out)
{
    struct span digits = one_line(lua, string_at(lua, -1));

    if (out->protocol < 3) {
        reply_bulk(out, digits);
    } else {
        buffer_append_byte(out->out, '(');
        buffer_append_span(out->out, digits);
        buffer_append(out->out, "\r\n", 2);
    }
    lua_pop(lua, 2);
}

/* {string = , format = } is on top. True if it was one. */
static bool write_verbatim(lua_State *lua, struct reply *out)
{
    char format[4] = "txt";
    struct span text;

    if (!push_if(lua, "format", LUA_TSTRING))
        return false;
    text = string_at(lua, -1);
    for (size_t i = 0; i < 3; i++)
        format[i] = (char)(i < text.size ? text.data[i] : ' ');
    lua_pop(lua, 1);
    if (!push_if(lua, "string", LUA_TSTRING))
        return false;
    reply_verbatim(out, format, string_at(lua, -1));
    lua_pop(lua, 1);
    return true;
}

/* Tables that stand for one value. The table is on top. */
static bool write_single(lua_State *lua, struct reply *out)
{
    int top = lua_gettop(lua);
    bool done = true;

    if (push_if(lua, "err", LUA_TSTRING)) {
        reply_error(out, string_at(lua, -1).data);
        lua_settop(lua, top);
        out->counted = lua_reply_is_counted(lua);
    } else if (push_if(lua, "ok", LUA_TSTRING)) {
        reply_simple(out, one_line(lua, string_at(lua, -1)).data);
    } else if (push_if(lua, "double", LUA_TNUMBER)) {
        reply_double(out, lua_tonumber(lua, -1));
    } else if (push_if(lua, "big_number", LUA_TSTRING)) {
        write_big_number(lua, out);
    } else if (push_if(lua, "verbatim_string", LUA_TTABLE)) {
        done = write_verbatim(lua, out);
    } else {
        done = false;
    }
    lua_settop(lua, top);
    return done;
}

enum walk_kind {
    WALK_ARRAY,
    WALK_MAP, /* a key comes next */
    WALK_MAP_VALUE,
    WALK_SET
};

/* A table that is being written. On the Lua stack from `base`: the table, then for maps and sets
 * the key that was visited last. */
struct walk {
    enum walk_kind kind;
    int base;
    int next; /* index, of an array */
};

static size_t count_array(lua_State *lua)
{
    size_t count = 0;

    for (;; count++) {
        bool end;

        lua_rawgeti(lua, -1, (int)count + 1);
        end = lua_isnil(lua, -1);
        lua_pop(lua, 1);
        if (end)
            return count;
    }
}

static size_t count_keys(lua_State *lua)
{
    size_t count = 0;

    lua_pushnil(lua);
    while (lua_next(lua, -2)) {
        lua_pop(lua, 1);
        count++;
    }
    return count;
}

/* Writes the header of the table on top and makes it the next one to walk. */
static void enter(lua_State *lua, struct walk *walk, struct reply *out)
{
    if (push_if(lua, "map", LUA_TTABLE)) {
        walk->kind = WALK_MAP;
        reply_map(out, count_keys(lua));
    } else if (push_if(lua, "set", LUA_TTABLE)) {
        walk->kind = WALK_SET;
        reply_set(out, count_keys(lua));
    } else {
        lua_pushvalue(lua, -1);
        walk->kind = WALK_ARRAY;
        walk->next = 1;
        reply_array(out, count_array(lua));
    }
    lua_remove(lua, -2);
    walk->base = lua_gettop(lua);
    if (walk->kind != WALK_ARRAY)
        lua_pushnil(lua);
}

/* Pushes the next value to be written, or returns false at the end. */
static bool step(lua_State *lua, struct walk *walk)
{
    switch (walk->kind) {
    case WALK_ARRAY:
        lua_rawgeti(lua, walk->base, walk->next++);
        return !lua_isnil(lua, -1);
    case WALK_MAP_VALUE: /* key is there: its value */
        lua_pushvalue(lua, walk->base + 1);
        lua_rawget(lua, walk->base);
        walk->kind = WALK_MAP;
        return true;
    default:
        if (!lua_next(lua, walk->base))
            return false;
        lua_pop(lua, 1);
        lua_pushvalue(lua, -1);
        if (walk->kind == WALK_MAP)
            walk->kind = WALK_MAP_VALUE;
        return true;
    }
}

/* Anything but a table that has to be walked. */
static bool write_scalar(lua_State *lua, struct reply *out, int protocol)
{
    switch (lua_type(lua, -1)) {
    case LUA_TSTRING:
        reply_bulk(out, string_at(lua, -1));
        return true;
    case LUA_TNUMBER:
        reply_integer(out, whole_number(lua_tonumber(lua, -1)));
        return true;
    case LUA_TBOOLEAN:
        if (protocol >= 3)
            reply_boolean(out, lua_toboolean(lua, -1));
        else if (lua_toboolean(lua, -1))
            reply_integer(out, 1);
        else
            reply_null(out);
        return true;
    case LUA_TTABLE:
        return write_single(lua, out);
    default:
        reply_null(out);
        return true;
    }
}

void lua_reply_write(lua_State *lua, struct reply *out, int protocol)
{
    int top = lua_gettop(lua);
    struct walk *walks = NULL; /* a userdata below what is walked, made when first needed */
    size_t depth = 0, room = 0, values = 0, before = out->out->size;

    luaL_checkstack(lua, 8, "the value nests too deep");
    lua_pushnil(lua); /* where `walks` will be kept */
    lua_pushvalue(lua, top);
    for (;;) {
        if (++values > LUA_REPLY_VALUES_LIMIT || out->out->size - before > LUA_REPLY_BYTES_LIMIT)
            luaL_error(lua, "the reply is too large");
        if (write_scalar(lua, out, protocol)) {
            lua_pop(lua, 1);
        } else if (depth == LUA_REPLY_DEPTH_LIMIT || !lua_checkstack(lua, 12)) {
            reply_error(out, "ERR reached lua stack limit");
            lua_pop(lua, 1);
        } else {
            if (depth == room) {
                struct walk *more;

                room = room ? room * 4 : 8;
                more = lua_newuserdata(lua, room * sizeof(*more));
                if (depth > 0)
                    memcpy(more, walks, depth * sizeof(*more));
                walks = more;
                lua_replace(lua, top + 1);
            }
            enter(lua, &walks[depth++], out);
        }
        while (depth > 0 && !step(lua, &walks[depth - 1]))
            lua_settop(lua, walks[--depth].base - 1);
        if (depth == 0)
            break;
    }
    lua_settop(lua, top);
}
