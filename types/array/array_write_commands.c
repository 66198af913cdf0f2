/* array_write_commands.c - what fills, empties and moves the cursor of an array. */
#include "core/num/num.h"
#include "types/array/array_args.h"
#include "types/array/array_commands.h"

/* ARSET key index value [value ...] -> positions that were empty before. */
static void arset(struct request *rq, struct reply *out)
{
    size_t count = rq->argc - 3;
    struct array *array;
    int64_t added = 0;
    uint64_t index;
    bool fresh;

    if (!array_args_index(rq->argv[2], ARRAY_INDEX_MAX, &index, out))
        return;
    if (count - 1 > ARRAY_INDEX_MAX - index) {
        reply_error(out, "ERR array index overflow");
        return;
    }
    if (array_args_find(rq, FIND_WRITE, &array, out) < 0)
        return;
    array = array_make(rq, array, &fresh);
    for (size_t i = 0; i < count; i++)
        added += array_set(array, index + i, rq->argv[3 + i], rq->settings);
    array_written(rq, fresh, "arset");
    reply_integer(out, added);
}

/* ARMSET key index value [index value ...] -> positions that were empty before. */
static void armset(struct request *rq, struct reply *out)
{
    struct array *array;
    uint64_t *indexes;
    int64_t added = 0;
    size_t count;
    bool fresh;

    if (rq->argc % 2) {
        array_args_count_error(rq, out);
        return;
    }
    indexes = array_args_indexes(rq, 2, 2, &count, out);
    if (!indexes || array_args_find(rq, FIND_WRITE, &array, out) < 0)
        return;
    array = array_make(rq, array, &fresh);
    for (size_t i = 0; i < count; i++)
        added += array_set(array, indexes[i], rq->argv[3 + 2 * i], rq->settings);
    array_written(rq, fresh, "armset");
    reply_integer(out, added);
}

/* ARINSERT key value [value ...] -> the index of the last value. */
static void arinsert(struct request *rq, struct reply *out)
{
    size_t count = rq->argc - 2;
    uint64_t next = 0;
    struct array *array;
    bool fresh;

    if (array_args_find(rq, FIND_WRITE, &array, out) < 0)
        return;
    if (array)
        next = array_cursor(array) + 1; /* ARRAY_NO_INDEX + 1 is 0 */
    if (next > ARRAY_INDEX_MAX || count - 1 > ARRAY_INDEX_MAX - next) {
        reply_error(out, "ERR insert index overflow");
        return;
    }
    array = array_make(rq, array, &fresh);
    for (size_t i = 0; i < count; i++)
        array_set(array, next + i, rq->argv[2 + i], rq->settings);
    array_set_cursor(array, next + count - 1);
    array_written(rq, fresh, "arinsert");
    array_reply_index(out, next + count - 1);
}

/* Gives the array the shape of a ring of `size`: nothing lies beyond it, and if it has wrapped
 * around within a smaller ring, its elements are laid out from 0 on. A cursor that ARSEEK has set
 * back to the beginning is left alone. */
static void make_ring(struct array *array, uint64_t size, const struct settings *settings)
{
    uint64_t length = array_length(array), cursor = array_cursor(array);
    bool wrapped = size > length && cursor != ARRAY_NO_INDEX && cursor + 1 < length;

    if (size < length || wrapped)
        array_rebase(array, size, settings);
}

/* ARRING key size value [value ...] -> the index of the last value. */
static void arring(struct request *rq, struct reply *out)
{
    size_t count = rq->argc - 3, first = 0;
    struct array *array;
    uint64_t at = 0;
    int64_t size;
    bool fresh;

    if (num_parse_i64(rq->argv[2], &size) < 0) {
        reply_error(out, "ERR invalid size");
        return;
    }
    if (size <= 0) {
        reply_error(out, "ERR size must be positive");
        return;
    }
    if (array_args_find(rq, FIND_WRITE, &array, out) < 0)
        return;
    array = array_make(rq, array, &fresh);
    if (!fresh)
        make_ring(array, (uint64_t)size, rq->settings);
    at = (array_cursor(array) + 1) % (uint64_t)size;
    if (count > (uint64_t)size) {
        first = count - (size_t)size; /* the ones before would be overwritten by this same call */
        at = (at + first % (uint64_t)size) % (uint64_t)size;
    }
    for (size_t i = first; i < count; i++) {
        array_set(array, at, rq->argv[3 + i], rq->settings);
        array_set_cursor(array, at);
        at = at + 1 == (uint64_t)size ? 0 : at + 1;
    }
    array_written(rq, fresh, "arring");
    array_reply_index(out, array_cursor(array));
}

/* ARSEEK key index -> 1, or 0 for a missing key. */
static void arseek(struct request *rq, struct reply *out)
{
    struct array *array;
    uint64_t next;

    if (!array_args_index(rq->argv[2], UINT64_MAX, &next, out) ||
        array_args_find(rq, FIND_WRITE, &array, out) < 0)
        return;
    if (array && array_cursor(array) != next - 1) { /* 0 - 1 is ARRAY_NO_INDEX */
        array_set_cursor(array, next - 1);
        array_written(rq, false, "arseek");
    }
    reply_integer(out, array != NULL);
}

/* The end of a deletion: effects, and the key goes when it is empty. */
static void deleted(struct request *rq, struct array *array, uint64_t count, const char *event,
                    struct reply *out)
{
    struct key key = request_key(rq, 1);

    reply_integer(out, (int64_t)count);
    if (count == 0)
        return;
    request_changed(rq, key, EVENT_ARRAY, event);
    if (array_count(array) > 0)
        return;
    keyspace_delete(rq, key, false);
    request_changed(rq, key, EVENT_GENERIC, "del");
}

/* ARDEL key index [index ...] -> elements deleted. */
static void ardel(struct request *rq, struct reply *out)
{
    size_t count;
    uint64_t *indexes = array_args_indexes(rq, 2, 1, &count, out), gone = 0;
    struct array *array;

    if (!indexes || array_args_find(rq, FIND_WRITE, &array, out) < 0)
        return;
    for (size_t i = 0; array && i < count; i++)
        gone += array_delete(array, indexes[i], indexes[i], rq->settings);
    deleted(rq, array, gone, "ardel", out);
}

/* ARDELRANGE key start end [start end ...] -> elements deleted; the ends in either order. */
static void ardelrange(struct request *rq, struct reply *out)
{
    uint64_t *ends, gone = 0;
    struct array *array;
    size_t count;

    if (rq->argc % 2) {
        array_args_count_error(rq, out);
        return;
    }
    ends = array_args_indexes(rq, 2, 1, &count, out);
    if (!ends || array_args_find(rq, FIND_WRITE, &array, out) < 0)
        return;
    for (size_t i = 0; array && i < count; i += 2) {
        bool forward = ends[i] <= ends[i + 1];

        gone += array_delete(array, ends[i + !forward], ends[i + forward], rq->settings);
    }
    deleted(rq, array, gone, "ardelrange", out);
}

const struct command_spec array_write_commands[] = {
    {.name = "arset",
     .usage = "key index value [value ...]",
     .summary = "Puts values at an index and those after it, creating the array if it is missing.",
     .group = "array",
     .since = "8.8.0",
     .complexity = "O(N) in the values given",
     .arity = -4,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_FAST | CMD_SHARDED,
     .acl = ACL_ARRAY,
     .keys = {KEY_AT(1, KEY_RW | KEY_UPDATE)},
     .run = arset},
    {.name = "armset",
     .usage = "key index value [index value ...]",
     .summary = "Puts values at the indexes given, creating the array if it is missing.",
     .group = "array",
     .since = "8.8.0",
     .complexity = "O(N) in the pairs given",
     .arity = -4,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_FAST | CMD_SHARDED,
     .acl = ACL_ARRAY,
     .keys = {KEY_AT(1, KEY_RW | KEY_UPDATE)},
     .run = armset},
    {.name = "arinsert",
     .usage = "key value [value ...]",
     .summary = "Puts values where the cursor of an array stands and moves it on.",
     .group = "array",
     .since = "8.8.0",
     .complexity = "O(N) in the values given",
     .arity = -3,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_FAST | CMD_SHARDED,
     .acl = ACL_ARRAY,
     .keys = {KEY_AT(1, KEY_RW | KEY_UPDATE)},
     .run = arinsert},
    {.name = "arring",
     .usage = "key size value [value ...]",
     .summary = "Puts values into an array used as a ring of a given size, over the oldest ones.",
     .group = "array",
     .since = "8.8.0",
     .complexity = "O(N) in the values given; with another size also the elements kept or dropped",
     .arity = -4,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_SHARDED,
     .acl = ACL_ARRAY,
     .keys = {KEY_AT(1, KEY_RW | KEY_UPDATE)},
     .run = arring},
    {.name = "arseek",
     .usage = "key index",
     .summary = "Sets where the next value is put by the commands that use the cursor.",
     .group = "array",
     .since = "8.8.0",
     .complexity = "O(1)",
     .arity = 3,
     .flags = CMD_WRITE | CMD_FAST | CMD_SHARDED,
     .acl = ACL_ARRAY,
     .keys = {KEY_AT(1, KEY_RW | KEY_UPDATE)},
     .run = arseek},
    {.name = "ardel",
     .usage = "key index [index ...]",
     .summary = "Deletes the elements at the indexes given.",
     .group = "array",
     .since = "8.8.0",
     .complexity = "O(N) in the indexes given",
     .arity = -3,
     .flags = CMD_WRITE | CMD_FAST | CMD_SHARDED,
     .acl = ACL_ARRAY,
     .keys = {KEY_AT(1, KEY_RW | KEY_DELETE)},
     .run = ardel},
    {.name = "ardelrange",
     .usage = "key start end [start end ...]",
     .summary = "Deletes the elements of one or more ranges of indexes.",
     .group = "array",
     .since = "8.8.0",
     .complexity = "O(N) in the elements of the ranges; empty positions cost nothing",
     .arity = -4,
     .flags = CMD_WRITE | CMD_SHARDED,
     .acl = ACL_ARRAY,
     .keys = {KEY_AT(1, KEY_RW | KEY_DELETE)},
     .run = ardelrange},
    {.name = NULL},
};
