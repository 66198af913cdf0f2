/* zset_read_commands.c - ZCARD, ZSCORE, ZMSCORE, ZRANK, ZREVRANK, ZRANDMEMBER, ZSCAN. */
#include "core/base/error.h"
#include "core/hash/random.h"
#include "core/num/num.h"
#include "core/text/glob.h"
#include "types/zset/zset_args.h"
#include "types/zset/zset_commands.h"

enum {
    SCAN_DEFAULT_COUNT = 10,
    SCAN_STEPS_PER_COUNT = 10, /* a call gives up after so many empty buckets for each wanted */
    SAMPLE_SPARSE = 3, /* below a third of the elements are picked by rank, more by going along */
};

/* ZCARD key -> how many elements. */
static void zcard(struct request *rq, struct reply *out)
{
    struct zset *zset;

    if (zset_args_find(rq, 1, FIND_READ, &zset, out) == 0)
        reply_integer(out, zset ? (int64_t)zset_count(zset) : 0);
}

/* ZSCORE key member -> its score, or null. */
static void zscore(struct request *rq, struct reply *out)
{
    struct zset *zset;
    double score;

    if (zset_args_find(rq, 1, FIND_READ, &zset, out) < 0)
        return;
    if (zset && zset_score(zset, rq->argv[2], &score))
        reply_double(out, score);
    else
        reply_null(out);
}

/* ZMSCORE key member [member ...] -> a score, or null, for each. */
static void zmscore(struct request *rq, struct reply *out)
{
    struct zset *zset;
    double score;

    if (zset_args_find(rq, 1, FIND_READ, &zset, out) < 0)
        return;
    reply_array(out, rq->argc - 2);
    for (size_t i = 2; i < rq->argc; i++) {
        if (zset && zset_score(zset, rq->argv[i], &score))
            reply_double(out, score);
        else
            reply_null(out);
    }
}

/* ZRANK, ZREVRANK key member [WITHSCORE] -> its rank, or [rank, score]; null if it is not there. */
static void rank_from(struct request *rq, bool down, struct reply *out)
{
    struct zset *zset;
    bool with_score = rq->argc == 4;
    size_t rank;
    double score;

    if (rq->argc > 4 || (with_score && !span_is(rq->argv[3], "withscore"))) {
        reply_error(out, ERROR_SYNTAX);
        return;
    }
    if (zset_args_find(rq, 1, FIND_READ, &zset, out) < 0)
        return;
    if (!zset || !zset_rank(zset, rq->argv[2], &rank, &score)) {
        if (with_score)
            reply_null_array(out);
        else
            reply_null(out);
        return;
    }
    if (with_score)
        reply_array(out, 2);
    reply_integer(out, (int64_t)(down ? zset_count(zset) - 1 - rank : rank));
    if (with_score)
        reply_double(out, score);
}

static void zrank(struct request *rq, struct reply *out)
{
    rank_from(rq, false, out);
}

static void zrevrank(struct request *rq, struct reply *out)
{
    rank_from(rq, true, out);
}

/* --- ZRANDMEMBER. */

static void reply_rank(const struct zset *zset, size_t rank, bool scores, struct reply *out)
{
    struct zset_walk walk;
    struct span member;
    double score;

    zset_walk_begin(&walk, zset, rank, false);
    if (zset_walk_next(&walk, &member, &score))
        zset_reply_element(out, member, score, scores);
}

/* Elements by chance, each time among all. */
static void reply_with_repeats(struct request *rq, const struct zset *zset, uint64_t count,
                               bool scores, struct reply *out)
{
    char scratch[NUM_TEXT_LIMIT];
    double score;

    zset_reply_header(out, count, scores);
    for (; count > 0; count--) {
        struct span member = zset_random(zset, rq->random, &score, scratch);

        zset_reply_element(out, member, score, scores);
    }
}

/* `count` of the elements, going along: each is taken with the chance of what is wanted in what is
 * left (Knuth's algorithm S). */
static void reply_along(struct request *rq, const struct zset *zset, size_t count, bool scores,
                        struct reply *out)
{
    size_t left = zset_count(zset);
    struct zset_walk walk;
    struct span member;
    double score;

    zset_walk_begin(&walk, zset, 0, false);
    for (; count > 0 && zset_walk_next(&walk, &member, &score); left--) {
        if (random_below(rq->random, left) >= count)
            continue;
        zset_reply_element(out, member, score, scores);
        count--;
    }
}

/* `count` distinct ranks of many, noted in a table of twice as many slots (Floyd's sampling). */
static void reply_sparse(struct request *rq, const struct zset *zset, size_t count, bool scores,
                         struct reply *out)
{
    size_t slots = 4, total = zset_count(zset);
    size_t *seen; /* rank + 1; 0 is free */

    while (slots < count * 2)
        slots *= 2;
    seen = arena_array(rq->arena, slots, sizeof(*seen));
    for (size_t i = total - count; i < total; i++) {
        size_t rank = random_below(rq->random, i + 1), at = rank & (slots - 1);

        while (seen[at] && seen[at] != rank + 1)
            at = (at + 1) & (slots - 1);
        if (seen[at]) { /* taken: then i itself, which cannot be */
            rank = i;
            at = rank & (slots - 1);
            while (seen[at])
                at = (at + 1) & (slots - 1);
        }
        seen[at] = rank + 1;
        reply_rank(zset, rank, scores, out);
    }
}

static void reply_distinct(struct request *rq, const struct zset *zset, uint64_t wanted,
                           bool scores, struct reply *out)
{
    size_t total = zset_count(zset), count = wanted < total ? (size_t)wanted : total;

    zset_reply_header(out, count, scores);
    if (count <= total / SAMPLE_SPARSE && !zset_is_small(zset))
        reply_sparse(rq, zset, count, scores, out);
    else
        reply_along(rq, zset, count, scores, out);
}

/* ZRANDMEMBER key [count [WITHSCORES]] -> a member by chance, or an array of `count` distinct ones;
 * with a negative count of so many, possibly the same. */
static void zrandmember(struct request *rq, struct reply *out)
{
    char scratch[NUM_TEXT_LIMIT];
    bool scores = rq->argc == 4;
    struct zset *zset;
    int64_t count = 1;
    double score;

    if (rq->argc > 2 && num_parse_i64(rq->argv[2], &count) < 0) {
        reply_error(out, ERROR_NOT_INTEGER);
        return;
    }
    if (count == INT64_MIN) {
        reply_error_format(out, "ERR value is out of range, value must between %lld and %lld",
                           (long long)-INT64_MAX, (long long)INT64_MAX);
        return;
    }
    if (rq->argc > 4 || (scores && !span_is(rq->argv[3], "withscores"))) {
        reply_error(out, ERROR_SYNTAX);
        return;
    }
    if (scores && (count < -INT64_MAX / 2 || count > INT64_MAX / 2)) {
        reply_error(out, ERROR_OUT_OF_RANGE);
        return;
    }
    if (zset_args_find(rq, 1, FIND_READ, &zset, out) < 0)
        return;
    if (rq->argc == 2) {
        if (zset)
            reply_bulk(out, zset_random(zset, rq->random, &score, scratch));
        else
            reply_null(out);
    } else if (!zset || count == 0) {
        reply_array(out, 0);
    } else if (count < 0) {
        reply_with_repeats(rq, zset, (uint64_t)-count, scores, out);
    } else {
        reply_distinct(rq, zset, (uint64_t)count, scores, out);
    }
}

/* --- ZSCAN. */

struct scan_walk {
    struct reply *out;
    struct span pattern; /* data NULL: every member */
    size_t visited, found;
};

static void visit(void *context, struct span member, double score)
{
    struct scan_walk *walk = context;
    char text[40];

    walk->visited++;
    if (walk->pattern.data && !glob_match(walk->pattern, member, false))
        return;
    reply_bulk(walk->out, member);
    reply_bulk(walk->out, span_of(text, num_format_double(text, score)));
    walk->found++;
}

static int parse_scan(const struct request *rq, struct scan_walk *walk, int64_t *count,
                      struct reply *out)
{
    const char *error = NULL;

    for (size_t at = 3; at < rq->argc && !error; at += 2) {
        bool more = at + 1 < rq->argc;

        if (more && span_is(rq->argv[at], "count")) {
            if (num_parse_i64(rq->argv[at + 1], count) < 0)
                error = ERROR_NOT_INTEGER;
            else if (*count < 1)
                error = ERROR_SYNTAX;
        } else if (more && span_is(rq->argv[at], "match")) {
            walk->pattern = rq->argv[at + 1];
            if (span_equal(walk->pattern, SPAN("*")))
                walk->pattern = (struct span){0};
        } else {
            error = span_is(rq->argv[at], "novalues")
                        ? "ERR NOVALUES option can only be used in HSCAN"
                        : ERROR_SYNTAX;
        }
    }
    if (!error)
        return 0;
    reply_error(out, error);
    return ERR_SYNTAX;
}

/* ZSCAN key cursor [MATCH pattern] [COUNT count] -> the next cursor and some members, each with its
 * score as text. The members are written aside, since the cursor comes before them. As in Redis the
 * options of a missing key are not looked at. */
static void zscan(struct request *rq, struct reply *out)
{
    int64_t count = SCAN_DEFAULT_COUNT;
    struct buffer bytes = {0};
    char text[NUM_TEXT_LIMIT];
    struct scan_walk walk = {0};
    struct reply elements;
    struct zset *zset;
    uint64_t cursor;
    size_t steps;

    if (num_parse_u64(rq->argv[2], &cursor) < 0) {
        reply_error(out, "ERR invalid cursor");
        return;
    }
    if (zset_args_find(rq, 1, FIND_READ, &zset, out) < 0)
        return;
    if (zset && parse_scan(rq, &walk, &count, out) < 0)
        return;
    reply_init(&elements, &bytes, out->protocol);
    walk.out = &elements;
    steps = count > INT32_MAX ? INT32_MAX : (size_t)count * SCAN_STEPS_PER_COUNT;
    if (!zset)
        cursor = 0;
    else
        do {
            cursor = zset_scan(zset, cursor, visit, &walk);
        } while (cursor != 0 && walk.visited < (size_t)count && --steps > 0);
    reply_array(out, 2);
    reply_bulk(out, span_of(text, num_format_u64(text, cursor)));
    reply_array(out, walk.found * 2);
    buffer_append(out->out, bytes.data, bytes.size);
    buffer_release(&bytes);
}

const struct command_spec zset_read_commands[] = {
    {.name = "zcard",
     .usage = "key",
     .summary = "Counts the elements of a sorted set.",
     .group = "sorted-set",
     .since = "1.2.0",
     .complexity = "O(1)",
     .arity = 2,
     .flags = CMD_READONLY | CMD_FAST | CMD_SHARDED,
     .acl = ACL_SORTEDSET,
     .keys = {KEY_AT(1, KEY_RO)},
     .run = zcard},
    {.name = "zscore",
     .usage = "key member",
     .summary = "Returns the score of a member.",
     .group = "sorted-set",
     .since = "1.2.0",
     .complexity = "O(1)",
     .arity = 3,
     .flags = CMD_READONLY | CMD_FAST | CMD_SHARDED,
     .acl = ACL_SORTEDSET,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .run = zscore},
    {.name = "zmscore",
     .usage = "key member [member ...]",
     .summary = "Returns the scores of several members.",
     .group = "sorted-set",
     .since = "6.2.0",
     .complexity = "O(N) in the members asked for",
     .arity = -3,
     .flags = CMD_READONLY | CMD_FAST | CMD_SHARDED,
     .acl = ACL_SORTEDSET,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .run = zmscore},
    {.name = "zrank",
     .usage = "key member [WITHSCORE]",
     .summary = "Returns the place of a member, the lowest score being 0.",
     .group = "sorted-set",
     .since = "2.0.0",
     .complexity = "O(log N)",
     .arity = -3,
     .flags = CMD_READONLY | CMD_FAST | CMD_SHARDED,
     .acl = ACL_SORTEDSET,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .run = zrank},
    {.name = "zrevrank",
     .usage = "key member [WITHSCORE]",
     .summary = "Returns the place of a member, the highest score being 0.",
     .group = "sorted-set",
     .since = "2.0.0",
     .complexity = "O(log N)",
     .arity = -3,
     .flags = CMD_READONLY | CMD_FAST | CMD_SHARDED,
     .acl = ACL_SORTEDSET,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .run = zrevrank},
    {.name = "zrandmember",
     .usage = "key [count [WITHSCORES]]",
     .summary = "Returns members of a sorted set by chance.",
     .group = "sorted-set",
     .since = "6.2.0",
     .complexity = "O(N log M) with N returned of M elements",
     .arity = -2,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_SORTEDSET,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .tips = {"nondeterministic_output"},
     .run = zrandmember},
    {.name = "zscan",
     .usage = "key cursor [MATCH pattern] [COUNT count]",
     .summary = "Goes through the elements of a sorted set step by step.",
     .group = "sorted-set",
     .since = "2.8.0",
     .complexity = "O(1) for each call, O(N) for a whole walk",
     .arity = -3,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_SORTEDSET,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .tips = {"nondeterministic_output"},
     .run = zscan},
    {.name = NULL},
};
