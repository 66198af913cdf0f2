/* ack_commands.c - the ways an entry stops being a consumer's: XACK (done), XACKDEL (done, and the
 * entry goes too), XNACK (not done: anybody may have it). */
#include "core/base/check.h"
#include "core/num/num.h"
#include "groups/group_args.h"
#include "groups/group_commands.h"

/* XACK key group id [id ...] -> how many of the entries were pending until now. Every id is parsed
 * before the first one is acknowledged, so a malformed id leaves the group as it was. */
static void xack(struct request *rq, struct reply *out)
{
    struct stream *stream;
    struct group *group;
    struct stream_id *ids;
    int64_t acked = 0;

    if (stream_args_find(rq, 1, FIND_WRITE, &stream, out) < 0)
        return;
    group = stream ? group_find(stream, rq->argv[2]) : NULL;
    if (!group) {
        reply_integer(out, 0);
        return;
    }
    if (stream_id_parse_all(rq, 3, rq->argc - 3, &ids, out) < 0)
        return;
    for (size_t i = 0; i < rq->argc - 3; i++)
        acked += pending_remove_id(group->pending, ids[i]);
    if (acked > 0)
        request_effect(rq, request_key(rq, 1), EFFECT_DIRTY, EVENT_STREAM, NULL);
    reply_integer(out, acked);
}

static void reply_all_missing(struct reply *out, size_t count)
{
    reply_array(out, count);
    for (size_t i = 0; i < count; i++)
        reply_integer(out, -1);
}

/* XACKDEL key group [KEEPREF | DELREF | ACKED] IDS numids id [id ...] -> for each id -1 (was not
 * pending), 1 (acknowledged; the entry is gone), or 2 (acknowledged, but another group needs it).
 */
static void xackdel(struct request *rq, struct reply *out)
{
    enum stream_reference_mode mode;
    size_t ids_at, count;
    struct stream *stream;
    struct group *group;
    struct stream_id *ids;
    bool acked = false, removed = false;

    if (stream_args_find(rq, 1, FIND_WRITE, &stream, out) < 0 ||
        stream_args_delete_options(rq, 3, &mode, &ids_at, &count, out) < 0)
        return;
    group = stream ? group_find(stream, rq->argv[2]) : NULL;
    if (!group) {
        reply_all_missing(out, count);
        return;
    }
    if (stream_id_parse_all(rq, ids_at, count, &ids, out) < 0)
        return;
    reply_array(out, count);
    for (size_t i = 0; i < count; i++) {
        int code = -1;

        if (pending_remove_id(group->pending, ids[i])) {
            acked = true;
            code = stream_delete_referenced(stream, ids[i], mode);
            removed |= code == 1;
            code = code < 0 ? 1 : code; /* pending, though the entry had gone before */
        }
        reply_integer(out, code);
    }
    if (removed)
        request_effect(rq, request_key(rq, 1), EFFECT_DIRTY | EFFECT_MODIFIED, EVENT_STREAM,
                       "xdel");
    else if (acked)
        request_effect(rq, request_key(rq, 1), EFFECT_DIRTY, EVENT_STREAM, NULL);
}

enum nack_mode {
    NACK_SILENT, /* as if the delivery had not been */
    NACK_FAIL,   /* the delivery counts */
    NACK_FATAL,  /* the count goes to its maximum: a policy will not hand it out again */
};

struct nack {
    enum nack_mode mode;
    size_t first_id, id_count;
    int64_t retry_count; /* -1: not given */
    bool force;
};

static bool parse_nack_ids(struct request *rq, size_t *at, struct nack *nack, struct reply *out)
{
    int64_t count;

    if (!group_args_integer(rq, *at + 1, "ERR numids must be a positive integer", &count, out))
        return false;
    if (count < 1) {
        reply_error(out, "ERR numids must be a positive integer");
        return false;
    }
    if ((uint64_t)count > rq->argc - *at - 2) {
        reply_error(out, "ERR number of IDs doesn't match numids");
        return false;
    }
    nack->first_id = *at + 2;
    nack->id_count = (size_t)count;
    *at += 1 + nack->id_count;
    return true;
}

static bool parse_nack(struct request *rq, struct nack *nack, struct reply *out)
{
    static const char *const modes[] = {"SILENT", "FAIL", "FATAL"};
    size_t mode = 0;

    while (mode < 3 && !span_is(rq->argv[3], modes[mode]))
        mode++;
    if (mode == 3) {
        reply_error(out, "ERR mode must be SILENT, FAIL, or FATAL");
        return false;
    }
    *nack = (struct nack){.mode = (enum nack_mode)mode, .retry_count = -1};
    for (size_t i = 4; i < rq->argc; i++) {
        if (span_is(rq->argv[i], "IDS") && i + 1 < rq->argc && nack->id_count == 0) {
            if (!parse_nack_ids(rq, &i, nack, out))
                return false;
        } else if (span_is(rq->argv[i], "RETRYCOUNT") && i + 1 < rq->argc) {
            if (num_parse_i64(rq->argv[++i], &nack->retry_count) < 0 || nack->retry_count < 0) {
                reply_error(out, "ERR Invalid RETRYCOUNT value, must be >= 0");
                return false;
            }
        } else if (span_is(rq->argv[i], "FORCE")) {
            nack->force = true;
        } else {
            reply_error_format(out, "ERR Unrecognized XNACK option '%.*s'", SPAN_ARGS(rq->argv[i]));
            return false;
        }
    }
    if (nack->id_count == 0)
        reply_error(out, "ERR syntax error, expected IDS keyword");
    return nack->id_count > 0;
}

static int64_t nacked_count(const struct nack *nack, int64_t count)
{
    if (nack->retry_count >= 0)
        return nack->retry_count;
    if (nack->mode == NACK_FATAL)
        return INT64_MAX;
    return nack->mode == NACK_SILENT && count > 0 ? count - 1 : count;
}

/* XNACK key group SILENT|FAIL|FATAL IDS numids id [id ...] [RETRYCOUNT n] [FORCE] -> how many were
 * released: they are nobody's now and lead the time list, so that whoever claims next gets them. */
static void xnack(struct request *rq, struct reply *out)
{
    struct stream *stream;
    struct group *group;
    struct stream_id *ids;
    struct nack nack;
    int64_t treated = 0;

    if (!group_args_find(rq, 1, FIND_WRITE, &stream, &group, out) || !parse_nack(rq, &nack, out) ||
        stream_id_parse_all(rq, nack.first_id, nack.id_count, &ids, out) < 0)
        return;
    for (size_t i = 0; i < nack.id_count; i++) {
        uint32_t place = pending_find(group->pending, ids[i]);

        if (place != PENDING_NONE) {
            struct pending_entry entry;

            pending_get(group->pending, place, &entry);
            pending_release(group->pending, place, nacked_count(&nack, entry.count));
        } else if (nack.force && stream_has(stream, ids[i])) {
            CHECK(pending_add(group->pending, ids[i], NULL, 0, nacked_count(&nack, 0)) == 0);
        } else {
            continue;
        }
        treated++;
    }
    if (treated > 0)
        request_effect(rq, request_key(rq, 1), EFFECT_DIRTY | EFFECT_WAKE, EVENT_STREAM, NULL);
    reply_integer(out, treated);
}

const struct command_spec group_ack_commands[] = {
    {.name = "xack",
     .usage = "key group id [id ...]",
     .summary = "Acknowledges entries that a group has delivered.",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(1) for each id in order of delivery, O(log N) for others.",
     .arity = -4,
     .flags = CMD_WRITE | CMD_FAST | CMD_SHARDED,
     .acl = ACL_STREAM,
     .keys = {KEY_AT(1, KEY_RW | KEY_UPDATE)},
     .run = xack},
    {.name = "xackdel",
     .usage = "key group [KEEPREF | DELREF | ACKED] IDS numids id [id ...]",
     .summary = "Acknowledges entries and deletes them from the stream in one step.",
     .group = "stream",
     .since = "8.2.0",
     .complexity = "O(log N) for each id.",
     .arity = -6,
     .flags = CMD_WRITE | CMD_FAST | CMD_SHARDED,
     .acl = ACL_STREAM,
     .keys = {KEY_AT(1, KEY_RW | KEY_UPDATE | KEY_DELETE)},
     .run = xackdel},
    {.name = "xnack",
     .usage = "key group <SILENT | FAIL | FATAL> IDS numids id [id ...] [RETRYCOUNT count] [FORCE]",
     .summary = "Gives pending entries back, so that any consumer can claim them at once.",
     .group = "stream",
     .since = "8.8.0",
     .complexity = "O(log N) for each id.",
     .arity = -7,
     .flags = CMD_WRITE | CMD_FAST | CMD_SHARDED,
     .acl = ACL_STREAM,
     .keys = {KEY_AT(1, KEY_RW | KEY_UPDATE)},
     .run = xnack},
    {.name = NULL},
};
