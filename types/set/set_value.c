/* What the keyspace wants to know of a set. */
#include "storage/keyspace/digest.h"
#include "types/set/set.h"
#include "types/set/set_rdb.h"

static void value_free(void *value)
{
    set_free(value);
}

static void *value_copy(const void *value)
{
    return set_copy(value);
}

static const char *value_encoding(const void *value)
{
    static const char *const names[] = {
        [SET_INTSET] = "intset", [SET_LISTPACK] = "listpack", [SET_HASHTABLE] = "hashtable"};

    return names[set_encoding(value)];
}

static size_t value_memory(const void *value, size_t samples)
{
    return set_memory(value, samples);
}

static size_t value_free_effort(const void *value)
{
    return set_encoding(value) == SET_HASHTABLE ? set_count(value) : 1;
}

static void value_digest(const void *value, struct value_digest *to)
{
    char scratch[NUM_TEXT_LIMIT];
    struct set_iterator it;
    struct span member;

    set_iterate_begin(&it, value);
    while (set_iterate_next(&it, &member, scratch))
        value_digest_add(to, member);
    set_iterate_end(&it);
}

const struct value_type set_type = {
    .name = "set",
    .id = VALUE_SET,
    .free = value_free,
    .copy = value_copy,
    .encoding = value_encoding,
    .memory = value_memory,
    .free_effort = value_free_effort,
    .digest = value_digest,
    .rdb_version = set_rdb_version,
    .rdb_type = set_rdb_type,
    .save = set_rdb_save,
    .rdb_types = set_rdb_types,
    .load = set_rdb_load,
};
