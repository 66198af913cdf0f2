/* list_read_commands.c - LLEN, LINDEX, LRANGE, LPOS: what changes nothing. */
#include "core/num/num.h"
#include "types/list/list_args.h"
#include "types/list/list_commands.h"

#define ERROR_RANK_ZERO                                                                            \
    "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use "   \
    "negative to start from the end of the list"

/* LLEN key -> elements; 0 for a missing key. */
static void llen(struct request *rq, struct reply *out)
{
    struct list *list;

    if (list_args_find(rq, 1, FIND_READ, &list, out) == 0)
        reply_integer(out, list ? (int64_t)list_count(list) : 0);
}

/* LINDEX key index -> the element, or null. The key is looked at before the index is parsed. */
static void lindex(struct request *rq, struct reply *out)
{
    char scratch[NUM_TEXT_LIMIT];
    struct list_place place;
    struct list *list;
    int64_t index;

    if (list_args_find(rq, 1, FIND_READ, &list, out) < 0)
        return;
    if (!list) {
        reply_null(out);
        return;
    }
    if (num_parse_i64(rq->argv[2], &index) < 0) {
        reply_error(out, ERROR_NOT_INTEGER);
        return;
    }
    if (index < 0)
        index += (int64_t)list_count(list);
    if (index < 0 || !list_seek(list, (size_t)index, &place))
        reply_null(out);
    else
        reply_bulk(out, list_text(list, &place, scratch));
}

/* LRANGE key start stop -> the elements between, both included. */
static void lrange(struct request *rq, struct reply *out)
{
    struct list *list;
    int64_t start, stop, count;

    if (num_parse_i64(rq->argv[2], &start) < 0 || num_parse_i64(rq->argv[3], &stop) < 0) {
        reply_error(out, ERROR_NOT_INTEGER);
        return;
    }
    if (list_args_find(rq, 1, FIND_READ, &list, out) < 0)
        return;
    count = list ? (int64_t)list_count(list) : 0;
    if (start < 0)
        start = start + count < 0 ? 0 : start + count;
    if (stop < 0)
        stop += count;
    if (stop >= count)
        stop = count - 1;
    count = start > stop ? 0 : stop - start + 1;
    reply_array(out, (size_t)count);
    if (count > 0)
        list_reply_range(list, (size_t)start, (size_t)count, out);
}

/* The options of LPOS. */
struct search {
    uint64_t skip;   /* matches to pass over */
    uint64_t limit;  /* matches to give; 0: all */
    uint64_t maxlen; /* elements to compare; 0: all */
    bool backwards;
    bool many; /* COUNT was given: the reply is an array */
};

static bool parse_rank(struct span word, struct search *search, struct reply *out)
{
    int64_t rank;

    if (num_parse_i64(word, &rank) < 0) {
        reply_error(out, ERROR_NOT_INTEGER);
        return false;
    }
    if (rank == INT64_MIN) {
        reply_error(out, "ERR value is out of range, value must between -9223372036854775807 and "
                         "9223372036854775807");
        return false;
    }
    if (rank == 0) {
        reply_error(out, ERROR_RANK_ZERO);
        return false;
    }
    search->backwards = rank < 0;
    search->skip = (uint64_t)(rank < 0 ? -rank : rank) - 1;
    return true;
}

static bool parse_number(struct span word, const char *text, uint64_t *number, struct reply *out)
{
    int64_t value;

    if (num_parse_i64(word, &value) < 0 || value < 0) {
        reply_error(out, text);
        return false;
    }
    *number = (uint64_t)value;
    return true;
}

static bool parse_search(struct request *rq, struct search *search, struct reply *out)
{
    *search = (struct search){.limit = 1};
    for (size_t i = 3; i < rq->argc; i += 2) {
        struct span word = rq->argv[i];
        bool fine = false;

        if (i + 1 == rq->argc) {
            reply_error(out, ERROR_SYNTAX);
        } else if (span_is(word, "rank")) {
            fine = parse_rank(rq->argv[i + 1], search, out);
        } else if (span_is(word, "count")) {
            search->many = true;
            fine =
                parse_number(rq->argv[i + 1], "ERR COUNT can't be negative", &search->limit, out);
        } else if (span_is(word, "maxlen")) {
            fine =
                parse_number(rq->argv[i + 1], "ERR MAXLEN can't be negative", &search->maxlen, out);
        } else {
            reply_error(out, ERROR_SYNTAX);
        }
        if (!fine)
            return false;
    }
    return true;
}

/* Writes the indexes of what matches; returns how many. */
static size_t find_matches(const struct list *list, struct span element, struct search search,
                           struct reply *out)
{
    size_t count = list_count(list), found = 0;
    struct listpack_probe probe;
    struct list_place place;

    if (search.maxlen == 0 || search.maxlen > count)
        search.maxlen = count;
    if (search.limit == 0)
        search.limit = UINT64_MAX;
    listpack_probe_init(&probe, element);
    list_seek(list, search.backwards ? count - 1 : 0, &place);
    for (size_t i = 0; i < search.maxlen && found < search.limit; i++) {
        if (!list_equal(list, &place, &probe)) {
            /* not this one */
        } else if (search.skip > 0) {
            search.skip--;
        } else {
            reply_integer(out, (int64_t)(search.backwards ? count - 1 - i : i));
            found++;
        }
        if (search.backwards)
            list_previous(list, &place);
        else
            list_next(list, &place);
    }
    return found;
}

/* LPOS key element [RANK rank] [COUNT matches] [MAXLEN elements] -> an index or null; with COUNT an
 * array of them. */
static void lpos(struct request *rq, struct reply *out)
{
    struct search search;
    struct list *list;
    size_t mark = 0, found = 0;

    if (!parse_search(rq, &search, out) || list_args_find(rq, 1, FIND_READ, &list, out) < 0)
        return;
    if (search.many)
        mark = reply_defer(out);
    if (list)
        found = find_matches(list, rq->argv[2], search, out);
    if (search.many)
        reply_defer_array(out, mark, found);
    else if (found == 0)
        reply_null(out);
}

const struct command_spec list_read_commands[] = {
    {.name = "llen",
     .usage = "key",
     .summary = "Tells how many elements a list has.",
     .group = "list",
     .since = "1.0.0",
     .complexity = "O(1)",
     .arity = 2,
     .flags = CMD_READONLY | CMD_FAST | CMD_SHARDED,
     .acl = ACL_LIST,
     .keys = {KEY_AT(1, KEY_RO)},
     .run = llen},
    {.name = "lindex",
     .usage = "key index",
     .summary = "Returns the element at an index.",
     .group = "list",
     .since = "1.0.0",
     .complexity = "O(1) at the ends, else O(N) in the nodes between the index and the nearer end",
     .arity = 3,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_LIST,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .run = lindex},
    {.name = "lrange",
     .usage = "key start stop",
     .summary = "Returns the elements between two indexes.",
     .group = "list",
     .since = "1.0.0",
     .complexity = "O(S + N) with N elements returned and S nodes between them and the nearer end",
     .arity = 4,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_LIST,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .run = lrange},
    {.name = "lpos",
     .usage = "key element [RANK rank] [COUNT num-matches] [MAXLEN len]",
     .summary = "Tells at which indexes an element is.",
     .group = "list",
     .since = "6.0.6",
     .complexity = "O(N) in the elements compared",
     .arity = -3,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_LIST,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .run = lpos},
    {.name = NULL},
};
