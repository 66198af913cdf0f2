/* list_pop_commands.c - LPOP, RPOP, LMPOP and the forms that wait: BLPOP, BRPOP, BLMPOP.
 *
 * Whoever waits does so at each of its keys in the lane "list", in which everybody wants at least
 * one element: when there is none for the first, there is none for the others. A key that has
 * become something else gives nothing to those who wait at it, and they stay. */
#include "core/num/num.h"
#include "types/list/list_args.h"
#include "types/list/list_commands.h"

#define ERROR_NUMKEYS "ERR numkeys should be greater than 0"
#define ERROR_COUNT   "ERR count should be greater than 0"

/* Logs a pop that names no key of its own accord: LPOP or RPOP of one element, or of `count`. */
static void log_pop(struct request *rq, struct span key, enum list_end end, int64_t count)
{
    struct span *argv;

    if (!request_is_logged(rq))
        return;
    argv = arena_array(rq->arena, 3, sizeof(*argv));
    argv[0] = end == LIST_HEAD ? SPAN("LPOP") : SPAN("RPOP");
    argv[1] = key;
    if (count > 0) {
        char *text = arena_alloc(rq->arena, NUM_TEXT_LIMIT);

        argv[2] = span_of(text, num_format_i64(text, count));
    }
    request_rewrite(rq, count > 0 ? 3 : 2, argv);
}

/* LPOP key [count] -> the element, or an array of at most `count`; null for a missing key. */
static void pop(struct request *rq, enum list_end end, struct reply *out)
{
    char scratch[NUM_TEXT_LIMIT];
    bool many = rq->argc > 2;
    int64_t count = 1;
    struct list *list;

    if (rq->argc > 3) {
        reply_error_format(out, "ERR wrong number of arguments for '%s' command", rq->spec->name);
        return;
    }
    if (many && (num_parse_i64(rq->argv[2], &count) < 0 || count < 0)) {
        reply_error(out, ERROR_NOT_POSITIVE);
        return;
    }
    if (list_args_find(rq, 1, FIND_WRITE, &list, out) < 0)
        return;
    if (!list) {
        if (many)
            reply_null_array(out);
        else
            reply_null(out);
        return;
    }
    if ((uint64_t)count > list_count(list))
        count = (int64_t)list_count(list);
    if (many) {
        reply_array(out, (size_t)count);
        list_reply_pop(list, end, (size_t)count, out);
    } else {
        reply_bulk(out, list_peek(list, end, scratch));
    }
    if (count > 0)
        list_pop(rq, request_key(rq, 1), list, end, (size_t)count);
}

static void lpop(struct request *rq, struct reply *out)
{
    pop(rq, LIST_HEAD, out);
}

static void rpop(struct request *rq, struct reply *out)
{
    pop(rq, LIST_TAIL, out);
}

/* The first of the keys with a list: its argument in *at, 0 if there is none. False after
 * WRONGTYPE, which a session that waits does not get: the key is passed over. */
static bool find_first(struct request *rq, size_t from, size_t count, size_t *at,
                       struct list **list, struct reply *out)
{
    for (*at = from; *at < from + count; ++*at) {
        if (list_args_find(rq, *at, FIND_WRITE, list, out) < 0) {
            if (!(rq->flags & REQUEST_RETRY))
                return false;
            reply_restart(out);
        }
        if (*list)
            return true;
    }
    *at = 0;
    return true;
}

/* Parks at `count` keys from argument `from` on, or answers as on timeout. */
static void wait_for(struct request *rq, size_t from, size_t count, int64_t deadline_ms,
                     struct reply *out)
{
    struct wait_on *on = arena_array(rq->arena, count, sizeof(*on));

    for (size_t i = 0; i < count; i++)
        on[i] = (struct wait_on){
            .key = request_key(rq, from + i), .lane = SPAN("list"), .kind = WAIT_TAKE};
    if (!request_wait(rq, on, count, deadline_ms))
        reply_null_array(out);
}

/* BLPOP key [key ...] timeout -> [key, element] of the first key that has one. */
static void blocking_pop(struct request *rq, enum list_end end, struct reply *out)
{
    char scratch[NUM_TEXT_LIMIT];
    size_t at, keys = rq->argc - 2;
    int64_t deadline_ms;
    struct list *list;

    if (!list_args_deadline(rq, rq->argv[rq->argc - 1], &deadline_ms, out) ||
        !find_first(rq, 1, keys, &at, &list, out))
        return;
    if (!at) {
        wait_for(rq, 1, keys, deadline_ms, out);
        return;
    }
    reply_array(out, 2);
    reply_bulk(out, rq->argv[at]);
    reply_bulk(out, list_peek(list, end, scratch));
    list_pop(rq, request_key(rq, at), list, end, 1);
    log_pop(rq, rq->argv[at], end, 0);
}

static void blpop(struct request *rq, struct reply *out)
{
    blocking_pop(rq, LIST_HEAD, out);
}

static void brpop(struct request *rq, struct reply *out)
{
    blocking_pop(rq, LIST_TAIL, out);
}

/* numkeys key [key ...] <LEFT | RIGHT> [COUNT count], at argument `at`. */
struct multi_pop {
    size_t keys_at, keys;
    enum list_end end;
    int64_t count;
};

static bool parse_multi_pop(struct request *rq, size_t at, struct multi_pop *args,
                            struct reply *out)
{
    int64_t keys;
    size_t where;

    *args = (struct multi_pop){.keys_at = at + 1, .count = 1};
    if (!list_args_count(rq->argv[at], ERROR_NUMKEYS, &keys, out))
        return false;
    if ((uint64_t)keys > rq->argc - at - 2) {
        reply_error(out, ERROR_SYNTAX);
        return false;
    }
    args->keys = (size_t)keys;
    where = args->keys_at + args->keys;
    if (!list_args_end(rq->argv[where], &args->end, out))
        return false;
    if (where + 1 == rq->argc)
        return true;
    if (where + 3 != rq->argc || !span_is(rq->argv[where + 1], "count")) {
        reply_error(out, ERROR_SYNTAX);
        return false;
    }
    return list_args_count(rq->argv[where + 2], ERROR_COUNT, &args->count, out);
}

/* [key, [element ...]] of the first key with a list; false if there is none, and nothing written.
 */
static bool multi_pop(struct request *rq, const struct multi_pop *args, struct reply *out)
{
    struct list *list;
    size_t at, count;

    if (!find_first(rq, args->keys_at, args->keys, &at, &list, out))
        return true;
    if (!at)
        return false;
    count = list_count(list);
    if ((uint64_t)args->count < count)
        count = (size_t)args->count;
    reply_array(out, 2);
    reply_bulk(out, rq->argv[at]);
    reply_array(out, count);
    list_reply_pop(list, args->end, count, out);
    list_pop(rq, request_key(rq, at), list, args->end, count);
    log_pop(rq, rq->argv[at], args->end, (int64_t)count);
    return true;
}

static void lmpop(struct request *rq, struct reply *out)
{
    struct multi_pop args;

    if (parse_multi_pop(rq, 1, &args, out) && !multi_pop(rq, &args, out))
        reply_null_array(out);
}

/* BLMPOP timeout numkeys key [key ...] <LEFT | RIGHT> [COUNT count]. */
static void blmpop(struct request *rq, struct reply *out)
{
    struct multi_pop args;
    int64_t deadline_ms;

    if (parse_multi_pop(rq, 2, &args, out) &&
        list_args_deadline(rq, rq->argv[1], &deadline_ms, out) && !multi_pop(rq, &args, out))
        wait_for(rq, args.keys_at, args.keys, deadline_ms, out);
}

const struct command_spec list_pop_commands[] = {
    {.name = "lpop",
     .usage = "key [count]",
     .summary = "Removes elements from the head of a list and returns them.",
     .group = "list",
     .since = "1.0.0",
     .complexity = "O(N) in the elements returned",
     .arity = -2,
     .flags = CMD_WRITE | CMD_FAST | CMD_SHARDED,
     .acl = ACL_LIST,
     .keys = {KEY_AT(1, KEY_RW | KEY_ACCESS | KEY_DELETE)},
     .run = lpop},
    {.name = "rpop",
     .usage = "key [count]",
     .summary = "Removes elements from the tail of a list and returns them.",
     .group = "list",
     .since = "1.0.0",
     .complexity = "O(N) in the elements returned",
     .arity = -2,
     .flags = CMD_WRITE | CMD_FAST | CMD_SHARDED,
     .acl = ACL_LIST,
     .keys = {KEY_AT(1, KEY_RW | KEY_ACCESS | KEY_DELETE)},
     .run = rpop},
    {.name = "lmpop",
     .usage = "numkeys key [key ...] <LEFT | RIGHT> [COUNT count]",
     .summary = "Removes elements from the first of several lists that has any.",
     .group = "list",
     .since = "7.0.0",
     .complexity = "O(K + N) with K keys looked at and N elements returned",
     .arity = -4,
     .flags = CMD_WRITE | CMD_MOVABLEKEYS | CMD_SHARDED,
     .acl = ACL_LIST,
     .keys = {KEYS_COUNTED(1, 1, KEY_RW | KEY_ACCESS | KEY_DELETE)},
     .run = lmpop},
    {.name = "blpop",
     .usage = "key [key ...] timeout",
     .summary = "Removes the head of the first of several lists that has any, and waits for one.",
     .group = "list",
     .since = "2.0.0",
     .complexity = "O(K) in the keys looked at",
     .arity = -3,
     .flags = CMD_WRITE | CMD_BLOCKING | CMD_SHARDED,
     .acl = ACL_LIST,
     .keys = {KEYS_FROM(1, -2, 1, KEY_RW | KEY_ACCESS | KEY_DELETE)},
     .run = blpop},
    {.name = "brpop",
     .usage = "key [key ...] timeout",
     .summary = "Removes the tail of the first of several lists that has any, and waits for one.",
     .group = "list",
     .since = "2.0.0",
     .complexity = "O(K) in the keys looked at",
     .arity = -3,
     .flags = CMD_WRITE | CMD_BLOCKING | CMD_SHARDED,
     .acl = ACL_LIST,
     .keys = {KEYS_FROM(1, -2, 1, KEY_RW | KEY_ACCESS | KEY_DELETE)},
     .run = brpop},
    {.name = "blmpop",
     .usage = "timeout numkeys key [key ...] <LEFT | RIGHT> [COUNT count]",
     .summary = "Removes elements from the first of several lists that has any, and waits for one.",
     .group = "list",
     .since = "7.0.0",
     .complexity = "O(K + N) with K keys looked at and N elements returned",
     .arity = -5,
     .flags = CMD_WRITE | CMD_BLOCKING | CMD_MOVABLEKEYS | CMD_SHARDED,
     .acl = ACL_LIST,
     .keys = {KEYS_COUNTED(2, 1, KEY_RW | KEY_ACCESS | KEY_DELETE)},
     .run = blmpop},
    {.name = NULL},
};
