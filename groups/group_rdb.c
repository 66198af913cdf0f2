/* group_rdb.c - the groups of a stream in RDB:
 *
 *   count, then each: name | last id | entries read (from 19 on)
 *     pending: count, then each: id (16 bytes, big-endian) | delivered ms 8 | deliveries
 *     consumers: count, then each: name | seen ms 8 | active ms 8 (from 21 on)
 *       count, then the id of each of its pending entries
 *     released by XNACK: count, then the id of each            (from 27 on)
 */
#include "groups/group_rdb.h"
#include "core/base/error.h"
#include "groups/group.h"
#include "storage/rdb/rdb_types.h"
#include "streams/stream.h"

#include <endian.h>
#include <stdlib.h>

/* --- Saving. */

static void write_raw_id(struct rdb_writer *out, struct stream_id id)
{
    uint64_t bytes[2] = {htobe64(id.ms), htobe64(id.seq)};

    rdb_write_raw(out, bytes, sizeof(bytes));
}

static void save_pending(const struct pending *pending, struct rdb_writer *out)
{
    rdb_write_length(out, pending_count(pending));
    for (uint32_t at = pending_first(pending); at != PENDING_NONE; at = pending_next(pending, at)) {
        struct pending_entry entry;

        pending_get(pending, at, &entry);
        write_raw_id(out, entry.id);
        rdb_write_ms(out, entry.delivered_ms);
        rdb_write_length(out, (uint64_t)entry.count);
    }
}

static void save_consumer(struct pending *pending, struct consumer *consumer, uint8_t rdb_type,
                          struct rdb_writer *out)
{
    rdb_write_string(out, consumer->named.name);
    rdb_write_ms(out, consumer->seen_ms);
    if (rdb_type >= RDB_STREAM_LISTPACKS_3)
        rdb_write_ms(out, consumer->active_ms);
    rdb_write_length(out, consumer->owner.count);
    for (uint32_t at = pending_owner_seek(pending, &consumer->owner, STREAM_ID_MIN, INT64_MAX);
         at != PENDING_NONE; at = pending_owner_next(pending, &consumer->owner, at, INT64_MAX)) {
        struct pending_entry entry;

        pending_get(pending, at, &entry);
        write_raw_id(out, entry.id);
    }
}

/* The released ones are the head of the time list. */
static void save_released(const struct pending *pending, struct rdb_writer *out)
{
    uint64_t left = pending_unowned_count(pending);

    rdb_write_length(out, left);
    for (uint32_t at = pending_oldest(pending); left > 0; at = pending_later(pending, at), left--) {
        struct pending_entry entry;

        pending_get(pending, at, &entry);
        write_raw_id(out, entry.id);
    }
}

void group_save_all(const void *groups, uint8_t rdb_type, struct rdb_writer *out)
{
    const struct named_set *set = groups;

    rdb_write_length(out, set->count);
    for (uint32_t i = 0; i < set->count; i++) {
        const struct group *group = (const struct group *)set->items[i];

        rdb_write_string(out, group->named.name);
        rdb_write_length(out, group->last_id.ms);
        rdb_write_length(out, group->last_id.seq);
        rdb_write_length(out, (uint64_t)group->entries_read);
        save_pending(group->pending, out);
        rdb_write_length(out, group->consumers.count);
        for (uint32_t at = 0; at < group->consumers.count; at++)
            save_consumer(group->pending, group_consumer_at(group, at), rdb_type, out);
        if (rdb_type >= RDB_STREAM_LISTPACKS_5)
            save_released(group->pending, out);
    }
}

/* --- Loading. Pending entries come first and get their owners later, so all begin as released. */

static int read_raw_id(struct rdb_reader *in, struct stream_id *id)
{
    uint64_t bytes[2];
    int rc = rdb_read_raw(in, bytes, sizeof(bytes));

    *id = (struct stream_id){be64toh(bytes[0]), be64toh(bytes[1])};
    return rc;
}

/* What the group's list says of an entry, until its owner is known. */
struct delivery {
    struct stream_id id;
    int64_t delivered_ms, count;
    struct pending_owner *owner;
    bool taken;
};

struct deliveries {
    struct buffer bytes; /* struct delivery, by id */
    size_t count;
};

static struct delivery *delivery_at(const struct deliveries *all, size_t at)
{
    return (struct delivery *)(void *)all->bytes.data + at;
}

static struct delivery *find_delivery(const struct deliveries *all, struct stream_id id)
{
    size_t low = 0, high = all->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = stream_id_compare(delivery_at(all, middle)->id, id);

        if (order == 0)
            return delivery_at(all, middle);
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static int read_deliveries(struct rdb_reader *in, struct deliveries *all)
{
    struct stream_id before = {0, 0};
    uint64_t count;
    int rc = rdb_read_count(in, UINT32_MAX, &count);

    for (uint64_t i = 0; rc == 0 && i < count; i++) {
        struct delivery delivery = {0};
        uint64_t deliveries = 0;

        if ((rc = read_raw_id(in, &delivery.id)) < 0 ||
            (rc = rdb_read_ms(in, &delivery.delivered_ms)) < 0 ||
            (rc = rdb_read_length(in, &deliveries)) < 0)
            break;
        if (i > 0 && stream_id_compare(delivery.id, before) <= 0)
            rc = rdb_reader_damaged(in, "pending entries are not in order");
        before = delivery.id;
        delivery.count = deliveries > INT64_MAX ? INT64_MAX : (int64_t)deliveries;
        if (delivery.delivered_ms < 0)
            delivery.delivered_ms = 0;
        buffer_append(&all->bytes, &delivery, sizeof(delivery));
        all->count++;
    }
    return rc;
}

/* Gives the entry that is next in the input to `owner`, NULL for nobody. */
static int take_delivery(struct rdb_reader *in, const struct deliveries *all,
                         struct pending_owner *owner, struct delivery **taken)
{
    struct stream_id id;
    int rc = read_raw_id(in, &id);

    if (rc < 0)
        return rc;
    *taken = find_delivery(all, id);
    if (!*taken || (*taken)->taken)
        return rdb_reader_damaged(in, "a pending entry is unknown, or has two owners");
    (*taken)->taken = true;
    (*taken)->owner = owner;
    return 0;
}

static int read_consumer(struct rdb_reader *in, uint8_t rdb_type, struct group *group,
                         const struct deliveries *all)
{
    struct consumer *consumer;
    struct delivery *taken;
    struct span name;
    int64_t seen_ms;
    uint64_t count;
    int rc = rdb_read_string(in, &name);

    if (rc < 0)
        return rc;
    if (group_consumer(group, name))
        return rdb_reader_damaged(in, "a group has a consumer twice");
    consumer = group_add_consumer(group, name, 0);
    if ((rc = rdb_read_ms(in, &seen_ms)) < 0)
        return rc;
    consumer->seen_ms = consumer->active_ms = seen_ms;
    if (rdb_type >= RDB_STREAM_LISTPACKS_3 && (rc = rdb_read_ms(in, &consumer->active_ms)) < 0)
        return rc;
    rc = rdb_read_count(in, UINT32_MAX, &count);
    for (uint64_t i = 0; rc == 0 && i < count; i++)
        rc = take_delivery(in, all, &consumer->owner, &taken);
    return rc;
}

/* The order in the input is that of the release. */
static int read_released(struct rdb_reader *in, struct group *group, const struct deliveries *all)
{
    struct delivery *taken;
    uint64_t count;
    int rc = rdb_read_count(in, UINT32_MAX, &count);

    for (uint64_t i = 0; rc == 0 && i < count; i++) {
        rc = take_delivery(in, all, NULL, &taken);
        if (rc == 0)
            pending_add(group->pending, taken->id, NULL, 0, taken->count);
    }
    return rc;
}

static int compare_times(const void *a, const void *b)
{
    const struct delivery *left = a, *right = b;

    if (left->delivered_ms != right->delivered_ms)
        return left->delivered_ms < right->delivered_ms ? -1 : 1;
    return stream_id_compare(left->id, right->id);
}

/* Adds what consumers own, oldest delivery first, so that each joins the end of the time list. */
static int add_owned(struct rdb_reader *in, struct group *group, const struct deliveries *all)
{
    for (size_t i = 0; i < all->count; i++)
        if (!delivery_at(all, i)->taken)
            return rdb_reader_damaged(in, "a pending entry is nobody's");
    if (all->count > 1)
        qsort(all->bytes.data, all->count, sizeof(struct delivery), compare_times);
    for (size_t i = 0; i < all->count; i++) {
        const struct delivery *delivery = delivery_at(all, i);

        if (delivery->owner)
            pending_add(group->pending, delivery->id, delivery->owner, delivery->delivered_ms,
                        delivery->count);
    }
    return 0;
}

static int read_entries(struct rdb_reader *in, uint8_t rdb_type, struct group *group,
                        struct deliveries *all)
{
    uint64_t count;
    int rc = read_deliveries(in, all);

    if (rc == 0)
        rc = rdb_read_count(in, UINT32_MAX, &count);
    for (uint64_t i = 0; rc == 0 && i < count; i++)
        rc = read_consumer(in, rdb_type, group, all);
    if (rc == 0 && rdb_type >= RDB_STREAM_LISTPACKS_5)
        rc = read_released(in, group, all);
    if (rc == 0)
        rc = add_owned(in, group, all);
    return rc;
}

static int read_group(struct rdb_reader *in, uint8_t rdb_type, struct stream *stream)
{
    struct deliveries all = {0};
    struct stream_id last_id;
    struct group *group;
    struct span name;
    uint64_t read = (uint64_t)GROUP_READ_UNKNOWN;
    int rc = rdb_read_string(in, &name);

    if (rc < 0)
        return rc;
    if (group_find(stream, name))
        return rdb_reader_damaged(in, "a stream has a group twice");
    group = group_create(stream, name, STREAM_ID_MIN, GROUP_READ_UNKNOWN);
    if ((rc = rdb_read_length(in, &last_id.ms)) < 0 || (rc = rdb_read_length(in, &last_id.seq)) < 0)
        return rc;
    if (rdb_type >= RDB_STREAM_LISTPACKS_2 && (rc = rdb_read_length(in, &read)) < 0)
        return rc;
    group->last_id = last_id;
    /* more than there were entries is possible: XGROUP SETID takes any number */
    group->entries_read = (int64_t)read < 0 ? GROUP_READ_UNKNOWN : (int64_t)read;
    rc = read_entries(in, rdb_type, group, &all);
    buffer_release(&all.bytes);
    return rc;
}

static int read_groups(struct rdb_reader *in, uint8_t rdb_type, struct stream *stream)
{
    uint64_t count;
    int rc = rdb_read_count(in, UINT32_MAX, &count);

    for (uint64_t i = 0; rc == 0 && i < count; i++)
        rc = read_group(in, rdb_type, stream);
    return rc;
}

int group_load_stream(struct rdb_reader *in, uint8_t rdb_type, void **value)
{
    struct stream *stream = NULL;
    int rc = stream_load(in, rdb_type, read_groups, &stream);

    *value = stream;
    return rc;
}
