/* pending_commands.c - XPENDING: what a group has delivered and nobody has acknowledged. */
#include "core/num/num.h"
#include "groups/group_args.h"
#include "groups/group_commands.h"

#include <stdlib.h>

/* How many entries at the head of the time list are looked at before ids are walked instead. */
enum {
    TIME_PREFIX_LIMIT = 2048
};

static struct stream_id id_at(const struct pending *list, uint32_t place)
{
    struct pending_entry entry;

    pending_get(list, place, &entry);
    return entry.id;
}

/* [total, smallest id, greatest id, [[consumer, entries] ...]] */
static void summary(const struct group *group, struct reply *out)
{
    struct pending *list = group->pending;
    size_t mark, count = 0;

    reply_array(out, 4);
    reply_integer(out, (int64_t)pending_count(list));
    if (pending_count(list) == 0) {
        reply_null(out);
        reply_null(out);
        reply_null_array(out);
        return;
    }
    reply_stream_id(out, id_at(list, pending_first(list)));
    reply_stream_id(out, id_at(list, pending_last(list)));
    mark = reply_defer(out);
    for (uint32_t i = 0; i < group->consumers.count; i++) {
        const struct consumer *consumer = group_consumer_at(group, i);

        if (consumer->owner.count == 0)
            continue;
        reply_array(out, 2);
        reply_bulk(out, consumer->named.name);
        reply_bulk_integer(out, (int64_t)consumer->owner.count);
        count++;
    }
    reply_defer_array(out, mark, count);
}

/* Which entries the extended form is to list. */
struct filter {
    struct stream_id start, end;
    int64_t min_idle_ms, now_ms;
    uint64_t count;
    const struct span *consumer; /* NULL: all */
};

static bool parse(struct request *rq, struct filter *filter, struct reply *out)
{
    size_t at = 3;
    int64_t count;

    *filter = (struct filter){.now_ms = rq->now_ms};
    if (span_is(rq->argv[3], "IDLE")) {
        if (rq->argc < 8) {
            reply_error(out, ERROR_SYNTAX);
            return false;
        }
        if (!group_args_integer(rq, 4, ERROR_NOT_INTEGER, &filter->min_idle_ms, out))
            return false;
        at = 5;
    }
    if (!group_args_integer(rq, at + 2, ERROR_NOT_INTEGER, &count, out) ||
        stream_id_parse_start(rq->argv[at], &filter->start, out) < 0 ||
        stream_id_parse_end(rq->argv[at + 1], &filter->end, out) < 0)
        return false;
    filter->count = count > 0 ? (uint64_t)count : 0;
    if (at + 3 < rq->argc)
        filter->consumer = &rq->argv[at + 3];
    return true;
}

static void reply_entry(struct reply *out, const struct pending_entry *entry, int64_t now_ms)
{
    int64_t idle = -1;

    if (entry->owner)
        idle = now_ms > entry->delivered_ms ? now_ms - entry->delivered_ms : 0;
    reply_array(out, 4);
    reply_stream_id(out, entry->id);
    reply_bulk(out, entry->owner ? consumer_of(entry->owner)->named.name : SPAN(""));
    reply_integer(out, idle);
    reply_integer(out, entry->count);
}

static int by_id(const void *a, const void *b)
{
    return stream_id_compare(((const struct pending_entry *)a)->id,
                             ((const struct pending_entry *)b)->id);
}

/* The idle ones are the first of the time list. When they are few, the answer is among them, and
 * the walk over the ids of a large group is saved. Returns false if they are many. */
static bool list_from_times(struct request *rq, struct pending *list, const struct filter *filter,
                            const struct pending_owner *owner, int64_t cutoff_ms, struct reply *out)
{
    struct pending_entry *found;
    uint32_t place = pending_oldest(list);
    size_t count = 0;

    if (cutoff_ms == INT64_MAX || pending_count(list) <= TIME_PREFIX_LIMIT)
        return false;
    found = arena_array(rq->arena, TIME_PREFIX_LIMIT, sizeof(*found));
    for (size_t i = 0;; i++, place = pending_later(list, place)) {
        struct pending_entry *entry = &found[count];

        if (place == PENDING_NONE)
            break;
        if (i == TIME_PREFIX_LIMIT)
            return false;
        pending_get(list, place, entry);
        if (entry->owner && entry->delivered_ms > cutoff_ms)
            break;
        if ((!owner || entry->owner == owner) && stream_id_compare(entry->id, filter->start) >= 0 &&
            stream_id_compare(entry->id, filter->end) <= 0)
            count++;
    }
    qsort(found, count, sizeof(*found), by_id);
    if (count > filter->count)
        count = (size_t)filter->count;
    reply_array(out, count);
    for (size_t i = 0; i < count; i++)
        reply_entry(out, &found[i], filter->now_ms);
    return true;
}

static void list_by_id(struct pending *list, const struct filter *filter,
                       struct pending_owner *owner, int64_t cutoff_ms, struct reply *out)
{
    size_t mark = reply_defer(out), count = 0;
    uint64_t budget = UINT64_MAX;
    uint32_t place;

    if (owner)
        place = pending_owner_seek(list, owner, filter->start, cutoff_ms);
    else
        place = pending_seek_idle(list, pending_seek(list, filter->start), cutoff_ms, &budget);
    while (place != PENDING_NONE && count < filter->count) {
        struct pending_entry entry;

        pending_get(list, place, &entry);
        if (stream_id_compare(entry.id, filter->end) > 0)
            break;
        reply_entry(out, &entry, filter->now_ms);
        count++;
        if (owner)
            place = pending_owner_next(list, owner, place, cutoff_ms);
        else
            place = pending_seek_idle(list, pending_next(list, place), cutoff_ms, &budget);
    }
    reply_defer_array(out, mark, count);
}

/* XPENDING key group [[IDLE min-idle] start end count [consumer]] */
static void xpending(struct request *rq, struct reply *out)
{
    struct stream *stream;
    struct group *group;
    struct filter filter;
    struct consumer *consumer = NULL;
    int64_t cutoff = INT64_MAX;

    if (rq->argc != 3 && (rq->argc < 6 || rq->argc > 9)) {
        reply_error(out, ERROR_SYNTAX);
        return;
    }
    if ((rq->argc > 3 && !parse(rq, &filter, out)) ||
        !group_args_find(rq, 1, FIND_READ, &stream, &group, out))
        return;
    if (rq->argc == 3) {
        summary(group, out);
        return;
    }
    if (filter.consumer)
        consumer = group_consumer(group, *filter.consumer);
    if ((filter.consumer && !consumer) || filter.count == 0) {
        reply_array(out, 0);
        return;
    }
    if (filter.min_idle_ms > 0)
        cutoff = filter.now_ms - filter.min_idle_ms;
    if (!list_from_times(rq, group->pending, &filter, consumer ? &consumer->owner : NULL, cutoff,
                         out))
        list_by_id(group->pending, &filter, consumer ? &consumer->owner : NULL, cutoff, out);
}

const struct command_spec group_pending_commands[] = {
    {.name = "xpending",
     .usage = "key group [[IDLE min-idle-time] start end count [consumer]]",
     .summary = "Tells what a group has delivered and nobody has acknowledged.",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(C) for the summary with C consumers; else O(log N + M) with M entries "
                   "returned.",
     .arity = -3,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_STREAM,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .tips = {"nondeterministic_output"},
     .run = xpending},
    {.name = NULL},
};
