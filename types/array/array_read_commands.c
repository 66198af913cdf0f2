/* array_read_commands.c - what looks into an array and changes nothing. */
#include "core/num/num.h"
#include "types/array/array_args.h"
#include "types/array/array_commands.h"

enum {
    GETRANGE_LIMIT = 1000000 /* positions in a reply of ARGETRANGE, which shows empty ones too */
};

/* ARCOUNT key -> elements; 0 for a missing key. */
static void arcount(struct request *rq, struct reply *out)
{
    struct array *array;

    if (array_args_find(rq, FIND_READ, &array, out) == 0)
        array_reply_index(out, array ? array_count(array) : 0);
}

/* ARLEN key -> the highest index used, and one; 0 for a missing key. */
static void arlen(struct request *rq, struct reply *out)
{
    struct array *array;

    if (array_args_find(rq, FIND_READ, &array, out) == 0)
        array_reply_index(out, array ? array_length(array) : 0);
}

/* ARGET key index -> the element, or null. */
static void arget(struct request *rq, struct reply *out)
{
    struct array *array;
    uint64_t index;

    if (array_args_index(rq->argv[2], ARRAY_INDEX_MAX, &index, out) &&
        array_args_find(rq, FIND_READ, &array, out) == 0)
        array_reply_slot(out, array ? array_get(array, index) : 0);
}

/* ARMGET key index [index ...] -> element or null for each. */
static void armget(struct request *rq, struct reply *out)
{
    size_t count;
    uint64_t *indexes = array_args_indexes(rq, 2, 1, &count, out);
    struct array *array;

    if (!indexes || array_args_find(rq, FIND_READ, &array, out) < 0)
        return;
    reply_array(out, count);
    for (size_t i = 0; i < count; i++)
        array_reply_slot(out, array ? array_get(array, indexes[i]) : 0);
}

static void reply_nulls(struct reply *out, uint64_t count)
{
    while (count-- > 0)
        reply_null(out);
}

/* ARGETRANGE key start end -> element or null for each position, in the order of the ends. */
static void argetrange(struct request *rq, struct reply *out)
{
    uint64_t start, end, size, at, index, slot;
    struct array_walk walk;
    struct array *array;

    if (!array_args_range(rq, &start, &end, out))
        return;
    size = start > end ? start - end : end - start;
    if (size >= GETRANGE_LIMIT) {
        reply_error_format(out, "ERR range exceeds maximum of %d items", GETRANGE_LIMIT);
        return;
    }
    if (array_args_find(rq, FIND_READ, &array, out) < 0)
        return;
    reply_array(out, size + 1);
    at = 0;
    if (array) {
        array_walk_begin(&walk, array, start, end);
        while (array_walk_next(&walk, &index, &slot)) {
            uint64_t distance = start > end ? start - index : index - start;

            reply_nulls(out, distance - at);
            array_reply_slot(out, slot);
            at = distance + 1;
        }
    }
    reply_nulls(out, size + 1 - at);
}

/* ARSCAN key start end [LIMIT limit] -> [index element] of what is there, in the order of the ends.
 */
static void arscan(struct request *rq, struct reply *out)
{
    uint64_t start, end, index, slot, limit = UINT64_MAX, found = 0;
    struct array_walk walk;
    struct array *array;
    size_t mark;

    if (!array_args_range(rq, &start, &end, out))
        return;
    if (rq->argc > 4) {
        if (rq->argc != 6 || !span_is(rq->argv[4], "limit")) {
            reply_error(out, ERROR_SYNTAX);
            return;
        }
        if (!array_args_limit(rq->argv[5], &limit, out))
            return;
    }
    if (array_args_find(rq, FIND_READ, &array, out) < 0)
        return;
    mark = reply_defer(out);
    if (array) {
        array_walk_begin(&walk, array, start, end);
        for (; found < limit && array_walk_next(&walk, &index, &slot); found++)
            array_reply_pair(out, index, slot);
    }
    reply_defer_array(out, mark, found);
}

/* ARNEXT key -> the index that the next value of ARINSERT gets; null if there is none left. */
static void arnext(struct request *rq, struct reply *out)
{
    struct array *array;
    uint64_t next;

    if (array_args_find(rq, FIND_READ, &array, out) < 0)
        return;
    next = array ? array_cursor(array) + 1 : 0; /* ARRAY_NO_INDEX + 1 is 0 */
    if (next > ARRAY_INDEX_MAX)
        reply_null(out);
    else
        array_reply_index(out, next);
}

/* ARLASTITEMS key count [REV] -> the elements put in last, the oldest of them first: backwards from
 * the cursor (or the end, without one), going on at the end after index 0. At most as many
 * positions as the array has elements; empty ones are null. */
static void arlastitems(struct request *rq, struct reply *out)
{
    bool backward = rq->argc == 4 && span_is(rq->argv[3], "rev");
    uint64_t count, length, newest, *slots;
    struct array *array;
    int64_t wanted;

    if (num_parse_i64(rq->argv[2], &wanted) < 0) {
        reply_error(out, ERROR_NOT_INTEGER);
        return;
    }
    if (rq->argc > 3 && !backward) {
        reply_error(out, ERROR_SYNTAX);
        return;
    }
    if (array_args_find(rq, FIND_READ, &array, out) < 0)
        return;
    if (!array || wanted <= 0) {
        reply_array(out, 0);
        return;
    }
    count = array_count(array) < (uint64_t)wanted ? array_count(array) : (uint64_t)wanted;
    length = array_length(array);
    newest = array_cursor(array) == ARRAY_NO_INDEX ? length - 1 : array_cursor(array);
    slots = arena_array(rq->arena, count, sizeof(*slots));
    for (uint64_t i = 0; i < count; i++) {
        slots[backward ? i : count - 1 - i] = array_get(array, newest);
        newest = newest == 0 ? length - 1 : newest - 1;
    }
    reply_array(out, count);
    for (uint64_t i = 0; i < count; i++)
        array_reply_slot(out, slots[i]);
}

static void reply_number(struct reply *out, const char *name, uint64_t value)
{
    reply_bulk_text(out, name);
    array_reply_index(out, value);
}

static void reply_average(struct reply *out, const char *name, double value)
{
    reply_bulk_text(out, name);
    reply_double(out, value);
}

/* ARINFO key [FULL] -> a map about the array's inside. */
static void arinfo(struct request *rq, struct reply *out)
{
    bool full = rq->argc == 3 && span_is(rq->argv[2], "full");
    struct array_shape shape;
    struct array *array;
    uint64_t next;

    if (rq->argc > 2 && !full) {
        reply_error(out, ERROR_SYNTAX);
        return;
    }
    if (array_args_find(rq, FIND_READ, &array, out) < 0)
        return;
    if (!array) {
        reply_error(out, ERROR_NO_SUCH_KEY);
        return;
    }
    array_shape(array, full, &shape);
    next = array_cursor(array) + 1;
    reply_map(out, full ? 12 : 7);
    reply_number(out, "count", array_count(array));
    reply_number(out, "len", array_length(array));
    reply_number(out, "next-insert-index", next > ARRAY_INDEX_MAX ? 0 : next);
    reply_number(out, "slices", shape.slices);
    reply_number(out, "directory-size", shape.directory);
    reply_number(out, "super-dir-entries", shape.directory_nodes);
    reply_number(out, "slice-size", shape.slice_size);
    if (!full)
        return;
    reply_number(out, "dense-slices", shape.dense);
    reply_number(out, "sparse-slices", shape.sparse);
    reply_average(out, "avg-dense-size", shape.dense_width);
    reply_average(out, "avg-dense-fill", shape.dense_fill);
    reply_average(out, "avg-sparse-size", shape.sparse_count);
}

const struct command_spec array_read_commands[] = {
    {.name = "arcount",
     .usage = "key",
     .summary = "Tells how many elements an array has.",
     .group = "array",
     .since = "8.8.0",
     .complexity = "O(1)",
     .arity = 2,
     .flags = CMD_READONLY | CMD_FAST | CMD_SHARDED,
     .acl = ACL_ARRAY,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .run = arcount},
    {.name = "arlen",
     .usage = "key",
     .summary = "Tells the highest index that is used in an array, plus one.",
     .group = "array",
     .since = "8.8.0",
     .complexity = "O(1)",
     .arity = 2,
     .flags = CMD_READONLY | CMD_FAST | CMD_SHARDED,
     .acl = ACL_ARRAY,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .run = arlen},
    {.name = "arget",
     .usage = "key index",
     .summary = "Returns the element at an index.",
     .group = "array",
     .since = "8.8.0",
     .complexity = "O(1)",
     .arity = 3,
     .flags = CMD_READONLY | CMD_FAST | CMD_SHARDED,
     .acl = ACL_ARRAY,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .run = arget},
    {.name = "armget",
     .usage = "key index [index ...]",
     .summary = "Returns the elements at the indexes given.",
     .group = "array",
     .since = "8.8.0",
     .complexity = "O(N) in the indexes given",
     .arity = -3,
     .flags = CMD_READONLY | CMD_FAST | CMD_SHARDED,
     .acl = ACL_ARRAY,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .run = armget},
    {.name = "argetrange",
     .usage = "key start end",
     .summary = "Returns every position of a range, the empty ones as null.",
     .group = "array",
     .since = "8.8.0",
     .complexity = "O(N) in the positions of the range",
     .arity = 4,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_ARRAY,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .run = argetrange},
    {.name = "arscan",
     .usage = "key start end [LIMIT limit]",
     .summary = "Returns the elements of a range with their indexes.",
     .group = "array",
     .since = "8.8.0",
     .complexity = "O(N) in the elements returned; empty slices cost nothing",
     .arity = -4,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_ARRAY,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .run = arscan},
    {.name = "arnext",
     .usage = "key",
     .summary = "Tells at which index the next value would be inserted.",
     .group = "array",
     .since = "8.8.0",
     .complexity = "O(1)",
     .arity = 2,
     .flags = CMD_READONLY | CMD_FAST | CMD_SHARDED,
     .acl = ACL_ARRAY,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .run = arnext},
    {.name = "arlastitems",
     .usage = "key count [REV]",
     .summary = "Returns the elements that were inserted last.",
     .group = "array",
     .since = "8.8.0",
     .complexity = "O(N) in the elements returned",
     .arity = -3,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_ARRAY,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .run = arlastitems},
    {.name = "arinfo",
     .usage = "key [FULL]",
     .summary = "Describes an array and how it is held in memory.",
     .group = "array",
     .since = "8.8.0",
     .complexity = "O(1), with FULL O(N) in the slices",
     .arity = -2,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_ARRAY,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .run = arinfo},
    {.name = NULL},
};
