/* SORT key [BY pattern] [LIMIT offset count] [GET pattern ...] [ASC | DESC] [ALPHA] [STORE key]
 *
 * The elements are gathered, what BY leads to is found for each, the part that LIMIT wants is
 * ordered, and what GET leads to is found for that part. A BY without '*' ("nosort") orders
 * nothing: then only the part that is wanted is gathered, lists and sorted sets from their end with
 * DESC. A set that is to be stored is ordered by its elements even so, because its own order means
 * nothing and the log must give the same list everywhere. */
#include "types/sort/sort_commands.h"

#include "core/base/error.h"
#include "core/base/mem.h"
#include "storage/keyspace/keyspace.h"
#include "types/list/list.h"
#include "types/set/set.h"
#include "types/sort/sort_order.h"
#include "types/sort/sort_pattern.h"
#include "types/zset/zset.h"

#define ERROR_SCORES "ERR One or more scores can't be converted into double"

struct sort_call {
    struct request *rq;
    const struct value_type *type; /* of what is sorted; NULL if the key is missing */
    const void *value;
    struct sort_order order;
    struct sort_pattern by;
    bool has_by, nosort;
    struct sort_pattern *gets; /* in the arena; none: the elements themselves */
    size_t get_count;
    int64_t offset, limit; /* limit below 0: none */
    size_t store_at;       /* argument with the destination; 0: none */
    struct sort_item *items;
    size_t count;
    size_t begin, end; /* of the items wanted */
};

/* --- Arguments. */

static int syntax_error(struct reply *out)
{
    reply_error(out, ERROR_SYNTAX);
    return ERR_SYNTAX;
}

static int parse_limit(struct sort_call *call, size_t at, struct reply *out)
{
    const struct span *argv = call->rq->argv;

    if (num_parse_i64(argv[at], &call->offset) < 0 ||
        num_parse_i64(argv[at + 1], &call->limit) < 0) {
        reply_error(out, ERROR_NOT_INTEGER);
        return ERR_SYNTAX;
    }
    return 0;
}

static void parse_by(struct sort_call *call, struct span text)
{
    sort_pattern_parse(&call->by, text);
    if (call->by.has_star)
        call->has_by = true;
    else
        call->nosort = true; /* for good, whatever other BY there is */
}

static int parse(struct sort_call *call, bool may_store, struct reply *out)
{
    const struct request *rq = call->rq;

    call->limit = -1;
    call->gets = arena_array(rq->arena, rq->argc / 2 + 1, sizeof(*call->gets));
    for (size_t at = 2; at < rq->argc; at++) {
        struct span word = rq->argv[at];
        size_t left = rq->argc - at - 1;

        if (span_is(word, "asc")) {
            call->order.descending = false;
        } else if (span_is(word, "desc")) {
            call->order.descending = true;
        } else if (span_is(word, "alpha")) {
            call->order.alpha = true;
        } else if (span_is(word, "limit") && left >= 2) {
            if (parse_limit(call, at + 1, out) < 0)
                return ERR_SYNTAX;
            at += 2;
        } else if (may_store && span_is(word, "store") && left >= 1) {
            call->store_at = ++at;
        } else if (span_is(word, "by") && left >= 1) {
            parse_by(call, rq->argv[++at]);
        } else if (span_is(word, "get") && left >= 1) {
            sort_pattern_parse(&call->gets[call->get_count++], rq->argv[++at]);
        } else {
            return syntax_error(out);
        }
    }
    return 0;
}

static int find(struct sort_call *call, struct reply *out)
{
    struct entry *entry = keyspace_find(call->rq, request_key(call->rq, 1), FIND_READ);

    if (!entry)
        return 0;
    call->type = entry_type(entry);
    if (call->type != &list_type && call->type != &set_type && call->type != &zset_type) {
        reply_error(out, ERROR_WRONGTYPE);
        return ERR_UNSUPPORTED;
    }
    call->value = entry_value(entry);
    return 0;
}

/* --- Gathering. */

static size_t total(const struct sort_call *call)
{
    if (!call->type)
        return 0;
    if (call->type == &list_type)
        return list_count(call->value);
    return call->type == &set_type ? set_count(call->value) : zset_count(call->value);
}

/* Turns offset and limit into a range within the elements. */
static void set_range(struct sort_call *call, size_t elements)
{
    call->begin = call->offset < 0 ? 0 : (size_t)call->offset;
    if (call->begin > elements)
        call->begin = elements;
    call->end = elements;
    if (call->limit >= 0 && (uint64_t)call->limit < elements - call->begin)
        call->end = call->begin + (size_t)call->limit;
}

static void gather(struct sort_call *call, struct span element, const char *scratch)
{
    struct sort_item *item = &call->items[call->count];

    item->element = element.data == scratch ? arena_span(call->rq->arena, element) : element;
    item->index = call->count++;
}

/* Elements `begin` to `end` - 1 of a list, counted from its end if `down`. */
static void gather_list(struct sort_call *call, size_t begin, size_t end, bool down)
{
    const struct list *list = call->value;
    char scratch[NUM_TEXT_LIMIT];
    struct list_place place;

    if (begin == end)
        return;
    list_seek(list, down ? list_count(list) - 1 - begin : begin, &place);
    for (; begin < end; begin++) {
        gather(call, list_text(list, &place, scratch), scratch);
        if (down)
            list_previous(list, &place);
        else
            list_next(list, &place);
    }
}

static void gather_set(struct sort_call *call, size_t begin, size_t end)
{
    char scratch[NUM_TEXT_LIMIT];
    struct set_iterator it;
    struct span member;

    set_iterate_begin(&it, call->value);
    for (size_t i = 0; i < end && set_iterate_next(&it, &member, scratch); i++)
        if (i >= begin)
            gather(call, member, scratch);
    set_iterate_end(&it);
}

static void gather_zset(struct sort_call *call, size_t begin, size_t end, bool down)
{
    const struct zset *zset = call->value;
    struct zset_walk walk;
    struct span member;
    double score;

    if (begin == end)
        return;
    zset_walk_begin(&walk, zset, down ? zset_count(zset) - 1 - begin : begin, down);
    for (; begin < end && zset_walk_next(&walk, &member, &score); begin++)
        gather(call, member, walk.scratch);
}

/* All elements, or with nosort those in the range, which then are all there is. */
static void gather_items(struct sort_call *call)
{
    size_t elements = total(call), begin = 0, end = elements;
    bool down = call->nosort && call->order.descending;

    set_range(call, elements);
    if (call->nosort) {
        begin = call->begin;
        end = call->end;
    }
    call->items = mem_alloc((end - begin + 1) * sizeof(*call->items));
    if (call->type == &list_type)
        gather_list(call, begin, end, down);
    else if (call->type == &set_type)
        gather_set(call, begin, end);
    else if (call->type == &zset_type)
        gather_zset(call, begin, end, down);
    if (call->nosort) {
        call->begin = 0;
        call->end = call->count;
    }
}

/* --- Ordering. */

/* Finds what each item is ordered by. 0, or an error when it is no number and should be. */
static int weigh_items(struct sort_call *call)
{
    int rc = 0;

    for (size_t i = 0; i < call->count; i++) {
        struct sort_item *item = &call->items[i];
        struct span weight = item->element;

        if (call->has_by)
            weight = sort_pattern_find(call->rq, &call->by, item->element);
        if (call->order.alpha)
            item->text = weight;
        else if (sort_order_score(weight, &item->score) < 0)
            rc = ERR_SYNTAX;
    }
    return rc;
}

static int order_items(struct sort_call *call, struct reply *out)
{
    if (call->nosort)
        return 0;
    if (weigh_items(call) < 0) {
        reply_error(out, ERROR_SCORES);
        return ERR_SYNTAX;
    }
    call->order.by_index = call->type != &set_type;
    sort_order_apply(&call->order, call->rq->random, call->items, call->count, call->begin,
                     call->end);
    return 0;
}

/* --- The result. */

static void reply_sorted(struct sort_call *call, struct reply *out)
{
    size_t width = call->get_count ? call->get_count : 1;

    reply_array(out, (call->end - call->begin) * width);
    for (size_t i = call->begin; i < call->end; i++) {
        struct span element = call->items[i].element;

        if (call->get_count == 0)
            reply_bulk(out, element);
        for (size_t j = 0; j < call->get_count; j++) {
            struct span value = sort_pattern_find(call->rq, &call->gets[j], element);

            if (value.data)
                reply_bulk(out, value);
            else
                reply_null(out);
        }
    }
}

/* The result as a list, in which what is missing is empty. */
static struct list *make_list(struct sort_call *call)
{
    struct list *list = list_new();

    for (size_t i = call->begin; i < call->end; i++) {
        struct span element = call->items[i].element;

        if (call->get_count == 0)
            list_push(list, LIST_TAIL, element, call->rq->settings);
        for (size_t j = 0; j < call->get_count; j++)
            list_push(list, LIST_TAIL, sort_pattern_find(call->rq, &call->gets[j], element),
                      call->rq->settings);
    }
    return list;
}

static void store_sorted(struct sort_call *call, struct reply *out)
{
    struct request *rq = call->rq;
    struct key key = request_key(rq, call->store_at);
    struct list *list = make_list(call);
    struct entry *entry = keyspace_find(rq, key, FIND_QUIET);

    reply_integer(out, (int64_t)list_count(list));
    if (list_count(list) == 0) {
        list_free(list);
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
        if (entry_type(entry) != &list_type)
            request_effect(rq, key, 0, EVENT_TYPE_CHANGED, "type_changed");
    }
    keyspace_put_take(rq, key, &list_type, list, false);
    request_changed(rq, key, EVENT_LIST, "sortstore");
}

static void run(struct request *rq, bool may_store, struct reply *out)
{
    struct sort_call call = {.rq = rq};

    if (parse(&call, may_store, out) < 0 || find(&call, out) < 0)
        return;
    if (call.nosort && call.store_at && call.type == &set_type) {
        call.nosort = call.has_by = false;
        call.order.alpha = true;
    }
    gather_items(&call);
    if (order_items(&call, out) == 0) {
        if (call.store_at)
            store_sorted(&call, out);
        else
            reply_sorted(&call, out);
    }
    mem_free(call.items);
}

static void sort(struct request *rq, struct reply *out)
{
    run(rq, true, out);
}

static void sort_ro(struct request *rq, struct reply *out)
{
    run(rq, false, out);
}

/* The key and the destination, of which the last one counts. Words that belong to other options are
 * passed over, so that a pattern named STORE is none. */
static int find_keys(size_t argc, const struct span *argv, struct arena *arena,
                     struct command_key **keys)
{
    size_t destination = 0;

    for (size_t at = 2; at < argc; at++) {
        if (span_is(argv[at], "limit"))
            at += 2;
        else if (span_is(argv[at], "by") || span_is(argv[at], "get"))
            at++;
        else if (span_is(argv[at], "store") && at + 1 < argc)
            destination = ++at;
    }
    *keys = arena_array(arena, 2, sizeof(**keys));
    (*keys)[0] = (struct command_key){.at = 1, .flags = KEY_RO | KEY_ACCESS};
    (*keys)[1] = (struct command_key){.at = (int)destination, .flags = KEY_OW | KEY_UPDATE};
    return destination ? 2 : 1;
}

#define UNKNOWN_KEYS(key_flags)                                                                    \
    {                                                                                              \
        .flags = (key_flags), .begin = KEY_BEGIN_UNKNOWN, .find = KEY_FIND_UNKNOWN                 \
    }
#define SORT_USAGE                                                                                 \
    "key [BY pattern] [LIMIT offset count] [GET pattern [GET pattern ...]] [ASC | DESC] [ALPHA]"
#define SORT_COST "O(N + M log M) with N elements, M of which are returned; O(M) without an order"

/* Not sharded: what BY and GET lead to is known only when the elements are. */
const struct command_spec sort_commands[] = {
    {.name = "sort",
     .usage = SORT_USAGE " [STORE destination]",
     .summary = "Returns or stores the elements of a list, set or sorted set in order.",
     .group = "generic",
     .since = "1.0.0",
     .complexity = SORT_COST,
     .arity = -2,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_MOVABLEKEYS,
     .acl = ACL_SET | ACL_SORTEDSET | ACL_LIST | ACL_DANGEROUS,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS), UNKNOWN_KEYS(KEY_RO | KEY_ACCESS),
              UNKNOWN_KEYS(KEY_OW | KEY_UPDATE)},
     .run = sort,
     .find_keys = find_keys},
    {.name = "sort_ro",
     .usage = SORT_USAGE,
     .summary = "Returns the elements of a list, set or sorted set in order.",
     .group = "generic",
     .since = "7.0.0",
     .complexity = SORT_COST,
     .arity = -2,
     .flags = CMD_READONLY | CMD_MOVABLEKEYS,
     .acl = ACL_SET | ACL_SORTEDSET | ACL_LIST | ACL_DANGEROUS,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS), UNKNOWN_KEYS(KEY_RO | KEY_ACCESS)},
     .run = sort_ro},
    {.name = NULL},
};
