/* debug_command.c - the DEBUG subcommands that public test suites use. Exclusive, so each may look
 * at everything; none is meant for production, and enable-debug-command keeps them shut by default.
 */
#include "broker/admin/admin_commands.h"
#include "broker/persistence/persistence.h"
#include "broker/reactor/reactor.h"
#include "broker/server/log.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "core/base/check.h"
#include "core/num/num.h"
#include "core/text/glob.h"
#include "storage/keyspace/digest.h"
#include "storage/keyspace/keyspace.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

enum {
    SLEEP_LIMIT_S = 3600,
    POPULATE_LIMIT = 100 * 1000 * 1000
};

static struct server *server_of(const struct request *rq)
{
    return request_session(rq)->reactor->server;
}

static void debug_sleep(struct request *rq, struct reply *out)
{
    double seconds;
    struct timespec span;

    if (num_parse_double(rq->argv[2], &seconds) < 0 || seconds < 0 || seconds > SLEEP_LIMIT_S) {
        reply_error(out, ERROR_NOT_FLOAT);
        return;
    }
    span.tv_sec = (time_t)seconds;
    span.tv_nsec = (long)((seconds - (double)span.tv_sec) * 1e9);
    while (nanosleep(&span, &span) < 0 && errno == EINTR)
        continue; /* the watchdog looks at us by a signal */
    reply_ok(out);
}

static void reply_outcome(int rc, const struct diag *diag, struct reply *out)
{
    if (rc < 0)
        reply_error_format(out, "ERR Error trying to load the data: %s", diag->text);
    else
        reply_ok(out);
}

/* DEBUG RELOAD [NOSAVE] [NOFLUSH] [MERGE]: to the RDB file and back. */
static void debug_reload(struct request *rq, struct reply *out)
{
    bool save = true, flush = true;
    struct diag diag = {0};

    for (size_t i = 2; i < rq->argc; i++) {
        if (span_is(rq->argv[i], "nosave")) {
            save = false;
        } else if (span_is(rq->argv[i], "noflush") || span_is(rq->argv[i], "merge")) {
            flush = false;
        } else {
            reply_error(out,
                        "ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.");
            return;
        }
    }
    reply_outcome(persistence_reload(server_of(rq)->persistence, save, flush, &diag), &diag, out);
}

static void debug_loadaof(struct request *rq, struct reply *out)
{
    struct diag diag = {0};

    reply_outcome(persistence_reload_log(server_of(rq)->persistence, &diag), &diag, out);
}

static void debug_set_active_expire(struct request *rq, struct reply *out)
{
    int64_t on;

    if (num_parse_i64(rq->argv[2], &on) < 0) {
        reply_error(out, ERROR_NOT_INTEGER);
        return;
    }
    server_of(rq)->active_expire = on != 0;
    keyspace_set_active_expire(rq->keyspace, on != 0);
    reply_ok(out);
}

static void debug_pause_cron(struct request *rq, struct reply *out)
{
    int64_t on;

    if (num_parse_i64(rq->argv[2], &on) < 0) {
        reply_error(out, ERROR_NOT_INTEGER);
        return;
    }
    server_of(rq)->cron_paused = on != 0;
    reply_ok(out);
}

/* Settings of Redis's internals that have no counterpart here: checked and accepted, so that test
 * suites run on. */
static void debug_accept(struct request *rq, struct reply *out)
{
    (void)rq;
    reply_ok(out);
}

static const char *encoding_of(const struct entry *entry)
{
    if (entry_type(entry)->id != VALUE_STRING)
        return entry_type(entry)->encoding(entry_value(entry));
    switch (entry_string_form(entry)) {
    case ENTRY_INTEGER:
        return "int";
    case ENTRY_EMBEDDED:
        return "embstr";
    default:
        return "raw";
    }
}

static void debug_object(struct request *rq, struct reply *out)
{
    struct entry *entry = keyspace_find(rq, request_key(rq, 2), FIND_QUIET);
    char text[256];

    if (!entry) {
        reply_error(out, ERROR_NO_SUCH_KEY);
        return;
    }
    snprintf(text, sizeof(text),
             "Value at:%p refcount:1 encoding:%s serializedlength:%zu lru:%lld "
             "lru_seconds_idle:%lld",
             (void *)entry, encoding_of(entry), entry_memory(entry, 0),
             (long long)(rq->now_ms / 1000 & 0xffffff),
             (long long)entry_idle_seconds(entry, rq->now_ms));
    reply_simple(out, text);
}

static void entry_digest(struct entry *entry, struct value_digest *digest)
{
    const struct value_type *type = entry_type(entry);
    char scratch[NUM_TEXT_LIMIT];

    value_digest_mix(digest, span_text(type->name));
    if (type->id == VALUE_STRING)
        value_digest_mix(digest, entry_string(entry, scratch));
    else if (type->digest)
        type->digest(entry_value(entry), digest);
    if (entry_expire_ms(entry) >= 0)
        value_digest_mix(digest, SPAN("!!expire!!"));
}

static void put_digest(const struct value_digest *digest, char text[VALUE_DIGEST_SIZE * 2 + 1])
{
    for (int i = 0; i < VALUE_DIGEST_SIZE; i++)
        snprintf(text + 2 * i, 3, "%02x", digest->bytes[i]);
}

struct digest_walk {
    int db;
    struct value_digest sum;
};

/* Keys in no order: each one's digest (with its database and name) is added up. */
static void add_entry(void *context, struct entry *entry)
{
    struct digest_walk *walk = context;
    struct value_digest one = {{0}};

    value_digest_mix(&one, span_of((const char *)&walk->db, sizeof(walk->db)));
    value_digest_mix(&one, entry_key(entry));
    entry_digest(entry, &one);
    value_digest_add_digest(&walk->sum, &one);
}

static void debug_digest(struct request *rq, struct reply *out)
{
    struct digest_walk walk = {0};
    char text[VALUE_DIGEST_SIZE * 2 + 1];

    for (walk.db = 0; walk.db < keyspace_databases(rq->keyspace); walk.db++)
        keyspace_each(rq->keyspace, walk.db, add_entry, &walk);
    put_digest(&walk.sum, text);
    reply_simple(out, text);
}

static void debug_digest_value(struct request *rq, struct reply *out)
{
    reply_array(out, rq->argc - 2);
    for (size_t i = 2; i < rq->argc; i++) {
        struct entry *entry = keyspace_find(rq, request_key(rq, i), FIND_QUIET);
        struct value_digest digest = {{0}};
        char text[VALUE_DIGEST_SIZE * 2 + 1];

        if (entry)
            entry_digest(entry, &digest);
        put_digest(&digest, text);
        reply_simple(out, text);
    }
}

/* DEBUG POPULATE count [prefix] [size]: keys "<prefix>:<n>" with "value:<n>" padded to `size`. */
static void debug_populate(struct request *rq, struct reply *out)
{
    struct span prefix = rq->argc > 3 ? rq->argv[3] : SPAN("key");
    int64_t count, size = 0;
    struct buffer value = {0}, name = {0};

    if (num_parse_i64(rq->argv[2], &count) < 0 || count < 0 || count > POPULATE_LIMIT ||
        (rq->argc > 4 && (num_parse_i64(rq->argv[4], &size) < 0 || size < 0 ||
                          size > rq->settings->proto_max_bulk_len))) {
        reply_error(out, ERROR_NOT_INTEGER);
        return;
    }
    for (int64_t i = 0; i < count; i++) {
        struct key key;

        buffer_clear(&name);
        buffer_clear(&value);
        buffer_printf(&name, "%.*s:%lld", SPAN_ARGS(prefix), (long long)i);
        buffer_printf(&value, "value:%lld", (long long)i);
        if (size > 0) {
            buffer_reserve(&value, (size_t)size);
            if ((size_t)size > value.size)
                memset(value.data + value.size, 0, (size_t)size - value.size);
            value.size = (size_t)size;
        }
        key = request_key_of(rq, span_of(name.data, name.size), rq->db);
        if (!keyspace_find(rq, key, FIND_QUIET))
            keyspace_set_string(rq, key, span_of(value.data, value.size), false);
    }
    buffer_release(&name);
    buffer_release(&value);
    reply_ok(out);
}

static void debug_protocol(struct request *rq, struct reply *out)
{
    struct span kind = rq->argv[2];

    if (span_is(kind, "string")) {
        reply_bulk_text(out, "Hello World");
    } else if (span_is(kind, "integer")) {
        reply_integer(out, 12345);
    } else if (span_is(kind, "double")) {
        reply_double(out, 3.141);
    } else if (span_is(kind, "null")) {
        reply_null(out);
    } else if (span_is(kind, "array") || span_is(kind, "set") || span_is(kind, "push")) {
        if (span_is(kind, "array"))
            reply_array(out, 3);
        else if (span_is(kind, "set"))
            reply_set(out, 3);
        else
            reply_push(out, 3);
        for (int i = 0; i < 3; i++)
            reply_integer(out, i);
    } else if (span_is(kind, "map")) {
        reply_map(out, 3);
        for (int i = 0; i < 3; i++) {
            reply_integer(out, i);
            reply_boolean(out, i == 1);
        }
    } else if (span_is(kind, "attrib")) {
        if (out->protocol >= 3)
            buffer_printf(out->out,
                          "|1\r\n$14\r\nkey-popularity\r\n*2\r\n$7\r\nkey:123\r\n:90\r\n");
        reply_bulk_text(out, "Some real reply following the attribute");
    } else if (span_is(kind, "verbatim")) {
        reply_verbatim(out, "txt", SPAN("This is a verbatim\nstring"));
    } else if (span_is(kind, "bignum")) {
        if (out->protocol >= 3)
            buffer_printf(out->out, "(1234567999999999999999999999999999999\r\n");
        else
            reply_bulk_text(out, "1234567999999999999999999999999999999");
    } else if (span_is(kind, "true") || span_is(kind, "false")) {
        reply_boolean(out, span_is(kind, "true"));
    } else {
        reply_error(out,
                    "ERR Wrong protocol type name. Please use one of the following: "
                    "string|integer|double|null|array|set|map|attrib|push|verbatim|true|false");
    }
}

static void debug_htstats(struct request *rq, struct reply *out)
{
    struct buffer text = {0};
    int64_t db;

    if (num_parse_i64(rq->argv[2], &db) < 0 || db < 0 || db >= keyspace_databases(rq->keyspace)) {
        reply_error(out, "ERR Out of range database");
        return;
    }
    keyspace_describe_tables(rq->keyspace, (int)db, &text);
    reply_verbatim(out, "txt", span_of(text.data, text.size));
    buffer_release(&text);
}

/* DEBUG HTSTATS-KEY and DEBUG LISTPACK look into encodings that no type has yet. */
static void debug_no_encoding(struct request *rq, struct reply *out)
{
    if (keyspace_find(rq, request_key(rq, 2), FIND_QUIET))
        reply_error(out, span_is(rq->argv[1], "listpack")
                             ? "ERR Not a listpack encoded object."
                             : "ERR The value stored at the specified key is not represented using "
                               "an hash table");
    else
        reply_error(out, ERROR_NO_SUCH_KEY);
}

/* DEBUG STRINGMATCH-LEN length pattern: matches so many 'a' against the pattern. */
static void debug_stringmatch(struct request *rq, struct reply *out)
{
    int64_t length;
    char *text;

    if (num_parse_i64(rq->argv[2], &length) < 0 || length < 0 ||
        length > rq->settings->proto_max_bulk_len) {
        reply_error(out, ERROR_NOT_POSITIVE);
        return;
    }
    text = arena_alloc(rq->arena, (size_t)length + 1);
    memset(text, 'a', (size_t)length);
    reply_integer(out, glob_match(rq->argv[3], span_of(text, (size_t)length), false));
}

static void debug_log(struct request *rq, struct reply *out)
{
    log_line(server_of(rq)->log, LOG_WARNING, "DEBUG LOG: %.*s", SPAN_ARGS(rq->argv[2]));
    reply_ok(out);
}

/* DEBUG ASSERT, PANIC, SEGFAULT: three ways to the crash report. */
static void debug_assert(struct request *rq, struct reply *out)
{
    (void)rq;
    (void)out;
    CHECK(!"DEBUG ASSERT was called");
}

static void debug_panic(struct request *rq, struct reply *out)
{
    (void)rq;
    (void)out;
    check_failed("DEBUG PANIC was called", __FILE__, __LINE__);
}

static void debug_segfault(struct request *rq, struct reply *out)
{
    char *page = mmap(NULL, 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    (void)rq;
    *(volatile char *)page = 'x';
    reply_ok(out); /* not reached */
}

static void debug_help(struct request *rq, struct reply *out);

static const struct {
    const char *name;
    size_t min, max; /* arguments after the subcommand */
    void (*run)(struct request *rq, struct reply *out);
    const char *usage, *help;
} subcommands[] = {
    {"assert", 0, 0, debug_assert, "ASSERT", "Ends the server by a failed check."},
    {"dict-resizing", 1, 1, debug_accept, "DICT-RESIZING <0|1>",
     "Accepted; tables resize in steps."},
    {"digest", 0, 0, debug_digest, "DIGEST", "A fingerprint of all data."},
    {"digest-value", 1, SIZE_MAX, debug_digest_value, "DIGEST-VALUE <key> [<key> ...]",
     "A fingerprint of each key's value."},
    {"help", 0, 0, debug_help, "HELP", "Prints this help."},
    {"htstats", 1, 2, debug_htstats, "HTSTATS <dbid>", "The shape of a database's tables."},
    {"htstats-key", 1, 2, debug_no_encoding, "HTSTATS-KEY <key>", "The shape of a key's table."},
    {"listpack", 1, 1, debug_no_encoding, "LISTPACK <key>", "The shape of a packed value."},
    {"loadaof", 0, 0, debug_loadaof, "LOADAOF", "Reads all data back from the log."},
    {"log", 1, 1, debug_log, "LOG <message>", "Writes a line to the server's log."},
    {"object", 1, 2, debug_object, "OBJECT <key>", "Low-level facts about a key."},
    {"panic", 0, 0, debug_panic, "PANIC", "Ends the server as on a fault it sees itself."},
    {"pause-cron", 1, 1, debug_pause_cron, "PAUSE-CRON <0|1>", "Stops the timer work."},
    {"populate", 1, 3, debug_populate, "POPULATE <count> [<prefix>] [<size>]", "Makes keys."},
    {"protocol", 1, 1, debug_protocol, "PROTOCOL <type>", "Replies with a value of the type."},
    {"quicklist-packed-threshold", 1, 1, debug_accept, "QUICKLIST-PACKED-THRESHOLD <size>",
     "Accepted; lists have no such threshold."},
    {"reload", 0, 3, debug_reload, "RELOAD [option ...]",
     "Saves all data and reads it back. Options: NOSAVE, NOFLUSH, MERGE."},
    {"replybuffer", 2, 2, debug_accept, "REPLYBUFFER <setting> <value>",
     "Accepted; reply buffers grow as needed."},
    {"segfault", 0, 0, debug_segfault, "SEGFAULT", "Ends the server by a forbidden access."},
    {"set-active-expire", 1, 1, debug_set_active_expire, "SET-ACTIVE-EXPIRE <0|1>",
     "Switches the active expiry."},
    {"sleep", 1, 1, debug_sleep, "SLEEP <seconds>", "Stops the whole server so long."},
    {"stringmatch-len", 2, 2, debug_stringmatch, "STRINGMATCH-LEN <length> <pattern>",
     "Matches a long text."},
};

enum {
    SUBCOMMANDS = sizeof(subcommands) / sizeof(subcommands[0])
};

static void debug_help(struct request *rq, struct reply *out)
{
    (void)rq;
    reply_array(out, 1 + 2 * SUBCOMMANDS);
    reply_simple(out, "DEBUG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
    for (int i = 0; i < SUBCOMMANDS; i++) {
        char line[128];

        reply_simple(out, subcommands[i].usage);
        snprintf(line, sizeof(line), "    %s", subcommands[i].help);
        reply_simple(out, line);
    }
}

static bool is_allowed(const struct request *rq)
{
    const struct session *session = request_session(rq);
    enum config_gate gate = server_config(session->reactor->server)->enable_debug_command;

    return gate == GATE_YES || (gate == GATE_LOCAL && (session->flags & SESSION_LOCAL));
}

void debug_command(struct request *rq, struct reply *out)
{
    if (!is_allowed(rq)) {
        reply_error(out, "ERR DEBUG command not allowed. If the enable-debug-command option is set "
                         "to \"local\", you can run it from a local connection, otherwise you need "
                         "to set this option in the configuration file, and then restart the "
                         "server.");
        return;
    }
    for (int i = 0; i < SUBCOMMANDS; i++) {
        size_t given = rq->argc - 2;

        if (!span_is(rq->argv[1], subcommands[i].name))
            continue;
        if (given < subcommands[i].min || given > subcommands[i].max)
            reply_error_format(out,
                               "ERR unknown subcommand or wrong number of arguments for '%.*s'. "
                               "Try DEBUG HELP.",
                               SPAN_ARGS(rq->argv[1]));
        else
            subcommands[i].run(rq, out);
        return;
    }
    reply_error_format(out,
                       "ERR unknown subcommand or wrong number of arguments for '%.*s'. Try DEBUG "
                       "HELP.",
                       (int)(rq->argv[1].size < 128 ? rq->argv[1].size : 128), rq->argv[1].data);
}
