/* streams.h - the tests about one stream: what the rows of the table in workload.c call. An
 * operation is a message that was read. */
#ifndef MS_CLIENTS_BENCH_STREAMS_H
#define MS_CLIENTS_BENCH_STREAMS_H

#include "clients/bench/bench.h"

void stream_prepare(struct bench *bench);  /* no stream */
void hundred_prepare(struct bench *bench); /* of a hundred entries */

/* group: half of the connections append, the other half reads a hundred and acknowledges. */
void group_prepare(struct bench *bench);
void group_start(struct bench_connection *connection);
void group_reply(struct bench_connection *connection, const struct resp_value *value,
                 uint64_t sent_ns);

/* queue: as group, with one message at a time. */
void queue_start(struct bench_connection *connection);
void queue_reply(struct bench_connection *connection, const struct resp_value *value,
                 uint64_t sent_ns);

/* drain: a full stream is read and acknowledged by all connections. */
void drain_prepare(struct bench *bench);
void drain_start(struct bench_connection *connection);
void drain_reply(struct bench_connection *connection, const struct resp_value *value,
                 uint64_t sent_ns);

/* autoclaim: all connections claim a hundred entries at a time. */
void autoclaim_prepare(struct bench *bench);
void autoclaim_start(struct bench_connection *connection);
void autoclaim_reply(struct bench_connection *connection, const struct resp_value *value,
                     uint64_t sent_ns);

/* blocked: connection 0 appends, all others wait in XREADGROUP and each gets what another does not.
 * `pipeline` messages are under way, but so few that half of the readers wait. */
void blocked_prepare(struct bench *bench);
void blocked_start(struct bench_connection *connection);
void blocked_reply(struct bench_connection *connection, const struct resp_value *value,
                   uint64_t sent_ns);

/* fanout: connection 0 appends `pipeline` entries at once, all others read every entry; then again.
 */
void fanout_prepare(struct bench *bench);
void fanout_start(struct bench_connection *connection);
void fanout_reply(struct bench_connection *connection, const struct resp_value *value,
                  uint64_t sent_ns);

#endif
