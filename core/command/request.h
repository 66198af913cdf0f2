/* request.h - one call of a command: what a handler may read, and where it notes what must follow.
 *
 * A handler runs with the shards of its keys held (all of them if it is exclusive), changes the
 * keyspace, writes its reply, and records effects; the broker carries them out. It never sends,
 * sleeps, logs or replicates. Time and chance are in here. Lives on the stack of whoever runs it:
 * the broker's dispatcher, a transaction, log replay, a unit test. One thread. */
#ifndef MS_CORE_COMMAND_REQUEST_H
#define MS_CORE_COMMAND_REQUEST_H

#include "core/bytes/arena.h"
#include "core/bytes/span.h"
#include "core/command/settings.h"

#include <stdbool.h>
#include <stdint.h>

struct command_spec;
struct keyspace; /* storage/keyspace/keyspace.h */
struct random;   /* core/hash/random.h */

/* A key with its hash, computed once per request. */
struct key {
    struct span name;
    uint64_t hash;
    int db;
};

enum request_flag {
    REQUEST_NO_WAIT = 1 << 0,  /* in MULTI, a script or replay: answer as on timeout at once */
    REQUEST_REPLAY = 1 << 1,   /* from the log or a primary: must be obeyed */
    REQUEST_RETRY = 1 << 2,    /* a parked session's further attempt */
    REQUEST_NO_TOUCH = 1 << 3, /* CLIENT NO-TOUCH: reads do not change idle time and frequency */
    REQUEST_LOGGED = 1 << 4,   /* somebody reads rewrites: the log, replicas */
    REQUEST_CHANGED = 1 << 5,  /* set by the call itself: calls that it made have changed data */
    REQUEST_NESTED = 1 << 6,   /* a script called it */
    REQUEST_REPLICA = 1 << 7, /* this server follows another, or writes are held back (CLIENT PAUSE,
                                 FAILOVER): what has expired is hidden, and goes
                                 when the primary says so */
    REQUEST_GOES_ON = 1 << 8, /* the next call, about to run, adds to the same key: who only reads
                                 it may be served then */
};

/* Keyspace event classes, the letters of notify-keyspace-events. */
enum event_class {
    EVENT_GENERIC = 1 << 0,       /* g */
    EVENT_STRING = 1 << 1,        /* $ */
    EVENT_LIST = 1 << 2,          /* l */
    EVENT_SET = 1 << 3,           /* s */
    EVENT_HASH = 1 << 4,          /* h */
    EVENT_ZSET = 1 << 5,          /* z */
    EVENT_EXPIRED = 1 << 6,       /* x */
    EVENT_EVICTED = 1 << 7,       /* e */
    EVENT_STREAM = 1 << 8,        /* t */
    EVENT_KEY_MISS = 1 << 9,      /* m */
    EVENT_NEW = 1 << 10,          /* n */
    EVENT_MODULE = 1 << 11,       /* d */
    EVENT_OVERWRITTEN = 1 << 12,  /* o */
    EVENT_TYPE_CHANGED = 1 << 13, /* c */
    EVENT_ARRAY = 1 << 14,        /* r */
};

/* The two other letters: which channels get the events. Beside the classes in
 * settings.notify_keyspace_events. */
enum event_channel {
    EVENT_TO_KEYSPACE = 1 << 29, /* K: __keyspace@<db>__:<key> */
    EVENT_TO_KEYEVENT = 1 << 30, /* E: __keyevent@<db>__:<event> */
};

/* What a change means to the rest of the server. */
enum effect_flag {
    EFFECT_DIRTY = 1 << 0,    /* data changed: the call is logged and replicated */
    EFFECT_MODIFIED = 1 << 1, /* WATCH fails, client-side caches are invalidated */
    EFFECT_WAKE = 1 << 2,     /* parked sessions of the key are tried again */
    EFFECT_EXPIRED = 1 << 3,  /* the key was deleted because its time had come (log DEL first) */
    EFFECT_CHANGED = EFFECT_DIRTY | EFFECT_MODIFIED | EFFECT_WAKE,
};

struct effect {
    struct key key;    /* name borrowed from argv or the arena */
    const char *event; /* static text such as "xadd"; NULL: no keyspace event */
    unsigned class;    /* enum event_class */
    unsigned flags;    /* enum effect_flag */
};

/* How a parked session wants to be found again. A lane is a queue of waiters at one key for which
 * this holds: if the first one gets nothing, neither do the others. */
enum wait_kind {
    WAIT_READ,       /* fan-out: ordered by threshold, then first come; XREAD */
    WAIT_TAKE,       /* first come, first served; XREADGROUP, BLPOP */
    WAIT_TAKE_CLAIM, /* as TAKE, in a queue of its own beside it: XREADGROUP with CLAIM */
};

struct wait_on {
    struct key key;
    struct span lane; /* group name, or the type waited for ("list"); borrowed for the call */
    enum wait_kind kind;
    uint64_t threshold[2]; /* WAIT_READ: waiters are served in this order; else 0 */
    int64_t retry_at_ms;   /* try again at this time even if nothing changes; 0: never */
};

enum {
    REQUEST_INLINE_EFFECTS = 4,
    REQUEST_INLINE_KEYS = 4
};

struct request_rewrite_form {
    size_t argc;
    struct span *argv;
    int db;
};

struct request {
    const struct command_spec *spec;
    struct span *argv;
    size_t argc;
    int db;
    unsigned flags; /* enum request_flag */
    int64_t now_ms; /* Unix time, the same for the whole call */
    uint64_t held_shards;
    struct keyspace *keyspace;
    const struct settings *settings;
    struct arena *arena;
    struct random *random;
    void *host; /* the broker's own; nothing below broker may use it */

    /* Keys whose hash is known; filled by whoever took the locks, then by request_key. */
    struct {
        uint32_t at;
        uint64_t hash;
    } known[REQUEST_INLINE_KEYS];
    unsigned known_count;
    const uint64_t *hashes; /* of a call with many keys: hash by argv index, 0 unknown; or NULL */

    /* What must follow. */
    struct effect inline_effects[REQUEST_INLINE_EFFECTS];
    struct effect *effects;
    size_t effect_count, effect_capacity;
    struct request_rewrite_form *rewrites; /* NULL: log the call as it is */
    size_t rewrite_count;
    const struct wait_on *wait; /* in the arena; NULL: do not park */
    size_t wait_count;
    int64_t wait_deadline_ms; /* 0: for ever */
};

/* A request with nothing recorded; the caller fills in spec, argv, and so on. */
void request_init(struct request *rq);

/* The key at argument `at`, hashed at most once. */
struct key request_key(struct request *rq, size_t at);

/* A key in database `db` whose name is not an argument of its own (borrowed). */
struct key request_key_of(struct request *rq, struct span name, int db);

/* Data at `key` changed: the call is logged, WATCH and caches see it, waiters are tried, and the
 * event is published. */
void request_changed(struct request *rq, struct key key, enum event_class class, const char *event);

/* As above with exactly these consequences; `event` may be NULL. */
void request_effect(struct request *rq, struct key key, unsigned flags, enum event_class class,
                    const char *event);

/* Log this instead of the call. More than one: the calls are logged together, in order. `argv` and
 * what it points to live in the arena. With rewrites recorded but argc 0, nothing is logged. */
void request_rewrite(struct request *rq, size_t argc, struct span *argv);

/* True if rewrites are read by somebody; when false, building them is wasted work. */
static inline bool request_is_logged(const struct request *rq)
{
    return rq->flags & REQUEST_LOGGED;
}

/* True if what has expired stays where it is and only isn't shown: reading on a replica. Who writes
 * there (replica-read-only no) finds it in the way. In request.c. */
bool request_hides_expired(const struct request *rq);

/* Nothing to give yet: park the session until one of the keys changes, then run the handler again.
 * Keys and lanes are copied. `deadline_ms` is Unix time, 0 for ever; on it the session gets a null
 * array. A call that parks has written no reply. Returns false when parking is refused
 * (REQUEST_NO_WAIT): then the handler answers as on timeout. */
bool request_wait(struct request *rq, const struct wait_on *keys, size_t count,
                  int64_t deadline_ms);

#endif
