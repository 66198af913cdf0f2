/* zset_pop_commands.c - ZPOPMIN, ZPOPMAX, ZMPOP and the forms that wait: BZPOPMIN, BZPOPMAX,
 * BZMPOP.
 *
 * A call that waits parks in the lane "zset" of each of its keys; what is logged of it, as of
 * ZMPOP, is the ZPOPMIN or ZPOPMAX it amounts to. */
#include "core/base/error.h"
#include "core/num/num.h"
#include "types/zset/zset_args.h"
#include "types/zset/zset_commands.h"

enum zset_end {
    ZSET_MIN,
    ZSET_MAX
};

/* The ranks that popping `count` elements takes. */
static void end_ranks(const struct zset *zset, enum zset_end end, size_t *begin, size_t count)
{
    *begin = end == ZSET_MIN ? 0 : zset_count(zset) - count;
}

/* Removes `count` elements, all there, from an end, with their effects. */
static void pop(struct request *rq, struct key key, struct zset *zset, enum zset_end end,
                size_t count)
{
    size_t begin;

    end_ranks(zset, end, &begin, count);
    zset_remove_ranks(zset, begin, begin + count);
    zset_removed(rq, key, zset, end == ZSET_MIN ? "zpopmin" : "zpopmax");
}

/* ZPOPMIN, ZPOPMAX key [count] -> [member, score]; with a count of each element popped. */
static void pop_end(struct request *rq, enum zset_end end, struct reply *out)
{
    bool counted = rq->argc > 2;
    int64_t wanted = 1;
    struct zset *zset;
    size_t count, begin;

    if (rq->argc > 3) {
        reply_error(out, ERROR_SYNTAX);
        return;
    }
    if (counted && (num_parse_i64(rq->argv[2], &wanted) < 0 || wanted < 0)) {
        reply_error(out, ERROR_NOT_POSITIVE);
        return;
    }
    if (zset_args_find(rq, 1, FIND_WRITE, &zset, out) < 0)
        return;
    if (!zset || wanted == 0) {
        reply_array(out, 0);
        return;
    }
    count = zset_count(zset);
    count = (uint64_t)wanted < count ? (size_t)wanted : count;
    end_ranks(zset, end, &begin, count);
    if (counted) {
        zset_reply_range(out, zset, begin, begin + count, end == ZSET_MAX, true);
    } else {
        struct zset_walk walk;
        struct span member;
        double score;

        zset_walk_begin(&walk, zset, begin, false);
        zset_walk_next(&walk, &member, &score);
        reply_array(out, 2);
        reply_bulk(out, member);
        reply_double(out, score);
    }
    pop(rq, request_key(rq, 1), zset, end, count);
}

static void zpopmin(struct request *rq, struct reply *out)
{
    pop_end(rq, ZSET_MIN, out);
}

static void zpopmax(struct request *rq, struct reply *out)
{
    pop_end(rq, ZSET_MAX, out);
}

/* --- Of several keys. */

/* The first of the keys with a zset: its argument in *at, 0 if there is none. False after
 * WRONGTYPE, which a session that waits does not get: the key is passed over. */
static bool find_first(struct request *rq, size_t from, size_t count, size_t *at,
                       struct zset **zset, struct reply *out)
{
    for (*at = from; *at < from + count; ++*at) {
        if (zset_args_find(rq, *at, FIND_WRITE, zset, out) < 0) {
            if (!(rq->flags & REQUEST_RETRY))
                return false;
            reply_restart(out);
        }
        if (*zset)
            return true;
    }
    *at = 0;
    return true;
}

/* Parks at `count` keys from argument `from` on, or answers as on timeout. */
static void wait_for(struct request *rq, size_t from, size_t count, int64_t deadline_ms,
                     struct reply *out)
{
    struct wait_on *on = arena_array(rq->arena, count, sizeof(*on));

    for (size_t i = 0; i < count; i++)
        on[i] = (struct wait_on){
            .key = request_key(rq, from + i), .lane = SPAN("zset"), .kind = WAIT_TAKE};
    if (!request_wait(rq, on, count, deadline_ms))
        reply_null_array(out);
}

/* Logs ZPOPMIN or ZPOPMAX with the count, if it is not 1. */
static void log_pop(struct request *rq, struct key key, enum zset_end end, size_t count)
{
    struct span *argv;

    if (!request_is_logged(rq))
        return;
    argv = arena_array(rq->arena, 3, sizeof(*argv));
    argv[0] = end == ZSET_MIN ? SPAN("ZPOPMIN") : SPAN("ZPOPMAX");
    argv[1] = key.name;
    argv[2] = arena_printf(rq->arena, "%zu", count);
    request_rewrite(rq, count == 1 ? 2 : 3, argv);
}

/* BZPOPMIN, BZPOPMAX key [key ...] timeout -> [key, member, score] of the first key that has one.
 */
static void blocking_pop(struct request *rq, enum zset_end end, struct reply *out)
{
    size_t at, begin, keys = rq->argc - 2;
    struct zset_walk walk;
    struct zset *zset;
    struct span member;
    int64_t deadline_ms;
    double score;

    if (!zset_args_deadline(rq, rq->argv[rq->argc - 1], &deadline_ms, out) ||
        !find_first(rq, 1, keys, &at, &zset, out))
        return;
    if (at == 0) {
        wait_for(rq, 1, keys, deadline_ms, out);
        return;
    }
    end_ranks(zset, end, &begin, 1);
    zset_walk_begin(&walk, zset, begin, false);
    zset_walk_next(&walk, &member, &score);
    reply_array(out, 3);
    reply_bulk(out, rq->argv[at]);
    reply_bulk(out, member);
    reply_double(out, score);
    pop(rq, request_key(rq, at), zset, end, 1);
    log_pop(rq, request_key(rq, at), end, 1);
}

static void bzpopmin(struct request *rq, struct reply *out)
{
    blocking_pop(rq, ZSET_MIN, out);
}

static void bzpopmax(struct request *rq, struct reply *out)
{
    blocking_pop(rq, ZSET_MAX, out);
}

struct mpop_args {
    size_t first, keys; /* the keys' arguments */
    enum zset_end end;
    int64_t count;
};

static int mpop_error(struct reply *out, const char *text)
{
    reply_error(out, text);
    return ERR_SYNTAX;
}

/* A whole number above 0. */
static bool parse_count(struct span word, int64_t *count)
{
    return num_parse_i64(word, count) == 0 && *count > 0;
}

/* numkeys key [key ...] MIN | MAX [COUNT count], from argument `at` on. */
static int parse_mpop(const struct request *rq, size_t at, struct mpop_args *args,
                      struct reply *out)
{
    bool counted = false;
    int64_t keys;

    if (!parse_count(rq->argv[at], &keys))
        return mpop_error(out, "ERR numkeys should be greater than 0");
    if ((uint64_t)keys >= rq->argc - at - 1)
        return mpop_error(out, ERROR_SYNTAX);
    args->first = at + 1;
    args->keys = (size_t)keys;
    args->count = 1;
    at += 1 + args->keys;
    if (span_is(rq->argv[at], "min"))
        args->end = ZSET_MIN;
    else if (span_is(rq->argv[at], "max"))
        args->end = ZSET_MAX;
    else
        return mpop_error(out, ERROR_SYNTAX);
    for (at++; at < rq->argc; at += 2) {
        if (counted || at + 1 == rq->argc || !span_is(rq->argv[at], "count"))
            return mpop_error(out, ERROR_SYNTAX);
        if (!parse_count(rq->argv[at + 1], &args->count))
            return mpop_error(out, "ERR count should be greater than 0");
        counted = true;
    }
    return 0;
}

/* [key, [[member, score] ...]], with pairs in RESP2 too. */
static void pop_many(struct request *rq, size_t at, struct zset *zset, const struct mpop_args *args,
                     struct reply *out)
{
    struct key key = request_key(rq, at);
    size_t count = zset_count(zset), begin;
    struct zset_walk walk;
    struct span member;
    double score;

    count = (uint64_t)args->count < count ? (size_t)args->count : count;
    reply_array(out, 2);
    reply_bulk(out, key.name);
    reply_array(out, count);
    end_ranks(zset, args->end, &begin, count);
    zset_walk_begin(&walk, zset, args->end == ZSET_MIN ? begin : begin + count - 1,
                    args->end == ZSET_MAX);
    for (size_t i = 0; i < count && zset_walk_next(&walk, &member, &score); i++) {
        reply_array(out, 2);
        reply_bulk(out, member);
        reply_double(out, score);
    }
    pop(rq, key, zset, args->end, count);
    log_pop(rq, key, args->end, count);
}

/* ZMPOP numkeys key [key ...] MIN | MAX [COUNT count] -> key and elements of the first key that has
 * some. */
static void zmpop(struct request *rq, struct reply *out)
{
    struct mpop_args args;
    struct zset *zset;
    size_t at;

    if (parse_mpop(rq, 1, &args, out) < 0 ||
        !find_first(rq, args.first, args.keys, &at, &zset, out))
        return;
    if (at == 0)
        reply_null_array(out);
    else
        pop_many(rq, at, zset, &args, out);
}

/* BZMPOP timeout numkeys key [key ...] MIN | MAX [COUNT count] -> as ZMPOP. */
static void bzmpop(struct request *rq, struct reply *out)
{
    struct mpop_args args;
    struct zset *zset;
    int64_t deadline_ms;
    size_t at;

    if (parse_mpop(rq, 2, &args, out) < 0 ||
        !zset_args_deadline(rq, rq->argv[1], &deadline_ms, out) ||
        !find_first(rq, args.first, args.keys, &at, &zset, out))
        return;
    if (at == 0)
        wait_for(rq, args.first, args.keys, deadline_ms, out);
    else
        pop_many(rq, at, zset, &args, out);
}

const struct command_spec zset_pop_commands[] = {
    {.name = "zpopmin",
     .usage = "key [count]",
     .summary = "Removes and returns the elements with the lowest scores.",
     .group = "sorted-set",
     .since = "5.0.0",
     .complexity = "O(log N) for each element popped",
     .arity = -2,
     .flags = CMD_WRITE | CMD_FAST | CMD_SHARDED,
     .acl = ACL_SORTEDSET,
     .keys = {KEY_AT(1, KEY_RW | KEY_ACCESS | KEY_DELETE)},
     .run = zpopmin},
    {.name = "zpopmax",
     .usage = "key [count]",
     .summary = "Removes and returns the elements with the highest scores.",
     .group = "sorted-set",
     .since = "5.0.0",
     .complexity = "O(log N) for each element popped",
     .arity = -2,
     .flags = CMD_WRITE | CMD_FAST | CMD_SHARDED,
     .acl = ACL_SORTEDSET,
     .keys = {KEY_AT(1, KEY_RW | KEY_ACCESS | KEY_DELETE)},
     .run = zpopmax},
    {.name = "zmpop",
     .usage = "numkeys key [key ...] <MIN | MAX> [COUNT count]",
     .summary = "Pops elements from the first of several sorted sets that has some.",
     .group = "sorted-set",
     .since = "7.0.0",
     .complexity = "O(K + M log N) for K keys and M elements popped",
     .arity = -4,
     .flags = CMD_WRITE | CMD_MOVABLEKEYS | CMD_SHARDED,
     .acl = ACL_SORTEDSET,
     .keys = {KEYS_COUNTED(1, 1, KEY_RW | KEY_ACCESS | KEY_DELETE)},
     .run = zmpop},
    {.name = "bzpopmin",
     .usage = "key [key ...] timeout",
     .summary = "Pops the element with the lowest score of several sorted sets, or waits for one.",
     .group = "sorted-set",
     .since = "5.0.0",
     .complexity = "O(K + log N) for K keys",
     .arity = -3,
     .flags = CMD_WRITE | CMD_BLOCKING | CMD_FAST | CMD_SHARDED,
     .acl = ACL_SORTEDSET,
     .keys = {KEYS_FROM(1, -2, 1, KEY_RW | KEY_ACCESS | KEY_DELETE)},
     .run = bzpopmin},
    {.name = "bzpopmax",
     .usage = "key [key ...] timeout",
     .summary = "Pops the element with the highest score of several sorted sets, or waits for one.",
     .group = "sorted-set",
     .since = "5.0.0",
     .complexity = "O(K + log N) for K keys",
     .arity = -3,
     .flags = CMD_WRITE | CMD_BLOCKING | CMD_FAST | CMD_SHARDED,
     .acl = ACL_SORTEDSET,
     .keys = {KEYS_FROM(1, -2, 1, KEY_RW | KEY_ACCESS | KEY_DELETE)},
     .run = bzpopmax},
    {.name = "bzmpop",
     .usage = "timeout numkeys key [key ...] <MIN | MAX> [COUNT count]",
     .summary = "Pops elements from the first of several sorted sets that has some, or waits.",
     .group = "sorted-set",
     .since = "7.0.0",
     .complexity = "O(K + M log N) for K keys and M elements popped",
     .arity = -5,
     .flags = CMD_WRITE | CMD_BLOCKING | CMD_MOVABLEKEYS | CMD_SHARDED,
     .acl = ACL_SORTEDSET,
     .keys = {KEYS_COUNTED(2, 1, KEY_RW | KEY_ACCESS | KEY_DELETE)},
     .run = bzmpop},
    {.name = NULL},
};
