/* zset_combine_commands.c - ZUNION, ZINTER, ZDIFF, their STORE forms, and ZINTERCARD. Inputs are
 * sorted sets or plain sets, whose members count as having the score 1.
 *
 * The result is gathered unordered and put in order once. A union visits every input. Intersection
 * and difference go through one input (the smallest; the first) and look every member up in the
 * others, which ends at the first one that decides. */
#include "core/base/error.h"
#include "core/num/num.h"
#include "types/zset/zset_args.h"
#include "types/zset/zset_commands.h"
#include "types/zset/zset_gather.h"
#include "types/zset/zset_source.h"

#include <math.h>
#include <stdlib.h>

enum operation {
    UNION,
    INTERSECT,
    SUBTRACT
};

enum aggregate {
    AGGREGATE_SUM,
    AGGREGATE_MIN,
    AGGREGATE_MAX,
    AGGREGATE_COUNT
};

struct combine_args {
    enum operation operation;
    bool store, count_only; /* the command's kind */
    bool scores;            /* WITHSCORES */
    enum aggregate aggregate;
    int64_t limit; /* of ZINTERCARD; 0: none */
    struct zset_source *sources;
    size_t count;
};

static int fail(struct reply *out, const char *text)
{
    reply_error(out, text);
    return ERR_SYNTAX;
}

/* --- Arguments. */

static int parse_aggregate(struct span word, enum aggregate *aggregate, struct reply *out)
{
    static const char *const words[] = {"sum", "min", "max", "count"};

    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        if (span_is(word, words[i])) {
            *aggregate = (enum aggregate)i;
            return 0;
        }
    }
    return fail(out, ERROR_SYNTAX);
}

static int parse_weights(const struct request *rq, size_t at, struct combine_args *args,
                         struct reply *out)
{
    for (size_t i = 0; i < args->count; i++)
        if (num_parse_double(rq->argv[at + i], &args->sources[i].weight) < 0)
            return fail(out, "ERR weight value is not a float");
    return 0;
}

/* One option at *at, which moves behind it. */
static int parse_option(const struct request *rq, size_t *at, struct combine_args *args,
                        struct reply *out)
{
    struct span word = rq->argv[*at];
    size_t left = rq->argc - *at;
    bool weighs = args->operation != SUBTRACT && !args->count_only;

    if (weighs && left > args->count && span_is(word, "weights")) {
        ++*at;
        if (parse_weights(rq, *at, args, out) < 0)
            return ERR_SYNTAX;
        *at += args->count;
        return 0;
    }
    if (weighs && left >= 2 && span_is(word, "aggregate")) {
        *at += 2;
        return parse_aggregate(rq->argv[*at - 1], &args->aggregate, out);
    }
    if (!args->store && !args->count_only && span_is(word, "withscores")) {
        ++*at;
        args->scores = true;
        return 0;
    }
    if (args->count_only && left >= 2 && span_is(word, "limit")) {
        *at += 2;
        if (num_parse_i64(rq->argv[*at - 1], &args->limit) == 0 && args->limit >= 0)
            return 0;
        return fail(out, "ERR LIMIT can't be negative");
    }
    return fail(out, ERROR_SYNTAX);
}

/* numkeys key [key ...] and options, from argument `at` on. As in Redis the inputs are looked at
 * before the options. */
static int parse_combine(struct request *rq, size_t at, struct combine_args *args,
                         struct reply *out)
{
    int64_t keys;

    if (num_parse_i64(rq->argv[at], &keys) < 0)
        return fail(out, ERROR_NOT_INTEGER);
    if (keys < 1) {
        reply_error_format(out, "ERR at least 1 input key is needed for '%s' command",
                           rq->spec->name);
        return ERR_RANGE;
    }
    if ((uint64_t)keys > rq->argc - at - 1)
        return fail(out, ERROR_SYNTAX);
    args->count = (size_t)keys;
    args->sources = arena_array(rq->arena, args->count, sizeof(*args->sources));
    for (size_t i = 0; i < args->count; i++) {
        args->sources[i].weight = 1;
        if (zset_source_find(rq, request_key(rq, ++at), &args->sources[i], out) < 0)
            return ERR_UNSUPPORTED;
    }
    for (at++; at < rq->argc;)
        if (parse_option(rq, &at, args, out) < 0)
            return ERR_SYNTAX;
    return 0;
}

/* --- Scores. */

/* What one input contributes; NaN for 0 times infinity. */
static double weigh(const struct combine_args *args, const struct zset_source *source, double score)
{
    return args->aggregate == AGGREGATE_COUNT ? source->weight : source->weight * score;
}

/* Of the first input that has a member, and of each in a union, NaN counts as 0. */
static double contribution(const struct combine_args *args, const struct zset_source *source,
                           double score)
{
    double weighed = weigh(args, source, score);

    return isnan(weighed) ? 0 : weighed;
}

static double aggregate(enum aggregate how, double a, double b)
{
    double sum;

    switch (how) {
    case AGGREGATE_MIN:
        return b < a ? b : a;
    case AGGREGATE_MAX:
        return b > a ? b : a;
    case AGGREGATE_SUM:
    case AGGREGATE_COUNT:
        break;
    }
    sum = a + b;
    return isnan(sum) ? 0 : sum; /* so inf and -inf cancel out */
}

/* --- The operations. */

static int compare_counts(const void *a, const void *b)
{
    size_t x = zset_source_count(a), y = zset_source_count(b);

    return x < y ? -1 : x > y;
}

/* The smallest input first. The order matters to sums of fractions too, so it is Redis's. */
static void sort_sources(const struct combine_args *args)
{
    qsort(args->sources, args->count, sizeof(*args->sources), compare_counts);
}

static void gather_union(const struct combine_args *args, struct zset_gather *gather)
{
    sort_sources(args);
    for (size_t i = 0; i < args->count; i++) {
        const struct zset_source *source = &args->sources[i];
        struct zset_source_walk walk;
        struct span member;
        double score, *total;
        bool added;

        zset_source_walk_begin(&walk, source);
        while (zset_source_walk_next(&walk, &member, &score)) {
            score = contribution(args, source, score);
            total = zset_gather_score(gather, member, &added);
            *total = added ? score : aggregate(args->aggregate, *total, score);
        }
        zset_source_walk_end(&walk);
    }
}

/* True if all other inputs have the member; *total is then its score. */
static bool in_all(const struct combine_args *args, struct span member, double *total)
{
    for (size_t i = 1; i < args->count; i++) {
        const struct zset_source *source = &args->sources[i];
        double score;

        if (!zset_source_score(source, member, &score))
            return false;
        *total = aggregate(args->aggregate, *total, weigh(args, source, score));
    }
    return true;
}

/* Gathers the intersection, or with `gather` NULL only counts it, up to the limit. */
static size_t intersect(const struct combine_args *args, struct zset_gather *gather)
{
    size_t limit = args->limit > 0 ? (size_t)args->limit : SIZE_MAX, found = 0;
    struct zset_source_walk walk;
    struct span member;
    double score;
    bool added;

    sort_sources(args);
    zset_source_walk_begin(&walk, &args->sources[0]);
    while (found < limit && zset_source_walk_next(&walk, &member, &score)) {
        double total = contribution(args, &args->sources[0], score);

        if (!in_all(args, member, &total))
            continue;
        found++;
        if (gather)
            *zset_gather_score(gather, member, &added) = total;
    }
    zset_source_walk_end(&walk);
    return found;
}

static void gather_difference(const struct combine_args *args, struct zset_gather *gather)
{
    struct zset_source_walk walk;
    struct span member;
    double score, other;
    bool added;

    zset_source_walk_begin(&walk, &args->sources[0]);
    while (zset_source_walk_next(&walk, &member, &score)) {
        bool found = false;

        for (size_t i = 1; i < args->count && !found; i++)
            found = zset_source_score(&args->sources[i], member, &other);
        if (!found)
            *zset_gather_score(gather, member, &added) = score;
    }
    zset_source_walk_end(&walk);
}

static struct zset *combine(struct request *rq, const struct combine_args *args)
{
    struct zset_gather *gather = zset_gather_new();

    if (args->operation == UNION)
        gather_union(args, gather);
    else if (args->operation == INTERSECT)
        intersect(args, gather);
    else
        gather_difference(args, gather);
    return zset_gather_finish(gather, rq->settings);
}

/* --- Commands. */

static void reply_combined(struct request *rq, enum operation operation, struct reply *out)
{
    struct combine_args args = {.operation = operation};
    struct zset *result;

    if (parse_combine(rq, 1, &args, out) < 0)
        return;
    result = combine(rq, &args);
    zset_reply_range(out, result, 0, zset_count(result), false, args.scores);
    zset_free(result);
}

static void store_combined(struct request *rq, enum operation operation, const char *event,
                           struct reply *out)
{
    struct combine_args args = {.operation = operation, .store = true};

    if (parse_combine(rq, 2, &args, out) < 0)
        return;
    reply_integer(out, (int64_t)zset_store_take(rq, request_key(rq, 1), combine(rq, &args), event));
}

/* ZUNION numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE SUM | MIN | MAX | COUNT]
 * [WITHSCORES] -> the members of all. */
static void zunion(struct request *rq, struct reply *out)
{
    reply_combined(rq, UNION, out);
}

static void zinter(struct request *rq, struct reply *out)
{
    reply_combined(rq, INTERSECT, out);
}

static void zdiff(struct request *rq, struct reply *out)
{
    reply_combined(rq, SUBTRACT, out);
}

/* ZUNIONSTORE destination ... as ZUNION -> how many elements are there now. */
static void zunionstore(struct request *rq, struct reply *out)
{
    store_combined(rq, UNION, "zunionstore", out);
}

static void zinterstore(struct request *rq, struct reply *out)
{
    store_combined(rq, INTERSECT, "zinterstore", out);
}

static void zdiffstore(struct request *rq, struct reply *out)
{
    store_combined(rq, SUBTRACT, "zdiffstore", out);
}

/* ZINTERCARD numkeys key [key ...] [LIMIT limit] -> how many members all have, at most `limit`. */
static void zintercard(struct request *rq, struct reply *out)
{
    struct combine_args args = {.operation = INTERSECT, .count_only = true};

    if (parse_combine(rq, 1, &args, out) == 0)
        reply_integer(out, (int64_t)intersect(&args, NULL));
}

#define WEIGHTS_USAGE "[WEIGHTS weight [weight ...]] [AGGREGATE <SUM | MIN | MAX | COUNT>]"
#define READ_KEYS                                                                                  \
    {                                                                                              \
        KEYS_COUNTED(1, 1, KEY_RO | KEY_ACCESS)                                                    \
    }
#define STORE_KEYS                                                                                 \
    {                                                                                              \
        KEY_AT(1, KEY_OW | KEY_UPDATE), KEYS_COUNTED(2, 1, KEY_RO | KEY_ACCESS)                    \
    }

const struct command_spec zset_combine_commands[] = {
    {.name = "zunion",
     .usage = "numkeys key [key ...] " WEIGHTS_USAGE " [WITHSCORES]",
     .summary = "Returns the union of several sorted sets.",
     .group = "sorted-set",
     .since = "6.2.0",
     .complexity = "O(N + M log M) with N elements in all inputs and M in the result",
     .arity = -3,
     .flags = CMD_READONLY | CMD_MOVABLEKEYS | CMD_SHARDED,
     .acl = ACL_SORTEDSET,
     .keys = READ_KEYS,
     .run = zunion},
    {.name = "zinter",
     .usage = "numkeys key [key ...] " WEIGHTS_USAGE " [WITHSCORES]",
     .summary = "Returns the intersection of several sorted sets.",
     .group = "sorted-set",
     .since = "6.2.0",
     .complexity = "O(N K + M log M) with N elements in the smallest of K inputs, M in the result",
     .arity = -3,
     .flags = CMD_READONLY | CMD_MOVABLEKEYS | CMD_SHARDED,
     .acl = ACL_SORTEDSET,
     .keys = READ_KEYS,
     .run = zinter},
    {.name = "zdiff",
     .usage = "numkeys key [key ...] [WITHSCORES]",
     .summary = "Returns what the first of several sorted sets has and the others do not.",
     .group = "sorted-set",
     .since = "6.2.0",
     .complexity = "O(N K + M log M) with N elements in the first of K inputs, M in the result",
     .arity = -3,
     .flags = CMD_READONLY | CMD_MOVABLEKEYS | CMD_SHARDED,
     .acl = ACL_SORTEDSET,
     .keys = READ_KEYS,
     .run = zdiff},
    {.name = "zunionstore",
     .usage = "destination numkeys key [key ...] " WEIGHTS_USAGE,
     .summary = "Stores the union of several sorted sets.",
     .group = "sorted-set",
     .since = "2.0.0",
     .complexity = "O(N + M log M) with N elements in all inputs and M in the result",
     .arity = -4,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_MOVABLEKEYS | CMD_SHARDED,
     .acl = ACL_SORTEDSET,
     .keys = STORE_KEYS,
     .run = zunionstore},
    {.name = "zinterstore",
     .usage = "destination numkeys key [key ...] " WEIGHTS_USAGE,
     .summary = "Stores the intersection of several sorted sets.",
     .group = "sorted-set",
     .since = "2.0.0",
     .complexity = "O(N K + M log M) with N elements in the smallest of K inputs, M in the result",
     .arity = -4,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_MOVABLEKEYS | CMD_SHARDED,
     .acl = ACL_SORTEDSET,
     .keys = STORE_KEYS,
     .run = zinterstore},
    {.name = "zdiffstore",
     .usage = "destination numkeys key [key ...]",
     .summary = "Stores what the first of several sorted sets has and the others do not.",
     .group = "sorted-set",
     .since = "6.2.0",
     .complexity = "O(N K + M log M) with N elements in the first of K inputs, M in the result",
     .arity = -4,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_MOVABLEKEYS | CMD_SHARDED,
     .acl = ACL_SORTEDSET,
     .keys = STORE_KEYS,
     .run = zdiffstore},
    {.name = "zintercard",
     .usage = "numkeys key [key ...] [LIMIT limit]",
     .summary = "Counts the members that several sorted sets have in common.",
     .group = "sorted-set",
     .since = "7.0.0",
     .complexity = "O(N K) with N elements in the smallest of K inputs",
     .arity = -3,
     .flags = CMD_READONLY | CMD_MOVABLEKEYS | CMD_SHARDED,
     .acl = ACL_SORTEDSET,
     .keys = READ_KEYS,
     .run = zintercard},
    {.name = NULL},
};
