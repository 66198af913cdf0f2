/* watch.h - WATCH: which connection wants to know that which key changed.
 *
 * A mark says that a watcher looks at a key in a database, and what the key was then: missing,
 * there, or there but past its time. The marks of a key lie in its shard's part of the table,
 * guarded by the shard's lock; a change of the key, by whatever thread, makes the watchers of its
 * marks dirty there. A dirty watcher's marks stay until its connection drops them, which it does
 * holding their shards.
 *
 * Rules (Redis's): a key that was past its time already when it was watched and is then deleted for
 * it has not changed; one that passes its time later has. A flush or swap of databases changes the
 * keys that are there before or after. The connection's own changes count. */
#ifndef MS_BROKER_TRANSACTION_WATCH_H
#define MS_BROKER_TRANSACTION_WATCH_H

#include "core/command/request.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct watch_mark;
struct watch_table;

enum {
    WATCH_KEYS_LIMIT = 1024 * 1024 /* marks of one connection */
};

/* Embedded in a connection's transaction, starts zeroed. The marks are its reactor's to change,
 * with their shards held. `dirty` is set by whoever changes a watched key, under the key's shard
 * lock, and read under the locks of all watched keys when it decides (relaxed: the locks order it).
 */
struct watcher {
    atomic_bool dirty;
    struct watch_mark *marks;
    uint64_t shards; /* of the marks */
    size_t count;
    size_t bytes; /* of the marks, with the names they are about */
};

struct watch_table *watch_table_new(void);

/* There are no marks any more. */
void watch_table_free(struct watch_table *table);

/* Marks the key, once. Its shard is held by the request. False if the watcher has WATCH_KEYS_LIMIT
 * marks already. O(watchers of the key). */
bool watch_add(struct watch_table *table, struct watcher *watcher, struct request *rq,
               struct key key);

/* Drops all marks; the watcher is clean. The shards of the marks are held. */
void watch_clear(struct watch_table *table, struct watcher *watcher);

/* True if no watched key has changed, nor passed its time, since it was marked. The request holds
 * the shards of the marks. */
bool watch_is_clean(const struct watcher *watcher, struct request *rq);

/* A change that the request recorded: makes the key's watchers dirty. The key's shard is held (all
 * are, for an effect on databases). Costs a branch when nobody watches a key of the shard. */
void watch_effect(struct watch_table *table, struct request *rq, const struct effect *effect);

/* Distinct keys that watchers who are not dirty look at. Exclusive. O(marks). */
size_t watch_count_keys(const struct watch_table *table);

#endif
