/* dispatch.c - how a call runs.
 *
 *   sharded:    keys -> shards -> lock -> handler -> effects, park -> unlock -> serve waiters
 *   exclusive:  stop the world -> handler -> effects, park -> resume -> serve waiters
 *
 * Serving needs other shards than those of the call, so it starts when nothing is held. It is done
 * before the call's own reply can leave, since replies are written at the end of the round. */
#include "broker/command/dispatch.h"
#include "broker/acl/acl.h"
#include "broker/command/unit.h"
#include "broker/observe/observe.h"
#include "broker/persistence/persistence.h"
#include "broker/pubsub/keyspace_events.h"
#include "broker/reactor/world.h"
#include "broker/replication/replication.h"
#include "broker/script/busy.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "broker/tracking/tracking.h"
#include "broker/transaction/watch.h"
#include "broker/wait/wait.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/hash/key_hash.h"
#include "core/time/clock.h"
#include "storage/keyspace/keyspace.h"

#include <string.h>

enum {
    READY_LOOK_BACK = 16
};

struct ready_key {
    struct ready_key *next;
    struct key key; /* its name follows the struct */
};

void dispatch_prepare(struct reactor *reactor, struct request *rq, struct arena *arena)
{
    struct server *server = reactor->server;

    request_init(rq);
    rq->now_ms = reactor->now_ms;
    rq->keyspace = server->keyspace;
    rq->settings = &server_config(server)->settings;
    rq->arena = arena;
    rq->random = &reactor->random;
    rq->flags = persistence_is_logging(server->persistence) ? REQUEST_LOGGED : 0;
    /* what has expired goes nowhere while writes wait: replicas are to get to the end */
    if (replication_is_replica(server->replication) ||
        server_pause_mode(server, rq->now_ms) != PAUSE_NONE)
        rq->flags |= REQUEST_REPLICA;
}

int dispatch_find_keys(struct request *rq, const struct command *command, uint64_t *shards)
{
    const struct key_spec *spec = &command->spec->keys[0];
    struct command_key *keys;
    uint64_t *hashes;
    int count;

    *shards = 0;
    if (spec->begin == KEY_BEGIN_NONE)
        return 0;
    if (spec->begin == KEY_BEGIN_INDEX && spec->find == KEY_FIND_RANGE && spec->last == 0 &&
        spec[1].begin == KEY_BEGIN_NONE && (size_t)spec->index < rq->argc) {
        if (rq->known_count == 0 || rq->known[0].at != (uint32_t)spec->index) {
            rq->known[0].at = (uint32_t)spec->index;
            rq->known[0].hash = key_hash(rq->argv[spec->index]);
            rq->known_count = 1;
        }
        *shards = UINT64_C(1) << key_shard(rq->known[0].hash);
        return 0;
    }
    count = command_find_keys(command->spec, rq->argc, rq->argv, rq->arena, &keys);
    if (count < 0)
        return count;
    hashes = arena_array(rq->arena, rq->argc, sizeof(*hashes));
    for (int i = 0; i < count; i++) {
        hashes[keys[i].at] = key_hash(rq->argv[keys[i].at]);
        *shards |= UINT64_C(1) << key_shard(hashes[keys[i].at]);
    }
    rq->hashes = hashes;
    return 0;
}

void dispatch_ready(struct reactor *reactor, const struct key *key)
{
    struct ready_key *ready;
    int looked = 0;

    /* a key twice only costs a second, empty walk: looking at a few is enough */
    for (ready = reactor->ready; ready && looked++ < READY_LOOK_BACK; ready = ready->next)
        if (ready->key.hash == key->hash && ready->key.db == key->db &&
            span_equal(ready->key.name, key->name))
            return;
    ready = mem_alloc(sizeof(*ready) + key->name.size);
    ready->next = NULL;
    ready->key = *key;
    ready->key.name.data = (char *)(ready + 1);
    memcpy(ready + 1, key->name.data, key->name.size);
    *reactor->ready_tail = ready;
    reactor->ready_tail = &ready->next;
}

void dispatch_serve_ready(struct reactor *reactor)
{
    while (reactor->ready) {
        struct ready_key *ready = reactor->ready;

        reactor->ready = ready->next;
        if (!reactor->ready)
            reactor->ready_tail = &reactor->ready;
        wait_serve(reactor, &ready->key);
        mem_free(ready);
    }
}

/* Effects on whole databases carry no key name; they make every waiter there try again. */
static void wake_databases(struct reactor *reactor, const struct request *rq,
                           const struct effect *effect)
{
    bool all = strcmp(effect->event, "flushdb") != 0;

    if (rq->held_shards == SHARDS_ALL)
        wait_ready_all(reactor, all ? -1 : effect->key.db);
}

/* Who takes messages is served call by call, so that each gets its share. */
static void wake_key(struct reactor *reactor, struct request *rq, const struct key *key)
{
    enum wait_interest interest = wait_interest(reactor->server->waits, key);

    if (interest == TAKERS_WAIT)
        rq->flags &= ~(unsigned)REQUEST_GOES_ON;
    if (interest != NOBODY_WAITS)
        dispatch_ready(reactor, key);
}

static void count_change(struct reactor *reactor)
{
    uint64_t changes = atomic_load_explicit(&reactor->changes, memory_order_relaxed);

    atomic_store_explicit(&reactor->changes, changes + 1, memory_order_relaxed);
}

void dispatch_effects_of_part(struct reactor *reactor, struct request *rq)
{
    struct server *server = reactor->server;
    unsigned events = rq->settings->notify_keyspace_events;

    for (size_t i = 0; i < rq->effect_count; i++) {
        const struct effect *effect = &rq->effects[i];

        if (effect->flags & EFFECT_DIRTY)
            count_change(reactor);
        if (effect->flags & EFFECT_MODIFIED) {
            watch_effect(server->watches, rq, effect);
            tracking_effect(reactor, rq, effect, reactor->acting);
            tracking_collect(reactor, effect);
        }
        if (effect->event && (effect->class & events))
            keyspace_events_publish(reactor, events, effect);
        if (!(effect->flags & EFFECT_WAKE))
            continue;
        if (effect->key.name.size == 0 && effect->class == 0 && effect->event)
            wake_databases(reactor, rq, effect);
        else
            wake_key(reactor, rq, &effect->key);
    }
}

void dispatch_effects(struct reactor *reactor, struct request *rq)
{
    unit_begin(reactor);
    unit_add(reactor, rq);
    unit_end(reactor);
}

static void after_run(struct reactor *reactor, struct session *session,
                      const struct command *command, struct request *rq)
{
    if (rq->effect_count > 0)
        dispatch_effects(reactor, rq);
    if (session)
        persistence_note(reactor->server->persistence, &session->gate, rq);
    if (session && session->tracker)
        tracking_remember(session, command, rq);
    if (observe_is_watched(reactor->server->observe)) {
        struct observed_call call = observed_call_of(session, command, rq);

        observe_shown(reactor, &call);
    }
    if (rq->wait && session)
        wait_park(reactor, session, rq, command);
}

/* Stops the world for the call. While it waited for that a script may have begun that is not over,
 * and only lets others run (busy.h): then the call is refused. */
static bool stop_world(struct reactor *reactor, const struct command *command, struct reply *out)
{
    struct server *server = reactor->server;

    world_stop(server->world, reactor->index);
    if (!atomic_load_explicit(&server->busy, memory_order_relaxed) ||
        script_busy_allows(server, command, out))
        return true;
    world_resume(server->world, reactor->index);
    return false;
}

/* What the user may do may have changed while the world was being stopped. */
static bool is_still_permitted(struct reactor *reactor, const struct session *session,
                               const struct command *command, const struct request *rq,
                               struct reply *out)
{
    const struct acl_user *user = session ? session->user : NULL;
    struct acl_denial why;
    const char *error;

    if (!user || user->unrestricted)
        return true;
    if (acl_check(user, command, rq->argc, rq->argv, rq->arena, &why) != ACL_ALLOWED) {
        acl_refuse(reactor, session, user, command, rq->argv, &why, ACL_TOPLEVEL, out);
        return false;
    }
    error = acl_check_options(user, command, rq->argc, rq->argv);
    if (error)
        reply_error(out, error);
    return !error;
}

void dispatch_run(struct reactor *reactor, struct session *session, const struct command *command,
                  struct request *rq, struct reply *out)
{
    struct server *server = reactor->server;
    uint64_t shards = 0;
    bool sharded = command->spec->flags & CMD_SHARDED;
    const struct request *outer;

    rq->spec = command->spec;
    outer = doing_begin(&reactor->doing, rq, session);
    reactor->acting = session ? session->tracker : NULL;
    if (dispatch_find_keys(rq, command, &shards) < 0)
        sharded = false; /* the handler will say what is wrong; whatever it touches is held */
    if (atomic_load_explicit(&server->loading, memory_order_relaxed))
        sharded = false; /* the loading thread is at rest only in exclusive sections */
    if (sharded) {
        keyspace_lock(server->keyspace, shards);
        rq->held_shards = shards;
        command->spec->run(rq, out);
        after_run(reactor, session, command, rq);
        keyspace_unlock(server->keyspace, shards);
    } else if (stop_world(reactor, command, out)) {
        rq->held_shards = SHARDS_ALL;
        /* another exclusive call may have replaced the configuration meanwhile */
        rq->settings = &server_config(server)->settings;
        if (is_still_permitted(reactor, session, command, rq, out)) {
            command->spec->run(rq, out);
            after_run(reactor, session, command, rq);
        }
        world_resume(server->world, reactor->index);
    }
    reactor->acting = NULL;
    doing_end(&reactor->doing, outer);
    if (reactor->ready && !(rq->flags & REQUEST_GOES_ON))
        dispatch_serve_ready(reactor);
}
