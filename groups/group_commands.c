/* group_commands.c - XGROUP: groups and consumers come and go, and a group's place is set. */
#include "groups/group_commands.h"

#include "core/base/check.h"
#include "groups/deliver.h"
#include "groups/group_args.h"

#define REQUIRES_KEY                                                                               \
    "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to "   \
    "use the MKSTREAM option to create an empty stream automatically."

/* Options of CREATE and SETID. */
struct options {
    bool make_stream;
    int64_t entries_read;
};

static bool parse_options(struct request *rq, bool create, struct options *options,
                          struct reply *out)
{
    *options = (struct options){.entries_read = GROUP_READ_UNKNOWN};
    for (size_t i = 5; i < rq->argc; i++) {
        if (create && span_is(rq->argv[i], "MKSTREAM")) {
            options->make_stream = true;
        } else if (span_is(rq->argv[i], "ENTRIESREAD") && i + 1 < rq->argc) {
            if (!group_args_integer(rq, ++i, ERROR_NOT_INTEGER, &options->entries_read, out))
                return false;
            if (options->entries_read < GROUP_READ_UNKNOWN) {
                reply_error(out, "ERR value for ENTRIESREAD must be positive or -1");
                return false;
            }
        } else {
            group_args_bad_subcommand(rq, "XGROUP", out);
            return false;
        }
    }
    return true;
}

/* The stream of argument 2, which must exist. */
static bool find_stream(struct request *rq, struct stream **stream, struct reply *out)
{
    if (stream_args_find(rq, 2, FIND_WRITE, stream, out) < 0)
        return false;
    if (*stream)
        return true;
    reply_error(out, REQUIRES_KEY);
    return false;
}

static bool find_group(struct request *rq, struct stream **stream, struct group **group,
                       struct reply *out)
{
    return find_stream(rq, stream, out) && group_args_named(rq, *stream, 2, 3, group, out);
}

/* The reads a group may claim to have done: not more than there were entries. */
static int64_t limit_reads(const struct stream *stream, int64_t entries_read)
{
    uint64_t added = stream ? stream_entries_added(stream) : 0;

    if (entries_read > 0 && (uint64_t)entries_read > added)
        return (int64_t)added;
    return entries_read;
}

/* Logs the call with the id it stood for, in place of `$`. */
static void rewrite_with_id(struct request *rq, struct stream_id id)
{
    struct span *argv;

    if (!request_is_logged(rq))
        return;
    argv = arena_array(rq->arena, rq->argc, sizeof(*argv));
    for (size_t i = 0; i < rq->argc; i++)
        argv[i] = rq->argv[i];
    argv[4] =
        arena_printf(rq->arena, "%llu-%llu", (unsigned long long)id.ms, (unsigned long long)id.seq);
    request_rewrite(rq, rq->argc, argv);
}

static bool is_last(struct span text)
{
    return text.size == 1 && text.data[0] == '$';
}

/* XGROUP CREATE key group id|$ [MKSTREAM] [ENTRIESREAD n] */
static void xgroup_create(struct request *rq, struct reply *out)
{
    struct key key = request_key(rq, 2);
    struct options options;
    struct stream *stream;
    struct stream_id id = {0, 0};
    bool last = is_last(rq->argv[4]);

    if (!parse_options(rq, true, &options, out) ||
        stream_args_find(rq, 2, FIND_WRITE, &stream, out) < 0)
        return;
    if (!stream && !options.make_stream) {
        reply_error(out, REQUIRES_KEY);
        return;
    }
    if (!last && stream_id_parse(rq->argv[4], 0, &id) < 0) {
        reply_error(out, ERROR_STREAM_ID);
        return;
    }
    if (stream && group_find(stream, rq->argv[3])) {
        reply_error(out, "BUSYGROUP Consumer Group name already exists");
        return;
    }
    if (last && stream)
        id = stream_last_id(stream);
    if (!stream) {
        stream = stream_args_create(rq, key);
        request_effect(rq, key, EFFECT_MODIFIED, EVENT_NEW, "new");
    }
    group_create(stream, rq->argv[3], id, limit_reads(stream, options.entries_read));
    if (last || rq->rewrite_count > 0)
        rewrite_with_id(rq, id);
    request_effect(rq, key, EFFECT_DIRTY | EFFECT_WAKE, EVENT_STREAM, "xgroup-create");
    reply_ok(out);
}

/* XGROUP SETID key group id|$ [ENTRIESREAD n]. Pending entries stay as they are. */
static void xgroup_setid(struct request *rq, struct reply *out)
{
    struct options options;
    struct stream *stream;
    struct group *group;
    struct stream_id id;
    bool last = is_last(rq->argv[4]);

    if (!parse_options(rq, false, &options, out) || !find_group(rq, &stream, &group, out))
        return;
    if (last) {
        id = stream_last_id(stream);
    } else if (stream_id_parse_special(rq->argv[4], 0, &id) < 0) {
        reply_error(out, ERROR_STREAM_ID);
        return;
    }
    group->last_id = id;
    group->entries_read = options.entries_read;
    if (last)
        rewrite_with_id(rq, id);
    request_effect(rq, request_key(rq, 2), EFFECT_DIRTY | EFFECT_WAKE, EVENT_STREAM,
                   "xgroup-setid");
    reply_ok(out);
}

/* XGROUP DESTROY key group. Who waits for the group is woken, to be told that it is gone. */
static void xgroup_destroy(struct request *rq, struct reply *out)
{
    struct stream *stream;
    struct group *group;

    if (!find_stream(rq, &stream, out))
        return;
    group = group_find(stream, rq->argv[3]);
    if (!group) {
        reply_integer(out, 0);
        return;
    }
    group_destroy(stream, group);
    request_effect(rq, request_key(rq, 2), EFFECT_DIRTY | EFFECT_WAKE, EVENT_STREAM,
                   "xgroup-destroy");
    reply_integer(out, 1);
}

/* XGROUP CREATECONSUMER key group consumer */
static void xgroup_createconsumer(struct request *rq, struct reply *out)
{
    struct delivery delivery = {.rq = rq, .out = out};
    struct stream *stream;
    struct group *group;

    if (!find_group(rq, &stream, &group, out))
        return;
    if (group_consumer(group, rq->argv[4])) {
        reply_integer(out, 0);
        return;
    }
    deliver_to(&delivery, request_key(rq, 2), stream, group, rq->argv[4]);
    deliver_end(&delivery); /* logs when it was first seen */
    reply_integer(out, 1);
}

/* XGROUP DELCONSUMER key group consumer -> how many pending entries went with it. */
static void xgroup_delconsumer(struct request *rq, struct reply *out)
{
    struct stream *stream;
    struct group *group;
    struct consumer *consumer;
    uint64_t count = 0;

    if (!find_group(rq, &stream, &group, out))
        return;
    consumer = group_consumer(group, rq->argv[4]);
    if (consumer) {
        count = group_drop_consumer(group, consumer);
        request_effect(rq, request_key(rq, 2), EFFECT_DIRTY, EVENT_STREAM, "xgroup-delconsumer");
    }
    reply_integer(out, (int64_t)count);
}

static void xgroup_help(struct request *rq, struct reply *out)
{
    static const char *const lines[] = {
        "XGROUP <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
        "CREATE <key> <group> <id|$> [MKSTREAM] [ENTRIESREAD <entries-read>]",
        "    Add a group that reads the stream from behind <id>; $ is the last entry. MKSTREAM",
        "    makes an empty stream if the key is missing.",
        "CREATECONSUMER <key> <group> <consumer>",
        "    Add a consumer to the group.",
        "DELCONSUMER <key> <group> <consumer>",
        "    Remove a consumer and the entries pending for it.",
        "DESTROY <key> <group>",
        "    Remove a group with all its consumers and pending entries.",
        "SETID <key> <group> <id|$> [ENTRIESREAD <entries-read>]",
        "    Let the group go on reading from behind <id>.",
        "HELP",
        "    Prints this help.",
    };
    size_t count = sizeof(lines) / sizeof(lines[0]);

    (void)rq;
    reply_array(out, count);
    for (size_t i = 0; i < count; i++)
        reply_simple(out, lines[i]);
}

static const struct command_spec xgroup_subcommands[] = {
    {.name = "create",
     .usage = "key group <id | $> [MKSTREAM] [ENTRIESREAD entries-read]",
     .summary = "Adds a consumer group to a stream.",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(log G) with G groups in the stream.",
     .arity = -5,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_SHARDED,
     .acl = ACL_STREAM,
     .keys = {KEY_AT(2, KEY_RW | KEY_INSERT)},
     .run = xgroup_create},
    {.name = "createconsumer",
     .usage = "key group consumer",
     .summary = "Adds a consumer to a group.",
     .group = "stream",
     .since = "6.2.0",
     .complexity = "O(log C) with C consumers in the group.",
     .arity = 5,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_SHARDED,
     .acl = ACL_STREAM,
     .keys = {KEY_AT(2, KEY_RW | KEY_INSERT)},
     .run = xgroup_createconsumer},
    {.name = "delconsumer",
     .usage = "key group consumer",
     .summary = "Removes a consumer and what is pending for it from a group.",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(N) with N entries pending for the consumer.",
     .arity = 5,
     .flags = CMD_WRITE | CMD_SHARDED,
     .acl = ACL_STREAM,
     .keys = {KEY_AT(2, KEY_RW | KEY_DELETE)},
     .run = xgroup_delconsumer},
    {.name = "destroy",
     .usage = "key group",
     .summary = "Removes a consumer group.",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(N) with N entries pending in the group.",
     .arity = 4,
     .flags = CMD_WRITE | CMD_SHARDED,
     .acl = ACL_STREAM,
     .keys = {KEY_AT(2, KEY_RW | KEY_DELETE)},
     .run = xgroup_destroy},
    {.name = "help",
     .usage = "",
     .summary = "Explains the subcommands of XGROUP.",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(1)",
     .arity = 2,
     .flags = CMD_LOADING | CMD_STALE | CMD_SHARDED,
     .acl = ACL_STREAM,
     .run = xgroup_help},
    {.name = "setid",
     .usage = "key group <id | $> [ENTRIESREAD entries-read]",
     .summary = "Sets the place from which a group goes on reading.",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(1)",
     .arity = -5,
     .flags = CMD_WRITE | CMD_SHARDED,
     .acl = ACL_STREAM,
     .keys = {KEY_AT(2, KEY_RW | KEY_UPDATE)},
     .run = xgroup_setid},
    {.name = NULL},
};

const struct command_spec group_commands[] = {
    {.name = "xgroup",
     .usage = "",
     .summary = "Holds the commands that manage consumer groups.",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "Depends on the subcommand.",
     .arity = -2,
     .subcommands = xgroup_subcommands},
    {.name = NULL},
};
