#include "types/string/string_counter_commands.h"

#include "core/base/error.h"
#include "core/num/num.h"
#include "storage/keyspace/keyspace.h"
#include "types/string/string_change.h"
#include "types/string/string_number.h"

#include <math.h>

/* Adds to the integer at key 1 and replies the sum. The key keeps its expiry. */
static void add(struct request *rq, int64_t increment, struct reply *out)
{
    struct key key = request_key(rq, 1);
    const struct value_type *before;
    struct entry *entry;
    int64_t value;

    if (keyspace_find_string(rq, key, FIND_QUIET, &entry, out) < 0 ||
        string_number_i64(entry, &value, out) < 0)
        return;
    if (!num_add_i64(value, increment, &value)) {
        reply_error(out, ERROR_OVERFLOW);
        return;
    }
    before = string_before(entry);
    keyspace_set_integer(rq, key, value, true);
    string_edited(rq, key, before, "incrby");
    reply_integer(out, value);
}

/* INCR key -> the number now. */
static void incr(struct request *rq, struct reply *out)
{
    add(rq, 1, out);
}

/* DECR key -> the number now. */
static void decr(struct request *rq, struct reply *out)
{
    add(rq, -1, out);
}

/* INCRBY key increment -> the number now. */
static void incrby(struct request *rq, struct reply *out)
{
    int64_t increment;

    if (num_parse_i64(rq->argv[2], &increment) < 0)
        reply_error(out, ERROR_NOT_INTEGER);
    else
        add(rq, increment, out);
}

/* DECRBY key decrement -> the number now. */
static void decrby(struct request *rq, struct reply *out)
{
    int64_t decrement;

    if (num_parse_i64(rq->argv[2], &decrement) < 0)
        reply_error(out, ERROR_NOT_INTEGER);
    else if (decrement == INT64_MIN)
        reply_error(out, "ERR decrement would overflow");
    else
        add(rq, -decrement, out);
}

/* INCRBYFLOAT key increment -> the number now, as text. Logged as a SET, because the sum depends
 * on the machine's long double. */
static void incrbyfloat(struct request *rq, struct reply *out)
{
    const struct expiry_option keep = {.word = EXPIRY_KEEPTTL};
    char text[NUM_DOUBLE_TEXT_LIMIT];
    struct key key = request_key(rq, 1);
    long double value, increment;
    const struct value_type *before;
    struct entry *entry;
    struct span sum;

    if (keyspace_find_string(rq, key, FIND_QUIET, &entry, out) < 0 ||
        string_number_long_double(entry, &value, out) < 0)
        return;
    if (num_parse_long_double(rq->argv[2], &increment) < 0) {
        reply_error(out, ERROR_NOT_FLOAT);
        return;
    }
    value += increment;
    if (isnan(value) || isinf(value)) {
        reply_error(out, "ERR increment would produce NaN or Infinity");
        return;
    }
    sum = span_of(text, num_format_long_double(text, value));
    before = string_before(entry);
    keyspace_set_string(rq, key, sum, true);
    string_edited(rq, key, before, "incrbyfloat");
    if (request_is_logged(rq))
        string_log_set(rq, key, arena_span(rq->arena, sum), &keep);
    reply_bulk(out, sum);
}

#define COUNTER                                                                                    \
    .group = "string", .complexity = "O(1)",                                                       \
    .flags = CMD_WRITE | CMD_DENYOOM | CMD_FAST | CMD_SHARDED, .acl = ACL_STRING,                  \
    .keys = {KEY_AT(1, KEY_RW | KEY_ACCESS | KEY_UPDATE)}

const struct command_spec string_counter_commands[] = {
    {COUNTER, .name = "incr", .usage = "key", .summary = "Adds one to the integer at a key.",
     .since = "1.0.0", .arity = 2, .run = incr},
    {COUNTER, .name = "decr", .usage = "key", .summary = "Subtracts one from the integer at a key.",
     .since = "1.0.0", .arity = 2, .run = decr},
    {COUNTER, .name = "incrby", .usage = "key increment",
     .summary = "Adds to the integer at a key.", .since = "1.0.0", .arity = 3, .run = incrby},
    {COUNTER, .name = "decrby", .usage = "key decrement",
     .summary = "Subtracts from the integer at a key.", .since = "1.0.0", .arity = 3,
     .run = decrby},
    {COUNTER, .name = "incrbyfloat", .usage = "key increment",
     .summary = "Adds to the decimal number at a key.", .since = "2.6.0", .arity = 3,
     .run = incrbyfloat},
    {.name = NULL},
};
