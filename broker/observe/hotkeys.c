#include "broker/observe/hotkeys.h"
#include "broker/command/registry.h"
#include "broker/observe/observe.h"
#include "broker/reactor/reactor.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/command/reply.h"

#include <pthread.h>
#include <sys/resource.h>

struct hotkeys {
    pthread_mutex_t lock;
    bool exists; /* a session was begun, and not forgotten */
    bool active;
    struct hotkeys_options options;
    int64_t started_ms, stopped_ms;
    struct rusage usage_before, usage_after;
    uint64_t nanoseconds, net_bytes; /* of all calls */
    struct top_keys *keys[HOTKEYS_METRICS];
};

struct hotkeys *hotkeys_new(void)
{
    struct hotkeys *hotkeys = mem_zalloc(sizeof(*hotkeys));

    pthread_mutex_init(&hotkeys->lock, NULL);
    return hotkeys;
}

static void drop_keys(struct hotkeys *hotkeys)
{
    for (int i = 0; i < HOTKEYS_METRICS; i++) {
        top_keys_free(hotkeys->keys[i]);
        hotkeys->keys[i] = NULL;
    }
}

void hotkeys_free(struct hotkeys *hotkeys)
{
    if (!hotkeys)
        return;
    drop_keys(hotkeys);
    pthread_mutex_destroy(&hotkeys->lock);
    mem_free(hotkeys);
}

static void end_session(struct observe *observe, int64_t at_ms)
{
    struct hotkeys *hotkeys = observe->hotkeys;

    hotkeys->active = false;
    hotkeys->stopped_ms = at_ms;
    getrusage(RUSAGE_SELF, &hotkeys->usage_after);
    atomic_store_explicit(&observe->hotkeys_on, false, memory_order_relaxed);
}

/* The session ends by itself when its time is over. Locked. */
static void check_duration(struct observe *observe, int64_t now_ms)
{
    struct hotkeys *hotkeys = observe->hotkeys;
    int64_t duration_ms = hotkeys->options.duration_ms;

    if (hotkeys->active && duration_ms > 0 && now_ms - hotkeys->started_ms >= duration_ms)
        end_session(observe, hotkeys->started_ms + duration_ms);
}

int hotkeys_start(struct observe *observe, const struct hotkeys_options *options, int64_t now_ms)
{
    struct hotkeys *hotkeys = observe->hotkeys;
    int rc = 0;

    pthread_mutex_lock(&hotkeys->lock);
    check_duration(observe, now_ms);
    if (hotkeys->active) {
        rc = ERR_EXISTS;
    } else {
        drop_keys(hotkeys);
        hotkeys->options = *options;
        for (int i = 0; i < HOTKEYS_METRICS; i++)
            if (options->wanted[i])
                hotkeys->keys[i] = top_keys_new(HOTKEYS_COUNTERS);
        hotkeys->exists = hotkeys->active = true;
        hotkeys->started_ms = now_ms;
        hotkeys->nanoseconds = hotkeys->net_bytes = 0;
        getrusage(RUSAGE_SELF, &hotkeys->usage_before);
        atomic_store_explicit(&observe->hotkeys_on, true, memory_order_relaxed);
    }
    pthread_mutex_unlock(&hotkeys->lock);
    return rc;
}

bool hotkeys_stop(struct observe *observe, int64_t now_ms)
{
    struct hotkeys *hotkeys = observe->hotkeys;
    bool was;

    pthread_mutex_lock(&hotkeys->lock);
    check_duration(observe, now_ms);
    was = hotkeys->active;
    if (was)
        end_session(observe, now_ms);
    pthread_mutex_unlock(&hotkeys->lock);
    return was;
}

int hotkeys_reset(struct observe *observe, int64_t now_ms)
{
    struct hotkeys *hotkeys = observe->hotkeys;
    int rc = 0;

    pthread_mutex_lock(&hotkeys->lock);
    check_duration(observe, now_ms);
    if (hotkeys->active) {
        rc = ERR_EXISTS;
    } else {
        drop_keys(hotkeys);
        hotkeys->exists = false;
    }
    pthread_mutex_unlock(&hotkeys->lock);
    return rc;
}

/* Adds to each key its share; a key named twice gets two. */
static void add_keys(struct hotkeys *hotkeys, const struct observed_call *call,
                     const struct command_key *keys, size_t count, const uint64_t *weights)
{
    for (int metric = 0; metric < HOTKEYS_METRICS; metric++) {
        if (!hotkeys->keys[metric])
            continue;
        for (size_t i = 0; i < count; i++)
            top_keys_add(hotkeys->keys[metric], call->argv[keys[i].at], weights[metric] / count);
    }
}

static uint64_t request_bytes(const struct observed_call *call)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < call->argc; i++)
        bytes += call->argv[i].size;
    return bytes;
}

void hotkeys_call(struct reactor *reactor, const struct observed_call *call, uint64_t took_ns,
                  size_t reply_bytes)
{
    struct observe *observe = reactor->server->observe;
    struct hotkeys *hotkeys = observe->hotkeys;
    uint64_t weights[HOTKEYS_METRICS];
    struct command_key *keys = NULL;
    int64_t sample;
    int count = 0;

    if (call->command->spec->flags & CMD_SKIP_SLOWLOG)
        return; /* EXEC: the calls it is made of have been counted */
    pthread_mutex_lock(&hotkeys->lock);
    check_duration(observe, reactor->now_ms);
    sample = hotkeys->options.sample;
    pthread_mutex_unlock(&hotkeys->lock);
    if (sample <= 1 || random_below(&reactor->random, (uint64_t)sample) == 0)
        count = command_find_keys(call->command->spec, call->argc, call->argv, reactor->serve_arena,
                                  &keys);
    weights[HOTKEYS_CPU] = took_ns;
    weights[HOTKEYS_NET] = request_bytes(call) + reply_bytes;
    pthread_mutex_lock(&hotkeys->lock);
    if (hotkeys->active) {
        hotkeys->nanoseconds += weights[HOTKEYS_CPU];
        hotkeys->net_bytes += weights[HOTKEYS_NET];
        if (count > 0)
            add_keys(hotkeys, call, keys, (size_t)count, weights);
    }
    pthread_mutex_unlock(&hotkeys->lock);
    arena_reset(reactor->serve_arena);
}

/* --- Answers. */

static int64_t milliseconds(struct timeval from, struct timeval to)
{
    return (int64_t)(to.tv_sec - from.tv_sec) * 1000 + (to.tv_usec - from.tv_usec) / 1000;
}

static void put_field(struct reply *out, const char *name, int64_t value)
{
    reply_bulk_text(out, name);
    reply_integer(out, value);
}

static void put_keys(struct hotkeys *hotkeys, const char *name, enum hotkeys_metric metric,
                     struct reply *out)
{
    struct top_key list[HOTKEYS_COUNT_LIMIT];
    size_t count = top_keys_list(hotkeys->keys[metric], list, (size_t)hotkeys->options.count);

    reply_bulk_text(out, name);
    reply_array(out, count * 2);
    for (size_t i = 0; i < count; i++) {
        reply_bulk(out, list[i].name);
        reply_integer(out,
                      (int64_t)(metric == HOTKEYS_CPU ? list[i].weight / 1000 : list[i].weight));
    }
}

/* Without a cluster all slots are selected. */
static void put_slots(struct reply *out)
{
    reply_bulk_text(out, "selected-slots");
    reply_array(out, 1);
    reply_array(out, 2);
    reply_integer(out, 0);
    reply_integer(out, HOTKEYS_SLOTS - 1);
}

static void report(struct hotkeys *hotkeys, int64_t now_ms, struct reply *out)
{
    const bool *wanted = hotkeys->options.wanted;
    struct rusage usage = hotkeys->usage_after;
    int64_t until_ms = hotkeys->active ? now_ms : hotkeys->stopped_ms;
    size_t fields = 7 + (wanted[HOTKEYS_CPU] ? 3 : 0) + (wanted[HOTKEYS_NET] ? 2 : 0);

    if (hotkeys->active)
        getrusage(RUSAGE_SELF, &usage);
    reply_array(out, 1);
    reply_map(out, fields);
    put_field(out, "tracking-active", hotkeys->active);
    put_field(out, "sample-ratio", hotkeys->options.sample);
    put_slots(out);
    put_field(out, "all-commands-all-slots-us", (int64_t)(hotkeys->nanoseconds / 1000));
    put_field(out, "net-bytes-all-commands-all-slots", (int64_t)hotkeys->net_bytes);
    put_field(out, "collection-start-time-unix-ms", hotkeys->started_ms);
    put_field(out, "collection-duration-ms", until_ms - hotkeys->started_ms);
    if (wanted[HOTKEYS_CPU]) {
        put_field(out, "total-cpu-time-user-ms",
                  milliseconds(hotkeys->usage_before.ru_utime, usage.ru_utime));
        put_field(out, "total-cpu-time-sys-ms",
                  milliseconds(hotkeys->usage_before.ru_stime, usage.ru_stime));
    }
    if (wanted[HOTKEYS_NET])
        put_field(out, "total-net-bytes", (int64_t)hotkeys->net_bytes);
    if (wanted[HOTKEYS_CPU])
        put_keys(hotkeys, "by-cpu-time-us", HOTKEYS_CPU, out);
    if (wanted[HOTKEYS_NET])
        put_keys(hotkeys, "by-net-bytes", HOTKEYS_NET, out);
}

void hotkeys_report(struct observe *observe, int64_t now_ms, struct reply *out)
{
    struct hotkeys *hotkeys = observe->hotkeys;

    pthread_mutex_lock(&hotkeys->lock);
    check_duration(observe, now_ms);
    if (hotkeys->exists)
        report(hotkeys, now_ms, out);
    else
        reply_null(out);
    pthread_mutex_unlock(&hotkeys->lock);
}

void hotkeys_state(struct observe *observe, int64_t now_ms, struct hotkeys_state *state)
{
    struct hotkeys *hotkeys = observe->hotkeys;

    pthread_mutex_lock(&hotkeys->lock);
    check_duration(observe, now_ms);
    *state = (struct hotkeys_state){.exists = hotkeys->exists,
                                    .active = hotkeys->active,
                                    .cpu_us = hotkeys->nanoseconds / 1000};
    for (int i = 0; i < HOTKEYS_METRICS; i++)
        if (hotkeys->keys[i])
            state->memory += top_keys_memory(hotkeys->keys[i]);
    pthread_mutex_unlock(&hotkeys->lock);
}
