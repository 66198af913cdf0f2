#include "broker/transaction/watch.h"
#include "core/base/check.h"
#include "core/base/mem.h"
#include "core/dict/dict.h"
#include "core/hash/key_hash.h"
#include "storage/keyspace/keyspace.h"

#include <string.h>

enum key_state {
    KEY_MISSING,
    KEY_LIVE,
    KEY_PAST /* there, but its time has come and nobody has deleted it */
};

struct watch_mark {
    struct watch_mark *next, *previous; /* of the key */
    struct watch_mark *more;            /* of the watcher */
    struct watched_key *key;
    struct watcher *watcher;
    int db;
    enum key_state state; /* as long as the watcher is clean, the key's state now as well */
};

/* A name that is watched, in whichever database. */
struct watched_key {
    struct watch_mark *marks;
    uint64_t hash;
    size_t size;
    char name[];
};

struct watch_table {
    struct dict shards[KEY_SHARDS];
};

static struct span watched_name(const void *entry)
{
    const struct watched_key *key = entry;

    return span_of(key->name, key->size);
}

static const struct dict_type watched_type = {
    .key = watched_name, .hash = key_hash, .free = mem_free};

struct watch_table *watch_table_new(void)
{
    struct watch_table *table = mem_zalloc(sizeof(*table));

    for (int i = 0; i < KEY_SHARDS; i++)
        dict_init(&table->shards[i], &watched_type);
    return table;
}

void watch_table_free(struct watch_table *table)
{
    if (!table)
        return;
    for (int i = 0; i < KEY_SHARDS; i++) {
        CHECK(dict_count(&table->shards[i]) == 0);
        dict_release(&table->shards[i]);
    }
    mem_free(table);
}

/* Looks at the key as it is: a replay does not delete what is past its time. */
static enum key_state state_of(struct request *rq, struct key key)
{
    unsigned flags = rq->flags;
    const struct entry *entry;
    int64_t expire_ms;

    rq->flags |= REQUEST_REPLAY;
    entry = keyspace_find(rq, key, FIND_QUIET);
    rq->flags = flags;
    if (!entry)
        return KEY_MISSING;
    expire_ms = entry_expire_ms(entry);
    return expire_ms >= 0 && expire_ms <= rq->now_ms ? KEY_PAST : KEY_LIVE;
}

static struct watched_key *get_key(struct dict *keys, const struct key *key)
{
    struct watched_key *watched = dict_find(keys, key->hash, key->name);

    if (watched)
        return watched;
    watched = mem_zalloc(sizeof(*watched) + key->name.size);
    watched->hash = key->hash;
    watched->size = key->name.size;
    if (key->name.size)
        memcpy(watched->name, key->name.data, key->name.size);
    dict_add(keys, key->hash, watched);
    return watched;
}

static bool is_marked(const struct watched_key *watched, const struct watcher *watcher, int db)
{
    for (const struct watch_mark *mark = watched->marks; mark; mark = mark->next)
        if (mark->watcher == watcher && mark->db == db)
            return true;
    return false;
}

bool watch_add(struct watch_table *table, struct watcher *watcher, struct request *rq,
               struct key key)
{
    struct watched_key *watched;
    struct watch_mark *mark;

    CHECK(rq->held_shards & key_shard_bit(&key));
    if (watcher->count == WATCH_KEYS_LIMIT)
        return false;
    watched = get_key(&table->shards[key_shard(key.hash)], &key);
    if (is_marked(watched, watcher, key.db))
        return true;
    mark = mem_zalloc(sizeof(*mark));
    mark->key = watched;
    mark->watcher = watcher;
    mark->db = key.db;
    mark->state = state_of(rq, key);
    mark->next = watched->marks;
    if (mark->next)
        mark->next->previous = mark;
    watched->marks = mark;
    mark->more = watcher->marks;
    watcher->marks = mark;
    watcher->shards |= key_shard_bit(&key);
    watcher->count++;
    watcher->bytes += sizeof(*mark) + sizeof(*watched) + key.name.size;
    return true;
}

static void drop(struct watch_table *table, struct watch_mark *mark)
{
    struct watched_key *watched = mark->key;

    if (mark->next)
        mark->next->previous = mark->previous;
    if (mark->previous)
        mark->previous->next = mark->next;
    else
        watched->marks = mark->next;
    if (!watched->marks) {
        dict_remove(&table->shards[key_shard(watched->hash)], watched->hash, watched_name(watched));
        mem_free(watched);
    }
    mem_free(mark);
}

void watch_clear(struct watch_table *table, struct watcher *watcher)
{
    while (watcher->marks) {
        struct watch_mark *mark = watcher->marks;

        watcher->marks = mark->more;
        drop(table, mark);
    }
    watcher->count = 0;
    watcher->bytes = 0;
    watcher->shards = 0;
    atomic_store_explicit(&watcher->dirty, false, memory_order_relaxed);
}

static struct key key_of(const struct watch_mark *mark)
{
    return (struct key){.name = watched_name(mark->key), .hash = mark->key->hash, .db = mark->db};
}

/* A key that was there and is not is found here even when nobody has told yet: it passed its time,
 * or it was evicted a moment ago. */
bool watch_is_clean(const struct watcher *watcher, struct request *rq)
{
    if (atomic_load_explicit(&watcher->dirty, memory_order_relaxed))
        return false;
    for (const struct watch_mark *mark = watcher->marks; mark; mark = mark->more)
        if (mark->state == KEY_LIVE && state_of(rq, key_of(mark)) != KEY_LIVE)
            return false;
    return true;
}

static void set_dirty(struct watch_mark *mark)
{
    atomic_store_explicit(&mark->watcher->dirty, true, memory_order_relaxed);
}

/* The database of the mark is another one now, or empty. */
static void touch_database(struct request *rq, struct watch_mark *mark)
{
    enum key_state now = state_of(rq, key_of(mark));

    if (mark->state == KEY_LIVE || now == KEY_LIVE)
        set_dirty(mark);
    else
        mark->state = now;
}

static void touch_databases(struct watch_table *table, struct request *rq, int db)
{
    for (int i = 0; i < KEY_SHARDS; i++) {
        struct dict_walk walk;
        struct watched_key *watched;

        if (dict_count(&table->shards[i]) == 0)
            continue;
        dict_walk_begin(&walk, &table->shards[i]);
        while ((watched = dict_walk_next(&walk)))
            for (struct watch_mark *mark = watched->marks; mark; mark = mark->next)
                if (db < 0 || mark->db == db)
                    touch_database(rq, mark);
        dict_walk_end(&walk);
    }
}

void watch_effect(struct watch_table *table, struct request *rq, const struct effect *effect)
{
    struct dict *keys = &table->shards[key_shard(effect->key.hash)];
    struct watched_key *watched;

    if (effect->key.name.size == 0 && effect->class == 0 && effect->event) {
        CHECK(rq->held_shards == SHARDS_ALL);
        touch_databases(table, rq, strcmp(effect->event, "flushall") ? effect->key.db : -1);
        return;
    }
    if (dict_count(keys) == 0)
        return;
    CHECK(rq->held_shards & key_shard_bit(&effect->key));
    watched = dict_find(keys, effect->key.hash, effect->key.name);
    for (struct watch_mark *mark = watched ? watched->marks : NULL; mark; mark = mark->next) {
        if (mark->db != effect->key.db)
            continue;
        if (mark->state == KEY_PAST && (effect->flags & EFFECT_EXPIRED))
            mark->state = KEY_MISSING; /* it was gone already when it was watched */
        else
            set_dirty(mark);
    }
}

size_t watch_count_keys(const struct watch_table *table)
{
    size_t count = 0;

    for (int i = 0; i < KEY_SHARDS; i++) {
        struct dict_walk walk;
        struct watched_key *watched;

        if (dict_count(&table->shards[i]) == 0)
            continue;
        dict_walk_begin(&walk, (struct dict *)&table->shards[i]);
        while ((watched = dict_walk_next(&walk))) {
            const struct watch_mark *mark = watched->marks;

            while (mark && atomic_load_explicit(&mark->watcher->dirty, memory_order_relaxed))
                mark = mark->next;
            count += mark != NULL;
        }
        dict_walk_end(&walk);
    }
    return count;
}
