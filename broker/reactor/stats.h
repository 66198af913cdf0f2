/* stats.h - what one reactor counts. Written by its thread under its own world lock; summed over
 * the reactors in an exclusive section, so the sums are exact at that moment. */
#ifndef MS_BROKER_REACTOR_STATS_H
#define MS_BROKER_REACTOR_STATS_H

#include "core/hist/histogram.h"

#include <stdint.h>

struct command_stats {
    uint64_t calls;
    uint64_t nanoseconds;
    uint64_t rejected;
    uint64_t failed;
    uint64_t slow_calls, slow_nanoseconds, slow_longest_ns; /* those in SLOWLOG */
    struct histogram *latency; /* nanoseconds; NULL until the first call with latency-tracking */
};

enum {
    STATS_ERROR_CODES = 128,
    STATS_ERROR_CODE_SIZE = 32
};

struct error_stats {
    char code[STATS_ERROR_CODE_SIZE];
    uint64_t count;
};

struct reactor_stats {
    uint64_t connections_received, connections_rejected;
    uint64_t commands_processed;
    uint64_t net_input_bytes, net_output_bytes;
    uint64_t reads, writes;
    uint64_t error_replies, unexpected_error_replies;
    uint64_t query_buffer_disconnections, output_buffer_disconnections, evicted_clients;
    uint64_t loop_rounds, loop_nanoseconds, command_nanoseconds;
    uint64_t expire_cpu_us, expire_time_cap_reached;
    uint64_t cron_nanoseconds;
    uint64_t parse_batches, parse_batch_calls; /* what lookahead_read has read at once */
    uint64_t acl_denied_auth, acl_denied_command, acl_denied_key, acl_denied_channel;
    uint64_t acl_denied_certificate;
    uint64_t errors_beyond; /* of codes for which there was no room below */
    struct error_stats errors[STATS_ERROR_CODES];
    unsigned error_codes;
    struct command_stats *commands; /* by command number */
};

/* Notes an error reply by its first word. */
void stats_count_error(struct reactor_stats *stats, const char *reply, unsigned long size);

#endif
