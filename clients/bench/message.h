/* message.h - what goes from a producer to a consumer. Its value begins with the time it was sent
 * at, so that who takes it knows how long it was under way. */
#ifndef MS_CLIENTS_BENCH_MESSAGE_H
#define MS_CLIENTS_BENCH_MESSAGE_H

#include "clients/bench/bench.h"

/* The first half of the connections produces, at least one. */
bool message_is_producer(const struct bench_connection *connection);
int message_producers(const struct bench *bench);

/* A value with the time in it; good until the next call. Values of less than 20 bytes have none. */
struct span message_new(struct bench *bench);

/* When the value was made, on the monotonic clock; `otherwise` if that is not in it. */
uint64_t message_sent_ns(struct span value, uint64_t otherwise);

#endif
