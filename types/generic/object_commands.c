#include "types/generic/object_commands.h"

#include "storage/keyspace/keyspace.h"

/* Redis shares the objects of these integers, and clients see it in REFCOUNT. */
enum {
    SHARED_INTEGERS = 10000,
    SHARED_REFCOUNT = INT32_MAX
};

/* The entry at argument 2; replies null if it is missing. */
static struct entry *find_object(struct request *rq, struct reply *out)
{
    struct entry *entry = keyspace_find(rq, request_key(rq, 2), FIND_QUIET);

    if (!entry)
        reply_null(out);
    return entry;
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
    case ENTRY_RAW:
        break;
    }
    return "raw";
}

/* OBJECT ENCODING key -> how the value is held. */
static void encoding(struct request *rq, struct reply *out)
{
    struct entry *entry = find_object(rq, out);

    if (entry)
        reply_bulk_text(out, encoding_of(entry));
}

static bool policy_is_lfu(const struct settings *settings)
{
    return settings->maxmemory_policy == EVICT_VOLATILE_LFU ||
           settings->maxmemory_policy == EVICT_ALLKEYS_LFU;
}

static bool policy_is_lru(const struct settings *settings)
{
    return settings->maxmemory_policy == EVICT_VOLATILE_LRU ||
           settings->maxmemory_policy == EVICT_ALLKEYS_LRU;
}

/* OBJECT FREQ key -> the logarithmic counter of accesses, under an LFU policy. */
static void freq(struct request *rq, struct reply *out)
{
    struct entry *entry = find_object(rq, out);

    if (!entry)
        return;
    if (policy_is_lfu(rq->settings))
        reply_integer(out, entry_frequency(entry, rq->now_ms, rq->settings->lfu_decay_time));
    else
        reply_error(out, "ERR An LFU maxmemory policy is not selected, access frequency not "
                         "tracked. Please note that when switching between policies at runtime "
                         "LRU and LFU data will take some time to adjust.");
}

/* OBJECT IDLETIME key -> seconds since the last access, except under an LFU policy. */
static void idletime(struct request *rq, struct reply *out)
{
    struct entry *entry = find_object(rq, out);

    if (!entry)
        return;
    if (!policy_is_lfu(rq->settings))
        reply_integer(out, entry_idle_seconds(entry, rq->now_ms));
    else
        reply_error(out, "ERR An LFU maxmemory policy is selected, idle time not tracked. Please "
                         "note that when switching between policies at runtime LRU and LFU data "
                         "will take some time to adjust.");
}

/* OBJECT REFCOUNT key -> 1; our values are never shared, but what Redis would share is shown so. */
static void refcount(struct request *rq, struct reply *out)
{
    struct entry *entry = find_object(rq, out);
    const struct settings *settings = rq->settings;
    bool shared;

    if (!entry)
        return;
    shared = entry_type(entry)->id == VALUE_STRING && entry_string_form(entry) == ENTRY_INTEGER &&
             entry_integer(entry) >= 0 && entry_integer(entry) < SHARED_INTEGERS &&
             (settings->maxmemory == 0 || (!policy_is_lru(settings) && !policy_is_lfu(settings)));
    reply_integer(out, shared ? SHARED_REFCOUNT : 1);
}

/* OBJECT HELP -> what there is. */
static void help(struct request *rq, struct reply *out)
{
    static const char *const lines[] = {
        "OBJECT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
        "ENCODING <key>",
        "    Tells how the value at <key> is held in memory.",
        "FREQ <key>",
        "    Tells how often <key> is used, as a logarithmic counter that decays.",
        "IDLETIME <key>",
        "    Tells for how many seconds <key> has not been used.",
        "REFCOUNT <key>",
        "    Tells how many references the value at <key> has.",
        "HELP",
        "    Prints this help.",
    };
    const size_t count = sizeof(lines) / sizeof(*lines);

    (void)rq;
    reply_array(out, count);
    for (size_t i = 0; i < count; i++)
        reply_simple(out, lines[i]);
}

#define OBJECT                                                                                     \
    .usage = "key", .group = "generic", .complexity = "O(1)", .arity = 3,                          \
    .flags = CMD_READONLY | CMD_SHARDED, .acl = ACL_KEYSPACE, .keys = {KEY_AT(2, KEY_RO)},         \
    .tips = {"nondeterministic_output"}

static const struct command_spec object_subcommands[] = {
    {OBJECT, .name = "encoding", .summary = "Tells how the value at a key is held in memory.",
     .since = "2.2.3", .run = encoding},
    {OBJECT, .name = "freq", .summary = "Tells how often a key is used, as a logarithmic counter.",
     .since = "4.0.0", .run = freq},
    {OBJECT, .name = "idletime", .summary = "Tells for how many seconds a key has not been used.",
     .since = "2.2.3", .run = idletime},
    {OBJECT, .name = "refcount", .summary = "Tells how many references the value at a key has.",
     .since = "2.2.3", .run = refcount},
    {.name = "help",
     .usage = "",
     .summary = "Lists the subcommands.",
     .group = "generic",
     .since = "6.2.0",
     .complexity = "O(1)",
     .arity = 2,
     .flags = CMD_LOADING | CMD_STALE | CMD_SHARDED,
     .acl = ACL_KEYSPACE,
     .run = help},
    {.name = NULL},
};

const struct command_spec object_commands[] = {
    {.name = "object",
     .usage = "",
     .summary = "Holds the commands that look into how a value is kept.",
     .group = "generic",
     .since = "2.2.3",
     .complexity = "Depends on the subcommand",
     .arity = -2,
     .subcommands = object_subcommands},
    {.name = NULL},
};
