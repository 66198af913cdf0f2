/* list_push_commands.c - LPUSH, RPUSH and their forms for lists that exist. */
#include "types/list/list_args.h"
#include "types/list/list_commands.h"

/* key element [element ...] -> elements in the list now; 0 if it is missing and must not be. */
static void push(struct request *rq, enum list_end end, bool must_exist, struct reply *out)
{
    struct key key = request_key(rq, 1);
    struct list *list;
    size_t bytes = 0;
    bool fresh;

    if (list_args_find(rq, 1, FIND_WRITE, &list, out) < 0)
        return;
    fresh = !list;
    if (fresh) {
        if (must_exist) {
            reply_integer(out, 0);
            return;
        }
        list = list_create(rq, key);
    }
    if (list_is_small(list)) {
        for (size_t i = 2; i < rq->argc; i++)
            bytes += rq->argv[i].size;
        list_expect(list, rq->argc - 2, bytes, rq->settings);
    }
    for (size_t i = 2; i < rq->argc; i++)
        list_push(list, end, rq->argv[i], rq->settings);
    list_pushed(rq, key, end, fresh);
    reply_integer(out, (int64_t)list_count(list));
}

static void lpush(struct request *rq, struct reply *out)
{
    push(rq, LIST_HEAD, false, out);
}

static void rpush(struct request *rq, struct reply *out)
{
    push(rq, LIST_TAIL, false, out);
}

static void lpushx(struct request *rq, struct reply *out)
{
    push(rq, LIST_HEAD, true, out);
}

static void rpushx(struct request *rq, struct reply *out)
{
    push(rq, LIST_TAIL, true, out);
}

const struct command_spec list_push_commands[] = {
    {.name = "lpush",
     .usage = "key element [element ...]",
     .summary = "Puts elements at the head of a list, creating it if it is missing.",
     .group = "list",
     .since = "1.0.0",
     .complexity = "O(N) in the elements given",
     .arity = -3,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_FAST | CMD_SHARDED,
     .acl = ACL_LIST,
     .keys = {KEY_AT(1, KEY_RW | KEY_INSERT)},
     .run = lpush},
    {.name = "rpush",
     .usage = "key element [element ...]",
     .summary = "Puts elements at the tail of a list, creating it if it is missing.",
     .group = "list",
     .since = "1.0.0",
     .complexity = "O(N) in the elements given",
     .arity = -3,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_FAST | CMD_SHARDED,
     .acl = ACL_LIST,
     .keys = {KEY_AT(1, KEY_RW | KEY_INSERT)},
     .run = rpush},
    {.name = "lpushx",
     .usage = "key element [element ...]",
     .summary = "Puts elements at the head of a list if there is one.",
     .group = "list",
     .since = "2.2.0",
     .complexity = "O(N) in the elements given",
     .arity = -3,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_FAST | CMD_SHARDED,
     .acl = ACL_LIST,
     .keys = {KEY_AT(1, KEY_RW | KEY_INSERT)},
     .run = lpushx},
    {.name = "rpushx",
     .usage = "key element [element ...]",
     .summary = "Puts elements at the tail of a list if there is one.",
     .group = "list",
     .since = "2.2.0",
     .complexity = "O(N) in the elements given",
     .arity = -3,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_FAST | CMD_SHARDED,
     .acl = ACL_LIST,
     .keys = {KEY_AT(1, KEY_RW | KEY_INSERT)},
     .run = rpushx},
    {.name = NULL},
};
