/* HSCAN and HRANDFIELD. */
#include "core/base/error.h"
#include "core/text/glob.h"
#include "types/hash/hash_call.h"
#include "types/hash/hash_commands.h"

enum {
    SCAN_DEFAULT_COUNT = 10,
    RANDOM_REPEATS_LIMIT = 1 << 24, /* fields a negative count may ask for */
};

/* What a reply lets through, and what came of it. */
struct listing {
    const struct hash_call *call;
    struct reply *out;
    struct span pattern; /* data NULL: every name */
    bool values, pairs;  /* with values; each as an array of two */
    size_t found;
};

static void list_item(void *context, const struct hash_item *item)
{
    struct listing *listing = context;

    if (!hash_call_shows(listing->call, item))
        return;
    if (listing->pattern.data && !glob_match(listing->pattern, item->name, false))
        return;
    if (listing->pairs)
        reply_array(listing->out, 2);
    reply_bulk(listing->out, item->name);
    if (listing->values)
        reply_bulk(listing->out, item->value);
    listing->found++;
}

/* --- HSCAN. */

static int parse_scan(const struct request *rq, struct listing *listing, int64_t *count,
                      struct reply *out)
{
    for (size_t at = 3; at < rq->argc; at++) {
        bool more = at + 1 < rq->argc;

        if (more && span_is(rq->argv[at], "count")) {
            if (num_parse_i64(rq->argv[++at], count) < 0) {
                reply_error(out, ERROR_NOT_INTEGER);
                return ERR_SYNTAX;
            }
        } else if (more && span_is(rq->argv[at], "match")) {
            listing->pattern = rq->argv[++at];
            if (span_equal(listing->pattern, SPAN("*")))
                listing->pattern.data = NULL;
        } else if (span_is(rq->argv[at], "novalues")) {
            listing->values = false;
        } else {
            reply_error(out, ERROR_SYNTAX);
            return ERR_SYNTAX;
        }
        if (*count < 1) {
            reply_error(out, ERROR_SYNTAX);
            return ERR_SYNTAX;
        }
    }
    return 0;
}

/* HSCAN key cursor [MATCH pattern] [COUNT count] [NOVALUES] -> the next cursor and some fields with
 * their values. They are written aside, since the cursor they lead to comes before them. */
static void hscan(struct request *rq, struct reply *out)
{
    int64_t count = SCAN_DEFAULT_COUNT;
    struct buffer bytes = {0};
    char text[NUM_TEXT_LIMIT];
    struct hash_call call;
    struct listing listing = {.call = &call, .values = true};
    struct reply items;
    uint64_t cursor;

    if (num_parse_u64(rq->argv[2], &cursor) < 0) {
        reply_error(out, "ERR invalid cursor");
        return;
    }
    if (hash_call_begin(&call, rq, 1, FIND_READ, out) < 0)
        return;
    if (!call.hash)
        cursor = 0;
    else if (parse_scan(rq, &listing, &count, out) < 0)
        return;
    reply_init(&items, &bytes, out->protocol);
    listing.out = &items;
    if (call.hash)
        cursor = hash_scan(call.hash, cursor, (size_t)count, list_item, &listing);
    reply_array(out, 2);
    reply_bulk(out, span_of(text, num_format_u64(text, cursor)));
    reply_array(out, listing.found * (listing.values ? 2 : 1));
    buffer_append(out->out, bytes.data, bytes.size);
    buffer_release(&bytes);
}

/* --- HRANDFIELD. */

static int parse_count(const struct request *rq, int64_t *count, bool *values, struct reply *out)
{
    if (num_parse_i64(rq->argv[2], count) < 0) {
        reply_error(out, ERROR_NOT_INTEGER);
        return ERR_SYNTAX;
    }
    if (*count == INT64_MIN) {
        reply_error_format(out, "ERR value is out of range, value must between %lld and %lld",
                           (long long)-INT64_MAX, (long long)INT64_MAX);
        return ERR_RANGE;
    }
    *values = rq->argc == 4 && span_is(rq->argv[3], "withvalues");
    if (rq->argc > 4 || (rq->argc == 4 && !*values)) {
        reply_error(out, ERROR_SYNTAX);
        return ERR_SYNTAX;
    }
    if (*values && (*count < -INT64_MAX / 2 || *count > INT64_MAX / 2)) {
        reply_error(out, ERROR_OUT_OF_RANGE);
        return ERR_RANGE;
    }
    return 0;
}

/* Writes the header for `count` fields. */
static void begin_fields(const struct listing *listing, size_t count)
{
    reply_array(listing->out, listing->values && !listing->pairs ? 2 * count : count);
}

static void reply_repeats(struct listing *listing, size_t count)
{
    struct hash_item item;

    begin_fields(listing, count);
    for (; count > 0; count--) {
        hash_random(listing->call->hash, listing->call->rq->random, &item);
        list_item(listing, &item);
    }
}

static void reply_different(struct listing *listing, size_t count)
{
    const struct hash *hash = listing->call->hash;
    struct hash_item item;
    struct hash_walk walk;

    if (count < hash_count(hash)) {
        begin_fields(listing, count);
        hash_random_some(hash, listing->call->rq->random, count, list_item, listing);
        return;
    }
    begin_fields(listing, hash_count(hash));
    hash_walk_begin(&walk, hash);
    while (hash_walk_next(&walk, &item))
        list_item(listing, &item);
    hash_walk_end(&walk);
}

static void reply_one(struct hash_call *call, struct reply *out)
{
    struct hash_item item;

    if (!call->hash || hash_count(call->hash) == 0) {
        reply_null(out);
        return;
    }
    hash_random(call->hash, call->rq->random, &item);
    reply_bulk(out, item.name);
}

/* HRANDFIELD key [count [WITHVALUES]] -> a field by chance, or so many: different ones, or with a
 * negative count each of them any field. Expired fields are removed first, so that chance falls on
 * live ones alone. */
static void hrandfield(struct request *rq, struct reply *out)
{
    struct hash_call call;
    struct listing listing = {.call = &call, .out = out};
    int64_t count = 0;

    if (rq->argc > 2 && parse_count(rq, &count, &listing.values, out) < 0)
        return;
    if (count < -RANDOM_REPEATS_LIMIT) {
        reply_error(out, ERROR_OUT_OF_RANGE);
        return;
    }
    if (hash_call_begin(&call, rq, 1, FIND_READ, out) < 0)
        return;
    listing.pairs = listing.values && out->protocol >= 3;
    hash_call_expire_all(&call);
    if (rq->argc == 2)
        reply_one(&call, out);
    else if (!call.hash || hash_count(call.hash) == 0 || count == 0)
        reply_array(out, 0);
    else if (count < 0)
        reply_repeats(&listing, (size_t)-count);
    else
        reply_different(&listing, (size_t)count);
    hash_call_end(&call);
}

const struct command_spec hash_scan_commands[] = {
    {.name = "hscan",
     .usage = "key cursor [MATCH pattern] [COUNT count] [NOVALUES]",
     .summary = "Goes through the fields of a hash step by step.",
     .group = "hash",
     .since = "2.8.0",
     .complexity = "O(1) for each call, O(N) for a whole walk",
     .arity = -3,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_HASH,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .tips = {"nondeterministic_output"},
     .run = hscan},
    {.name = "hrandfield",
     .usage = "key [count [WITHVALUES]]",
     .summary = "Returns fields of a hash by chance.",
     .group = "hash",
     .since = "6.2.0",
     .complexity = "O(N) in the fields returned",
     .arity = -2,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_HASH,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .tips = {"nondeterministic_output"},
     .run = hrandfield},
    {.name = NULL},
};
