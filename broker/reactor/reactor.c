#include "broker/reactor/reactor.h"
#include "broker/command/dispatch.h"
#include "broker/command/registry.h"
#include "broker/reactor/cron.h"
#include "broker/reactor/world.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "core/base/mem.h"
#include "core/time/clock.h"

#include <signal.h>
#include <stdio.h>

uint64_t reactor_tick(struct reactor *reactor)
{
    reactor->now_ns = clock_monotonic_ns();
    reactor->now_ms =
        reactor->round_start_ms + (int64_t)((reactor->now_ns - reactor->round_start_ns) / 1000000);
    return reactor->now_ns;
}

static void before_wait(void *owner)
{
    struct reactor *reactor = owner;

    reactor->stats.loop_nanoseconds += clock_monotonic_ns() - reactor->round_start_ns;
    world_leave(reactor->server->world, reactor->index);
}

static void start_round(struct reactor *reactor)
{
    reactor->round_start_ns = reactor->now_ns = clock_monotonic_ns();
    reactor->round_start_ms = reactor->now_ms = clock_now_ms();
    reactor->stats.loop_rounds++;
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

static void deliver_local(struct reactor *reactor)
{
    struct inbox_message *message = reactor->local;

    reactor->local = NULL;
    reactor->local_tail = &reactor->local;
    deliver_all(reactor, message);
}

/* Deliveries let sessions go on, which may bring further deliveries; what is written comes last. */
static void end_of_round(void *owner)
{
    struct reactor *reactor = owner;

    do {
        deliver_local(reactor);
        while (reactor->resume.first)
            session_resume(reactor->resume.first);
        while (reactor->flush.first)
            session_flush(reactor->flush.first);
        while (reactor->closing.first)
            session_free(reactor->closing.first);
    } while (reactor->local || reactor->resume.first || reactor->flush.first);
    if (atomic_load_explicit(&reactor->server->stopping, memory_order_relaxed))
        loop_stop(reactor->loop);
}

static void woken(void *owner)
{
    struct reactor *reactor = owner;

    deliver_all(reactor, inbox_take(&reactor->inbox));
}

static void cron_fired(void *owner)
{
    cron_run(owner);
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
    reactor->cron = loop_timer_new(reactor->loop, cron_fired, reactor);
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
    deliver_local(reactor);
    while (reactor->sessions.first)
        session_free(reactor->sessions.first);
    for (unsigned i = 0; i < registry_total(reactor->server->registry); i++)
        if (reactor->stats.commands[i].latency)
            histogram_free(reactor->stats.commands[i].latency);
    mem_free(reactor->stats.commands);
    arena_free(reactor->arena);
    arena_free(reactor->serve_arena);
    mem_free(reactor->read_buffer);
    loop_timer_free(reactor->cron);
    loop_free(reactor->loop);
    mem_free(reactor);
}

void reactor_run(struct reactor *reactor)
{
    world_enter(reactor->server->world, reactor->index);
    start_round(reactor);
    loop_timer_start(reactor->cron, cron_interval_ms(reactor), 0);
    loop_run(reactor->loop);
    world_leave(reactor->server->world, reactor->index);
}

static void *thread_main(void *owner)
{
    struct reactor *reactor = owner;

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

void reactor_post(struct reactor *to, struct reactor *from, struct inbox_message *message)
{
    if (to == from) {
        message->next = NULL;
        *to->local_tail = message;
        to->local_tail = &message->next;
        return;
    }
    if (inbox_push(&to->inbox, message))
        loop_wake(to->loop);
}

void reactor_stop(struct reactor *reactor)
{
    loop_wake(reactor->loop);
}
