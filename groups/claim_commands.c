/* claim_commands.c - XCLAIM and XAUTOCLAIM: a consumer takes over what is pending for others. */
#include "core/num/num.h"
#include "groups/deliver.h"
#include "groups/group_args.h"
#include "groups/group_commands.h"

#include <stdio.h>
#include <string.h>

enum {
    AUTOCLAIM_COUNT_DEFAULT = 100,
    AUTOCLAIM_EXAMINED_PER_COUNT = 10
};
#define AUTOCLAIM_COUNT_LIMIT INT64_C(576460752303423487)

/* Unix time at or before which an entry must have been delivered to be idle enough. */
static int64_t cutoff_of(const struct request *rq, int64_t min_idle_ms)
{
    return min_idle_ms > 0 ? rq->now_ms - min_idle_ms : INT64_MAX;
}

/* --- XCLAIM */

struct claim {
    int64_t min_idle_ms;
    int64_t retry_count; /* below 0: not given */
    struct claim_way way;
    bool force, just_id, has_last_id;
    struct stream_id last_id;
    struct stream_id *ids;
    size_t id_count;
};

/* No delivery lies in the future; unless a primary says so, whose clock may be ahead of ours. */
static bool parse_time(struct request *rq, size_t at, bool idle, struct claim *claim,
                       struct reply *out)
{
    int64_t value;

    if (!group_args_integer(rq, at,
                            idle ? "ERR Invalid IDLE option argument for XCLAIM"
                                 : "ERR Invalid TIME option argument for XCLAIM",
                            &value, out))
        return false;
    if (idle && __builtin_sub_overflow(rq->now_ms, value, &value))
        value = rq->now_ms;
    if (value < 0 || (value > rq->now_ms && !(rq->flags & REQUEST_REPLAY)))
        value = rq->now_ms;
    claim->way.delivered_ms = value;
    return true;
}

/* One option at argument `*at`; leaves *at at its last argument. */
static bool parse_claim_option(struct request *rq, size_t *at, struct claim *claim,
                               struct reply *out)
{
    struct span word = rq->argv[*at];
    bool more = *at + 1 < rq->argc;

    if (span_is(word, "FORCE")) {
        claim->force = true;
    } else if (span_is(word, "JUSTID")) {
        claim->just_id = true;
    } else if (span_is(word, "IDLE") && more) {
        return parse_time(rq, ++*at, true, claim, out);
    } else if (span_is(word, "TIME") && more) {
        return parse_time(rq, ++*at, false, claim, out);
    } else if (span_is(word, "RETRYCOUNT") && more) {
        return group_args_integer(rq, ++*at, "ERR Invalid RETRYCOUNT option argument for XCLAIM",
                                  &claim->retry_count, out);
    } else if (span_is(word, "LASTID") && more) {
        claim->has_last_id = true;
        if (stream_id_parse(rq->argv[++*at], 0, &claim->last_id) < 0) {
            reply_error(out, ERROR_STREAM_ID);
            return false;
        }
    } else {
        reply_error_format(out, "ERR Unrecognized XCLAIM option '%.*s'", SPAN_ARGS(word));
        return false;
    }
    return true;
}

static bool parse_claim(struct request *rq, struct claim *claim, struct reply *out)
{
    size_t at = 5;

    *claim = (struct claim){.way.delivered_ms = rq->now_ms, .retry_count = -1};
    if (!group_args_integer(rq, 4, "ERR Invalid min-idle-time argument for XCLAIM",
                            &claim->min_idle_ms, out))
        return false;
    claim->ids = arena_array(rq->arena, rq->argc - 5, sizeof(*claim->ids));
    while (at < rq->argc && stream_id_parse(rq->argv[at], 0, &claim->ids[claim->id_count]) == 0) {
        claim->id_count++;
        at++;
    }
    for (; at < rq->argc; at++)
        if (!parse_claim_option(rq, &at, claim, out))
            return false;
    claim->way.count = claim->retry_count;
    claim->way.rule = claim->retry_count >= 0 ? RECORD_COUNT_SET
                      : claim->just_id        ? RECORD_COUNT_KEEP
                                              : RECORD_COUNT_UP;
    return true;
}

static void reply_claimed(struct delivery *delivery, struct stream_id id, bool just_id)
{
    if (just_id)
        reply_stream_id(delivery->out, id);
    else
        reply_stream_entry(delivery->out, &delivery->cursor);
}

/* Claims one id if it may be. True if it is in the reply. */
static bool claim_id(struct delivery *delivery, const struct claim *claim, struct stream_id id)
{
    struct pending *list = delivery->group->pending;
    uint32_t place = pending_find(list, id);
    struct pending_entry entry;

    if (place == PENDING_NONE && !claim->force)
        return false;
    if (!deliver_find(delivery, id)) {
        if (place != PENDING_NONE)
            deliver_drop(delivery, id); /* its entry is gone: nobody needs the record */
        return false;
    }
    if (place == PENDING_NONE)
        place = deliver_force(delivery, id);
    pending_get(list, place, &entry);
    if (entry.owner && entry.delivered_ms > cutoff_of(delivery->rq, claim->min_idle_ms))
        return false;
    deliver_claim(delivery, place, &claim->way);
    reply_claimed(delivery, id, claim->just_id);
    return true;
}

/* XCLAIM key group consumer min-idle id [id ...] [IDLE ms] [TIME unix-ms] [RETRYCOUNT n] [FORCE]
 * [JUSTID] [LASTID id] */
static void xclaim(struct request *rq, struct reply *out)
{
    struct key key = request_key(rq, 1);
    struct delivery delivery = {.rq = rq, .out = out};
    struct stream *stream;
    struct group *group;
    struct claim claim;
    size_t mark, count = 0;

    if (!group_args_find(rq, 1, FIND_WRITE, &stream, &group, out) || !parse_claim(rq, &claim, out))
        return;
    deliver_to(&delivery, key, stream, group, rq->argv[3]);
    if (claim.has_last_id && stream_id_compare(claim.last_id, group->last_id) > 0)
        deliver_set_last(&delivery, claim.last_id);
    mark = reply_defer(out);
    for (size_t i = 0; i < claim.id_count; i++)
        count += claim_id(&delivery, &claim, claim.ids[i]);
    reply_defer_array(out, mark, count);
    deliver_end(&delivery);
}

/* --- XAUTOCLAIM */

struct autoclaim {
    int64_t min_idle_ms, count;
    struct stream_id start;
    bool just_id;
};

static bool parse_autoclaim(struct request *rq, struct autoclaim *claim, struct reply *out)
{
    *claim = (struct autoclaim){.count = AUTOCLAIM_COUNT_DEFAULT};
    if (!group_args_integer(rq, 4, "ERR Invalid min-idle-time argument for XAUTOCLAIM",
                            &claim->min_idle_ms, out) ||
        stream_id_parse_start(rq->argv[5], &claim->start, out) < 0)
        return false;
    for (size_t at = 6; at < rq->argc; at++) {
        if (span_is(rq->argv[at], "JUSTID")) {
            claim->just_id = true;
        } else if (span_is(rq->argv[at], "COUNT") && at + 1 < rq->argc) {
            if (num_parse_i64(rq->argv[++at], &claim->count) < 0 || claim->count < 1 ||
                claim->count > AUTOCLAIM_COUNT_LIMIT) {
                reply_error(out, "ERR COUNT must be > 0");
                return false;
            }
        } else {
            reply_error(out, ERROR_SYNTAX);
            return false;
        }
    }
    return true;
}

/* Ids of pending entries whose stream entries are gone. */
struct gone {
    struct stream_id *ids; /* in the arena */
    size_t count, capacity;
};

static void gone_add(struct request *rq, struct gone *gone, struct stream_id id)
{
    if (gone->count == gone->capacity) {
        size_t capacity = gone->capacity ? 2 * gone->capacity : 16;
        struct stream_id *ids = arena_array(rq->arena, capacity, sizeof(*ids));

        if (gone->count > 0)
            memcpy(ids, gone->ids, gone->count * sizeof(*ids));
        gone->ids = ids;
        gone->capacity = capacity;
    }
    gone->ids[gone->count++] = id;
}

/* Walks the pending entries from claim->start and writes those claimed. Returns where the next call
 * should go on, 0-0 at the end. What is gone is only noted, since removing could move entries. */
static struct stream_id walk(struct delivery *delivery, const struct autoclaim *claim,
                             struct gone *gone, size_t *claimed)
{
    struct pending *list = delivery->group->pending;
    int64_t cutoff = cutoff_of(delivery->rq, claim->min_idle_ms), left = claim->count;
    uint64_t examine = (uint64_t)claim->count * AUTOCLAIM_EXAMINED_PER_COUNT;
    uint32_t place = pending_seek(list, claim->start);
    struct claim_way way = {.delivered_ms = delivery->rq->now_ms,
                            .rule = claim->just_id ? RECORD_COUNT_KEEP : RECORD_COUNT_UP};
    struct pending_entry entry;

    for (;;) {
        place = left > 0 ? pending_seek_idle(list, place, cutoff, &examine) : place;
        if (place == PENDING_NONE)
            return STREAM_ID_MIN;
        pending_get(list, place, &entry);
        if (left == 0 || examine == 0)
            return entry.id;
        examine--;
        left--;
        if (deliver_find(delivery, entry.id)) {
            deliver_claim(delivery, place, &way);
            reply_claimed(delivery, entry.id, claim->just_id);
            ++*claimed;
        } else {
            gone_add(delivery->rq, gone, entry.id);
        }
        place = pending_next(list, place);
    }
}

/* Makes room for the cursor in front of what was written from `at` on. */
static void put_cursor(struct reply *out, size_t at, struct stream_id id)
{
    char text[STREAM_ID_TEXT_LIMIT];
    size_t size = stream_id_format(text, id);
    char header[STREAM_ID_TEXT_LIMIT + 16];
    int header_size = snprintf(header, sizeof(header), "$%zu\r\n%.*s\r\n", size, (int)size, text);

    memcpy(buffer_insert(out->out, at, (size_t)header_size), header, (size_t)header_size);
}

/* XAUTOCLAIM key group consumer min-idle start [COUNT n] [JUSTID] -> [cursor, entries, gone ids] */
static void xautoclaim(struct request *rq, struct reply *out)
{
    struct key key = request_key(rq, 1);
    struct delivery delivery = {.rq = rq, .out = out};
    struct stream *stream;
    struct group *group;
    struct autoclaim claim;
    struct gone gone = {0};
    struct stream_id next;
    size_t mark, cursor_at, claimed = 0;

    if (!parse_autoclaim(rq, &claim, out) ||
        !group_args_find(rq, 1, FIND_WRITE, &stream, &group, out))
        return;
    deliver_to(&delivery, key, stream, group, rq->argv[3]);
    reply_array(out, 3);
    cursor_at = out->out->size;
    mark = reply_defer(out);
    next = walk(&delivery, &claim, &gone, &claimed);
    reply_defer_array(out, mark, claimed);
    put_cursor(out, cursor_at, next);
    reply_array(out, gone.count);
    for (size_t i = 0; i < gone.count; i++) {
        reply_stream_id(out, gone.ids[i]);
        deliver_drop(&delivery, gone.ids[i]);
    }
    deliver_end(&delivery);
}

const struct command_spec group_claim_commands[] = {
    {.name = "xautoclaim",
     .usage = "key group consumer min-idle-time start [COUNT count] [JUSTID]",
     .summary = "Takes over pending entries that were idle for too long, going through them by id.",
     .group = "stream",
     .since = "6.2.0",
     .complexity = "O(log N + M) with M entries returned; those too recent are passed by blocks.",
     .arity = -6,
     .flags = CMD_WRITE | CMD_FAST | CMD_SHARDED,
     .acl = ACL_STREAM,
     .keys = {KEY_AT(1, KEY_RW | KEY_DELETE)},
     .tips = {"nondeterministic_output"},
     .run = xautoclaim},
    {.name = "xclaim",
     .usage = "key group consumer min-idle-time id [id ...] [IDLE ms] [TIME "
              "unix-time-milliseconds] [RETRYCOUNT count] [FORCE] [JUSTID] [LASTID lastid]",
     .summary = "Takes over given pending entries of other consumers.",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(log N) for each id.",
     .arity = -6,
     .flags = CMD_WRITE | CMD_FAST | CMD_SHARDED,
     .acl = ACL_STREAM,
     .keys = {KEY_AT(1, KEY_RW | KEY_UPDATE)},
     .tips = {"nondeterministic_output"},
     .run = xclaim},
    {.name = NULL},
};
