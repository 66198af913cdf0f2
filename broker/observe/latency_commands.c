#include "broker/command/registry.h"
#include "broker/command/help.h"
#include "broker/observe/latency.h"
#include "broker/observe/observe.h"
#include "broker/observe/observe_commands.h"
#include "broker/reactor/reactor.h"
#include "broker/reactor/statistics.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "core/base/mem.h"
#include "core/hist/histogram.h"

#define LATENCY_FLAGS (CMD_ADMIN | CMD_LOADING | CMD_NOSCRIPT | CMD_STALE | CMD_SESSION)

static struct server *server_of(const struct request *rq)
{
    return request_session(rq)->reactor->server;
}

/* LATENCY HISTORY event -> [time, milliseconds] of each sample, oldest first. */
static void history(struct request *rq, struct reply *out)
{
    struct latency_event event;

    if (!latency_find(server_of(rq)->observe->latency, rq->argv[2], &event))
        event.count = 0;
    reply_array(out, event.count);
    for (size_t i = 0; i < event.count; i++) {
        reply_array(out, 2);
        reply_integer(out, event.samples[i].at_s);
        reply_integer(out, event.samples[i].took_ms);
    }
}

/* LATENCY LATEST -> [event, time, latest, longest] of each event. */
static void latest(struct request *rq, struct reply *out)
{
    size_t count;
    struct latency_event *events = latency_all(server_of(rq)->observe->latency, &count);

    reply_array(out, count);
    for (size_t i = 0; i < count; i++) {
        const struct latency_sample *last = &events[i].samples[events[i].count - 1];

        reply_array(out, 4);
        reply_bulk_text(out, events[i].name);
        reply_integer(out, last->at_s);
        reply_integer(out, last->took_ms);
        reply_integer(out, events[i].longest_ms);
    }
    mem_free(events);
}

/* LATENCY RESET [event ...] -> how many were forgotten. */
static void reset(struct request *rq, struct reply *out)
{
    struct latency *latency = server_of(rq)->observe->latency;
    int64_t count = 0;

    if (rq->argc == 2)
        count = (int64_t)latency_forget_all(latency);
    for (size_t i = 2; i < rq->argc; i++)
        count += latency_forget(latency, rq->argv[i]);
    reply_integer(out, count);
}

/* LATENCY GRAPH event */
static void graph(struct request *rq, struct reply *out)
{
    struct latency_event event;
    struct buffer text = {0};

    if (!latency_find(server_of(rq)->observe->latency, rq->argv[2], &event)) {
        reply_error_format(out, "ERR No samples available for event '%.*s'",
                           SPAN_ARGS(rq->argv[2]));
        return;
    }
    latency_draw(&event, rq->now_ms / 1000, &text);
    reply_verbatim(out, "txt", span_of(text.data, text.size));
    buffer_release(&text);
}

/* --- DOCTOR. */

struct finding {
    double mean_ms, deviation_ms; /* over the samples; mean absolute deviation */
    uint32_t worst_ms;
    double every_s;
};

static void examine(const struct latency_event *event, int64_t now_s, struct finding *finding)
{
    double sum = 0, deviation = 0;
    int64_t span_s = now_s - event->samples[0].at_s;

    *finding = (struct finding){0};
    for (size_t i = 0; i < event->count; i++) {
        sum += event->samples[i].took_ms;
        if (event->samples[i].took_ms > finding->worst_ms)
            finding->worst_ms = event->samples[i].took_ms;
    }
    finding->mean_ms = sum / (double)event->count;
    for (size_t i = 0; i < event->count; i++) {
        double off = event->samples[i].took_ms - finding->mean_ms;

        deviation += off < 0 ? -off : off;
    }
    finding->deviation_ms = deviation / (double)event->count;
    finding->every_s = (double)(span_s > 0 ? span_s : 1) / (double)event->count;
}

/* What can be done about an event, by its name. */
static const struct {
    const char *event, *advice;
} advices[] = {
    {"command", "SLOWLOG GET names the slow commands; CONFIG SET slowlog-log-slower-than lowers "
                "what counts as slow. Ask for less at a time (SCAN, COUNT, shorter ranges)."},
    {"fast-command", "Commands that are always fast took long, so the machine did not let the "
                     "server run: look at its load, its swapping and its virtualisation."},
    {"command-unblocking", "Serving a blocked command took long: let it take less at once."},
    {"fork", "Copying the tables of the memory took long; with huge pages and much memory it does. "
             "Save less often, or when little is going on."},
    {"log-sync", "The disk took long to sync the log: give it a disk of its own."},
    {"aof-fsync-always", "The disk took long to make the log durable, and replies waited for it. "
                         "Give the log a disk of its own, or set appendfsync everysec if losing a "
                         "second is acceptable."},
    {"expire-cycle", "Many keys expire at the same time: spread their times to live a little."},
    {"eviction-cycle", "Making room takes long: give maxmemory some air, or set "
                       "lazyfree-lazy-eviction yes."},
    {"eviction-del", "Evicted keys are large: lazyfree-lazy-eviction yes frees them elsewhere."},
};

static void advise(const struct latency_event *events, size_t count, struct buffer *text)
{
    bool any = false;

    for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++) {
        for (size_t at = 0; at < count; at++) {
            if (!span_is(span_text(events[at].name), advices[i].event))
                continue;
            buffer_printf(text, "%s- %s: %s\n", any ? "" : "\nWhat may help:\n\n", advices[i].event,
                          advices[i].advice);
            any = true;
        }
    }
}

/* LATENCY DOCTOR */
static void doctor(struct request *rq, struct reply *out)
{
    struct server *server = server_of(rq);
    size_t count;
    struct latency_event *events = latency_all(server->observe->latency, &count);
    struct buffer text = {0};

    if (server_config(server)->latency_monitor_threshold == 0)
        buffer_printf(&text, "Latency is not monitored now: CONFIG SET latency-monitor-threshold "
                             "<milliseconds> begins it.\n");
    if (count == 0)
        buffer_printf(&text, "Nothing took long since the last LATENCY RESET.\n");
    else
        buffer_printf(&text, "%zu kinds of delays were noticed:\n\n", count);
    for (size_t i = 0; i < count; i++) {
        struct finding finding;

        examine(&events[i], rq->now_ms / 1000, &finding);
        buffer_printf(&text,
                      "%zu. %s: %zu times, %.0f ms on average (mean deviation %.0f ms), every %.1f "
                      "seconds. Longest of these %u ms, longest ever %u ms.\n",
                      i + 1, events[i].name, events[i].count, finding.mean_ms, finding.deviation_ms,
                      finding.every_s, finding.worst_ms, events[i].longest_ms);
    }
    advise(events, count, &text);
    reply_verbatim(out, "txt", span_of(text.data, text.size));
    buffer_release(&text);
    mem_free(events);
}

/* --- HISTOGRAM. */

enum {
    HISTOGRAM_FIRST_NS = 1024, /* the first bucket's end; each is twice as far as the one before */
    HISTOGRAM_BITS = 7         /* Redis's histograms name a bucket's end to so many bits */
};

/* {calls n histogram_usec {microseconds: calls that took no longer}}, of buckets that add to it. */
static void put_histogram(const char *name, const struct command_stats *stats, struct reply *out)
{
    uint64_t total = histogram_count(stats->latency), before = 0;
    size_t mark, buckets = 0;

    reply_bulk_text(out, name);
    reply_map(out, 2);
    reply_bulk_text(out, "calls");
    reply_integer(out, (int64_t)total);
    reply_bulk_text(out, "histogram_usec");
    mark = reply_defer(out);
    for (uint64_t end = HISTOGRAM_FIRST_NS; before < total; end *= 2) {
        uint64_t up_to = histogram_count_below(stats->latency, end);

        if (up_to > before) {
            reply_integer(out, (int64_t)((end + (end >> HISTOGRAM_BITS) - 1) / 1000));
            reply_integer(out, (int64_t)up_to);
            buckets++;
            before = up_to;
        }
    }
    reply_defer_map(out, mark, buckets);
}

/* The command's histogram, if it has one; true if so. */
static bool put_command(const struct server *server, const struct command *command,
                        struct reply *out)
{
    struct command_stats sum;
    bool there;

    statistics_command(server, command->number, &sum);
    there = sum.latency && histogram_count(sum.latency) > 0;
    if (there)
        put_histogram(command->full_name, &sum, out);
    histogram_free(sum.latency);
    return there;
}

/* LATENCY HISTOGRAM [command ...]. The state is exclusive: it looks at all reactors' figures. */
static void histogram(struct request *rq, struct reply *out)
{
    const struct server *server = server_of(rq);
    size_t mark = reply_defer(out), count = 0;

    for (unsigned i = 0; rq->argc == 2 && i < registry_total(server->registry); i++)
        count += put_command(server, registry_by_number(server->registry, i), out);
    for (size_t i = 2; i < rq->argc; i++) {
        const struct command *command = registry_find_full(server->registry, rq->argv[i]);

        if (!command)
            continue;
        count += put_command(server, command, out);
        for (unsigned sub = 0; sub < command->subcommand_count; sub++)
            count += put_command(server, &command->subcommands[sub], out);
    }
    reply_defer_map(out, mark, count);
}

#define LATENCY_TIPS                                                                               \
    {                                                                                              \
        "nondeterministic_output", "request_policy:all_nodes", "response_policy:special"           \
    }

static const struct command_spec latency_subcommands[] = {
    {.name = "doctor",
     .usage = "",
     .since = "2.8.13",
     .arity = 2,
     .summary = "Says in words what took long.",
     .group = "server",
     .complexity = "O(1)",
     .flags = LATENCY_FLAGS | CMD_SHARDED,
     .tips = LATENCY_TIPS,
     .run = doctor},
    {.name = "graph",
     .usage = "event",
     .since = "2.8.13",
     .arity = 3,
     .summary = "Draws the samples of an event.",
     .group = "server",
     .complexity = "O(1)",
     .flags = LATENCY_FLAGS | CMD_SHARDED,
     .tips = LATENCY_TIPS,
     .run = graph},
    {.name = "help",
     .usage = "",
     .since = "2.8.13",
     .arity = 2,
     .summary = "Explains the subcommands.",
     .group = "server",
     .complexity = "O(1)",
     .flags = CMD_LOADING | CMD_STALE | CMD_SESSION | CMD_SHARDED,
     .run = command_help},
    {.name = "histogram",
     .usage = "[command [command ...]]",
     .since = "7.0.0",
     .arity = -2,
     .summary = "Gives how many calls took how long.",
     .group = "server",
     .complexity = "O(N) in the commands with calls",
     .flags = LATENCY_FLAGS,
     .tips = LATENCY_TIPS,
     .run = histogram},
    {.name = "history",
     .usage = "event",
     .since = "2.8.13",
     .arity = 3,
     .summary = "Gives the samples of an event.",
     .group = "server",
     .complexity = "O(1)",
     .flags = LATENCY_FLAGS | CMD_SHARDED,
     .tips = LATENCY_TIPS,
     .run = history},
    {.name = "latest",
     .usage = "",
     .since = "2.8.13",
     .arity = 2,
     .summary = "Gives the latest sample of each event.",
     .group = "server",
     .complexity = "O(1)",
     .flags = LATENCY_FLAGS | CMD_SHARDED,
     .tips = LATENCY_TIPS,
     .run = latest},
    {.name = "reset",
     .usage = "[event [event ...]]",
     .since = "2.8.13",
     .arity = -2,
     .summary = "Forgets the samples of events.",
     .group = "server",
     .complexity = "O(1)",
     .flags = LATENCY_FLAGS | CMD_SHARDED,
     .tips = {"request_policy:all_nodes", "response_policy:agg_sum"},
     .run = reset},
    {.name = NULL},
};

const struct command_spec latency_commands[] = {
    {.name = "latency",
     .usage = "",
     .since = "2.8.13",
     .arity = -2,
     .summary = "Holds the commands about what took long.",
     .group = "server",
     .complexity = "Depends on subcommand.",
     .subcommands = latency_subcommands},
    {.name = NULL},
};
