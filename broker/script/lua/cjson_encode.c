/* cjson.encode: a value as JSON. What is open is a row of frames, its tables are on the Lua stack:
 * nothing here recurses, and Lua's limit for its stack (8000 slots) bounds what a script that
 * raises encode_max_depth can do. */
#include "broker/script/lua/cjson.h"
#include "broker/script/lua/sandbox_internal.h"
#include "broker/script/lua/scratch.h"
#include "broker/script/lua/view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    BYTES_PER_STEP = 16
};

struct frame { /* an open array (table on the stack) or object (table, key) */
    bool object;
    int at;    /* items written */
    int count; /* of an array */
};

struct encoder {
    lua_State *state;
    const struct cjson_settings *settings;
    struct scratch *out;
    struct scratch *frames;
    int depth;
};

static void put_text(struct encoder *encoder, const char *text)
{
    scratch_add(encoder->state, encoder->out, text, strlen(text));
}

static int refuse(struct encoder *encoder, int index, const char *reason)
{
    return luaL_error(encoder->state, "Cannot serialise %s: %s",
                      luaL_typename(encoder->state, index), reason);
}

/* Letter of the short escape of a byte, 'u' for the long one, 0 for none. */
static char escape_of(unsigned char byte)
{
    switch (byte) {
    case '"':
    case '\\':
    case '/':
        return (char)byte;
    case '\b':
        return 'b';
    case '\t':
        return 't';
    case '\n':
        return 'n';
    case '\f':
        return 'f';
    case '\r':
        return 'r';
    default:
        return byte < 32 || byte == 127 ? 'u' : 0;
    }
}

static void put_string(struct encoder *encoder, int index)
{
    lua_State *state = encoder->state;
    size_t size, plain = 0;
    const char *bytes = lua_tolstring(state, index, &size);
    char text[8];

    scratch_add_byte(state, encoder->out, '"');
    for (size_t i = 0; i < size; i++) {
        char escape = escape_of((unsigned char)bytes[i]);

        if (!escape)
            continue;
        scratch_add(state, encoder->out, bytes + plain, i - plain);
        plain = i + 1;
        if (escape == 'u')
            snprintf(text, sizeof(text), "\\u%04x", (unsigned)bytes[i] & 0xff);
        else
            snprintf(text, sizeof(text), "\\%c", escape);
        put_text(encoder, text);
    }
    scratch_add(state, encoder->out, bytes + plain, size - plain);
    scratch_add_byte(state, encoder->out, '"');
    sandbox_spend(state, size / BYTES_PER_STEP);
}

static void put_number(struct encoder *encoder, int index)
{
    double number = lua_tonumber(encoder->state, index);
    char text[40];

    if (!isfinite(number) && encoder->settings->encode_invalid == CJSON_INVALID_REFUSED) {
        refuse(encoder, index, "must not be NaN or Inf");
    } else if (!isfinite(number) && encoder->settings->encode_invalid == CJSON_INVALID_NULL) {
        put_text(encoder, "null");
    } else if (isnan(number)) {
        put_text(encoder, "nan");
    } else {
        snprintf(text, sizeof(text), "%.*g", encoder->settings->precision, number);
        put_text(encoder, text);
    }
}

/* How long the table on top is as an array, or -1: an object. */
static int array_length(struct encoder *encoder)
{
    const struct cjson_settings *settings = encoder->settings;
    lua_State *state = encoder->state;
    int64_t most = 0, items = 0;

    for (lua_pushnil(state); lua_next(state, -2); lua_pop(state, 1)) {
        lua_Number key = lua_type(state, -2) == LUA_TNUMBER ? lua_tonumber(state, -2) : 0;

        sandbox_spend(state, 1);
        if (!(key >= 1 && key <= INT32_MAX && key == floor(key))) {
            lua_pop(state, 2);
            return -1;
        }
        items++;
        if (key > (lua_Number)most)
            most = (int64_t)key;
    }
    if (settings->sparse_ratio > 0 && most > items * settings->sparse_ratio &&
        most > settings->sparse_safe) {
        if (!settings->sparse_convert)
            refuse(encoder, -1, "excessively sparse array");
        return -1;
    }
    return (int)most;
}

static bool is_marked(lua_State *state)
{
    bool marked;

    if (!luaL_getmetafield(state, -1, CJSON_ARRAY_MARK))
        return false;
    marked = lua_toboolean(state, -1);
    lua_pop(state, 1);
    return marked;
}

/* Opens the table on top; it stays there until its frame is closed. */
static void open_table(struct encoder *encoder)
{
    lua_State *state = encoder->state;
    struct frame frame = {0};
    int length;

    encoder->depth++;
    if (encoder->depth > encoder->settings->encode_depth || !lua_checkstack(state, 8))
        luaL_error(state, "Cannot serialise, excessive nesting (%d)", encoder->depth);
    view_resolve(state, lua_gettop(state));
    length = array_length(encoder);
    frame.object = length < 0 || (length == 0 && !is_marked(state));
    frame.count = length;
    scratch_add_byte(state, encoder->out, frame.object ? '{' : '[');
    scratch_add(state, encoder->frames, &frame, sizeof(frame));
    if (frame.object)
        lua_pushnil(state);
}

/* Writes the value on top and pops it, or opens it. */
static void put_value(struct encoder *encoder)
{
    lua_State *state = encoder->state;

    switch (lua_type(state, -1)) {
    case LUA_TSTRING:
        put_string(encoder, -1);
        break;
    case LUA_TNUMBER:
        put_number(encoder, -1);
        break;
    case LUA_TBOOLEAN:
        put_text(encoder, lua_toboolean(state, -1) ? "true" : "false");
        break;
    case LUA_TTABLE:
        open_table(encoder);
        return;
    case LUA_TNIL:
        put_text(encoder, "null");
        break;
    case LUA_TLIGHTUSERDATA:
        if (!lua_touserdata(state, -1)) {
            put_text(encoder, "null");
            break;
        }
        /* fallthrough */
    default:
        refuse(encoder, -1, "type not supported");
    }
    lua_pop(state, 1);
}

/* The key below the value on top. */
static void put_key(struct encoder *encoder)
{
    switch (lua_type(encoder->state, -2)) {
    case LUA_TSTRING:
        put_string(encoder, -2);
        break;
    case LUA_TNUMBER:
        put_text(encoder, "\"");
        put_number(encoder, -2);
        put_text(encoder, "\"");
        break;
    default:
        refuse(encoder, -2, "table key must be a number or string");
    }
    put_text(encoder, ":");
}

/* Goes on with the innermost open table. */
static void put_next(struct encoder *encoder)
{
    struct scratch *frames = encoder->frames;
    struct frame *frame = (struct frame *)(void *)(frames->bytes + frames->size) - 1;
    lua_State *state = encoder->state;

    sandbox_spend(state, 1);
    if (frame->object ? lua_next(state, -2) : frame->at < frame->count) {
        if (frame->at++ > 0)
            put_text(encoder, ",");
        if (frame->object)
            put_key(encoder);
        else
            lua_rawgeti(state, -1, frame->at);
        put_value(encoder);
        return;
    }
    put_text(encoder, frame->object ? "}" : "]");
    frames->size -= sizeof(*frame);
    encoder->depth--;
    lua_pop(state, 1);
}

int cjson_encode(lua_State *state)
{
    struct encoder encoder = {.state = state,
                              .settings = lua_touserdata(state, lua_upvalueindex(1))};

    luaL_argcheck(state, lua_gettop(state) == 1, 1, "expected 1 argument");
    encoder.out = scratch_start(state, SCRATCH_BYTES);
    encoder.frames = scratch_start(state, SCRATCH_FRAMES);
    lua_pushvalue(state, 1);
    put_value(&encoder);
    while (encoder.frames->size > 0)
        put_next(&encoder);
    scratch_finish(state, encoder.out);
    return 1;
}
