#include "types/generic/database_commands.h"

#include "core/base/error.h"
#include "core/num/num.h"
#include "storage/keyspace/keyspace.h"
#include "types/generic/generic_args.h"

/* DBSIZE -> keys of the database, those that expired and were not met since included. */
static void dbsize(struct request *rq, struct reply *out)
{
    reply_integer(out, (int64_t)keyspace_count(rq->keyspace, rq->db));
}

/* Records that a whole database is another now. There is no key: the broker knows the name. */
static void database_changed(struct request *rq, int db, const char *event)
{
    request_effect(rq, request_key_of(rq, (struct span){0}, db), EFFECT_CHANGED, 0, event);
}

/* The option of FLUSHALL and FLUSHDB. 0, or ERR_SYNTAX after writing the error. */
static int parse_flush(const struct request *rq, bool *lazy, struct reply *out)
{
    *lazy = rq->settings->lazyfree_lazy_user_flush;
    if (rq->argc == 1)
        return 0;
    if (rq->argc == 2 && (span_is(rq->argv[1], "async") || span_is(rq->argv[1], "sync"))) {
        *lazy = span_is(rq->argv[1], "async");
        return 0;
    }
    reply_error(out, ERROR_SYNTAX);
    return ERR_SYNTAX;
}

/* FLUSHALL [ASYNC | SYNC] -> OK. Logged even when nothing was there, as Redis does: a replica that
 * had strayed is empty afterwards as well. */
static void flushall(struct request *rq, struct reply *out)
{
    bool lazy;

    if (parse_flush(rq, &lazy, out) < 0)
        return;
    keyspace_flush(rq->keyspace, -1, lazy);
    database_changed(rq, rq->db, "flushall");
    reply_ok(out);
}

/* FLUSHDB [ASYNC | SYNC] -> OK. */
static void flushdb(struct request *rq, struct reply *out)
{
    bool lazy;

    if (parse_flush(rq, &lazy, out) < 0)
        return;
    keyspace_flush(rq->keyspace, rq->db, lazy);
    database_changed(rq, rq->db, "flushdb");
    reply_ok(out);
}

/* SWAPDB index1 index2 -> OK; every client of the one sees the other from now on. */
static void swapdb(struct request *rq, struct reply *out)
{
    int64_t first, second, count = keyspace_databases(rq->keyspace);

    if (num_parse_i64(rq->argv[1], &first) < 0 || first < INT32_MIN || first > INT32_MAX) {
        reply_error(out, "ERR invalid first DB index");
        return;
    }
    if (num_parse_i64(rq->argv[2], &second) < 0 || second < INT32_MIN || second > INT32_MAX) {
        reply_error(out, "ERR invalid second DB index");
        return;
    }
    if (first < 0 || second < 0 || first >= count || second >= count) {
        reply_error(out, ERROR_DB_RANGE);
        return;
    }
    if (first != second) {
        keyspace_swap(rq->keyspace, (int)first, (int)second);
        database_changed(rq, (int)first, "swapdb");
        database_changed(rq, (int)second, "swapdb");
    }
    reply_ok(out);
}

const struct command_spec database_commands[] = {
    {.name = "dbsize",
     .usage = "",
     .summary = "Counts the keys of the database.",
     .group = "server",
     .since = "1.0.0",
     .complexity = "O(1)",
     .arity = 1,
     .flags = CMD_READONLY | CMD_FAST,
     .acl = ACL_KEYSPACE,
     .tips = {"request_policy:all_shards", "response_policy:agg_sum"},
     .run = dbsize},
    {.name = "flushall",
     .usage = "[ASYNC | SYNC]",
     .summary = "Deletes all keys of all databases.",
     .group = "server",
     .since = "1.0.0",
     .complexity = "O(N) in the number of keys, O(1) with ASYNC",
     .arity = -1,
     .flags = CMD_WRITE,
     .acl = ACL_KEYSPACE | ACL_DANGEROUS,
     .tips = {"request_policy:all_shards", "response_policy:all_succeeded"},
     .run = flushall},
    {.name = "flushdb",
     .usage = "[ASYNC | SYNC]",
     .summary = "Deletes all keys of the database.",
     .group = "server",
     .since = "1.0.0",
     .complexity = "O(N) in the number of keys, O(1) with ASYNC",
     .arity = -1,
     .flags = CMD_WRITE,
     .acl = ACL_KEYSPACE | ACL_DANGEROUS,
     .tips = {"request_policy:all_shards", "response_policy:all_succeeded"},
     .run = flushdb},
    {.name = "swapdb",
     .usage = "index1 index2",
     .summary = "Exchanges the contents of two databases.",
     .group = "server",
     .since = "4.0.0",
     .complexity = "O(N) in the clients that wait or watch in the two databases",
     .arity = 3,
     .flags = CMD_WRITE | CMD_FAST,
     .acl = ACL_KEYSPACE | ACL_DANGEROUS,
     .run = swapdb},
    {.name = NULL},
};
