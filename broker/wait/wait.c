#include "broker/wait/wait.h"
#include "broker/acl/acl.h"
#include "broker/command/dispatch.h"
#include "broker/observe/observe.h"
#include "broker/reactor/reactor.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "broker/tracking/tracking.h"
#include "core/base/check.h"
#include "core/base/mem.h"
#include "core/dict/dict.h"
#include "core/hash/key_hash.h"
#include "core/time/clock.h"
#include "storage/keyspace/keyspace.h"

#include <string.h>

enum {
    WAIT_KINDS = 3
};

struct waiter_list {
    struct waiter_place *first, *last;
};

struct wait_lane {
    struct wait_lane *next;
    struct wait_queue *queue;
    struct waiter_list lists[WAIT_KINDS];
    size_t name_size;
    char name[];
};

/* Everybody who waits at one key. The name in the dict is the database number before the key, so
 * that the same key in two databases has two queues. */
struct wait_queue {
    struct wait_lane *lanes;
    uint64_t hash;
    size_t id_size;
    char id[]; /* int db, key bytes */
};

struct wait_shard {
    struct dict queues;
    uint64_t deadlines;
};

/* Guarded, shard by shard, by the keyspace's shard locks. `count` lets the hot path skip the
 * look-up: written under the lock that its reader holds too. */
struct wait_table {
    struct wait_shard shards[KEY_SHARDS];
    atomic_ullong next_number;
    atomic_llong parked; /* a count for INFO, read in exclusive sections: relaxed */
};

static struct span queue_id(const void *entry)
{
    const struct wait_queue *queue = entry;

    return span_of(queue->id, queue->id_size);
}

/* Hashes the key part only, as the keyspace does: the bytes after the database number. */
static uint64_t queue_hash(struct span id)
{
    return key_hash(span_of(id.data + sizeof(int), id.size - sizeof(int)));
}

static const struct dict_type queue_type = {.key = queue_id, .hash = queue_hash, .free = mem_free};

struct wait_table *wait_table_new(void)
{
    struct wait_table *table = mem_zalloc(sizeof(*table));

    for (int i = 0; i < KEY_SHARDS; i++)
        dict_init(&table->shards[i].queues, &queue_type);
    return table;
}

void wait_table_free(struct wait_table *table)
{
    if (!table)
        return;
    for (int i = 0; i < KEY_SHARDS; i++)
        dict_release(&table->shards[i].queues);
    mem_free(table);
}

static struct wait_shard *shard_of(const struct wait_table *table, const struct key *key)
{
    return (struct wait_shard *)&table->shards[key_shard(key->hash)];
}

static struct span make_id(struct buffer *scratch, const struct key *key)
{
    buffer_clear(scratch);
    buffer_append(scratch, &key->db, sizeof(key->db));
    buffer_append_span(scratch, key->name);
    return span_of(scratch->data, scratch->size);
}

static struct wait_queue *find_queue(const struct wait_table *table, const struct key *key)
{
    struct wait_shard *shard = shard_of(table, key);
    struct buffer scratch = {0};
    struct wait_queue *queue;

    if (dict_count(&shard->queues) == 0)
        return NULL;
    queue = dict_find(&shard->queues, key->hash, make_id(&scratch, key));
    buffer_release(&scratch);
    return queue;
}

bool wait_is_parked(const struct session *session)
{
    return session->waiter &&
           atomic_load_explicit(&session->waiter->state, memory_order_relaxed) == WAITER_PARKED;
}

enum wait_interest wait_interest(const struct wait_table *table, const struct key *key)
{
    const struct wait_queue *queue = find_queue(table, key);

    if (!queue)
        return NOBODY_WAITS;
    for (const struct wait_lane *lane = queue->lanes; lane; lane = lane->next)
        if (lane->lists[WAIT_TAKE].first || lane->lists[WAIT_TAKE_CLAIM].first)
            return TAKERS_WAIT;
    return READERS_WAIT;
}

static struct wait_queue *get_queue(struct wait_table *table, const struct key *key)
{
    struct wait_queue *queue = find_queue(table, key);
    struct buffer scratch = {0};
    struct span id;

    if (queue)
        return queue;
    id = make_id(&scratch, key);
    queue = mem_zalloc(sizeof(*queue) + id.size);
    queue->hash = key->hash;
    queue->id_size = id.size;
    memcpy(queue->id, id.data, id.size);
    buffer_release(&scratch);
    dict_add(&shard_of(table, key)->queues, key->hash, queue);
    return queue;
}

static struct wait_lane *find_lane(struct wait_queue *queue, struct span name)
{
    for (struct wait_lane *lane = queue->lanes; lane; lane = lane->next)
        if (span_equal(span_of(lane->name, lane->name_size), name))
            return lane;
    return NULL;
}

static struct wait_lane *get_lane(struct wait_queue *queue, struct span name)
{
    struct wait_lane *lane = find_lane(queue, name);
    struct wait_lane **tail = &queue->lanes;

    if (lane)
        return lane;
    lane = mem_zalloc(sizeof(*lane) + name.size);
    lane->queue = queue;
    lane->name_size = name.size;
    if (name.size)
        memcpy(lane->name, name.data, name.size);
    while (*tail)
        tail = &(*tail)->next;
    *tail = lane;
    return lane;
}

static bool above(const struct waiter_place *a, const struct waiter_place *b)
{
    if (a->threshold[0] != b->threshold[0])
        return a->threshold[0] > b->threshold[0];
    return a->threshold[1] > b->threshold[1];
}

/* Behind everybody with the same or a lower threshold. New readers usually wait from the end of the
 * stream, so the walk from the back ends at once. */
static void place_insert(struct waiter_place *place)
{
    struct waiter_list *list = &place->lane->lists[place->kind];
    struct waiter_place *before = list->last;

    while (before && above(before, place))
        before = before->previous;
    place->previous = before;
    place->next = before ? before->next : list->first;
    if (place->next)
        place->next->previous = place;
    else
        list->last = place;
    if (before)
        before->next = place;
    else
        list->first = place;
}

static bool lane_empty(const struct wait_lane *lane)
{
    for (int i = 0; i < WAIT_KINDS; i++)
        if (lane->lists[i].first)
            return false;
    return true;
}

static void lane_drop(struct wait_table *table, struct wait_lane *lane)
{
    struct wait_queue *queue = lane->queue;
    struct wait_lane **at = &queue->lanes;

    while (*at != lane)
        at = &(*at)->next;
    *at = lane->next;
    mem_free(lane);
    if (queue->lanes)
        return;
    dict_remove(&table->shards[key_shard(queue->hash)].queues, queue->hash, queue_id(queue));
    mem_free(queue);
}

static void place_remove(struct wait_table *table, struct waiter_place *place)
{
    struct wait_lane *lane = place->lane;
    struct waiter_list *list = &lane->lists[place->kind];

    if (place->next)
        place->next->previous = place->previous;
    else
        list->last = place->previous;
    if (place->previous)
        place->previous->next = place->next;
    else
        list->first = place->next;
    place->lane = NULL;
    if (lane_empty(lane))
        lane_drop(table, lane);
}

/* --- Waiters. */

static void waiter_release(struct waiter *waiter)
{
    /* the last one frees: acquire-release so that it sees all that the others wrote */
    if (atomic_fetch_sub_explicit(&waiter->references, 1, memory_order_acq_rel) > 1)
        return;
    tracker_release(waiter->tracker);
    acl_user_release(waiter->user);
    buffer_release(&waiter->reply);
    mem_free(waiter);
}

/* A waiter with room for its places and with copies of the arguments, all in one block: places,
 * spans, the bytes of the arguments. */
static struct waiter *waiter_new(const struct request *rq)
{
    size_t size = sizeof(struct waiter) + rq->wait_count * sizeof(struct waiter_place) +
                  rq->argc * sizeof(struct span);
    struct waiter *waiter;
    char *to;

    for (size_t i = 0; i < rq->argc; i++)
        size += rq->argv[i].size;
    waiter = mem_zalloc(size);
    waiter->place_count = rq->wait_count;
    waiter->places = (struct waiter_place *)(waiter + 1);
    waiter->argc = rq->argc;
    waiter->argv = (struct span *)(waiter->places + rq->wait_count);
    to = (char *)(waiter->argv + rq->argc);
    for (size_t i = 0; i < rq->argc; i++) {
        waiter->argv[i] = span_of(to, rq->argv[i].size);
        if (rq->argv[i].size)
            memcpy(to, rq->argv[i].data, rq->argv[i].size);
        to += rq->argv[i].size;
    }
    return waiter;
}

static int64_t earliest_retry(const struct request *rq)
{
    int64_t earliest = 0;

    for (size_t i = 0; i < rq->wait_count; i++)
        if (rq->wait[i].retry_at_ms && (!earliest || rq->wait[i].retry_at_ms < earliest))
            earliest = rq->wait[i].retry_at_ms;
    return earliest;
}

static void waiter_timer_fired(void *owner);

/* Sets the home's timer to whatever comes first. Home thread. */
static void arm_timer(struct waiter *waiter, int64_t retry_at_ms)
{
    int64_t at = waiter->deadline_ms;

    if (retry_at_ms && (!at || retry_at_ms < at))
        at = retry_at_ms;
    if (!at)
        return;
    if (!waiter->timer)
        waiter->timer = loop_timer_new(waiter->home->loop, waiter_timer_fired, waiter);
    loop_timer_start(waiter->timer, at - waiter->home->now_ms, 0);
}

static void link_places(struct wait_table *table, struct waiter *waiter, const struct wait_on *on)
{
    for (size_t i = 0; i < waiter->place_count; i++) {
        struct waiter_place *place = &waiter->places[i];

        place->waiter = waiter;
        place->kind = on[i].kind;
        place->threshold[0] = on[i].threshold[0];
        place->threshold[1] = on[i].threshold[1];
        place->lane = get_lane(get_queue(table, &on[i].key), on[i].lane);
        place_insert(place);
    }
}

void wait_park(struct reactor *reactor, struct session *session, struct request *rq,
               const struct command *command)
{
    struct wait_table *table = reactor->server->waits;
    struct waiter *waiter = waiter_new(rq);
    uint64_t started_ns = reactor->now_ns;

    CHECK(!session->waiter);
    atomic_init(&waiter->state, WAITER_PARKED);
    atomic_init(&waiter->references, 2);
    waiter->number = atomic_fetch_add_explicit(&table->next_number, 1, memory_order_relaxed);
    waiter->home = reactor;
    waiter->session = session;
    waiter->command = command;
    waiter->db = rq->db;
    waiter->protocol = session->protocol;
    waiter->request_flags = rq->flags;
    waiter->user = acl_user_hold(session->user);
    waiter->tracker = session->tracker;
    waiter->remembers = tracker_remembers(session->tracker);
    tracker_keep(waiter->tracker);
    waiter->deadline_ms = rq->wait_deadline_ms;
    waiter->took_ns = reactor_tick(reactor) - started_ns;
    waiter->retry_at_ms = earliest_retry(rq);
    for (size_t i = 0; i < rq->wait_count; i++)
        CHECK(rq->held_shards & key_shard_bit(&rq->wait[i].key));
    waiter->shards = rq->held_shards; /* of all its keys: BLMOVE waits at one and fills another */
    link_places(table, waiter, rq->wait);
    session->waiter = waiter;
    atomic_fetch_add_explicit(&table->parked, 1, memory_order_relaxed);
    arm_timer(waiter, waiter->retry_at_ms);
}

/* Takes a waiter out of all its queues: it waits no longer. Its shards are held. */
static void waiter_unlink(struct wait_table *table, struct waiter *waiter)
{
    atomic_store_explicit(&waiter->state, WAITER_DONE, memory_order_relaxed);
    atomic_fetch_sub_explicit(&table->parked, 1, memory_order_relaxed);
    for (size_t i = 0; i < waiter->place_count; i++)
        if (waiter->places[i].lane)
            place_remove(table, &waiter->places[i]);
}

/* --- Serving. */

struct rearm_message {
    struct inbox_message message;
    struct waiter *waiter;
    int64_t retry_at_ms;
};

static void deliver_rearm(void *receiver, struct inbox_message *message)
{
    struct rearm_message *rearm = (struct rearm_message *)message;

    (void)receiver;
    if (rearm->waiter->session &&
        atomic_load_explicit(&rearm->waiter->state, memory_order_relaxed) == WAITER_PARKED)
        arm_timer(rearm->waiter, rearm->retry_at_ms);
    waiter_release(rearm->waiter);
    mem_free(rearm);
}

/* Another reactor found out when the waiter is worth another try. */
static void post_rearm(struct reactor *from, struct waiter *waiter)
{
    struct rearm_message *rearm = mem_zalloc(sizeof(*rearm));

    atomic_fetch_add_explicit(&waiter->references, 1, memory_order_relaxed);
    rearm->message.deliver = deliver_rearm;
    rearm->waiter = waiter;
    rearm->retry_at_ms = waiter->retry_at_ms;
    reactor_post(waiter->home, from, &rearm->message);
}

/* What was served counts now, with the time that running it took, wherever that was. */
static void observe(struct waiter *waiter)
{
    struct observed_call call = {.session = waiter->session,
                                 .command = waiter->command,
                                 .argc = waiter->argc,
                                 .argv = waiter->argv,
                                 .db = waiter->db,
                                 .was_blocked = true};

    observe_took(waiter->home, &call, waiter->took_ns, waiter->reply.size);
}

/* Counts and logs a refusal where the client is known that was refused. */
static void note_denial(struct waiter *waiter)
{
    if (waiter->denial.verdict != ACL_ALLOWED)
        acl_refuse(waiter->home, waiter->session, waiter->user, waiter->command, waiter->argv,
                   &waiter->denial, ACL_TOPLEVEL, NULL);
}

/* The home's end: the reply goes to the session, which may go on. */
static void finish(struct waiter *waiter)
{
    struct session *session = waiter->session;

    loop_timer_free(waiter->timer);
    waiter->timer = NULL;
    if (!session)
        return;
    waiter->session = NULL;
    session->waiter = NULL;
    gate_join(&session->gate, &waiter->gate);
    session_deliver(session, &waiter->reply);
    waiter_release(waiter);
}

static void deliver_reply(void *receiver, struct inbox_message *message)
{
    struct waiter *waiter = (struct waiter *)message;

    (void)receiver;
    note_denial(waiter);
    if (waiter->session)
        observe(waiter);
    finish(waiter);
    waiter_release(waiter);
}

/* With the link's reference. */
static void post_reply(struct reactor *reactor, struct waiter *waiter)
{
    waiter->message.deliver = deliver_reply;
    reactor_post(waiter->home, reactor, &waiter->message);
}

/* What the user may do may have changed since the session was parked. */
static bool is_permitted(struct reactor *reactor, struct waiter *waiter, struct reply *out)
{
    struct acl_denial why;

    if (acl_check(waiter->user, waiter->command, waiter->argc, waiter->argv, reactor->serve_arena,
                  &why) == ACL_ALLOWED)
        return true;
    waiter->denial = why;
    acl_reply_denial(waiter->user, waiter->command, &why, out);
    return false;
}

/* Runs the waiter's call again. True if it got its reply; then it is out of all queues, and for a
 * tracker the reply is on its way. Its shards are held. */
static bool attempt(struct reactor *reactor, struct waiter *waiter)
{
    struct request rq;
    struct reply out;
    uint64_t start = reactor_tick(reactor);
    struct command_stats *stats = &reactor->stats.commands[waiter->command->number];
    const struct request *outer = doing_begin(&reactor->doing, &rq, NULL);
    bool served;

    dispatch_prepare(reactor, &rq, reactor->serve_arena);
    rq.spec = waiter->command->spec;
    rq.argc = waiter->argc;
    rq.argv = waiter->argv;
    rq.db = waiter->db;
    rq.flags |= waiter->request_flags | REQUEST_RETRY;
    rq.held_shards = waiter->shards;
    reply_init(&out, &waiter->reply, waiter->protocol);
    reactor->acting = waiter->tracker;
    if (is_permitted(reactor, waiter, &out))
        waiter->command->spec->run(&rq, &out);
    doing_end(&reactor->doing, outer);
    served = rq.wait == NULL;
    persistence_collect(reactor->server->persistence, reactor, &rq);
    persistence_commit(reactor->server->persistence, reactor);
    persistence_note(reactor->server->persistence, &waiter->gate, &rq);
    if (served) {
        waiter_unlink(reactor->server->waits, waiter);
        waiter->failed = out.failed;
        stats->nanoseconds += reactor_tick(reactor) - start;
        waiter->took_ns += reactor->now_ns - start;
        if (out.failed) {
            stats->failed++;
            stats_count_error(&reactor->stats, waiter->reply.data, waiter->reply.size);
        }
        if (waiter->tracker)
            post_reply(reactor, waiter); /* ahead of any invalidation, see tracking.h */
    } else {
        int64_t retry_at_ms = earliest_retry(&rq);

        buffer_clear(&waiter->reply);
        if (retry_at_ms && retry_at_ms != waiter->retry_at_ms) {
            waiter->retry_at_ms = retry_at_ms;
            post_rearm(reactor, waiter);
        }
    }
    if (rq.effect_count > 0) {
        dispatch_effects_of_part(reactor, &rq);
        tracking_broadcast(reactor, reactor->acting);
    }
    if (served && waiter->remembers)
        tracking_remember_for(reactor, waiter->tracker, waiter->command, &rq);
    reactor->acting = NULL;
    arena_reset(reactor->serve_arena);
    return served;
}

/* The next to be tried in a lane: of the lists not ended yet, the one that parked first. */
static struct waiter_place *next_place(struct wait_lane *lane, const bool ended[WAIT_KINDS])
{
    struct waiter_place *best = NULL;

    for (int kind = 0; kind < WAIT_KINDS; kind++) {
        struct waiter_place *first = lane->lists[kind].first;

        if (ended[kind] || !first)
            continue;
        if (!best || first->waiter->number < best->waiter->number)
            best = first;
    }
    return best;
}

/* Locks all the waiter's shards, of which `held` is one. The waiter may be gone after it. */
static bool relock(struct reactor *reactor, struct waiter *waiter, uint64_t held)
{
    struct keyspace *keyspace = reactor->server->keyspace;

    if (waiter->shards == held)
        return true;
    keyspace_unlock(keyspace, held);
    keyspace_lock(keyspace, waiter->shards);
    return atomic_load_explicit(&waiter->state, memory_order_relaxed) == WAITER_PARKED;
}

/* One lane of a key, by name since lanes come and go while nothing is held. */
static void serve_lane(struct reactor *reactor, const struct key *key, struct span name)
{
    struct keyspace *keyspace = reactor->server->keyspace;
    struct wait_table *table = reactor->server->waits;
    bool ended[WAIT_KINDS] = {false};
    uint64_t bit = key_shard_bit(key);

    for (;;) {
        struct wait_queue *queue;
        struct wait_lane *lane;
        struct waiter_place *place;
        struct waiter *waiter;
        enum wait_kind kind;
        uint64_t locked = bit;
        bool served = false;

        keyspace_lock(keyspace, bit);
        queue = find_queue(table, key);
        lane = queue ? find_lane(queue, name) : NULL;
        place = lane ? next_place(lane, ended) : NULL;
        if (!place) {
            keyspace_unlock(keyspace, bit);
            return;
        }
        waiter = place->waiter;
        kind = place->kind;
        atomic_fetch_add_explicit(&waiter->references, 1, memory_order_relaxed);
        if (relock(reactor, waiter, bit)) {
            served = attempt(reactor, waiter);
            ended[kind] = !served;
        }
        locked = waiter->shards;
        keyspace_unlock(keyspace, locked);
        if (served && !waiter->tracker)
            post_reply(reactor, waiter);
        waiter_release(waiter);
    }
}

void wait_serve(struct reactor *reactor, const struct key *key)
{
    struct keyspace *keyspace = reactor->server->keyspace;
    struct wait_queue *queue;
    struct buffer names = {0};
    size_t at = 0;

    keyspace_lock(keyspace, key_shard_bit(key));
    queue = find_queue(reactor->server->waits, key);
    for (struct wait_lane *lane = queue ? queue->lanes : NULL; lane; lane = lane->next) {
        buffer_append(&names, &lane->name_size, sizeof(lane->name_size));
        buffer_append(&names, lane->name, lane->name_size);
    }
    keyspace_unlock(keyspace, key_shard_bit(key));
    while (at < names.size) {
        size_t size;

        memcpy(&size, names.data + at, sizeof(size));
        at += sizeof(size);
        serve_lane(reactor, key, span_of(names.data + at, size));
        at += size;
    }
    buffer_release(&names);
}

static void queue_key(const struct wait_queue *queue, struct key *key)
{
    memcpy(&key->db, queue->id, sizeof(key->db));
    key->hash = queue->hash;
    key->name = span_of(queue->id + sizeof(int), queue->id_size - sizeof(int));
}

void wait_ready_all(struct reactor *reactor, int db)
{
    struct wait_table *table = reactor->server->waits;

    for (int i = 0; i < KEY_SHARDS; i++) {
        struct dict_walk walk;
        struct wait_queue *queue;

        dict_walk_begin(&walk, &table->shards[i].queues);
        while ((queue = dict_walk_next(&walk))) {
            struct key key;

            queue_key(queue, &key);
            if (db < 0 || key.db == db)
                dispatch_ready(reactor, &key);
        }
        dict_walk_end(&walk);
    }
}

/* --- Ends. */

/* When the first of a list with a retry time goes, the next one has to look after the time. */
static void pass_retry_on(struct reactor *reactor, struct waiter *waiter)
{
    for (size_t i = 0; i < waiter->place_count; i++) {
        struct waiter_place *place = &waiter->places[i];

        if (place->lane && place->kind == WAIT_TAKE_CLAIM && !place->previous && place->next)
            post_rearm(reactor, place->next->waiter);
    }
}

static void end_reply(struct waiter *waiter, enum wait_end how)
{
    struct reply out;

    reply_init(&out, &waiter->reply, waiter->protocol);
    if (how == WAIT_END_TIMEOUT)
        reply_null_array(&out);
    else if (how == WAIT_END_ROLE_CHANGED)
        reply_error(&out, "UNBLOCKED force unblock from blocking operation, instance state "
                          "changed (master -> replica?)");
    else
        reply_error(&out, "UNBLOCKED client unblocked via CLIENT UNBLOCK");
}

bool wait_end(struct session *session, enum wait_end how, bool exclusive)
{
    struct waiter *waiter = session->waiter;
    struct reactor *reactor = session->reactor;
    struct server *server = reactor->server;
    bool parked;

    if (!waiter)
        return false;
    if (!exclusive)
        keyspace_lock(server->keyspace, waiter->shards);
    parked = atomic_load_explicit(&waiter->state, memory_order_relaxed) == WAITER_PARKED;
    if (parked) {
        pass_retry_on(reactor, waiter);
        waiter_unlink(server->waits, waiter);
    }
    if (!exclusive)
        keyspace_unlock(server->keyspace, waiter->shards);
    if (how == WAIT_END_GONE) {
        loop_timer_free(waiter->timer);
        waiter->timer = NULL;
        waiter->session = NULL;
        session->waiter = NULL;
        waiter_release(waiter); /* the session's */
        if (parked)
            waiter_release(waiter); /* the link's */
        return parked;
    }
    if (parked) {
        end_reply(waiter, how);
        finish(waiter);
        waiter_release(waiter);
    }
    if (exclusive)
        loop_wake(reactor->loop);
    return parked;
}

enum {
    BUSY_RETRY_MS = 10 /* while a script is busy */
};

static void waiter_timer_fired(void *owner)
{
    struct waiter *waiter = owner;
    struct reactor *reactor = waiter->home;
    uint64_t number;
    struct key key;
    struct buffer name = {0};
    struct session *session = waiter->session;

    reactor_tick(reactor);
    if (!session)
        return;
    if (waiter->deadline_ms && reactor->now_ms >= waiter->deadline_ms) {
        wait_end(session, WAIT_END_TIMEOUT, false);
        return;
    }
    if (atomic_load_explicit(&reactor->server->busy, memory_order_relaxed)) {
        loop_timer_start(waiter->timer, BUSY_RETRY_MS, 0);
        return;
    }
    /* Time to look whether something became claimable: walk each of its keys as if it had changed.
     */
    number = waiter->number;
    for (size_t i = 0; session->waiter == waiter && waiter->number == number; i++) {
        bool there = false;

        keyspace_lock(reactor->server->keyspace, waiter->shards);
        if (i < waiter->place_count && waiter->places[i].lane) {
            queue_key(waiter->places[i].lane->queue, &key);
            buffer_clear(&name);
            buffer_append_span(&name, key.name);
            key.name = span_of(name.data, name.size);
            there = true;
        }
        keyspace_unlock(reactor->server->keyspace, waiter->shards);
        if (!there)
            break;
        wait_serve(reactor, &key);
    }
    buffer_release(&name);
    dispatch_serve_ready(reactor);
    if (session->waiter == waiter)
        arm_timer(waiter, waiter->retry_at_ms > reactor->now_ms ? waiter->retry_at_ms : 0);
}

void wait_count(const struct wait_table *table, struct wait_counts *counts)
{
    *counts = (struct wait_counts){
        .waiters = (uint64_t)atomic_load_explicit(&table->parked, memory_order_relaxed)};
    for (int i = 0; i < KEY_SHARDS; i++) {
        struct dict_walk walk;
        struct wait_queue *queue;

        counts->keys += dict_count(&table->shards[i].queues);
        dict_walk_begin(&walk, (struct dict *)&table->shards[i].queues);
        while ((queue = dict_walk_next(&walk)))
            for (struct wait_lane *lane = queue->lanes; lane; lane = lane->next)
                if (lane->lists[WAIT_TAKE].first || lane->lists[WAIT_TAKE_CLAIM].first) {
                    counts->keys_on_missing++;
                    break;
                }
        dict_walk_end(&walk);
    }
}
