/* Replies: however the bytes are cut, the reader builds the same trees and finds the same error.
 * The first byte of the input says how to cut; the others are what the server sends. */
#include "core/base/check.h"
#include "core/base/mem.h"
#include "core/hash/key_hash.h"
#include "core/resp/value.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

enum {
    INPUT_LIMIT = 256 * 1024
};

static struct resp_reader reader;

struct outcome {
    uint64_t hash;
    size_t replies;
    int rc;
};

/* Looks at all there is. As deep as the reader allows, RESP_DEPTH_LIMIT, twice for attributes. */
static uint64_t look(const struct resp_value *value)
{
    uint64_t hash = (uint64_t)value->type * 256 + (uint8_t)value->mark;

    if (value->attributes)
        hash = hash * 31 + look(value->attributes);
    if (resp_is_aggregate(value)) {
        CHECK(value->type != RESP_MAP || value->count % 2 == 0);
        for (size_t i = 0; i < value->count; i++)
            hash = hash * 31 + look(&value->items[i]);
    } else if (value->type != RESP_NULL) {
        CHECK(value->text.data[value->text.size] == '\0');
        hash = hash * 31 + key_hash(value->text);
    }
    return hash;
}

static struct outcome read_all(const char *data, size_t size, size_t step)
{
    struct arena *arena = arena_new();
    struct outcome outcome = {0};
    size_t from = 0, have = 0;

    resp_reader_init(&reader);
    while (outcome.rc >= 0 && (outcome.rc > 0 || have < size)) {
        const struct resp_value *value = NULL;
        size_t consumed;
        char *copy;

        if (outcome.rc == 0)
            have = step < size - have ? have + step : size;
        copy = mem_alloc(have - from ? have - from : 1);
        memcpy(copy, data + from, have - from);
        outcome.rc = resp_reader_feed(&reader, arena, copy, have - from, &consumed, &value);
        mem_free(copy);
        CHECK(consumed <= have - from);
        CHECK(outcome.rc >= 0 || reader.error);
        from += consumed;
        if (outcome.rc > 0) {
            outcome.hash = outcome.hash * 31 + look(value);
            outcome.replies++;
            arena_reset(arena);
        }
    }
    arena_free(arena);
    return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct outcome whole, parts;

    if (size < 2 || size > INPUT_LIMIT)
        return 0;
    whole = read_all((const char *)data + 1, size - 1, size);
    parts = read_all((const char *)data + 1, size - 1, 1 + (size_t)data[0]);
    CHECK(whole.replies == parts.replies);
    CHECK(whole.hash == parts.hash);
    CHECK(whole.rc == parts.rc);
    return 0;
}
