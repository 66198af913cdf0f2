/* Records of deliveries and claims (groups/group_record.h): bytes that the reader takes are written
 * again and read as the same; and whatever the log may hold, repeating it on a group leaves one
 * whose entries can be walked.
 *
 * Input: the last argument of ms.group. */
#include "core/base/check.h"
#include "core/command/command.h"
#include "groups/group.h"
#include "groups/group_commands.h"
#include "groups/group_record.h"
#include "storage/keyspace/keyspace.h"
#include "streams/stream.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

enum {
    ENTRIES = 20,
    TIME_MS = 1700000000
};

/* What the reader says, given to the writer. */
static void copy_parts(struct group_record_reader *reader, struct group_record *record)
{
    struct record_part part;
    struct stream_id id;

    record->created = reader->created;
    record->active = reader->active;
    while (group_record_next(reader, &part) > 0) {
        if (part.kind == RECORD_LAST_ID) {
            record->has_last_id = true;
            record->last_id = part.id;
        } else if (part.kind == RECORD_CLAIMED) {
            while (group_record_next_id(reader, &id) > 0)
                group_record_claim(record, id, part.delivered_ms, part.rule, part.claim_count);
        } else if (part.kind == RECORD_DROPPED) {
            while (group_record_next_id(reader, &id) > 0)
                group_record_drop(record, id);
        } else if (part.kind == RECORD_NEW) {
            record->owned = part.owned;
            record->new_count = part.count;
            record->new_last = part.id;
            record->entries_read = part.entries_read;
        } else {
            record->again_count = part.count;
            record->again_after = part.id;
        }
    }
}

static struct span write_again(struct arena *arena, struct span bytes)
{
    struct group_record_reader reader;
    struct group_record record;

    CHECK(group_record_read(&reader, bytes) == 0);
    group_record_begin(&record, arena, reader.seen_ms);
    copy_parts(&reader, &record);
    return group_record_write(&record);
}

/* A number may be spelled longer than needed, so only what we wrote ourselves stays the same. */
static void check_writing(struct arena *arena, struct span bytes)
{
    struct span once = write_again(arena, bytes), twice;

    CHECK(once.size <= bytes.size && group_record_check(once) == 0);
    twice = write_again(arena, once);
    CHECK(span_equal(once, twice));
}

/* A stream at "s" whose group has delivered half of it. */
static struct group *add_stream(struct request *rq)
{
    struct stream *stream = stream_new(rq->settings);
    struct span fields[] = {SPAN("f"), SPAN("v")};
    struct consumer *consumer;
    struct group *group;

    for (uint64_t i = 1; i <= ENTRIES; i++)
        stream_append(stream, rq->settings, (struct stream_id){TIME_MS + i, 0}, 2, fields);
    group = group_create(stream, SPAN("g"), (struct stream_id){TIME_MS + ENTRIES / 2, 0}, 1);
    consumer = group_add_consumer(group, SPAN("c"), 0);
    for (uint64_t i = 1; i <= ENTRIES / 2; i++)
        pending_add(group->pending, (struct stream_id){TIME_MS + i, 0},
                    i % 3 ? &consumer->owner : NULL, (int64_t)(TIME_MS + i), 1);
    stream_delete(stream, (struct stream_id){TIME_MS + 4, 0});
    keyspace_add_take(rq, request_key(rq, 1), &stream_type, stream);
    return group;
}

static void check_group(struct group *group)
{
    uint64_t by_id = 0, by_time = 0;

    for (uint32_t at = pending_first(group->pending); at != PENDING_NONE;
         at = pending_next(group->pending, at)) {
        struct pending_entry entry;

        pending_get(group->pending, at, &entry);
        CHECK(entry.delivered_ms >= 0 && entry.count >= 0);
        by_id++;
    }
    for (uint32_t at = pending_oldest(group->pending); at != PENDING_NONE;
         at = pending_later(group->pending, at))
        by_time++;
    CHECK(by_id == pending_count(group->pending) && by_time == by_id);
}

static void repeat(struct arena *arena, struct span bytes)
{
    struct span argv[] = {SPAN(GROUP_RECORD_COMMAND), SPAN("s"), SPAN("g"), SPAN("c"), bytes};
    struct buffer text = {0};
    struct settings settings;
    struct request rq;
    struct reply out;
    struct group *group;

    settings_init(&settings);
    request_init(&rq);
    rq.argv = argv;
    rq.argc = 5;
    rq.flags = REQUEST_REPLAY | REQUEST_NO_WAIT | REQUEST_LOGGED;
    rq.held_shards = SHARDS_ALL;
    rq.settings = &settings;
    rq.keyspace = keyspace_new(1, false);
    rq.arena = arena;
    group = add_stream(&rq);
    reply_init(&out, &text, 2);
    group_record_commands[0].run(&rq, &out);
    CHECK(text.size > 0);
    check_group(group);
    keyspace_free(rq.keyspace);
    buffer_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = span_of((const char *)data, size);
    struct arena *arena = arena_new();

    if (group_record_check(bytes) == 0)
        check_writing(arena, bytes);
    repeat(arena, bytes);
    arena_free(arena);
    return 0;
}
