/* hotkeys.h - HOTKEYS: which keys cost most, in time and in bytes on the wire, over a stretch of
 * time that an operator begins and ends.
 *
 * Each metric is a summary of at most HOTKEYS_COUNTERS keys by the Space-Saving algorithm
 * (Metwally, Agrawal, El Abbadi 2005): a key that is counted adds to its counter; one that is not
 * takes over the smallest, with what that holds. So a key's figure is never too small, and too
 * large by at most the smallest counter, which is below total / HOTKEYS_COUNTERS; every key that
 * costs more than that share is there.
 *
 * Guarded by one leaf lock, which is taken for each call while a session runs. What is sampled away
 * (SAMPLE) takes it for two sums only. */
#ifndef MS_BROKER_OBSERVE_HOTKEYS_H
#define MS_BROKER_OBSERVE_HOTKEYS_H

#include "core/bytes/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hotkeys;
struct observe;
struct observed_call;
struct reactor;
struct reply;

enum {
    HOTKEYS_COUNT_LIMIT = 64,
    HOTKEYS_COUNT_DEFAULT = 10,
    HOTKEYS_COUNTERS = 1024,
    HOTKEYS_SLOTS = 16384
};

enum hotkeys_metric {
    HOTKEYS_CPU,
    HOTKEYS_NET,
    HOTKEYS_METRICS
};

struct hotkeys_options {
    bool wanted[HOTKEYS_METRICS];
    int64_t count;       /* keys to report of each */
    int64_t duration_ms; /* 0: until stopped */
    int64_t sample;      /* one call in so many is looked at, by chance */
};

struct hotkeys *hotkeys_new(void);
void hotkeys_free(struct hotkeys *hotkeys);

/* Begins a session, forgetting the last. ERR_EXISTS if one is running. */
int hotkeys_start(struct observe *observe, const struct hotkeys_options *options, int64_t now_ms);

/* Ends the session, whose figures stay. False if there was none. */
bool hotkeys_stop(struct observe *observe, int64_t now_ms);

/* Forgets the figures. ERR_EXISTS if a session is running. */
int hotkeys_reset(struct observe *observe, int64_t now_ms);

/* A call that has run: its keys, at equal shares. The reactor's thread. */
void hotkeys_call(struct reactor *reactor, const struct observed_call *call, uint64_t took_ns,
                  size_t reply_bytes);

/* Writes what HOTKEYS GET answers. */
void hotkeys_report(struct observe *observe, int64_t now_ms, struct reply *out);

/* For INFO: a session is running; bytes the figures take; time of all its calls. */
struct hotkeys_state {
    bool exists; /* a session was begun, and its figures not forgotten */
    bool active;
    size_t memory;
    uint64_t cpu_us;
};
void hotkeys_state(struct observe *observe, int64_t now_ms, struct hotkeys_state *state);

/* --- The summary, which is not guarded: for hotkeys.c and its tests. */

struct top_keys;

struct top_key {
    struct span name; /* borrowed until the next change */
    uint64_t weight;
};

struct top_keys *top_keys_new(size_t counters);
void top_keys_free(struct top_keys *keys);

/* Adds to a key. O(log counters). */
void top_keys_add(struct top_keys *keys, struct span name, uint64_t weight);

/* The heaviest, in order; at most `limit`. Returns how many. */
size_t top_keys_list(const struct top_keys *keys, struct top_key *list, size_t limit);

size_t top_keys_memory(const struct top_keys *keys);

#endif
