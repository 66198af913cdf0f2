/* command.h - a command as data. Each family of commands exports one array of these beside its
 * handlers, ended by an entry without a name; the registry lists the arrays. Arity errors, COMMAND,
 * COMMAND DOCS, key extraction, locks and shell hints derive from the entries. Read-only, any
 * thread.
 *
 * Facts (arity, flags, ACL categories, key specs, tips, usage) are those of Redis 8.10's command
 * metadata; summaries are our own words. */
#ifndef MS_CORE_COMMAND_COMMAND_H
#define MS_CORE_COMMAND_COMMAND_H

#include "core/command/reply.h"
#include "core/command/request.h"

#include <stdint.h>

/* What a command may do and where it may run. The comment is the flag's name in COMMAND INFO. */
enum command_flag {
    CMD_WRITE = 1 << 0,              /* write */
    CMD_READONLY = 1 << 1,           /* readonly */
    CMD_DENYOOM = 1 << 2,            /* denyoom */
    CMD_ADMIN = 1 << 3,              /* admin */
    CMD_PUBSUB = 1 << 4,             /* pubsub */
    CMD_NOSCRIPT = 1 << 5,           /* noscript */
    CMD_BLOCKING = 1 << 6,           /* blocking */
    CMD_LOADING = 1 << 7,            /* loading */
    CMD_STALE = 1 << 8,              /* stale */
    CMD_SKIP_MONITOR = 1 << 9,       /* skip_monitor */
    CMD_SKIP_SLOWLOG = 1 << 10,      /* skip_slowlog */
    CMD_ASKING = 1 << 11,            /* asking */
    CMD_FAST = 1 << 12,              /* fast */
    CMD_NO_AUTH = 1 << 13,           /* no_auth */
    CMD_MAY_REPLICATE = 1 << 14,     /* may_replicate */
    CMD_NO_ASYNC_LOADING = 1 << 15,  /* no_async_loading */
    CMD_NO_MULTI = 1 << 16,          /* no_multi */
    CMD_MOVABLEKEYS = 1 << 17,       /* movablekeys */
    CMD_ALLOW_BUSY = 1 << 18,        /* allow_busy */
    CMD_NO_MANDATORY_KEYS = 1 << 19, /* no_mandatory_keys */
    /* Not shown to clients: */
    CMD_SHARDED =
        1 << 24, /* holds only the shards of its keys (none without keys), not the world */
    CMD_SESSION = 1 << 25,      /* about the connection itself; lives in broker/session */
    CMD_SYSCMD = 1 << 26,       /* doc flag syscmd */
    CMD_NEVER_QUEUED = 1 << 27, /* runs at once between MULTI and EXEC */
    CMD_INTERNAL = 1 << 28,     /* the log's own: unknown to clients */
    CMD_PASSED_ON = 1 << 29,    /* its messages are passed on by replicas */
    CMD_APPENDS = 1 << 30, /* `key id ...`: adds behind what its key holds, and takes nothing */
    /* What a pause of writes and a script that may not write hold back. */
    CMD_COUNTS_AS_WRITE = CMD_WRITE | CMD_MAY_REPLICATE | CMD_PASSED_ON,
};

/* ACL categories beside those that follow from the flags (read, write, fast or slow, admin and
 * dangerous for CMD_ADMIN, pubsub, blocking). */
enum acl_category {
    ACL_KEYSPACE = 1 << 0,
    ACL_SET = 1 << 1,
    ACL_SORTEDSET = 1 << 2,
    ACL_LIST = 1 << 3,
    ACL_HASH = 1 << 4,
    ACL_STRING = 1 << 5,
    ACL_BITMAP = 1 << 6,
    ACL_HYPERLOGLOG = 1 << 7,
    ACL_GEO = 1 << 8,
    ACL_STREAM = 1 << 9,
    ACL_CONNECTION = 1 << 10,
    ACL_TRANSACTION = 1 << 11,
    ACL_SCRIPTING = 1 << 12,
    ACL_DANGEROUS = 1 << 13,
    ACL_ARRAY = 1 << 14,
    ACL_ADMIN = 1 << 15, /* where the flag admin is not set */
};

enum key_flag {
    KEY_RO = 1 << 0,
    KEY_RW = 1 << 1,
    KEY_OW = 1 << 2,
    KEY_RM = 1 << 3,
    KEY_ACCESS = 1 << 4,
    KEY_UPDATE = 1 << 5,
    KEY_INSERT = 1 << 6,
    KEY_DELETE = 1 << 7,
    KEY_NOT_KEY = 1 << 8,
    KEY_INCOMPLETE = 1 << 9,
    KEY_VARIABLE_FLAGS = 1 << 10,
};

enum key_begin {
    KEY_BEGIN_NONE = 0,
    KEY_BEGIN_INDEX,
    KEY_BEGIN_KEYWORD,
    KEY_BEGIN_UNKNOWN
};
enum key_find {
    KEY_FIND_RANGE = 0,
    KEY_FIND_KEYNUM,
    KEY_FIND_UNKNOWN
};

/* Where a command's keys are among its arguments, as COMMAND INFO describes it. */
struct key_spec {
    unsigned flags; /* enum key_flag */
    enum key_begin begin;
    int index;           /* KEY_BEGIN_INDEX: position of the first key or of the count */
    const char *keyword; /* KEY_BEGIN_KEYWORD: the keys follow this word */
    int start_from;      /* where the search for the word starts; negative from the end */
    enum key_find find;
    int last;  /* range: last key from the first; negative counts from the end of the arguments */
    int step;  /* range, keynum: distance between keys */
    int limit; /* range with last -1: 2 means only the first half of what is left, and so on */
    int count_at; /* keynum: where the count is, from the beginning found */
    int first;    /* keynum: where the first key is, from the beginning found */
};

/* One key at argument `at`. */
#define KEY_AT(at, key_flags)                                                                      \
    {                                                                                              \
        .flags = (key_flags), .begin = KEY_BEGIN_INDEX, .index = (at), .step = 1                   \
    }
/* Keys from argument `at` to `end` (relative to `at`, negative from the end), every `every`-th. */
#define KEYS_FROM(at, end, every, key_flags)                                                       \
    {                                                                                              \
        .flags = (key_flags), .begin = KEY_BEGIN_INDEX, .index = (at), .last = (end),              \
        .step = (every)                                                                            \
    }
/* A count at argument `at`, keys from `at` + 1, every `every`-th. */
#define KEYS_COUNTED(at, every, key_flags)                                                         \
    {                                                                                              \
        .flags = (key_flags), .begin = KEY_BEGIN_INDEX, .index = (at), .find = KEY_FIND_KEYNUM,    \
        .first = 1, .step = (every)                                                                \
    }
/* Keys after the word, up to `end`, the first 1/`part` of what is left. */
#define KEYS_AFTER(word, from, end, every, part, key_flags)                                        \
    {                                                                                              \
        .flags = (key_flags), .begin = KEY_BEGIN_KEYWORD, .keyword = (word), .start_from = (from), \
        .last = (end), .step = (every), .limit = (part)                                            \
    }

enum {
    COMMAND_KEY_SPECS = 4,
    COMMAND_TIPS = 4
};

/* One key among the arguments. */
struct command_key {
    int at;         /* index into argv */
    unsigned flags; /* enum key_flag of the spec that found it */
};

struct command_spec {
    const char *name; /* lower case; a subcommand has only its own word */
    const char
        *usage; /* arguments after the name, as in "key [NX | XX] field value [field value ...]" */
    const char *summary;
    const char *group; /* "stream", "string", "generic", ... as in COMMAND DOCS */
    const char *since;
    const char *complexity;
    int arity; /* arguments with the command's name (and the subcommand's); negative: at least */
    unsigned flags;
    unsigned acl;
    struct key_spec keys[COMMAND_KEY_SPECS];
    const char *tips[COMMAND_TIPS];
    const char *deprecated_since;
    const char *replaced_by;
    const struct command_spec *subcommands; /* a container has these and no handler */
    void (*run)(struct request *rq, struct reply *out);
    /* Where the specs can be fooled (a group named STREAMS): finds the keys as the handler does. As
     * command_find_keys, which uses it instead of the specs. */
    int (*find_keys)(size_t argc, const struct span *argv, struct arena *arena,
                     struct command_key **keys);
};

/* Finds the keys of a call by the specs, in order of the specs. `*keys` is allocated in the arena.
 * Returns their number, or ERR_SYNTAX when the arguments do not fit the specs (a bad count). */
int command_find_keys(const struct command_spec *spec, size_t argc, const struct span *argv,
                      struct arena *arena, struct command_key **keys);

/* True if `argc` fits the arity. */
bool command_arity_fits(const struct command_spec *spec, size_t argc);

#endif
