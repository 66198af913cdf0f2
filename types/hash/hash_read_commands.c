/* Reading: HGET, HMGET, HLEN, HSTRLEN, HEXISTS, HGETALL, HKEYS and HVALS. Asking for a field by
 * name removes it if its time has come; going through all of them only leaves it out. HLEN counts
 * what is there. */
#include "types/hash/hash_call.h"
#include "types/hash/hash_commands.h"

/* HGET key field -> the value, or null. */
static void hget(struct request *rq, struct reply *out)
{
    struct hash_call call;
    struct hash_item item;

    if (hash_call_begin(&call, rq, 1, FIND_READ, out) < 0)
        return;
    if (hash_call_find(&call, rq->argv[2], &item))
        reply_bulk(out, item.value);
    else
        reply_null(out);
    hash_call_end(&call);
}

/* HMGET key field [field ...] -> a value or null for each. */
static void hmget(struct request *rq, struct reply *out)
{
    struct hash_call call;
    struct hash_item item;

    if (hash_call_begin(&call, rq, 1, FIND_READ, out) < 0)
        return;
    reply_array(out, rq->argc - 2);
    for (size_t i = 2; i < rq->argc; i++) {
        if (hash_call_find(&call, rq->argv[i], &item))
            reply_bulk(out, item.value);
        else
            reply_null(out);
    }
    hash_call_end(&call);
}

/* HLEN key -> how many fields there are, expired ones that are still there included. */
static void hlen(struct request *rq, struct reply *out)
{
    struct hash_call call;

    if (hash_call_begin(&call, rq, 1, FIND_READ, out) == 0)
        reply_integer(out, call.hash ? (int64_t)hash_count(call.hash) : 0);
}

/* HSTRLEN key field -> bytes of the value, 0 if it is missing. */
static void hstrlen(struct request *rq, struct reply *out)
{
    struct hash_call call;
    struct hash_item item;

    if (hash_call_begin(&call, rq, 1, FIND_READ, out) < 0)
        return;
    reply_integer(out, hash_call_find(&call, rq->argv[2], &item) ? (int64_t)item.value.size : 0);
    hash_call_end(&call);
}

/* HEXISTS key field -> 1 or 0. */
static void hexists(struct request *rq, struct reply *out)
{
    struct hash_call call;
    struct hash_item item;

    if (hash_call_begin(&call, rq, 1, FIND_READ, out) < 0)
        return;
    reply_integer(out, hash_call_find(&call, rq->argv[2], &item));
    hash_call_end(&call);
}

/* How many fields of the hash are to be shown: those that are there less those found expired. */
static size_t count_shown(const struct hash_call *call)
{
    struct hash_item item;
    struct hash_walk walk;
    size_t count = 0;

    if (call->next_ms < 0 || call->next_ms > call->now_ms)
        return hash_count(call->hash);
    hash_walk_begin(&walk, call->hash);
    while (hash_walk_next(&walk, &item))
        count += hash_call_shows(call, &item);
    hash_walk_end(&walk);
    return count;
}

static void reply_all(struct request *rq, bool names, bool values, struct reply *out)
{
    struct hash_call call;
    struct hash_item item;
    struct hash_walk walk;
    size_t count;

    if (hash_call_begin(&call, rq, 1, FIND_READ, out) < 0)
        return;
    count = call.hash ? count_shown(&call) : 0;
    if (names && values)
        reply_map(out, count);
    else
        reply_array(out, count);
    if (!call.hash)
        return;
    hash_walk_begin(&walk, call.hash);
    while (hash_walk_next(&walk, &item)) {
        if (!hash_call_shows(&call, &item))
            continue;
        if (names)
            reply_bulk(out, item.name);
        if (values)
            reply_bulk(out, item.value);
    }
    hash_walk_end(&walk);
}

/* HGETALL key -> a map. */
static void hgetall(struct request *rq, struct reply *out)
{
    reply_all(rq, true, true, out);
}

/* HKEYS key -> the fields. */
static void hkeys(struct request *rq, struct reply *out)
{
    reply_all(rq, true, false, out);
}

/* HVALS key -> the values. */
static void hvals(struct request *rq, struct reply *out)
{
    reply_all(rq, false, true, out);
}

#define READ(key_flags)                                                                            \
    .group = "hash", .flags = CMD_READONLY | CMD_FAST | CMD_SHARDED, .acl = ACL_HASH,              \
    .keys = {KEY_AT(1, KEY_RO | (key_flags))}
#define READ_ALL                                                                                   \
    .group = "hash", .since = "2.0.0", .complexity = "O(N) in the fields of the hash", .arity = 2, \
    .flags = CMD_READONLY | CMD_SHARDED, .acl = ACL_HASH,                                          \
    .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)}, .tips = {"nondeterministic_output_order"}

const struct command_spec hash_read_commands[] = {
    {READ(KEY_ACCESS), .name = "hget", .usage = "key field",
     .summary = "Returns the value of a field of a hash.", .since = "2.0.0", .complexity = "O(1)",
     .arity = 3, .run = hget},
    {READ(KEY_ACCESS), .name = "hmget", .usage = "key field [field ...]",
     .summary = "Returns the values of fields of a hash.", .since = "2.0.0",
     .complexity = "O(N) in the fields asked for", .arity = -3, .run = hmget},
    {READ(0), .name = "hlen", .usage = "key", .summary = "Returns the number of fields of a hash.",
     .since = "2.0.0", .complexity = "O(1)", .arity = 2, .run = hlen},
    {READ(0), .name = "hstrlen", .usage = "key field",
     .summary = "Returns the size of the value of a field.", .since = "3.2.0", .complexity = "O(1)",
     .arity = 3, .run = hstrlen},
    {READ(0), .name = "hexists", .usage = "key field",
     .summary = "Tells whether a hash has a field.", .since = "2.0.0", .complexity = "O(1)",
     .arity = 3, .run = hexists},
    {READ_ALL, .name = "hgetall", .usage = "key",
     .summary = "Returns all fields of a hash with their values.", .run = hgetall},
    {READ_ALL, .name = "hkeys", .usage = "key", .summary = "Returns all fields of a hash.",
     .run = hkeys},
    {READ_ALL, .name = "hvals", .usage = "key", .summary = "Returns all values of a hash.",
     .run = hvals},
    {.name = NULL},
};
