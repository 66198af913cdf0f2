#include "types/string/string_multi_commands.h"

#include "core/base/error.h"
#include "core/num/num.h"
#include "storage/keyspace/keyspace.h"
#include "types/string/expiry_option.h"
#include "types/string/string_change.h"

/* MGET key [key ...] -> each string; null where the key is missing or something else. */
static void mget(struct request *rq, struct reply *out)
{
    reply_array(out, rq->argc - 1);
    for (size_t at = 1; at < rq->argc; at++) {
        struct entry *entry = keyspace_find(rq, request_key(rq, at), FIND_READ);

        if (entry && entry_type(entry)->id == VALUE_STRING)
            string_reply(entry, out);
        else
            reply_null(out);
    }
}

/* Sets `count` pairs of key and value from argument `first` on. A key named twice gets its last
 * value, as if set twice. */
static void set_pairs(struct request *rq, size_t first, size_t count,
                      const struct expiry_option *expiry)
{
    for (size_t at = first; at < first + 2 * count; at += 2) {
        struct key key = request_key(rq, at);
        const struct value_type *before = string_before(keyspace_find(rq, key, FIND_QUIET));

        string_put(rq, key, before, rq->argv[at + 1], expiry);
    }
}

/* How many of the `count` keys at `first`, `first` + 2, ... exist. */
static size_t count_existing(struct request *rq, size_t first, size_t count)
{
    size_t existing = 0;

    for (size_t i = 0; i < count; i++)
        if (keyspace_find(rq, request_key(rq, first + 2 * i), FIND_WRITE))
            existing++;
    return existing;
}

/* True if the arguments after the name are pairs; else the error is written. */
static bool are_pairs(const struct request *rq, struct reply *out)
{
    if (rq->argc % 2 == 1)
        return true;
    reply_error_format(out, "ERR wrong number of arguments for '%s' command", rq->spec->name);
    return false;
}

/* MSET key value [key value ...] -> OK. */
static void mset(struct request *rq, struct reply *out)
{
    const struct expiry_option none = {0};

    if (!are_pairs(rq, out))
        return;
    set_pairs(rq, 1, rq->argc / 2, &none);
    reply_ok(out);
}

/* MSETNX key value [key value ...] -> 1 if all were set, 0 if any key existed and none was. */
static void msetnx(struct request *rq, struct reply *out)
{
    const struct expiry_option none = {0};

    if (!are_pairs(rq, out))
        return;
    if (count_existing(rq, 1, rq->argc / 2) > 0) {
        reply_integer(out, 0);
        return;
    }
    set_pairs(rq, 1, rq->argc / 2, &none);
    reply_integer(out, 1);
}

/* The options behind MSETEX's pairs. */
struct msetex_options {
    bool if_absent, if_present;
    struct expiry_option expiry;
};

/* Parses the count, that so many pairs are there, and the options. Returns 0 or an error after
 * writing it. */
static int parse_msetex(const struct request *rq, size_t *count, struct msetex_options *options,
                        struct reply *out)
{
    int64_t number;

    if (num_parse_i64(rq->argv[1], &number) < 0 || number <= 0 || number > INT32_MAX) {
        reply_error(out, "ERR invalid numkeys value");
        return ERR_RANGE;
    }
    *count = (size_t)number;
    if (*count > (rq->argc - 2) / 2) {
        reply_error(out, "ERR wrong number of key-value pairs");
        return ERR_RANGE;
    }
    for (size_t at = 2 + 2 * *count; at < rq->argc; at++) {
        if (expiry_option_read(rq, &at, EXPIRY_TIMES | EXPIRY_KEEPTTL, &options->expiry))
            continue;
        if (span_is(rq->argv[at], "nx") && !options->if_present) {
            options->if_absent = true;
        } else if (span_is(rq->argv[at], "xx") && !options->if_absent) {
            options->if_present = true;
        } else {
            reply_error(out, ERROR_SYNTAX);
            return ERR_SYNTAX;
        }
    }
    return expiry_option_resolve(rq, &options->expiry, out);
}

/* Logs MSETEX without its condition and with an absolute time; one whose time has passed is a
 * DEL of the same keys. */
static void log_msetex(struct request *rq, size_t count, const struct expiry_option *expiry)
{
    struct span *argv;
    size_t argc = 0;

    if (!request_is_logged(rq))
        return;
    argv = arena_array(rq->arena, 2 * count + 4, sizeof(*argv));
    if (expiry_option_is_past(rq, expiry)) {
        argv[argc++] = SPAN("DEL");
        for (size_t i = 0; i < count; i++)
            argv[argc++] = rq->argv[2 + 2 * i];
        request_rewrite(rq, argc, argv);
        return;
    }
    argv[argc++] = SPAN("MSETEX");
    for (size_t i = 0; i < 2 * count + 1; i++)
        argv[argc++] = rq->argv[1 + i];
    if (expiry->word == EXPIRY_KEEPTTL) {
        argv[argc++] = SPAN("KEEPTTL");
    } else if (expiry->word & EXPIRY_TIMES) {
        argv[argc++] = SPAN("PXAT");
        argv[argc++] = string_log_number(rq, expiry->at_ms);
    }
    request_rewrite(rq, argc, argv);
}

/* MSETEX numkeys key value [key value ...] [NX | XX] [an expiry] -> 1 if all were set, 0 if the
 * condition did not hold for every key and none was. */
static void msetex(struct request *rq, struct reply *out)
{
    struct msetex_options options = {0};
    size_t count;

    if (parse_msetex(rq, &count, &options, out) < 0)
        return;
    if ((options.if_absent && count_existing(rq, 2, count) > 0) ||
        (options.if_present && count_existing(rq, 2, count) < count)) {
        reply_integer(out, 0);
        return;
    }
    set_pairs(rq, 2, count, &options.expiry);
    log_msetex(rq, count, &options.expiry);
    reply_integer(out, 1);
}

const struct command_spec string_multi_commands[] = {
    {.name = "mget",
     .usage = "key [key ...]",
     .summary = "Returns the strings at many keys.",
     .group = "string",
     .since = "1.0.0",
     .complexity = "O(N) in the number of keys",
     .arity = -2,
     .flags = CMD_READONLY | CMD_FAST | CMD_SHARDED,
     .acl = ACL_STRING,
     .keys = {KEYS_FROM(1, -1, 1, KEY_RO | KEY_ACCESS)},
     .tips = {"request_policy:multi_shard"},
     .run = mget},
    {.name = "mset",
     .usage = "key value [key value ...]",
     .summary = "Makes many keys strings in one step.",
     .group = "string",
     .since = "1.0.1",
     .complexity = "O(N) in the number of keys",
     .arity = -3,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_SHARDED,
     .acl = ACL_STRING,
     .keys = {KEYS_FROM(1, -1, 2, KEY_OW | KEY_UPDATE)},
     .tips = {"request_policy:multi_shard", "response_policy:all_succeeded"},
     .run = mset},
    {.name = "msetnx",
     .usage = "key value [key value ...]",
     .summary = "Makes many keys strings in one step, if all of them are missing.",
     .group = "string",
     .since = "1.0.1",
     .complexity = "O(N) in the number of keys",
     .arity = -3,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_SHARDED,
     .acl = ACL_STRING,
     .keys = {KEYS_FROM(1, -1, 2, KEY_OW | KEY_INSERT)},
     .run = msetnx},
    {.name = "msetex",
     .usage = "numkeys key value [key value ...] [NX | XX] [EX seconds | PX milliseconds | EXAT "
              "unix-time-seconds | PXAT unix-time-milliseconds | KEEPTTL]",
     .summary = "Makes many keys strings in one step, with one condition and one expiry for all.",
     .group = "string",
     .since = "8.4.0",
     .complexity = "O(N) in the number of keys",
     .arity = -4,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_MOVABLEKEYS | CMD_SHARDED,
     .acl = ACL_STRING,
     .keys = {KEYS_COUNTED(1, 2, KEY_OW | KEY_UPDATE)},
     .tips = {"request_policy:multi_shard", "response_policy:all_succeeded"},
     .run = msetex},
    {.name = NULL},
};
