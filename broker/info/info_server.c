/* info_server.c - the sections about the process and its surroundings. */
#include "broker/info/info.h"
#include "broker/net/loop.h"
#include "broker/reactor/reactor.h"
#include "broker/server/acceptor.h"
#include "broker/server/server.h"
#include "broker/session/client_commands.h"
#include "broker/session/session.h"
#include "broker/tracking/tracking.h"
#include "broker/transaction/transaction.h"
#include "broker/wait/wait.h"
#include "core/base/mem.h"
#include "storage/keyspace/keyspace.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

enum {
    LRU_CLOCK_MASK = (1 << 24) - 1,
    HUMAN_SIZE = 32
};

void info_server(struct info_report *report)
{
    struct server *server = report->server;
    const struct config *config = server_config(server);
    int64_t uptime = (int64_t)((report->now_ns - server->started_ns) / 1000000000);
    struct utsname system;

    uname(&system);
    buffer_printf(report->out,
                  "redis_version:8.10.0\r\nserver_name:millstream\r\nmillstream_version:%s\r\n"
                  "redis_git_sha1:00000000\r\nredis_git_dirty:0\r\nredis_build_id:%s\r\n"
                  "redis_mode:standalone\r\nos:%s %s %s\r\narch_bits:%zu\r\n",
                  MS_VERSION, MS_VERSION, system.sysname, system.release, system.machine,
                  sizeof(void *) * 8);
    buffer_printf(report->out,
                  "monotonic_clock:POSIX clock_gettime\r\nmultiplexing_api:%s\r\n"
                  "atomicvar_api:c11-builtin\r\ngcc_version:%d.%d.%d\r\nprocess_id:%d\r\n"
                  "process_supervised:no\r\nrun_id:%s\r\ntcp_port:%d\r\n",
                  loop_backend(server->reactors[0]->loop), __GNUC__, __GNUC_MINOR__,
                  __GNUC_PATCHLEVEL__, (int)getpid(), server->run_id, config->port);
    buffer_printf(report->out,
                  "server_time_usec:%lld\r\nuptime_in_seconds:%lld\r\nuptime_in_days:%lld\r\n"
                  "hz:%d\r\nconfigured_hz:%d\r\nlru_clock:%lld\r\nexecutable:%s\r\n"
                  "config_file:%s\r\nio_threads_active:%d\r\nreactors:%d\r\n",
                  (long long)report->now_ms * 1000, (long long)uptime, (long long)(uptime / 86400),
                  config->hz, config->hz, (long long)(report->now_ms / 1000 & LRU_CLOCK_MASK),
                  server->executable, config_file(server->config), server->reactor_count > 1,
                  server->reactor_count);
    acceptor_describe(server->acceptor, report->out);
}

struct client_totals {
    int64_t connected, active, with_deadline;
    size_t largest_input, largest_output, memory, subscribed, watching, tracking;
};

static void total_clients(const struct server *server, struct client_totals *totals)
{
    *totals = (struct client_totals){0};
    for (int i = 0; i < server->reactor_count; i++) {
        const struct reactor *reactor = server->reactors[i];

        totals->subscribed += reactor->subscribed_sessions;
        for (const struct session *at = reactor->sessions.first; at; at = at->next[LINK_ALL]) {
            if (at->flags & SESSION_CLOSING)
                continue;
            totals->connected++;
            totals->watching += transaction_watched(at) > 0;
            totals->tracking += tracker_redirect_id(at->tracker) >= 0;
            totals->memory += client_memory(at);
            if (wait_is_parked(at) && at->waiter->deadline_ms)
                totals->with_deadline++;
            if (at->flags & SESSION_IN_COMMAND || at->input.size || session_output_size(at))
                totals->active++;
            if (at->input.capacity > totals->largest_input)
                totals->largest_input = at->input.capacity;
            if (at->output.own.capacity > totals->largest_output)
                totals->largest_output = at->output.own.capacity;
        }
    }
}

void info_clients(struct info_report *report)
{
    struct server *server = report->server;
    struct client_totals totals;
    struct wait_counts waits;

    total_clients(server, &totals);
    wait_count(server->waits, &waits);
    buffer_printf(report->out,
                  "connected_clients:%lld\r\ncluster_connections:0\r\nmaxclients:%lld\r\n"
                  "client_recent_max_input_buffer:%zu\r\nclient_recent_max_output_buffer:%zu\r\n"
                  "blocked_clients:%lld\r\ntracking_clients:%zu\r\npubsub_clients:%zu\r\n"
                  "watching_clients:%zu\r\n",
                  (long long)totals.connected, (long long)server_config(server)->maxclients,
                  totals.largest_input, totals.largest_output, (long long)waits.waiters,
                  totals.tracking, totals.subscribed, totals.watching);
    buffer_printf(report->out,
                  "clients_in_timeout_table:%lld\r\ntotal_watched_keys:%zu\r\n"
                  "total_blocking_keys:%llu\r\ntotal_blocking_keys_on_nokey:%llu\r\n"
                  "active_clients:%lld\r\n",
                  (long long)totals.with_deadline, watch_count_keys(server->watches),
                  (unsigned long long)waits.keys, (unsigned long long)waits.keys_on_missing,
                  (long long)totals.active);
}

/* "1.50M": two decimals and a unit, as Redis prints sizes for people. */
static const char *human(uint64_t bytes, char text[HUMAN_SIZE])
{
    static const char units[] = "BKMGTPE";
    double value = (double)bytes;
    int unit = 0;

    while (value >= 1024 && unit < (int)sizeof(units) - 2) {
        value /= 1024;
        unit++;
    }
    if (unit == 0)
        snprintf(text, HUMAN_SIZE, "%lluB", (unsigned long long)bytes);
    else
        snprintf(text, HUMAN_SIZE, "%.2f%c", value, units[unit]);
    return text;
}

static uint64_t resident_bytes(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    unsigned long long total = 0, resident = 0;

    if (file) {
        if (fscanf(file, "%llu %llu", &total, &resident) != 2)
            resident = 0;
        fclose(file);
    }
    return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void put_size(struct buffer *out, const char *field, uint64_t bytes)
{
    char text[HUMAN_SIZE];

    buffer_printf(out, "%s:%llu\r\n%s_human:%s\r\n", field, (unsigned long long)bytes, field,
                  human(bytes, text));
}

/* Bytes that are not data: clients' buffers and the tables of the keyspace. */
static size_t overhead_bytes(const struct server *server, const struct client_totals *clients)
{
    size_t total = clients->memory + server->memory_startup;

    for (int db = 0; db < keyspace_databases(server->keyspace); db++)
        total += keyspace_table_memory(server->keyspace, db);
    return total;
}

static const char *policy_name(enum eviction_policy policy)
{
    static const char *const names[] = {
        "noeviction",   "volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl",
        "volatile-lrm", "allkeys-lru",  "allkeys-lfu",  "allkeys-random",  "allkeys-lrm"};

    return names[policy];
}

static void put_fragmentation(struct buffer *out, uint64_t used, uint64_t resident)
{
    double ratio = used ? (double)resident / (double)used : 1;

    buffer_printf(out,
                  "mem_fragmentation_ratio:%.2f\r\nmem_fragmentation_bytes:%lld\r\n"
                  "mem_allocator:%s\r\nactive_defrag_running:0\r\n",
                  ratio, (long long)resident - (long long)used,
#ifdef MS_JEMALLOC
                  "jemalloc-5"
#else
                  "libc"
#endif
    );
}

void info_memory(struct info_report *report)
{
    struct server *server = report->server;
    const struct settings *settings = &server_config(server)->settings;
    struct buffer *out = report->out;
    uint64_t used = mem_used(), resident = resident_bytes();
    uint64_t physical = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    struct client_totals clients;
    struct keyspace_stats stats;
    uint64_t overhead, dataset;

    total_clients(server, &clients);
    keyspace_stats_get(server->keyspace, &stats);
    if (used > server->memory_peak) {
        server->memory_peak = used;
        server->memory_peak_ms = report->now_ms;
    }
    overhead = overhead_bytes(server, &clients);
    dataset = used > overhead ? used - overhead : 0;
    put_size(out, "used_memory", used);
    put_size(out, "used_memory_rss", resident);
    put_size(out, "used_memory_peak", server->memory_peak);
    buffer_printf(out,
                  "used_memory_peak_time:%lld\r\nused_memory_peak_perc:%.2f%%\r\n"
                  "used_memory_overhead:%llu\r\nused_memory_startup:%llu\r\n"
                  "used_memory_dataset:%llu\r\nused_memory_dataset_perc:%.2f%%\r\n",
                  (long long)(server->memory_peak_ms / 1000),
                  100. * (double)used / (double)server->memory_peak, (unsigned long long)overhead,
                  (unsigned long long)server->memory_startup, (unsigned long long)dataset,
                  used > server->memory_startup
                      ? 100. * (double)dataset / (double)(used - server->memory_startup)
                      : 0.);
    put_size(out, "total_system_memory", physical);
    put_size(out, "maxmemory", settings->maxmemory);
    buffer_printf(out, "maxmemory_policy:%s\r\n", policy_name(settings->maxmemory_policy));
    put_fragmentation(out, used, resident);
    buffer_printf(
        out,
        "mem_not_counted_for_evict:0\r\nmem_clients_slaves:0\r\nmem_clients_normal:%zu\r\n"
        "mem_cluster_links:0\r\nmem_aof_buffer:0\r\nmem_replication_backlog:0\r\n"
        "mem_total_replication_buffers:0\r\nlazyfree_pending_objects:%llu\r\n"
        "lazyfreed_objects:%llu\r\n",
        clients.memory, (unsigned long long)stats.lazyfree_pending,
        (unsigned long long)stats.lazyfreed_objects);
}

void info_replication(struct info_report *report)
{
    struct server *server = report->server;

    buffer_printf(report->out,
                  "role:master\r\nconnected_slaves:0\r\nmaster_failover_state:no-failover\r\n"
                  "master_replid:%s\r\nmaster_replid2:0000000000000000000000000000000000000000\r\n"
                  "master_repl_offset:0\r\nsecond_repl_offset:-1\r\nrepl_backlog_active:0\r\n"
                  "repl_backlog_size:1048576\r\nrepl_backlog_first_byte_offset:0\r\n"
                  "repl_backlog_histlen:0\r\n",
                  server->replication_id);
}

static void put_usage(struct buffer *out, const char *suffix, const struct rusage *usage)
{
    buffer_printf(out, "used_cpu_sys%s:%lld.%06ld\r\nused_cpu_user%s:%lld.%06ld\r\n", suffix,
                  (long long)usage->ru_stime.tv_sec, (long)usage->ru_stime.tv_usec, suffix,
                  (long long)usage->ru_utime.tv_sec, (long)usage->ru_utime.tv_usec);
}

void info_cpu(struct info_report *report)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    put_usage(report->out, "", &usage);
    getrusage(RUSAGE_CHILDREN, &usage);
    put_usage(report->out, "_children", &usage);
    getrusage(RUSAGE_THREAD, &usage);
    put_usage(report->out, "_this_reactor", &usage);
}

void info_modules(struct info_report *report)
{
    (void)report; /* there are none: every type is built in */
}

void info_cluster(struct info_report *report)
{
    buffer_printf(report->out, "cluster_enabled:0\r\n");
}

void info_threads(struct info_report *report)
{
    for (int i = 0; i < report->server->reactor_count; i++) {
        const struct reactor *reactor = report->server->reactors[i];

        buffer_printf(report->out, "io_thread_%d:clients=%d,reads=%llu,writes=%llu\r\n", i,
                      atomic_load_explicit(&reactor->session_count, memory_order_relaxed),
                      (unsigned long long)reactor->stats.reads,
                      (unsigned long long)reactor->stats.writes);
    }
}
