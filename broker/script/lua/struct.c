/* struct: C structures as strings. A format is a row of options, each a letter with perhaps a size.
 *
 *     < >              little or big endian from here on (little at first)
 *     ![n]             align to at most n, a power of two (8 without a number; 1 at first)
 *     b B h H l L T    a signed or unsigned char, short, long, or a size_t
 *     i[n] I[n]        a signed or unsigned integer of n bytes (4; at most 32)
 *     f d              a float, a double
 *     c[n]             n bytes of a string (1)
 *     c0               to pack, the whole string; to unpack, as many bytes as the last number says
 *     s                a string that ends with a NUL
 *     x                a byte without meaning
 *
 * Integers longer than 8 bytes carry their low 8 bytes and zeros. */
#include "broker/script/lua/sandbox_internal.h"
#include "broker/script/lua/scratch.h"

#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <string.h>

enum {
    INTEGER_LIMIT_BYTES = 32,
    ALIGN_MOST_BYTES = 8
};

struct format {
    const char *at; /* what is left of it */
    char option;
    size_t size; /* of the option; 0 for those without one */
    size_t align;
    bool big;
};

static size_t read_number(lua_State *state, struct format *format, size_t otherwise)
{
    size_t number = 0;

    if (!isdigit((unsigned char)*format->at))
        return otherwise;
    for (; isdigit((unsigned char)*format->at); format->at++) {
        number = number * 10 + (size_t)(*format->at - '0');
        if (number > INT_MAX)
            luaL_error(state, "integral size overflow");
    }
    return number;
}

static size_t option_size(lua_State *state, struct format *format)
{
    size_t size;

    switch (format->option) {
    case 'b':
    case 'B':
    case 'x':
        return 1;
    case 'h':
    case 'H':
        return sizeof(short);
    case 'l':
    case 'L':
        return sizeof(long);
    case 'T':
        return sizeof(size_t);
    case 'f':
        return sizeof(float);
    case 'd':
        return sizeof(double);
    case 'c':
        return read_number(state, format, 1);
    case 'i':
    case 'I':
        size = read_number(state, format, sizeof(int));
        if (size > INTEGER_LIMIT_BYTES)
            luaL_error(state, "integral size %d is larger than limit of %d", (int)size,
                       INTEGER_LIMIT_BYTES);
        return size;
    default:
        return 0;
    }
}

/* Reads the next option; false at the end. Options that only change how others are read are done
 * here, with size 0, and are ' ' for the caller. */
static bool next_option(lua_State *state, struct format *format)
{
    size_t align;

    sandbox_spend(state, 1);
    if (*format->at == '\0')
        return false;
    format->option = *format->at++;
    format->size = option_size(state, format);
    switch (format->option) {
    case '<':
    case '>':
        format->big = format->option == '>';
        break;
    case '!':
        align = read_number(state, format, ALIGN_MOST_BYTES);
        if (align == 0 || (align & (align - 1)) != 0)
            luaL_error(state, "alignment %d is not a power of 2", (int)align);
        format->align = align;
        break;
    default:
        return true;
    }
    format->option = ' ';
    return true;
}

/* How many bytes go before the option so that it is aligned. */
static size_t padding(const struct format *format, size_t offset)
{
    size_t align = format->size < format->align ? format->size : format->align;

    if (align == 0 || format->option == 'c')
        return 0;
    return (align - (offset & (align - 1))) & (align - 1);
}

static int refuse_option(lua_State *state, char option)
{
    return luaL_argerror(state, 1, lua_pushfstring(state, "invalid format option '%c'", option));
}

/* What a cast does on x86-64, spelled out: elsewhere and for numbers out of range it is undefined.
 */
static uint64_t integer_of(lua_Number number)
{
    if (!(number >= -0x1p63 && number < 0x1p64))
        return number >= 0x1p64 ? 0 : (uint64_t)1 << 63;
    return number < 0 ? (uint64_t)(int64_t)number : (uint64_t)number;
}

static void put_integer(char *to, uint64_t value, const struct format *format)
{
    for (size_t i = 0; i < format->size; i++, value >>= 8)
        to[format->big ? format->size - 1 - i : i] = (char)(value & 0xff);
}

static lua_Number get_integer(const char *from, const struct format *format)
{
    uint64_t value = 0, sign;
    size_t size = format->size;

    for (size_t i = 0; i < size; i++)
        value = value << 8 | (unsigned char)from[format->big ? i : size - 1 - i];
    if (isupper((unsigned char)format->option) || size == 0)
        return (lua_Number)value;
    if (size < 8) {
        sign = (uint64_t)1 << (size * 8 - 1);
        value = (value ^ sign) - sign;
    }
    return (lua_Number)(int64_t)value;
}

static void put_bytes(char *to, const void *bytes, const struct format *format)
{
    for (size_t i = 0; i < format->size; i++)
        to[format->big ? format->size - 1 - i : i] = ((const char *)bytes)[i];
}

static void pack_string(lua_State *state, struct scratch *out, const struct format *format, int arg)
{
    size_t size, wanted = format->size;
    const char *bytes = luaL_checklstring(state, arg, &size);

    if (wanted == 0)
        wanted = size;
    luaL_argcheck(state, size >= wanted, arg + 1, "string too short"); /* the number Redis says */
    scratch_add(state, out, bytes, wanted);
    if (format->option == 's')
        scratch_add_byte(state, out, 0);
}

/* Returns how many arguments the option took. */
static int pack_option(lua_State *state, struct scratch *out, const struct format *format, int arg)
{
    lua_Number number;
    float single;

    switch (format->option) {
    case ' ':
        return 0;
    case 'x':
        scratch_add_byte(state, out, 0);
        return 0;
    case 'c':
    case 's':
        pack_string(state, out, format, arg);
        return 1;
    case 'f':
        single = (float)luaL_checknumber(state, arg);
        put_bytes(scratch_add(state, out, NULL, format->size), &single, format);
        return 1;
    case 'd':
        number = luaL_checknumber(state, arg);
        put_bytes(scratch_add(state, out, NULL, format->size), &number, format);
        return 1;
    case 'b':
    case 'B':
    case 'h':
    case 'H':
    case 'l':
    case 'L':
    case 'T':
    case 'i':
    case 'I':
        number = luaL_checknumber(state, arg);
        put_integer(scratch_add(state, out, NULL, format->size), integer_of(number), format);
        return 1;
    default:
        return refuse_option(state, format->option);
    }
}

/* struct.pack(format, ...) */
static int struct_pack(lua_State *state)
{
    struct format format = {.at = luaL_checkstring(state, 1), .align = 1};
    struct scratch *out;
    int arg = 2;

    lua_pushnil(state); /* the first argument that is missing is nil, not what we push */
    out = scratch_start(state, SCRATCH_BYTES);
    while (next_option(state, &format)) {
        for (size_t zeros = padding(&format, out->size); zeros > 0; zeros--)
            scratch_add_byte(state, out, 0);
        arg += pack_option(state, out, &format, arg);
    }
    scratch_finish(state, out);
    return 1;
}

struct data {
    const char *bytes;
    size_t size;
    size_t at;
    int values; /* pushed so far */
};

static void check_left(lua_State *state, const struct data *data, size_t size)
{
    luaL_argcheck(state, size <= data->size && data->at <= data->size - size, 2,
                  "data string too short");
}

/* c0: the size is the value before, which is taken back. */
static void unpack_sized(lua_State *state, struct data *data, struct format *format)
{
    lua_Number size;

    if (format->size == 0) {
        if (data->values == 0 || !lua_isnumber(state, -1))
            luaL_error(state, "format 'c0' needs a previous size");
        size = lua_tonumber(state, -1);
        lua_pop(state, 1);
        data->values--;
        luaL_argcheck(state, size >= 0 && size <= (lua_Number)data->size, 2,
                      "data string too short");
        format->size = (size_t)size;
        check_left(state, data, format->size);
    }
    lua_pushlstring(state, data->bytes + data->at, format->size);
}

static void unpack_terminated(lua_State *state, struct data *data, struct format *format)
{
    const char *from = data->bytes + data->at;
    const char *end = memchr(from, 0, data->size - data->at);

    if (!end)
        luaL_error(state, "unfinished string in data");
    format->size = (size_t)(end - from) + 1;
    lua_pushlstring(state, from, format->size - 1);
}

static void unpack_option(lua_State *state, struct data *data, struct format *format)
{
    const char *from = data->bytes + data->at;
    double number;
    float single;

    switch (format->option) {
    case ' ':
    case 'x':
        return;
    case 'c':
        unpack_sized(state, data, format);
        break;
    case 's':
        unpack_terminated(state, data, format);
        break;
    case 'f':
        put_bytes((char *)&single, from, format);
        lua_pushnumber(state, (lua_Number)single);
        break;
    case 'd':
        put_bytes((char *)&number, from, format);
        lua_pushnumber(state, number);
        break;
    case 'b':
    case 'B':
    case 'h':
    case 'H':
    case 'l':
    case 'L':
    case 'T':
    case 'i':
    case 'I':
        lua_pushnumber(state, get_integer(from, format));
        break;
    default:
        refuse_option(state, format->option);
    }
    data->values++;
}

/* struct.unpack(format, data [, from]) -> the values, and where the next one begins */
static int struct_unpack(lua_State *state)
{
    struct format format = {.at = luaL_checkstring(state, 1), .align = 1};
    struct data data = {0};
    lua_Integer from;
    size_t skipped;

    data.bytes = luaL_checklstring(state, 2, &data.size);
    from = luaL_optinteger(state, 3, 1);
    luaL_argcheck(state, from != 0, 3, "offset must be 1 or greater"); /* below: no data is there */
    data.at = (size_t)from - 1;
    while (next_option(state, &format)) {
        skipped = padding(&format, data.at);
        data.at += skipped;
        check_left(state, &data, format.size);
        luaL_checkstack(state, 2, "too many results");
        unpack_option(state, &data, &format);
        data.at += format.size;
    }
    lua_pushinteger(state, (lua_Integer)data.at + 1);
    return data.values + 1;
}

/* struct.size(format) */
static int struct_size(lua_State *state)
{
    struct format format = {.at = luaL_checkstring(state, 1), .align = 1};
    size_t size = 0;

    while (next_option(state, &format)) {
        size += padding(&format, size);
        if (format.option == 's')
            luaL_argerror(state, 1, "option 's' has no fixed size");
        if (format.option == 'c' && format.size == 0)
            luaL_argerror(state, 1, "option 'c0' has no fixed size");
        if (!isalnum((unsigned char)format.option) && format.option != ' ')
            refuse_option(state, format.option); /* unknown letters have size 0, as in Redis */
        size += format.size;
    }
    lua_pushinteger(state, (lua_Integer)size);
    return 1;
}

void sandbox_push_struct(lua_State *state)
{
    static const luaL_Reg functions[] = {
        {"pack", struct_pack}, {"unpack", struct_unpack}, {"size", struct_size}, {NULL, NULL}};

    lua_newtable(state);
    luaL_register(state, NULL, functions);
}
