/* statistics.h - the counters of all reactors as one. Everything here needs the exclusive state. */
#ifndef MS_BROKER_REACTOR_STATISTICS_H
#define MS_BROKER_REACTOR_STATISTICS_H

#include "broker/reactor/stats.h"

#include <stdint.h>

struct server;

/* Sums the scalar counters and the error codes of all reactors into `sum` (its `commands` stays
 * NULL). */
void statistics_sum(const struct server *server, struct reactor_stats *sum);

/* One command's figures over all reactors; sum->latency is a new histogram the caller frees, or
 * NULL. */
void statistics_command(const struct server *server, unsigned number, struct command_stats *sum);

/* Adds one command's slow calls over all reactors to `sum`, whose longest is the longest. */
void statistics_add_slow(const struct server *server, unsigned number, struct command_stats *sum);

/* CONFIG RESETSTAT. */
void statistics_reset(struct server *server, int64_t now_ms);

#endif
