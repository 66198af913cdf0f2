/* zset_args.h - what the handlers of sorted set commands (and of geo commands) have in common:
 * arguments, replies of elements, and the effects of changes. */
#ifndef MS_TYPES_ZSET_ZSET_ARGS_H
#define MS_TYPES_ZSET_ZSET_ARGS_H

#include "core/command/command.h"
#include "storage/keyspace/keyspace.h"
#include "types/zset/zset.h"

/* The zset at a key: 0 with *zset, NULL if the key is missing; or negative after WRONGTYPE. */
static inline int zset_args_find_key(struct request *rq, struct key key, enum find_mode mode,
                                     struct zset **zset, struct reply *out)
{
    void *value;
    int rc = keyspace_find_value(rq, key, mode, &zset_type, &value, out);

    *zset = rc == 0 ? value : NULL;
    return rc;
}

/* The same at argument `at`. */
static inline int zset_args_find(struct request *rq, size_t at, enum find_mode mode,
                                 struct zset **zset, struct reply *out)
{
    return zset_args_find_key(rq, request_key(rq, at), mode, zset, out);
}

/* Seconds, with a fraction, as a deadline in Unix ms; 0 is for ever. False after an error. */
bool zset_args_deadline(struct request *rq, struct span word, int64_t *deadline_ms,
                        struct reply *out);

/* --- Ranges, as half-open intervals of ranks. */

enum zset_range_kind {
    ZSET_BY_RANK,
    ZSET_BY_SCORE,
    ZSET_BY_LEX
};

struct zset_lex_bound {
    struct span member;
    signed char end; /* -1 is "-", 1 is "+", 0 a member */
    bool exclusive;
};

struct zset_range {
    enum zset_range_kind kind;
    bool down; /* ranks count from the highest score, and bounds come highest first */
    int64_t start, stop;
    struct zset_score_bound low_score, high_score;
    struct zset_lex_bound low_member, high_member;
};

/* Reads the two words as `kind` and `down`, both set, have them. False after an error. */
bool zset_range_parse(struct zset_range *range, struct span first, struct span second,
                      struct reply *out);

/* The ranks (lowest score 0) that a range chooses: *begin to *end - 1; *begin <= *end. */
void zset_range_ranks(const struct zset_range *range, const struct zset *zset, size_t *begin,
                      size_t *end);

/* --- Replies. */

/* The header for `count` elements, flat or, with scores in RESP3, as pairs. */
void zset_reply_header(struct reply *out, size_t count, bool scores);
/* One element of it. */
void zset_reply_element(struct reply *out, struct span member, double score, bool scores);
/* Header and elements of ranks `begin` to `end` - 1, in either direction. */
void zset_reply_range(struct reply *out, const struct zset *zset, size_t begin, size_t end,
                      bool down, bool scores);

/* --- Changes. */

/* Logs the call as `name` with its `keys` keys and the ranks `begin` to `end` - 1 it has chosen:
 * which members lie between two names is not said where scores differ, and another server, that
 * holds the same set in another form, may find others. */
void zset_log_ranks(struct request *rq, struct span name, size_t keys, size_t begin, size_t end);

/* Records that elements were removed: `event`, and the key goes if nothing is left. */
void zset_removed(struct request *rq, struct key key, struct zset *zset, const char *event);

/* Makes the key `result`, whatever it was: `event` with what comes before it; or deletes it if the
 * result is empty. Takes the result over. Returns its count. */
size_t zset_store_take(struct request *rq, struct key key, struct zset *result, const char *event);

#endif
