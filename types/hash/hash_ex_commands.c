/* HGETEX, HSETEX and HGETDEL: reading or setting fields and settling their times, or deleting them,
 * in one step. Options may stand before and behind the fields. */
#include "core/base/error.h"
#include "types/hash/hash_call.h"
#include "types/hash/hash_commands.h"
#include "types/hash/hash_time.h"

enum {
    FIELD_LIMIT = INT32_MAX
};

enum time_word {
    TIME_AS_IT_IS, /* HGETEX: untouched; HSETEX: dropped */
    TIME_AT,       /* EX, PX, EXAT, PXAT */
    TIME_PERSIST,
    TIME_KEEP,
};

enum condition_word {
    CONDITION_NONE,
    CONDITION_FNX, /* none of the fields is there */
    CONDITION_FXX, /* all of them are */
};

/* What the arguments ask for. */
struct options {
    bool sets; /* HSETEX: fields have values */
    enum time_word time;
    int64_t at_ms;
    enum condition_word condition;
    struct span *fields; /* with values: in turn */
    size_t count;
};

static int refuse(struct reply *out, const char *error)
{
    reply_error(out, error);
    return ERR_SYNTAX;
}

static int parse_fields(const struct request *rq, size_t *at, struct options *options,
                        struct reply *out)
{
    size_t width = options->sets ? 2 : 1;
    int64_t count;

    if (options->fields)
        return refuse(out, "ERR FIELDS keyword specified multiple times");
    if (*at + 1 >= rq->argc)
        return refuse(out, "ERR wrong number of arguments");
    if (num_parse_i64(rq->argv[*at + 1], &count) < 0 || count < 1 || count > FIELD_LIMIT)
        return refuse(out, "ERR invalid number of fields");
    if ((size_t)count > (rq->argc - *at - 2) / width)
        return refuse(out, "ERR wrong number of arguments");
    options->fields = rq->argv + *at + 2;
    options->count = (size_t)count;
    *at += 1 + (size_t)count * width;
    return 0;
}

/* The unit of EX, PX, EXAT or PXAT; 0 ms for another word. */
static struct hash_time_unit unit_of(struct span word)
{
    struct hash_time_unit unit = {0};

    if (span_is(word, "ex") || span_is(word, "exat"))
        unit.ms = 1000;
    else if (span_is(word, "px") || span_is(word, "pxat"))
        unit.ms = 1;
    unit.relative = word.size == 2;
    return unit;
}

/* A word about time at argument *at. 1 if it is one, 0 if not, or an error. */
static int parse_time(const struct request *rq, size_t *at, struct options *options,
                      struct reply *out)
{
    struct span word = rq->argv[*at];
    struct hash_time_unit unit = unit_of(word);
    bool keep = options->sets && span_is(word, "keepttl");
    bool persist = !options->sets && span_is(word, "persist");

    if (!unit.ms && !keep && !persist)
        return 0;
    if (options->time != TIME_AS_IT_IS)
        return refuse(out, options->sets ? "ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL "
                                           "arguments can be specified"
                                         : "ERR Only one of EX, PX, EXAT, PXAT or PERSIST "
                                           "arguments can be specified");
    options->time = keep ? TIME_KEEP : persist ? TIME_PERSIST : TIME_AT;
    if (!unit.ms)
        return 1;
    if (++*at >= rq->argc)
        return refuse(out, "ERR missing expire time");
    return hash_time_parse(rq, *at, unit, &options->at_ms, out) < 0 ? ERR_SYNTAX : 1;
}

/* A condition at argument `at`. 1 if it is one, 0 if not, or an error. */
static int parse_condition(const struct request *rq, size_t at, struct options *options,
                           struct reply *out)
{
    enum condition_word word = span_is(rq->argv[at], "fnx")   ? CONDITION_FNX
                               : span_is(rq->argv[at], "fxx") ? CONDITION_FXX
                                                              : CONDITION_NONE;

    if (!options->sets || word == CONDITION_NONE)
        return 0;
    if (options->condition != CONDITION_NONE)
        return refuse(out, "ERR Only one of FXX or FNX arguments can be specified");
    options->condition = word;
    return 1;
}

static int parse(const struct request *rq, struct options *options, struct reply *out)
{
    for (size_t at = 2; at < rq->argc; at++) {
        int rc;

        if (span_is(rq->argv[at], "fields")) {
            if (parse_fields(rq, &at, options, out) < 0)
                return ERR_SYNTAX;
            continue;
        }
        rc = parse_time(rq, &at, options, out);
        if (rc == 0)
            rc = parse_condition(rq, at, options, out);
        if (rc < 0)
            return rc;
        if (rc == 0) {
            reply_error_format(out, "ERR unknown argument: %.*s", SPAN_ARGS(rq->argv[at]));
            return ERR_SYNTAX;
        }
    }
    return options->fields ? 0 : refuse(out, "ERR missing FIELDS argument");
}

/* Deletes the fields that are there, as HDEL; `fields` gets those alone. */
static void delete_fields(struct hash_call *call, struct span *fields, size_t count)
{
    size_t deleted = 0;

    for (size_t i = 0; i < count; i++)
        if (hash_delete(call->hash, fields[i]))
            fields[deleted++] = fields[i];
    if (deleted == 0)
        return;
    hash_call_event(call, "hdel");
    hash_call_rewrite_hdel(call, fields, deleted);
}

/* Replies the values of `fields`, and leaves in `live` those that are there; returns how many. */
static size_t reply_values(struct hash_call *call, const struct span *fields, size_t count,
                           struct span *live, struct reply *out)
{
    size_t live_count = 0;
    struct hash_item item;

    reply_array(out, count);
    for (size_t i = 0; i < count; i++) {
        if (hash_call_find(call, fields[i], &item)) {
            reply_bulk(out, item.value);
            live[live_count++] = fields[i];
        } else {
            reply_null(out);
        }
    }
    return live_count;
}

/* --- HGETEX. */

/* Drops the times of the fields that have one; `fields` gets those alone. */
static void persist_fields(struct hash_call *call, struct span *fields, size_t count)
{
    struct hash_item item;
    size_t done = 0;

    for (size_t i = 0; i < count; i++) {
        if (!hash_find(call->hash, fields[i], &item) || item.expire_ms < 0)
            continue;
        hash_set_expire(call->hash, fields[i], -1);
        fields[done++] = fields[i];
    }
    if (done == 0)
        return;
    hash_call_event(call, "hpersist");
    hash_call_rewrite_fields(call, SPAN("HPERSIST"), (struct span){0}, fields, done);
}

/* HGETEX key [a time] FIELDS numfields field [field ...] -> a value or null for each. */
static void hgetex(struct request *rq, struct reply *out)
{
    struct options options = {0};
    struct hash_call call;
    struct span *live;
    size_t count;

    if (parse(rq, &options, out) < 0 || hash_call_begin(&call, rq, 1, FIND_WRITE, out) < 0)
        return;
    live = arena_array(rq->arena, options.count, sizeof(*live));
    count = reply_values(&call, options.fields, options.count, live, out);
    if (count > 0 && options.time == TIME_PERSIST) {
        persist_fields(&call, live, count);
    } else if (count > 0 && options.time == TIME_AT && hash_time_is_past(rq, options.at_ms)) {
        delete_fields(&call, live, count);
    } else if (count > 0 && options.time == TIME_AT) {
        for (size_t i = 0; i < count; i++)
            hash_set_expire(call.hash, live[i], options.at_ms);
        hash_call_event(&call, "hexpire");
        hash_call_rewrite_fields(&call, SPAN("HPEXPIREAT"), hash_time_text(rq, options.at_ms), live,
                                 count);
    }
    hash_call_end(&call);
}

/* --- HGETDEL. */

/* HGETDEL key FIELDS numfields field [field ...] -> a value or null for each. A field named twice
 * is gone the second time. */
static void hgetdel(struct request *rq, struct reply *out)
{
    struct hash_call call;
    struct hash_item item;
    struct span *fields, *deleted;
    size_t count, deleted_count = 0;

    if (hash_call_begin(&call, rq, 1, FIND_WRITE, out) < 0 ||
        hash_time_fields(rq, 2, &fields, &count, out) < 0)
        return;
    deleted = arena_array(rq->arena, count, sizeof(*deleted));
    reply_array(out, count);
    for (size_t i = 0; i < count; i++) {
        if (!hash_call_find(&call, fields[i], &item)) {
            reply_null(out);
            continue;
        }
        reply_bulk(out, item.value);
        hash_delete(call.hash, fields[i]);
        deleted[deleted_count++] = fields[i];
    }
    if (deleted_count > 0) {
        hash_call_event(&call, "hdel");
        hash_call_rewrite_hdel(&call, deleted, deleted_count);
    }
    hash_call_end(&call);
}

/* --- HSETEX. */

static bool condition_holds(struct hash_call *call, const struct options *options)
{
    struct hash_item item;
    bool holds = true;

    if (options->condition == CONDITION_NONE)
        return true;
    for (size_t i = 0; i < options->count && holds; i++)
        holds = hash_call_find(call, options->fields[2 * i], &item) ==
                (options->condition == CONDITION_FXX);
    return holds;
}

/* Logged without a condition and with an absolute time. */
static void log_set(struct hash_call *call, const struct options *options)
{
    struct request *rq = call->rq;
    struct span *argv;
    size_t argc = 0;

    if (!request_is_logged(rq))
        return;
    argv = arena_array(rq->arena, 6 + 2 * options->count, sizeof(*argv));
    argv[argc++] = SPAN("HSETEX");
    argv[argc++] = call->key.name;
    if (options->time == TIME_AT) {
        argv[argc++] = SPAN("PXAT");
        argv[argc++] = hash_time_text(rq, options->at_ms);
    } else if (options->time == TIME_KEEP) {
        argv[argc++] = SPAN("KEEPTTL");
    }
    argv[argc++] = SPAN("FIELDS");
    argv[argc++] = hash_time_text(rq, (int64_t)options->count);
    memcpy(argv + argc, options->fields, 2 * options->count * sizeof(*argv));
    hash_call_rewrite(call, argc + 2 * options->count, argv);
}

/* Gives the fields that were set their time, or deletes them if it has passed. */
static void settle_times(struct hash_call *call, const struct options *options)
{
    struct span *names = arena_array(call->rq->arena, options->count, sizeof(*names));

    for (size_t i = 0; i < options->count; i++)
        names[i] = options->fields[2 * i];
    if (hash_time_is_past(call->rq, options->at_ms)) {
        delete_fields(call, names, options->count);
        return;
    }
    for (size_t i = 0; i < options->count; i++)
        hash_set_expire(call->hash, names[i], options->at_ms);
    hash_call_event(call, "hexpire");
    log_set(call, options);
}

/* HSETEX key [FNX | FXX] [a time] FIELDS numfields field value [field value ...] -> 1 if the fields
 * were set, 0 if the condition forbade it. */
static void hsetex(struct request *rq, struct reply *out)
{
    struct options options = {.sets = true};
    struct hash_call call;
    bool holds;

    if (parse(rq, &options, out) < 0 || hash_call_begin(&call, rq, 1, FIND_WRITE, out) < 0)
        return;
    holds = condition_holds(&call, &options);
    if (holds) {
        hash_call_set(&call, options.fields, options.count, options.time == TIME_KEEP);
        hash_call_event(&call, "hset");
        if (options.time == TIME_AT)
            settle_times(&call, &options);
        else
            log_set(&call, &options);
    }
    hash_call_end(&call);
    reply_integer(out, holds);
}

const struct command_spec hash_ex_commands[] = {
    {.name = "hgetex",
     .usage = "key [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT "
              "unix-time-milliseconds | PERSIST] FIELDS numfields field [field ...]",
     .summary = "Returns the values of fields of a hash and sets or drops their times.",
     .group = "hash",
     .since = "8.0.0",
     .complexity = "O(N) in the fields given",
     .arity = -5,
     .flags = CMD_WRITE | CMD_FAST | CMD_SHARDED,
     .acl = ACL_HASH,
     .keys = {KEY_AT(1, KEY_RW | KEY_ACCESS | KEY_UPDATE)},
     .run = hgetex},
    {.name = "hsetex",
     .usage = "key [FNX | FXX] [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT "
              "unix-time-milliseconds | KEEPTTL] FIELDS numfields field value [field value ...]",
     .summary = "Sets fields of a hash together with the time at which they expire.",
     .group = "hash",
     .since = "8.0.0",
     .complexity = "O(N) in the fields given",
     .arity = -6,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_FAST | CMD_SHARDED,
     .acl = ACL_HASH,
     .keys = {KEY_AT(1, KEY_RW | KEY_UPDATE)},
     .run = hsetex},
    {.name = "hgetdel",
     .usage = "key FIELDS numfields field [field ...]",
     .summary = "Returns the values of fields of a hash and deletes them.",
     .group = "hash",
     .since = "8.0.0",
     .complexity = "O(N) in the fields given",
     .arity = -5,
     .flags = CMD_WRITE | CMD_FAST | CMD_SHARDED,
     .acl = ACL_HASH,
     .keys = {KEY_AT(1, KEY_RW | KEY_ACCESS | KEY_DELETE)},
     .run = hgetdel},
    {.name = NULL},
};
