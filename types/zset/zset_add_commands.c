/* zset_add_commands.c - ZADD, ZINCRBY, ZREM. */
#include "core/base/error.h"
#include "core/num/num.h"
#include "types/zset/zset_args.h"
#include "types/zset/zset_commands.h"

static int syntax_error(struct reply *out, const char *text)
{
    reply_error(out, text);
    return ERR_SYNTAX;
}

/* The options of ZADD before the pairs; *at is where those begin. */
static void parse_options(const struct request *rq, struct zset_add_args *args, size_t *at)
{
    static const struct {
        const char *word;
        unsigned flag;
    } words[] = {{"nx", ZSET_NX},
                 {"xx", ZSET_XX},
                 {"gt", ZSET_GT},
                 {"lt", ZSET_LT},
                 {"incr", ZSET_INCREMENT}};
    bool known = true;

    for (*at = 2; known && *at < rq->argc; *at += known) {
        known = span_is(rq->argv[*at], "ch");
        args->changed |= known;
        for (size_t i = 0; !known && i < sizeof(words) / sizeof(*words); i++) {
            known = span_is(rq->argv[*at], words[i].word);
            args->flags |= known ? words[i].flag : 0;
        }
    }
}

static int parse_zadd(struct request *rq, struct zset_add_args *args, struct reply *out)
{
    struct zset_pair *pairs;
    unsigned flags;
    size_t at;

    parse_options(rq, args, &at);
    flags = args->flags;
    args->count = (rq->argc - at) / 2;
    if (args->count == 0 || (rq->argc - at) % 2 != 0)
        return syntax_error(out, ERROR_SYNTAX);
    if (flags & ZSET_NX && flags & ZSET_XX)
        return syntax_error(out, "ERR XX and NX options at the same time are not compatible");
    if ((flags & ZSET_NX && flags & (ZSET_GT | ZSET_LT)) || (flags & ZSET_GT && flags & ZSET_LT))
        return syntax_error(out,
                            "ERR GT, LT, and/or NX options at the same time are not compatible");
    if (flags & ZSET_INCREMENT && args->count > 1)
        return syntax_error(out, "ERR INCR option supports a single increment-element pair");
    args->pairs = pairs = arena_alloc(rq->arena, args->count * sizeof(*pairs));
    for (size_t i = 0; i < args->count; i++, at += 2) {
        if (num_parse_double(rq->argv[at], &pairs[i].score) < 0)
            return syntax_error(out, ERROR_NOT_FLOAT);
        pairs[i].member = rq->argv[at + 1];
    }
    return 0;
}

/* The zset to add to, made if it is missing. */
static struct zset *get_or_create(struct request *rq, struct key key, struct zset *zset,
                                  const struct zset_add_args *args)
{
    if (!zset) {
        zset = zset_new();
        keyspace_add_take(rq, key, &zset_type, zset);
        request_effect(rq, key, 0, EVENT_NEW, "new");
    }
    zset_expect(zset, args->count, args->pairs[0].member.size, rq->settings);
    return zset;
}

static void reply_added(const struct zset_add_args *args, const size_t *results, bool refused,
                        double now, struct reply *out)
{
    if (!(args->flags & ZSET_INCREMENT))
        reply_integer(out,
                      (int64_t)(results[ZSET_ADDED] + (args->changed ? results[ZSET_UPDATED] : 0)));
    else if (refused)
        reply_null(out);
    else
        reply_double(out, now);
}

void zset_add_pairs(struct request *rq, struct key key, const struct zset_add_args *args,
                    struct reply *out)
{
    size_t results[ZSET_NAN + 1] = {0};
    struct zset *zset;
    double now = 0;

    if (zset_args_find_key(rq, key, FIND_WRITE, &zset, out) < 0)
        return;
    if (!zset && args->flags & ZSET_XX) {
        reply_added(args, results, true, now, out);
        return;
    }
    zset = get_or_create(rq, key, zset, args);
    for (size_t i = 0; i < args->count; i++)
        results[zset_add(zset, args->pairs[i].member, args->pairs[i].score, args->flags,
                         rq->settings, &now)]++;
    if (results[ZSET_NAN] > 0) { /* only INCR can, and that has one pair */
        reply_error(out, "ERR resulting score is not a number (NaN)");
        return;
    }
    if (results[ZSET_ADDED] + results[ZSET_UPDATED] > 0)
        request_changed(rq, key, EVENT_ZSET, args->flags & ZSET_INCREMENT ? "zincr" : "zadd");
    reply_added(args, results, results[ZSET_REFUSED] > 0, now, out);
}

/* ZADD key [NX | XX] [GT | LT] [CH] [INCR] score member [score member ...] -> how many were added;
 * with INCR the new score. */
static void zadd(struct request *rq, struct reply *out)
{
    struct zset_add_args args = {0};

    if (parse_zadd(rq, &args, out) == 0)
        zset_add_pairs(rq, request_key(rq, 1), &args, out);
}

/* ZINCRBY key increment member -> the new score. */
static void zincrby(struct request *rq, struct reply *out)
{
    struct zset_pair pair = {.member = rq->argv[3]};
    struct zset_add_args args = {.flags = ZSET_INCREMENT, .count = 1, .pairs = &pair};

    if (num_parse_double(rq->argv[2], &pair.score) < 0)
        reply_error(out, ERROR_NOT_FLOAT);
    else
        zset_add_pairs(rq, request_key(rq, 1), &args, out);
}

/* ZREM key member [member ...] -> how many were there. */
static void zrem(struct request *rq, struct reply *out)
{
    struct zset *zset;
    int64_t removed = 0;

    if (zset_args_find(rq, 1, FIND_WRITE, &zset, out) < 0)
        return;
    for (size_t i = 2; zset && i < rq->argc && zset_count(zset) > 0; i++)
        removed += zset_remove(zset, rq->argv[i]);
    if (removed > 0)
        zset_removed(rq, request_key(rq, 1), zset, "zrem");
    reply_integer(out, removed);
}

const struct command_spec zset_add_commands[] = {
    {.name = "zadd",
     .usage = "key [NX | XX] [GT | LT] [CH] [INCR] score member [score member ...]",
     .summary = "Adds members with scores to a sorted set, or changes their scores.",
     .group = "sorted-set",
     .since = "1.2.0",
     .complexity = "O(log N) for each pair",
     .arity = -4,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_FAST | CMD_SHARDED,
     .acl = ACL_SORTEDSET,
     .keys = {KEY_AT(1, KEY_RW | KEY_UPDATE)},
     .run = zadd},
    {.name = "zincrby",
     .usage = "key increment member",
     .summary = "Adds to the score of a member, which begins at 0.",
     .group = "sorted-set",
     .since = "1.2.0",
     .complexity = "O(log N)",
     .arity = 4,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_FAST | CMD_SHARDED,
     .acl = ACL_SORTEDSET,
     .keys = {KEY_AT(1, KEY_RW | KEY_ACCESS | KEY_UPDATE)},
     .run = zincrby},
    {.name = "zrem",
     .usage = "key member [member ...]",
     .summary = "Removes members from a sorted set.",
     .group = "sorted-set",
     .since = "1.2.0",
     .complexity = "O(log N) for each member",
     .arity = -3,
     .flags = CMD_WRITE | CMD_FAST | CMD_SHARDED,
     .acl = ACL_SORTEDSET,
     .keys = {KEY_AT(1, KEY_RW | KEY_DELETE)},
     .run = zrem},
    {.name = NULL},
};
