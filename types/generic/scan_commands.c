#include "types/generic/scan_commands.h"

#include "core/base/error.h"
#include "core/num/num.h"
#include "core/text/glob.h"
#include "storage/keyspace/keyspace.h"

enum {
    SCAN_DEFAULT_COUNT = 10,
    SCAN_STEPS_PER_COUNT = 10, /* a call gives up after so many empty buckets for each key wanted */
};

/* What a walk over the keys lets through, and what came of it. */
struct key_walk {
    struct reply *out;
    struct span pattern; /* data NULL: every name */
    struct span type;    /* data NULL: every type */
    size_t visited, found;
};

static void visit(void *context, struct entry *entry)
{
    struct key_walk *walk = context;

    walk->visited++;
    if (walk->type.data && !span_is(walk->type, entry_type(entry)->name))
        return;
    if (walk->pattern.data && !glob_match(walk->pattern, entry_key(entry), false))
        return;
    reply_bulk(walk->out, entry_key(entry));
    walk->found++;
}

/* "*" lets every name through without looking at it. */
static struct span pattern_of(struct span text)
{
    return span_equal(text, SPAN("*")) ? (struct span){0} : text;
}

/* KEYS pattern -> all the names that match. */
static void keys(struct request *rq, struct reply *out)
{
    struct key_walk walk = {.out = out, .pattern = pattern_of(rq->argv[1])};
    size_t step = keyspace_count(rq->keyspace, rq->db) + 1, mark = reply_defer(out);
    uint64_t cursor = 0;

    do {
        cursor = keyspace_scan(rq, rq->db, cursor, step, visit, &walk);
    } while (cursor != 0);
    reply_defer_array(out, mark, walk.found);
}

/* The names a value_type can have; TYPE of SCAN refuses others. */
static bool is_type_name(struct span text)
{
    static const char *const names[] = {"string", "list", "set", "zset", "hash", "stream", "array"};

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (span_is(text, names[i]))
            return true;
    return false;
}

static int parse_scan(const struct request *rq, struct key_walk *walk, int64_t *count,
                      struct reply *out)
{
    for (size_t at = 2; at < rq->argc; at += 2) {
        bool more = at + 1 < rq->argc;

        if (more && span_is(rq->argv[at], "count")) {
            if (num_parse_i64(rq->argv[at + 1], count) < 0) {
                reply_error(out, ERROR_NOT_INTEGER);
                return ERR_SYNTAX;
            }
        } else if (more && span_is(rq->argv[at], "match")) {
            walk->pattern = pattern_of(rq->argv[at + 1]);
        } else if (more && span_is(rq->argv[at], "type")) {
            walk->type = rq->argv[at + 1];
            if (!is_type_name(walk->type)) {
                reply_error_format(out, "ERR unknown type name '%.*s'", SPAN_ARGS(walk->type));
                return ERR_SYNTAX;
            }
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

/* SCAN cursor [MATCH pattern] [COUNT count] [TYPE type] -> the next cursor and some names. Goes on
 * until COUNT keys were looked at, whether they matched or not. The names are written aside, since
 * the cursor they lead to comes before them. */
static void scan(struct request *rq, struct reply *out)
{
    int64_t count = SCAN_DEFAULT_COUNT;
    struct buffer bytes = {0};
    char text[NUM_TEXT_LIMIT];
    struct key_walk walk = {0};
    struct reply names;
    uint64_t cursor;
    size_t steps;

    if (num_parse_u64(rq->argv[1], &cursor) < 0) {
        reply_error(out, "ERR invalid cursor");
        return;
    }
    if (parse_scan(rq, &walk, &count, out) < 0)
        return;
    reply_init(&names, &bytes, out->protocol);
    walk.out = &names;
    steps = count > INT32_MAX ? INT32_MAX : (size_t)count * SCAN_STEPS_PER_COUNT;
    do {
        cursor = keyspace_scan(rq, rq->db, cursor, 1, visit, &walk);
    } while (cursor != 0 && walk.visited < (size_t)count && --steps > 0);
    reply_array(out, 2);
    reply_bulk(out, span_of(text, num_format_u64(text, cursor)));
    reply_array(out, walk.found);
    buffer_append(out->out, bytes.data, bytes.size);
    buffer_release(&bytes);
}

/* RANDOMKEY -> a name by chance, or null. */
static void randomkey(struct request *rq, struct reply *out)
{
    struct entry *entry = keyspace_random(rq, rq->db);

    if (entry)
        reply_bulk(out, entry_key(entry));
    else
        reply_null(out);
}

const struct command_spec scan_commands[] = {
    {.name = "keys",
     .usage = "pattern",
     .summary = "Returns all keys whose names match a pattern.",
     .group = "generic",
     .since = "1.0.0",
     .complexity = "O(N) in the keys of the database",
     .arity = 2,
     .flags = CMD_READONLY,
     .acl = ACL_KEYSPACE | ACL_DANGEROUS,
     .tips = {"request_policy:all_shards", "nondeterministic_output_order"},
     .run = keys},
    {.name = "scan",
     .usage = "cursor [MATCH pattern] [COUNT count] [TYPE type]",
     .summary = "Goes through the keys of the database step by step.",
     .group = "generic",
     .since = "2.8.0",
     .complexity = "O(1) for each call, O(N) for a whole walk",
     .arity = -2,
     .flags = CMD_READONLY,
     .acl = ACL_KEYSPACE,
     .tips = {"nondeterministic_output", "request_policy:special", "response_policy:special"},
     .run = scan},
    {.name = "randomkey",
     .usage = "",
     .summary = "Returns a key by chance.",
     .group = "generic",
     .since = "1.0.0",
     .complexity = "O(1)",
     .arity = 1,
     .flags = CMD_READONLY,
     .acl = ACL_KEYSPACE,
     .tips = {"request_policy:all_shards", "response_policy:special", "nondeterministic_output"},
     .run = randomkey},
    {.name = NULL},
};
