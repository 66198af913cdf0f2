/* cjson.h - the settings that the two halves of the cjson library share. One such object belongs to
 * each table of cjson.new() and lives as long as its functions. */
#ifndef MS_BROKER_SCRIPT_LUA_CJSON_H
#define MS_BROKER_SCRIPT_LUA_CJSON_H

#include <lua.h>

enum cjson_invalid {
    CJSON_INVALID_REFUSED,
    CJSON_INVALID_ALLOWED,
    CJSON_INVALID_NULL
};

struct cjson_settings {
    int sparse_convert; /* sparse arrays become objects instead of errors */
    int sparse_ratio;   /* 0: no array is sparse */
    int sparse_safe;    /* up to this index no array is sparse */
    int encode_depth;
    int decode_depth;
    int precision;      /* digits of numbers */
    int keep_buffer;    /* without effect */
    int encode_invalid; /* enum cjson_invalid: NaN and infinities */
    int decode_invalid; /* those, and hexadecimal numbers and leading zeros */
    int mark_arrays;    /* empty arrays are decoded with a metatable that says what they are */
};

/* The library functions; upvalue 1 is the settings. */
int cjson_encode(lua_State *state);
int cjson_decode(lua_State *state);

/* The field of the metatable of decoded arrays. */
#define CJSON_ARRAY_MARK "__is_cjson_array"

#endif
