#include "broker/observe/watchdog.h"
#include "broker/observe/crash_report.h"
#include "broker/reactor/reactor.h"
#include "broker/server/log.h"
#include "broker/server/server.h"
#include "core/base/cpus.h"
#include "core/base/mem.h"
#include "core/time/clock.h"

#include <pthread.h>
#include <time.h>

struct watchdog {
    struct server *server;
    pthread_t thread;
    bool running;
    pthread_mutex_t mutex; /* a leaf */
    pthread_cond_t changed;
    int period_ms;                     /* with the mutex; 0: the thread ends */
    uint64_t reported[REACTORS_LIMIT]; /* busy since when, at the last report; the thread's own */
};

static void look_at(struct watchdog *self, int index, int period_ms)
{
    const struct reactor *reactor = self->server->reactors[index];
    uint64_t since_ns = atomic_load_explicit(&reactor->doing.busy_since_ns, memory_order_relaxed);
    uint64_t now_ns = clock_monotonic_ns();

    if (since_ns == 0 || since_ns == self->reported[index] || now_ns < since_ns ||
        (now_ns - since_ns) / 1000000 < (uint64_t)period_ms)
        return;
    self->reported[index] = since_ns;
    log_line(self->server->log, LOG_WARNING,
             "--- WATCHDOG TIMER EXPIRED: reactor %d has been at it for %llu ms ---", index,
             (unsigned long long)((now_ns - since_ns) / 1000000));
    crash_report_stack_of(index);
    log_line(self->server->log, LOG_WARNING, "--- end of the watchdog's report ---");
}

/* Twice a period, until it is 0. */
static void *watch(void *argument)
{
    struct watchdog *self = argument;

    cpus_take(CPUS_BACKGROUND, NULL);
    pthread_mutex_lock(&self->mutex);
    while (self->period_ms > 0) {
        int period_ms = self->period_ms;
        int64_t wake_us = (int64_t)clock_monotonic_us() + (int64_t)period_ms * 500;
        struct timespec until = {.tv_sec = (time_t)(wake_us / 1000000),
                                 .tv_nsec = (long)(wake_us % 1000000) * 1000};

        pthread_cond_timedwait(&self->changed, &self->mutex, &until);
        if (self->period_ms == 0)
            break;
        pthread_mutex_unlock(&self->mutex);
        for (int i = 0; i < self->server->reactor_count; i++)
            look_at(self, i, period_ms);
        pthread_mutex_lock(&self->mutex);
    }
    pthread_mutex_unlock(&self->mutex);
    return NULL;
}

static void set_period(struct watchdog *self, int period_ms)
{
    pthread_mutex_lock(&self->mutex);
    self->period_ms = period_ms;
    pthread_cond_signal(&self->changed);
    pthread_mutex_unlock(&self->mutex);
}

struct watchdog *watchdog_new(struct server *server)
{
    struct watchdog *self = mem_zalloc(sizeof(*self));
    pthread_condattr_t attributes;

    self->server = server;
    pthread_mutex_init(&self->mutex, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&self->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    return self;
}

static void end(struct watchdog *self)
{
    if (!self->running)
        return;
    set_period(self, 0);
    pthread_join(self->thread, NULL);
    self->running = false;
}

void watchdog_free(struct watchdog *self)
{
    if (!self)
        return;
    end(self);
    pthread_cond_destroy(&self->changed);
    pthread_mutex_destroy(&self->mutex);
    mem_free(self);
}

void watchdog_configure(struct watchdog *self)
{
    int period_ms = server_config(self->server)->watchdog_period;

    if (period_ms == 0) {
        end(self);
        return;
    }
    set_period(self, period_ms < WATCHDOG_MIN_MS ? WATCHDOG_MIN_MS : period_ms);
    if (!self->running)
        self->running = pthread_create(&self->thread, NULL, watch, self) == 0;
    if (self->running)
        pthread_setname_np(self->thread, "watchdog");
}
