#include "types/generic/dump_commands.h"

#include "core/base/error.h"
#include "core/num/num.h"
#include "storage/keyspace/keyspace.h"
#include "storage/rdb/rdb_types.h"
#include "storage/rdb/rdb_value.h"
#include "types/generic/generic_args.h"

enum {
    NOT_GIVEN = -1,
    FREQUENCY_LIMIT = 255,
    DUMP_OVERHEAD = 64, /* bytes to begin with; grows with the value */
};

/* DUMP key -> the value as RESTORE takes it, here or in Redis; null for a missing key. */
static void dump(struct request *rq, struct reply *out)
{
    struct entry *entry = keyspace_find(rq, request_key(rq, 1), FIND_READ);
    struct buffer bytes = {0};

    if (!entry) {
        reply_null(out);
        return;
    }
    buffer_reserve(&bytes, DUMP_OVERHEAD);
    rdb_dump(entry, rq->settings->rdbcompression, &bytes);
    reply_bulk(out, span_of(bytes.data, bytes.size));
    buffer_release(&bytes);
}

struct restore {
    bool replace, absolute;
    int64_t ttl, idle_seconds, frequency;
};

/* A number after an option, at least 0; `error` is for one outside 0 .. limit. */
static int read_number(const struct request *rq, size_t at, int64_t limit, const char *error,
                       int64_t *number, struct reply *out)
{
    if (num_parse_i64(rq->argv[at], number) < 0) {
        reply_error(out, ERROR_NOT_INTEGER);
        return ERR_SYNTAX;
    }
    if (*number < 0 || *number > limit) {
        reply_error(out, error);
        return ERR_RANGE;
    }
    return 0;
}

static int read_options(const struct request *rq, struct restore *options, struct reply *out)
{
    *options = (struct restore){.idle_seconds = NOT_GIVEN, .frequency = NOT_GIVEN};
    for (size_t at = 4; at < rq->argc; at++) {
        struct span word = rq->argv[at];
        bool more = at + 1 < rq->argc;
        int rc = 0;

        if (span_is(word, "replace"))
            options->replace = true;
        else if (span_is(word, "absttl"))
            options->absolute = true;
        else if (span_is(word, "idletime") && more && options->frequency == NOT_GIVEN)
            rc = read_number(rq, ++at, INT64_MAX, "ERR Invalid IDLETIME value, must be >= 0",
                             &options->idle_seconds, out);
        else if (span_is(word, "freq") && more && options->idle_seconds == NOT_GIVEN)
            rc = read_number(rq, ++at, FREQUENCY_LIMIT,
                             "ERR Invalid FREQ value, must be >= 0 and <= 255", &options->frequency,
                             out);
        else {
            reply_error(out, ERROR_SYNTAX);
            rc = ERR_SYNTAX;
        }
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int read_value(struct request *rq, struct rdb_value *value, struct reply *out)
{
    /* replay drops no parts: what the writer of the log dropped is not in there */
    int64_t now_ms = rq->flags & REQUEST_REPLAY ? -1 : rq->now_ms;
    struct span body;

    if (rdb_payload_check(rq->argv[3], &body) < 0) {
        reply_error(out, "ERR DUMP payload version or checksum are wrong");
        return ERR_DAMAGED;
    }
    if (rdb_load_body(keyspace_loaders(rq->keyspace), body, rq->settings, now_ms, value) < 0) {
        reply_error(out, "ERR Bad data format");
        return ERR_DAMAGED;
    }
    return 0;
}

/* The time at which the key goes, 0 for never. A sum too large means never in practice. */
static int64_t expire_at(const struct request *rq, const struct restore *options)
{
    int64_t at_ms;

    if (options->ttl == 0 || options->absolute)
        return options->ttl;
    return num_add_i64(rq->now_ms, options->ttl, &at_ms) ? at_ms : INT64_MAX;
}

/* The payload as it came out, without the parts that had expired. */
static struct span dump_again(struct request *rq, const struct entry *entry)
{
    struct buffer bytes = {0};
    struct span payload;

    rdb_dump(entry, rq->settings->rdbcompression, &bytes);
    payload = arena_span(rq->arena, span_of(bytes.data, bytes.size));
    buffer_release(&bytes);
    return payload;
}

/* Logs the call so that it does not depend on the clock. */
static void log_absolute(struct request *rq, const struct restore *options, int64_t at_ms,
                         const struct entry *entry)
{
    bool relative = !options->absolute && at_ms > 0;
    bool with_parts =
        (uint8_t)rq->argv[3].data[0] >= RDB_HASH_METADATA_OLD && entry_type(entry)->next_expire_ms;
    struct span *argv;
    char *text;

    if (!request_is_logged(rq) || !(relative || with_parts))
        return;
    argv = arena_array(rq->arena, rq->argc + 1, sizeof(*argv));
    for (size_t i = 0; i < rq->argc; i++)
        argv[i] = rq->argv[i];
    if (with_parts)
        argv[3] = dump_again(rq, entry);
    text = arena_alloc(rq->arena, NUM_TEXT_LIMIT);
    argv[2] = span_of(text, num_format_i64(text, at_ms));
    argv[rq->argc] = SPAN("ABSTTL");
    request_rewrite(rq, rq->argc + !options->absolute, argv);
}

/* Puts a value that is not dead on arrival. */
static void put(struct request *rq, struct key key, const struct restore *options, int64_t at_ms,
                struct rdb_value *value)
{
    struct entry *entry = rdb_value_put(rq, key, value);

    if (at_ms > 0)
        entry = keyspace_set_expire(rq, key, entry, at_ms);
    if (options->idle_seconds != NOT_GIVEN)
        entry_set_idle_seconds(entry, options->idle_seconds, rq->now_ms);
    if (options->frequency != NOT_GIVEN)
        entry_set_frequency(entry, (int)options->frequency, rq->now_ms);
    log_absolute(rq, options, at_ms, entry);
    request_effect(rq, key, 0, EVENT_NEW, "new");
    request_changed(rq, key, EVENT_GENERIC, "restore");
}

/* RESTORE key ttl payload [REPLACE] [ABSTTL] [IDLETIME s | FREQ n] -> OK. What has expired by now,
 * as a whole or field by field, leaves no key behind. */
static void restore(struct request *rq, struct reply *out)
{
    struct key key = request_key(rq, 1);
    struct restore options;
    struct rdb_value value;
    int64_t at_ms;
    bool existed;

    if (read_options(rq, &options, out) < 0)
        return;
    existed = keyspace_find(rq, key, FIND_QUIET) != NULL;
    if (existed && !options.replace) {
        reply_error(out, "BUSYKEY Target key name already exists.");
        return;
    }
    if (read_number(rq, 2, INT64_MAX, "ERR Invalid TTL value, must be >= 0", &options.ttl, out) <
            0 ||
        read_value(rq, &value, out) < 0)
        return;
    if (existed)
        keyspace_delete(rq, key, rq->settings->lazyfree_lazy_server_del);
    at_ms = expire_at(rq, &options);
    if ((at_ms > 0 && at_ms <= rq->now_ms && !(rq->flags & REQUEST_REPLAY)) ||
        (value.type && !value.value)) {
        rdb_value_release(&value);
        if (existed) {
            generic_log(rq, SPAN("DEL"), key, (struct span){0});
            request_changed(rq, key, EVENT_GENERIC, "del");
        }
    } else {
        put(rq, key, &options, at_ms, &value);
    }
    reply_ok(out);
}

const struct command_spec dump_commands[] = {
    {.name = "dump",
     .usage = "key",
     .summary = "Returns the value of a key in a form that RESTORE takes.",
     .group = "generic",
     .since = "2.6.0",
     .complexity = "O(N) in the size of the value",
     .arity = 2,
     .flags = CMD_READONLY | CMD_SHARDED,
     .acl = ACL_KEYSPACE,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .tips = {"nondeterministic_output"},
     .run = dump},
    {.name = "restore",
     .usage = "key ttl serialized-value [REPLACE] [ABSTTL] [IDLETIME seconds] [FREQ frequency]",
     .summary = "Creates a key from what DUMP returned.",
     .group = "generic",
     .since = "2.6.0",
     .complexity = "O(N) in the size of the value, O(N log N) for sorted sets",
     .arity = -4,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_SHARDED,
     .acl = ACL_KEYSPACE | ACL_DANGEROUS,
     .keys = {KEY_AT(1, KEY_OW | KEY_UPDATE)},
     .run = restore},
    {.name = "restore-asking",
     .usage = "key ttl serialized-value [REPLACE] [ABSTTL] [IDLETIME seconds] [FREQ frequency]",
     .summary = "As RESTORE, for a slot that is being moved between nodes of a cluster.",
     .group = "server",
     .since = "3.0.0",
     .complexity = "O(N) in the size of the value, O(N log N) for sorted sets",
     .arity = -4,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_ASKING | CMD_SYSCMD | CMD_SHARDED,
     .acl = ACL_KEYSPACE | ACL_DANGEROUS,
     .keys = {KEY_AT(1, KEY_OW | KEY_UPDATE)},
     .run = restore},
    {.name = NULL},
};
