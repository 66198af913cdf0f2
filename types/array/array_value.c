/* array_value.c - the array as a value of the keyspace. */
#include "storage/keyspace/digest.h"
#include "types/array/array.h"
#include "types/array/array_rdb.h"

static void value_free(void *value)
{
    array_free(value);
}

static void *value_copy(const void *value)
{
    return array_copy(value);
}

static const char *value_encoding(const void *value)
{
    (void)value;
    return "sliced-array";
}

static size_t value_memory(const void *value, size_t samples)
{
    return array_memory(value, samples);
}

static size_t value_free_effort(const void *value)
{
    return array_blocks(value);
}

static void mix_number(struct value_digest *to, uint64_t number)
{
    char text[NUM_TEXT_LIMIT];

    value_digest_mix(to, span_of(text, num_format_u64(text, number)));
}

static void value_digest(const void *value, struct value_digest *to)
{
    char scratch[NUM_TEXT_LIMIT];
    struct array_walk walk;
    uint64_t index, slot;

    mix_number(to, array_cursor(value));
    array_walk_begin(&walk, value, 0, ARRAY_INDEX_MAX);
    while (array_walk_next(&walk, &index, &slot)) {
        mix_number(to, index);
        value_digest_mix(to, slot_text(slot, scratch));
    }
}

const struct value_type array_type = {
    .name = "array",
    .id = VALUE_ARRAY,
    .free = value_free,
    .copy = value_copy,
    .encoding = value_encoding,
    .memory = value_memory,
    .free_effort = value_free_effort,
    .digest = value_digest,
    .rdb_version = array_rdb_version,
    .rdb_type = array_rdb_type,
    .save = array_rdb_save,
    .rdb_types = array_rdb_types,
    .load = array_rdb_load,
};
