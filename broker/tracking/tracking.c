/* tracking.c - trackers and the table of what they have read. Messages are in invalidation.c. */
#include "broker/tracking/tracking.h"
#include "broker/command/registry.h"
#include "broker/reactor/reactor.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "broker/tracking/invalidation.h"
#include "broker/transaction/transaction.h"
#include "core/base/check.h"
#include "core/base/mem.h"
#include "core/dict/dict.h"
#include "core/hash/key_hash.h"
#include "storage/keyspace/keyspace.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
    TRIM_KEYS = 16,       /* taken out at most when one is put down, over the limit */
    TRIM_KEYS_CRON = 1000 /* of one shard, at most in one run of the cron */
};

/* A name that trackers have read. */
struct tracked_key {
    uint64_t hash;
    struct tracker **trackers; /* by address; &one while there is room for one only */
    struct tracker *one;
    unsigned count, capacity;
    size_t size;
    char name[];
};

/* Guarded by the shard's lock. */
struct tracking_shard {
    struct dict keys;
    size_t items;
};

struct tracking_prefix {
    struct tracker **trackers;
    size_t count, capacity;
    size_t size;
    char name[];
};

struct tracking {
    struct tracking_shard shards[KEY_SHARDS];
    /* Keys in all shards: only compared with the limit, so no order is needed. */
    atomic_llong key_count;
    /* A leaf lock. `prefix_count` is written with it held; who reads it without may miss a prefix
     * that is being added, not one whose CLIENT TRACKING has been answered: that is exclusive. */
    pthread_rwlock_t lock;
    struct tracking_prefix **prefixes; /* in order of their names */
    size_t prefix_capacity;
    atomic_size_t prefix_count;
};

static struct span tracked_name(const void *entry)
{
    const struct tracked_key *key = entry;

    return span_of(key->name, key->size);
}

static void tracked_free(void *entry)
{
    struct tracked_key *key = entry;

    for (unsigned i = 0; i < key->count; i++)
        tracker_release(key->trackers[i]);
    if (key->trackers != &key->one)
        mem_free(key->trackers);
    mem_free(key);
}

static const struct dict_type tracked_type = {
    .key = tracked_name, .hash = key_hash, .free = tracked_free};

struct tracking *tracking_new(void)
{
    struct tracking *tracking = mem_zalloc(sizeof(*tracking));

    for (int i = 0; i < KEY_SHARDS; i++)
        dict_init(&tracking->shards[i].keys, &tracked_type);
    pthread_rwlock_init(&tracking->lock, NULL);
    return tracking;
}

void tracking_free(struct tracking *tracking)
{
    if (!tracking)
        return;
    for (int i = 0; i < KEY_SHARDS; i++)
        dict_release(&tracking->shards[i].keys);
    CHECK(atomic_load_explicit(&tracking->prefix_count, memory_order_relaxed) == 0);
    mem_free(tracking->prefixes);
    pthread_rwlock_destroy(&tracking->lock);
    mem_free(tracking);
}

/* --- Trackers. */

struct tracker *tracker_get(struct session *session)
{
    struct tracker *tracker = session->tracker;

    if (tracker)
        return tracker;
    tracker = mem_zalloc(sizeof(*tracker));
    atomic_init(&tracker->references, 1);
    tracker->home = session->reactor;
    tracker->id = session->id;
    tracker->session = session;
    session->tracker = tracker;
    return tracker;
}

void tracker_keep(struct tracker *tracker)
{
    if (tracker)
        atomic_fetch_add_explicit(&tracker->references, 1, memory_order_relaxed);
}

void tracker_release(struct tracker *tracker)
{
    /* the last one frees: acquire-release so that it sees all that the others wrote */
    if (tracker && atomic_fetch_sub_explicit(&tracker->references, 1, memory_order_acq_rel) == 1)
        mem_free(tracker);
}

bool tracker_remembers(const struct tracker *tracker)
{
    unsigned flags;

    if (!tracker || !(tracker->flags & TRACKER_ON))
        return false;
    flags = tracker->flags;
    if (flags & TRACKER_BCAST)
        return false;
    if (flags & TRACKER_OPTIN)
        return flags & TRACKER_CACHING;
    return !(flags & TRACKER_OPTOUT) || !(flags & TRACKER_CACHING);
}

int64_t tracker_redirect_id(const struct tracker *tracker)
{
    if (!tracker || !(tracker->flags & TRACKER_ON))
        return -1;
    return tracker->redirect ? (int64_t)tracker->redirect->id : 0;
}

void tracking_session_gone(struct session *session)
{
    struct tracker *tracker = session->tracker;

    if (!tracker)
        return;
    tracker_stop(session->reactor->server->tracking, tracker);
    tracker->session = NULL;
    session->tracker = NULL;
    tracker_release(tracker);
}

/* CLIENT and its subcommands leave the word for the next command standing, and so does all that is
 * said between MULTI and EXEC. */
static bool ends_caching(const struct session *session, const struct command *command)
{
    const struct command *top = command && command->parent ? command->parent : command;

    if (transaction_is_open(session))
        return false;
    return !top || strcmp(top->full_name, "client") != 0;
}

void tracking_after_command(struct session *session, const struct command *command)
{
    struct tracker *tracker = session->tracker;

    if (!tracker)
        return;
    if ((tracker->flags & TRACKER_CACHING) && ends_caching(session, command))
        tracker->flags &= ~(unsigned)TRACKER_CACHING;
    if (session->reactor->local)
        reactor_deliver_local(session->reactor);
}

/* --- Prefixes. */

struct span tracking_prefix_name(const struct tracking_prefix *prefix)
{
    return span_of(prefix->name, prefix->size);
}

static struct tracking_prefix *get_prefix(struct tracking *tracking, struct span name)
{
    size_t count = atomic_load_explicit(&tracking->prefix_count, memory_order_relaxed);
    struct tracking_prefix *prefix;
    size_t at = 0;

    while (at < count && span_compare(tracking_prefix_name(tracking->prefixes[at]), name) < 0)
        at++;
    if (at < count && span_equal(tracking_prefix_name(tracking->prefixes[at]), name))
        return tracking->prefixes[at];
    if (count == tracking->prefix_capacity) {
        tracking->prefix_capacity = count ? count * 2 : 4;
        tracking->prefixes =
            mem_realloc(tracking->prefixes, tracking->prefix_capacity * sizeof(prefix));
    }
    prefix = mem_zalloc(sizeof(*prefix) + name.size);
    prefix->size = name.size;
    if (name.size)
        memcpy(prefix->name, name.data, name.size);
    memmove(tracking->prefixes + at + 1, tracking->prefixes + at, (count - at) * sizeof(prefix));
    tracking->prefixes[at] = prefix;
    atomic_store_explicit(&tracking->prefix_count, count + 1, memory_order_relaxed);
    return prefix;
}

static void prefix_add(struct tracking_prefix *prefix, struct tracker *tracker)
{
    if (prefix->count == prefix->capacity) {
        prefix->capacity = prefix->capacity ? prefix->capacity * 2 : 2;
        prefix->trackers =
            mem_realloc(prefix->trackers, prefix->capacity * sizeof(prefix->trackers[0]));
    }
    tracker_keep(tracker);
    prefix->trackers[prefix->count++] = tracker;
}

void tracker_add_prefix(struct tracking *tracking, struct tracker *tracker, struct span name)
{
    struct tracking_prefix *prefix;
    size_t at = 0;

    while (at < tracker->prefix_count &&
           span_compare(tracking_prefix_name(tracker->prefixes[at]), name) < 0)
        at++;
    if (at < tracker->prefix_count && span_equal(tracking_prefix_name(tracker->prefixes[at]), name))
        return;
    pthread_rwlock_wrlock(&tracking->lock);
    prefix = get_prefix(tracking, name);
    prefix_add(prefix, tracker);
    pthread_rwlock_unlock(&tracking->lock);
    tracker->prefixes =
        mem_realloc(tracker->prefixes, (tracker->prefix_count + 1) * sizeof(tracker->prefixes[0]));
    memmove(tracker->prefixes + at + 1, tracker->prefixes + at,
            (tracker->prefix_count - at) * sizeof(tracker->prefixes[0]));
    tracker->prefixes[at] = prefix;
    tracker->prefix_count++;
    tracker->prefix_bytes += sizeof(prefix) + sizeof(*prefix) + name.size;
}

/* Takes the tracker out; a prefix that nobody has any more goes. */
static void prefix_remove(struct tracking *tracking, struct tracking_prefix *prefix,
                          struct tracker *tracker)
{
    size_t count = atomic_load_explicit(&tracking->prefix_count, memory_order_relaxed);
    size_t at = 0;

    while (prefix->trackers[at] != tracker)
        at++;
    prefix->trackers[at] = prefix->trackers[--prefix->count];
    tracker_release(tracker);
    if (prefix->count > 0)
        return;
    for (at = 0; tracking->prefixes[at] != prefix;)
        at++;
    memmove(tracking->prefixes + at, tracking->prefixes + at + 1,
            (count - at - 1) * sizeof(prefix));
    atomic_store_explicit(&tracking->prefix_count, count - 1, memory_order_relaxed);
    mem_free(prefix->trackers);
    mem_free(prefix);
}

void tracker_stop(struct tracking *tracking, struct tracker *tracker)
{
    if (!tracker)
        return;
    if (tracker->prefix_count > 0) {
        pthread_rwlock_wrlock(&tracking->lock);
        for (size_t i = 0; i < tracker->prefix_count; i++)
            prefix_remove(tracking, tracker->prefixes[i], tracker);
        pthread_rwlock_unlock(&tracking->lock);
    }
    mem_free(tracker->prefixes);
    tracker->prefixes = NULL;
    tracker->prefix_count = tracker->prefix_bytes = 0;
    tracker_release(tracker->redirect);
    tracker->redirect = NULL;
    tracker->flags = 0;
}

/* --- The table. */

static void count_keys(struct tracking *tracking, long long more)
{
    atomic_fetch_add_explicit(&tracking->key_count, more, memory_order_relaxed);
}

static bool is_over_limit(const struct tracking *tracking, const struct settings *settings)
{
    return settings->tracking_table_max_keys > 0 &&
           atomic_load_explicit(&tracking->key_count, memory_order_relaxed) >
               settings->tracking_table_max_keys;
}

/* Takes the key out of the table and tells its trackers. */
static void invalidate(struct reactor *reactor, struct tracking_shard *shard,
                       struct tracked_key *key, const struct tracker *source)
{
    struct span name = tracked_name(key);
    struct shared_bytes *names = invalidation_names(&name, 1);

    for (unsigned i = 0; i < key->count; i++)
        invalidation_post(reactor, key->trackers[i], INVALIDATE_READ, names,
                          key->trackers[i] == source);
    shared_bytes_release(names);
    dict_remove(&shard->keys, key->hash, name);
    shard->items -= key->count;
    count_keys(reactor->server->tracking, -1);
    tracked_free(key);
}

/* Makes room by telling that keys have changed that haven't. */
static void trim(struct reactor *reactor, struct tracking_shard *shard,
                 const struct settings *settings, int limit)
{
    while (limit-- > 0 && dict_count(&shard->keys) > 0 &&
           is_over_limit(reactor->server->tracking, settings))
        invalidate(reactor, shard, dict_random(&shard->keys, &reactor->random), NULL);
}

static struct tracked_key *get_key(struct tracking *tracking, struct tracking_shard *shard,
                                   const struct key *key)
{
    struct tracked_key *tracked = dict_find(&shard->keys, key->hash, key->name);

    if (tracked)
        return tracked;
    tracked = mem_zalloc(sizeof(*tracked) + key->name.size);
    tracked->hash = key->hash;
    tracked->trackers = &tracked->one;
    tracked->capacity = 1;
    tracked->size = key->name.size;
    if (key->name.size)
        memcpy(tracked->name, key->name.data, key->name.size);
    dict_add(&shard->keys, key->hash, tracked);
    count_keys(tracking, 1);
    return tracked;
}

/* The place of a tracker in the list, or where it would be. */
static unsigned place_of(const struct tracked_key *key, const struct tracker *tracker)
{
    unsigned low = 0, high = key->count;

    while (low < high) {
        unsigned middle = low + (high - low) / 2;

        if ((uintptr_t)key->trackers[middle] < (uintptr_t)tracker)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void grow(struct tracked_key *key)
{
    struct tracker **more;

    key->capacity *= 2;
    if (key->trackers == &key->one) {
        more = mem_alloc(key->capacity * sizeof(*more));
        more[0] = key->one;
        key->trackers = more;
        return;
    }
    key->trackers = mem_realloc(key->trackers, key->capacity * sizeof(*more));
}

static void put_down(struct reactor *reactor, struct request *rq, struct tracker *tracker,
                     struct key key)
{
    struct tracking *tracking = reactor->server->tracking;
    struct tracking_shard *shard = &tracking->shards[key_shard(key.hash)];
    struct tracked_key *tracked;
    unsigned at;

    CHECK(rq->held_shards & key_shard_bit(&key));
    tracked = get_key(tracking, shard, &key);
    at = place_of(tracked, tracker);
    if (at < tracked->count && tracked->trackers[at] == tracker)
        return;
    if (tracked->count == tracked->capacity)
        grow(tracked);
    memmove(tracked->trackers + at + 1, tracked->trackers + at,
            (tracked->count - at) * sizeof(tracked->trackers[0]));
    tracked->trackers[at] = tracker;
    tracker_keep(tracker);
    tracked->count++;
    shard->items++;
    trim(reactor, shard, rq->settings, TRIM_KEYS);
}

void tracking_remember_for(struct reactor *reactor, struct tracker *tracker,
                           const struct command *command, struct request *rq)
{
    struct command_key *keys;
    int count;

    if (!(command->spec->flags & CMD_READONLY) || command->spec->keys[0].begin == KEY_BEGIN_NONE)
        return;
    count = command_find_keys(command->spec, rq->argc, rq->argv, rq->arena, &keys);
    for (int i = 0; i < count; i++)
        put_down(reactor, rq, tracker, request_key(rq, (size_t)keys[i].at));
}

void tracking_remember(struct session *session, const struct command *command, struct request *rq)
{
    if (tracker_remembers(session->tracker))
        tracking_remember_for(session->reactor, session->tracker, command, rq);
}

/* Everything may have changed: all who track anything are told so. */
static void invalidate_all(struct reactor *reactor)
{
    struct server *server = reactor->server;

    for (int i = 0; i < KEY_SHARDS; i++) {
        struct tracking_shard *shard = &server->tracking->shards[i];

        count_keys(server->tracking, -(long long)dict_count(&shard->keys));
        dict_release(&shard->keys);
        shard->items = 0;
    }
    for (int i = 0; i < server->reactor_count; i++)
        for (struct session *at = server->reactors[i]->sessions.first; at; at = at->next[LINK_ALL])
            if (at->tracker && (at->tracker->flags & TRACKER_ON))
                invalidation_post(reactor, at->tracker, INVALIDATE_ALL, NULL, false);
}

void tracking_effect(struct reactor *reactor, struct request *rq, const struct effect *effect,
                     struct tracker *source)
{
    struct tracking_shard *shard = &reactor->server->tracking->shards[key_shard(effect->key.hash)];
    struct tracked_key *key;

    if (effect->key.name.size == 0 && effect->class == 0 && effect->event) {
        /* a swap of databases records two effects: one word is enough */
        CHECK(rq->held_shards == SHARDS_ALL);
        if (effect == rq->effects || effect[-1].class != 0 || effect[-1].key.name.size != 0)
            invalidate_all(reactor);
        return;
    }
    if (dict_count(&shard->keys) == 0)
        return;
    CHECK(rq->held_shards & key_shard_bit(&effect->key));
    key = dict_find(&shard->keys, effect->key.hash, effect->key.name);
    if (key)
        invalidate(reactor, shard, key, source);
}

/* --- Broadcast. */

static int compare_names(const void *a, const void *b)
{
    return span_compare(*(const struct span *)a, *(const struct span *)b);
}

void tracking_collect(struct reactor *reactor, const struct effect *effect)
{
    struct tracking *tracking = reactor->server->tracking;
    size_t size = effect->key.name.size;

    if (atomic_load_explicit(&tracking->prefix_count, memory_order_relaxed) == 0 ||
        (effect->class == 0 && size == 0))
        return;
    buffer_append(&reactor->broadcast_names, &size, sizeof(size));
    buffer_append_span(&reactor->broadcast_names, effect->key.name);
}

/* The names put down, in order and each once; the caller frees them. */
static size_t changed_names(const struct reactor *reactor, struct span **names)
{
    const char *at = reactor->broadcast_names.data, *end = at + reactor->broadcast_names.size;
    size_t total = 0, kept = 0;

    *names = mem_alloc((size_t)(end - at) / sizeof(size_t) * sizeof(struct span));
    while (at < end) {
        size_t size;

        memcpy(&size, at, sizeof(size));
        (*names)[total++] = span_of(at + sizeof(size), size);
        at += sizeof(size) + size;
    }
    qsort(*names, total, sizeof(struct span), compare_names);
    for (size_t i = 0; i < total; i++)
        if (kept == 0 || !span_equal((*names)[kept - 1], (*names)[i]))
            (*names)[kept++] = (*names)[i];
    return kept;
}

/* The names that begin with the prefix lie side by side. Returns the first; *count of them. */
static const struct span *names_with(const struct tracking_prefix *prefix, const struct span *names,
                                     size_t total, size_t *count)
{
    size_t low = 0, high = total;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (span_compare(names[middle], tracking_prefix_name(prefix)) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (*count = 0; low + *count < total; (*count)++) {
        const struct span *name = &names[low + *count];

        if (name->size < prefix->size || memcmp(name->data, prefix->name, prefix->size) != 0)
            break;
    }
    return names + low;
}

void tracking_broadcast(struct reactor *reactor, struct tracker *source)
{
    struct tracking *tracking = reactor->server->tracking;
    struct span *names;
    size_t total;

    if (reactor->broadcast_names.size == 0)
        return;
    total = changed_names(reactor, &names);
    pthread_rwlock_rdlock(&tracking->lock);
    for (size_t i = 0; i < atomic_load_explicit(&tracking->prefix_count, memory_order_relaxed);
         i++) {
        const struct tracking_prefix *prefix = tracking->prefixes[i];
        size_t fits;
        const struct span *first = names_with(prefix, names, total, &fits);
        struct shared_bytes *bytes;

        if (fits == 0)
            continue;
        bytes = invalidation_names(first, fits);
        for (size_t j = 0; j < prefix->count; j++)
            invalidation_post(reactor, prefix->trackers[j], INVALIDATE_PREFIX, bytes,
                              prefix->trackers[j] == source);
        shared_bytes_release(bytes);
    }
    pthread_rwlock_unlock(&tracking->lock);
    mem_free(names);
    buffer_release(&reactor->broadcast_names);
}

/* --- Care and numbers. */

void tracking_cron(struct reactor *reactor)
{
    struct server *server = reactor->server;
    const struct settings *settings = &server_config(server)->settings;

    for (unsigned shard = (unsigned)reactor->index;
         shard < KEY_SHARDS && is_over_limit(server->tracking, settings);
         shard += (unsigned)server->reactor_count) {
        keyspace_lock(server->keyspace, UINT64_C(1) << shard);
        trim(reactor, &server->tracking->shards[shard], settings, TRIM_KEYS_CRON);
        keyspace_unlock(server->keyspace, UINT64_C(1) << shard);
    }
}

void tracking_count(const struct server *server, struct tracking_counts *counts)
{
    const struct tracking *tracking = server->tracking;

    *counts = (struct tracking_counts){
        .prefixes = atomic_load_explicit(&tracking->prefix_count, memory_order_relaxed)};
    for (int i = 0; i < KEY_SHARDS; i++) {
        counts->keys += dict_count(&tracking->shards[i].keys);
        counts->items += tracking->shards[i].items;
    }
}
