/* HINCRBY and HINCRBYFLOAT: a missing field counts as 0, and a field keeps its time. */
#include "types/hash/hash_call.h"
#include "types/hash/hash_commands.h"

#include <math.h>

/* Sets argument 2's field to `value`. */
static void set_counter(struct hash_call *call, struct span value, const char *event)
{
    const struct span pair[] = {call->rq->argv[2], value};

    hash_call_set(call, pair, 1, true);
    hash_call_event(call, event);
}

/* HINCRBY key field increment -> the number now. */
static void hincrby(struct request *rq, struct reply *out)
{
    char text[NUM_TEXT_LIMIT];
    struct hash_call call;
    struct hash_item item;
    int64_t increment, value = 0;

    if (num_parse_i64(rq->argv[3], &increment) < 0) {
        reply_error(out, ERROR_NOT_INTEGER);
        return;
    }
    if (hash_call_begin(&call, rq, 1, FIND_WRITE, out) < 0)
        return;
    if (hash_call_find(&call, rq->argv[2], &item) && num_parse_i64(item.value, &value) < 0) {
        reply_error(out, "ERR hash value is not an integer");
    } else if (!num_add_i64(value, increment, &value)) {
        reply_error(out, ERROR_OVERFLOW);
    } else {
        set_counter(&call, span_of(text, num_format_i64(text, value)), "hincrby");
        reply_integer(out, value);
    }
    hash_call_end(&call);
}

/* Logs the sum rather than the call, because it depends on the machine's long double. */
static void log_sum(struct hash_call *call, struct span sum, bool expires)
{
    struct span *argv;
    size_t argc = 0;

    if (!request_is_logged(call->rq))
        return;
    argv = arena_array(call->rq->arena, 7, sizeof(*argv));
    argv[argc++] = expires ? SPAN("HSETEX") : SPAN("HSET");
    argv[argc++] = call->key.name;
    if (expires) {
        argv[argc++] = SPAN("KEEPTTL");
        argv[argc++] = SPAN("FIELDS");
        argv[argc++] = SPAN("1");
    }
    argv[argc++] = call->rq->argv[2];
    argv[argc++] = arena_span(call->rq->arena, sum);
    hash_call_rewrite(call, argc, argv);
}

/* HINCRBYFLOAT key field increment -> the number now, as text. */
static void hincrbyfloat(struct request *rq, struct reply *out)
{
    char text[NUM_DOUBLE_TEXT_LIMIT];
    struct hash_call call;
    struct hash_item item = {.expire_ms = -1};
    long double increment, value = 0;
    struct span sum;

    if (num_parse_long_double(rq->argv[3], &increment) < 0) {
        reply_error(out, ERROR_NOT_FLOAT);
        return;
    }
    if (isnan(increment) || isinf(increment)) {
        reply_error(out, "ERR value is NaN or Infinity");
        return;
    }
    if (hash_call_begin(&call, rq, 1, FIND_WRITE, out) < 0)
        return;
    if (!hash_call_find(&call, rq->argv[2], &item))
        item.expire_ms = -1;
    else if (num_parse_long_double(item.value, &value) < 0)
        value = NAN;
    if (isnan(value)) {
        reply_error(out, "ERR hash value is not a float");
    } else if (isinf(value + increment)) {
        reply_error(out, "ERR increment would produce NaN or Infinity");
    } else {
        sum = span_of(text, num_format_long_double(text, value + increment));
        set_counter(&call, sum, "hincrbyfloat");
        log_sum(&call, sum, item.expire_ms >= 0);
        reply_bulk(out, sum);
    }
    hash_call_end(&call);
}

#define COUNTER                                                                                    \
    .group = "hash", .complexity = "O(1)", .arity = 4,                                             \
    .flags = CMD_WRITE | CMD_DENYOOM | CMD_FAST | CMD_SHARDED, .acl = ACL_HASH,                    \
    .keys = {KEY_AT(1, KEY_RW | KEY_ACCESS | KEY_UPDATE)}

const struct command_spec hash_counter_commands[] = {
    {COUNTER, .name = "hincrby", .usage = "key field increment",
     .summary = "Adds to the integer in a field of a hash.", .since = "2.0.0", .run = hincrby},
    {COUNTER, .name = "hincrbyfloat", .usage = "key field increment",
     .summary = "Adds to the decimal number in a field of a hash.", .since = "2.6.0",
     .run = hincrbyfloat},
    {.name = NULL},
};
