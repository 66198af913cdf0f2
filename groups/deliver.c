#include "groups/deliver.h"

#include "core/base/check.h"

void deliver_to(struct delivery *delivery, struct stream *stream, struct group *group,
                struct consumer *consumer)
{
    delivery->stream = stream;
    delivery->group = group;
    delivery->consumer = consumer;
    delivery->retry_at_ms = 0;
    delivery->state = CURSOR_UNUSED;
}

/* Every change of who holds an entry passes here, so this is where the compact record of a delivery
 * for log and replicas will be written. */
static void given(struct delivery *delivery)
{
    delivery->consumer->active_ms = delivery->rq->now_ms;
}

static bool is_full(const struct delivery *delivery)
{
    return delivery->limits &&
           stream_args_size_reached(delivery->limits, delivery->out, delivery->given);
}

/* --- New entries. */

/* A new entry is pending already when the group was set back: it changes hands. */
static void give_new(struct delivery *delivery, struct stream_id id)
{
    struct pending *list = delivery->group->pending;
    struct pending_owner *owner = &delivery->consumer->owner;
    int64_t now_ms = delivery->rq->now_ms;

    if (pending_add(list, id, owner, now_ms, 1) < 0)
        pending_touch(list, pending_find(list, id), owner, now_ms, 1);
    given(delivery);
}

static void reply_new(struct delivery *delivery)
{
    if (!delivery->limits || !delivery->limits->claim) {
        reply_stream_entry(delivery->out, &delivery->cursor);
        return;
    }
    reply_array(delivery->out, 4);
    reply_stream_id(delivery->out, delivery->cursor.id);
    reply_stream_fields(delivery->out, &delivery->cursor);
    reply_integer(delivery->out, 0);
    reply_integer(delivery->out, 0);
}

/* At most how many new entries there are: cheap, for sizing. */
static uint64_t new_entries_limit(const struct group *group, const struct stream *stream)
{
    uint64_t length = stream_length(stream), unread = stream_entries_added(stream);

    if (group->entries_read > 0)
        unread -= (uint64_t)group->entries_read < unread ? (uint64_t)group->entries_read : unread;
    return unread < length ? unread : length;
}

int64_t deliver_new(struct delivery *delivery, int64_t limit)
{
    struct group *group = delivery->group;
    struct stream_id from = group->last_id, last = from;
    bool no_ack = delivery->limits && delivery->limits->no_ack;
    uint64_t expected = new_entries_limit(group, delivery->stream);
    int64_t count = 0, simple = 0;

    if (limit <= 0 || !stream_has_above(delivery->stream, from) || !stream_id_increment(&from))
        return 0;
    if (!no_ack)
        pending_expect(group->pending, (uint64_t)limit < expected ? (size_t)limit : expected);
    stream_cursor_init(&delivery->cursor, delivery->stream, from, STREAM_ID_MAX, false);
    while (count < limit && !is_full(delivery) && stream_cursor_next(&delivery->cursor)) {
        last = delivery->cursor.id;
        reply_new(delivery);
        if (!no_ack)
            give_new(delivery, last);
        if (simple > 0 || group_counts_simply(group, delivery->stream))
            simple++;
        else
            group_advance(group, delivery->stream, last);
        count++;
        delivery->given++;
    }
    group->entries_read += simple;
    group->last_id = last;
    delivery->state = CURSOR_UNUSED;
    pending_expect(group->pending, 0);
    return count;
}

/* --- Entries by id. */

bool deliver_find(struct delivery *delivery, struct stream_id id)
{
    if (delivery->state == CURSOR_UNUSED || stream_id_compare(id, delivery->sought) < 0)
        stream_cursor_init(&delivery->cursor, delivery->stream, id, STREAM_ID_MAX, false);
    else if (delivery->state == CURSOR_AT_END)
        return false;
    else if (stream_id_compare(id, delivery->cursor.id) <= 0)
        return stream_id_compare(id, delivery->cursor.id) == 0;
    delivery->sought = id;
    if (!stream_cursor_seek(&delivery->cursor, id)) {
        delivery->state = CURSOR_AT_END;
        return false;
    }
    delivery->state = CURSOR_AT_ENTRY;
    return stream_id_compare(id, delivery->cursor.id) == 0;
}

void deliver_claim(struct delivery *delivery, uint32_t place, int64_t delivered_ms, int64_t count)
{
    pending_touch(delivery->group->pending, place, &delivery->consumer->owner, delivered_ms, count);
    given(delivery);
}

/* --- History. */

int64_t deliver_history(struct delivery *delivery, struct stream_id after, int64_t limit)
{
    struct pending *list = delivery->group->pending;
    struct pending_owner *owner = &delivery->consumer->owner;
    uint32_t place = PENDING_NONE;
    int64_t count = 0;

    if (stream_id_increment(&after))
        place = pending_owner_seek(list, owner, after, INT64_MAX);
    for (; place != PENDING_NONE && count < limit && !is_full(delivery);
         place = pending_owner_next(list, owner, place, INT64_MAX)) {
        struct pending_entry entry;

        pending_get(list, place, &entry);
        if (deliver_find(delivery, entry.id)) {
            reply_stream_entry(delivery->out, &delivery->cursor);
            pending_touch(list, place, owner, delivery->rq->now_ms, deliver_count_up(entry.count));
        } else {
            reply_array(delivery->out, 2);
            reply_stream_id(delivery->out, entry.id);
            reply_null_array(delivery->out);
        }
        count++;
        delivery->given++;
    }
    return count;
}

/* --- What others left lying. */

static void reply_idle(struct delivery *delivery, const struct pending_entry *entry,
                       int64_t idle_ms)
{
    reply_array(delivery->out, 4);
    reply_stream_id(delivery->out, entry->id);
    reply_stream_fields(delivery->out, &delivery->cursor);
    reply_integer(delivery->out, idle_ms > 0 ? idle_ms : 0);
    reply_integer(delivery->out, entry->count);
}

int64_t deliver_idle(struct delivery *delivery, int64_t min_idle_ms, int64_t limit)
{
    struct pending *list = delivery->group->pending;
    int64_t now_ms = delivery->rq->now_ms, count = 0;
    uint64_t left = pending_count(list); /* what is claimed comes again at the end of the list */
    uint32_t place = pending_oldest(list), later;

    for (; left > 0 && count < limit && !is_full(delivery); left--, place = later) {
        struct pending_entry entry;

        pending_get(list, place, &entry);
        if (entry.owner && now_ms - entry.delivered_ms < min_idle_ms) {
            if (__builtin_add_overflow(entry.delivered_ms, min_idle_ms, &delivery->retry_at_ms))
                delivery->retry_at_ms = INT64_MAX;
            break;
        }
        later = pending_later(list, place);
        if (!deliver_find(delivery, entry.id))
            continue;
        reply_idle(delivery, &entry, now_ms - entry.delivered_ms);
        deliver_claim(delivery, place, now_ms, deliver_count_up(entry.count));
        count++;
        delivery->given++;
    }
    return count;
}
