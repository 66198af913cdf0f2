/* zset_range_commands.c - ZRANGE, its older forms, ZRANGESTORE; ZCOUNT and ZLEXCOUNT. All of them
 * choose a range of ranks, from which LIMIT then takes a part without walking to it. */
#include "core/base/error.h"
#include "core/num/num.h"
#include "types/zset/zset_args.h"
#include "types/zset/zset_commands.h"
#include "types/zset/zset_gather.h"

/* What a command says by its name, and what its words add. */
struct range_args {
    struct zset_range range;
    bool kind_fixed, direction_fixed; /* by the name */
    bool scores;                      /* WITHSCORES */
    int64_t offset, limit;            /* LIMIT; limit below 0: all */
};

static int syntax_error(struct reply *out, const char *text)
{
    reply_error(out, text);
    return ERR_SYNTAX;
}

/* BYSCORE, BYLEX, REV, each once, where the name leaves it open. */
static bool take_mode(struct range_args *args, struct span word)
{
    if (!args->direction_fixed && span_is(word, "rev")) {
        args->direction_fixed = args->range.down = true;
        return true;
    }
    if (args->kind_fixed)
        return false;
    if (span_is(word, "byscore"))
        args->range.kind = ZSET_BY_SCORE;
    else if (span_is(word, "bylex"))
        args->range.kind = ZSET_BY_LEX;
    else
        return false;
    args->kind_fixed = true;
    return true;
}

/* The words from argument `at` on: two bounds, then options. */
static int parse_range(const struct request *rq, size_t at, bool store, struct range_args *args,
                       struct reply *out)
{
    args->limit = -1;
    for (size_t i = at + 2; i < rq->argc; i++) {
        struct span word = rq->argv[i];

        if (!store && span_is(word, "withscores")) {
            args->scores = true;
        } else if (span_is(word, "limit") && i + 2 < rq->argc) {
            if (num_parse_i64(rq->argv[i + 1], &args->offset) < 0 ||
                num_parse_i64(rq->argv[i + 2], &args->limit) < 0)
                return syntax_error(out, ERROR_NOT_INTEGER);
            i += 2;
        } else if (!take_mode(args, word)) {
            return syntax_error(out, ERROR_SYNTAX);
        }
    }
    if (args->limit != -1 && args->range.kind == ZSET_BY_RANK)
        return syntax_error(out, "ERR syntax error, LIMIT is only supported in combination with "
                                 "either BYSCORE or BYLEX");
    if (args->scores && args->range.kind == ZSET_BY_LEX)
        return syntax_error(out,
                            "ERR syntax error, WITHSCORES not supported in combination with BYLEX");
    return zset_range_parse(&args->range, rq->argv[at], rq->argv[at + 1], out) ? 0 : ERR_SYNTAX;
}

/* What LIMIT leaves of the ranks. */
static void apply_limit(const struct range_args *args, size_t *begin, size_t *end)
{
    size_t count = *end - *begin, skip, take;

    if (args->range.kind == ZSET_BY_RANK)
        return;
    skip = args->offset < 0 || (uint64_t)args->offset > count ? count : (size_t)args->offset;
    take = count - skip;
    if (args->limit >= 0 && (uint64_t)args->limit < take)
        take = (size_t)args->limit;
    if (args->range.down)
        *begin = *end - skip - take;
    else
        *begin += skip;
    *end = *begin + take;
}

static void reply_chosen(struct request *rq, struct range_args *args, struct reply *out)
{
    struct zset *zset;
    size_t begin, end;

    if (parse_range(rq, 2, false, args, out) < 0 ||
        zset_args_find(rq, 1, FIND_READ, &zset, out) < 0)
        return;
    if (!zset) {
        reply_array(out, 0);
        return;
    }
    zset_range_ranks(&args->range, zset, &begin, &end);
    apply_limit(args, &begin, &end);
    zset_reply_range(out, zset, begin, end, args->range.down, args->scores);
}

/* ZRANGE key start stop [BYSCORE | BYLEX] [REV] [LIMIT offset count] [WITHSCORES] -> the members of
 * a range. */
static void zrange(struct request *rq, struct reply *out)
{
    struct range_args args = {0};

    reply_chosen(rq, &args, out);
}

/* The same where the name says it all. */
static void reply_fixed(struct request *rq, enum zset_range_kind kind, bool down, struct reply *out)
{
    struct range_args args = {
        .range = {.kind = kind, .down = down}, .kind_fixed = true, .direction_fixed = true};

    reply_chosen(rq, &args, out);
}

static void zrevrange(struct request *rq, struct reply *out)
{
    reply_fixed(rq, ZSET_BY_RANK, true, out);
}

static void zrangebyscore(struct request *rq, struct reply *out)
{
    reply_fixed(rq, ZSET_BY_SCORE, false, out);
}

static void zrevrangebyscore(struct request *rq, struct reply *out)
{
    reply_fixed(rq, ZSET_BY_SCORE, true, out);
}

static void zrangebylex(struct request *rq, struct reply *out)
{
    reply_fixed(rq, ZSET_BY_LEX, false, out);
}

static void zrevrangebylex(struct request *rq, struct reply *out)
{
    reply_fixed(rq, ZSET_BY_LEX, true, out);
}

/* ZRANGESTORE dst src min max [BYSCORE | BYLEX] [REV] [LIMIT offset count] -> how many elements are
 * in dst now. */
static void zrangestore(struct request *rq, struct reply *out)
{
    struct range_args args = {0};
    struct zset *source, *result;
    struct zset_walk walk;
    struct span member;
    size_t begin = 0, end = 0;
    double score;

    if (parse_range(rq, 3, true, &args, out) < 0 ||
        zset_args_find(rq, 2, FIND_READ, &source, out) < 0)
        return;
    result = zset_new();
    if (source) {
        zset_range_ranks(&args.range, source, &begin, &end);
        apply_limit(&args, &begin, &end);
        zset_expect(result, end - begin, 0, rq->settings);
        zset_walk_begin(&walk, source, begin, false);
    }
    if (args.range.kind == ZSET_BY_LEX)
        zset_log_ranks(rq, SPAN("ZRANGESTORE"), 2, begin, end);
    for (; begin < end && zset_walk_next(&walk, &member, &score); begin++)
        zset_add(result, member, score, 0, rq->settings, NULL);
    reply_integer(out, (int64_t)zset_store_take(rq, request_key(rq, 1), result, "zrangestore"));
}

/* ZCOUNT, ZLEXCOUNT key min max -> how many elements are in the range. */
static void count_range(struct request *rq, enum zset_range_kind kind, struct reply *out)
{
    struct zset_range range = {.kind = kind};
    struct zset *zset;
    size_t begin = 0, end = 0;

    if (!zset_range_parse(&range, rq->argv[2], rq->argv[3], out) ||
        zset_args_find(rq, 1, FIND_READ, &zset, out) < 0)
        return;
    if (zset)
        zset_range_ranks(&range, zset, &begin, &end);
    reply_integer(out, (int64_t)(end - begin));
}

static void zcount(struct request *rq, struct reply *out)
{
    count_range(rq, ZSET_BY_SCORE, out);
}

static void zlexcount(struct request *rq, struct reply *out)
{
    count_range(rq, ZSET_BY_LEX, out);
}

const struct command_spec zset_range_commands[] = {
    {.name = "zrange",
     .usage = "key start stop [BYSCORE | BYLEX] [REV] [LIMIT offset count] [WITHSCORES]",
     .summary = "Returns the members in a range of places, scores or names.",
     .group = "sorted-set",
     .since = "1.2.0",
     .complexity = "O(log N + M) with M members returned",
     .arity = -4,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_SORTEDSET,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .run = zrange},
    {.name = "zrevrange",
     .usage = "key start stop [WITHSCORES]",
     .summary = "Returns the members in a range of places, the highest score first.",
     .group = "sorted-set",
     .since = "1.2.0",
     .complexity = "O(log N + M) with M members returned",
     .arity = -4,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_SORTEDSET,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .deprecated_since = "6.2.0",
     .replaced_by = "`ZRANGE` with the `REV` argument",
     .run = zrevrange},
    {.name = "zrangebyscore",
     .usage = "key min max [WITHSCORES] [LIMIT offset count]",
     .summary = "Returns the members in a range of scores.",
     .group = "sorted-set",
     .since = "1.0.5",
     .complexity = "O(log N + M) with M members returned",
     .arity = -4,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_SORTEDSET,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .deprecated_since = "6.2.0",
     .replaced_by = "`ZRANGE` with the `BYSCORE` argument",
     .run = zrangebyscore},
    {.name = "zrevrangebyscore",
     .usage = "key max min [WITHSCORES] [LIMIT offset count]",
     .summary = "Returns the members in a range of scores, the highest first.",
     .group = "sorted-set",
     .since = "2.2.0",
     .complexity = "O(log N + M) with M members returned",
     .arity = -4,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_SORTEDSET,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .deprecated_since = "6.2.0",
     .replaced_by = "`ZRANGE` with the `REV` and `BYSCORE` arguments",
     .run = zrevrangebyscore},
    {.name = "zrangebylex",
     .usage = "key min max [LIMIT offset count]",
     .summary = "Returns the members in a range of names, where all scores are equal.",
     .group = "sorted-set",
     .since = "2.8.9",
     .complexity = "O(log N + M) with M members returned",
     .arity = -4,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_SORTEDSET,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .deprecated_since = "6.2.0",
     .replaced_by = "`ZRANGE` with the `BYLEX` argument",
     .run = zrangebylex},
    {.name = "zrevrangebylex",
     .usage = "key max min [LIMIT offset count]",
     .summary = "Returns the members in a range of names, the last first.",
     .group = "sorted-set",
     .since = "2.8.9",
     .complexity = "O(log N + M) with M members returned",
     .arity = -4,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_SORTEDSET,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .deprecated_since = "6.2.0",
     .replaced_by = "`ZRANGE` with the `REV` and `BYLEX` arguments",
     .run = zrevrangebylex},
    {.name = "zrangestore",
     .usage = "dst src min max [BYSCORE | BYLEX] [REV] [LIMIT offset count]",
     .summary = "Stores a range of a sorted set at another key.",
     .group = "sorted-set",
     .since = "6.2.0",
     .complexity = "O(log N + M) with M elements stored",
     .arity = -5,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_SHARDED,
     .acl = ACL_SORTEDSET,
     .keys = {KEY_AT(1, KEY_OW | KEY_UPDATE), KEY_AT(2, KEY_RO | KEY_ACCESS)},
     .run = zrangestore},
    {.name = "zcount",
     .usage = "key min max",
     .summary = "Counts the members in a range of scores.",
     .group = "sorted-set",
     .since = "2.0.0",
     .complexity = "O(log N)",
     .arity = 4,
     .flags = CMD_READONLY | CMD_FAST | CMD_SHARDED,
     .acl = ACL_SORTEDSET,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .run = zcount},
    {.name = "zlexcount",
     .usage = "key min max",
     .summary = "Counts the members in a range of names, where all scores are equal.",
     .group = "sorted-set",
     .since = "2.8.9",
     .complexity = "O(log N)",
     .arity = 4,
     .flags = CMD_READONLY | CMD_FAST | CMD_SHARDED,
     .acl = ACL_SORTEDSET,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .run = zlexcount},
    {.name = NULL},
};
