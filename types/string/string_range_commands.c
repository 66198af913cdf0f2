#include "types/string/string_range_commands.h"

#include "core/base/error.h"
#include "core/num/num.h"
#include "storage/keyspace/keyspace.h"
#include "types/string/string_change.h"

#include <string.h>

/* Bytes of the string now. */
static size_t size_of(const struct entry *entry)
{
    char scratch[NUM_TEXT_LIMIT];

    return entry ? entry_string(entry, scratch).size : 0;
}

/* APPEND key value -> bytes of the string now. A missing key gets the value as SET gives it. */
static void append(struct request *rq, struct reply *out)
{
    struct key key = request_key(rq, 1);
    struct span more = rq->argv[2];
    const struct value_type *before;
    struct entry *entry;
    size_t size;

    if (keyspace_find_string(rq, key, FIND_QUIET, &entry, out) < 0)
        return;
    size = size_of(entry);
    if (entry && !string_size_fits(rq, size, more.size, out))
        return;
    before = string_before(entry);
    if (!entry) {
        keyspace_set_string(rq, key, more, false);
    } else {
        char *bytes = keyspace_resize_string(rq, key, size + more.size);

        if (more.size)
            memcpy(bytes + size, more.data, more.size);
    }
    string_edited(rq, key, before, "append");
    reply_integer(out, (int64_t)(size + more.size));
}

/* SETRANGE key offset value -> bytes of the string now. An empty value changes nothing and makes
 * no key. */
static void setrange(struct request *rq, struct reply *out)
{
    struct key key = request_key(rq, 1);
    struct span value = rq->argv[3];
    const struct value_type *before;
    struct entry *entry;
    int64_t offset;
    size_t size, end;

    if (num_parse_i64(rq->argv[2], &offset) < 0) {
        reply_error(out, ERROR_NOT_INTEGER);
        return;
    }
    if (offset < 0) {
        reply_error(out, "ERR offset is out of range");
        return;
    }
    if (keyspace_find_string(rq, key, FIND_QUIET, &entry, out) < 0)
        return;
    size = size_of(entry);
    if (value.size == 0) {
        reply_integer(out, (int64_t)size);
        return;
    }
    if (!string_size_fits(rq, (size_t)offset, value.size, out))
        return;
    before = string_before(entry);
    end = (size_t)offset + value.size;
    if (end > size)
        size = end;
    memcpy(keyspace_resize_string(rq, key, size) + offset, value.data, value.size);
    string_edited(rq, key, before, "setrange");
    reply_integer(out, (int64_t)size);
}

/* The part of `bytes` from `start` to `end`, both included, negative ones counted from the end.
 * What lies outside is cut off. */
static struct span slice(struct span bytes, int64_t start, int64_t end)
{
    int64_t size = (int64_t)bytes.size;

    if (start < 0 && end < 0 && start > end)
        return (struct span){0};
    if (start < 0)
        start = start + size < 0 ? 0 : start + size;
    if (end < 0)
        end = end + size < 0 ? 0 : end + size;
    if (end >= size)
        end = size - 1;
    if (start > end)
        return (struct span){0};
    return span_of(bytes.data + start, (size_t)(end - start + 1));
}

/* GETRANGE key start end -> that part of the string; empty for a missing key. */
static void getrange(struct request *rq, struct reply *out)
{
    char scratch[NUM_TEXT_LIMIT];
    struct entry *entry;
    int64_t start, end;

    if (num_parse_i64(rq->argv[2], &start) < 0 || num_parse_i64(rq->argv[3], &end) < 0) {
        reply_error(out, ERROR_NOT_INTEGER);
        return;
    }
    if (keyspace_find_string(rq, request_key(rq, 1), FIND_READ, &entry, out) < 0)
        return;
    reply_bulk(out, entry ? slice(entry_string(entry, scratch), start, end) : (struct span){0});
}

const struct command_spec string_range_commands[] = {
    {.name = "append",
     .usage = "key value",
     .summary = "Appends bytes to the string at a key, creating it if it is missing.",
     .group = "string",
     .since = "2.0.0",
     .complexity = "O(N) in the bytes appended, amortised",
     .arity = 3,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_FAST | CMD_SHARDED,
     .acl = ACL_STRING,
     .keys = {KEY_AT(1, KEY_RW | KEY_INSERT)},
     .run = append},
    {.name = "setrange",
     .usage = "key offset value",
     .summary = "Overwrites bytes of a string from an offset on, padding with zero bytes.",
     .group = "string",
     .since = "2.2.0",
     .complexity = "O(N) in the bytes written and padded",
     .arity = 4,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_SHARDED,
     .acl = ACL_STRING,
     .keys = {KEY_AT(1, KEY_RW | KEY_UPDATE)},
     .run = setrange},
    {.name = "getrange",
     .usage = "key start end",
     .summary = "Returns a part of the string at a key.",
     .group = "string",
     .since = "2.4.0",
     .complexity = "O(N) in the bytes returned",
     .arity = 4,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_STRING,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .run = getrange},
    {.name = "substr",
     .usage = "key start end",
     .summary = "Returns a part of the string at a key.",
     .group = "string",
     .since = "1.0.0",
     .complexity = "O(N) in the bytes returned",
     .arity = 4,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_STRING,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .deprecated_since = "2.0.0",
     .replaced_by = "`GETRANGE`",
     .run = getrange},
    {.name = NULL},
};
