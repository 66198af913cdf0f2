/* latency.h - when something took long, by what it was: an event has its longest ever and its last
 * samples, one a second at most. Guarded by a leaf lock; added to only above
 * latency-monitor-threshold, so rarely. Any thread. */
#ifndef MS_BROKER_OBSERVE_LATENCY_H
#define MS_BROKER_OBSERVE_LATENCY_H

#include "core/bytes/buffer.h"
#include "core/bytes/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LATENCY_SAMPLES = 160,
    LATENCY_EVENTS = 64 /* names beyond are dropped: they are ours, there are some twenty */
};

struct latency_sample {
    int64_t at_s; /* Unix time */
    uint32_t took_ms;
};

struct latency_event {
    const char *name; /* lives for ever */
    uint32_t longest_ms;
    size_t count; /* samples, oldest first */
    struct latency_sample samples[LATENCY_SAMPLES];
};

struct latency;

struct latency *latency_new(void);
void latency_free(struct latency *latency);

/* Adds a sample; of those of one second the longest stays. */
void latency_add(struct latency *latency, const char *event, int64_t at_s, uint32_t took_ms);

/* A copy of the event in `copy`; false if there is none. */
bool latency_find(struct latency *latency, struct span name, struct latency_event *copy);

/* Copies of all events, in order of their first sample, in a new block the caller frees (NULL if
 * there are none). */
struct latency_event *latency_all(struct latency *latency, size_t *count);

/* Forgets an event; false if there is none. All of them; how many. */
bool latency_forget(struct latency *latency, struct span name);
size_t latency_forget_all(struct latency *latency);

/* Appends a picture of the event's samples: a line of figures, 80 columns of bars, and below each
 * bar its age, read downwards. */
void latency_draw(const struct latency_event *event, int64_t now_s, struct buffer *out);

#endif
