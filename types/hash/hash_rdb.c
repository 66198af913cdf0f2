/* Hashes in RDB form. What is written:
 *
 *   RDB_HASH               count | name | value | ...
 *   RDB_HASH_LISTPACK      a string: the packed list as it is
 *   RDB_HASH_METADATA      earliest time 8 | count | wait | name | value | ...
 *                          wait: 0 never, else the time less the earliest plus 1
 *   RDB_HASH_LISTPACK_EX   earliest time 8 | a string: the packed list with times as it is
 *
 * The last two, which ask for version 12, only if a field has a time. All of them are read, and so
 * are the zipmaps and ziplists of older versions and the two forms of Redis 7.4's candidates, which
 * have no earliest time in front and absolute times. */
#include "types/hash/hash.h"

#include "core/base/error.h"
#include "core/packed/listpack.h"
#include "storage/rdb/rdb_reader.h"
#include "storage/rdb/rdb_types.h"
#include "storage/rdb/rdb_writer.h"

enum {
    VERSION_WITH_TIMES = 12
};

const uint8_t hash_rdb_types[] = {
    RDB_HASH,          RDB_HASH_ZIPMAP,      RDB_HASH_ZIPLIST,      RDB_HASH_LISTPACK,
    RDB_HASH_METADATA, RDB_HASH_LISTPACK_EX, RDB_HASH_METADATA_OLD, RDB_HASH_LISTPACK_OLD,
    RDB_NO_TYPE,
};

/* --- Saving. */

unsigned hash_rdb_version(const void *value)
{
    return hash_next_expire_ms(value) >= 0 ? VERSION_WITH_TIMES : RDB_VERSION_OLDEST;
}

uint8_t hash_rdb_type(const void *value)
{
    bool with_times, expires = hash_next_expire_ms(value) >= 0;

    if (hash_listpack(value, &with_times))
        return expires ? RDB_HASH_LISTPACK_EX : RDB_HASH_LISTPACK;
    return expires ? RDB_HASH_METADATA : RDB_HASH;
}

/* Writes a list whose times are all "never" without them. */
static void save_without_times(const struct hash *hash, struct rdb_writer *out)
{
    struct listpack *list = listpack_new(0);
    struct hash_item item;
    struct hash_walk walk;

    hash_walk_begin(&walk, hash);
    while (hash_walk_next(&walk, &item)) {
        listpack_append(&list, item.name);
        listpack_append(&list, item.value);
    }
    hash_walk_end(&walk);
    rdb_write_string(out, listpack_span(list));
    listpack_free(list);
}

static void save_table(const struct hash *hash, int64_t first_ms, struct rdb_writer *out)
{
    struct hash_item item;
    struct hash_walk walk;

    rdb_write_length(out, hash_count(hash));
    hash_walk_begin(&walk, hash);
    while (hash_walk_next(&walk, &item)) {
        if (first_ms >= 0)
            rdb_write_length(out,
                             item.expire_ms < 0 ? 0 : (uint64_t)(item.expire_ms - first_ms) + 1);
        rdb_write_string(out, item.name);
        rdb_write_string(out, item.value);
    }
    hash_walk_end(&walk);
}

void hash_rdb_save(const void *value, struct rdb_writer *out)
{
    int64_t first_ms = hash_next_expire_ms(value);
    bool with_times;
    const struct listpack *list = hash_listpack(value, &with_times);

    if (first_ms >= 0)
        rdb_write_ms(out, first_ms);
    if (!list)
        save_table(value, first_ms, out);
    else if (with_times && first_ms < 0)
        save_without_times(value, out);
    else
        rdb_write_string(out, listpack_span(list));
}

/* --- Loading. */

/* Adds a field unless it has expired, `at_ms` 0 or less standing for never. */
static int add_field(struct rdb_reader *in, struct hash *hash, struct span name, struct span value,
                     int64_t at_ms)
{
    struct hash_item item;

    if (at_ms > HASH_TIME_LIMIT)
        return rdb_reader_damaged(in, "a field of a hash expires too late");
    if (at_ms > 0 && at_ms <= in->now_ms)
        return 0;
    if (hash_find(hash, name, &item))
        return rdb_reader_damaged(in, "a field of a hash comes twice");
    hash_add(hash, in->settings, name, value, at_ms > 0 ? at_ms : -1);
    return 0;
}

/* `has_times`: a wait or time before each name; times count from `base_ms`. */
static int load_fields(struct rdb_reader *in, struct hash *hash, bool has_times, int64_t base_ms)
{
    struct buffer name = {0};
    uint64_t count, time = 0;
    struct span bytes;
    int rc;

    rc = rdb_read_count(in, UINT32_MAX, &count);
    if (rc == 0 && count == 0)
        rc = rdb_reader_damaged(in, "a hash without fields");
    for (; rc == 0 && count > 0; count--) {
        if (has_times && (rc = rdb_read_length(in, &time)) < 0)
            break;
        if (time > HASH_TIME_LIMIT) {
            rc = rdb_reader_damaged(in, "a field of a hash expires too late");
            break;
        }
        if ((rc = rdb_read_string(in, &bytes)) < 0)
            break;
        buffer_clear(&name);
        buffer_append_span(&name, bytes);
        if ((rc = rdb_read_string(in, &bytes)) < 0)
            break;
        rc = add_field(in, hash, span_of(name.data, name.size), bytes,
                       time > 0 ? (int64_t)time + base_ms : 0);
    }
    buffer_release(&name);
    return rc;
}

/* Reads an element that must be a time. */
static int list_time(struct rdb_reader *in, const struct listpack *list, size_t at, int64_t *at_ms)
{
    struct span bytes;

    if (!listpack_get(list, at, at_ms, &bytes) || *at_ms < 0)
        return rdb_reader_damaged(in, "a field of a hash has a bad time");
    return 0;
}

static int load_list(struct rdb_reader *in, struct hash *hash, size_t stride)
{
    struct listpack *list;
    struct span bytes;
    size_t count;
    int rc;

    rc = rdb_read_string(in, &bytes);
    if (rc < 0)
        return rc;
    if (listpack_load(bytes, &list, &count) < 0)
        return rdb_reader_damaged(in, "a damaged listpack");
    if (count == 0 || count % stride != 0)
        rc = rdb_reader_damaged(in, "a hash with %zu elements", count);
    for (size_t at = listpack_first(list); rc == 0 && at != LISTPACK_END;) {
        char name_text[NUM_TEXT_LIMIT], value_text[NUM_TEXT_LIMIT];
        size_t value_at = listpack_next(list, at);
        int64_t at_ms = 0;

        if (stride == 3)
            rc = list_time(in, list, listpack_next(list, value_at), &at_ms);
        if (rc == 0)
            rc = add_field(in, hash, listpack_text(list, at, name_text),
                           listpack_text(list, value_at, value_text), at_ms);
        for (size_t i = 0; i < stride; i++)
            at = listpack_next(list, at);
    }
    listpack_free(list);
    return rc;
}

/* The next element of a ziplist or zipmap: 1, 0 at the end, or an error. */
static int next_old(struct rdb_reader *in, struct ziplist_cursor *cursor, bool is_map,
                    struct span *element, char *scratch)
{
    int rc = is_map ? zipmap_next(cursor, element) : ziplist_next(cursor, element, scratch);

    return rc < 0 ? rdb_reader_damaged(in, "a damaged %s", is_map ? "zipmap" : "ziplist") : rc;
}

static int load_old(struct rdb_reader *in, struct hash *hash, bool is_map)
{
    char name_text[NUM_TEXT_LIMIT], value_text[NUM_TEXT_LIMIT];
    struct ziplist_cursor cursor;
    struct span bytes, name, value;
    int rc;

    rc = rdb_read_string(in, &bytes);
    if (rc < 0)
        return rc;
    if ((is_map ? zipmap_begin(&cursor, bytes) : ziplist_begin(&cursor, bytes)) < 0)
        return rdb_reader_damaged(in, "a damaged %s", is_map ? "zipmap" : "ziplist");
    while ((rc = next_old(in, &cursor, is_map, &name, name_text)) == 1) {
        rc = next_old(in, &cursor, is_map, &value, value_text);
        if (rc == 0)
            rc = rdb_reader_damaged(in, "a hash whose last field has no value");
        if (rc < 0 || (rc = add_field(in, hash, name, value, 0)) < 0)
            return rc;
    }
    if (rc == 0 && hash_count(hash) == 0)
        rc = rdb_reader_damaged(in, "a hash without fields");
    return rc;
}

static int load(struct rdb_reader *in, uint8_t rdb_type, struct hash *hash)
{
    int64_t first_ms;
    int rc;

    switch (rdb_type) {
    case RDB_HASH:
        return load_fields(in, hash, false, 0);
    case RDB_HASH_METADATA_OLD:
        return load_fields(in, hash, true, 0);
    case RDB_HASH_METADATA:
        rc = rdb_read_ms(in, &first_ms);
        if (rc == 0 && (first_ms < 0 || first_ms > HASH_TIME_LIMIT))
            rc = rdb_reader_damaged(in, "the first field of a hash expires too late");
        return rc < 0 ? rc : load_fields(in, hash, true, first_ms - 1);
    case RDB_HASH_LISTPACK:
        return load_list(in, hash, 2);
    case RDB_HASH_LISTPACK_EX:
        rc = rdb_read_ms(in, &first_ms); /* the list says it too */
        return rc < 0 ? rc : load_list(in, hash, 3);
    case RDB_HASH_LISTPACK_OLD:
        return load_list(in, hash, 3);
    default:
        return load_old(in, hash, rdb_type == RDB_HASH_ZIPMAP);
    }
}

int hash_rdb_load(struct rdb_reader *in, uint8_t rdb_type, void **value)
{
    struct hash *hash = hash_new();
    int rc = load(in, rdb_type, hash);

    if (rc < 0 || hash_count(hash) == 0) {
        hash_free(hash);
        hash = NULL;
    }
    *value = hash;
    return rc;
}
