/* The life of a keyspace, its locks, and what is done to single keys. Strings are in
 * keyspace_string.c, whole databases in keyspace_database.c, timer work in keyspace_timer.c,
 * eviction in keyspace_evict.c. */
#include "storage/keyspace/keyspace.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "storage/keyspace/keyspace_internal.h"

static struct span dict_key(const void *entry)
{
    return entry_key(entry);
}

static const struct dict_type entry_dict = {.key = dict_key, .hash = key_hash, .free = entry_free};

/* --- Life. */

static void lock_init(pthread_mutex_t *lock)
{
    pthread_mutexattr_t attributes;

    CHECK(pthread_mutexattr_init(&attributes) == 0);
    CHECK(pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ADAPTIVE_NP) == 0);
    CHECK(pthread_mutex_init(lock, &attributes) == 0);
    pthread_mutexattr_destroy(&attributes);
}

struct keyspace *keyspace_new(int databases, bool locking)
{
    struct keyspace *keyspace = mem_zalloc_aligned(CACHE_LINE, sizeof(*keyspace));

    CHECK(databases >= 1);
    keyspace->databases = databases;
    keyspace->locking = locking;
    atomic_store(&keyspace->active_expire, true);
    keyspace->lazyfree = lazyfree_new();
    keyspace->victims = victims_new();
    for (unsigned i = 0; i < KEY_SHARDS; i++) {
        struct shard *shard = &keyspace->shards[i];

        lock_init(&shard->lock);
        shard->databases = mem_zalloc((size_t)databases * sizeof(struct database *));
    }
    return keyspace;
}

void keyspace_free(struct keyspace *keyspace)
{
    if (!keyspace)
        return;
    lazyfree_free(keyspace->lazyfree);
    victims_free(keyspace->victims);
    for (unsigned i = 0; i < KEY_SHARDS; i++) {
        struct shard *shard = &keyspace->shards[i];

        for (int db = 0; db < keyspace->databases; db++)
            database_free(shard->databases[db]);
        mem_free(shard->databases);
        pthread_mutex_destroy(&shard->lock);
    }
    mem_free(keyspace);
}

int keyspace_databases(const struct keyspace *keyspace)
{
    return keyspace->databases;
}

void keyspace_set_loaders(struct keyspace *keyspace, const struct rdb_loaders *loaders)
{
    keyspace->loaders = loaders;
}

const struct rdb_loaders *keyspace_loaders(const struct keyspace *keyspace)
{
    return keyspace->loaders;
}

struct database *database_new(void)
{
    struct database *database = mem_zalloc(sizeof(*database));

    dict_init(&database->dict, &entry_dict);
    part_expiry_init(&database->parts);
    return database;
}

void database_free(void *thing)
{
    struct database *database = thing;

    if (!database)
        return;
    expiry_release(&database->expiry);
    part_expiry_release(&database->parts);
    dict_release(&database->dict);
    mem_free(database);
}

struct database *database_get(struct request *rq, struct key key)
{
    struct shard *shard = shard_of(rq, key);

    if (!shard->databases[key.db])
        shard->databases[key.db] = database_new();
    return shard->databases[key.db];
}

/* --- Locks. */

void keyspace_lock(struct keyspace *keyspace, uint64_t shards)
{
    if (!keyspace->locking)
        return;
    for (; shards; shards &= shards - 1) {
        struct shard *shard = &keyspace->shards[__builtin_ctzll(shards)];

        waits_lock(&shard->waits, &shard->lock);
    }
}

void keyspace_unlock(struct keyspace *keyspace, uint64_t shards)
{
    if (!keyspace->locking)
        return;
    for (; shards; shards &= shards - 1)
        CHECK(pthread_mutex_unlock(&keyspace->shards[__builtin_ctzll(shards)].lock) == 0);
}

/* --- Steps of a change. */

void database_entry_moved(struct database *database, uint64_t hash, const struct entry *old,
                          struct entry *entry)
{
    if (entry == old)
        return;
    dict_replace(&database->dict, hash, old, entry);
    if (entry_expires(entry))
        expiry_moved(&database->expiry, entry);
}

void database_forget_expiry(struct database *database, struct entry *entry)
{
    if (entry_expires(entry))
        expiry_remove(&database->expiry, entry);
}

void database_remove(struct database *database, uint64_t hash, struct entry *entry)
{
    CHECK(dict_remove(&database->dict, hash, entry_key(entry)) == entry);
    database_forget_expiry(database, entry);
    database_forget_parts(database, hash, entry_key(entry));
}

void keyspace_free_value(struct keyspace *keyspace, struct entry *entry, bool lazy)
{
    const struct value_type *type;
    size_t effort;

    if (entry_form(entry) == FORM_RAW)
        mem_free(entry_raw(entry));
    if (entry_form(entry) != FORM_VALUE)
        return;
    type = entry_type(entry);
    effort = type->free_effort ? type->free_effort(entry_value(entry)) : 0;
    if (effort > (lazy ? LAZY_FREE_EFFORT : FREE_EFFORT_LIMIT))
        lazyfree_take(keyspace->lazyfree, type->free, entry_value(entry), lazy);
    else
        type->free(entry_value(entry));
}

void keyspace_drop(struct keyspace *keyspace, struct database *database, uint64_t hash,
                   struct entry *entry, bool lazy)
{
    database_remove(database, hash, entry);
    keyspace_free_value(keyspace, entry, lazy);
    entry_free_shell(entry);
}

void keyspace_drop_expired(struct request *rq, struct key key, struct database *database,
                           struct entry *entry)
{
    shard_count(shard_of(rq, key), COUNT_EXPIRED);
    keyspace_drop(rq->keyspace, database, key.hash, entry, rq->settings->lazyfree_lazy_expire);
    request_effect(rq, key, EFFECT_CHANGED | EFFECT_EXPIRED, EVENT_EXPIRED, "expired");
}

/* --- Finding. */

void keyspace_prefetch(struct keyspace *keyspace, int db, uint64_t hash, enum prefetch what)
{
    struct shard *shard = &keyspace->shards[key_shard(hash)];
    struct database *database;

    if (keyspace->locking && pthread_mutex_trylock(&shard->lock) != 0)
        return;
    database = shard->databases[db];
    if (database && what == PREFETCH_PLACE)
        dict_prefetch(&database->dict, hash);
    else if (database)
        dict_prefetch_entry(&database->dict, hash);
    if (keyspace->locking)
        CHECK(pthread_mutex_unlock(&shard->lock) == 0);
}

struct entry *keyspace_live(struct request *rq, struct key key)
{
    struct database *database = database_find(rq, key);
    struct entry *entry = database_entry(database, key);

    if (entry && __builtin_expect(entry_is_expired(entry, rq->now_ms), 0) &&
        !(rq->flags & REQUEST_REPLAY)) {
        if (!request_hides_expired(rq))
            keyspace_drop_expired(rq, key, database, entry);
        return NULL;
    }
    return entry;
}

struct entry *keyspace_find(struct request *rq, struct key key, enum find_mode mode)
{
    struct entry *entry = keyspace_live(rq, key);

    if (mode == FIND_READ)
        shard_count(&rq->keyspace->shards[key_shard(key.hash)], entry ? COUNT_HITS : COUNT_MISSES);
    if (!entry && mode == FIND_READ && (rq->settings->notify_keyspace_events & EVENT_KEY_MISS) &&
        !(rq->flags & REQUEST_RETRY))
        request_effect(rq, key, 0, EVENT_KEY_MISS, "keymiss");
    if (!entry || mode == FIND_QUIET || rq->flags & REQUEST_NO_TOUCH)
        return entry;
    if (mode == FIND_WRITE)
        entry_access_write(entry, rq->settings, rq->now_ms, rq->random);
    else
        entry_access_read(entry, rq->settings, rq->now_ms, rq->random);
    return entry;
}

int keyspace_find_value(struct request *rq, struct key key, enum find_mode mode,
                        const struct value_type *type, void **value, struct reply *out)
{
    struct entry *entry = keyspace_find(rq, key, mode);

    if (!entry) {
        *value = NULL;
        return 0;
    }
    if (entry_type(entry) != type) {
        reply_error(out, ERROR_WRONGTYPE);
        return ERR_UNSUPPORTED;
    }
    *value = entry_value(entry);
    return 0;
}

int keyspace_find_string(struct request *rq, struct key key, enum find_mode mode,
                         struct entry **entry, struct reply *out)
{
    struct entry *found = keyspace_find(rq, key, mode);

    if (found && entry_form(found) == FORM_VALUE) {
        reply_error(out, ERROR_WRONGTYPE);
        return ERR_UNSUPPORTED;
    }
    *entry = found;
    return 0;
}

/* --- Changing. */

static void set_value(struct entry *entry, const struct value_type *type, void *value)
{
    CHECK(value && type->id != VALUE_STRING);
    entry_set_word(entry, (uint64_t)(uintptr_t)value);
    memcpy(entry->tail + sizeof(uint64_t), &type, sizeof(type));
}

/* Notes the parts of a value that has come to `key`, if it has some that expire. */
static void note_parts(struct database *database, struct key key, const struct value_type *type,
                       const void *value)
{
    int64_t at_ms = type->next_expire_ms ? type->next_expire_ms(value) : -1;

    if (at_ms >= 0)
        part_expiry_set(&database->parts, key.hash, key.name, at_ms);
}

struct entry *keyspace_add_take(struct request *rq, struct key key, const struct value_type *type,
                                void *value)
{
    struct database *database = database_get(rq, key);
    struct entry *entry;

    CHECK(!keyspace_live(rq, key));
    entry = entry_new(FORM_VALUE, false, key.name, 0);
    set_value(entry, type, value);
    entry_access_start(entry, rq->settings, rq->now_ms);
    dict_add(&database->dict, key.hash, entry);
    note_parts(database, key, type, value);
    return entry;
}

struct entry *keyspace_put_take(struct request *rq, struct key key, const struct value_type *type,
                                void *value, bool keep_ttl)
{
    struct database *database = database_get(rq, key);
    struct entry *old = keyspace_live(rq, key);
    struct entry *entry;

    if (!old)
        return keyspace_add_take(rq, key, type, value);
    database_forget_parts(database, key.hash, key.name);
    keyspace_free_value(rq->keyspace, old, rq->settings->lazyfree_lazy_server_del);
    if (!keep_ttl)
        database_forget_expiry(database, old);
    entry = entry_reform(old, FORM_VALUE, keep_ttl && entry_expires(old), 0);
    database_entry_moved(database, key.hash, old, entry);
    set_value(entry, type, value);
    entry_access_write(entry, rq->settings, rq->now_ms, rq->random);
    note_parts(database, key, type, value);
    return entry;
}

bool keyspace_delete(struct request *rq, struct key key, bool lazy)
{
    struct entry *entry = keyspace_live(rq, key);

    if (!entry)
        return false;
    keyspace_drop(rq->keyspace, database_find(rq, key), key.hash, entry, lazy);
    return true;
}

struct entry *keyspace_set_expire(struct request *rq, struct key key, struct entry *entry,
                                  int64_t at_ms)
{
    struct database *database = database_find(rq, key);
    struct entry *moved;

    CHECK(database);
    if (at_ms < -1)
        at_ms = 0; /* before 1970: a log may say so, and the key is just as dead */
    if (at_ms >= 0 && entry_expires(entry)) {
        expiry_change(&database->expiry, entry, at_ms);
        return entry;
    }
    if (at_ms < 0 && !entry_expires(entry))
        return entry;
    database_forget_expiry(database, entry);
    moved = entry_reform(entry, entry_form(entry), at_ms >= 0, entry->embedded);
    if (moved != entry)
        dict_replace(&database->dict, key.hash, entry, moved);
    if (at_ms >= 0)
        expiry_add(&database->expiry, moved, at_ms);
    return moved;
}

void keyspace_set_part_expire(struct request *rq, struct key key, int64_t at_ms)
{
    struct database *database = database_find(rq, key);

    CHECK(database);
    part_expiry_set(&database->parts, key.hash, key.name, at_ms);
}

void keyspace_count_expired_parts(struct request *rq, struct key key, size_t count, bool active)
{
    shard_count_more(shard_of(rq, key), COUNT_EXPIRED_PARTS, count);
    if (active)
        shard_count_more(shard_of(rq, key), COUNT_EXPIRED_PARTS_ACTIVE, count);
}

/* A new entry of the form of `from`, with its expiry field if it has one (not yet filled in), and
 * with its embedded bytes or its word and type: those of a value then have two owners. */
static struct entry *twin(const struct entry *from, struct span name)
{
    struct entry *to = entry_new(entry_form(from), entry_expires(from), name, from->embedded);

    to->access = from->access;
    if (entry_form(from) == FORM_EMBEDDED)
        memcpy(entry_embedded_data(to), entry_embedded_data(from), from->embedded);
    else
        entry_set_word(to, entry_word(from));
    if (entry_form(from) == FORM_VALUE)
        memcpy(to->tail + sizeof(uint64_t), from->tail + sizeof(uint64_t), sizeof(uint64_t));
    return to;
}

static void add_entry(struct request *rq, struct key key, struct entry *entry, int64_t expire_ms)
{
    struct database *database = database_get(rq, key);

    dict_add(&database->dict, key.hash, entry);
    if (entry_expires(entry))
        expiry_add(&database->expiry, entry, expire_ms);
    if (entry_form(entry) == FORM_VALUE)
        note_parts(database, key, entry_type(entry), entry_value(entry));
}

void keyspace_move(struct request *rq, struct key from, struct key to)
{
    struct entry *entry = keyspace_live(rq, from);
    int64_t expire_ms;

    CHECK(entry && !keyspace_live(rq, to));
    expire_ms = entry_expire_ms(entry);
    database_remove(database_find(rq, from), from.hash, entry);
    if (!span_equal(from.name, to.name)) {
        struct entry *renamed = twin(entry, to.name);

        entry_free_shell(entry);
        entry = renamed;
    }
    add_entry(rq, to, entry, expire_ms);
}

void keyspace_copy(struct request *rq, struct key from, struct key to)
{
    struct entry *entry = keyspace_live(rq, from);
    struct entry *copy;

    CHECK(entry && !keyspace_live(rq, to));
    copy = twin(entry, to.name);
    if (entry_form(entry) == FORM_VALUE) {
        const struct value_type *type = entry_type(entry);

        set_value(copy, type, type->copy(entry_value(entry)));
    } else if (entry_form(entry) == FORM_RAW) {
        const struct raw *raw = entry_raw(entry);

        entry_set_word(copy, (uint64_t)(uintptr_t)raw_new(span_of(raw->bytes, raw->size)));
    }
    entry_access_start(copy, rq->settings, rq->now_ms);
    add_entry(rq, to, copy, entry_expire_ms(entry));
}
