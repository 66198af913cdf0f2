#include "broker/reactor/statistics.h"
#include "broker/command/eviction.h"
#include "broker/command/registry.h"
#include "broker/observe/observe.h"
#include "broker/persistence/persistence.h"
#include "broker/reactor/reactor.h"
#include "broker/reactor/world.h"
#include "broker/script/script.h"
#include "broker/server/server.h"
#include "core/base/mem.h"
#include "storage/keyspace/keyspace.h"

#include <stddef.h>
#include <string.h>

/* The scalar counters are the leading uint64_t members, up to `errors`. */
enum {
    SCALARS = offsetof(struct reactor_stats, errors) / sizeof(uint64_t)
};

static void add_errors(struct reactor_stats *sum, const struct reactor_stats *stats)
{
    for (unsigned i = 0; i < stats->error_codes; i++) {
        unsigned at = 0;

        while (at < sum->error_codes && strcmp(sum->errors[at].code, stats->errors[i].code) != 0)
            at++;
        if (at == sum->error_codes) {
            if (at == STATS_ERROR_CODES) {
                sum->errors_beyond += stats->errors[i].count;
                continue;
            }
            memcpy(sum->errors[at].code, stats->errors[i].code, STATS_ERROR_CODE_SIZE);
            sum->errors[at].count = 0;
            sum->error_codes++;
        }
        sum->errors[at].count += stats->errors[i].count;
    }
}

void statistics_sum(const struct server *server, struct reactor_stats *sum)
{
    uint64_t *to = (uint64_t *)sum;

    memset(sum, 0, sizeof(*sum));
    for (int i = 0; i < server->reactor_count; i++) {
        const struct reactor_stats *stats = &server->reactors[i]->stats;
        const uint64_t *from = (const uint64_t *)stats;

        for (int at = 0; at < SCALARS; at++)
            to[at] += from[at];
        add_errors(sum, stats);
    }
}

void statistics_add_slow(const struct server *server, unsigned number, struct command_stats *sum)
{
    for (int i = 0; i < server->reactor_count; i++) {
        const struct command_stats *stats = &server->reactors[i]->stats.commands[number];

        sum->slow_calls += stats->slow_calls;
        sum->slow_nanoseconds += stats->slow_nanoseconds;
        if (stats->slow_longest_ns > sum->slow_longest_ns)
            sum->slow_longest_ns = stats->slow_longest_ns;
    }
}

void statistics_command(const struct server *server, unsigned number, struct command_stats *sum)
{
    *sum = (struct command_stats){0};
    statistics_add_slow(server, number, sum);
    for (int i = 0; i < server->reactor_count; i++) {
        const struct command_stats *stats = &server->reactors[i]->stats.commands[number];

        sum->calls += stats->calls;
        sum->nanoseconds += stats->nanoseconds;
        sum->rejected += stats->rejected;
        sum->failed += stats->failed;
        if (!stats->latency)
            continue;
        if (!sum->latency)
            sum->latency = histogram_new();
        histogram_merge(sum->latency, stats->latency);
    }
}

static void reset_commands(struct reactor_stats *stats, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (stats->commands[i].latency)
            histogram_free(stats->commands[i].latency);
        stats->commands[i] = (struct command_stats){0};
    }
}

void statistics_reset(struct server *server, int64_t now_ms)
{
    for (int i = 0; i < server->reactor_count; i++) {
        struct reactor *reactor = server->reactors[i];
        struct command_stats *commands = reactor->stats.commands;

        reset_commands(&reactor->stats, registry_total(server->registry));
        memset(&reactor->stats, 0, sizeof(reactor->stats));
        reactor->stats.commands = commands;
        reactor->instant_commands = reactor->instant_input = reactor->instant_output = 0;
        reactor->instant_rounds = reactor->instant_busy_ns = 0;
    }
    keyspace_stats_reset(server->keyspace);
    eviction_reset(&server->eviction);
    world_waits_reset(server->world);
    waits_reset(persistence_log_waits(server->persistence));
    scripts_reset_stats(server->scripts);
    server->observe->forks = server->observe->latest_fork_us = 0;
    server->stats_reset_ms = now_ms;
    server->memory_peak = mem_used();
    server->memory_peak_ms = now_ms;
}
