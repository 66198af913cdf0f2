/* zset_type.c - the sorted set as a value of the keyspace. */
#include "storage/keyspace/digest.h"
#include "types/zset/zset.h"
#include "types/zset/zset_rdb.h"

enum {
    BLOCKS_OF_LARGE = 4 /* that a large zset has beside its elements */
};

static void value_free(void *value)
{
    zset_free(value);
}

static void *value_copy(const void *value)
{
    return zset_copy(value);
}

static const char *value_encoding(const void *value)
{
    return zset_is_small(value) ? "listpack" : "skiplist";
}

static size_t value_memory(const void *value, size_t samples)
{
    return zset_memory(value, samples);
}

static size_t value_free_effort(const void *value)
{
    return zset_is_small(value) ? 1 : zset_count(value) + BLOCKS_OF_LARGE;
}

static void value_digest(const void *value, struct value_digest *to)
{
    struct zset_walk walk;
    struct span member;
    double score;

    zset_walk_begin(&walk, value, 0, false);
    while (zset_walk_next(&walk, &member, &score)) {
        struct value_digest element = {{0}};
        char text[40];

        score += 0.0; /* -0.0 is lost in small ones, so it must not matter */
        value_digest_mix(&element, member);
        value_digest_mix(&element, span_of(text, num_format_double(text, score)));
        value_digest_add_digest(to, &element);
    }
}

const struct value_type zset_type = {
    .name = "zset",
    .id = VALUE_ZSET,
    .free = value_free,
    .copy = value_copy,
    .encoding = value_encoding,
    .memory = value_memory,
    .free_effort = value_free_effort,
    .digest = value_digest,
    .rdb_version = zset_rdb_version,
    .rdb_type = zset_rdb_type,
    .save = zset_rdb_save,
    .rdb_types = zset_rdb_types,
    .load = zset_rdb_load,
};
