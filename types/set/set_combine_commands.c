/* Intersections, unions and differences: returned, stored, or only counted.
 *
 *   intersection   goes through the smallest set and asks the others
 *   union          the largest set is taken as it is; members of the others are new if they are
 *                  neither in it nor among those gathered before
 *   difference     goes through the first set and asks the others, or takes their members out of a
 *                  copy of it, whichever costs less
 *
 * Each member of the result comes once, so that a result that is only returned or counted is never
 * built. All keys are looked at before anything happens: one of a wrong type is an error even if
 * another is missing. */
#include "core/base/error.h"
#include "types/set/set_args.h"
#include "types/set/set_commands.h"

#include <stdlib.h>

enum operation {
    INTERSECT,
    UNION,
    SUBTRACT
};

/* The sets to combine, missing ones left out. */
struct inputs {
    const struct set **sets;
    size_t count;
    bool first_missing, any_missing;
};

/* Where the result goes: a reply, a set, or nowhere but into the count. */
struct sink {
    struct reply *out;
    struct set *store;
    const struct settings *settings;
    size_t found, limit;
};

/* False once there is enough. */
static bool emit(struct sink *sink, struct span member)
{
    if (sink->out)
        reply_bulk(sink->out, member);
    else if (sink->store)
        set_add(sink->store, member, sink->settings);
    return ++sink->found < sink->limit;
}

static bool emit_all(struct sink *sink, const struct set *set)
{
    char scratch[NUM_TEXT_LIMIT];
    struct set_iterator it;
    struct span member;
    bool more = true;

    if (!sink->out && !sink->store) {
        sink->found += set_count(set);
        return sink->found < sink->limit;
    }
    set_iterate_begin(&it, set);
    while (more && set_iterate_next(&it, &member, scratch))
        more = emit(sink, member);
    set_iterate_end(&it);
    return more;
}

/* --- The three operations. */

static int compare_counts(const void *a, const void *b)
{
    size_t x = set_count(*(const struct set *const *)a);
    size_t y = set_count(*(const struct set *const *)b);

    return x < y ? -1 : x > y;
}

static int compare_counts_down(const void *a, const void *b)
{
    return compare_counts(b, a);
}

static bool in_any(const struct set **sets, size_t count, struct span member)
{
    for (size_t i = 0; i < count; i++)
        if (set_contains(sets[i], member))
            return true;
    return false;
}

static bool in_all(const struct set **sets, size_t count, struct span member)
{
    for (size_t i = 0; i < count; i++)
        if (!set_contains(sets[i], member))
            return false;
    return true;
}

static void intersect(struct inputs *in, struct sink *sink)
{
    char scratch[NUM_TEXT_LIMIT];
    struct set_iterator it;
    struct span member;
    bool more = true;

    if (in->any_missing)
        return;
    qsort(in->sets, in->count, sizeof(*in->sets), compare_counts);
    set_iterate_begin(&it, in->sets[0]);
    while (more && set_iterate_next(&it, &member, scratch))
        if (in_all(in->sets + 1, in->count - 1, member))
            more = emit(sink, member);
    set_iterate_end(&it);
}

static void unite(struct inputs *in, struct sink *sink)
{
    struct set *gathered;
    bool more;

    if (in->count == 0)
        return;
    qsort(in->sets, in->count, sizeof(*in->sets), compare_counts_down);
    more = emit_all(sink, in->sets[0]);
    gathered = set_new_table();
    for (size_t i = 1; more && i < in->count; i++) {
        bool last = i + 1 == in->count;
        char scratch[NUM_TEXT_LIMIT];
        struct set_iterator it;
        struct span member;

        set_iterate_begin(&it, in->sets[i]);
        while (more && set_iterate_next(&it, &member, scratch)) {
            if (set_contains(in->sets[0], member))
                continue;
            if (last ? !set_contains(gathered, member) : set_add(gathered, member, sink->settings))
                more = emit(sink, member);
        }
        set_iterate_end(&it);
    }
    set_free(gathered);
}

static void subtract_by_asking(struct inputs *in, struct sink *sink)
{
    char scratch[NUM_TEXT_LIMIT];
    struct set_iterator it;
    struct span member;
    bool more = true;

    /* the largest set is the likeliest to have a member */
    qsort(in->sets + 1, in->count - 1, sizeof(*in->sets), compare_counts_down);
    set_iterate_begin(&it, in->sets[0]);
    while (more && set_iterate_next(&it, &member, scratch))
        if (!in_any(in->sets + 1, in->count - 1, member))
            more = emit(sink, member);
    set_iterate_end(&it);
}

static void subtract_by_removing(const struct inputs *in, struct sink *sink)
{
    struct set *rest = set_copy(in->sets[0]);

    for (size_t i = 1; i < in->count && set_count(rest) > 0; i++) {
        char scratch[NUM_TEXT_LIMIT];
        struct set_iterator it;
        struct span member;

        set_iterate_begin(&it, in->sets[i]);
        while (set_iterate_next(&it, &member, scratch))
            set_remove(rest, member);
        set_iterate_end(&it);
    }
    emit_all(sink, rest);
    set_free(rest);
}

/* Asking ends at the first set that has the member, so it is taken to cost half of its worst. */
static void subtract(struct inputs *in, struct sink *sink)
{
    double asking, removing = 0;

    if (in->first_missing)
        return;
    for (size_t i = 0; i < in->count; i++)
        removing += (double)set_count(in->sets[i]);
    for (size_t i = 1; i < in->count; i++)
        if (in->sets[i] == in->sets[0])
            return;
    asking = (double)set_count(in->sets[0]) * (double)in->count / 2;
    if (asking <= removing)
        subtract_by_asking(in, sink);
    else
        subtract_by_removing(in, sink);
}

static void combine(enum operation operation, struct inputs *in, struct sink *sink)
{
    if (operation == INTERSECT)
        intersect(in, sink);
    else if (operation == UNION)
        unite(in, sink);
    else
        subtract(in, sink);
}

/* --- Commands. */

/* Finds the sets at `count` arguments from `at` on. 0, or negative after WRONGTYPE. */
static int find_inputs(struct request *rq, size_t at, size_t count, struct inputs *in,
                       struct reply *out)
{
    *in = (struct inputs){.sets = arena_array(rq->arena, count, sizeof(*in->sets))};
    for (size_t i = 0; i < count; i++) {
        struct set *set;

        if (set_args_find(rq, at + i, FIND_READ, &set, out) < 0)
            return ERR_UNSUPPORTED;
        if (set)
            in->sets[in->count++] = set;
        else if (i == 0)
            in->first_missing = in->any_missing = true;
        else
            in->any_missing = true;
    }
    return 0;
}

static void reply_combined(struct request *rq, enum operation operation, struct reply *out)
{
    struct sink sink = {.out = out, .settings = rq->settings, .limit = SIZE_MAX};
    struct inputs in;
    size_t mark;

    if (find_inputs(rq, 1, rq->argc - 1, &in, out) < 0)
        return;
    mark = reply_defer(out);
    combine(operation, &in, &sink);
    reply_defer_set(out, mark, sink.found);
}

/* Puts the result, which it takes over, at a key, or deletes the key if the result is empty. */
static void store_take(struct request *rq, struct key key, struct set *result, const char *event)
{
    struct entry *entry = keyspace_find(rq, key, FIND_QUIET);

    if (set_count(result) == 0) {
        set_free(result);
        if (entry) {
            keyspace_delete(rq, key, rq->settings->lazyfree_lazy_server_del);
            request_changed(rq, key, EVENT_GENERIC, "del");
        }
        return;
    }
    if (!entry) {
        request_effect(rq, key, 0, EVENT_NEW, "new");
    } else {
        request_effect(rq, key, 0, EVENT_OVERWRITTEN, "overwritten");
        if (entry_type(entry) != &set_type)
            request_effect(rq, key, 0, EVENT_TYPE_CHANGED, "type_changed");
    }
    keyspace_put_take(rq, key, &set_type, result, false);
    request_changed(rq, key, EVENT_SET, event);
}

static void store_combined(struct request *rq, enum operation operation, const char *event,
                           struct reply *out)
{
    struct sink sink = {.settings = rq->settings, .limit = SIZE_MAX};
    struct inputs in;

    if (find_inputs(rq, 2, rq->argc - 2, &in, out) < 0)
        return;
    sink.store = set_new();
    combine(operation, &in, &sink);
    store_take(rq, request_key(rq, 1), sink.store, event);
    reply_integer(out, (int64_t)sink.found);
}

/* The options behind the keys: LIMIT, and for unions APPROX, which allows an estimate and gets the
 * exact number all the same. */
static int parse_card_options(const struct request *rq, size_t at, bool may_be_approximate,
                              int64_t *limit, struct reply *out)
{
    for (; at < rq->argc; at++) {
        if (may_be_approximate && span_is(rq->argv[at], "approx"))
            continue;
        if (!span_is(rq->argv[at], "limit") || at + 1 == rq->argc) {
            reply_error(out, ERROR_SYNTAX);
            return ERR_SYNTAX;
        }
        if (num_parse_i64(rq->argv[++at], limit) < 0 || *limit < 0) {
            reply_error(out, "ERR LIMIT can't be negative");
            return ERR_RANGE;
        }
    }
    return 0;
}

static void count_combined(struct request *rq, enum operation operation, struct reply *out)
{
    struct sink sink = {.settings = rq->settings};
    int64_t keys, limit = 0;
    struct inputs in;

    if (num_parse_i64(rq->argv[1], &keys) < 0 || keys < 1) {
        reply_error(out, "ERR numkeys should be greater than 0");
        return;
    }
    if ((uint64_t)keys > rq->argc - 2) {
        reply_error(out, "ERR Number of keys can't be greater than number of args");
        return;
    }
    if (parse_card_options(rq, 2 + (size_t)keys, operation == UNION, &limit, out) < 0 ||
        find_inputs(rq, 2, (size_t)keys, &in, out) < 0)
        return;
    sink.limit = limit > 0 ? (size_t)limit : SIZE_MAX;
    combine(operation, &in, &sink);
    reply_integer(out, (int64_t)(sink.found < sink.limit ? sink.found : sink.limit));
}

/* SINTER key [key ...] -> the members that all have. */
static void sinter(struct request *rq, struct reply *out)
{
    reply_combined(rq, INTERSECT, out);
}

/* SUNION key [key ...] -> the members of all. */
static void sunion(struct request *rq, struct reply *out)
{
    reply_combined(rq, UNION, out);
}

/* SDIFF key [key ...] -> what the first has and the others do not. */
static void sdiff(struct request *rq, struct reply *out)
{
    reply_combined(rq, SUBTRACT, out);
}

/* SINTERSTORE destination key [key ...] -> how many members are there now. */
static void sinterstore(struct request *rq, struct reply *out)
{
    store_combined(rq, INTERSECT, "sinterstore", out);
}

static void sunionstore(struct request *rq, struct reply *out)
{
    store_combined(rq, UNION, "sunionstore", out);
}

static void sdiffstore(struct request *rq, struct reply *out)
{
    store_combined(rq, SUBTRACT, "sdiffstore", out);
}

/* SINTERCARD numkeys key [key ...] [LIMIT limit] -> how many, but not more than the limit. */
static void sintercard(struct request *rq, struct reply *out)
{
    count_combined(rq, INTERSECT, out);
}

static void sunioncard(struct request *rq, struct reply *out)
{
    count_combined(rq, UNION, out);
}

static void sdiffcard(struct request *rq, struct reply *out)
{
    count_combined(rq, SUBTRACT, out);
}

#define READ_KEYS                                                                                  \
    {                                                                                              \
        KEYS_FROM(1, -1, 1, KEY_RO | KEY_ACCESS)                                                   \
    }
#define STORE_KEYS                                                                                 \
    {                                                                                              \
        KEY_AT(1, KEY_OW | KEY_UPDATE), KEYS_FROM(2, -1, 1, KEY_RO | KEY_ACCESS)                   \
    }
#define COUNTED_KEYS                                                                               \
    {                                                                                              \
        KEYS_COUNTED(1, 1, KEY_RO | KEY_ACCESS)                                                    \
    }
#define INTERSECT_COST "O(N K) with N members in the smallest of K sets"
#define ALL_COST       "O(N) in the members of all sets"

const struct command_spec set_combine_commands[] = {
    {.name = "sinter",
     .usage = "key [key ...]",
     .summary = "Returns the intersection of several sets.",
     .group = "set",
     .since = "1.0.0",
     .complexity = INTERSECT_COST,
     .arity = -2,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_SET,
     .keys = READ_KEYS,
     .tips = {"nondeterministic_output_order"},
     .run = sinter},
    {.name = "sunion",
     .usage = "key [key ...]",
     .summary = "Returns the union of several sets.",
     .group = "set",
     .since = "1.0.0",
     .complexity = ALL_COST,
     .arity = -2,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_SET,
     .keys = READ_KEYS,
     .tips = {"nondeterministic_output_order"},
     .run = sunion},
    {.name = "sdiff",
     .usage = "key [key ...]",
     .summary = "Returns what the first of several sets has and the others do not.",
     .group = "set",
     .since = "1.0.0",
     .complexity = ALL_COST,
     .arity = -2,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_SET,
     .keys = READ_KEYS,
     .tips = {"nondeterministic_output_order"},
     .run = sdiff},
    {.name = "sinterstore",
     .usage = "destination key [key ...]",
     .summary = "Stores the intersection of several sets.",
     .group = "set",
     .since = "1.0.0",
     .complexity = INTERSECT_COST,
     .arity = -3,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_SHARDED,
     .acl = ACL_SET,
     .keys = STORE_KEYS,
     .run = sinterstore},
    {.name = "sunionstore",
     .usage = "destination key [key ...]",
     .summary = "Stores the union of several sets.",
     .group = "set",
     .since = "1.0.0",
     .complexity = ALL_COST,
     .arity = -3,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_SHARDED,
     .acl = ACL_SET,
     .keys = STORE_KEYS,
     .run = sunionstore},
    {.name = "sdiffstore",
     .usage = "destination key [key ...]",
     .summary = "Stores what the first of several sets has and the others do not.",
     .group = "set",
     .since = "1.0.0",
     .complexity = ALL_COST,
     .arity = -3,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_SHARDED,
     .acl = ACL_SET,
     .keys = STORE_KEYS,
     .run = sdiffstore},
    {.name = "sintercard",
     .usage = "numkeys key [key ...] [LIMIT limit]",
     .summary = "Counts the members that several sets have in common.",
     .group = "set",
     .since = "7.0.0",
     .complexity = INTERSECT_COST,
     .arity = -3,
     .flags = CMD_READONLY | CMD_MOVABLEKEYS | CMD_SHARDED,
     .acl = ACL_SET,
     .keys = COUNTED_KEYS,
     .run = sintercard},
    {.name = "sunioncard",
     .usage = "numkeys key [key ...] [APPROX] [LIMIT limit]",
     .summary = "Counts the members that several sets have together.",
     .group = "set",
     .since = "8.10.0",
     .complexity = ALL_COST,
     .arity = -3,
     .flags = CMD_READONLY | CMD_MOVABLEKEYS | CMD_SHARDED,
     .acl = ACL_SET,
     .keys = COUNTED_KEYS,
     .run = sunioncard},
    {.name = "sdiffcard",
     .usage = "numkeys key [key ...] [LIMIT limit]",
     .summary = "Counts what the first of several sets has and the others do not.",
     .group = "set",
     .since = "8.10.0",
     .complexity = ALL_COST,
     .arity = -3,
     .flags = CMD_READONLY | CMD_MOVABLEKEYS | CMD_SHARDED,
     .acl = ACL_SET,
     .keys = COUNTED_KEYS,
     .run = sdiffcard},
    {.name = NULL},
};
