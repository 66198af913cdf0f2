/* SADD, SREM, SMOVE and what asks for members. */
#include "types/set/set_args.h"
#include "types/set/set_commands.h"

/* SADD key member [member ...] -> how many are new. */
static void sadd(struct request *rq, struct reply *out)
{
    struct key key = request_key(rq, 1);
    int64_t added = 0;
    struct set *set;

    if (set_args_find(rq, 1, FIND_WRITE, &set, out) < 0)
        return;
    if (!set)
        set = set_create(rq, key);
    set_expect(set, rq->argv[2], rq->argc - 2, rq->settings);
    for (size_t i = 2; i < rq->argc; i++)
        added += set_add(set, rq->argv[i], rq->settings);
    if (added > 0)
        request_changed(rq, key, EVENT_SET, "sadd");
    reply_integer(out, added);
}

/* SREM key member [member ...] -> how many were there. */
static void srem(struct request *rq, struct reply *out)
{
    int64_t removed = 0;
    struct set *set;

    if (set_args_find(rq, 1, FIND_WRITE, &set, out) < 0)
        return;
    for (size_t i = 2; set && i < rq->argc; i++)
        removed += set_remove(set, rq->argv[i]);
    if (removed > 0)
        set_removed(rq, request_key(rq, 1), set, "srem");
    reply_integer(out, removed);
}

/* SMOVE source destination member -> 1 if the source had it. */
static void smove(struct request *rq, struct reply *out)
{
    struct key to_key = request_key(rq, 2);
    struct span member = rq->argv[3];
    struct set *from, *to;

    if (set_args_find(rq, 1, FIND_WRITE, &from, out) < 0)
        return;
    if (!from) {
        reply_integer(out, 0);
        return;
    }
    if (set_args_find(rq, 2, FIND_WRITE, &to, out) < 0)
        return;
    if (from == to) {
        reply_integer(out, set_contains(from, member));
        return;
    }
    if (!set_remove(from, member)) {
        reply_integer(out, 0);
        return;
    }
    set_removed(rq, request_key(rq, 1), from, "srem");
    if (!to)
        to = set_create(rq, to_key);
    if (set_add(to, member, rq->settings))
        request_changed(rq, to_key, EVENT_SET, "sadd");
    reply_integer(out, 1);
}

/* SISMEMBER key member -> 1 or 0. */
static void sismember(struct request *rq, struct reply *out)
{
    struct set *set;

    if (set_args_find(rq, 1, FIND_READ, &set, out) == 0)
        reply_integer(out, set && set_contains(set, rq->argv[2]));
}

/* SMISMEMBER key member [member ...] -> 1 or 0 for each. */
static void smismember(struct request *rq, struct reply *out)
{
    struct set *set;

    if (set_args_find(rq, 1, FIND_READ, &set, out) < 0)
        return;
    reply_array(out, rq->argc - 2);
    for (size_t i = 2; i < rq->argc; i++)
        reply_integer(out, set && set_contains(set, rq->argv[i]));
}

/* SCARD key -> how many members. */
static void scard(struct request *rq, struct reply *out)
{
    struct set *set;

    if (set_args_find(rq, 1, FIND_READ, &set, out) == 0)
        reply_integer(out, set ? (int64_t)set_count(set) : 0);
}

/* SMEMBERS key -> all members. */
static void smembers(struct request *rq, struct reply *out)
{
    struct set *set;

    if (set_args_find(rq, 1, FIND_READ, &set, out) == 0)
        set_reply_members(set, out);
}

const struct command_spec set_member_commands[] = {
    {.name = "sadd",
     .usage = "key member [member ...]",
     .summary = "Adds members to a set, creating it if it is missing.",
     .group = "set",
     .since = "1.0.0",
     .complexity = "O(1) for each member",
     .arity = -3,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_FAST | CMD_SHARDED,
     .acl = ACL_SET,
     .keys = {KEY_AT(1, KEY_RW | KEY_INSERT)},
     .run = sadd},
    {.name = "srem",
     .usage = "key member [member ...]",
     .summary = "Removes members from a set; the last one takes the key with it.",
     .group = "set",
     .since = "1.0.0",
     .complexity = "O(1) for each member",
     .arity = -3,
     .flags = CMD_WRITE | CMD_FAST | CMD_SHARDED,
     .acl = ACL_SET,
     .keys = {KEY_AT(1, KEY_RW | KEY_DELETE)},
     .run = srem},
    {.name = "smove",
     .usage = "source destination member",
     .summary = "Moves a member from one set to another.",
     .group = "set",
     .since = "1.0.0",
     .complexity = "O(1)",
     .arity = 4,
     .flags = CMD_WRITE | CMD_FAST | CMD_SHARDED,
     .acl = ACL_SET,
     .keys = {KEY_AT(1, KEY_RW | KEY_ACCESS | KEY_DELETE), KEY_AT(2, KEY_RW | KEY_INSERT)},
     .run = smove},
    {.name = "sismember",
     .usage = "key member",
     .summary = "Tells whether a set has a member.",
     .group = "set",
     .since = "1.0.0",
     .complexity = "O(1)",
     .arity = 3,
     .flags = CMD_READONLY | CMD_FAST | CMD_SHARDED,
     .acl = ACL_SET,
     .keys = {KEY_AT(1, KEY_RO)},
     .run = sismember},
    {.name = "smismember",
     .usage = "key member [member ...]",
     .summary = "Tells for each of several members whether a set has it.",
     .group = "set",
     .since = "6.2.0",
     .complexity = "O(1) for each member",
     .arity = -3,
     .flags = CMD_READONLY | CMD_FAST | CMD_SHARDED,
     .acl = ACL_SET,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .run = smismember},
    {.name = "scard",
     .usage = "key",
     .summary = "Counts the members of a set.",
     .group = "set",
     .since = "1.0.0",
     .complexity = "O(1)",
     .arity = 2,
     .flags = CMD_READONLY | CMD_FAST | CMD_SHARDED,
     .acl = ACL_SET,
     .keys = {KEY_AT(1, KEY_RO)},
     .run = scard},
    {.name = "smembers",
     .usage = "key",
     .summary = "Returns all members of a set.",
     .group = "set",
     .since = "1.0.0",
     .complexity = "O(N) in the members",
     .arity = 2,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_SET,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .tips = {"nondeterministic_output_order"},
     .run = smembers},
    {.name = NULL},
};
