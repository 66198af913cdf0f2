#include "groups/deliver.h"

#include "core/base/check.h"

void deliver_to(struct delivery *delivery, struct key key, struct stream *stream,
                struct group *group, struct span consumer)
{
    struct request *rq = delivery->rq;

    delivery->key = key;
    delivery->stream = stream;
    delivery->group = group;
    delivery->changed = false;
    delivery->retry_at_ms = 0;
    delivery->state = CURSOR_UNUSED;
    group_record_begin(&delivery->record, rq->arena, rq->now_ms);
    delivery->consumer = group_consumer(group, consumer);
    if (!delivery->consumer) {
        delivery->consumer = group_add_consumer(group, consumer, rq->now_ms);
        request_effect(rq, key, EFFECT_DIRTY, EVENT_STREAM, "xgroup-createconsumer");
        delivery->record.created = true;
    }
    delivery->consumer->seen_ms = rq->now_ms;
}

void deliver_end(struct delivery *delivery)
{
    struct request *rq = delivery->rq;
    struct span *argv;

    stream_cursor_release(&delivery->cursor);
    if (delivery->changed)
        request_effect(rq, delivery->key, EFFECT_DIRTY, EVENT_STREAM, NULL);
    if (!request_is_logged(rq) || !(delivery->changed || delivery->record.created))
        return;
    argv = arena_array(rq->arena, 5, sizeof(*argv));
    argv[0] = SPAN(GROUP_RECORD_COMMAND);
    argv[1] = delivery->key.name;
    argv[2] = arena_span(rq->arena, delivery->group->named.name);
    argv[3] = arena_span(rq->arena, delivery->consumer->named.name);
    argv[4] = group_record_write(&delivery->record);
    request_rewrite(rq, 5, argv);
}

/* Every change of who holds an entry passes here. */
static void given(struct delivery *delivery)
{
    delivery->consumer->active_ms = delivery->rq->now_ms;
    delivery->record.active = true;
    delivery->changed = true;
}

/* One more delivery, saturating. */
static int64_t count_up(int64_t count)
{
    return count < INT64_MAX ? count + 1 : count;
}

static bool is_full(const struct delivery *delivery)
{
    return delivery->limits &&
           stream_args_size_reached(delivery->limits, delivery->out, delivery->given);
}

/* The cursor begins anew. */
static void look_from(struct delivery *delivery, struct stream_id from)
{
    stream_cursor_release(&delivery->cursor);
    stream_cursor_init(&delivery->cursor, delivery->stream, from, STREAM_ID_MAX, false);
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
    if (!delivery->out)
        return;
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

/* For the record: replay delivers as many again, and ends at the same one. */
static void note_new(struct delivery *delivery, int64_t count)
{
    struct group_record *record = &delivery->record;

    record->owned = !delivery->no_ack;
    record->new_count = (uint64_t)count;
    record->new_last = delivery->group->last_id;
    record->entries_read = delivery->group->entries_read;
    delivery->changed = true;
}

int64_t deliver_new(struct delivery *delivery, int64_t limit)
{
    struct group *group = delivery->group;
    struct stream_id from = group->last_id, last = from;
    bool no_ack = delivery->no_ack;
    uint64_t expected = new_entries_limit(group, delivery->stream);
    int64_t count = 0, simple = 0;

    if (limit <= 0 || !stream_has_above(delivery->stream, from) || !stream_id_increment(&from))
        return 0;
    if (!no_ack)
        pending_expect(group->pending, (uint64_t)limit < expected ? (size_t)limit : expected);
    look_from(delivery, from);
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
    if (__builtin_add_overflow(group->entries_read, simple, &group->entries_read))
        group->entries_read = INT64_MAX;
    group->last_id = last;
    if (count > 0)
        note_new(delivery, count);
    delivery->state = CURSOR_UNUSED;
    pending_expect(group->pending, 0);
    return count;
}

/* --- Entries by id. */

bool deliver_find(struct delivery *delivery, struct stream_id id)
{
    if (delivery->state == CURSOR_UNUSED || stream_id_compare(id, delivery->sought) < 0)
        look_from(delivery, id);
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

void deliver_claim(struct delivery *delivery, uint32_t place, const struct claim_way *way)
{
    struct pending *list = delivery->group->pending;
    struct pending_entry entry;

    pending_get(list, place, &entry);
    if (way->rule == RECORD_COUNT_SET)
        entry.count = way->count;
    else if (way->rule == RECORD_COUNT_UP)
        entry.count = count_up(entry.count);
    pending_touch(list, place, &delivery->consumer->owner, way->delivered_ms, entry.count);
    given(delivery);
    if (request_is_logged(delivery->rq))
        group_record_claim(&delivery->record, entry.id, way->delivered_ms, way->rule, way->count);
}

uint32_t deliver_force(struct delivery *delivery, struct stream_id id)
{
    struct pending *list = delivery->group->pending;

    CHECK(pending_add(list, id, NULL, 0, 1) == 0);
    return pending_find(list, id);
}

bool deliver_drop(struct delivery *delivery, struct stream_id id)
{
    if (!pending_remove_id(delivery->group->pending, id))
        return false;
    delivery->changed = true;
    if (request_is_logged(delivery->rq))
        group_record_drop(&delivery->record, id);
    return true;
}

void deliver_set_last(struct delivery *delivery, struct stream_id id)
{
    delivery->group->last_id = id;
    delivery->record.has_last_id = true;
    delivery->record.last_id = id;
    delivery->changed = true;
}

/* --- History. */

static void reply_again(struct delivery *delivery, struct stream_id id, bool live)
{
    struct reply *out = delivery->out;

    if (!out)
        return;
    if (live) {
        reply_stream_entry(out, &delivery->cursor);
        return;
    }
    reply_array(out, 2);
    reply_stream_id(out, id);
    reply_null_array(out);
}

int64_t deliver_history(struct delivery *delivery, struct stream_id after, int64_t limit)
{
    struct pending *list = delivery->group->pending;
    struct pending_owner *owner = &delivery->consumer->owner;
    uint32_t place = PENDING_NONE;
    struct stream_id from = after;
    int64_t count = 0;

    if (stream_id_increment(&from))
        place = pending_owner_seek(list, owner, from, INT64_MAX);
    for (; place != PENDING_NONE && count < limit && !is_full(delivery);
         place = pending_owner_next(list, owner, place, INT64_MAX)) {
        struct pending_entry entry;
        bool live;

        pending_get(list, place, &entry);
        live = deliver_find(delivery, entry.id);
        reply_again(delivery, entry.id, live);
        if (live) {
            pending_touch(list, place, owner, delivery->rq->now_ms, count_up(entry.count));
            delivery->changed = true;
        }
        count++;
        delivery->given++;
    }
    delivery->record.again_count = (uint64_t)count;
    delivery->record.again_after = after;
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
    struct claim_way way = {.delivered_ms = now_ms, .rule = RECORD_COUNT_UP};

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
        deliver_claim(delivery, place, &way);
        count++;
        delivery->given++;
    }
    return count;
}
