/* cjson.decode: JSON as Lua values, as generous as lua-cjson: numbers as strtod(3) reads them, any
 * bytes in strings, a NUL byte ends the text. Open arrays and objects are frames and, on the Lua
 * stack, their tables (and the key that waits for its value): nothing here recurses. */
#include "broker/script/lua/cjson.h"
#include "broker/script/lua/sandbox_internal.h"
#include "broker/script/lua/scratch.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    BYTES_PER_STEP = 16
};

enum token_type {
    TOKEN_OBJECT_BEGIN,
    TOKEN_OBJECT_END,
    TOKEN_ARRAY_BEGIN,
    TOKEN_ARRAY_END,
    TOKEN_STRING, /* its bytes are in decoder.text */
    TOKEN_NUMBER,
    TOKEN_BOOLEAN,
    TOKEN_NULL,
    TOKEN_COLON,
    TOKEN_COMMA,
    TOKEN_END,
    TOKEN_ERROR
};

static const char *const token_names[] = {
    "T_OBJ_BEGIN", "T_OBJ_END", "T_ARR_BEGIN", "T_ARR_END", "T_STRING", "T_NUMBER",
    "T_BOOLEAN",   "T_NULL",    "T_COLON",     "T_COMMA",   "T_END",
};

struct token {
    enum token_type type;
    const char *at;
    const char *error;
    double number; /* or the boolean */
};

struct frame {
    bool object;
    int count; /* items of an array so far */
};

struct decoder {
    lua_State *state;
    const struct cjson_settings *settings;
    const char *start;
    const char *at;
    struct scratch *text;
    struct scratch *frames;
    struct token token;
    int depth;
};

static void set_error(struct decoder *decoder, const char *error)
{
    decoder->token.type = TOKEN_ERROR;
    decoder->token.at = decoder->at;
    decoder->token.error = error;
}

static int refuse(struct decoder *decoder, const char *expected)
{
    const struct token *token = &decoder->token;

    return luaL_error(decoder->state, "Expected %s but found %s at character %d", expected,
                      token->type == TOKEN_ERROR ? token->error : token_names[token->type],
                      (int)(token->at - decoder->start) + 1);
}

/* Four hexadecimal digits, or -1. */
static int read_hex4(const char *at)
{
    int value = 0;

    for (int i = 0; i < 4; i++) {
        unsigned char digit = (unsigned char)at[i];

        if (!isxdigit(digit))
            return -1;
        value = value * 16 + (isdigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10);
    }
    return value;
}

static void add_utf8(struct decoder *decoder, int point)
{
    char bytes[4];
    size_t size;

    if (point < 0x80) {
        bytes[0] = (char)point;
        size = 1;
    } else if (point < 0x800) {
        bytes[0] = (char)(0xc0 | point >> 6);
        bytes[1] = (char)(0x80 | (point & 0x3f));
        size = 2;
    } else if (point < 0x10000) {
        bytes[0] = (char)(0xe0 | point >> 12);
        bytes[1] = (char)(0x80 | (point >> 6 & 0x3f));
        bytes[2] = (char)(0x80 | (point & 0x3f));
        size = 3;
    } else {
        bytes[0] = (char)(0xf0 | point >> 18);
        bytes[1] = (char)(0x80 | (point >> 12 & 0x3f));
        bytes[2] = (char)(0x80 | (point >> 6 & 0x3f));
        bytes[3] = (char)(0x80 | (point & 0x3f));
        size = 4;
    }
    scratch_add(decoder->state, decoder->text, bytes, size);
}

/* \uXXXX, or two of them that are a surrogate pair. */
static bool read_unicode(struct decoder *decoder)
{
    int point = read_hex4(decoder->at + 2), low;
    size_t size = 6;

    if (point < 0 || (point & 0xfc00) == 0xdc00)
        return false;
    if ((point & 0xfc00) == 0xd800) {
        if (decoder->at[6] != '\\' || decoder->at[7] != 'u')
            return false;
        low = read_hex4(decoder->at + 8);
        if (low < 0 || (low & 0xfc00) != 0xdc00)
            return false;
        point = 0x10000 + ((point & 0x3ff) << 10 | (low & 0x3ff));
        size = 12;
    }
    add_utf8(decoder, point);
    decoder->at += size;
    return true;
}

static bool read_escape(struct decoder *decoder)
{
    static const char escapes[] = "\"\\/btnfr", meanings[] = "\"\\/\b\t\n\f\r";
    char letter = decoder->at[1];
    const char *found = letter ? strchr(escapes, letter) : NULL;

    if (letter == 'u') {
        if (read_unicode(decoder))
            return true;
        set_error(decoder, "invalid unicode escape code");
        return false;
    }
    if (!found) {
        set_error(decoder, "invalid escape code");
        return false;
    }
    scratch_add_byte(decoder->state, decoder->text, meanings[found - escapes]);
    decoder->at += 2;
    return true;
}

static void read_string(struct decoder *decoder)
{
    size_t plain;

    decoder->text->size = 0;
    decoder->token.type = TOKEN_STRING;
    for (decoder->at++; *decoder->at != '"';) {
        plain = strcspn(decoder->at, "\"\\");
        scratch_add(decoder->state, decoder->text, decoder->at, plain);
        sandbox_spend(decoder->state, plain / BYTES_PER_STEP + 1);
        decoder->at += plain;
        if (*decoder->at == '\0') {
            set_error(decoder, "unexpected end of string");
            return;
        }
        if (*decoder->at == '\\' && !read_escape(decoder))
            return;
    }
    decoder->at++;
}

/* What strtod() reads and JSON forbids. */
static bool is_invalid_number(const char *at)
{
    if (*at == '+')
        return true;
    if (*at == '-')
        at++;
    if (*at == '0')
        return (at[1] | 0x20) == 'x' || isdigit((unsigned char)at[1]);
    if (*at <= '9')
        return false;
    return strncasecmp(at, "inf", 3) == 0 || strncasecmp(at, "nan", 3) == 0;
}

static void read_number(struct decoder *decoder)
{
    char *end;

    decoder->token.type = TOKEN_NUMBER;
    decoder->token.number = strtod(decoder->at, &end);
    if (end == decoder->at)
        set_error(decoder, "invalid number");
    sandbox_spend(decoder->state, (size_t)(end - decoder->at) / BYTES_PER_STEP);
    decoder->at = end;
}

static bool read_word(struct decoder *decoder, const char *word, enum token_type type, int value)
{
    if (strncmp(decoder->at, word, strlen(word)) != 0)
        return false;
    decoder->token.type = type;
    decoder->token.number = value;
    decoder->at += strlen(word);
    return true;
}

static void read_other(struct decoder *decoder)
{
    bool generous = decoder->settings->decode_invalid;
    const char *at = decoder->at;

    if (*at == '"') {
        read_string(decoder);
    } else if (*at == '-' || isdigit((unsigned char)*at)) {
        if (!generous && is_invalid_number(at))
            set_error(decoder, "invalid number");
        else
            read_number(decoder);
    } else if (!read_word(decoder, "true", TOKEN_BOOLEAN, 1) &&
               !read_word(decoder, "false", TOKEN_BOOLEAN, 0) &&
               !read_word(decoder, "null", TOKEN_NULL, 0)) {
        if (generous && is_invalid_number(at))
            read_number(decoder);
        else
            set_error(decoder, "invalid token");
    }
}

static void next_token(struct decoder *decoder)
{
    static const char marks[] = "{}[]:,";
    static const enum token_type types[] = {TOKEN_OBJECT_BEGIN, TOKEN_OBJECT_END, TOKEN_ARRAY_BEGIN,
                                            TOKEN_ARRAY_END,    TOKEN_COLON,      TOKEN_COMMA};
    size_t blank = strspn(decoder->at, " \t\r\n");
    const char *mark;

    sandbox_spend(decoder->state, blank / BYTES_PER_STEP + 1);
    decoder->at += blank;
    decoder->token.at = decoder->at;
    if (*decoder->at == '\0') {
        decoder->token.type = TOKEN_END;
        return;
    }
    mark = strchr(marks, *decoder->at);
    if (!mark) {
        read_other(decoder);
        return;
    }
    decoder->token.type = types[mark - marks];
    decoder->at++;
}

static void open_table(struct decoder *decoder, bool object)
{
    struct frame frame = {.object = object};

    decoder->depth++;
    if (decoder->depth > decoder->settings->decode_depth || !lua_checkstack(decoder->state, 6))
        luaL_error(decoder->state, "Found too many nested data structures (%d) at character %d",
                   decoder->depth, (int)(decoder->at - decoder->start));
    lua_newtable(decoder->state);
    scratch_add(decoder->state, decoder->frames, &frame, sizeof(frame));
}

/* Marks the empty array on top, so that encode knows what it was. Each gets a metatable of its own:
 * one for all would let scripts leave notes for each other. */
static void mark_array(lua_State *state)
{
    lua_createtable(state, 0, 1);
    lua_pushboolean(state, 1);
    lua_setfield(state, -2, CJSON_ARRAY_MARK);
    lua_setmetatable(state, -2);
}

/* The value on top is complete or was opened just now: `false` means opened. */
static bool push_value(struct decoder *decoder)
{
    switch (decoder->token.type) {
    case TOKEN_STRING:
        lua_pushlstring(decoder->state, decoder->text->size ? decoder->text->bytes : "",
                        decoder->text->size);
        return true;
    case TOKEN_NUMBER:
        lua_pushnumber(decoder->state, decoder->token.number);
        return true;
    case TOKEN_BOOLEAN:
        lua_pushboolean(decoder->state, decoder->token.number != 0);
        return true;
    case TOKEN_NULL:
        lua_pushlightuserdata(decoder->state, NULL);
        return true;
    case TOKEN_OBJECT_BEGIN:
    case TOKEN_ARRAY_BEGIN:
        open_table(decoder, decoder->token.type == TOKEN_OBJECT_BEGIN);
        return false;
    default:
        refuse(decoder, "value");
        return false;
    }
}

static struct frame *innermost(struct decoder *decoder)
{
    return (struct frame *)(void *)(decoder->frames->bytes + decoder->frames->size) - 1;
}

/* Reads a key and its colon; the token after them begins the value. */
static void read_key(struct decoder *decoder)
{
    if (decoder->token.type != TOKEN_STRING)
        refuse(decoder, "object key string");
    push_value(decoder);
    next_token(decoder);
    if (decoder->token.type != TOKEN_COLON)
        refuse(decoder, "colon");
    next_token(decoder);
}

/* The table on top was opened just now. Returns true if it is empty and so complete; else the token
 * begins its first value. */
static bool begin_table(struct decoder *decoder)
{
    struct frame *frame = innermost(decoder);

    next_token(decoder);
    if (decoder->token.type == (frame->object ? TOKEN_OBJECT_END : TOKEN_ARRAY_END)) {
        if (!frame->object && decoder->settings->mark_arrays)
            mark_array(decoder->state);
        decoder->frames->size -= sizeof(*frame);
        decoder->depth--;
        return true;
    }
    if (frame->object)
        read_key(decoder);
    return false;
}

/* The value on top goes into its table. Returns true if the table ends here, false if the token
 * begins its next value. */
static bool attach(struct decoder *decoder)
{
    struct frame *frame = innermost(decoder);
    bool object = frame->object;

    if (object)
        lua_rawset(decoder->state, -3);
    else
        lua_rawseti(decoder->state, -2, ++frame->count);
    next_token(decoder);
    if (decoder->token.type == (object ? TOKEN_OBJECT_END : TOKEN_ARRAY_END)) {
        decoder->frames->size -= sizeof(*frame);
        decoder->depth--;
        return true;
    }
    if (decoder->token.type != TOKEN_COMMA)
        refuse(decoder, object ? "comma or object end" : "comma or array end");
    next_token(decoder);
    if (object)
        read_key(decoder);
    return false;
}

static void decode_value(struct decoder *decoder)
{
    bool complete;

    next_token(decoder);
    do {
        complete = push_value(decoder) || begin_table(decoder);
        while (complete && decoder->frames->size > 0)
            complete = attach(decoder);
    } while (!complete);
    next_token(decoder);
    if (decoder->token.type != TOKEN_END)
        refuse(decoder, "the end");
}

int cjson_decode(lua_State *state)
{
    struct decoder decoder = {.state = state,
                              .settings = lua_touserdata(state, lua_upvalueindex(1))};
    size_t size;

    luaL_argcheck(state, lua_gettop(state) == 1, 1, "expected 1 argument");
    decoder.start = decoder.at = luaL_checklstring(state, 1, &size);
    if (size >= 2 && (!decoder.start[0] || !decoder.start[1]))
        return luaL_error(state, "JSON parser does not support UTF-16 or UTF-32");
    decoder.text = scratch_start(state, SCRATCH_BYTES);
    decoder.frames = scratch_start(state, SCRATCH_FRAMES);
    decode_value(&decoder);
    return 1;
}
