/* array_search_commands.c - AROP and ARGREP: what is computed from, or found in, a range. */
#include "core/base/error.h"
#include "core/num/num.h"
#include "core/text/glob.h"
#include "core/text/regex.h"
#include "types/array/array_args.h"
#include "types/array/array_commands.h"

#include <math.h>

/* --- AROP. */

enum operation {
    OP_SUM,
    OP_MIN,
    OP_MAX,
    OP_AND,
    OP_OR,
    OP_XOR,
    OP_MATCH,
    OP_USED,
    OP_NONE,
};

static const char *const operation_names[] = {"sum", "min", "max",   "and",
                                              "or",  "xor", "match", "used"};

/* Sums and extremes are kept with the 64 digits of a long double, in which every 64-bit integer is
 * exact. */
struct total {
    enum operation op;
    struct span value; /* OP_MATCH */
    bool any;          /* an element was of use */
    long double number;
    int64_t bits;
    uint64_t count;
};

static bool number_of(uint64_t slot, long double *number)
{
    char scratch[NUM_TEXT_LIMIT];

    if (slot_kind(slot) == SLOT_INTEGER) {
        *number = slot_integer(slot);
        return true;
    }
    return num_parse_long_double(slot_text(slot, scratch), number) == 0;
}

static void add_number(struct total *total, uint64_t slot)
{
    long double number;

    if (!number_of(slot, &number))
        return;
    if (!total->any)
        total->number = number;
    else if (total->op == OP_SUM)
        total->number += number;
    else if (total->op == OP_MIN ? number < total->number : number > total->number)
        total->number = number;
    total->any = true;
}

/* Fractions are cut off; what is no number, or beyond 64 bits, is passed over. */
static void add_bits(struct total *total, uint64_t slot)
{
    long double number;
    int64_t bits;

    if (!number_of(slot, &number) || number < -0x1p63L || number >= 0x1p63L)
        return;
    bits = (int64_t)number;
    if (!total->any)
        total->bits = bits;
    else if (total->op == OP_AND)
        total->bits &= bits;
    else if (total->op == OP_OR)
        total->bits |= bits;
    else
        total->bits ^= bits;
    total->any = true;
}

static void reply_long_double(struct reply *out, long double number)
{
    char text[NUM_TEXT_LIMIT + 40];
    size_t size;

    if (number == truncl(number) && number >= -0x1p63L && number < 0x1p63L)
        size = num_format_i64(text, (int64_t)number);
    else
        size = num_format_double(text, (double)number);
    reply_bulk(out, span_of(text, size));
}

static void reply_total(struct reply *out, const struct total *total)
{
    if (total->op == OP_MATCH || total->op == OP_USED)
        array_reply_index(out, total->count);
    else if (!total->any)
        reply_null(out);
    else if (total->op <= OP_MAX)
        reply_long_double(out, total->number);
    else
        reply_integer(out, total->bits);
}

static enum operation operation_of(struct span word)
{
    enum operation op = OP_SUM;

    while (op < OP_NONE && !span_is(word, operation_names[op]))
        op++;
    return op;
}

static void compute(const struct array *array, uint64_t low, uint64_t high, struct total *total)
{
    char scratch[NUM_TEXT_LIMIT];
    struct array_walk walk;
    uint64_t index, slot;

    if (total->op == OP_USED) {
        total->count = array_count_range(array, low, high);
        return;
    }
    array_walk_begin(&walk, array, low, high);
    while (array_walk_next(&walk, &index, &slot)) {
        if (total->op == OP_MATCH)
            total->count += span_equal(slot_text(slot, scratch), total->value);
        else if (total->op <= OP_MAX)
            add_number(total, slot);
        else
            add_bits(total, slot);
    }
}

/* AROP key start end operation [value] -> a number as text (SUM, MIN, MAX), an integer, or null if
 * no element was of use. */
static void arop(struct request *rq, struct reply *out)
{
    struct total total = {.op = operation_of(rq->argv[4])};
    struct array *array;
    uint64_t start, end;

    if (!array_args_range(rq, &start, &end, out))
        return;
    if (total.op == OP_NONE || rq->argc != (total.op == OP_MATCH ? 6 : 5)) {
        reply_error(out, ERROR_SYNTAX);
        return;
    }
    if (total.op == OP_MATCH)
        total.value = rq->argv[5];
    if (array_args_find(rq, FIND_READ, &array, out) < 0)
        return;
    if (array)
        compute(array, start < end ? start : end, start < end ? end : start, &total);
    reply_total(out, &total);
}

/* --- ARGREP. */

enum {
    PREDICATES_LIMIT = 250
};

enum predicate_kind {
    PREDICATE_EXACT,
    PREDICATE_MATCH,
    PREDICATE_GLOB,
    PREDICATE_RE,
    PREDICATE_NONE,
};

static const char *const predicate_names[] = {"exact", "match", "glob", "re"};

struct predicate {
    enum predicate_kind kind;
    struct span pattern;
    struct regex *regex; /* PREDICATE_RE */
};

struct search {
    uint64_t start, end, limit;
    struct predicate *predicates; /* in the arena */
    size_t count;
    bool all; /* AND: every predicate must hold */
    bool any; /* OR was said */
    bool nocase, with_values;
};

static enum predicate_kind predicate_of(struct span word)
{
    enum predicate_kind kind = PREDICATE_EXACT;

    while (kind < PREDICATE_NONE && !span_is(word, predicate_names[kind]))
        kind++;
    return kind;
}

static bool search_error(struct reply *out, const char *text)
{
    reply_error(out, text);
    return false;
}

/* An index, or the lowest or highest one there can be. */
static bool parse_bound(struct span word, uint64_t *index, struct reply *out)
{
    if (word.size == 1 && (word.data[0] == '-' || word.data[0] == '+')) {
        *index = word.data[0] == '-' ? 0 : ARRAY_INDEX_MAX;
        return true;
    }
    return array_args_index(word, ARRAY_INDEX_MAX, index, out);
}

/* Reads predicates and options, which may come in any order. */
static bool parse_search(struct request *rq, struct search *search, struct reply *out)
{
    *search = (struct search){.limit = UINT64_MAX};
    if (!parse_bound(rq->argv[2], &search->start, out) ||
        !parse_bound(rq->argv[3], &search->end, out))
        return false;
    search->predicates = arena_array(rq->arena, rq->argc, sizeof(*search->predicates));
    for (size_t i = 4; i < rq->argc; i++) {
        struct span word = rq->argv[i];
        enum predicate_kind kind = predicate_of(word);
        bool more = i + 1 < rq->argc;

        if (kind != PREDICATE_NONE && more) {
            if (search->count == PREDICATES_LIMIT)
                return search_error(out, "ERR too many predicates, at most 250 are allowed");
            search->predicates[search->count++] =
                (struct predicate){.kind = kind, .pattern = rq->argv[++i]};
        } else if (span_is(word, "limit") && more) {
            if (!array_args_limit(rq->argv[++i], &search->limit, out))
                return false;
        } else if (span_is(word, "and")) {
            search->all = true;
        } else if (span_is(word, "or")) {
            search->any = true;
        } else if (span_is(word, "nocase")) {
            search->nocase = true;
        } else if (span_is(word, "withvalues")) {
            search->with_values = true;
        } else {
            return search_error(out, ERROR_SYNTAX);
        }
    }
    if (search->count == 0 || (search->all && search->any))
        return search_error(out, ERROR_SYNTAX);
    return true;
}

/* To be released also after an error. */
static bool compile(struct search *search, struct reply *out)
{
    char reason[REGEX_REASON_SIZE];

    for (size_t i = 0; i < search->count; i++) {
        struct predicate *predicate = &search->predicates[i];

        if (predicate->kind == PREDICATE_RE &&
            regex_new(predicate->pattern, search->nocase, &predicate->regex, reason) < 0) {
            reply_error_format(out, "ERR invalid regular expression: %s", reason);
            return false;
        }
    }
    return true;
}

static void release(struct search *search)
{
    for (size_t i = 0; i < search->count; i++)
        regex_free(search->predicates[i].regex);
}

static bool contains(struct span text, struct span part, bool nocase)
{
    if (!nocase)
        return part.size == 0 || memmem(text.data, text.size, part.data, part.size);
    for (size_t i = 0; i + part.size <= text.size; i++)
        if (span_equal_nocase(span_of(text.data + i, part.size), part))
            return true;
    return false;
}

/* 1, 0, or ERR_FULL when a regular expression takes too long. */
static int holds(const struct search *search, const struct predicate *predicate, struct span text)
{
    switch (predicate->kind) {
    case PREDICATE_EXACT:
        return search->nocase ? span_equal_nocase(text, predicate->pattern)
                              : span_equal(text, predicate->pattern);
    case PREDICATE_MATCH:
        return contains(text, predicate->pattern, search->nocase);
    case PREDICATE_GLOB:
        return glob_match(predicate->pattern, text, search->nocase);
    default:
        return regex_match(predicate->regex, text);
    }
}

static int matches(const struct search *search, struct span text)
{
    for (size_t i = 0; i < search->count; i++) {
        int rc = holds(search, &search->predicates[i], text);

        if (rc < 0 || rc != search->all)
            return rc;
    }
    return search->all;
}

static void find_matches(const struct array *array, const struct search *search, struct reply *out)
{
    char scratch[NUM_TEXT_LIMIT];
    uint64_t index, slot, found = 0;
    size_t mark = reply_defer(out);
    struct array_walk walk;

    array_walk_begin(&walk, array, search->start, search->end);
    while (found < search->limit && array_walk_next(&walk, &index, &slot)) {
        int rc = matches(search, slot_text(slot, scratch));

        if (rc < 0) {
            reply_restart(out);
            reply_error(out, "ERR regular expression takes too many steps");
            return;
        }
        if (rc == 0)
            continue;
        found++;
        if (search->with_values)
            array_reply_pair(out, index, slot);
        else
            array_reply_index(out, index);
    }
    reply_defer_array(out, mark, found);
}

/* ARGREP key start end predicate pattern [...] [AND | OR] [LIMIT n] [WITHVALUES] [NOCASE] ->
 * indexes of the elements for which one of the predicates holds (with AND: all), in the order of
 * the ends; with WITHVALUES [index element]. */
static void argrep(struct request *rq, struct reply *out)
{
    struct search search;
    struct array *array;

    if (!parse_search(rq, &search, out))
        return;
    if (compile(&search, out) && array_args_find(rq, FIND_READ, &array, out) == 0) {
        if (array)
            find_matches(array, &search, out);
        else
            reply_array(out, 0);
    }
    release(&search);
}

const struct command_spec array_search_commands[] = {
    {.name = "arop",
     .usage = "key start end <SUM | MIN | MAX | AND | OR | XOR | MATCH value | USED>",
     .summary = "Computes a sum, an extreme, a bitwise combination or a count over a range.",
     .group = "array",
     .since = "8.8.0",
     .complexity = "O(N) in the elements of the range; USED O(1)",
     .arity = -5,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_ARRAY,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .run = arop},
    {.name = "argrep",
     .usage = "key start end <EXACT string | MATCH string | GLOB pattern | RE pattern [...]> "
              "[AND | OR | LIMIT limit | WITHVALUES | NOCASE [...]]",
     .summary = "Finds the elements of a range that fit patterns.",
     .group = "array",
     .since = "8.8.0",
     .complexity = "O(N * C) with N elements in the range and C the cost of one against the "
                   "predicates",
     .arity = -6,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_ARRAY,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .run = argrep},
    {.name = NULL},
};
