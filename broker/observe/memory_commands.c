#include "broker/observe/memory_commands.h"
#include "broker/command/help.h"
#include "broker/observe/memory_report.h"
#include "broker/reactor/reactor.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "core/num/num.h"
#include "storage/keyspace/keyspace.h"

#include <string.h>

enum {
    SAMPLES_DEFAULT = 5,
    /* What DOCTOR calls a problem. */
    DOCTOR_MIN_USED = 5 * 1024 * 1024,
    DOCTOR_CLIENT_BYTES = 200 * 1024,
    DOCTOR_FRAGMENT_BYTES = 10 * 1024 * 1024,
    DOCTOR_SCRIPTS_BYTES = 100 * 1024 * 1024
};

#define DOCTOR_PEAK_RATIO 1.5
#define DOCTOR_RATIO      1.1
#define DOCTOR_RSS_RATIO  1.4

static struct server *server_of(const struct request *rq)
{
    return request_session(rq)->reactor->server;
}

/* MEMORY USAGE key [SAMPLES count] -> bytes of the key with its value; 0 samples: all of it. What
 * streams hold is counted by its blocks, so for them the answer is exact whatever the samples. */
static void usage(struct request *rq, struct reply *out)
{
    int64_t samples = SAMPLES_DEFAULT;
    struct entry *entry;

    for (size_t at = 3; at < rq->argc; at += 2) {
        if (!span_is(rq->argv[at], "samples") || at + 1 == rq->argc) {
            reply_error(out, ERROR_SYNTAX);
            return;
        }
        if (num_parse_i64(rq->argv[at + 1], &samples) < 0) {
            reply_error(out, ERROR_NOT_INTEGER);
            return;
        }
        if (samples < 0) {
            reply_error(out, ERROR_SYNTAX);
            return;
        }
    }
    entry = keyspace_find(rq, request_key(rq, 2), FIND_QUIET);
    if (!entry)
        reply_null(out);
    else
        reply_integer(out, (int64_t)entry_memory(entry, (size_t)samples));
}

static void put_integer(struct reply *out, size_t *pairs, const char *name, uint64_t value)
{
    reply_bulk_text(out, name);
    reply_integer(out, (int64_t)value);
    (*pairs)++;
}

static void put_double(struct reply *out, size_t *pairs, const char *name, double value)
{
    reply_bulk_text(out, name);
    reply_double(out, value);
    (*pairs)++;
}

static void put_databases(struct server *server, struct reply *out, size_t *pairs)
{
    for (int db = 0; db < keyspace_databases(server->keyspace); db++) {
        struct keyspace_tables tables;
        size_t inner = 0;

        if (keyspace_count(server->keyspace, db) == 0)
            continue;
        keyspace_tables_get(server->keyspace, db, &tables);
        reply_bulk_format(out, "db.%d", db);
        reply_map(out, 2);
        put_integer(out, &inner, "overhead.hashtable.main", tables.main);
        put_integer(out, &inner, "overhead.hashtable.expires", tables.expires);
        (*pairs)++;
    }
}

static void put_allocator(const struct memory_report *report, struct reply *out, size_t *pairs)
{
    const struct mem_allocator *at = &report->allocator;

    put_integer(out, pairs, "allocator.allocated", at->allocated);
    put_integer(out, pairs, "allocator.active", at->active);
    put_integer(out, pairs, "allocator.resident", at->resident);
    put_integer(out, pairs, "allocator.muzzy", at->muzzy);
    put_double(out, pairs, "allocator-fragmentation.ratio", report->allocator_fragmentation);
    put_integer(out, pairs, "allocator-fragmentation.bytes", at->active - at->allocated);
    put_double(out, pairs, "allocator-rss.ratio", report->allocator_rss);
    put_integer(out, pairs, "allocator-rss.bytes", at->resident - at->active);
    put_double(out, pairs, "rss-overhead.ratio", report->rss_overhead);
    put_integer(out, pairs, "rss-overhead.bytes", report->resident - at->resident);
    put_double(out, pairs, "fragmentation", report->fragmentation);
    put_integer(out, pairs, "fragmentation.bytes", report->resident - report->used);
}

/* MEMORY STATS -> names and numbers. Exclusive. */
static void stats(struct request *rq, struct reply *out)
{
    struct server *server = server_of(rq);
    struct memory_report report;
    size_t mark = reply_defer(out), pairs = 0;
    uint64_t of_keys;

    memory_report_take(server, rq->now_ms, &report);
    of_keys = report.used > report.startup ? report.used - report.startup : 0;
    put_integer(out, &pairs, "peak.allocated", report.peak);
    put_integer(out, &pairs, "total.allocated", report.used);
    put_integer(out, &pairs, "startup.allocated", report.startup);
    put_integer(out, &pairs, "replication.backlog", report.replication_backlog);
    put_integer(out, &pairs, "replica.fullsync.buffer", 0);
    put_integer(out, &pairs, "clients.slaves", report.replicas);
    put_integer(out, &pairs, "clients.normal", report.clients);
    put_integer(out, &pairs, "cluster.links", 0);
    put_integer(out, &pairs, "aof.buffer", report.log_buffer);
    put_integer(out, &pairs, "lua.caches", report.scripts);
    put_integer(out, &pairs, "functions.caches", report.functions);
    put_integer(out, &pairs, "script.VMs", report.vm_eval + report.vm_functions);
    put_databases(server, out, &pairs);
    put_integer(out, &pairs, "overhead.db.hashtable.lut", report.tables);
    put_integer(out, &pairs, "overhead.db.hashtable.rehashing", report.resizing);
    put_integer(out, &pairs, "db.dict.rehashing.count", report.resizing_count);
    put_integer(out, &pairs, "overhead.total", report.overhead);
    put_integer(out, &pairs, "hash.templates", 0);
    put_integer(out, &pairs, "keys.count", report.keys);
    put_integer(out, &pairs, "keys.bytes-per-key", report.keys ? of_keys / report.keys : 0);
    put_integer(out, &pairs, "dataset.bytes", report.dataset);
    put_double(out, &pairs, "dataset.percentage", report.dataset_percent);
    put_double(out, &pairs, "peak.percentage",
               report.peak ? 100. * (double)report.used / (double)report.peak : 100.);
    put_allocator(&report, out, &pairs);
    reply_defer_map(out, mark, pairs);
}

/* --- DOCTOR. */

static bool is_lossy(double ratio, double limit, uint64_t more, uint64_t less)
{
    return ratio > limit && more > less && more - less > DOCTOR_FRAGMENT_BYTES;
}

/* Appends what is wrong; returns how much was found. */
static int diagnose(const struct memory_report *at, struct buffer *text)
{
    int found = 0;

    if ((double)at->peak / (double)at->used > DOCTOR_PEAK_RATIO) {
        found++;
        buffer_printf(
            text,
            " * Peak: memory was %.1f times as much in use as it is now. What the process "
            "holds from that time does not hurt: it is reused when data grows again. "
            "MEMORY PURGE gives back what can be given back.\n",
            (double)at->peak / (double)at->used);
    }
    if (is_lossy(at->fragmentation, DOCTOR_RSS_RATIO, at->resident, at->used)) {
        found++;
        buffer_printf(text,
                      " * High total RSS: the process holds %.1f times the memory that is in use. "
                      "The causes are in the lines below, if there are any; else data was deleted "
                      "lately.\n",
                      at->fragmentation);
    }
    if (is_lossy(at->allocator_fragmentation, DOCTOR_RATIO, at->allocator.active,
                 at->allocator.allocated)) {
        found++;
        buffer_printf(text,
                      " * High allocator fragmentation: %.0f%% more pages are in use than the data "
                      "needs. It is usual after data of other sizes came or many keys went.\n",
                      100. * (at->allocator_fragmentation - 1));
    }
    if (is_lossy(at->allocator_rss, DOCTOR_RATIO, at->allocator.resident, at->allocator.active)) {
        found++;
        buffer_printf(text,
                      " * High allocator RSS overhead: %s keeps unused pages. MEMORY PURGE gives "
                      "them back.\n",
                      mem_allocator_name());
    }
    if (is_lossy(at->rss_overhead, DOCTOR_RATIO, at->resident, at->allocator.resident)) {
        found++;
        buffer_printf(text, " * High process RSS overhead: memory that the allocator does not know "
                            "of: stacks of threads, scripts, libraries.\n");
    }
    if (at->client_count > 0 && at->clients / (uint64_t)at->client_count > DOCTOR_CLIENT_BYTES) {
        found++;
        buffer_printf(
            text,
            " * Big client buffers: %llu KiB a connection. CLIENT LIST shows whose (qbuf, "
            "omem, tot-mem); a subscriber or a MONITOR that does not read is a usual "
            "cause.\n",
            (unsigned long long)(at->clients / (uint64_t)at->client_count / 1024));
    }
    if (at->scripts > DOCTOR_SCRIPTS_BYTES) {
        found++;
        buffer_printf(text,
                      " * Many scripts: they fill the cache. A script should take what varies "
                      "from KEYS and ARGV, and not be made anew for each call.\n");
    }
    return found;
}

/* MEMORY DOCTOR -> in words, what looks wrong. Exclusive. */
static void doctor(struct request *rq, struct reply *out)
{
    struct memory_report report;
    struct buffer found = {0}, text = {0};

    memory_report_take(server_of(rq), rq->now_ms, &report);
    if (report.used < DOCTOR_MIN_USED)
        buffer_printf(&text, "There is too little data to judge by: come back when the server has "
                             "more in it.\n");
    else if (diagnose(&report, &found) == 0)
        buffer_printf(&text, "No memory problem was found.\n");
    else
        buffer_printf(&text, "This is what was found:\n\n%.*s", (int)found.size, found.data);
    reply_verbatim(out, "txt", span_of(text.data, text.size));
    buffer_release(&found);
    buffer_release(&text);
}

/* --- The allocator. */

static void purge(struct request *rq, struct reply *out)
{
    (void)rq;
    if (mem_purge())
        reply_ok(out);
    else
        reply_error(out, "ERR Error purging dirty pages");
}

static void add_text(void *context, const char *text)
{
    struct buffer *to = context;

    buffer_append(to, text, strlen(text));
}

static void malloc_stats(struct request *rq, struct reply *out)
{
    struct buffer text = {0};

    (void)rq;
    if (!mem_describe(add_text, &text))
        buffer_printf(&text, "Stats not supported for the current allocator");
    reply_verbatim(out, "txt", span_of(text.data, text.size));
    buffer_release(&text);
}

static const struct command_spec memory_subcommands[] = {
    {.name = "doctor",
     .usage = "",
     .since = "4.0.0",
     .arity = 2,
     .summary = "Tells in words what looks wrong with the memory.",
     .group = "server",
     .complexity = "O(N) in the connections",
     .flags = CMD_SESSION,
     .tips = {"nondeterministic_output", "request_policy:all_shards", "response_policy:special"},
     .run = doctor},
    {.name = "help",
     .usage = "",
     .since = "4.0.0",
     .arity = 2,
     .summary = "Describes the subcommands.",
     .group = "server",
     .complexity = "O(1)",
     .flags = CMD_LOADING | CMD_STALE | CMD_SESSION | CMD_SHARDED,
     .run = command_help},
    {.name = "malloc-stats",
     .usage = "",
     .since = "4.0.0",
     .arity = 2,
     .summary = "Shows the allocator's own report.",
     .group = "server",
     .complexity = "O(N) in the allocator's arenas",
     .flags = CMD_SHARDED,
     .tips = {"nondeterministic_output", "request_policy:all_shards", "response_policy:special"},
     .run = malloc_stats},
    {.name = "purge",
     .usage = "",
     .since = "4.0.0",
     .arity = 2,
     .summary = "Gives unused pages back to the system.",
     .group = "server",
     .complexity = "O(N) in the unused pages",
     .flags = CMD_SHARDED,
     .tips = {"request_policy:all_shards", "response_policy:all_succeeded"},
     .run = purge},
    {.name = "stats",
     .usage = "",
     .since = "4.0.0",
     .arity = 2,
     .summary = "Shows where the memory is.",
     .group = "server",
     .complexity = "O(N) in the connections",
     .flags = CMD_SESSION,
     .tips = {"nondeterministic_output", "request_policy:all_shards", "response_policy:special"},
     .run = stats},
    {.name = "usage",
     .usage = "key [SAMPLES count]",
     .since = "4.0.0",
     .arity = -3,
     .summary = "Tells how many bytes a key with its value takes.",
     .group = "server",
     .complexity = "O(N) in the samples",
     .flags = CMD_READONLY | CMD_SHARDED,
     .keys = {KEY_AT(2, KEY_RO)},
     .run = usage},
    {.name = NULL},
};

const struct command_spec memory_commands[] = {
    {.name = "memory",
     .usage = "",
     .since = "4.0.0",
     .arity = -2,
     .summary = "Container of commands about memory.",
     .group = "server",
     .complexity = "Depends on subcommand.",
     .subcommands = memory_subcommands},
    {.name = NULL},
};
