/* SPOP, SRANDMEMBER and SSCAN. */
#include "core/base/error.h"
#include "core/text/glob.h"
#include "types/set/set_args.h"
#include "types/set/set_commands.h"

enum {
    SCAN_DEFAULT_COUNT = 10,
    RANDOM_REPEATS_LIMIT = 1 << 24, /* members a negative count may ask for */
    LOGGED_MEMBERS_LIMIT = 1024,    /* in one SREM that is logged for a SPOP */
    LOGGED_BYTES_LIMIT = 16 << 20,  /* of members there; then the next SREM is begun */
};

static void reply_member(void *context, struct span member)
{
    reply_bulk(context, member);
}

/* --- SPOP. What is logged is the removal of the members that chance chose. */

struct popping {
    struct request *rq;
    struct reply *out;
    struct span key;
    struct span *argv; /* SREM key member ...; NULL: nothing yet */
    size_t argc, full; /* in argv; when it is to be logged */
    size_t bytes;      /* of the members in argv */
    size_t wanted;     /* members still to come */
};

static void log_popped(struct popping *popping)
{
    if (popping->argv)
        request_rewrite(popping->rq, popping->argc, popping->argv);
    popping->argv = NULL;
}

static void pop_member(void *context, struct span member)
{
    struct popping *popping = context;

    reply_bulk(popping->out, member);
    if (!request_is_logged(popping->rq))
        return;
    if (!popping->argv) {
        popping->full =
            2 + (popping->wanted < LOGGED_MEMBERS_LIMIT ? popping->wanted : LOGGED_MEMBERS_LIMIT);
        popping->argv = arena_array(popping->rq->arena, popping->full, sizeof(*popping->argv));
        popping->argv[0] = SPAN("SREM");
        popping->argv[1] = popping->key;
        popping->argc = 2;
        popping->bytes = 0;
    }
    popping->argv[popping->argc++] = arena_span(popping->rq->arena, member);
    popping->bytes += member.size;
    popping->wanted--;
    if (popping->argc == popping->full || popping->bytes >= LOGGED_BYTES_LIMIT)
        log_popped(popping);
}

static void pop_all(struct request *rq, struct key key, struct set *set, struct reply *out)
{
    struct span *argv;

    set_reply_members(set, out);
    if (request_is_logged(rq)) {
        argv = arena_array(rq->arena, 2, sizeof(*argv));
        argv[0] = SPAN("DEL");
        argv[1] = key.name;
        request_rewrite(rq, 2, argv);
    }
    request_changed(rq, key, EVENT_SET, "spop");
    keyspace_delete(rq, key, rq->settings->lazyfree_lazy_server_del);
    request_changed(rq, key, EVENT_GENERIC, "del");
}

/* SPOP key [count] -> a member taken out of the set, or so many different ones. */
static void spop(struct request *rq, struct reply *out)
{
    struct key key = request_key(rq, 1);
    struct popping popping = {.rq = rq, .out = out, .key = key.name, .wanted = 1};
    char scratch[NUM_TEXT_LIMIT];
    struct span member;
    struct set *set;
    int64_t count = 1;

    if (rq->argc > 3) {
        reply_error(out, ERROR_SYNTAX);
        return;
    }
    if (rq->argc == 3 && (num_parse_i64(rq->argv[2], &count) < 0 || count < 0)) {
        reply_error(out, ERROR_NOT_POSITIVE);
        return;
    }
    if (set_args_find(rq, 1, FIND_WRITE, &set, out) < 0)
        return;
    if (rq->argc == 2) {
        if (!set) {
            reply_null(out);
            return;
        }
        member = set_random(set, rq->random, scratch);
        pop_member(&popping, member);
        set_remove(set, member);
    } else if (!set || count == 0) {
        reply_set(out, 0);
        return;
    } else if ((uint64_t)count >= set_count(set)) {
        pop_all(rq, key, set, out);
        return;
    } else {
        reply_set(out, (size_t)count);
        popping.wanted = (size_t)count;
        set_pop_some(set, rq->random, (size_t)count, pop_member, &popping);
    }
    log_popped(&popping);
    set_removed(rq, key, set, "spop");
}

/* --- SRANDMEMBER. */

static int parse_count(const struct request *rq, int64_t *count, struct reply *out)
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
    if (*count < -RANDOM_REPEATS_LIMIT) {
        reply_error(out, ERROR_OUT_OF_RANGE);
        return ERR_RANGE;
    }
    return 0;
}

static void reply_all(const struct set *set, struct reply *out)
{
    char scratch[NUM_TEXT_LIMIT];
    struct set_iterator it;
    struct span member;

    reply_array(out, set_count(set));
    set_iterate_begin(&it, set);
    while (set_iterate_next(&it, &member, scratch))
        reply_bulk(out, member);
    set_iterate_end(&it);
}

/* SRANDMEMBER key [count] -> a member by chance, or so many: different ones, or with a negative
 * count each of them any member. */
static void srandmember(struct request *rq, struct reply *out)
{
    char scratch[NUM_TEXT_LIMIT];
    struct set *set;
    int64_t count = 0;

    if (rq->argc > 3) {
        reply_error(out, ERROR_SYNTAX);
        return;
    }
    if (rq->argc == 3 && parse_count(rq, &count, out) < 0)
        return;
    if (set_args_find(rq, 1, FIND_READ, &set, out) < 0)
        return;
    if (rq->argc == 2) {
        if (set)
            reply_bulk(out, set_random(set, rq->random, scratch));
        else
            reply_null(out);
    } else if (!set || count == 0) {
        reply_array(out, 0);
    } else if (count < 0) {
        reply_array(out, (size_t)-count);
        set_random_repeated(set, rq->random, (size_t)-count, reply_member, out);
    } else if ((uint64_t)count >= set_count(set)) {
        reply_all(set, out);
    } else {
        reply_array(out, (size_t)count);
        set_random_some(set, rq->random, (size_t)count, reply_member, out);
    }
}

/* --- SSCAN. */

struct listing {
    struct reply *out;
    struct span pattern; /* data NULL: every member */
    size_t found;
};

static void list_member(void *context, struct span member)
{
    struct listing *listing = context;

    if (listing->pattern.data && !glob_match(listing->pattern, member, false))
        return;
    reply_bulk(listing->out, member);
    listing->found++;
}

static int parse_scan(const struct request *rq, struct listing *listing, int64_t *count,
                      struct reply *out)
{
    for (size_t at = 3; at < rq->argc; at += 2) {
        bool more = at + 1 < rq->argc;

        if (more && span_is(rq->argv[at], "count")) {
            if (num_parse_i64(rq->argv[at + 1], count) < 0) {
                reply_error(out, ERROR_NOT_INTEGER);
                return ERR_SYNTAX;
            }
        } else if (more && span_is(rq->argv[at], "match")) {
            listing->pattern = rq->argv[at + 1];
            if (span_equal(listing->pattern, SPAN("*")))
                listing->pattern.data = NULL;
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

/* SSCAN key cursor [MATCH pattern] [COUNT count] -> the next cursor and some members. They are
 * written aside, since the cursor they lead to comes before them. */
static void sscan(struct request *rq, struct reply *out)
{
    int64_t count = SCAN_DEFAULT_COUNT;
    struct listing listing = {0};
    struct buffer bytes = {0};
    char text[NUM_TEXT_LIMIT];
    struct reply members;
    struct set *set;
    uint64_t cursor;

    if (num_parse_u64(rq->argv[2], &cursor) < 0) {
        reply_error(out, "ERR invalid cursor");
        return;
    }
    if (set_args_find(rq, 1, FIND_READ, &set, out) < 0)
        return;
    if (!set)
        cursor = 0;
    else if (parse_scan(rq, &listing, &count, out) < 0)
        return;
    reply_init(&members, &bytes, out->protocol);
    listing.out = &members;
    if (set)
        cursor = set_scan(set, cursor, (size_t)count, list_member, &listing);
    reply_array(out, 2);
    reply_bulk(out, span_of(text, num_format_u64(text, cursor)));
    reply_array(out, listing.found);
    buffer_append(out->out, bytes.data, bytes.size);
    buffer_release(&bytes);
}

const struct command_spec set_random_commands[] = {
    {.name = "spop",
     .usage = "key [count]",
     .summary = "Removes members of a set by chance and returns them.",
     .group = "set",
     .since = "1.0.0",
     .complexity = "O(1) for each member returned",
     .arity = -2,
     .flags = CMD_WRITE | CMD_FAST | CMD_SHARDED,
     .acl = ACL_SET,
     .keys = {KEY_AT(1, KEY_RW | KEY_ACCESS | KEY_DELETE)},
     .tips = {"nondeterministic_output"},
     .run = spop},
    {.name = "srandmember",
     .usage = "key [count]",
     .summary = "Returns members of a set by chance.",
     .group = "set",
     .since = "1.0.0",
     .complexity = "O(N) in the members returned",
     .arity = -2,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_SET,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .tips = {"nondeterministic_output"},
     .run = srandmember},
    {.name = "sscan",
     .usage = "key cursor [MATCH pattern] [COUNT count]",
     .summary = "Goes through the members of a set step by step.",
     .group = "set",
     .since = "2.8.0",
     .complexity = "O(1) for each call, O(N) for a whole walk",
     .arity = -3,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_SET,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .tips = {"nondeterministic_output"},
     .run = sscan},
    {.name = NULL},
};
