/* Times of fields: HEXPIRE and kin set them, HTTL and kin read them, HPERSIST drops them. The reply
 * is an array with a number for each field. */
#include "core/base/error.h"
#include "types/hash/hash_call.h"
#include "types/hash/hash_commands.h"
#include "types/hash/hash_time.h"

/* What HEXPIRE replies for a field. */
enum outcome {
    NO_FIELD = -2,
    NOT_ALLOWED = 0,
    TIME_SET = 1,
    FIELD_DELETED = 2,
};

/* What TTLs and HPERSIST reply for a field that does not expire. */
enum {
    NO_TIME = -1
};

/* When a time may be set: NX if there is none, XX if there is one, GT only a later one than there
 * is, LT only an earlier one, where none counts as never. */
enum condition {
    CONDITION_NX = 1 << 0,
    CONDITION_XX = 1 << 1,
    CONDITION_GT = 1 << 2,
    CONDITION_LT = 1 << 3,
};

/* A call of HEXPIRE or its kin. */
struct expiring {
    int64_t at_ms;
    unsigned conditions; /* enum condition, at most one */
    struct span *fields;
    size_t count;
};

static unsigned condition_of(struct span word)
{
    return span_is(word, "nx")   ? CONDITION_NX
           : span_is(word, "xx") ? CONDITION_XX
           : span_is(word, "gt") ? CONDITION_GT
           : span_is(word, "lt") ? CONDITION_LT
                                 : 0;
}

static int refuse(struct reply *out, const char *error)
{
    reply_error(out, error);
    return ERR_SYNTAX;
}

/* FIELDS at argument *at; moves *at to its last field. */
static int parse_fields(const struct request *rq, size_t *at, struct expiring *expiring,
                        struct reply *out)
{
    int64_t count;

    if (expiring->fields)
        return refuse(out, "ERR FIELDS keyword specified multiple times");
    if (*at + 2 >= rq->argc)
        return refuse(out, "ERR FIELDS requires at least numfields and one field argument");
    if (num_parse_i64(rq->argv[*at + 1], &count) < 0 || count < 1 || count > INT32_MAX)
        return refuse(out, "ERR Parameter `numFields` should be greater than 0");
    if ((uint64_t)count > rq->argc - *at - 2)
        return refuse(out, "ERR wrong number of arguments");
    expiring->fields = rq->argv + *at + 2;
    expiring->count = (size_t)count;
    *at += 1 + (size_t)count;
    return 0;
}

/* The time, and behind it conditions and fields in any order. */
static int parse(const struct request *rq, struct hash_time_unit unit, struct expiring *expiring,
                 struct reply *out)
{
    *expiring = (struct expiring){0};
    if (hash_time_parse(rq, 2, unit, &expiring->at_ms, out) < 0)
        return ERR_SYNTAX;
    for (size_t at = 3; at < rq->argc; at++) {
        unsigned condition = condition_of(rq->argv[at]);

        if (condition) {
            expiring->conditions |= condition;
        } else if (!span_is(rq->argv[at], "fields")) {
            reply_error_format(out, "ERR unknown argument: %.*s", SPAN_ARGS(rq->argv[at]));
            return ERR_SYNTAX;
        } else if (parse_fields(rq, &at, expiring, out) < 0) {
            return ERR_SYNTAX;
        }
    }
    if (!expiring->fields)
        return refuse(out, "ERR missing FIELDS argument");
    if (expiring->conditions & (expiring->conditions - 1))
        return refuse(out, "ERR Multiple condition flags specified");
    return 0;
}

static bool is_allowed(unsigned conditions, int64_t current_ms, int64_t at_ms)
{
    if (current_ms < 0)
        return !(conditions & (CONDITION_XX | CONDITION_GT));
    if (conditions & CONDITION_NX)
        return false;
    if (conditions & CONDITION_GT)
        return at_ms > current_ms;
    return !(conditions & CONDITION_LT) || at_ms < current_ms;
}

static enum outcome expire_field(struct hash_call *call, const struct expiring *expiring,
                                 struct span field, bool past)
{
    struct hash_item item;

    if (!hash_call_find(call, field, &item))
        return NO_FIELD;
    if (!is_allowed(expiring->conditions, item.expire_ms, expiring->at_ms))
        return NOT_ALLOWED;
    if (past)
        hash_delete(call->hash, field);
    else
        hash_set_expire(call->hash, field, expiring->at_ms);
    return past ? FIELD_DELETED : TIME_SET;
}

/* Logged as HPEXPIREAT or HDEL with the fields that were changed; nothing if there are none. */
static void expire(struct request *rq, struct hash_time_unit unit, struct reply *out)
{
    struct expiring expiring;
    struct hash_call call;
    struct span *done;
    size_t done_count = 0;
    bool past;

    if (hash_call_begin(&call, rq, 1, FIND_WRITE, out) < 0 || parse(rq, unit, &expiring, out) < 0)
        return;
    past = hash_time_is_past(rq, expiring.at_ms);
    done = arena_array(rq->arena, expiring.count, sizeof(*done));
    reply_array(out, expiring.count);
    for (size_t i = 0; i < expiring.count; i++) {
        enum outcome outcome = expire_field(&call, &expiring, expiring.fields[i], past);

        if (outcome == TIME_SET || outcome == FIELD_DELETED)
            done[done_count++] = expiring.fields[i];
        reply_integer(out, outcome);
    }
    if (done_count > 0) {
        hash_call_event(&call, past ? "hdel" : "hexpire");
        if (past)
            hash_call_rewrite_hdel(&call, done, done_count);
        else
            hash_call_rewrite_fields(&call, SPAN("HPEXPIREAT"), hash_time_text(rq, expiring.at_ms),
                                     done, done_count);
    }
    hash_call_end(&call);
}

/* HEXPIRE key seconds [NX | XX | GT | LT] FIELDS numfields field [field ...] */
static void hexpire(struct request *rq, struct reply *out)
{
    expire(rq, (struct hash_time_unit){.ms = 1000, .relative = true}, out);
}

/* HPEXPIRE key milliseconds [NX | XX | GT | LT] FIELDS numfields field [field ...] */
static void hpexpire(struct request *rq, struct reply *out)
{
    expire(rq, (struct hash_time_unit){.ms = 1, .relative = true}, out);
}

/* HEXPIREAT key unix-time-seconds [NX | XX | GT | LT] FIELDS numfields field [field ...] */
static void hexpireat(struct request *rq, struct reply *out)
{
    expire(rq, (struct hash_time_unit){.ms = 1000}, out);
}

/* HPEXPIREAT key unix-time-milliseconds [NX | XX | GT | LT] FIELDS numfields field [field ...] */
static void hpexpireat(struct request *rq, struct reply *out)
{
    expire(rq, (struct hash_time_unit){.ms = 1}, out);
}

/* --- Reading times. An expired field is missing, but stays for others to remove. */

static int64_t time_of(const struct hash_call *call, struct span field,
                       const struct hash_time_unit *unit)
{
    struct hash_item item;
    int64_t at_ms;

    if (!call->hash || !hash_find(call->hash, field, &item) || !hash_call_shows(call, &item))
        return NO_FIELD;
    if (item.expire_ms < 0)
        return NO_TIME;
    at_ms = item.expire_ms - (unit->relative ? call->rq->now_ms : 0);
    return (at_ms + unit->ms - 1) / unit->ms; /* a second begun counts */
}

static void reply_times(struct request *rq, struct hash_time_unit unit, struct reply *out)
{
    struct hash_call call;
    struct span *fields;
    size_t count;

    if (hash_call_begin(&call, rq, 1, FIND_READ, out) < 0 ||
        hash_time_fields(rq, 2, &fields, &count, out) < 0)
        return;
    reply_array(out, count);
    for (size_t i = 0; i < count; i++)
        reply_integer(out, time_of(&call, fields[i], &unit));
}

/* HTTL key FIELDS numfields field [field ...] -> seconds left. */
static void httl(struct request *rq, struct reply *out)
{
    reply_times(rq, (struct hash_time_unit){.ms = 1000, .relative = true}, out);
}

/* HPTTL key FIELDS numfields field [field ...] -> milliseconds left. */
static void hpttl(struct request *rq, struct reply *out)
{
    reply_times(rq, (struct hash_time_unit){.ms = 1, .relative = true}, out);
}

/* HEXPIRETIME key FIELDS numfields field [field ...] -> Unix times in seconds. */
static void hexpiretime(struct request *rq, struct reply *out)
{
    reply_times(rq, (struct hash_time_unit){.ms = 1000}, out);
}

/* HPEXPIRETIME key FIELDS numfields field [field ...] -> Unix times in milliseconds. */
static void hpexpiretime(struct request *rq, struct reply *out)
{
    reply_times(rq, (struct hash_time_unit){.ms = 1}, out);
}

/* HPERSIST key FIELDS numfields field [field ...] -> 1 for each field that had a time. */
static void hpersist(struct request *rq, struct reply *out)
{
    struct hash_call call;
    struct hash_item item;
    struct span *fields, *done;
    size_t count, done_count = 0;

    if (hash_call_begin(&call, rq, 1, FIND_WRITE, out) < 0 ||
        hash_time_fields(rq, 2, &fields, &count, out) < 0)
        return;
    done = arena_array(rq->arena, count, sizeof(*done));
    reply_array(out, count);
    for (size_t i = 0; i < count; i++) {
        if (!hash_call_find(&call, fields[i], &item)) {
            reply_integer(out, NO_FIELD);
        } else if (item.expire_ms < 0) {
            reply_integer(out, NO_TIME);
        } else {
            hash_set_expire(call.hash, fields[i], -1);
            done[done_count++] = fields[i];
            reply_integer(out, 1);
        }
    }
    if (done_count > 0) {
        hash_call_event(&call, "hpersist");
        hash_call_rewrite_fields(&call, SPAN("HPERSIST"), (struct span){0}, done, done_count);
    }
    hash_call_end(&call);
}

#define EXPIRE                                                                                     \
    .group = "hash", .since = "7.4.0", .complexity = "O(N) in the fields given", .arity = -6,      \
    .flags = CMD_WRITE | CMD_FAST | CMD_SHARDED, .acl = ACL_HASH,                                  \
    .keys = {KEY_AT(1, KEY_RW | KEY_UPDATE)}
#define TTL                                                                                        \
    .group = "hash", .usage = "key FIELDS numfields field [field ...]", .since = "7.4.0",          \
    .complexity = "O(N) in the fields given", .arity = -5,                                         \
    .flags = CMD_READONLY | CMD_FAST | CMD_SHARDED, .acl = ACL_HASH,                               \
    .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)}
#define BEHIND_TIME " [NX | XX | GT | LT] FIELDS numfields field [field ...]"

const struct command_spec hash_expire_commands[] = {
    {EXPIRE, .name = "hexpire", .usage = "key seconds" BEHIND_TIME,
     .summary = "Makes fields of a hash expire after some seconds.", .run = hexpire},
    {EXPIRE, .name = "hpexpire", .usage = "key milliseconds" BEHIND_TIME,
     .summary = "Makes fields of a hash expire after some milliseconds.", .run = hpexpire},
    {EXPIRE, .name = "hexpireat", .usage = "key unix-time-seconds" BEHIND_TIME,
     .summary = "Makes fields of a hash expire at a Unix time in seconds.", .run = hexpireat},
    {EXPIRE, .name = "hpexpireat", .usage = "key unix-time-milliseconds" BEHIND_TIME,
     .summary = "Makes fields of a hash expire at a Unix time in milliseconds.", .run = hpexpireat},
    {TTL, .name = "httl", .summary = "Returns the seconds until fields of a hash expire.",
     .tips = {"nondeterministic_output"}, .run = httl},
    {TTL, .name = "hpttl", .summary = "Returns the milliseconds until fields of a hash expire.",
     .tips = {"nondeterministic_output"}, .run = hpttl},
    {TTL, .name = "hexpiretime",
     .summary = "Returns the Unix times in seconds at which fields of a hash expire.",
     .run = hexpiretime},
    {TTL, .name = "hpexpiretime",
     .summary = "Returns the Unix times in milliseconds at which fields of a hash expire.",
     .run = hpexpiretime},
    {.name = "hpersist",
     .usage = "key FIELDS numfields field [field ...]",
     .summary = "Drops the times at which fields of a hash expire.",
     .group = "hash",
     .since = "7.4.0",
     .complexity = "O(N) in the fields given",
     .arity = -5,
     .flags = CMD_WRITE | CMD_FAST | CMD_SHARDED,
     .acl = ACL_HASH,
     .keys = {KEY_AT(1, KEY_RW | KEY_UPDATE)},
     .run = hpersist},
    {.name = NULL},
};
