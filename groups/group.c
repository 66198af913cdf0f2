#include "groups/group.h"

#include "core/base/check.h"
#include "core/base/mem.h"
#include "groups/group_rdb.h"
#include "storage/keyspace/digest.h"
#include "streams/stream.h"

#include <string.h>

static struct group *group_new(struct span name, struct stream_id last_id, int64_t entries_read)
{
    struct group *group = mem_alloc(sizeof(*group) + name.size);
    char *bytes = (char *)(group + 1);

    if (name.size)
        memcpy(bytes, name.data, name.size);
    *group = (struct group){
        .named.name = span_of(bytes, name.size), .last_id = last_id, .entries_read = entries_read};
    return group;
}

static void group_free(struct group *group)
{
    pending_free(group->pending);
    for (uint32_t i = 0; i < group->consumers.count; i++)
        consumer_free(group_consumer_at(group, i));
    named_release(&group->consumers);
    mem_free(group);
}

static struct group *group_copy(const struct group *from)
{
    struct group *group = group_new(from->named.name, from->last_id, from->entries_read);
    struct pending_owner **owners =
        mem_zalloc((pending_owner_slots(from->pending) + 1) * sizeof(owners[0]));

    for (uint32_t i = 0; i < from->consumers.count; i++) {
        const struct consumer *consumer = group_consumer_at(from, i);
        struct consumer *copy = consumer_new(consumer->named.name, consumer->seen_ms);

        copy->active_ms = consumer->active_ms;
        owners[consumer->owner.number] = &copy->owner;
        named_add(&group->consumers, &copy->named);
    }
    group->pending = pending_copy(from->pending, owners);
    mem_free(owners);
    return group;
}

/* --- What the stream calls. Its `groups` is a struct named_set. */

static void all_free(void *groups)
{
    struct named_set *set = groups;

    for (uint32_t i = 0; i < set->count; i++)
        group_free((struct group *)set->items[i]);
    named_release(set);
    mem_free(set);
}

static void *all_copy(const void *groups)
{
    const struct named_set *set = groups;
    struct named_set *copy = mem_zalloc(sizeof(*copy));

    for (uint32_t i = 0; i < set->count; i++)
        named_add(copy, &group_copy((const struct group *)set->items[i])->named);
    return copy;
}

static size_t all_memory(const void *groups, size_t samples)
{
    const struct named_set *set = groups;
    size_t size = mem_size(set) + mem_size(set->items);

    (void)samples; /* groups are few, and what they hold is counted by blocks */
    for (uint32_t i = 0; i < set->count; i++)
        size += group_memory((const struct group *)set->items[i]);
    return size;
}

static size_t all_free_effort(const void *groups)
{
    const struct named_set *set = groups;
    size_t effort = 1;

    for (uint32_t i = 0; i < set->count; i++) {
        const struct group *group = (const struct group *)set->items[i];

        effort += 2 + group->consumers.count + (size_t)pending_count(group->pending) / 64;
    }
    return effort;
}

static size_t all_count(const void *groups)
{
    return ((const struct named_set *)groups)->count;
}

static void digest_bytes(struct value_digest *digest, const void *bytes, size_t size)
{
    value_digest_mix(digest, span_of(bytes, size));
}

static void all_digest(const void *groups, struct value_digest *to)
{
    const struct named_set *set = groups;

    for (uint32_t i = 0; i < set->count; i++) {
        const struct group *group = (const struct group *)set->items[i];

        value_digest_mix(to, group->named.name);
        digest_bytes(to, &group->last_id, sizeof(group->last_id));
        for (uint32_t at = pending_first(group->pending); at != PENDING_NONE;
             at = pending_next(group->pending, at)) {
            struct pending_entry entry;

            pending_get(group->pending, at, &entry);
            digest_bytes(to, &entry.id, sizeof(entry.id));
            digest_bytes(to, &entry.count, sizeof(entry.count));
            if (entry.owner)
                value_digest_mix(to, consumer_of(entry.owner)->named.name);
        }
    }
}

static bool all_is_referenced(const void *groups, struct stream_id id)
{
    const struct named_set *set = groups;

    for (uint32_t i = 0; i < set->count; i++) {
        const struct group *group = (const struct group *)set->items[i];

        if (stream_id_compare(group->last_id, id) < 0 ||
            pending_find(group->pending, id) != PENDING_NONE)
            return true;
    }
    return false;
}

static size_t all_drop_references(void *groups, struct stream_id id)
{
    const struct named_set *set = groups;
    size_t dropped = 0;

    for (uint32_t i = 0; i < set->count; i++)
        dropped += pending_remove_id(((struct group *)set->items[i])->pending, id);
    return dropped;
}

static void all_limit_reads(void *groups, uint64_t added)
{
    const struct named_set *set = groups;

    for (uint32_t i = 0; i < set->count; i++) {
        struct group *group = (struct group *)set->items[i];

        if (group->entries_read > (int64_t)added)
            group->entries_read = (int64_t)added;
    }
}

static bool all_have_released(const void *groups)
{
    const struct named_set *set = groups;

    for (uint32_t i = 0; i < set->count; i++)
        if (pending_unowned_count(((const struct group *)set->items[i])->pending) > 0)
            return true;
    return false;
}

static const struct stream_group_ops ops = {
    .free = all_free,
    .copy = all_copy,
    .memory = all_memory,
    .free_effort = all_free_effort,
    .count = all_count,
    .digest = all_digest,
    .is_referenced = all_is_referenced,
    .drop_references = all_drop_references,
    .limit_reads = all_limit_reads,
    .has_released = all_have_released,
    .save = group_save_all,
};

/* --- Groups of a stream. */

const struct named_set *group_all(const struct stream *stream)
{
    return stream_groups(stream);
}

struct group *group_find(const struct stream *stream, struct span name)
{
    const struct named_set *set = group_all(stream);

    return set ? named_find(set, name) : NULL;
}

struct group *group_create(struct stream *stream, struct span name, struct stream_id last_id,
                           int64_t entries_read)
{
    struct named_set *set = stream_groups(stream);
    struct group *group = group_new(name, last_id, entries_read);

    if (!set) {
        set = mem_zalloc(sizeof(*set));
        stream_set_groups(stream, set, &ops);
    }
    group->pending = pending_new();
    named_add(set, &group->named);
    return group;
}

void group_destroy(struct stream *stream, struct group *group)
{
    named_remove(stream_groups(stream), &group->named);
    group_free(group);
}

/* --- Consumers. */

struct consumer *group_consumer(const struct group *group, struct span name)
{
    return named_find(&group->consumers, name);
}

struct consumer *group_add_consumer(struct group *group, struct span name, int64_t now_ms)
{
    struct consumer *consumer = consumer_new(name, now_ms);

    pending_join(group->pending, &consumer->owner);
    named_add(&group->consumers, &consumer->named);
    return consumer;
}

uint64_t group_drop_consumer(struct group *group, struct consumer *consumer)
{
    uint64_t count = pending_leave(group->pending, &consumer->owner);

    named_remove(&group->consumers, &consumer->named);
    consumer_free(consumer);
    return count;
}

/* --- Counting. */

uint64_t group_lag(const struct group *group, const struct stream *stream)
{
    return stream_length(stream) - stream_count_upto(stream, group->last_id);
}

static bool tombstone_from(const struct stream *stream, struct stream_id id)
{
    struct stream_id deleted = stream_max_deleted_id(stream);

    return stream_length(stream) > 0 && !stream_id_is_zero(deleted) &&
           stream_id_compare(id, deleted) <= 0;
}

/* The place of `id` in everything ever added, GROUP_READ_UNKNOWN if it can't be told: entries that
 * were deleted behind it may or may not have been read. */
static int64_t place_of_id(const struct stream *stream, struct stream_id id)
{
    struct stream_id deleted = stream_max_deleted_id(stream);
    struct stream_id first = stream_first_id(stream);
    uint64_t added = stream_entries_added(stream);
    int order = stream_id_compare(id, stream_last_id(stream));

    if (added == 0)
        return 0;
    if (stream_length(stream) == 0 && order <= 0)
        return (int64_t)added;
    if (!stream_id_is_zero(id) && stream_id_compare(id, deleted) < 0)
        return GROUP_READ_UNKNOWN;
    if (order >= 0)
        return order == 0 ? (int64_t)added : GROUP_READ_UNKNOWN;
    if (!stream_id_is_zero(deleted) && stream_id_compare(deleted, first) >= 0)
        return GROUP_READ_UNKNOWN;
    order = stream_id_compare(id, first);
    if (order > 0)
        return GROUP_READ_UNKNOWN;
    return (int64_t)(added - stream_length(stream)) + (order == 0);
}

bool group_counts_simply(const struct group *group, const struct stream *stream)
{
    return group->entries_read != GROUP_READ_UNKNOWN &&
           stream_id_compare(group->last_id, stream_first_id(stream)) >= 0 &&
           !tombstone_from(stream, group->last_id);
}

void group_advance(struct group *group, const struct stream *stream, struct stream_id id)
{
    if (stream_id_compare(id, group->last_id) <= 0)
        return;
    if (group_counts_simply(group, stream))
        group->entries_read++;
    else if (stream_entries_added(stream) > 0)
        group->entries_read = place_of_id(stream, id);
    group->last_id = id;
}

size_t group_memory(const struct group *group)
{
    size_t size =
        mem_size(group) + mem_size(group->consumers.items) + pending_memory(group->pending);

    for (uint32_t i = 0; i < group->consumers.count; i++)
        size += mem_size(group_consumer_at(group, i));
    return size;
}
