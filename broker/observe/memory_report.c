#include "broker/observe/memory_report.h"
#include "broker/persistence/persistence.h"
#include "broker/reactor/reactor.h"
#include "broker/replication/followers.h"
#include "broker/replication/replication.h"
#include "broker/script/script.h"
#include "broker/server/server.h"
#include "broker/session/client_commands.h"
#include "broker/session/session.h"
#include "storage/keyspace/keyspace.h"

#include <stdio.h>
#include <unistd.h>

/* Of the process, 0 if the system does not say. */
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

static double ratio(uint64_t a, uint64_t b)
{
    return b ? (double)a / (double)b : 1;
}

static void add_clients(const struct server *server, struct memory_report *report)
{
    for (int i = 0; i < server->reactor_count; i++) {
        const struct session *at = server->reactors[i]->sessions.first;

        for (; at; at = at->next[LINK_ALL]) {
            if (at->flags & SESSION_CLOSING)
                continue;
            if (followers_is_replica(at)) {
                report->replicas += client_memory(at);
                continue;
            }
            report->clients += client_memory(at);
            report->client_count++;
        }
    }
}

static void add_replication(const struct server *server, struct memory_report *report)
{
    struct followers_totals totals;

    followers_totals(server->replication->followers, &totals);
    report->replication_backlog = totals.backlog_bytes;
    report->replication_buffers = totals.buffer_bytes;
}

static void add_databases(const struct server *server, struct memory_report *report)
{
    for (int db = 0; db < keyspace_databases(server->keyspace); db++) {
        struct keyspace_tables tables;

        keyspace_tables_get(server->keyspace, db, &tables);
        report->tables += tables.main + tables.expires;
        report->resizing += tables.resizing_memory;
        report->resizing_count += tables.resizing_count;
        report->keys += keyspace_count(server->keyspace, db);
    }
}

static void add_scripts(const struct server *server, struct memory_report *report)
{
    struct scripts_report scripts;

    scripts_report(server->scripts, &scripts);
    report->scripts = scripts.eval_overhead;
    report->script_count = scripts.cached_scripts;
    report->functions = scripts.functions_overhead;
    report->function_count = scripts.functions;
    report->library_count = scripts.libraries;
    report->vm_eval = scripts.vm_eval;
    report->vm_functions = scripts.vm_functions;
}

static void note_peak(struct server *server, uint64_t used, int64_t now_ms)
{
    if (used <= server->memory_peak)
        return;
    server->memory_peak = used;
    server->memory_peak_ms = now_ms;
}

void memory_report_take(struct server *server, int64_t now_ms, struct memory_report *report)
{
    *report = (struct memory_report){.used = mem_used(), .startup = server->memory_startup};
    note_peak(server, report->used, now_ms);
    report->peak = server->memory_peak;
    report->peak_ms = server->memory_peak_ms;
    report->resident = resident_bytes();
    mem_allocator_get(&report->allocator);
    report->log_buffer = persistence_pending_bytes(server->persistence);
    add_scripts(server, report);
    add_clients(server, report);
    add_replication(server, report);
    add_databases(server, report);
    report->overhead = report->startup + report->clients + report->replicas + report->log_buffer +
                       report->replication_buffers + report->scripts + report->functions +
                       report->vm_eval + report->vm_functions + report->tables;
    report->dataset = report->used > report->overhead ? report->used - report->overhead : 0;
    if (report->used > report->startup)
        report->dataset_percent =
            100. * (double)report->dataset / (double)(report->used - report->startup);
    if (report->dataset_percent > 100)
        report->dataset_percent = 100;
    report->allocator_fragmentation = ratio(report->allocator.active, report->allocator.allocated);
    report->allocator_rss = ratio(report->allocator.resident, report->allocator.active);
    report->rss_overhead = ratio(report->resident, report->allocator.resident);
    report->fragmentation = ratio(report->resident, report->used);
}
