/* info_commands.c - XINFO: what can be seen of a stream, its groups, and their consumers. */
#include "groups/group_args.h"
#include "groups/group_commands.h"
#include "streams/idmp.h"

enum {
    FULL_COUNT_DEFAULT = 10
};

static void name_of_field(struct reply *out, const char *name)
{
    reply_bulk_text(out, name);
}

static void field_integer(struct reply *out, const char *name, int64_t value)
{
    name_of_field(out, name);
    reply_integer(out, value);
}

static void field_id(struct reply *out, const char *name, struct stream_id id)
{
    name_of_field(out, name);
    reply_stream_id(out, id);
}

/* The stream of argument 2, which must exist. */
static bool find_stream(struct request *rq, struct stream **stream, struct reply *out)
{
    if (stream_args_find(rq, 2, FIND_READ, stream, out) < 0)
        return false;
    if (*stream)
        return true;
    reply_error(out, ERROR_NO_SUCH_KEY);
    return false;
}

static uint32_t group_count(const struct stream *stream)
{
    const struct named_set *groups = group_all(stream);

    return groups ? groups->count : 0;
}

static const struct group *group_at(const struct stream *stream, uint32_t at)
{
    return (const struct group *)group_all(stream)->items[at];
}

/* The 13 fields that both forms of XINFO STREAM begin with. */
static void stream_fields(const struct stream *stream, struct reply *out)
{
    struct stream_idmp_facts idmp;

    stream_idmp_facts(stream, &idmp);
    field_integer(out, "length", (int64_t)stream_length(stream));
    field_integer(out, "radix-tree-keys", (int64_t)stream_block_count(stream));
    field_integer(out, "radix-tree-nodes", (int64_t)stream_node_count(stream));
    field_id(out, "last-generated-id", stream_last_id(stream));
    field_id(out, "max-deleted-entry-id", stream_max_deleted_id(stream));
    field_integer(out, "entries-added", (int64_t)stream_entries_added(stream));
    field_id(out, "recorded-first-entry-id", stream_first_id(stream));
    field_integer(out, "idmp-duration", idmp.duration_s);
    field_integer(out, "idmp-maxsize", idmp.max_size);
    field_integer(out, "pids-tracked", (int64_t)idmp.pids);
    field_integer(out, "iids-tracked", (int64_t)idmp.iids);
    field_integer(out, "iids-added", (int64_t)idmp.added);
    field_integer(out, "iids-duplicates", (int64_t)idmp.duplicates);
}

static void entries_read_field(const struct group *group, struct reply *out)
{
    name_of_field(out, "entries-read");
    if (group->entries_read == GROUP_READ_UNKNOWN)
        reply_null(out);
    else
        reply_integer(out, group->entries_read);
}

/* --- XINFO STREAM key FULL */

static void full_group_pending(const struct group *group, uint64_t limit, struct reply *out)
{
    uint64_t count = pending_count(group->pending);
    uint32_t place = pending_first(group->pending);

    if (count > limit)
        count = limit;
    reply_array(out, (size_t)count);
    for (; count > 0; count--, place = pending_next(group->pending, place)) {
        struct pending_entry entry;

        pending_get(group->pending, place, &entry);
        reply_array(out, 4);
        reply_stream_id(out, entry.id);
        reply_bulk(out, entry.owner ? consumer_of(entry.owner)->named.name : SPAN(""));
        reply_integer(out, entry.delivered_ms);
        reply_integer(out, entry.count);
    }
}

static void full_consumer(const struct group *group, struct consumer *consumer, uint64_t limit,
                          struct reply *out)
{
    uint64_t count = consumer->owner.count;
    uint32_t place = PENDING_NONE;

    reply_map(out, 5);
    name_of_field(out, "name");
    reply_bulk(out, consumer->named.name);
    field_integer(out, "seen-time", consumer->seen_ms);
    field_integer(out, "active-time", consumer->active_ms);
    field_integer(out, "pel-count", (int64_t)count);
    name_of_field(out, "pending");
    if (count > limit)
        count = limit;
    reply_array(out, (size_t)count);
    for (uint64_t i = 0; i < count; i++) {
        struct pending_entry entry;

        if (i == 0)
            place = pending_owner_seek(group->pending, &consumer->owner, (struct stream_id){0, 0},
                                       INT64_MAX);
        else
            place = pending_owner_next(group->pending, &consumer->owner, place, INT64_MAX);
        pending_get(group->pending, place, &entry);
        reply_array(out, 3);
        reply_stream_id(out, entry.id);
        reply_integer(out, entry.delivered_ms);
        reply_integer(out, entry.count);
    }
}

static void full_group(const struct stream *stream, const struct group *group, uint64_t limit,
                       struct reply *out)
{
    reply_map(out, 8);
    name_of_field(out, "name");
    reply_bulk(out, group->named.name);
    field_id(out, "last-delivered-id", group->last_id);
    entries_read_field(group, out);
    field_integer(out, "lag", (int64_t)group_lag(group, stream));
    field_integer(out, "pel-count", (int64_t)pending_count(group->pending));
    field_integer(out, "nacked-count", (int64_t)pending_unowned_count(group->pending));
    name_of_field(out, "pending");
    full_group_pending(group, limit, out);
    name_of_field(out, "consumers");
    reply_array(out, group->consumers.count);
    for (uint32_t i = 0; i < group->consumers.count; i++)
        full_consumer(group, group_consumer_at(group, i), limit, out);
}

static void stream_full(const struct stream *stream, uint64_t limit, struct reply *out)
{
    uint64_t count = stream_length(stream);
    struct stream_cursor cursor;

    reply_map(out, 15);
    stream_fields(stream, out);
    name_of_field(out, "entries");
    if (count > limit)
        count = limit;
    reply_array(out, (size_t)count);
    stream_cursor_init(&cursor, stream, STREAM_ID_MIN, STREAM_ID_MAX, false);
    for (; count > 0 && stream_cursor_next(&cursor); count--)
        reply_stream_entry(out, &cursor);
    stream_cursor_release(&cursor);
    name_of_field(out, "groups");
    reply_array(out, group_count(stream));
    for (uint32_t i = 0; i < group_count(stream); i++)
        full_group(stream, group_at(stream, i), limit, out);
}

/* [FULL [COUNT n]]; *full is false without it. */
static bool parse_full(struct request *rq, bool *full, uint64_t *limit, struct reply *out)
{
    int64_t count = FULL_COUNT_DEFAULT;

    *full = rq->argc > 3;
    if (!*full)
        return true;
    if (!span_is(rq->argv[3], "FULL") || (rq->argc != 4 && rq->argc != 6) ||
        (rq->argc == 6 && !span_is(rq->argv[4], "COUNT"))) {
        group_args_bad_subcommand(rq, "XINFO", out);
        return false;
    }
    if (rq->argc == 6 && !group_args_integer(rq, 5, ERROR_NOT_INTEGER, &count, out))
        return false;
    if (count < 0)
        count = FULL_COUNT_DEFAULT;
    *limit = count == 0 ? UINT64_MAX : (uint64_t)count;
    return true;
}

static void end_entry(const struct stream *stream, bool last, struct reply *out)
{
    struct stream_cursor cursor;

    stream_cursor_init(&cursor, stream, STREAM_ID_MIN, STREAM_ID_MAX, last);
    if (stream_cursor_next(&cursor))
        reply_stream_entry(out, &cursor);
    else
        reply_null(out);
    stream_cursor_release(&cursor);
}

/* XINFO STREAM key [FULL [COUNT n]] */
static void xinfo_stream(struct request *rq, struct reply *out)
{
    struct stream *stream;
    bool full;
    uint64_t limit;

    if (!find_stream(rq, &stream, out) || !parse_full(rq, &full, &limit, out))
        return;
    stream_idmp_expire(stream, rq->now_ms); /* what is past its time is not tracked any more */
    if (full) {
        stream_full(stream, limit, out);
        return;
    }
    reply_map(out, 16);
    stream_fields(stream, out);
    field_integer(out, "groups", group_count(stream));
    name_of_field(out, "first-entry");
    end_entry(stream, false, out);
    name_of_field(out, "last-entry");
    end_entry(stream, true, out);
}

/* XINFO GROUPS key. O(groups * log n): every number is kept, lag is two ranks. */
static void xinfo_groups(struct request *rq, struct reply *out)
{
    struct stream *stream;

    if (!find_stream(rq, &stream, out))
        return;
    reply_array(out, group_count(stream));
    for (uint32_t i = 0; i < group_count(stream); i++) {
        const struct group *group = group_at(stream, i);

        reply_map(out, 6);
        name_of_field(out, "name");
        reply_bulk(out, group->named.name);
        field_integer(out, "consumers", group->consumers.count);
        field_integer(out, "pending", (int64_t)pending_count(group->pending));
        field_id(out, "last-delivered-id", group->last_id);
        entries_read_field(group, out);
        field_integer(out, "lag", (int64_t)group_lag(group, stream));
    }
}

static int64_t elapsed(int64_t now_ms, int64_t then_ms)
{
    return now_ms > then_ms ? now_ms - then_ms : 0;
}

/* XINFO CONSUMERS key group */
static void xinfo_consumers(struct request *rq, struct reply *out)
{
    struct stream *stream;
    struct group *group;

    if (!find_stream(rq, &stream, out) || !group_args_named(rq, stream, 2, 3, &group, out))
        return;
    reply_array(out, group->consumers.count);
    for (uint32_t i = 0; i < group->consumers.count; i++) {
        const struct consumer *consumer = group_consumer_at(group, i);

        reply_map(out, 4);
        name_of_field(out, "name");
        reply_bulk(out, consumer->named.name);
        field_integer(out, "pending", (int64_t)consumer->owner.count);
        field_integer(out, "idle", elapsed(rq->now_ms, consumer->seen_ms));
        field_integer(out, "inactive",
                      consumer->active_ms < 0 ? -1 : elapsed(rq->now_ms, consumer->active_ms));
    }
}

static void xinfo_help(struct request *rq, struct reply *out)
{
    static const char *const lines[] = {
        "XINFO <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
        "CONSUMERS <key> <group>",
        "    Show the consumers of a group.",
        "GROUPS <key>",
        "    Show the groups of a stream.",
        "STREAM <key> [FULL [COUNT <count>]]",
        "    Show the state of a stream; FULL adds its entries and groups, <count> of each",
        "    (10 by default, 0 for all).",
        "HELP",
        "    Prints this help.",
    };
    size_t count = sizeof(lines) / sizeof(lines[0]);

    (void)rq;
    reply_array(out, count);
    for (size_t i = 0; i < count; i++)
        reply_simple(out, lines[i]);
}

static const struct command_spec xinfo_subcommands[] = {
    {.name = "consumers",
     .usage = "key group",
     .summary = "Lists the consumers of a group.",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(C) with C consumers in the group.",
     .arity = 4,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_STREAM,
     .keys = {KEY_AT(2, KEY_RO | KEY_ACCESS)},
     .tips = {"nondeterministic_output"},
     .run = xinfo_consumers},
    {.name = "groups",
     .usage = "key",
     .summary = "Lists the consumer groups of a stream.",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(G log N) with G groups, the lag of each being counted exactly.",
     .arity = 3,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_STREAM,
     .keys = {KEY_AT(2, KEY_RO | KEY_ACCESS)},
     .run = xinfo_groups},
    {.name = "help",
     .usage = "",
     .summary = "Explains the subcommands of XINFO.",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(1)",
     .arity = 2,
     .flags = CMD_LOADING | CMD_STALE | CMD_SHARDED,
     .acl = ACL_STREAM,
     .run = xinfo_help},
    {.name = "stream",
     .usage = "key [FULL [COUNT count]]",
     .summary = "Shows the state of a stream, on demand with its entries and groups.",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(1); FULL follows what it returns.",
     .arity = -3,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_STREAM,
     .keys = {KEY_AT(2, KEY_RO | KEY_ACCESS)},
     .run = xinfo_stream},
    {.name = NULL},
};

const struct command_spec group_info_commands[] = {
    {.name = "xinfo",
     .usage = "",
     .summary = "Holds the commands that look into streams.",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "Depends on the subcommand.",
     .arity = -2,
     .subcommands = xinfo_subcommands},
    {.name = NULL},
};
