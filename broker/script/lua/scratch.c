#include "broker/script/lua/scratch.h"

#include "broker/script/lua/sandbox_internal.h"

#include <string.h>

enum {
    FIRST_BYTES = 256,
    KEEP_BYTES = 16 * 1024 /* what is larger is not kept for the next use */
};

static void release(lua_State *state, struct scratch *scratch)
{
    void *data;
    lua_Alloc allocate = lua_getallocf(state, &data);

    if (scratch->bytes)
        allocate(data, scratch->bytes, scratch->capacity, 0);
    memset(scratch, 0, sizeof(*scratch));
}

void scratch_free(lua_State *state)
{
    for (int use = 0; use < SCRATCH_COUNT; use++)
        release(state, &sandbox_of(state)->scratch[use]);
}

struct scratch *scratch_start(lua_State *state, enum scratch_use use)
{
    struct scratch *scratch = &sandbox_of(state)->scratch[use];

    if (scratch->capacity > KEEP_BYTES)
        release(state, scratch);
    scratch->size = 0;
    return scratch;
}

static void grow(lua_State *state, struct scratch *scratch, size_t size)
{
    void *data;
    lua_Alloc allocate = lua_getallocf(state, &data);
    size_t needed, capacity = scratch->capacity ? scratch->capacity * 2 : FIRST_BYTES;
    char *bytes;

    if (__builtin_add_overflow(scratch->size, size, &needed) ||
        needed > sandbox_of(state)->limit_bytes)
        sandbox_no_memory(state);
    if (capacity < needed)
        capacity = needed;
    bytes = allocate(data, scratch->bytes, scratch->capacity, capacity);
    if (!bytes)
        sandbox_no_memory(state);
    scratch->bytes = bytes;
    scratch->capacity = capacity;
}

char *scratch_add(lua_State *state, struct scratch *scratch, const void *bytes, size_t size)
{
    char *place;

    if (size == 0)
        return scratch->bytes;
    if (size > scratch->capacity - scratch->size)
        grow(state, scratch, size);
    place = scratch->bytes + scratch->size;
    if (bytes)
        memcpy(place, bytes, size);
    scratch->size += size;
    return place;
}

void scratch_add_byte(lua_State *state, struct scratch *scratch, int byte)
{
    if (scratch->size == scratch->capacity)
        grow(state, scratch, 1);
    scratch->bytes[scratch->size++] = (char)byte;
}

void scratch_finish(lua_State *state, struct scratch *scratch)
{
    lua_pushlstring(state, scratch->size ? scratch->bytes : "", scratch->size);
    if (scratch->capacity > KEEP_BYTES)
        release(state, scratch);
}
