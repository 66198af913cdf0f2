#include "groups/consumer.h"

#include "core/base/mem.h"

#include <string.h>

struct consumer *consumer_new(struct span name, int64_t now_ms)
{
    struct consumer *consumer = mem_alloc(sizeof(*consumer) + name.size);
    char *bytes = (char *)(consumer + 1);

    if (name.size)
        memcpy(bytes, name.data, name.size);
    *consumer = (struct consumer){
        .named.name = span_of(bytes, name.size), .seen_ms = now_ms, .active_ms = -1};
    return consumer;
}

void consumer_free(struct consumer *consumer)
{
    mem_free(consumer);
}
