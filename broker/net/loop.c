#include "broker/net/loop.h"
#include "core/base/check.h"
#include "core/base/mem.h"

#include <ev.h>
#include <stddef.h>

enum {
    LOOP_SIGNALS = 8
};

struct loop_signal {
    ev_signal watcher;
    void (*fired)(void *owner, int signal);
    void *owner;
};

struct loop {
    struct ev_loop *ev;
    struct loop_hooks hooks;
    void *owner;
    ev_async wake;
    ev_prepare prepare;
    struct loop_signal signals[LOOP_SIGNALS];
    int signal_count;
};

struct loop_io {
    ev_io watcher;
    struct loop *loop;
    void (*ready)(void *owner, bool readable, bool writable);
    void *owner;
};

struct loop_timer {
    ev_timer watcher;
    struct loop *loop;
    void (*fired)(void *owner);
    void *owner;
};

static void on_release(struct ev_loop *ev) EV_NOEXCEPT
{
    struct loop *loop = ev_userdata(ev);

    if (loop->hooks.before_wait)
        loop->hooks.before_wait(loop->owner);
}

static void on_acquire(struct ev_loop *ev) EV_NOEXCEPT
{
    struct loop *loop = ev_userdata(ev);

    if (loop->hooks.after_wait)
        loop->hooks.after_wait(loop->owner);
}

static void on_wake(struct ev_loop *ev, ev_async *watcher, int events)
{
    struct loop *loop = ev_userdata(ev);

    (void)watcher;
    (void)events;
    if (loop->hooks.woken)
        loop->hooks.woken(loop->owner);
}

static void on_prepare(struct ev_loop *ev, ev_prepare *watcher, int events)
{
    struct loop *loop = ev_userdata(ev);

    (void)watcher;
    (void)events;
    if (loop->hooks.end_of_round)
        loop->hooks.end_of_round(loop->owner);
}

struct loop *loop_new(const struct loop_hooks *hooks, void *owner)
{
    struct loop *loop = mem_zalloc(sizeof(*loop));

    loop->ev = ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV);
    if (!loop->ev) {
        mem_free(loop);
        return NULL;
    }
    if (hooks)
        loop->hooks = *hooks;
    loop->owner = owner;
    ev_set_userdata(loop->ev, loop);
    ev_set_loop_release_cb(loop->ev, on_release, on_acquire);
    ev_async_init(&loop->wake, on_wake);
    ev_async_start(loop->ev, &loop->wake);
    ev_prepare_init(&loop->prepare, on_prepare);
    ev_prepare_start(loop->ev, &loop->prepare);
    return loop;
}

void loop_free(struct loop *loop)
{
    if (!loop)
        return;
    for (int i = 0; i < loop->signal_count; i++)
        ev_signal_stop(loop->ev, &loop->signals[i].watcher);
    ev_loop_destroy(loop->ev);
    mem_free(loop);
}

void loop_run(struct loop *loop)
{
    ev_run(loop->ev, 0);
}

void loop_run_once(struct loop *loop)
{
    ev_run(loop->ev, EVRUN_NOWAIT);
}

void loop_stop(struct loop *loop)
{
    ev_break(loop->ev, EVBREAK_ALL);
}

void loop_wake(struct loop *loop)
{
    ev_async_send(loop->ev, &loop->wake);
}

static void on_io(struct ev_loop *ev, ev_io *watcher, int events)
{
    struct loop_io *io = (struct loop_io *)watcher;

    (void)ev;
    io->ready(io->owner, events & EV_READ, events & EV_WRITE);
}

struct loop_io *loop_io_new(struct loop *loop, int fd,
                            void (*ready)(void *owner, bool readable, bool writable), void *owner)
{
    struct loop_io *io = mem_zalloc(sizeof(*io));

    ev_io_init(&io->watcher, on_io, fd, 0);
    io->loop = loop;
    io->ready = ready;
    io->owner = owner;
    return io;
}

void loop_io_want(struct loop_io *io, bool read, bool write)
{
    int events = (read ? EV_READ : 0) | (write ? EV_WRITE : 0);
    int fd = io->watcher.fd;

    if (ev_is_active(&io->watcher) && (io->watcher.events & (EV_READ | EV_WRITE)) == events)
        return;
    ev_io_stop(io->loop->ev, &io->watcher);
    ev_io_set(&io->watcher, fd, events);
    if (events)
        ev_io_start(io->loop->ev, &io->watcher);
}

void loop_io_free(struct loop_io *io)
{
    if (!io)
        return;
    ev_io_stop(io->loop->ev, &io->watcher);
    mem_free(io);
}

static void on_timer(struct ev_loop *ev, ev_timer *watcher, int events)
{
    struct loop_timer *timer = (struct loop_timer *)watcher;

    (void)ev;
    (void)events;
    timer->fired(timer->owner);
}

struct loop_timer *loop_timer_new(struct loop *loop, void (*fired)(void *owner), void *owner)
{
    struct loop_timer *timer = mem_zalloc(sizeof(*timer));

    ev_timer_init(&timer->watcher, on_timer, 0., 0.);
    timer->loop = loop;
    timer->fired = fired;
    timer->owner = owner;
    return timer;
}

void loop_timer_start(struct loop_timer *timer, int64_t after_ms, int64_t repeat_ms)
{
    if (after_ms < 0)
        after_ms = 0;
    ev_timer_stop(timer->loop->ev, &timer->watcher);
    ev_timer_set(&timer->watcher, (double)after_ms / 1000., (double)repeat_ms / 1000.);
    ev_now_update(timer->loop->ev);
    ev_timer_start(timer->loop->ev, &timer->watcher);
}

bool loop_timer_is_on(const struct loop_timer *timer)
{
    return ev_is_active(&timer->watcher);
}

void loop_timer_free(struct loop_timer *timer)
{
    if (!timer)
        return;
    ev_timer_stop(timer->loop->ev, &timer->watcher);
    mem_free(timer);
}

static void on_signal(struct ev_loop *ev, ev_signal *watcher, int events)
{
    struct loop_signal *signal = (struct loop_signal *)watcher;

    (void)ev;
    (void)events;
    signal->fired(signal->owner, watcher->signum);
}

void loop_on_signal(struct loop *loop, int signal, void (*fired)(void *owner, int signal),
                    void *owner)
{
    struct loop_signal *slot;

    CHECK(loop->signal_count < LOOP_SIGNALS);
    slot = &loop->signals[loop->signal_count++];
    slot->fired = fired;
    slot->owner = owner;
    ev_signal_init(&slot->watcher, on_signal, signal);
    ev_signal_start(loop->ev, &slot->watcher);
}

const char *loop_backend(const struct loop *loop)
{
    return ev_backend(loop->ev) == EVBACKEND_EPOLL ? "epoll" : "other";
}
