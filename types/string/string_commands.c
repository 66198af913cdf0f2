#include "types/string/string_commands.h"

#include "core/base/error.h"
#include "core/num/num.h"
#include "storage/keyspace/keyspace.h"
#include "types/string/expiry_option.h"
#include "types/string/string_change.h"
#include "types/string/string_condition.h"

/* GET key -> the string, or null. */
static void get(struct request *rq, struct reply *out)
{
    struct entry *entry;

    if (keyspace_find_string(rq, request_key(rq, 1), FIND_READ, &entry, out) < 0)
        return;
    if (entry)
        string_reply(entry, out);
    else
        reply_null(out);
}

/* STRLEN key -> bytes of the string, 0 for a missing key. */
static void strlen_(struct request *rq, struct reply *out)
{
    char scratch[NUM_TEXT_LIMIT];
    struct entry *entry;

    if (keyspace_find_string(rq, request_key(rq, 1), FIND_READ, &entry, out) < 0)
        return;
    reply_integer(out, entry ? (int64_t)entry_string(entry, scratch).size : 0);
}

/* What SET's options ask for. */
struct set_options {
    bool if_absent, if_present, get;
    struct string_condition condition;
    struct expiry_option expiry;
};

/* Reads one option of SET; false if there is none at *at or it clashes with an earlier one. */
static bool read_set_option(const struct request *rq, size_t *at, struct set_options *options)
{
    bool conditional = options->condition.word != CONDITION_NONE;
    struct span word = rq->argv[*at];

    if (expiry_option_read(rq, at, EXPIRY_TIMES | EXPIRY_KEEPTTL, &options->expiry))
        return true;
    if (span_is(word, "nx") && !options->if_present && !conditional)
        return options->if_absent = true;
    if (span_is(word, "xx") && !options->if_absent && !conditional)
        return options->if_present = true;
    if (span_is(word, "get"))
        return options->get = true;
    return !options->if_absent && !options->if_present &&
           string_condition_read(rq, at, &options->condition);
}

/* Whether SET's condition allows the write: 1 or 0, or an error after writing it. */
static int set_is_allowed(const struct set_options *options, const struct entry *entry,
                          struct reply *out)
{
    if (options->if_absent)
        return entry == NULL;
    if (options->if_present)
        return entry != NULL;
    if (options->condition.word == CONDITION_NONE)
        return 1;
    if (entry && entry_type(entry)->id != VALUE_STRING) {
        reply_error(out, ERROR_WRONGTYPE);
        return ERR_UNSUPPORTED;
    }
    return string_condition_test(&options->condition, entry, out);
}

/* SET with anything behind the value. The old value and the condition are looked at before
 * anything is written to the key; with GET the reply is the old value whatever happens. */
static void set_with_options(struct request *rq, struct key key, struct reply *out)
{
    struct set_options options = {0};
    const struct value_type *before;
    struct entry *entry;
    int allowed;

    for (size_t at = 3; at < rq->argc; at++) {
        if (!read_set_option(rq, &at, &options)) {
            reply_error(out, ERROR_SYNTAX);
            return;
        }
    }
    if (expiry_option_resolve(rq, &options.expiry, out) < 0)
        return;
    if (options.get) {
        if (keyspace_find_string(rq, key, FIND_READ, &entry, out) < 0)
            return;
    } else {
        entry = keyspace_find(rq, key, FIND_WRITE);
    }
    allowed = set_is_allowed(&options, entry, out);
    if (allowed < 0)
        return;
    if (options.get && entry)
        string_reply(entry, out);
    else if (options.get || !allowed)
        reply_null(out);
    else
        reply_ok(out);
    if (!allowed)
        return;
    before = string_before(entry);
    if (string_put(rq, key, before, rq->argv[2], &options.expiry))
        string_log_set(rq, key, rq->argv[2], &options.expiry);
    else if (before)
        string_log_del(rq, key);
}

/* The value alone: drops an expiry, logs the call as it is. The write itself counts as the use. */
static void set_plain(struct request *rq, struct key key, struct span value)
{
    const struct value_type *before = string_before(keyspace_find(rq, key, FIND_QUIET));

    keyspace_set_string(rq, key, value, false);
    string_written(rq, key, before, "set");
}

/* SET key value [options] -> OK; null if a condition forbade it; the old value with GET. */
static void set(struct request *rq, struct reply *out)
{
    struct key key = request_key(rq, 1);

    if (rq->argc == 3) {
        set_plain(rq, key, rq->argv[2]);
        reply_ok(out);
        return;
    }
    set_with_options(rq, key, out);
}

/* SETNX key value -> 1 if the key was missing and is now set. */
static void setnx(struct request *rq, struct reply *out)
{
    struct key key = request_key(rq, 1);

    if (keyspace_find(rq, key, FIND_WRITE)) {
        reply_integer(out, 0);
        return;
    }
    keyspace_set_string(rq, key, rq->argv[2], false);
    string_written(rq, key, NULL, "set");
    reply_integer(out, 1);
}

static void set_for_time(struct request *rq, enum expiry_word unit, struct reply *out)
{
    struct expiry_option expiry = {.word = unit, .time = rq->argv[2]};
    struct key key = request_key(rq, 1);
    const struct value_type *before;

    if (expiry_option_resolve(rq, &expiry, out) < 0)
        return;
    before = string_before(keyspace_find(rq, key, FIND_QUIET));
    string_put(rq, key, before, rq->argv[3], &expiry);
    string_log_set(rq, key, rq->argv[3], &expiry);
    reply_ok(out);
}

/* SETEX key seconds value -> OK. */
static void setex(struct request *rq, struct reply *out)
{
    set_for_time(rq, EXPIRY_EX, out);
}

/* PSETEX key milliseconds value -> OK. */
static void psetex(struct request *rq, struct reply *out)
{
    set_for_time(rq, EXPIRY_PX, out);
}

/* GETSET key value -> the old string, or null. */
static void getset(struct request *rq, struct reply *out)
{
    const struct expiry_option none = {0};
    struct key key = request_key(rq, 1);
    const struct value_type *before;
    struct entry *entry;

    if (keyspace_find_string(rq, key, FIND_READ, &entry, out) < 0)
        return;
    if (entry)
        string_reply(entry, out);
    else
        reply_null(out);
    before = string_before(entry);
    keyspace_set_string(rq, key, rq->argv[2], false);
    string_written(rq, key, before, "set");
    string_log_set(rq, key, rq->argv[2], &none);
}

/* GETDEL key -> the string, or null; the key is gone. */
static void getdel(struct request *rq, struct reply *out)
{
    struct key key = request_key(rq, 1);
    struct entry *entry;

    if (keyspace_find_string(rq, key, FIND_READ, &entry, out) < 0)
        return;
    if (!entry) {
        reply_null(out);
        return;
    }
    string_reply(entry, out);
    keyspace_delete(rq, key, rq->settings->lazyfree_lazy_user_del);
    request_changed(rq, key, EVENT_GENERIC, "del");
    string_log_del(rq, key);
}

/* Carries out GETEX's option on a key that exists. */
static void getex_apply(struct request *rq, struct key key, struct entry *entry,
                        const struct expiry_option *expiry)
{
    if (expiry_option_is_past(rq, expiry)) {
        string_remove(rq, key);
        string_log_del(rq, key);
    } else if (expiry->word & EXPIRY_TIMES) {
        keyspace_set_expire(rq, key, entry, expiry->at_ms);
        request_changed(rq, key, EVENT_GENERIC, "expire");
        string_log_expire(rq, key, expiry->at_ms);
    } else if (expiry->word == EXPIRY_PERSIST && entry_expire_ms(entry) >= 0) {
        keyspace_set_expire(rq, key, entry, -1);
        request_changed(rq, key, EVENT_GENERIC, "persist");
        string_log_persist(rq, key);
    }
}

/* GETEX key [EX .. | PX .. | EXAT .. | PXAT .. | PERSIST] -> the string, or null. A time is only
 * looked at when the key exists, as Redis does. */
static void getex(struct request *rq, struct reply *out)
{
    struct key key = request_key(rq, 1);
    struct expiry_option expiry = {0};
    struct entry *entry;

    for (size_t at = 2; at < rq->argc; at++) {
        if (!expiry_option_read(rq, &at, EXPIRY_TIMES | EXPIRY_PERSIST, &expiry)) {
            reply_error(out, ERROR_SYNTAX);
            return;
        }
    }
    if (keyspace_find_string(rq, key, FIND_READ, &entry, out) < 0)
        return;
    if (!entry) {
        reply_null(out);
        return;
    }
    if (expiry_option_resolve(rq, &expiry, out) < 0)
        return;
    string_reply(entry, out);
    getex_apply(rq, key, entry, &expiry);
}

/* DIGEST key -> 16 hexadecimal digits, or null. */
static void digest(struct request *rq, struct reply *out)
{
    char scratch[NUM_TEXT_LIMIT], text[STRING_DIGEST_SIZE];
    struct entry *entry;

    if (keyspace_find_string(rq, request_key(rq, 1), FIND_READ, &entry, out) < 0)
        return;
    if (!entry) {
        reply_null(out);
        return;
    }
    string_digest(entry_string(entry, scratch), text);
    reply_bulk(out, span_of(text, sizeof(text)));
}

/* Whether DELEX's condition lets the entry go: 1 or 0, or an error after writing it. */
static int delex_is_allowed(const struct request *rq, const struct entry *entry, struct reply *out)
{
    struct string_condition condition = {0};
    size_t at = 2;

    if (rq->argc == 2)
        return 1;
    if (entry_type(entry)->id != VALUE_STRING) {
        reply_error(out, "ERR Key should be of string type if conditions are specified");
        return ERR_UNSUPPORTED;
    }
    if (!string_condition_read(rq, &at, &condition)) {
        reply_error(out, "ERR Invalid condition. Use IFEQ, IFNE, IFDEQ, or IFDNE");
        return ERR_SYNTAX;
    }
    return string_condition_test(&condition, entry, out);
}

/* DELEX key [IFEQ value | IFNE value | IFDEQ digest | IFDNE digest] -> 1 if the key was deleted.
 * A missing key answers 0 before the condition is read: Redis's order. */
static void delex(struct request *rq, struct reply *out)
{
    struct key key = request_key(rq, 1);
    struct entry *entry;
    int allowed = 0;

    if (rq->argc != 2 && rq->argc != 4) {
        reply_error(out, "ERR wrong number of arguments for 'delex' command");
        return;
    }
    entry = keyspace_find(rq, key, FIND_WRITE);
    if (entry)
        allowed = delex_is_allowed(rq, entry, out);
    if (allowed < 0)
        return;
    reply_integer(out, allowed);
    if (!allowed)
        return;
    keyspace_delete(rq, key, rq->settings->lazyfree_lazy_user_del);
    request_changed(rq, key, EVENT_GENERIC, "del");
    string_log_del(rq, key);
}

const struct command_spec string_commands[] = {
    {.name = "get",
     .usage = "key",
     .summary = "Returns the string at a key.",
     .group = "string",
     .since = "1.0.0",
     .complexity = "O(1)",
     .arity = 2,
     .flags = CMD_READONLY | CMD_FAST | CMD_SHARDED,
     .acl = ACL_STRING,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .run = get},
    {.name = "set",
     .usage = "key value [NX | XX | IFEQ ifeq-value | IFNE ifne-value | IFDEQ ifdeq-digest | IFDNE "
              "ifdne-digest] [GET] [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT "
              "unix-time-milliseconds | KEEPTTL]",
     .summary = "Makes a key a string, if the conditions given hold, and sets when it expires.",
     .group = "string",
     .since = "1.0.0",
     .complexity = "O(1), O(N) in the old value's size with IFDEQ and IFDNE",
     .arity = -3,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_SHARDED,
     .acl = ACL_STRING,
     .keys = {KEY_AT(1, KEY_RW | KEY_ACCESS | KEY_UPDATE | KEY_VARIABLE_FLAGS)},
     .run = set},
    {.name = "setnx",
     .usage = "key value",
     .summary = "Makes a missing key a string.",
     .group = "string",
     .since = "1.0.0",
     .complexity = "O(1)",
     .arity = 3,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_FAST | CMD_SHARDED,
     .acl = ACL_STRING,
     .keys = {KEY_AT(1, KEY_OW | KEY_INSERT)},
     .deprecated_since = "2.6.12",
     .replaced_by = "`SET` with `NX`",
     .run = setnx},
    {.name = "setex",
     .usage = "key seconds value",
     .summary = "Makes a key a string that expires after some seconds.",
     .group = "string",
     .since = "2.0.0",
     .complexity = "O(1)",
     .arity = 4,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_SHARDED,
     .acl = ACL_STRING,
     .keys = {KEY_AT(1, KEY_OW | KEY_UPDATE)},
     .deprecated_since = "2.6.12",
     .replaced_by = "`SET` with `EX`",
     .run = setex},
    {.name = "psetex",
     .usage = "key milliseconds value",
     .summary = "Makes a key a string that expires after some milliseconds.",
     .group = "string",
     .since = "2.6.0",
     .complexity = "O(1)",
     .arity = 4,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_SHARDED,
     .acl = ACL_STRING,
     .keys = {KEY_AT(1, KEY_OW | KEY_UPDATE)},
     .deprecated_since = "2.6.12",
     .replaced_by = "`SET` with `PX`",
     .run = psetex},
    {.name = "getset",
     .usage = "key value",
     .summary = "Replaces the string at a key and returns the one that was there.",
     .group = "string",
     .since = "1.0.0",
     .complexity = "O(1)",
     .arity = 3,
     .flags = CMD_WRITE | CMD_DENYOOM | CMD_FAST | CMD_SHARDED,
     .acl = ACL_STRING,
     .keys = {KEY_AT(1, KEY_RW | KEY_ACCESS | KEY_UPDATE)},
     .deprecated_since = "6.2.0",
     .replaced_by = "`SET` with `GET`",
     .run = getset},
    {.name = "getdel",
     .usage = "key",
     .summary = "Returns the string at a key and deletes the key.",
     .group = "string",
     .since = "6.2.0",
     .complexity = "O(1)",
     .arity = 2,
     .flags = CMD_WRITE | CMD_FAST | CMD_SHARDED,
     .acl = ACL_STRING,
     .keys = {KEY_AT(1, KEY_RW | KEY_ACCESS | KEY_DELETE)},
     .run = getdel},
    {.name = "getex",
     .usage = "key [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT "
              "unix-time-milliseconds | PERSIST]",
     .summary = "Returns the string at a key and sets or drops the key's expiry.",
     .group = "string",
     .since = "6.2.0",
     .complexity = "O(1)",
     .arity = -2,
     .flags = CMD_WRITE | CMD_FAST | CMD_SHARDED,
     .acl = ACL_STRING,
     .keys = {KEY_AT(1, KEY_RW | KEY_ACCESS | KEY_UPDATE)},
     .run = getex},
    {.name = "strlen",
     .usage = "key",
     .summary = "Returns the size in bytes of the string at a key.",
     .group = "string",
     .since = "2.2.0",
     .complexity = "O(1)",
     .arity = 2,
     .flags = CMD_READONLY | CMD_FAST | CMD_SHARDED,
     .acl = ACL_STRING,
     .keys = {KEY_AT(1, KEY_RO)},
     .run = strlen_},
    {.name = "digest",
     .usage = "key",
     .summary = "Returns the XXH3-64 hash of the string at a key as hexadecimal digits.",
     .group = "string",
     .since = "8.4.0",
     .complexity = "O(N) in the string's size",
     .arity = 2,
     .flags = CMD_READONLY | CMD_FAST | CMD_SHARDED,
     .acl = ACL_STRING,
     .keys = {KEY_AT(1, KEY_RO | KEY_ACCESS)},
     .run = digest},
    {.name = "delex",
     .usage = "key [IFEQ ifeq-value | IFNE ifne-value | IFDEQ ifdeq-digest | IFDNE ifdne-digest]",
     .summary = "Deletes a key if its string, or the string's digest, is or is not the given one.",
     .group = "string",
     .since = "8.4.0",
     .complexity = "O(1), O(N) in the string's size with IFDEQ and IFDNE",
     .arity = -2,
     .flags = CMD_WRITE | CMD_FAST | CMD_SHARDED,
     .acl = ACL_STRING,
     .keys = {KEY_AT(1, KEY_RW | KEY_DELETE | KEY_VARIABLE_FLAGS)},
     .run = delex},
    {.name = NULL},
};
