#include "types/list/list_rdb.h"
#include "core/base/error.h"
#include "storage/rdb/rdb_reader.h"
#include "storage/rdb/rdb_types.h"
#include "storage/rdb/rdb_writer.h"
#include "types/list/list.h"

enum container {
    CONTAINER_PLAIN = 1,
    CONTAINER_PACKED = 2,
};

const uint8_t list_rdb_types[] = {RDB_LIST, RDB_LIST_ZIPLIST, RDB_LIST_QUICKLIST,
                                  RDB_LIST_QUICKLIST_2, RDB_NO_TYPE};

unsigned list_rdb_version(const void *value)
{
    (void)value;
    return RDB_VERSION_OLDEST;
}

uint8_t list_rdb_type(const void *value)
{
    (void)value;
    return RDB_LIST_QUICKLIST_2;
}

void list_rdb_save(const void *value, struct rdb_writer *out)
{
    size_t nodes = list_node_count(value);

    rdb_write_length(out, nodes);
    for (size_t i = 0; i < nodes; i++) {
        bool plain;
        struct span bytes = list_node_bytes(value, i, &plain);

        rdb_write_length(out, plain ? CONTAINER_PLAIN : CONTAINER_PACKED);
        rdb_write_string(out, bytes);
    }
}

/* Each reads one node, or one element, from `in` to the end of `list`. */

static int load_element(struct rdb_reader *in, struct list *list)
{
    struct span bytes;
    int rc = rdb_read_string(in, &bytes);

    if (rc == 0)
        list_push(list, LIST_TAIL, bytes, in->settings);
    return rc;
}

static int load_ziplist(struct rdb_reader *in, struct list *list)
{
    struct ziplist_cursor cursor;
    char scratch[NUM_TEXT_LIMIT];
    struct span bytes;
    int rc = rdb_read_string(in, &bytes);

    if (rc < 0)
        return rc;
    rc = ziplist_begin(&cursor, bytes);
    while (rc >= 0) {
        struct span element;

        rc = ziplist_next(&cursor, &element, scratch);
        if (rc == 0)
            return 0;
        if (rc > 0)
            list_push(list, LIST_TAIL, element, in->settings);
    }
    return rdb_reader_damaged(in, "a list's ziplist is not sound");
}

static int load_node(struct rdb_reader *in, struct list *list)
{
    struct listpack *pack;
    struct span bytes;
    uint64_t container;
    size_t count;
    int rc = rdb_read_length(in, &container);

    if (rc < 0)
        return rc;
    if (container == CONTAINER_PLAIN)
        return load_element(in, list);
    if (container != CONTAINER_PACKED)
        return rdb_reader_damaged(in, "a list's node is of unknown kind %llu",
                                  (unsigned long long)container);
    rc = rdb_read_string(in, &bytes);
    if (rc < 0)
        return rc;
    if (listpack_load(bytes, &pack, &count) < 0)
        return rdb_reader_damaged(in, "a list's listpack is not sound");
    if (count == 0)
        listpack_free(pack);
    else
        list_append_take(list, pack, count, in->settings);
    return 0;
}

int list_rdb_load(struct rdb_reader *in, uint8_t rdb_type, void **value)
{
    int (*load)(struct rdb_reader *, struct list *) = load_element;
    struct list *list;
    uint64_t count = 1;
    int rc = 0;

    *value = NULL;
    if (rdb_type == RDB_LIST_ZIPLIST || rdb_type == RDB_LIST_QUICKLIST)
        load = load_ziplist;
    else if (rdb_type == RDB_LIST_QUICKLIST_2)
        load = load_node;
    if (rdb_type != RDB_LIST_ZIPLIST)
        rc = rdb_read_count(in, UINT32_MAX, &count);
    if (rc < 0)
        return rc;
    list = list_new();
    for (uint64_t i = 0; i < count && rc == 0; i++)
        rc = load(in, list);
    if (rc < 0 || list_count(list) == 0) {
        list_free(list);
        return rc;
    }
    list_settle(list, in->settings);
    *value = list;
    return 0;
}
