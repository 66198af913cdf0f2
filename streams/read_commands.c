#include "streams/read_commands.h"
#include "core/base/error.h"
#include "core/num/num.h"
#include "streams/args.h"
#include "streams/stream.h"

static void xlen(struct request *rq, struct reply *out)
{
    struct stream *stream;

    if (stream_args_find(rq, 1, FIND_READ, &stream, out) < 0)
        return;
    reply_integer(out, stream ? (int64_t)stream_length(stream) : 0);
}

/* --- Ranges. */

/* COUNT n, any number of times; -1 when not given. */
static int parse_count(struct request *rq, int64_t *count, struct reply *out)
{
    *count = -1;
    for (size_t at = 4; at < rq->argc; at += 2) {
        if (!span_is(rq->argv[at], "count") || at + 1 >= rq->argc) {
            reply_error(out, ERROR_SYNTAX);
            return ERR_SYNTAX;
        }
        if (num_parse_i64(rq->argv[at + 1], count) < 0) {
            reply_error(out, ERROR_NOT_INTEGER);
            return ERR_SYNTAX;
        }
        if (*count < 0)
            *count = 0;
    }
    return 0;
}

/* Writes up to `limit` entries (negative: all) as an array. */
static void reply_range(struct reply *out, struct stream_cursor *cursor, int64_t limit)
{
    size_t mark = reply_defer(out);
    size_t count = 0;

    while ((limit < 0 || (int64_t)count < limit) && stream_cursor_next(cursor)) {
        reply_stream_entry(out, cursor);
        count++;
    }
    reply_defer_array(out, mark, count);
    stream_cursor_release(cursor);
}

static void range(struct request *rq, struct reply *out, bool backward)
{
    struct stream_id from, to;
    struct stream_cursor cursor;
    struct stream *stream;
    int64_t count;

    if (stream_id_parse_start(rq->argv[backward ? 3 : 2], &from, out) < 0 ||
        stream_id_parse_end(rq->argv[backward ? 2 : 3], &to, out) < 0 ||
        parse_count(rq, &count, out) < 0 || stream_args_find(rq, 1, FIND_READ, &stream, out) < 0)
        return;
    if (!stream) {
        reply_array(out, 0);
        return;
    }
    if (count == 0) {
        reply_null_array(out);
        return;
    }
    stream_cursor_init(&cursor, stream, from, to, backward);
    reply_range(out, &cursor, count);
}

static void xrange(struct request *rq, struct reply *out)
{
    range(rq, out, false);
}

static void xrevrange(struct request *rq, struct reply *out)
{
    range(rq, out, true);
}

/* --- XREAD. */

struct read_source {       /* one key with its id */
    struct stream *stream; /* NULL: missing */
    struct stream_id after;
    bool last; /* "+": just the last entry */
};

static struct span id_text(struct request *rq, struct stream_id id)
{
    char text[STREAM_ID_TEXT_LIMIT];

    return arena_span(rq->arena, span_of(text, stream_id_format(text, id)));
}

/* The stream of key number `i`. A reader that waits does not care when a key goes or becomes
 * something else: it waits on. */
static int find_stream(struct request *rq, size_t key_at, struct stream **stream, struct reply *out)
{
    struct entry *entry;

    if (!(rq->flags & REQUEST_RETRY))
        return stream_args_find(rq, key_at, FIND_READ, stream, out);
    entry = keyspace_find(rq, request_key(rq, key_at), FIND_READ);
    *stream = entry && entry_type(entry)->id == VALUE_STREAM ? entry_value(entry) : NULL;
    return 0;
}

/* Key and id number `i`. '$' becomes the id it stands for in the arguments too, so that a later
 * attempt still means the same. */
static int find_source(struct request *rq, const struct stream_read_args *args, size_t i,
                       struct read_source *source, struct reply *out)
{
    size_t id_at = args->keys_at + args->streams + i;
    struct span word = rq->argv[id_at];

    *source = (struct read_source){0};
    if (find_stream(rq, args->keys_at + i, &source->stream, out) < 0)
        return ERR_UNSUPPORTED;
    if (word.size == 1 && word.data[0] == '$') {
        if (source->stream)
            source->after = stream_last_id(source->stream);
        rq->argv[id_at] = id_text(rq, source->after);
        return 0;
    }
    if (word.size == 1 && word.data[0] == '+') {
        source->last = true;
        return 0;
    }
    if (word.size == 1 && word.data[0] == '>') {
        reply_error(out, "ERR The > ID can be specified only when calling XREADGROUP using the "
                         "GROUP <group> <consumer> option.");
        return ERR_SYNTAX;
    }
    if (stream_id_parse(word, 0, &source->after) < 0) {
        reply_error(out, ERROR_STREAM_ID);
        return ERR_SYNTAX;
    }
    return 0;
}

static bool has_something(const struct read_source *source)
{
    return source->stream && stream_has_above(source->stream, source->after);
}

/* [key, [entry ...]] of one source; returns how many entries it gave. */
static int64_t reply_source(struct request *rq, const struct stream_read_args *args, size_t i,
                            const struct read_source *source, int64_t given, struct reply *out)
{
    int64_t allowed = stream_args_allowance(args, given), count = 0;
    struct stream_id from = source->after;
    struct stream_cursor cursor;
    size_t mark;

    if (out->protocol < 3)
        reply_array(out, 2);
    reply_bulk(out, rq->argv[args->keys_at + i]);
    mark = reply_defer(out);
    if (source->last) {
        stream_last_entry_id(source->stream, &from);
        allowed = 1;
    } else {
        stream_id_increment(&from);
    }
    stream_cursor_init(&cursor, source->stream, from, STREAM_ID_MAX, false);
    while (count < allowed && !stream_args_size_reached(args, out, given + count) &&
           stream_cursor_next(&cursor)) {
        reply_stream_entry(out, &cursor);
        count++;
    }
    stream_cursor_release(&cursor);
    reply_defer_array(out, mark, (size_t)count);
    return count;
}

/* Waits at every key. A reader waits behind all that wait for a lower id. */
static bool wait_for(struct request *rq, const struct stream_read_args *args,
                     const struct read_source *sources)
{
    struct wait_on *on = arena_array(rq->arena, args->streams, sizeof(*on));

    for (size_t i = 0; i < args->streams; i++)
        on[i] = (struct wait_on){.key = request_key(rq, args->keys_at + i),
                                 .lane = SPAN("xread"),
                                 .kind = WAIT_READ,
                                 .threshold = {sources[i].after.ms, sources[i].after.seq}};
    return request_wait(rq, on, args->streams, args->deadline_ms);
}

static void xread(struct request *rq, struct reply *out)
{
    struct stream_read_args args;
    struct read_source *sources;
    size_t mark, served = 0;
    int64_t given = 0;

    if (stream_args_read(rq, false, &args, out) < 0)
        return;
    sources = arena_array(rq->arena, args.streams, sizeof(*sources));
    for (size_t i = 0; i < args.streams; i++)
        if (find_source(rq, &args, i, &sources[i], out) < 0)
            return;
    mark = reply_defer(out);
    for (size_t i = 0; i < args.streams; i++) {
        if (!has_something(&sources[i]))
            continue;
        if (stream_args_allowance(&args, given) <= 0 || stream_args_size_reached(&args, out, given))
            break;
        given += reply_source(rq, &args, i, &sources[i], given, out);
        served++;
    }
    if (served == 0) {
        if (!args.block || !wait_for(rq, &args, sources))
            reply_null_array(out);
        return;
    }
    if (out->protocol >= 3)
        reply_defer_map(out, mark, served);
    else
        reply_defer_array(out, mark, served);
}

const struct command_spec stream_read_commands[] = {
    {.name = "xlen",
     .usage = "key",
     .summary = "Counts the entries of a stream.",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(1)",
     .arity = 2,
     .flags = CMD_READONLY | CMD_FAST | CMD_SHARDED,
     .acl = ACL_STREAM,
     .keys = {KEY_AT(1, KEY_RO)},
     .run = xlen},
    {.name = "xrange",
     .usage = "key start end [COUNT count]",
     .summary = "Returns the entries of a stream between two ids.",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(log N + M) for M entries returned",
     .arity = -4,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_STREAM,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .run = xrange},
    {.name = "xread",
     .usage = "[COUNT count] [MAXCOUNT maxcount] [MAXSIZE maxsize] [BLOCK milliseconds] STREAMS "
              "key [key ...] id [id ...]",
     .summary = "Returns entries above given ids of one or more streams, and waits for them.",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(log N + M) for M entries returned",
     .arity = -4,
     .flags = CMD_READONLY | CMD_BLOCKING | CMD_MOVABLEKEYS | CMD_SHARDED,
     .acl = ACL_STREAM,
     .keys = {KEYS_AFTER("STREAMS", 1, -1, 1, 2, KEY_RO | KEY_ACCESS | KEY_INCOMPLETE)},
     .run = xread,
     .find_keys = stream_args_find_keys},
    {.name = "xrevrange",
     .usage = "key end start [COUNT count]",
     .summary = "Returns the entries of a stream between two ids, the newest first.",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(log N + M) for M entries returned",
     .arity = -4,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_STREAM,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .run = xrevrange},
    {.name = NULL},
};
