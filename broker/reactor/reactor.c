#include "broker/reactor/reactor.h"
#include "broker/command/dispatch.h"
#include "broker/command/eviction.h"
#include "broker/command/registry.h"
#include "broker/observe/crash_report.h"
#include "broker/observe/monitor.h"
#include "broker/persistence/persistence.h"
#include "broker/pubsub/pubsub.h"
#include "broker/reactor/cron.h"
#include "broker/reactor/world.h"
#include "broker/replication/followers.h"
#include "broker/server/server.h"
#include "broker/server/shutdown.h"
#include "broker/session/client_eviction.h"
#include "broker/session/session.h"
#include "core/base/cpus.h"
#include "core/base/mem.h"
#include "core/time/clock.h"

#include <signal.h>
#include <stdio.h>

enum {
    PUSH_FEW = 32,                /* so many subscribers are always written to at once */
    PUSH_WAIT_TIMES = 3,          /* more wait this many times as long as writing to them took, */
    PUSH_WAIT_LIMIT_NS = 2000000, /* at most this */
};

uint64_t reactor_tick(struct reactor *reactor)
{
    uint64_t now_ns = ticks_now(&reactor->ticks);

    if (now_ns > reactor->now_ns)
        reactor->now_ns = now_ns;
    reactor->now_ms =
        reactor->round_start_ms + (int64_t)((reactor->now_ns - reactor->round_start_ns) / 1000000);
    return reactor->now_ns;
}

static void before_wait(void *owner)
{
    struct reactor *reactor = owner;

    reactor->stats.loop_nanoseconds += reactor_tick(reactor) - reactor->round_start_ns;
    atomic_store_explicit(&reactor->doing.busy_since_ns, 0, memory_order_relaxed);
    world_leave(reactor->server->world, reactor->index);
}

static void start_round(struct reactor *reactor)
{
    uint64_t now_ns = ticks_sync(&reactor->ticks);

    if (now_ns > reactor->now_ns)
        reactor->now_ns = now_ns;
    reactor->round_start_ns = reactor->now_ns;
    reactor->round_start_ms = reactor->now_ms = clock_now_ms();
    reactor->stats.loop_rounds++;
    atomic_store_explicit(&reactor->doing.busy_since_ns, reactor->now_ns, memory_order_relaxed);
}

static void after_wait(void *owner)
{
    struct reactor *reactor = owner;

    world_enter(reactor->server->world, reactor->index);
    start_round(reactor);
}

static void deliver_all(struct reactor *reactor, struct inbox_message *message)
{
    while (message) {
        struct inbox_message *next = message->next;

        message->deliver(reactor, message);
        message = next;
    }
}

void reactor_deliver_local(struct reactor *reactor)
{
    struct inbox_message *message = reactor->local;

    reactor->local = NULL;
    reactor->local_tail = &reactor->local;
    deliver_all(reactor, message);
}

/* Writing to a subscriber costs the system far more than the message costs us. So when there are
 * many of them and messages come faster than they can be written one by one, they are gathered:
 * after a round of writes, the next one waits a multiple of the time it took. The first message
 * after a pause never waits, and where there are few subscribers none does. */
static void flush_pushed(struct reactor *reactor)
{
    bool many = reactor->pushed.count > PUSH_FEW;
    uint64_t start_ns, took_ns;

    if (!reactor->pushed.first)
        return;
    start_ns = many ? clock_monotonic_ns() : 0;
    if (many && start_ns < reactor->push_after_ns &&
        !atomic_load_explicit(&reactor->server->stopping, memory_order_relaxed)) {
        int64_t left_ns = (int64_t)(reactor->push_after_ns - start_ns);

        if (!loop_timer_is_on(reactor->push_timer))
            loop_timer_start(reactor->push_timer, (left_ns + 999999) / 1000000, 0);
        return;
    }
    while (reactor->pushed.first)
        session_flush(reactor->pushed.first);
    if (!many)
        return;
    took_ns = PUSH_WAIT_TIMES * (clock_monotonic_ns() - start_ns);
    reactor->push_after_ns =
        start_ns + (took_ns < PUSH_WAIT_LIMIT_NS ? took_ns : PUSH_WAIT_LIMIT_NS);
}

/* The end of the round that this begins does the work. */
static void push_timer_fired(void *owner)
{
    (void)owner;
}

/* Output that waited for the log leaves as far as the log has got. */
static void flush_gated(struct reactor *reactor)
{
    struct persistence *persistence = reactor->server->persistence;
    struct session *session, *next;

    if (!reactor->gated.first)
        return;
    for (session = reactor->gated.first; session; session = next) {
        next = session->next[LINK_GATED];
        if (persistence_is_open(persistence, &session->gate))
            session_flush(session);
    }
    persistence_set_waiting(persistence, reactor, reactor->gated.first != NULL);
}

/* Deliveries let sessions go on, which may bring further deliveries; what is written comes last. */
static void end_of_round(void *owner)
{
    struct reactor *reactor = owner;

    do {
        reactor_deliver_local(reactor);
        while (reactor->resume.first)
            session_resume(reactor->resume.first);
        persistence_kick(reactor->server->persistence, reactor);
        monitors_receive(reactor);
        if (reactor->replicas.first)
            followers_flush(reactor);
        while (reactor->flush.first)
            session_flush(reactor->flush.first);
        flush_pushed(reactor);
        flush_gated(reactor);
        if (client_eviction_is_on(reactor))
            client_eviction_round(reactor);
        while (reactor->closing.first)
            session_free(reactor->closing.first);
    } while (reactor->local || reactor->resume.first || reactor->flush.first);
    if (reactor->pending.first)
        loop_wake(reactor->loop); /* the next round must not sleep */
    if (atomic_load_explicit(&reactor->server->stopping, memory_order_relaxed))
        loop_stop(reactor->loop);
}

/* Each once: what they leave has its turn in the next round, after the other clients. */
static void read_pending(struct reactor *reactor)
{
    for (size_t todo = reactor->pending.count; todo > 0 && reactor->pending.first; todo--)
        session_read_pending(reactor->pending.first);
}

/* The local ones are older, see reactor_post. */
void reactor_receive(struct reactor *reactor)
{
    if (reactor->local)
        reactor_deliver_local(reactor);
    if (atomic_load_explicit(&reactor->inbox.newest, memory_order_relaxed))
        deliver_all(reactor, inbox_take(&reactor->inbox));
}

void reactor_keep(struct reactor *reactor, struct inbox_message *message)
{
    message->next = reactor->kept;
    reactor->kept = message;
}

static void deliver_kept(struct reactor *reactor)
{
    struct inbox_message *oldest = NULL;

    while (reactor->kept) {
        struct inbox_message *message = reactor->kept;

        reactor->kept = message->next;
        message->next = oldest;
        oldest = message;
    }
    deliver_all(reactor, oldest);
}

static void woken(void *owner)
{
    struct reactor *reactor = owner;

    if (reactor->kept && !atomic_load_explicit(&reactor->server->busy, memory_order_relaxed))
        deliver_kept(reactor);
    reactor_receive(reactor);
    pubsub_receive(reactor);
    read_pending(reactor);
    if (reactor->index == 0)
        shutdown_after_script(reactor->server);
}

static void cron_fired(void *owner)
{
    struct reactor *reactor = owner;
    uint64_t start_ns = clock_monotonic_ns();

    cron_run(reactor);
    reactor->stats.cron_nanoseconds += clock_monotonic_ns() - start_ns;
}

static void rehashing_fired(void *owner)
{
    cron_rehash(owner);
}

static void expiry_fired(void *owner)
{
    cron_expire(owner);
}

static void eviction_fired(void *owner)
{
    eviction_go_on(owner);
}

struct reactor *reactor_new(struct server *server, int index)
{
    static const struct loop_hooks hooks = {.before_wait = before_wait,
                                            .after_wait = after_wait,
                                            .end_of_round = end_of_round,
                                            .woken = woken};
    struct reactor *reactor = mem_zalloc(sizeof(*reactor));

    reactor->index = index;
    reactor->server = server;
    reactor->local_tail = &reactor->local;
    reactor->ready_tail = &reactor->ready;
    reactor->loop = loop_new(&hooks, reactor);
    if (!reactor->loop) {
        mem_free(reactor);
        return NULL;
    }
    reactor->push_timer = loop_timer_new(reactor->loop, push_timer_fired, reactor);
    reactor->cron = loop_timer_new(reactor->loop, cron_fired, reactor);
    reactor->expiry = loop_timer_new(reactor->loop, expiry_fired, reactor);
    reactor->rehashing = loop_timer_new(reactor->loop, rehashing_fired, reactor);
    reactor->eviction = loop_timer_new(reactor->loop, eviction_fired, reactor);
    reactor->read_buffer = mem_alloc(REACTOR_READ_SIZE);
    reactor->arena = arena_new();
    reactor->serve_arena = arena_new();
    reactor->stats.commands =
        mem_zalloc(sizeof(struct command_stats) * registry_total(server->registry));
    start_round(reactor);
    random_init(&reactor->random, reactor->now_ns ^ ((uint64_t)index << 56));
    return reactor;
}

void reactor_free(struct reactor *reactor)
{
    if (!reactor)
        return;
    deliver_all(reactor, inbox_take(&reactor->inbox));
    reactor_deliver_local(reactor);
    atomic_store_explicit(&reactor->server->busy, 0, memory_order_relaxed);
    deliver_kept(reactor);
    while (reactor->sessions.first)
        session_free(reactor->sessions.first);
    pubsub_drop_posted(reactor);
    buffer_release(&reactor->publish_scratch);
    buffer_release(&reactor->event_channel);
    for (unsigned i = 0; i < registry_total(reactor->server->registry); i++)
        if (reactor->stats.commands[i].latency)
            histogram_free(reactor->stats.commands[i].latency);
    mem_free(reactor->stats.commands);
    arena_free(reactor->arena);
    arena_free(reactor->serve_arena);
    mem_free(reactor->read_buffer);
    loop_timer_free(reactor->push_timer);
    loop_timer_free(reactor->cron);
    loop_timer_free(reactor->expiry);
    loop_timer_free(reactor->rehashing);
    loop_timer_free(reactor->eviction);
    loop_free(reactor->loop);
    mem_free(reactor);
}

void reactor_run(struct reactor *reactor)
{
    crash_report_thread(reactor->index);
    world_enter(reactor->server->world, reactor->index);
    start_round(reactor);
    loop_timer_start(reactor->cron, cron_interval_ms(reactor), 0);
    loop_run(reactor->loop);
    world_leave(reactor->server->world, reactor->index);
}

static void *thread_main(void *owner)
{
    struct reactor *reactor = owner;

    cpus_take(CPUS_SERVER, NULL); /* reactor 0 says it if that fails */
    reactor_run(reactor);
    return NULL;
}

/* Signals are the main thread's. */
int reactor_start(struct reactor *reactor)
{
    sigset_t all, before;
    char name[16];
    int rc;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    rc = pthread_create(&reactor->thread, NULL, thread_main, reactor);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc == 0) {
        snprintf(name, sizeof(name), "reactor-%d", reactor->index);
        pthread_setname_np(reactor->thread, name);
    }
    return rc;
}

static void append_local(struct reactor *reactor, struct inbox_message *messages)
{
    *reactor->local_tail = messages;
    while (*reactor->local_tail)
        reactor->local_tail = &(*reactor->local_tail)->next;
}

void reactor_post(struct reactor *to, struct reactor *from, struct inbox_message *message)
{
    if (from && from == to) {
        /* behind what others have posted so far, which may be what this message is about */
        if (atomic_load_explicit(&to->inbox.newest, memory_order_relaxed))
            append_local(to, inbox_take(&to->inbox));
        message->next = NULL;
        append_local(to, message);
        return;
    }
    if (inbox_push(&to->inbox, message))
        loop_wake(to->loop);
}

void reactor_stop(struct reactor *reactor)
{
    loop_wake(reactor->loop);
}
