#include "clients/bench/message.h"
#include "core/num/num.h"
#include "core/time/clock.h"

#include <stdio.h>
#include <string.h>

enum {
    STAMP_SIZE = 20
};

int message_producers(const struct bench *bench)
{
    int half = bench->options->connections / 2;

    return half > 0 ? half : 1;
}

bool message_is_producer(const struct bench_connection *connection)
{
    return connection->number < message_producers(connection->bench);
}

struct span message_new(struct bench *bench)
{
    char text[STAMP_SIZE + 1];

    if (bench->options->size >= STAMP_SIZE) {
        snprintf(text, sizeof(text), "%020llu", (unsigned long long)clock_monotonic_ns());
        memcpy(bench->value, text, STAMP_SIZE);
    }
    return span_of(bench->value, (size_t)bench->options->size);
}

uint64_t message_sent_ns(struct span value, uint64_t otherwise)
{
    uint64_t sent_ns;

    if (value.size < STAMP_SIZE || num_parse_u64(span_of(value.data, STAMP_SIZE), &sent_ns) < 0)
        return otherwise;
    return sent_ns;
}
