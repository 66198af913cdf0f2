/* bit: operations on the low 32 bits of numbers, with signed results.
 *
 * A number is brought into 32 bits by adding 2^52 + 2^51: what is left in the low half of the
 * double is the number modulo 2^32, rounded to the nearest integer (ties to even) in passing. */
#include "broker/script/lua/sandbox_internal.h"

#include <string.h>

static uint32_t bits_at(lua_State *state, int index)
{
    double number = lua_tonumber(state, index) + 6755399441055744.0;
    uint64_t representation;

    memcpy(&representation, &number, sizeof(representation));
    if ((uint32_t)representation == 0 && !lua_isnumber(state, index))
        luaL_typerror(state, index, "number");
    return (uint32_t)representation;
}

static int give(lua_State *state, uint32_t bits)
{
    lua_pushnumber(state, (lua_Number)(int32_t)bits);
    return 1;
}

static int bit_tobit(lua_State *state)
{
    return give(state, bits_at(state, 1));
}

static int bit_bnot(lua_State *state)
{
    return give(state, ~bits_at(state, 1));
}

static int bit_bswap(lua_State *state)
{
    return give(state, __builtin_bswap32(bits_at(state, 1)));
}

static int bit_band(lua_State *state)
{
    uint32_t bits = bits_at(state, 1);

    for (int i = lua_gettop(state); i > 1; i--)
        bits &= bits_at(state, i);
    return give(state, bits);
}

static int bit_bor(lua_State *state)
{
    uint32_t bits = bits_at(state, 1);

    for (int i = lua_gettop(state); i > 1; i--)
        bits |= bits_at(state, i);
    return give(state, bits);
}

static int bit_bxor(lua_State *state)
{
    uint32_t bits = bits_at(state, 1);

    for (int i = lua_gettop(state); i > 1; i--)
        bits ^= bits_at(state, i);
    return give(state, bits);
}

static uint32_t rotated_left(uint32_t bits, uint32_t count)
{
    count &= 31;
    return count == 0 ? bits : bits << count | bits >> (32 - count);
}

static int bit_lshift(lua_State *state)
{
    uint32_t bits = bits_at(state, 1);

    return give(state, bits << (bits_at(state, 2) & 31));
}

static int bit_rshift(lua_State *state)
{
    uint32_t bits = bits_at(state, 1);

    return give(state, bits >> (bits_at(state, 2) & 31));
}

static int bit_arshift(lua_State *state)
{
    uint32_t bits = bits_at(state, 1), count = bits_at(state, 2) & 31;
    uint32_t sign = bits >> 31 ? ~(UINT32_MAX >> count) : 0;

    return give(state, bits >> count | sign);
}

static int bit_rol(lua_State *state)
{
    uint32_t bits = bits_at(state, 1);

    return give(state, rotated_left(bits, bits_at(state, 2)));
}

static int bit_ror(lua_State *state)
{
    uint32_t bits = bits_at(state, 1);

    return give(state, rotated_left(bits, -bits_at(state, 2)));
}

/* bit.tohex(number [, digits]): a negative count of digits asks for capitals. */
static int bit_tohex(lua_State *state)
{
    uint32_t bits = bits_at(state, 1);
    int64_t digits = lua_isnone(state, 2) ? 8 : (int32_t)bits_at(state, 2);
    const char *alphabet = digits < 0 ? "0123456789ABCDEF" : "0123456789abcdef";
    char text[8];

    if (digits < 0)
        digits = -digits;
    if (digits > 8)
        digits = 8;
    for (int64_t i = digits; i > 0; i--, bits >>= 4)
        text[i - 1] = alphabet[bits & 15];
    lua_pushlstring(state, text, (size_t)digits);
    return 1;
}

void sandbox_push_bit(lua_State *state)
{
    static const luaL_Reg functions[] = {
        {"tobit", bit_tobit},   {"bnot", bit_bnot},       {"band", bit_band},
        {"bor", bit_bor},       {"bxor", bit_bxor},       {"lshift", bit_lshift},
        {"rshift", bit_rshift}, {"arshift", bit_arshift}, {"rol", bit_rol},
        {"ror", bit_ror},       {"bswap", bit_bswap},     {"tohex", bit_tohex},
        {NULL, NULL},
    };

    lua_newtable(state);
    luaL_register(state, NULL, functions);
}
