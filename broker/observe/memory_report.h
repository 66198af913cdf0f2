/* memory_report.h - where the memory is: the numbers behind INFO memory, MEMORY STATS and MEMORY
 * DOCTOR. Taken in an exclusive section; O(connections + databases). Bytes. */
#ifndef MS_BROKER_OBSERVE_MEMORY_REPORT_H
#define MS_BROKER_OBSERVE_MEMORY_REPORT_H

#include "core/base/mem.h"

#include <stdint.h>

struct server;

struct memory_report {
    uint64_t used; /* by all of us */
    uint64_t peak, startup;
    int64_t peak_ms;                /* Unix time at which the peak was reached */
    uint64_t resident;              /* of the process, as the system counts */
    uint64_t clients;               /* ordinary connections, with their buffers */
    uint64_t replicas;              /* replicas' */
    uint64_t replication_backlog;   /* the newest of the stream */
    uint64_t replication_buffers;   /* that, and what is read from the disk for replicas */
    uint64_t log_buffer;            /* records on their way to the disk */
    uint64_t scripts, script_count; /* cached scripts */
    uint64_t functions, function_count, library_count;
    uint64_t vm_eval, vm_functions; /* their interpreters */
    uint64_t tables;                /* of the keyspace, all databases */
    uint64_t resizing;              /* of these: tables that exist twice for now */
    uint64_t resizing_count;
    uint64_t overhead;      /* all that is no data */
    uint64_t dataset;       /* used - overhead */
    double dataset_percent; /* of what has come since the start */
    uint64_t keys;
    int64_t client_count, replica_count;
    struct mem_allocator allocator;
    /* How much of it is lost where: active / allocated, resident / active, the process / resident,
     * and the whole, the process / used. */
    double allocator_fragmentation, allocator_rss, rss_overhead, fragmentation;
};

/* Brings the server's peak up to date, too. */
void memory_report_take(struct server *server, int64_t now_ms, struct memory_report *report);

#endif
