/* info_stats.c - the sections that count what happened. */
#include "broker/command/eviction.h"
#include "broker/command/registry.h"
#include "broker/info/info.h"
#include "broker/observe/hotkeys.h"
#include "broker/observe/observe.h"
#include "broker/persistence/persistence.h"
#include "broker/pubsub/pubsub.h"
#include "broker/reactor/reactor.h"
#include "broker/reactor/statistics.h"
#include "broker/reactor/world.h"
#include "broker/replication/followers.h"
#include "broker/replication/link.h"
#include "broker/replication/replication.h"
#include "broker/script/script.h"
#include "broker/server/server.h"
#include "broker/tracking/tracking.h"
#include "core/hist/histogram.h"
#include "core/num/num.h"
#include "storage/keyspace/keyspace.h"

#include <stdlib.h>
#include <string.h>

static void put_rates(struct info_report *report)
{
    const struct replication *replication = report->server->replication;
    double commands = 0, input = 0, output = 0, rounds = 0, round_us = 0;

    for (int i = 0; i < report->server->reactor_count; i++) {
        const struct reactor *reactor = report->server->reactors[i];

        commands += reactor->commands_per_second;
        input += reactor->input_kbps;
        output += reactor->output_kbps;
        rounds += reactor->rounds_per_second;
        round_us += reactor->round_us * reactor->rounds_per_second;
    }
    buffer_printf(report->out,
                  "instantaneous_ops_per_sec:%.0f\r\ninstantaneous_input_kbps:%.2f\r\n"
                  "instantaneous_output_kbps:%.2f\r\ninstantaneous_input_repl_kbps:%.2f\r\n"
                  "instantaneous_output_repl_kbps:%.2f\r\n",
                  commands, input, output, replication->input_kbps, replication->output_kbps);
    buffer_printf(report->out,
                  "instantaneous_eventloop_cycles_per_sec:%.0f\r\n"
                  "instantaneous_eventloop_duration_usec:%.0f\r\n",
                  rounds, rounds > 0 ? round_us / rounds : 0.);
}

/* Where threads wait for each other. */
static void put_waits(struct info_report *report, const struct keyspace_stats *keyspace)
{
    const struct waits *log = persistence_log_waits(report->server->persistence);
    struct world_waits world;

    world_waits_get(report->server->world, &world);
    buffer_printf(report->out,
                  "keyspace_lock_waits:%llu\r\nkeyspace_lock_wait_usec:%llu\r\n"
                  "world_stops:%llu\r\nworld_stop_waits:%llu\r\nworld_stop_wait_usec:%llu\r\n"
                  "world_run_waits:%llu\r\nworld_run_wait_usec:%llu\r\n"
                  "log_lock_waits:%llu\r\nlog_lock_wait_usec:%llu\r\n",
                  (unsigned long long)keyspace->lock_waits,
                  (unsigned long long)keyspace->lock_wait_ns / 1000,
                  (unsigned long long)world.stops, (unsigned long long)world.stop_waits,
                  (unsigned long long)world.stop_wait_ns / 1000,
                  (unsigned long long)world.run_waits, (unsigned long long)world.run_wait_ns / 1000,
                  (unsigned long long)waits_count(log), (unsigned long long)waits_ns(log) / 1000);
}

static void put_keyspace_counters(struct info_report *report, const struct reactor_stats *sum)
{
    struct keyspace_stats stats;
    struct scripts_report scripts;
    uint64_t exceeded_ms, exceeding_ms;

    scripts_report(report->server->scripts, &scripts);
    keyspace_stats_get(report->server->keyspace, &stats);
    buffer_printf(
        report->out,
        "expired_subkeys:%llu\r\nexpired_subkeys_active:%llu\r\n"
        "expired_keys:%llu\r\nexpired_keys_active:%llu\r\n"
        "expired_stale_perc:%.2f\r\nexpired_time_cap_reached_count:%llu\r\n"
        "expire_cycle_cpu_milliseconds:%llu\r\n",
        (unsigned long long)stats.expired_subkeys, (unsigned long long)stats.expired_subkeys_active,
        (unsigned long long)stats.expired_keys, (unsigned long long)stats.expired_keys_active,
        stats.expired_stale_percent, (unsigned long long)sum->expire_time_cap_reached,
        (unsigned long long)sum->expire_cpu_us / 1000);
    eviction_exceeded_ms(&report->server->eviction, &exceeded_ms, &exceeding_ms);
    buffer_printf(report->out,
                  "evicted_keys:%llu\r\nevicted_clients:%llu\r\nevicted_scripts:%llu\r\n"
                  "total_eviction_exceeded_time:%llu\r\ncurrent_eviction_exceeded_time:%llu\r\n"
                  "keyspace_hits:%llu\r\n"
                  "keyspace_misses:%llu\r\n",
                  (unsigned long long)stats.evicted_keys, (unsigned long long)sum->evicted_clients,
                  (unsigned long long)scripts.evicted, (unsigned long long)exceeded_ms,
                  (unsigned long long)exceeding_ms, (unsigned long long)stats.hits,
                  (unsigned long long)stats.misses);
    put_waits(report, &stats);
}

static double milliseconds(uint64_t nanoseconds)
{
    return (double)nanoseconds / 1e6;
}

/* The figures of SLOWLOG over all commands. */
static void put_slow_calls(struct info_report *report)
{
    struct command_stats all = {0};

    for (unsigned i = 0; i < registry_total(report->server->registry); i++)
        statistics_add_slow(report->server, i, &all);
    buffer_printf(report->out,
                  "slowlog_commands_count:%llu\r\nslowlog_commands_time_ms_sum:%.2f\r\n"
                  "slowlog_commands_time_ms_max:%.2f\r\n",
                  (unsigned long long)all.slow_calls, milliseconds(all.slow_nanoseconds),
                  milliseconds(all.slow_longest_ns));
}

/* How many calls of a pipeline are read at once. */
static void put_batches(struct buffer *out, const struct reactor_stats *sum)
{
    buffer_printf(
        out,
        "commands_per_parse_batch_sum:%llu\r\ncommands_per_parse_batch_cnt:%llu\r\n"
        "commands_per_parse_batch_avg:%.2f\r\n",
        (unsigned long long)sum->parse_batch_calls, (unsigned long long)sum->parse_batches,
        sum->parse_batches ? (double)sum->parse_batch_calls / (double)sum->parse_batches : 0.);
}

void info_stats(struct info_report *report)
{
    struct pubsub *pubsub = report->server->pubsub;
    const struct replication *replication = report->server->replication;
    struct tracking_counts tracked;
    struct followers_totals followers;
    struct reactor_stats sum;

    statistics_sum(report->server, &sum);
    tracking_count(report->server, &tracked);
    followers_totals(replication->followers, &followers);
    buffer_printf(
        report->out,
        "total_connections_received:%llu\r\ntotal_commands_processed:%llu\r\n"
        "total_net_input_bytes:%llu\r\ntotal_net_output_bytes:%llu\r\n"
        "total_net_repl_input_bytes:%llu\r\ntotal_net_repl_output_bytes:%llu\r\n"
        "rejected_connections:%llu\r\nsync_full:%llu\r\nsync_partial_ok:%llu\r\n"
        "sync_partial_err:%llu\r\n",
        (unsigned long long)sum.connections_received, (unsigned long long)sum.commands_processed,
        (unsigned long long)sum.net_input_bytes, (unsigned long long)sum.net_output_bytes,
        (unsigned long long)replication_received_bytes(replication),
        (unsigned long long)followers_sent_bytes(replication->followers),
        (unsigned long long)sum.connections_rejected, (unsigned long long)followers.full,
        (unsigned long long)followers.partial_ok, (unsigned long long)followers.partial_err);
    put_rates(report);
    put_keyspace_counters(report, &sum);
    buffer_printf(report->out,
                  "pubsub_channels:%zu\r\npubsub_patterns:%zu\r\npubsubshard_channels:%zu\r\n"
                  "latest_fork_usec:%llu\r\ntotal_forks:%llu\r\n"
                  "slave_expires_tracked_keys:0\r\ntracking_total_keys:%zu\r\n"
                  "tracking_total_items:%zu\r\ntracking_total_prefixes:%zu\r\n"
                  "unexpected_error_replies:%llu\r\ntotal_error_replies:%llu\r\n"
                  "total_reads_processed:%llu\r\ntotal_writes_processed:%llu\r\n",
                  pubsub_topics(pubsub, PUBSUB_CHANNEL), pubsub_topics(pubsub, PUBSUB_PATTERN),
                  pubsub_topics(pubsub, PUBSUB_SHARD),
                  (unsigned long long)report->server->observe->latest_fork_us,
                  (unsigned long long)report->server->observe->forks, tracked.keys, tracked.items,
                  tracked.prefixes, (unsigned long long)sum.unexpected_error_replies,
                  (unsigned long long)sum.error_replies, (unsigned long long)sum.reads,
                  (unsigned long long)sum.writes);
    buffer_printf(
        report->out,
        "client_query_buffer_limit_disconnections:%llu\r\n"
        "client_output_buffer_limit_disconnections:%llu\r\n"
        "eventloop_cycles:%llu\r\neventloop_duration_sum:%llu\r\n"
        "eventloop_duration_cmd_sum:%llu\r\nacl_access_denied_auth:%llu\r\n"
        "acl_access_denied_cmd:%llu\r\nacl_access_denied_key:%llu\r\n"
        "acl_access_denied_channel:%llu\r\nacl_access_denied_tls_cert:%llu\r\n",
        (unsigned long long)sum.query_buffer_disconnections,
        (unsigned long long)sum.output_buffer_disconnections, (unsigned long long)sum.loop_rounds,
        (unsigned long long)sum.loop_nanoseconds / 1000,
        (unsigned long long)sum.command_nanoseconds / 1000, (unsigned long long)sum.acl_denied_auth,
        (unsigned long long)sum.acl_denied_command, (unsigned long long)sum.acl_denied_key,
        (unsigned long long)sum.acl_denied_channel, (unsigned long long)sum.acl_denied_certificate);
    put_slow_calls(report);
    put_batches(report->out, &sum);
}

static void put_command(struct buffer *out, const char *name, const struct command_stats *stats)
{
    buffer_printf(out,
                  "cmdstat_%s:calls=%llu,usec=%llu,usec_per_call=%.2f,rejected_calls=%llu,"
                  "failed_calls=%llu",
                  name, (unsigned long long)stats->calls,
                  (unsigned long long)stats->nanoseconds / 1000,
                  stats->calls ? (double)stats->nanoseconds / 1000. / (double)stats->calls : 0.,
                  (unsigned long long)stats->rejected, (unsigned long long)stats->failed);
    if (stats->slow_calls)
        buffer_printf(out, ",slowlog_count=%llu,slowlog_time_ms_sum=%.2f,slowlog_time_ms_max=%.2f",
                      (unsigned long long)stats->slow_calls, milliseconds(stats->slow_nanoseconds),
                      milliseconds(stats->slow_longest_ns));
    buffer_printf(out, "\r\n");
}

void info_commandstats(struct info_report *report)
{
    const struct registry *registry = report->server->registry;

    for (unsigned i = 0; i < registry_total(registry); i++) {
        struct command_stats sum;

        statistics_command(report->server, i, &sum);
        if (sum.calls || sum.rejected || sum.failed)
            put_command(report->out, registry_by_number(registry, i)->full_name, &sum);
        if (sum.latency)
            histogram_free(sum.latency);
    }
}

static int compare_codes(const void *a, const void *b)
{
    return strcmp(((const struct error_stats *)a)->code, ((const struct error_stats *)b)->code);
}

/* A script can make up any code: what separates the parts of a line is none of the name. */
static void put_error(struct buffer *out, const struct error_stats *error)
{
    char code[STATS_ERROR_CODE_SIZE];
    size_t size = strlen(error->code);

    for (size_t i = 0; i <= size; i++)
        code[i] = error->code[i] && strchr("#:", error->code[i]) ? '_' : error->code[i];
    buffer_printf(out, "errorstat_%s:count=%llu\r\n", code, (unsigned long long)error->count);
}

void info_errorstats(struct info_report *report)
{
    struct reactor_stats sum;

    statistics_sum(report->server, &sum);
    qsort(sum.errors, sum.error_codes, sizeof(sum.errors[0]), compare_codes);
    for (unsigned i = 0; i < sum.error_codes; i++)
        put_error(report->out, &sum.errors[i]);
    if (sum.errors_beyond > 0)
        buffer_printf(report->out, "errorstat_ERRORSTATS_OVERFLOW:count=%llu\r\n",
                      (unsigned long long)sum.errors_beyond);
}

void info_latencystats(struct info_report *report)
{
    const struct registry *registry = report->server->registry;
    const struct config *config = server_config(report->server);

    for (unsigned i = 0; i < registry_total(registry); i++) {
        struct command_stats sum;

        statistics_command(report->server, i, &sum);
        if (!sum.latency)
            continue;
        buffer_printf(report->out,
                      "latency_percentiles_usec_%s:", registry_by_number(registry, i)->full_name);
        for (int at = 0; at < config->latency_percentile_count; at++) {
            double percentile = config->latency_percentiles[at];
            char text[40];
            size_t size = num_format_double(text, percentile);

            buffer_printf(report->out, "%sp%.*s=%.3f", at ? "," : "", (int)size, text,
                          (double)histogram_percentile(sum.latency, percentile) / 1000.);
        }
        buffer_printf(report->out, "\r\n");
        histogram_free(sum.latency);
    }
}

void info_keyspace(struct info_report *report)
{
    const struct keyspace *keyspace = report->server->keyspace;

    for (int db = 0; db < keyspace_databases(keyspace); db++) {
        size_t keys = keyspace_count(keyspace, db);

        if (keys > 0)
            buffer_printf(report->out, "db%d:keys=%zu,expires=%zu,avg_ttl=%lld,subexpiry=%zu\r\n",
                          db, keys, keyspace_expiring_count(keyspace, db),
                          (long long)keyspace_average_ttl_ms(keyspace, db, report->now_ms),
                          keyspace_part_expiring_count(keyspace, db));
    }
}

bool info_has_hotkeys(const struct info_report *report)
{
    struct hotkeys_state state;

    hotkeys_state(report->server->observe, report->now_ms, &state);
    return state.exists;
}

void info_hotkeys(struct info_report *report)
{
    struct hotkeys_state state;

    hotkeys_state(report->server->observe, report->now_ms, &state);
    buffer_printf(report->out,
                  "hotkeys-tracking-active:%d\r\nhotkeys-used-memory:%zu\r\n"
                  "hotkeys-cmd-cpu-time:%llu\r\n",
                  state.active, state.memory, (unsigned long long)state.cpu_us);
}

void info_debug(struct info_report *report)
{
    struct reactor_stats sum;

    statistics_sum(report->server, &sum);
    buffer_printf(report->out, "eventloop_duration_cron_sum:%llu\r\nexpire_cpu_us:%llu\r\n",
                  (unsigned long long)sum.cron_nanoseconds / 1000,
                  (unsigned long long)sum.expire_cpu_us);
}
