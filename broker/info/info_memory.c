/* info_memory.c - the section about memory. */
#include "broker/info/info.h"
#include "broker/observe/memory_report.h"
#include "broker/server/server.h"
#include "storage/keyspace/keyspace.h"
#include "streams/pack.h"

#include <stdio.h>
#include <unistd.h>

enum {
    HUMAN_SIZE = 32
};

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

static void put(struct buffer *out, const char *field, uint64_t bytes)
{
    buffer_printf(out, "%s:%llu\r\n", field, (unsigned long long)bytes);
}

static void put_size(struct buffer *out, const char *field, uint64_t bytes)
{
    char text[HUMAN_SIZE];

    put(out, field, bytes);
    buffer_printf(out, "%s_human:%s\r\n", field, human(bytes, text));
}

/* A ratio and the bytes between, which are negative when the smaller one is the greater: the
 * numbers come from different places at different times. */
static void put_ratio(struct buffer *out, const char *field, double ratio, uint64_t more,
                      uint64_t less)
{
    buffer_printf(out, "%s_ratio:%.2f\r\n%s_bytes:%lld\r\n", field, ratio, field,
                  (long long)more - (long long)less);
}

static const char *policy_name(enum eviction_policy policy)
{
    static const char *const names[] = {
        "noeviction",   "volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl",
        "volatile-lrm", "allkeys-lru",  "allkeys-lfu",  "allkeys-random",  "allkeys-lrm"};

    return names[policy];
}

static void put_used(const struct memory_report *report, struct buffer *out)
{
    put_size(out, "used_memory", report->used);
    put_size(out, "used_memory_rss", report->resident);
    put_size(out, "used_memory_peak", report->peak);
    buffer_printf(out,
                  "used_memory_peak_time:%lld\r\nused_memory_peak_perc:%.2f%%\r\n"
                  "used_memory_overhead:%llu\r\nused_memory_startup:%llu\r\n"
                  "used_memory_dataset:%llu\r\nused_memory_dataset_perc:%.2f%%\r\n",
                  (long long)(report->peak_ms / 1000),
                  100. * (double)report->used / (double)report->peak,
                  (unsigned long long)report->overhead, (unsigned long long)report->startup,
                  (unsigned long long)report->dataset, report->dataset_percent);
    put(out, "allocator_allocated", report->allocator.allocated);
    put(out, "allocator_active", report->allocator.active);
    put(out, "allocator_resident", report->allocator.resident);
    put(out, "allocator_muzzy", report->allocator.muzzy);
}

static void put_scripts(const struct memory_report *report, struct buffer *out)
{
    put_size(out, "used_memory_lua", report->vm_eval);
    put(out, "used_memory_vm_eval", report->vm_eval);
    put(out, "used_memory_scripts_eval", report->scripts);
    put(out, "number_of_cached_scripts", report->script_count);
    put(out, "number_of_functions", report->function_count);
    put(out, "number_of_libraries", report->library_count);
    put(out, "used_memory_vm_functions", report->vm_functions);
    put_size(out, "used_memory_vm_total", report->vm_eval + report->vm_functions);
    put(out, "used_memory_functions", report->functions);
    put_size(out, "used_memory_scripts", report->scripts + report->functions);
    put(out, "used_memory_hash_templates", 0);
}

static void put_fragmentation(const struct memory_report *report, struct buffer *out)
{
    const struct mem_allocator *allocator = &report->allocator;

    put_ratio(out, "allocator_frag", report->allocator_fragmentation, allocator->active,
              allocator->allocated);
    put_ratio(out, "allocator_rss", report->allocator_rss, allocator->resident, allocator->active);
    put_ratio(out, "rss_overhead", report->rss_overhead, report->resident, allocator->resident);
    put_ratio(out, "mem_fragmentation", report->fragmentation, report->resident, report->used);
}

/* Cold blocks of streams as they are, compressed, and as they were. */
static void put_packed_streams(struct buffer *out)
{
    struct pack_totals totals;

    pack_totals_get(&totals);
    put(out, "mem_stream_packed_blocks", totals.blocks);
    put(out, "mem_stream_packed", totals.bytes);
    put(out, "mem_stream_packed_plain", totals.plain_bytes);
}

void info_memory(struct info_report *info)
{
    struct server *server = info->server;
    const struct settings *settings = &server_config(server)->settings;
    struct buffer *out = info->out;
    struct memory_report report;
    struct keyspace_stats stats;

    memory_report_take(server, info->now_ms, &report);
    keyspace_stats_get(server->keyspace, &stats);
    put_used(&report, out);
    put_size(out, "total_system_memory",
             (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE));
    put_scripts(&report, out);
    put_size(out, "maxmemory", settings->maxmemory);
    buffer_printf(out, "maxmemory_policy:%s\r\n", policy_name(settings->maxmemory_policy));
    put_fragmentation(&report, out);
    put(out, "mem_not_counted_for_evict", 0); /* everything is counted */
    put(out, "mem_replication_backlog", report.replication_backlog);
    put(out, "mem_total_replication_buffers", report.replication_buffers);
    put(out, "mem_replica_full_sync_buffer", 0);
    put(out, "mem_clients_slaves", report.replicas);
    put(out, "mem_clients_normal", report.clients);
    put(out, "mem_cluster_links", 0);
    put(out, "mem_cluster_slot_migration_output_buffer", 0);
    put(out, "mem_cluster_slot_migration_input_buffer", 0);
    put(out, "mem_cluster_slot_migration_input_buffer_peak", 0);
    put(out, "mem_aof_buffer", report.log_buffer);
    buffer_printf(out, "mem_allocator:%s\r\n", mem_allocator_name());
    put(out, "mem_overhead_db_hashtable_rehashing", report.resizing);
    put_packed_streams(out);
    put(out, "active_defrag_running", 0);
    put(out, "lazyfree_pending_objects", stats.lazyfree_pending);
    put(out, "lazyfreed_objects", stats.lazyfreed_objects);
}
