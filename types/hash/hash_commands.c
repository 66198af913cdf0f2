/* HSET, HMSET, HSETNX and HDEL. */
#include "types/hash/hash_commands.h"

#include "types/hash/hash_call.h"

/* Sets the pairs from argument 2 on; false after writing an error. */
static bool set_pairs(struct request *rq, size_t *added, struct reply *out)
{
    struct hash_call call;

    if (rq->argc % 2 == 1) {
        reply_error_format(out, "ERR wrong number of arguments for '%s' command", rq->spec->name);
        return false;
    }
    if (hash_call_begin(&call, rq, 1, FIND_WRITE, out) < 0)
        return false;
    *added = hash_call_set(&call, rq->argv + 2, (rq->argc - 2) / 2, false);
    hash_call_event(&call, "hset");
    hash_call_end(&call);
    return true;
}

/* HSET key field value [field value ...] -> how many of the fields are new. */
static void hset(struct request *rq, struct reply *out)
{
    size_t added;

    if (set_pairs(rq, &added, out))
        reply_integer(out, (int64_t)added);
}

/* HMSET key field value [field value ...] */
static void hmset(struct request *rq, struct reply *out)
{
    size_t added;

    if (set_pairs(rq, &added, out))
        reply_ok(out);
}

/* HSETNX key field value -> 1 if the field was missing and is set. */
static void hsetnx(struct request *rq, struct reply *out)
{
    struct hash_call call;
    struct hash_item item;
    bool set;

    if (hash_call_begin(&call, rq, 1, FIND_WRITE, out) < 0)
        return;
    set = !hash_call_find(&call, rq->argv[2], &item);
    if (set) {
        hash_call_set(&call, rq->argv + 2, 1, false);
        hash_call_event(&call, "hset");
    }
    hash_call_end(&call);
    reply_integer(out, set);
}

/* HDEL key field [field ...] -> how many of the fields there were. */
static void hdel(struct request *rq, struct reply *out)
{
    struct hash_call call;
    struct hash_item item;
    int64_t deleted = 0;

    if (hash_call_begin(&call, rq, 1, FIND_WRITE, out) < 0)
        return;
    for (size_t i = 2; i < rq->argc; i++) {
        if (!hash_call_find(&call, rq->argv[i], &item))
            continue;
        hash_delete(call.hash, rq->argv[i]);
        deleted++;
    }
    if (deleted > 0)
        hash_call_event(&call, "hdel");
    hash_call_end(&call);
    reply_integer(out, deleted);
}

const struct command_spec hash_commands[] = {
    {.name = "hset",
     .usage = "key field value [field value ...]",
     .summary = "Sets fields of a hash, creating it if it is missing.",
     .group = "hash",
     .since = "2.0.0",
     .complexity = "O(1) for each field",
     .arity = -4,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_FAST | CMD_SHARDED,
     .acl = ACL_HASH,
     .keys = {KEY_AT(1, KEY_RW | KEY_UPDATE)},
     .run = hset},
    {.name = "hmset",
     .usage = "key field value [field value ...]",
     .summary = "Sets fields of a hash.",
     .group = "hash",
     .since = "2.0.0",
     .complexity = "O(N) in the fields",
     .arity = -4,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_FAST | CMD_SHARDED,
     .acl = ACL_HASH,
     .keys = {KEY_AT(1, KEY_RW | KEY_UPDATE)},
     .deprecated_since = "4.0.0",
     .replaced_by = "`HSET` with multiple field-value pairs",
     .run = hmset},
    {.name = "hsetnx",
     .usage = "key field value",
     .summary = "Sets a field of a hash only if it is missing.",
     .group = "hash",
     .since = "2.0.0",
     .complexity = "O(1)",
     .arity = 4,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_FAST | CMD_SHARDED,
     .acl = ACL_HASH,
     .keys = {KEY_AT(1, KEY_RW | KEY_INSERT)},
     .run = hsetnx},
    {.name = "hdel",
     .usage = "key field [field ...]",
     .summary = "Deletes fields of a hash, and the key with the last of them.",
     .group = "hash",
     .since = "2.0.0",
     .complexity = "O(N) in the fields",
     .arity = -3,
     .flags = CMD_WRITE | CMD_FAST | CMD_SHARDED,
     .acl = ACL_HASH,
     .keys = {KEY_AT(1, KEY_RW | KEY_DELETE)},
     .run = hdel},
    {.name = NULL},
};
