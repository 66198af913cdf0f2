#include "streams/change_commands.h"
#include "core/base/error.h"
#include "core/num/num.h"
#include "streams/args.h"
#include "streams/idmp.h"
#include "streams/stream.h"

enum {
    IDMP_DURATION_MAX_S = 86400,
    IDMP_SIZE_MAX = 10000
};

/* --- Deleting. */

static void xdel(struct request *rq, struct reply *out)
{
    struct stream *stream;
    struct stream_id *ids;
    int64_t deleted = 0;

    if (stream_args_find(rq, 1, FIND_WRITE, &stream, out) < 0)
        return;
    if (!stream) {
        reply_integer(out, 0);
        return;
    }
    if (stream_id_parse_all(rq, 2, rq->argc - 2, &ids, out) < 0)
        return;
    for (size_t i = 0; i < rq->argc - 2; i++)
        deleted += stream_delete(stream, ids[i]);
    if (deleted > 0)
        request_changed(rq, request_key(rq, 1), EVENT_STREAM, "xdel");
    reply_integer(out, deleted);
}

/* XDELEX key [KEEPREF|DELREF|ACKED] IDS numids id ... -> a code for each id. A reference that alone
 * went is a change too. */
static void xdelex(struct request *rq, struct reply *out)
{
    enum stream_reference_mode mode;
    struct stream *stream;
    struct stream_id *ids;
    size_t ids_at, count, deleted = 0, dropped = 0;

    if (stream_args_find(rq, 1, FIND_WRITE, &stream, out) < 0 ||
        stream_args_delete_options(rq, 2, &mode, &ids_at, &count, out) < 0)
        return;
    if (!stream) {
        reply_array(out, count);
        for (size_t i = 0; i < count; i++)
            reply_integer(out, -1);
        return;
    }
    if (stream_id_parse_all(rq, ids_at, count, &ids, out) < 0)
        return;
    reply_array(out, count);
    for (size_t i = 0; i < count; i++) {
        int code;

        if (mode == STREAM_DELREF)
            dropped += stream_drop_references(stream, ids[i]);
        code = stream_delete_referenced(stream, ids[i], mode);
        deleted += code == 1;
        reply_integer(out, code);
    }
    if (deleted > 0)
        request_changed(rq, request_key(rq, 1), EVENT_STREAM, "xdel");
    else if (dropped > 0)
        request_effect(rq, request_key(rq, 1), EFFECT_DIRTY, EVENT_STREAM, NULL);
}

/* --- XSETID. */

struct setid_args {
    struct stream_id last_id, max_deleted;
    bool has_max_deleted;
    uint64_t added; /* UINT64_MAX: not given */
};

static int fail(struct reply *out, const char *error)
{
    reply_error(out, error);
    return ERR_SYNTAX;
}

static int parse_setid(struct request *rq, struct setid_args *args, struct reply *out)
{
    *args = (struct setid_args){.added = UINT64_MAX};
    if (stream_id_parse(rq->argv[2], 0, &args->last_id) < 0)
        return fail(out, ERROR_STREAM_ID);
    for (size_t at = 3; at < rq->argc; at += 2) {
        int64_t added;

        if (at + 1 < rq->argc && span_is(rq->argv[at], "entriesadded")) {
            if (num_parse_i64(rq->argv[at + 1], &added) < 0)
                return fail(out, ERROR_NOT_INTEGER);
            if (added < 0)
                return fail(out, "ERR entries_added must be positive");
            args->added = (uint64_t)added;
        } else if (at + 1 < rq->argc && span_is(rq->argv[at], "maxdeletedid")) {
            if (stream_id_parse(rq->argv[at + 1], 0, &args->max_deleted) < 0)
                return fail(out, ERROR_STREAM_ID);
            if (stream_id_compare(args->last_id, args->max_deleted) < 0)
                return fail(out, "ERR The ID specified in XSETID is smaller than the provided "
                                 "max_deleted_entry_id");
            args->has_max_deleted = true;
        } else {
            return fail(out, ERROR_SYNTAX);
        }
    }
    return 0;
}

static int check_setid(const struct stream *stream, const struct setid_args *args,
                       struct reply *out)
{
    struct stream_id last_live;

    if (stream_id_compare(args->last_id, stream_max_deleted_id(stream)) < 0)
        return fail(out, "ERR The ID specified in XSETID is smaller than current "
                         "max_deleted_entry_id");
    if (!stream_last_entry_id(stream, &last_live))
        return 0;
    if (stream_id_compare(args->last_id, last_live) < 0)
        return fail(out, "ERR The ID specified in XSETID is smaller than the target stream top "
                         "item");
    if (args->added != UINT64_MAX && args->added < stream_length(stream))
        return fail(out, "ERR The entries_added specified in XSETID is smaller than the target "
                         "stream length");
    return 0;
}

static void xsetid(struct request *rq, struct reply *out)
{
    struct setid_args args;
    struct stream *stream;

    if (parse_setid(rq, &args, out) < 0 || stream_args_find(rq, 1, FIND_WRITE, &stream, out) < 0)
        return;
    if (!stream) {
        reply_error(out, ERROR_NO_SUCH_KEY);
        return;
    }
    if (check_setid(stream, &args, out) < 0)
        return;
    stream_set_id(stream, args.last_id, args.added, args.max_deleted);
    request_effect(rq, request_key(rq, 1), EFFECT_DIRTY, EVENT_STREAM, "xsetid");
    reply_ok(out);
}

/* --- Idempotent producers. */

static int parse_cfgset(struct request *rq, int64_t *duration_s, int64_t *max_size,
                        struct reply *out)
{
    *duration_s = *max_size = 0;
    for (size_t at = 2; at < rq->argc; at += 2) {
        if (at + 1 < rq->argc && span_is(rq->argv[at], "idmp-duration")) {
            if (*duration_s)
                return fail(out, "ERR IDMP-DURATION specified multiple times");
            if (num_parse_i64(rq->argv[at + 1], duration_s) < 0)
                return fail(out, ERROR_NOT_INTEGER);
            if (*duration_s < 1 || *duration_s > IDMP_DURATION_MAX_S)
                return fail(out, "ERR IDMP-DURATION must be between 1 and 86400 seconds");
        } else if (at + 1 < rq->argc && span_is(rq->argv[at], "idmp-maxsize")) {
            if (*max_size)
                return fail(out, "ERR IDMP-MAXSIZE specified multiple times");
            if (num_parse_i64(rq->argv[at + 1], max_size) < 0)
                return fail(out, ERROR_NOT_INTEGER);
            if (*max_size < 1 || *max_size > IDMP_SIZE_MAX)
                return fail(out, "ERR IDMP-MAXSIZE must be between 1 and 10000 entries");
        } else {
            return fail(out, ERROR_SYNTAX);
        }
    }
    if (!*duration_s && !*max_size)
        return fail(out, "ERR At least one parameter must be specified");
    return 0;
}

static void xcfgset(struct request *rq, struct reply *out)
{
    struct stream_idmp_facts facts;
    struct stream *stream;
    int64_t duration_s, max_size;

    if (stream_args_find(rq, 1, FIND_WRITE, &stream, out) < 0)
        return;
    if (!stream && !(rq->flags & REQUEST_REPLAY)) {
        reply_error(out, ERROR_NO_SUCH_KEY);
        return;
    }
    if (parse_cfgset(rq, &duration_s, &max_size, out) < 0)
        return;
    if (!stream) /* stream_args_create logged it ahead of the call that made the stream */
        stream = stream_args_create(rq, request_key(rq, 1));
    stream_idmp_facts(stream, &facts);
    if (stream_idmp_configure(stream, duration_s ? (uint32_t)duration_s : facts.duration_s,
                              max_size ? (uint32_t)max_size : facts.max_size))
        request_effect(rq, request_key(rq, 1), EFFECT_DIRTY, EVENT_STREAM, NULL);
    reply_ok(out);
}

/* XIDMPRECORD key pid iid id: what a log has noted of a producer. */
static void xidmprecord(struct request *rq, struct reply *out)
{
    bool replay = rq->flags & REQUEST_REPLAY;
    struct stream *stream;
    struct stream_id id, known;

    if (stream_id_parse(rq->argv[4], 0, &id) < 0) {
        reply_error(out, ERROR_STREAM_ID);
        return;
    }
    if (rq->argv[2].size == 0 || rq->argv[3].size == 0) {
        reply_error(out, rq->argv[2].size == 0 ? "ERR producer ID must be non-empty"
                                               : "ERR idempotent ID must be non-empty");
        return;
    }
    if (stream_args_find(rq, 1, FIND_WRITE, &stream, out) < 0)
        return;
    if (!stream) {
        reply_error(out, ERROR_NO_SUCH_KEY);
    } else if (!stream_has(stream, id)) {
        reply_error(out, "ERR No such message in stream");
    } else if (!replay && stream_idmp_find(stream, rq->argv[2], rq->argv[3], &known)) {
        if (stream_id_compare(known, id) == 0)
            reply_ok(out);
        else
            reply_error(out, "ERR IID already exists for this producer with a different stream ID");
    } else {
        if (replay) /* a pair that is known here had expired where it was recorded; see XADD */
            stream_idmp_forget_upto(stream, rq->argv[2], rq->argv[3]);
        stream_idmp_record(stream, rq->argv[2], rq->argv[3], id);
        request_effect(rq, request_key(rq, 1), EFFECT_DIRTY, EVENT_STREAM, NULL);
        reply_ok(out);
    }
}

const struct command_spec stream_change_commands[] = {
    {.name = "xcfgset",
     .usage = "key [IDMP-DURATION idmp-duration] [IDMP-MAXSIZE idmp-maxsize]",
     .summary = "Sets how long and how many idempotent ids a stream remembers.",
     .group = "stream",
     .since = "8.6.0",
     .complexity = "O(1)",
     .arity = -2,
     .flags = CMD_WRITE | CMD_FAST | CMD_SHARDED,
     .acl = ACL_STREAM,
     .keys = {KEY_AT(1, KEY_RW | KEY_UPDATE)},
     .run = xcfgset},
    {.name = "xdel",
     .usage = "key id [id ...]",
     .summary = "Deletes entries from a stream.",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(log N) for each entry",
     .arity = -3,
     .flags = CMD_WRITE | CMD_FAST | CMD_SHARDED,
     .acl = ACL_STREAM,
     .keys = {KEY_AT(1, KEY_RW | KEY_DELETE)},
     .run = xdel},
    {.name = "xdelex",
     .usage = "key [KEEPREF | DELREF | ACKED] IDS numids id [id ...]",
     .summary = "Deletes entries, with a say in what happens to groups that refer to them.",
     .group = "stream",
     .since = "8.2.0",
     .complexity = "O(log N) for each entry and group",
     .arity = -5,
     .flags = CMD_WRITE | CMD_FAST | CMD_SHARDED,
     .acl = ACL_STREAM,
     .keys = {KEY_AT(1, KEY_RW | KEY_DELETE)},
     .run = xdelex},
    {.name = "xidmprecord",
     .usage = "key pid iid stream-id",
     .summary = "Records that a producer's idempotent id made an entry.",
     .group = "stream",
     .since = "8.6.2",
     .complexity = "O(log N)",
     .arity = 5,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_FAST | CMD_SHARDED,
     .acl = ACL_STREAM,
     .keys = {KEY_AT(1, KEY_RW | KEY_UPDATE)},
     .run = xidmprecord},
    {.name = "xsetid",
     .usage = "key last-id [ENTRIESADDED entries-added] [MAXDELETEDID max-deleted-id]",
     .summary = "Sets the last id of a stream.",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(1)",
     .arity = -3,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_FAST | CMD_SHARDED,
     .acl = ACL_STREAM,
     .keys = {KEY_AT(1, KEY_RW | KEY_UPDATE)},
     .run = xsetid},
    {.name = NULL},
};
