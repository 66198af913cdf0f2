/* jobs.h - the test about a reliable queue of lists: half of the connections put jobs in by LPUSH,
 * the other half moves one at a time to a list of those in hand by BLMOVE, and drops it from there
 * by LREM when it is done. An operation is a job; its latency is from LPUSH to LREM's reply. */
#ifndef MS_CLIENTS_BENCH_JOBS_H
#define MS_CLIENTS_BENCH_JOBS_H

#include "clients/bench/bench.h"

void jobs_prepare(struct bench *bench);

/* Each producer begins with `pipeline` jobs. */
void jobs_start(struct bench_connection *connection);

/* For each job that is done one more is put in, so the lists stay as short as they were. */
void jobs_reply(struct bench_connection *connection, const struct resp_value *value,
                uint64_t sent_ns);

#endif
