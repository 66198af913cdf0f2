/* INCREX adds to a counter, keeps the result within bounds and sets or drops the expiry, in one
 * step. An integer counter and a float one share everything but the arithmetic:
 *
 *     sum outside [LBOUND, UBOUND] or the type's limits   without SATURATE: nothing happens, not
 *                                                         even to the expiry; reply [value, 0]
 *                                                         with SATURATE: the nearest bound is
 *                                                         stored; reply [bound, bound - value]
 *     otherwise                                           the sum is stored; [sum, increment]
 *
 * It is logged as the SET (or DEL) that gives the same key. */
#include "types/string/string_increx_commands.h"

#include "core/base/error.h"
#include "core/num/num.h"
#include "storage/keyspace/keyspace.h"
#include "types/string/expiry_option.h"
#include "types/string/string_change.h"
#include "types/string/string_number.h"

#include <float.h>
#include <math.h>

/* What the arguments ask for. Of the numbers only those of the kind are set. */
struct increx {
    bool is_float, saturate, only_new_expiry;
    struct span by, lower, upper; /* data NULL: not given */
    struct expiry_option expiry;
    int64_t by_int, lower_int, upper_int;
    long double by_float, lower_float, upper_float;
};

/* What came of it. */
struct increx_result {
    bool refused;
    int64_t sum_int, applied_int;
    long double sum_float, applied_float;
};

/* Takes the argument after *at for an option that may be given once. */
static bool take(const struct request *rq, size_t *at, struct span *operand)
{
    if (operand->data || *at + 1 >= rq->argc)
        return false;
    *operand = rq->argv[++*at];
    if (!operand->data)
        operand->data = "";
    return true;
}

static bool read_option(const struct request *rq, size_t *at, struct increx *call)
{
    struct span word = rq->argv[*at];

    if (call->expiry.word == EXPIRY_NONE &&
        expiry_option_read(rq, at, EXPIRY_TIMES | EXPIRY_PERSIST, &call->expiry))
        return true;
    if (span_is(word, "byint"))
        return take(rq, at, &call->by);
    if (span_is(word, "byfloat"))
        return (call->is_float = !call->by.data) && take(rq, at, &call->by);
    if (span_is(word, "lbound"))
        return take(rq, at, &call->lower);
    if (span_is(word, "ubound"))
        return take(rq, at, &call->upper);
    if (span_is(word, "saturate") && !call->saturate)
        return call->saturate = true;
    if (span_is(word, "enx") && !call->only_new_expiry)
        return call->only_new_expiry = true;
    return false;
}

static int parse_integer(struct span text, const char *what, int64_t *number, struct reply *out)
{
    if (!text.data || num_parse_i64(text, number) == 0)
        return 0;
    reply_error_format(out, "ERR %s is not an integer or out of range", what);
    return ERR_SYNTAX;
}

static int parse_float(struct span text, const char *what, long double *number, struct reply *out)
{
    if (!text.data || num_parse_long_double(text, number) == 0)
        return 0;
    reply_error_format(out, "ERR %s is not a valid float", what);
    return ERR_SYNTAX;
}

/* The numbers, once it is known which kind they are. */
static int parse_numbers(struct increx *call, struct reply *out)
{
    bool crossed;

    call->by_int = 1;
    call->lower_int = INT64_MIN;
    call->upper_int = INT64_MAX;
    call->lower_float = -LDBL_MAX;
    call->upper_float = LDBL_MAX;
    if (call->is_float) {
        if (parse_float(call->by, "Increment", &call->by_float, out) < 0)
            return ERR_SYNTAX;
        if (isinf(call->by_float)) {
            reply_error(out, "ERR BYFLOAT increment cannot be Infinity");
            return ERR_RANGE;
        }
        if (parse_float(call->lower, "LBOUND", &call->lower_float, out) < 0 ||
            parse_float(call->upper, "UBOUND", &call->upper_float, out) < 0)
            return ERR_SYNTAX;
        crossed = call->lower_float > call->upper_float;
    } else {
        if (parse_integer(call->by, "Increment", &call->by_int, out) < 0 ||
            parse_integer(call->lower, "LBOUND", &call->lower_int, out) < 0 ||
            parse_integer(call->upper, "UBOUND", &call->upper_int, out) < 0)
            return ERR_SYNTAX;
        crossed = call->lower_int > call->upper_int;
    }
    if (crossed)
        reply_error(out, "ERR LBOUND can't be greater than UBOUND");
    return crossed ? ERR_RANGE : 0;
}

static int parse(const struct request *rq, struct increx *call, struct reply *out)
{
    for (size_t at = 2; at < rq->argc; at++) {
        if (!read_option(rq, &at, call)) {
            reply_error(out, ERROR_SYNTAX);
            return ERR_SYNTAX;
        }
    }
    if (call->only_new_expiry && call->expiry.word == EXPIRY_PERSIST) {
        reply_error(out, ERROR_SYNTAX);
        return ERR_SYNTAX;
    }
    if (call->only_new_expiry && call->expiry.word == EXPIRY_NONE) {
        reply_error(out, "ERR ENX flag requires an expiration");
        return ERR_SYNTAX;
    }
    if (parse_numbers(call, out) < 0)
        return ERR_SYNTAX;
    return expiry_option_resolve(rq, &call->expiry, out);
}

static int add_integer(const struct increx *call, const struct entry *entry,
                       struct increx_result *result, struct reply *out)
{
    int64_t value, sum;
    bool fits;

    if (string_number_i64(entry, &value, out) < 0)
        return ERR_SYNTAX;
    fits = num_add_i64(value, call->by_int, &sum);
    if (!fits)
        sum = call->by_int > 0 ? INT64_MAX : INT64_MIN;
    if (!fits || sum > call->upper_int || sum < call->lower_int) {
        result->refused = !call->saturate;
        if (sum > call->upper_int)
            sum = call->upper_int;
        if (sum < call->lower_int)
            sum = call->lower_int;
    }
    result->sum_int = result->refused ? value : sum;
    if (!__builtin_sub_overflow(result->sum_int, value, &result->applied_int))
        return 0;
    reply_error(out, "ERR applied increment would overflow");
    return ERR_RANGE;
}

static int add_float(const struct increx *call, const struct entry *entry,
                     struct increx_result *result, struct reply *out)
{
    long double value, sum;

    if (string_number_long_double(entry, &value, out) < 0)
        return ERR_SYNTAX;
    if (isinf(value)) {
        reply_error(out, "ERR value cannot be Infinity");
        return ERR_RANGE;
    }
    sum = value + call->by_float;
    if (sum > call->upper_float || sum < call->lower_float) {
        result->refused = !call->saturate;
        sum = sum > call->upper_float ? call->upper_float : call->lower_float;
    }
    result->sum_float = result->refused ? value : sum;
    result->applied_float = result->sum_float - value;
    if (!isinf(result->applied_float))
        return 0;
    reply_error(out, "ERR applied increment would be Infinity");
    return ERR_RANGE;
}

static void reply_float(long double number, struct reply *out)
{
    char text[NUM_DOUBLE_TEXT_LIMIT];

    if (out->protocol >= 3)
        reply_double(out, (double)number);
    else
        reply_bulk(out, span_of(text, num_format_long_double(text, number)));
}

static void reply_result(const struct increx *call, const struct increx_result *result,
                         struct reply *out)
{
    reply_array(out, 2);
    if (call->is_float) {
        reply_float(result->sum_float, out);
        reply_float(result->applied_float, out);
    } else {
        reply_integer(out, result->sum_int);
        reply_integer(out, result->applied_int);
    }
}

/* Stores the sum and settles the expiry. */
static void store(struct request *rq, struct key key, const struct increx *call,
                  const struct increx_result *result, struct entry *entry)
{
    struct expiry_option expiry = call->expiry;
    bool expires = entry && entry_expire_ms(entry) >= 0;
    const struct value_type *before = string_before(entry);
    struct span text;

    if ((call->only_new_expiry && expires) || expiry.word == EXPIRY_NONE)
        expiry.word = EXPIRY_KEEPTTL;
    if (expiry_option_is_past(rq, &expiry)) {
        if (before) {
            string_remove(rq, key);
            string_log_del(rq, key);
        }
        return;
    }
    if (call->is_float) {
        char *digits = arena_alloc(rq->arena, NUM_DOUBLE_TEXT_LIMIT);

        text = span_of(digits, num_format_long_double(digits, result->sum_float));
        entry = keyspace_set_string(rq, key, text, true);
    } else {
        text = request_is_logged(rq) ? string_log_number(rq, result->sum_int) : (struct span){0};
        entry = keyspace_set_integer(rq, key, result->sum_int, true);
    }
    string_edited(rq, key, before, call->is_float ? "incrbyfloat" : "incrby");
    if (expiry.word & EXPIRY_TIMES) {
        keyspace_set_expire(rq, key, entry, expiry.at_ms);
        request_changed(rq, key, EVENT_GENERIC, "expire");
    } else if (expiry.word == EXPIRY_PERSIST && expires) {
        keyspace_set_expire(rq, key, entry, -1);
        request_changed(rq, key, EVENT_GENERIC, "persist");
    }
    string_log_set(rq, key, text, &expiry);
}

/* INCREX key [BYFLOAT increment | BYINT increment] [bounds] [an expiry [ENX]] -> the number now
 * and the increment applied. */
static void increx(struct request *rq, struct reply *out)
{
    struct key key = request_key(rq, 1);
    struct increx_result result = {0};
    struct increx call = {0};
    struct entry *entry;
    int rc;

    if (parse(rq, &call, out) < 0 || keyspace_find_string(rq, key, FIND_QUIET, &entry, out) < 0)
        return;
    rc = call.is_float ? add_float(&call, entry, &result, out)
                       : add_integer(&call, entry, &result, out);
    if (rc < 0)
        return;
    reply_result(&call, &result, out);
    if (!result.refused)
        store(rq, key, &call, &result, entry);
}

const struct command_spec string_increx_commands[] = {
    {.name = "increx",
     .usage = "key [BYFLOAT increment | BYINT increment] [LBOUND lowerbound] [UBOUND upperbound] "
              "[SATURATE] [EX seconds | PX milliseconds | EXAT unix-time-seconds| PXAT "
              "unix-time-milliseconds | PERSIST] [ENX]",
     .summary = "Adds to the number at a key within bounds and sets or drops the key's expiry.",
     .group = "string",
     .since = "8.8.0",
     .complexity = "O(1)",
     .arity = -2,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_FAST | CMD_SHARDED,
     .acl = ACL_STRING,
     .keys = {KEY_AT(1, KEY_RW | KEY_ACCESS | KEY_UPDATE)},
     .run = increx},
    {.name = NULL},
};
