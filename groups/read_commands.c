/* read_commands.c - XREADGROUP: a consumer takes entries, and waits for them. */
#include "groups/deliver.h"
#include "groups/group_args.h"
#include "groups/group_commands.h"

/* One key with its id. */
struct source {
    struct key key;
    struct stream *stream;
    struct group *group;
    bool fresh; /* ">": what nobody has; else the consumer's own, above `after` */
    struct stream_id after;
    int64_t retry_at_ms; /* when something can be claimed, if nothing could be now */
};

static bool is_byte(struct span word, char byte)
{
    return word.size == 1 && word.data[0] == byte;
}

static bool parse_id(struct span word, struct source *source, struct reply *out)
{
    if (is_byte(word, '$') || is_byte(word, '+')) {
        reply_error_format(out,
                           "ERR The %c ID is meaningless in the context of XREADGROUP: you want to "
                           "read the history of this consumer by specifying a proper ID, or use "
                           "the > ID to get new messages. The %c ID would just return an empty "
                           "result set.",
                           word.data[0], word.data[0]);
        return false;
    }
    source->fresh = is_byte(word, '>');
    if (!source->fresh && stream_id_parse(word, 0, &source->after) < 0) {
        reply_error(out, ERROR_STREAM_ID);
        return false;
    }
    return true;
}

/* Key, group and id number `i`, all checked. */
static bool find_source(struct request *rq, const struct stream_read_args *args, size_t i,
                        struct source *source, struct reply *out)
{
    size_t at = args->keys_at + i;

    if (stream_args_find(rq, at, FIND_WRITE, &source->stream, out) < 0)
        return false;
    source->key = request_key(rq, at);
    source->group = source->stream ? group_find(source->stream, args->group) : NULL;
    if (!source->group) {
        reply_error_format(out,
                           "NOGROUP No such key '%.*s' or consumer group '%.*s' in XREADGROUP with "
                           "GROUP option",
                           SPAN_ARGS(rq->argv[at]), SPAN_ARGS(args->group));
        return false;
    }
    return parse_id(rq->argv[at + args->streams], source, out);
}

/* Writes the entries of one source; returns how many. */
static int64_t deliver_source(struct delivery *delivery, struct source *source)
{
    const struct stream_read_args *args = delivery->limits;
    int64_t limit = stream_args_allowance(args, delivery->given), count = 0;

    if (!source->fresh)
        return deliver_history(delivery, source->after, limit);
    if (args->claim) {
        count = deliver_idle(delivery, args->claim_min_idle_ms, limit);
        source->retry_at_ms = delivery->retry_at_ms;
    }
    return count + deliver_new(delivery, limit - count);
}

/* [key, [entry ...]] if there is something, or if it is history. False, and nothing written, else.
 */
static bool serve(struct delivery *delivery, struct source *source)
{
    struct reply *out = delivery->out;
    size_t before = out->out->size, mark;
    int64_t count;

    deliver_to(delivery, source->key, source->stream, source->group, delivery->limits->consumer);
    if (out->protocol < 3)
        reply_array(out, 2);
    reply_bulk(out, source->key.name);
    mark = reply_defer(out);
    count = deliver_source(delivery, source);
    deliver_end(delivery);
    if (count == 0 && source->fresh) {
        out->out->size = before;
        return false;
    }
    reply_defer_array(out, mark, (size_t)count);
    return true;
}

/* Parks at every key in the queue of the group. With CLAIM it is tried again when the first entry
 * is idle enough, or could be if it were delivered to somebody just now. */
static bool wait_for(struct request *rq, const struct stream_read_args *args,
                     const struct source *sources)
{
    struct wait_on *on = arena_array(rq->arena, args->streams, sizeof(*on));

    for (size_t i = 0; i < args->streams; i++) {
        on[i] = (struct wait_on){.key = sources[i].key, .lane = args->group, .kind = WAIT_TAKE};
        if (!args->claim)
            continue;
        on[i].kind = WAIT_TAKE_CLAIM;
        on[i].retry_at_ms = sources[i].retry_at_ms;
        if (on[i].retry_at_ms == 0 &&
            __builtin_add_overflow(rq->now_ms, args->claim_min_idle_ms, &on[i].retry_at_ms))
            on[i].retry_at_ms = INT64_MAX;
        if (on[i].retry_at_ms <= rq->now_ms)
            on[i].retry_at_ms = rq->now_ms + 1;
    }
    return request_wait(rq, on, args->streams, args->deadline_ms);
}

static void end_reply(struct reply *out, size_t mark, size_t served)
{
    if (out->protocol < 3)
        reply_defer_array(out, mark, served);
    else
        reply_defer_map(out, mark, served);
}

/* XREADGROUP GROUP group consumer [COUNT n] [MAXCOUNT n] [MAXSIZE bytes] [BLOCK ms]
 * [CLAIM min-idle] [NOACK] STREAMS key [key ...] id [id ...]. Every key is checked before the first
 * one is read. */
static void xreadgroup(struct request *rq, struct reply *out)
{
    struct stream_read_args args;
    struct source *sources;
    struct delivery delivery = {.rq = rq, .out = out, .limits = &args};
    size_t mark, served = 0;

    if (stream_args_read(rq, true, &args, out) < 0)
        return;
    delivery.no_ack = args.no_ack;
    sources = arena_array(rq->arena, args.streams, sizeof(*sources));
    for (size_t i = 0; i < args.streams; i++)
        if (!find_source(rq, &args, i, &sources[i], out))
            return;
    mark = reply_defer(out);
    for (size_t i = 0; i < args.streams; i++) {
        if (stream_args_allowance(&args, delivery.given) <= 0 ||
            stream_args_size_reached(&args, out, delivery.given))
            break;
        served += serve(&delivery, &sources[i]);
    }
    if (served > 0)
        end_reply(out, mark, served);
    else if (!args.block || !wait_for(rq, &args, sources))
        reply_null_array(out);
}

const struct command_spec group_read_commands[] = {
    {.name = "xreadgroup",
     .usage = "GROUP group consumer [COUNT count] [MAXCOUNT maxcount] [MAXSIZE maxsize] [BLOCK "
              "milliseconds] [CLAIM min-idle-time] [NOACK] STREAMS key [key ...] id [id ...]",
     .summary = "Hands a consumer new entries of a group, or its own again, and waits for them.",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(log N + M) with M entries returned.",
     .arity = -7,
     .flags = CMD_WRITE | CMD_BLOCKING | CMD_MOVABLEKEYS | CMD_SHARDED,
     .acl = ACL_STREAM,
     .keys = {KEYS_AFTER("STREAMS", 4, -1, 1, 2, KEY_RO | KEY_ACCESS | KEY_INCOMPLETE)},
     .run = xreadgroup,
     .find_keys = stream_args_find_keys},
    {.name = NULL},
};
