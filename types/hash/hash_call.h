/* hash_call.h - what one call of a hash command does to the hash at its key, from finding it to
 * settling what follows: events, the log, the deletion of an emptied hash, and the record of the
 * next field to expire.
 *
 *     struct hash_call call;
 *     if (hash_call_begin(&call, rq, 1, FIND_WRITE, out) < 0)
 *         return;
 *     ... hash_call_find, hash_call_set, ...
 *     hash_call_event(&call, "hset");
 *     hash_call_end(&call);
 *
 * A field whose time has come is removed when hash_call_find meets it, in reading commands too, and
 * then it is missing. A replay removes none and finds them all: whoever wrote the log has decided.
 * Lives on the handler's stack. */
#ifndef MS_TYPES_HASH_HASH_CALL_H
#define MS_TYPES_HASH_HASH_CALL_H

#include "core/command/reply.h"
#include "core/command/request.h"
#include "storage/keyspace/keyspace.h"
#include "types/hash/hash.h"

struct hash_call {
    struct request *rq;
    struct key key;
    struct hash *hash;  /* NULL: missing */
    int64_t now_ms;     /* fields with a time up to this are expired; -1 in a replay */
    int64_t next_ms;    /* the earliest time of a field when the call began, -1 if none */
    bool is_new;        /* made by this call and not in the keyspace yet */
    bool changed;       /* by what the command is about, not by time */
    size_t expired;     /* fields removed because of their time, not yet told about */
    bool told;          /* HDEL of expired fields is in the log */
    bool rewritten;     /* the handler has said what is logged */
    struct hash *shown; /* what `hash` is instead, if expired fields are only to be hidden */
    struct span *names; /* of the expired fields, if somebody reads the log */
    size_t name_capacity;
};

/* Finds the hash at argument `at`. Returns 0, or an error after writing WRONGTYPE. */
int hash_call_begin(struct hash_call *call, struct request *rq, size_t at, enum find_mode mode,
                    struct reply *out);

/* True with *item if the hash has this field now. An expired one is removed. */
bool hash_call_find(struct hash_call *call, struct span name, struct hash_item *item);

/* True if an item of a walk is to be shown. */
static inline bool hash_call_shows(const struct hash_call *call, const struct hash_item *item)
{
    return !hash_item_is_expired(item, call->now_ms);
}

/* Removes all expired fields. */
void hash_call_expire_all(struct hash_call *call);

/* Makes the hash if it is missing. */
void hash_call_make(struct hash_call *call);

/* Sets `count` fields, name and value in turn in `pairs`; returns how many are new. */
size_t hash_call_set(struct hash_call *call, const struct span *pairs, size_t count, bool keep_ttl);

/* Records that the hash was changed by the command: an event of class hash, after those about
 * expired fields and the new key. */
void hash_call_event(struct hash_call *call, const char *event);

/* Log this instead of the call, as request_rewrite; does nothing if nobody reads it. After the
 * first hash_call_event. */
void hash_call_rewrite(struct hash_call *call, size_t argc, struct span *argv);

/* The same for NAME key FIELDS count field ..., with `time` behind the key unless its data is NULL,
 * and for HDEL key field ..., */
void hash_call_rewrite_fields(struct hash_call *call, struct span name, struct span time,
                              const struct span *fields, size_t count);
void hash_call_rewrite_hdel(struct hash_call *call, const struct span *fields, size_t count);

/* Settles what is left; the call is over. Does nothing to a missing hash. */
void hash_call_end(struct hash_call *call);

#endif
