/* list_edit_commands.c - LSET, LINSERT, LREM, LTRIM: changes inside a list. */
#include "core/num/num.h"
#include "types/list/list_args.h"
#include "types/list/list_commands.h"

/* LSET key index element. The key is looked at before the index is parsed. */
static void lset(struct request *rq, struct reply *out)
{
    struct list_place place;
    struct list *list;
    int64_t index;

    if (list_args_find(rq, 1, FIND_WRITE, &list, out) < 0)
        return;
    if (!list) {
        reply_error(out, ERROR_NO_SUCH_KEY);
        return;
    }
    if (num_parse_i64(rq->argv[2], &index) < 0) {
        reply_error(out, ERROR_NOT_INTEGER);
        return;
    }
    if (index < 0)
        index += (int64_t)list_count(list);
    if (index < 0 || (size_t)index >= list_count(list)) {
        reply_error(out, "ERR index out of range");
        return;
    }
    list_expect(list, 0, rq->argv[3].size, rq->settings);
    list_seek(list, (size_t)index, &place);
    list_replace(list, &place, rq->argv[3], rq->settings);
    request_changed(rq, request_key(rq, 1), EVENT_LIST, "lset");
    reply_ok(out);
}

static bool find_pivot(const struct list *list, struct span pivot, struct list_place *place)
{
    struct listpack_probe probe;

    listpack_probe_init(&probe, pivot);
    list_seek(list, 0, place);
    do {
        if (list_equal(list, place, &probe))
            return true;
    } while (list_next(list, place));
    return false;
}

/* LINSERT key BEFORE|AFTER pivot element -> elements in the list now; -1 without the pivot, 0
 * without the list. */
static void linsert(struct request *rq, struct reply *out)
{
    struct list_place place;
    struct list *list;
    bool after = span_is(rq->argv[2], "after");

    if (!after && !span_is(rq->argv[2], "before")) {
        reply_error(out, ERROR_SYNTAX);
        return;
    }
    if (list_args_find(rq, 1, FIND_WRITE, &list, out) < 0)
        return;
    if (!list) {
        reply_integer(out, 0);
        return;
    }
    if (!find_pivot(list, rq->argv[3], &place)) {
        reply_integer(out, -1);
        return;
    }
    list_expect(list, 1, rq->argv[4].size, rq->settings);
    list_insert(list, &place, after, rq->argv[4], rq->settings);
    request_changed(rq, request_key(rq, 1), EVENT_LIST, "linsert");
    reply_integer(out, (int64_t)list_count(list));
}

/* LREM key count element -> how many were removed: from the head, from the tail with a negative
 * count, all with 0. */
static void lrem(struct request *rq, struct reply *out)
{
    struct list *list;
    int64_t count;
    size_t removed;

    if (num_parse_i64(rq->argv[2], &count) < 0) {
        reply_error(out, ERROR_NOT_INTEGER);
        return;
    }
    if (list_args_find(rq, 1, FIND_WRITE, &list, out) < 0)
        return;
    if (!list) {
        reply_integer(out, 0);
        return;
    }
    removed = list_remove_equal(list, count < 0 ? LIST_TAIL : LIST_HEAD, rq->argv[3],
                                count < 0 ? -(size_t)count : (size_t)count, rq->settings);
    if (removed > 0)
        list_removed(rq, request_key(rq, 1), list, "lrem");
    reply_integer(out, (int64_t)removed);
}

/* LTRIM key start stop: keeps what lies between, both included. When that is all, nothing is
 * logged, but the key counts as touched. */
static void ltrim(struct request *rq, struct reply *out)
{
    struct list *list;
    int64_t start, stop, count;

    if (num_parse_i64(rq->argv[2], &start) < 0 || num_parse_i64(rq->argv[3], &stop) < 0) {
        reply_error(out, ERROR_NOT_INTEGER);
        return;
    }
    if (list_args_find(rq, 1, FIND_WRITE, &list, out) < 0)
        return;
    if (!list) {
        reply_ok(out);
        return;
    }
    count = (int64_t)list_count(list);
    if (start < 0)
        start = start + count < 0 ? 0 : start + count;
    if (stop < 0)
        stop += count;
    if (stop >= count)
        stop = count - 1;
    if (start > stop)
        start = stop = count; /* keeps nothing: all of it is in front of `start` */
    if (start == 0 && stop == count - 1) {
        request_effect(rq, request_key(rq, 1), EFFECT_MODIFIED, EVENT_LIST, "ltrim");
    } else {
        if (stop < count - 1)
            list_remove(list, (size_t)stop + 1, (size_t)(count - 1 - stop), rq->settings);
        list_remove(list, 0, (size_t)start, rq->settings);
        list_removed(rq, request_key(rq, 1), list, "ltrim");
    }
    reply_ok(out);
}

const struct command_spec list_edit_commands[] = {
    {.name = "lset",
     .usage = "key index element",
     .summary = "Replaces the element at an index.",
     .group = "list",
     .since = "1.0.0",
     .complexity = "O(1) at the ends, else O(N) in the nodes between the index and the nearer end",
     .arity = 4,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_SHARDED,
     .acl = ACL_LIST,
     .keys = {KEY_AT(1, KEY_RW | KEY_UPDATE)},
     .run = lset},
    {.name = "linsert",
     .usage = "key <BEFORE | AFTER> pivot element",
     .summary = "Puts an element beside the first one that equals the pivot.",
     .group = "list",
     .since = "2.2.0",
     .complexity = "O(N) in the elements before the pivot",
     .arity = 5,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_SHARDED,
     .acl = ACL_LIST,
     .keys = {KEY_AT(1, KEY_RW | KEY_INSERT)},
     .run = linsert},
    {.name = "lrem",
     .usage = "key count element",
     .summary = "Removes elements that equal the one given, from either end.",
     .group = "list",
     .since = "1.0.0",
     .complexity = "O(N) in the elements compared",
     .arity = 4,
     .flags = CMD_WRITE | CMD_SHARDED,
     .acl = ACL_LIST,
     .keys = {KEY_AT(1, KEY_RW | KEY_DELETE)},
     .run = lrem},
    {.name = "ltrim",
     .usage = "key start stop",
     .summary = "Removes what does not lie between two indexes.",
     .group = "list",
     .since = "1.0.0",
     .complexity = "O(N) in the elements removed",
     .arity = 4,
     .flags = CMD_WRITE | CMD_SHARDED,
     .acl = ACL_LIST,
     .keys = {KEY_AT(1, KEY_RW | KEY_DELETE)},
     .run = ltrim},
    {.name = NULL},
};
