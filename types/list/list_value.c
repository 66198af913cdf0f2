/* list_value.c - the list as a value of the keyspace. */
#include "storage/keyspace/digest.h"
#include "types/list/list.h"
#include "types/list/list_rdb.h"

static void value_free(void *value)
{
    list_free(value);
}

static void *value_copy(const void *value)
{
    return list_copy(value);
}

static const char *value_encoding(const void *value)
{
    return list_is_small(value) ? "listpack" : "quicklist";
}

static size_t value_memory(const void *value, size_t samples)
{
    return list_memory(value, samples);
}

static size_t value_free_effort(const void *value)
{
    return list_node_count(value);
}

static void value_digest(const void *value, struct value_digest *to)
{
    const struct list *list = value;
    char scratch[NUM_TEXT_LIMIT];
    struct list_place place;

    if (!list_seek(list, 0, &place))
        return;
    do {
        value_digest_mix(to, list_text(list, &place, scratch));
    } while (list_next(list, &place));
}

const struct value_type list_type = {
    .name = "list",
    .id = VALUE_LIST,
    .free = value_free,
    .copy = value_copy,
    .encoding = value_encoding,
    .memory = value_memory,
    .free_effort = value_free_effort,
    .digest = value_digest,
    .rdb_version = list_rdb_version,
    .rdb_type = list_rdb_type,
    .save = list_rdb_save,
    .rdb_types = list_rdb_types,
    .load = list_rdb_load,
};
