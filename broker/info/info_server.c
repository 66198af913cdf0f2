/* info_server.c - the sections about the process and its surroundings. */
#include "broker/info/info.h"
#include "broker/net/loop.h"
#include "broker/reactor/reactor.h"
#include "broker/replication/acknowledge.h"
#include "broker/replication/farewell.h"
#include "broker/replication/followers.h"
#include "broker/replication/link.h"
#include "broker/replication/replication.h"
#include "broker/server/acceptor.h"
#include "broker/server/notify.h"
#include "broker/server/server.h"
#include "broker/session/client_commands.h"
#include "broker/session/session.h"
#include "broker/tracking/tracking.h"
#include "broker/transaction/transaction.h"
#include "broker/wait/wait.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

enum {
    LRU_CLOCK_MASK = (1 << 24) - 1
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
                  "process_supervised:%s\r\nrun_id:%s\r\ntcp_port:%d\r\n",
                  loop_backend(server->reactors[0]->loop), __GNUC__, __GNUC_MINOR__,
                  __GNUC_PATCHLEVEL__, (int)getpid(), notify_manager_name(server->supervised),
                  server->run_id, config->port ? config->port : config->tls_port);
    buffer_printf(report->out,
                  "server_time_usec:%lld\r\nuptime_in_seconds:%lld\r\nuptime_in_days:%lld\r\n"
                  "hz:%d\r\nconfigured_hz:%d\r\nlru_clock:%lld\r\nexecutable:%s\r\n"
                  "config_file:%s\r\nio_threads_active:%d\r\nreactors:%d\r\n",
                  (long long)report->now_ms * 1000, (long long)uptime, (long long)(uptime / 86400),
                  config->hz, config->hz, (long long)(report->now_ms / 1000 & LRU_CLOCK_MASK),
                  server->executable, config_file(server->config), server->reactor_count > 1,
                  server->reactor_count);
    if (farewell_is_on(server))
        buffer_printf(report->out, "shutdown_in_milliseconds:%lld\r\n",
                      (long long)farewell_left_ms(server));
    acceptor_describe(server->acceptor, report->out);
}

struct client_totals {
    int64_t connected, active, with_deadline, waiting;
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
            if (followers_is_replica(at) || at->primary)
                continue;
            totals->connected++;
            totals->waiting += acknowledge_is_waiting(at);
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
                  totals.largest_input, totals.largest_output,
                  (long long)waits.waiters + totals.waiting, totals.tracking, totals.subscribed,
                  totals.watching);
    buffer_printf(report->out,
                  "clients_in_timeout_table:%lld\r\ntotal_watched_keys:%zu\r\n"
                  "total_blocking_keys:%llu\r\ntotal_blocking_keys_on_nokey:%llu\r\n"
                  "active_clients:%lld\r\n",
                  (long long)totals.with_deadline, watch_count_keys(server->watches),
                  (unsigned long long)waits.keys, (unsigned long long)waits.keys_on_missing,
                  (long long)totals.active);
}

void info_replication(struct info_report *report)
{
    const struct replication *replication = report->server->replication;

    buffer_printf(report->out, "role:%s\r\n",
                  replication_is_replica(replication) ? "slave" : "master");
    if (replication->link)
        link_info(replication->link, report->out);
    followers_info(replication->followers, report->out);
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
