/* zset_remove_commands.c - ZREMRANGEBYRANK, ZREMRANGEBYSCORE, ZREMRANGEBYLEX. */
#include "types/zset/zset_args.h"
#include "types/zset/zset_commands.h"

/* key first second -> how many elements were in the range, and are gone. */
static void remove_range(struct request *rq, enum zset_range_kind kind, const char *event,
                         struct reply *out)
{
    struct zset_range range = {.kind = kind};
    struct zset *zset;
    size_t begin = 0, end = 0;

    if (!zset_range_parse(&range, rq->argv[2], rq->argv[3], out) ||
        zset_args_find(rq, 1, FIND_WRITE, &zset, out) < 0)
        return;
    if (zset)
        zset_range_ranks(&range, zset, &begin, &end);
    if (begin < end) {
        zset_remove_ranks(zset, begin, end);
        zset_removed(rq, request_key(rq, 1), zset, event);
        if (kind == ZSET_BY_LEX)
            zset_log_ranks(rq, SPAN("ZREMRANGEBYRANK"), 1, begin, end);
    }
    reply_integer(out, (int64_t)(end - begin));
}

static void zremrangebyrank(struct request *rq, struct reply *out)
{
    remove_range(rq, ZSET_BY_RANK, "zremrangebyrank", out);
}

static void zremrangebyscore(struct request *rq, struct reply *out)
{
    remove_range(rq, ZSET_BY_SCORE, "zremrangebyscore", out);
}

static void zremrangebylex(struct request *rq, struct reply *out)
{
    remove_range(rq, ZSET_BY_LEX, "zremrangebylex", out);
}

const struct command_spec zset_remove_commands[] = {
    {.name = "zremrangebyrank",
     .usage = "key start stop",
     .summary = "Removes the elements in a range of places.",
     .group = "sorted-set",
     .since = "2.0.0",
     .complexity = "O(log N) for each element removed",
     .arity = 4,
     .flags = CMD_WRITE | CMD_SHARDED,
     .acl = ACL_SORTEDSET,
     .keys = {KEY_AT(1, KEY_RW | KEY_DELETE)},
     .run = zremrangebyrank},
    {.name = "zremrangebyscore",
     .usage = "key min max",
     .summary = "Removes the elements in a range of scores.",
     .group = "sorted-set",
     .since = "1.2.0",
     .complexity = "O(log N) for each element removed",
     .arity = 4,
     .flags = CMD_WRITE | CMD_SHARDED,
     .acl = ACL_SORTEDSET,
     .keys = {KEY_AT(1, KEY_RW | KEY_DELETE)},
     .run = zremrangebyscore},
    {.name = "zremrangebylex",
     .usage = "key min max",
     .summary = "Removes the elements in a range of names, where all scores are equal.",
     .group = "sorted-set",
     .since = "2.8.9",
     .complexity = "O(log N) for each element removed",
     .arity = 4,
     .flags = CMD_WRITE | CMD_SHARDED,
     .acl = ACL_SORTEDSET,
     .keys = {KEY_AT(1, KEY_RW | KEY_DELETE)},
     .run = zremrangebylex},
    {.name = NULL},
};
