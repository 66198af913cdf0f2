#include "types/generic/expire_commands.h"

#include "core/base/error.h"
#include "core/num/num.h"
#include "storage/keyspace/keyspace.h"
#include "types/generic/generic_args.h"

/* When an expiry may be set: NX if there is none, XX if there is one, GT only later, LT only
 * earlier, where no expiry counts as never. */
struct expire_when {
    bool nx, xx, gt, lt;
};

static int parse_when(const struct request *rq, struct expire_when *when, struct reply *out)
{
    for (size_t at = 3; at < rq->argc; at++) {
        struct span word = rq->argv[at];

        if (span_is(word, "nx")) {
            when->nx = true;
        } else if (span_is(word, "xx")) {
            when->xx = true;
        } else if (span_is(word, "gt")) {
            when->gt = true;
        } else if (span_is(word, "lt")) {
            when->lt = true;
        } else {
            reply_error_format(out, "ERR Unsupported option %.*s", SPAN_ARGS(word));
            return ERR_SYNTAX;
        }
    }
    if (when->nx && (when->xx || when->gt || when->lt)) {
        reply_error(out, "ERR NX and XX, GT or LT options at the same time are not compatible");
        return ERR_SYNTAX;
    }
    if (when->gt && when->lt) {
        reply_error(out, "ERR GT and LT options at the same time are not compatible");
        return ERR_SYNTAX;
    }
    return 0;
}

/* The time in argument 2, in units of `unit_ms` after `base_ms`, as Unix milliseconds. */
static int parse_time(const struct request *rq, int64_t unit_ms, int64_t base_ms, int64_t *at_ms,
                      struct reply *out)
{
    int64_t time;

    if (num_parse_i64(rq->argv[2], &time) < 0) {
        reply_error(out, ERROR_NOT_INTEGER);
        return ERR_SYNTAX;
    }
    if (num_mul_i64(time, unit_ms, &time) && num_add_i64(time, base_ms, at_ms))
        return 0;
    reply_error_format(out, "ERR invalid expire time in '%s' command", rq->spec->name);
    return ERR_RANGE;
}

/* `now_ms` is the expiry there is, -1 for none. */
static bool is_allowed(const struct expire_when *when, int64_t current_ms, int64_t at_ms)
{
    if (when->nx && current_ms >= 0)
        return false;
    if (when->xx && current_ms < 0)
        return false;
    if (when->gt && (current_ms < 0 || at_ms <= current_ms))
        return false;
    return !when->lt || current_ms < 0 || at_ms < current_ms;
}

/* Replies 1 if the expiry was set, or the key deleted because the time has passed; else 0. Logged
 * as PEXPIREAT or DEL. A replay sets what it is told to, and leaves the deleting to whoever wrote
 * the log. */
static void expire_at(struct request *rq, int64_t unit_ms, int64_t base_ms, struct reply *out)
{
    struct key key = request_key(rq, 1);
    struct expire_when when = {0};
    struct entry *entry;
    int64_t at_ms;

    if (parse_when(rq, &when, out) < 0 || parse_time(rq, unit_ms, base_ms, &at_ms, out) < 0)
        return;
    entry = keyspace_find(rq, key, FIND_WRITE);
    if (!entry || !is_allowed(&when, entry_expire_ms(entry), at_ms)) {
        reply_integer(out, 0);
        return;
    }
    if (at_ms <= rq->now_ms && !(rq->flags & REQUEST_REPLAY)) {
        keyspace_delete(rq, key, rq->settings->lazyfree_lazy_expire);
        request_changed(rq, key, EVENT_GENERIC, "del");
        generic_log(rq, SPAN("DEL"), key, (struct span){0});
    } else {
        keyspace_set_expire(rq, key, entry, at_ms < 0 ? 0 : at_ms);
        request_changed(rq, key, EVENT_GENERIC, "expire");
        if (request_is_logged(rq)) {
            char *text = arena_alloc(rq->arena, NUM_TEXT_LIMIT);

            generic_log(rq, SPAN("PEXPIREAT"), key, span_of(text, num_format_i64(text, at_ms)));
        }
    }
    reply_integer(out, 1);
}

/* EXPIRE key seconds [NX | XX | GT | LT] */
static void expire(struct request *rq, struct reply *out)
{
    expire_at(rq, 1000, rq->now_ms, out);
}

/* PEXPIRE key milliseconds [NX | XX | GT | LT] */
static void pexpire(struct request *rq, struct reply *out)
{
    expire_at(rq, 1, rq->now_ms, out);
}

/* EXPIREAT key unix-time-seconds [NX | XX | GT | LT] */
static void expireat(struct request *rq, struct reply *out)
{
    expire_at(rq, 1000, 0, out);
}

/* PEXPIREAT key unix-time-milliseconds [NX | XX | GT | LT] */
static void pexpireat(struct request *rq, struct reply *out)
{
    expire_at(rq, 1, 0, out);
}

/* PERSIST key -> 1 if the key had an expiry and has none now. */
static void persist(struct request *rq, struct reply *out)
{
    struct key key = request_key(rq, 1);
    struct entry *entry = keyspace_find(rq, key, FIND_WRITE);

    if (!entry || entry_expire_ms(entry) < 0) {
        reply_integer(out, 0);
        return;
    }
    keyspace_set_expire(rq, key, entry, -1);
    request_changed(rq, key, EVENT_GENERIC, "persist");
    reply_integer(out, 1);
}

/* -2 for a missing key, -1 for one without expiry, else what is left since `base_ms`, never below
 * 0, in units of `unit_ms`, rounded to the nearest. */
static void reply_time(struct request *rq, int64_t unit_ms, int64_t base_ms, struct reply *out)
{
    struct entry *entry = generic_peek(rq, request_key(rq, 1));
    int64_t at_ms;

    if (!entry || entry_expire_ms(entry) < 0) {
        reply_integer(out, entry ? -1 : -2);
        return;
    }
    at_ms = entry_expire_ms(entry) - base_ms;
    if (at_ms < 0)
        at_ms = 0;
    reply_integer(out, at_ms / unit_ms + (at_ms % unit_ms >= (unit_ms + 1) / 2 && unit_ms > 1));
}

/* TTL key -> seconds left. */
static void ttl(struct request *rq, struct reply *out)
{
    reply_time(rq, 1000, rq->now_ms, out);
}

/* PTTL key -> milliseconds left. */
static void pttl(struct request *rq, struct reply *out)
{
    reply_time(rq, 1, rq->now_ms, out);
}

/* EXPIRETIME key -> Unix time in seconds. */
static void expiretime(struct request *rq, struct reply *out)
{
    reply_time(rq, 1000, 0, out);
}

/* PEXPIRETIME key -> Unix time in milliseconds. */
static void pexpiretime(struct request *rq, struct reply *out)
{
    reply_time(rq, 1, 0, out);
}

#define EXPIRE                                                                                     \
    .group = "generic", .complexity = "O(1)", .arity = -3,                                         \
    .flags = CMD_WRITE | CMD_FAST | CMD_SHARDED, .acl = ACL_KEYSPACE,                              \
    .keys = {KEY_AT(1, KEY_RW | KEY_UPDATE)}
#define TTL                                                                                        \
    .group = "generic", .complexity = "O(1)", .arity = 2,                                          \
    .flags = CMD_READONLY | CMD_FAST | CMD_SHARDED, .acl = ACL_KEYSPACE,                           \
    .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)}

const struct command_spec expire_commands[] = {
    {EXPIRE, .name = "expire", .usage = "key seconds [NX | XX | GT | LT]",
     .summary = "Makes a key expire after some seconds.", .since = "1.0.0", .run = expire},
    {EXPIRE, .name = "pexpire", .usage = "key milliseconds [NX | XX | GT | LT]",
     .summary = "Makes a key expire after some milliseconds.", .since = "2.6.0", .run = pexpire},
    {EXPIRE, .name = "expireat", .usage = "key unix-time-seconds [NX | XX | GT | LT]",
     .summary = "Makes a key expire at a Unix time in seconds.", .since = "1.2.0", .run = expireat},
    {EXPIRE, .name = "pexpireat", .usage = "key unix-time-milliseconds [NX | XX | GT | LT]",
     .summary = "Makes a key expire at a Unix time in milliseconds.", .since = "2.6.0",
     .run = pexpireat},
    {.name = "persist",
     .usage = "key",
     .summary = "Drops a key's expiry.",
     .group = "generic",
     .since = "2.2.0",
     .complexity = "O(1)",
     .arity = 2,
     .flags = CMD_WRITE | CMD_FAST | CMD_SHARDED,
     .acl = ACL_KEYSPACE,
     .keys = {KEY_AT(1, KEY_RW | KEY_UPDATE)},
     .run = persist},
    {TTL, .name = "ttl", .usage = "key", .summary = "Returns the seconds until a key expires.",
     .since = "1.0.0", .tips = {"nondeterministic_output"}, .run = ttl},
    {TTL, .name = "pttl", .usage = "key",
     .summary = "Returns the milliseconds until a key expires.", .since = "2.6.0",
     .tips = {"nondeterministic_output"}, .run = pttl},
    {TTL, .name = "expiretime", .usage = "key",
     .summary = "Returns the Unix time in seconds at which a key expires.", .since = "7.0.0",
     .run = expiretime},
    {TTL, .name = "pexpiretime", .usage = "key",
     .summary = "Returns the Unix time in milliseconds at which a key expires.", .since = "7.0.0",
     .run = pexpiretime},
    {.name = NULL},
};
