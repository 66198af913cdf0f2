/* cmsgpack: values as MessagePack (the specification at msgpack.org), with Redis's choices: numbers
 * that are integers go as integers of the shortest form, others as floats if that loses nothing; a
 * table whose keys are 1 to n is an array, any other a map; tables nested deeper than 16 and values
 * MessagePack does not know are nil. Binaries are strings; extensions are refused.
 *
 * Neither direction recurses: what is open is a row of frames, the tables are on the Lua stack. */
#include "broker/script/lua/sandbox_internal.h"
#include "broker/script/lua/scratch.h"
#include "broker/script/lua/view.h"

#include <limits.h>
#include <math.h>
#include <string.h>

enum {
    NESTING_MOST = 16,
    BYTES_PER_STEP = 64
};

enum frame_stage {
    FRAME_ITEM, /* of an array */
    FRAME_KEY,
    FRAME_VALUE
};

struct frame { /* a table that is being packed (from `at` on) or unpacked */
    enum frame_stage stage;
    uint32_t at;
    uint32_t count;
};

struct packer {
    lua_State *state;
    struct scratch *out;
    struct frame frames[NESTING_MOST];
    int depth;
};

/* A byte of type and `size` bytes of `value`, big endian. */
static void put(struct packer *packer, int type, uint64_t value, size_t size)
{
    char *to = scratch_add(packer->state, packer->out, NULL, size + 1);

    *to = (char)type;
    for (size_t i = size; i > 0; i--, value >>= 8)
        to[i] = (char)(value & 0xff);
}

static void pack_integer(struct packer *packer, int64_t value)
{
    if (value >= -32 && value <= 127)
        put(packer, (int)(value & 0xff), 0, 0);
    else if (value >= 0 && value <= UINT8_MAX)
        put(packer, 0xcc, (uint64_t)value, 1);
    else if (value >= 0 && value <= UINT16_MAX)
        put(packer, 0xcd, (uint64_t)value, 2);
    else if (value >= 0 && value <= UINT32_MAX)
        put(packer, 0xce, (uint64_t)value, 4);
    else if (value >= 0)
        put(packer, 0xcf, (uint64_t)value, 8);
    else if (value >= INT8_MIN)
        put(packer, 0xd0, (uint64_t)value, 1);
    else if (value >= INT16_MIN)
        put(packer, 0xd1, (uint64_t)value, 2);
    else if (value >= INT32_MIN)
        put(packer, 0xd2, (uint64_t)value, 4);
    else
        put(packer, 0xd3, (uint64_t)value, 8);
}

static void pack_number(struct packer *packer, lua_Number number)
{
    uint64_t bits;
    uint32_t single_bits;
    float single;

    if (number >= -0x1p63 && number < 0x1p63 && number == floor(number)) {
        pack_integer(packer, (int64_t)number);
        return;
    }
    single = (float)number;
    if ((lua_Number)single == number) {
        memcpy(&single_bits, &single, sizeof(single_bits));
        put(packer, 0xca, single_bits, 4);
    } else {
        memcpy(&bits, &number, sizeof(bits));
        put(packer, 0xcb, bits, 8);
    }
}

static void pack_string(struct packer *packer)
{
    size_t size;
    const char *bytes = lua_tolstring(packer->state, -1, &size);

    if (size > UINT32_MAX)
        luaL_error(packer->state, "string is too long for MessagePack");
    if (size < 32)
        put(packer, 0xa0 | (int)size, 0, 0);
    else if (size <= UINT8_MAX)
        put(packer, 0xd9, size, 1);
    else if (size <= UINT16_MAX)
        put(packer, 0xda, size, 2);
    else
        put(packer, 0xdb, size, 4);
    scratch_add(packer->state, packer->out, bytes, size);
    sandbox_spend(packer->state, size / BYTES_PER_STEP);
}

/* Whether the keys of the table on top are 1 to n for some n; *count is how many keys it has. */
static bool is_array(lua_State *state, uint32_t *count)
{
    lua_Number most = 0, keys = 0;
    bool positive = true;

    for (lua_pushnil(state); lua_next(state, -2); lua_pop(state, 1)) {
        sandbox_spend(state, 1);
        keys++;
        if (lua_type(state, -2) == LUA_TNUMBER) {
            lua_Number key = lua_tonumber(state, -2);

            positive = positive && key > 0 && key <= INT_MAX && key == floor(key);
            if (key > most)
                most = key;
        } else {
            positive = false;
        }
    }
    *count = (uint32_t)keys;
    return positive && most == keys;
}

/* Starts the table on top, which stays there while its frame is open. */
static void pack_table(struct packer *packer)
{
    struct frame *frame = &packer->frames[packer->depth++];
    bool array;

    luaL_checkstack(packer->state, 6, "in function mp_encode_lua_type");
    view_resolve(packer->state, lua_gettop(packer->state));
    array = is_array(packer->state, &frame->count);
    frame->at = 0;
    frame->stage = array ? FRAME_ITEM : FRAME_KEY;
    if (frame->count < 16)
        put(packer, (array ? 0x90 : 0x80) | (int)frame->count, 0, 0);
    else if (frame->count <= UINT16_MAX)
        put(packer, array ? 0xdc : 0xde, frame->count, 2);
    else
        put(packer, array ? 0xdd : 0xdf, frame->count, 4);
    if (!array)
        lua_pushnil(packer->state);
}

/* Packs the value on top and pops it, or opens a frame for it. */
static void pack_value(struct packer *packer)
{
    lua_State *state = packer->state;

    switch (lua_type(state, -1)) {
    case LUA_TSTRING:
        pack_string(packer);
        break;
    case LUA_TBOOLEAN:
        put(packer, lua_toboolean(state, -1) ? 0xc3 : 0xc2, 0, 0);
        break;
    case LUA_TNUMBER:
        pack_number(packer, lua_tonumber(state, -1));
        break;
    case LUA_TTABLE:
        if (packer->depth < NESTING_MOST) {
            pack_table(packer);
            return;
        }
        put(packer, 0xc0, 0, 0);
        break;
    default:
        put(packer, 0xc0, 0, 0);
    }
    lua_pop(state, 1);
}

/* Goes on with the innermost table: its next item, key or value, or its end. */
static void pack_next(struct packer *packer)
{
    struct frame *frame = &packer->frames[packer->depth - 1];
    lua_State *state = packer->state;

    sandbox_spend(state, 1);
    if (frame->stage == FRAME_VALUE) { /* table, key, value */
        frame->stage = FRAME_KEY;
        pack_value(packer);
    } else if (frame->stage == FRAME_ITEM && frame->at < frame->count) {
        lua_rawgeti(state, -1, (int)++frame->at);
        pack_value(packer);
    } else if (frame->stage == FRAME_KEY && lua_next(state, -2)) {
        frame->stage = FRAME_VALUE;
        lua_pushvalue(state, -2);
        pack_value(packer);
    } else {
        lua_pop(state, 1);
        packer->depth--;
    }
}

/* cmsgpack.pack(...) */
static int cmsgpack_pack(lua_State *state)
{
    int args = lua_gettop(state);
    struct packer packer = {.state = state};

    if (args == 0)
        return luaL_argerror(state, 0, "MessagePack pack needs input.");
    packer.out = scratch_start(state, SCRATCH_BYTES);
    for (int arg = 1; arg <= args; arg++) {
        lua_pushvalue(state, arg);
        pack_value(&packer);
        while (packer.depth > 0)
            pack_next(&packer);
    }
    scratch_finish(state, packer.out);
    return 1;
}

struct unpacker {
    lua_State *state;
    const unsigned char *at;
    size_t left;
    struct scratch *frames;
};

static const char too_many[] =
    "too many return values at once; use unpack_one or unpack_limit instead.";

static const unsigned char *take(struct unpacker *unpacker, size_t size)
{
    const unsigned char *bytes = unpacker->at;

    if (size > unpacker->left)
        luaL_error(unpacker->state, "Missing bytes in input.");
    unpacker->at += size;
    unpacker->left -= size;
    return bytes;
}

static uint64_t take_integer(struct unpacker *unpacker, size_t size)
{
    const unsigned char *bytes = take(unpacker, size);
    uint64_t value = 0;

    for (size_t i = 0; i < size; i++)
        value = value << 8 | bytes[i];
    return value;
}

static void unpack_string(struct unpacker *unpacker, size_t size)
{
    lua_pushlstring(unpacker->state, (const char *)take(unpacker, size), size);
    sandbox_spend(unpacker->state, size / BYTES_PER_STEP);
}

/* Opens a table of `count` items, or pairs. */
static void unpack_table(struct unpacker *unpacker, uint64_t count, bool array)
{
    struct frame frame = {.stage = array ? FRAME_ITEM : FRAME_KEY, .count = (uint32_t)count};

    luaL_checkstack(unpacker->state, 3, array ? "in function mp_decode_to_lua_array" : too_many);
    lua_newtable(unpacker->state);
    scratch_add(unpacker->state, unpacker->frames, &frame, sizeof(frame));
}

/* 0xca to 0xd3 */
static void unpack_number(struct unpacker *unpacker, int type)
{
    uint64_t bits = take_integer(unpacker, type < 0xcc ? 4u << (type & 1) : 1u << (type & 3));
    uint32_t single_bits = (uint32_t)bits;
    double number;
    float single;

    switch (type) {
    case 0xca:
        memcpy(&single, &single_bits, sizeof(single));
        number = (double)single;
        break;
    case 0xcb:
        memcpy(&number, &bits, sizeof(number));
        break;
    case 0xd0:
        number = (int8_t)bits;
        break;
    case 0xd1:
        number = (int16_t)bits;
        break;
    case 0xd2:
        number = (int32_t)bits;
        break;
    default: /* unsigned ones of 8 bytes become negative from 2^63 on, as in Redis */
        number = (double)(int64_t)bits;
    }
    lua_pushnumber(unpacker->state, number);
}

static void unpack_other(struct unpacker *unpacker, int type)
{
    switch (type) {
    case 0xc0:
        lua_pushnil(unpacker->state);
        return;
    case 0xc2:
    case 0xc3:
        lua_pushboolean(unpacker->state, type & 1);
        return;
    case 0xc4:
    case 0xc5:
    case 0xc6:
        unpack_string(unpacker, take_integer(unpacker, 1u << (type - 0xc4)));
        return;
    case 0xd9:
    case 0xda:
    case 0xdb:
        unpack_string(unpacker, take_integer(unpacker, 1u << (type - 0xd9)));
        return;
    case 0xdc:
    case 0xdd:
        unpack_table(unpacker, take_integer(unpacker, 2u << (type & 1)), true);
        return;
    case 0xde:
    case 0xdf:
        unpack_table(unpacker, take_integer(unpacker, 2u << (type & 1)), false);
        return;
    default:
        if (type < 0xca || type > 0xd3)
            luaL_error(unpacker->state, "Bad data format in input.");
        unpack_number(unpacker, type);
    }
}

/* Pushes the next value; for a table, opens its frame. Returns whether the value is complete. */
static bool unpack_value(struct unpacker *unpacker)
{
    size_t depth = unpacker->frames->size;
    int type;

    sandbox_spend(unpacker->state, 1);
    luaL_checkstack(unpacker->state, 2, too_many);
    type = *take(unpacker, 1);
    if (type < 0x80)
        lua_pushinteger(unpacker->state, type);
    else if (type >= 0xe0)
        lua_pushinteger(unpacker->state, (int8_t)type);
    else if (type < 0x90)
        unpack_table(unpacker, type & 15, false);
    else if (type < 0xa0)
        unpack_table(unpacker, type & 15, true);
    else if (type < 0xc0)
        unpack_string(unpacker, type & 31);
    else
        unpack_other(unpacker, type);
    return unpacker->frames->size == depth;
}

/* The value on top is complete: puts it where it belongs in the innermost open table. */
static void unpack_attach(struct unpacker *unpacker, struct frame *frame)
{
    if (frame->stage == FRAME_KEY) { /* it stays on the stack until its value is there */
        frame->stage = FRAME_VALUE;
        return;
    }
    frame->at++;
    if (frame->stage == FRAME_ITEM) {
        lua_rawseti(unpacker->state, -2, (int)frame->at);
        return;
    }
    frame->stage = FRAME_KEY;
    lua_rawset(unpacker->state, -3);
}

/* Pushes one value with all that is in it. */
static void unpack_whole(struct unpacker *unpacker)
{
    struct scratch *frames = unpacker->frames;
    bool complete = unpack_value(unpacker);

    while (frames->size > 0) {
        struct frame *frame = (struct frame *)(void *)(frames->bytes + frames->size) - 1;

        if (complete) {
            unpack_attach(unpacker, frame);
            complete = false;
        } else if (frame->stage != FRAME_VALUE && frame->at == frame->count) {
            frames->size -= sizeof(*frame);
            complete = true;
            continue;
        } else {
            complete = unpack_value(unpacker);
            continue;
        }
    }
}

/* Unpacks at most `limit` values from `offset` on. With both 0 all of them; else the first result
 * is where to go on, -1 at the end. */
static int unpack_some(lua_State *state, lua_Integer limit, lua_Integer offset)
{
    size_t size;
    const char *bytes = luaL_checklstring(state, 1, &size);
    struct unpacker unpacker = {.state = state};
    bool all = limit == 0 && offset == 0;
    int values = 0;

    if (offset < 0 || limit < 0)
        return luaL_error(state, "Invalid request to unpack with offset of %d and limit of %d.",
                          (int)offset, (int)size);
    if ((size_t)offset > size)
        return luaL_error(state, "Start offset %d greater than input length %d.", (int)offset,
                          (int)size);
    if (all)
        limit = INT_MAX;
    lua_settop(state, 1);
    unpacker.frames = scratch_start(state, SCRATCH_FRAMES);
    unpacker.at = (const unsigned char *)bytes + offset;
    unpacker.left = size - (size_t)offset;
    for (; unpacker.left > 0 && values < limit; values++)
        unpack_whole(&unpacker);
    if (all)
        return values;
    luaL_checkstack(state, 1, "in function mp_unpack_full");
    lua_pushinteger(state, unpacker.left == 0 ? -1 : (lua_Integer)(size - unpacker.left));
    lua_insert(state, 2);
    return values + 1;
}

static int cmsgpack_unpack(lua_State *state)
{
    return unpack_some(state, 0, 0);
}

/* cmsgpack.unpack_one(data [, offset]) */
static int cmsgpack_unpack_one(lua_State *state)
{
    return unpack_some(state, 1, luaL_optinteger(state, 2, 0));
}

/* cmsgpack.unpack_limit(data, limit [, offset]) */
static int cmsgpack_unpack_limit(lua_State *state)
{
    lua_Integer limit = luaL_checkinteger(state, 2);

    return unpack_some(state, limit, luaL_optinteger(state, 3, 0));
}

void sandbox_push_cmsgpack(lua_State *state)
{
    static const luaL_Reg functions[] = {
        {"pack", cmsgpack_pack},
        {"unpack", cmsgpack_unpack},
        {"unpack_one", cmsgpack_unpack_one},
        {"unpack_limit", cmsgpack_unpack_limit},
        {NULL, NULL},
    };
    static const char *const facts[][2] = {
        {"_NAME", "cmsgpack"},
        {"_VERSION", "lua-cmsgpack 0.4.0"}, /* scripts look at it: the version we behave like */
        {"_COPYRIGHT", "Millstream"},
        {"_DESCRIPTION", "MessagePack for Lua"},
    };

    lua_newtable(state);
    luaL_register(state, NULL, functions);
    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
        lua_pushstring(state, facts[i][1]);
        lua_setfield(state, -2, facts[i][0]);
    }
}
