/* record_commands.c - ms.group, what the log says of deliveries and claims (group_record.h), done
 * again. It goes the ways of deliver.c at the time of the record, and whatever comes out otherwise
 * than the record says is an error: then the data is not what it was. */
#include "core/base/error.h"
#include "groups/deliver.h"
#include "groups/group_args.h"
#include "groups/group_commands.h"

static bool claim_again(struct delivery *delivery, struct group_record_reader *reader,
                        const struct record_part *part)
{
    struct claim_way way = {
        .delivered_ms = part->delivered_ms, .rule = part->rule, .count = part->claim_count};
    struct stream_id id;

    while (group_record_next_id(reader, &id) > 0) {
        uint32_t place = pending_find(delivery->group->pending, id);

        if (place == PENDING_NONE)
            place = deliver_force(delivery, id);
        deliver_claim(delivery, place, &way);
    }
    return true;
}

static bool drop_again(struct delivery *delivery, struct group_record_reader *reader)
{
    struct stream_id id;

    while (group_record_next_id(reader, &id) > 0)
        if (!deliver_drop(delivery, id))
            return false;
    return true;
}

static bool deliver_again(struct delivery *delivery, const struct record_part *part)
{
    delivery->no_ack = !part->owned;
    if (deliver_new(delivery, (int64_t)part->count) != (int64_t)part->count ||
        stream_id_compare(delivery->group->last_id, part->id) != 0)
        return false;
    delivery->group->entries_read = part->entries_read;
    return true;
}

/* False if the part does not fit the group. */
static bool do_part(struct delivery *delivery, struct group_record_reader *reader,
                    const struct record_part *part)
{
    switch (part->kind) {
    case RECORD_LAST_ID:
        deliver_set_last(delivery, part->id);
        return true;
    case RECORD_CLAIMED:
        return claim_again(delivery, reader, part);
    case RECORD_DROPPED:
        return drop_again(delivery, reader);
    case RECORD_NEW:
        return deliver_again(delivery, part);
    case RECORD_AGAIN:
        return deliver_history(delivery, part->id, (int64_t)part->count) == (int64_t)part->count;
    }
    return false;
}

/* ms.group key group consumer record */
static void ms_group(struct request *rq, struct reply *out)
{
    struct delivery delivery = {.rq = rq};
    struct group_record_reader reader;
    struct record_part part;
    struct stream *stream;
    struct group *group;

    if (!(rq->flags & REQUEST_REPLAY)) {
        reply_error(out, "ERR " GROUP_RECORD_COMMAND " is for the log only");
        return;
    }
    if (group_record_check(rq->argv[4]) < 0 || group_record_read(&reader, rq->argv[4]) < 0) {
        reply_error(out, "ERR the record of a group makes no sense");
        return;
    }
    if (!group_args_find(rq, 1, FIND_WRITE, &stream, &group, out))
        return;
    if (reader.created == (group_consumer(group, rq->argv[3]) != NULL)) {
        reply_error(out, reader.created ? "ERR the consumer of a record exists already"
                                        : "ERR the consumer of a record does not exist");
        return;
    }
    rq->now_ms = reader.seen_ms; /* the call's time, not that of the replay */
    deliver_to(&delivery, request_key(rq, 1), stream, group, rq->argv[3]);
    while (group_record_next(&reader, &part) > 0) {
        if (!do_part(&delivery, &reader, &part)) {
            stream_cursor_release(&delivery.cursor);
            reply_error_format(out, "ERR part %c of a record does not fit the group", part.kind);
            return;
        }
    }
    if (reader.active)
        delivery.consumer->active_ms = reader.seen_ms;
    deliver_end(&delivery);
    reply_ok(out);
}

const struct command_spec group_record_commands[] = {
    {.name = GROUP_RECORD_COMMAND,
     .usage = "key group consumer record",
     .summary = "Repeats what a consumer's call did to its group.",
     .group = "stream",
     .since = "1.0.0",
     .complexity = "O(N) in the entries delivered or claimed.",
     .arity = 5,
     .flags = CMD_WRITE | CMD_INTERNAL | CMD_SHARDED,
     .acl = ACL_STREAM,
     .keys = {KEY_AT(1, KEY_RW | KEY_UPDATE)},
     .run = ms_group},
    {.name = NULL},
};
