#include "broker/observe/observe.h"
#include "broker/command/registry.h"
#include "broker/observe/hotkeys.h"
#include "broker/observe/latency.h"
#include "broker/observe/monitor.h"
#include "broker/observe/slowlog.h"
#include "broker/reactor/reactor.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "core/base/mem.h"
#include "core/time/clock.h"

struct observe *observe_new(void)
{
    struct observe *observe = mem_zalloc(sizeof(*observe));

    observe->slowlog = slowlog_new();
    observe->latency = latency_new();
    observe->monitors = monitors_new();
    observe->hotkeys = hotkeys_new();
    return observe;
}

void observe_free(struct observe *observe)
{
    if (!observe)
        return;
    slowlog_free(observe->slowlog);
    latency_free(observe->latency);
    monitors_free(observe->monitors);
    hotkeys_free(observe->hotkeys);
    mem_free(observe);
}

void observe_latency(const struct server *server, const char *event, uint64_t took_ns)
{
    int64_t threshold_ms = server_config(server)->latency_monitor_threshold;

    if (threshold_ms > 0 && took_ns / 1000000 >= (uint64_t)threshold_ms)
        latency_add(server->observe->latency, event, clock_now_ms() / 1000,
                    (uint32_t)(took_ns / 1000000));
}

void observe_fork(const struct server *server, uint64_t took_ns)
{
    server->observe->forks++;
    server->observe->latest_fork_us = took_ns / 1000;
    observe_latency(server, "fork", took_ns);
}

/* What an administrator does is nobody else's business. */
static bool is_shown(const struct observed_call *call)
{
    return call->session && !(call->command->spec->flags & CMD_ADMIN);
}

void observe_begin(struct reactor *reactor, const struct observed_call *call)
{
    if ((call->command->spec->flags & CMD_SKIP_MONITOR) && is_shown(call))
        monitors_show(reactor, call);
}

void observe_shown(struct reactor *reactor, const struct observed_call *call)
{
    if (!(call->command->spec->flags & CMD_SKIP_MONITOR) && is_shown(call))
        monitors_show(reactor, call);
}

static void note_slow(struct reactor *reactor, const struct observed_call *call, uint64_t took_ns)
{
    const struct config *config = server_config(reactor->server);
    const struct session *session = call->session;
    struct command_stats *stats = &reactor->stats.commands[call->command->number];
    struct slowlog_limits limits = {.entries = config->slowlog_max_len,
                                    .arguments = config->slowlog_entry_max_argc,
                                    .argument_bytes = config->slowlog_entry_max_string_len};
    struct slow_call slow = {.command = call->command,
                             .argc = call->argc,
                             .argv = call->argv,
                             .at_ms = reactor->now_ms,
                             .took_ns = took_ns};

    if (limits.entries == 0 || (call->command->spec->flags & CMD_SKIP_SLOWLOG))
        return;
    stats->slow_calls++;
    stats->slow_nanoseconds += took_ns;
    if (took_ns > stats->slow_longest_ns)
        stats->slow_longest_ns = took_ns;
    if (session) {
        slow.peer = span_text(session->peer);
        slow.name = span_of(session->name.data, session->name.size);
    }
    slowlog_add(reactor->server->observe->slowlog, &limits, &slow);
}

static const char *event_of(const struct observed_call *call)
{
    if (call->was_blocked)
        return "command-unblocking";
    return call->command->spec->flags & CMD_FAST ? "fast-command" : "command";
}

void observe_took(struct reactor *reactor, const struct observed_call *call, uint64_t took_ns,
                  size_t reply_bytes)
{
    const struct config *config = server_config(reactor->server);
    struct observe *observe = reactor->server->observe;
    int64_t slower_than_us = config->slowlog_log_slower_than;

    if (config->latency_tracking) {
        struct command_stats *stats = &reactor->stats.commands[call->command->number];

        if (!stats->latency)
            stats->latency = histogram_new();
        histogram_add(stats->latency, took_ns);
    }
    if (slower_than_us >= 0 && took_ns / 1000 >= (uint64_t)slower_than_us)
        note_slow(reactor, call, took_ns);
    if (config->latency_monitor_threshold > 0)
        observe_latency(reactor->server, event_of(call), took_ns);
    if (atomic_load_explicit(&observe->hotkeys_on, memory_order_relaxed) && !call->is_nested)
        hotkeys_call(reactor, call, took_ns, reply_bytes);
}
