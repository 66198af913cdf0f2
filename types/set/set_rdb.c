/* An intset is written as it is, everything else member by member: the packed form of small sets is
 * not known to redis-server 7.0. */
#include "types/set/set_rdb.h"

#include "core/packed/intset.h"
#include "core/packed/listpack.h"
#include "storage/rdb/rdb_reader.h"
#include "storage/rdb/rdb_types.h"
#include "storage/rdb/rdb_writer.h"
#include "types/set/set.h"

const uint8_t set_rdb_types[] = {RDB_SET, RDB_SET_INTSET, RDB_SET_LISTPACK, RDB_NO_TYPE};

unsigned set_rdb_version(const void *value)
{
    (void)value;
    return RDB_VERSION_OLDEST;
}

uint8_t set_rdb_type(const void *value)
{
    return set_encoding(value) == SET_INTSET ? RDB_SET_INTSET : RDB_SET;
}

void set_rdb_save(const void *value, struct rdb_writer *out)
{
    const struct set *set = value;
    char scratch[NUM_TEXT_LIMIT];
    struct set_iterator it;
    struct span member;

    if (set_encoding(set) == SET_INTSET) {
        rdb_write_string(out, set_intset_bytes(set));
        return;
    }
    rdb_write_length(out, set_count(set));
    set_iterate_begin(&it, set);
    while (set_iterate_next(&it, &member, scratch))
        rdb_write_string(out, member);
    set_iterate_end(&it);
}

static int add_new(struct rdb_reader *in, struct set *set, struct span member)
{
    if (!set_add(set, member, in->settings))
        return rdb_reader_damaged(in, "a set with a member twice");
    return 0;
}

static int load_members(struct rdb_reader *in, struct set *set)
{
    struct span member;
    uint64_t count;
    int rc;

    rc = rdb_read_count(in, SIZE_MAX, &count);
    if (rc == 0 && count == 0)
        return rdb_reader_damaged(in, "a set without members");
    for (uint64_t i = 0; rc == 0 && i < count; i++) {
        rc = rdb_read_string(in, &member);
        if (rc < 0)
            return rc;
        if (i == 0)
            set_expect(set, member, count, in->settings);
        rc = add_new(in, set, member);
    }
    return rc;
}

static int load_listpack(struct rdb_reader *in, struct set *set)
{
    char scratch[NUM_TEXT_LIMIT];
    struct listpack *list;
    struct span bytes;
    size_t count, at;
    int rc;

    rc = rdb_read_string(in, &bytes);
    if (rc < 0)
        return rc;
    if (listpack_load(bytes, &list, &count) < 0)
        return rdb_reader_damaged(in, "a damaged listpack");
    at = listpack_first(list);
    if (at == LISTPACK_END)
        rc = rdb_reader_damaged(in, "a set without members");
    else
        set_expect(set, listpack_text(list, at, scratch), count, in->settings);
    for (; rc == 0 && at != LISTPACK_END; at = listpack_next(list, at))
        rc = add_new(in, set, listpack_text(list, at, scratch));
    listpack_free(list);
    return rc;
}

static int load_intset(struct rdb_reader *in, void **value)
{
    struct intset *integers;
    struct span bytes;
    int rc;

    rc = rdb_read_string(in, &bytes);
    if (rc < 0)
        return rc;
    if (intset_load(bytes, &integers) < 0)
        return rdb_reader_damaged(in, "a damaged intset");
    if (intset_count(integers) == 0) {
        intset_free(integers);
        return rdb_reader_damaged(in, "a set without members");
    }
    *value = set_new_take(integers, in->settings);
    return 0;
}

int set_rdb_load(struct rdb_reader *in, uint8_t rdb_type, void **value)
{
    struct set *set;
    int rc;

    *value = NULL;
    if (rdb_type == RDB_SET_INTSET)
        return load_intset(in, value);
    set = set_new();
    rc = rdb_type == RDB_SET ? load_members(in, set) : load_listpack(in, set);
    if (rc < 0)
        set_free(set);
    else
        *value = set;
    return rc;
}
