/* eviction.h - keeping used memory below maxmemory.
 *
 * Room is made before a call runs. One that would have to delete much first doesn't: after a time
 * that maxmemory-eviction-tenacity sets, deleting goes on in slices by a timer, and the call runs
 * meanwhile. A value that is being freed in the background is room that is on its way. */
#ifndef MS_BROKER_COMMAND_EVICTION_H
#define MS_BROKER_COMMAND_EVICTION_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct reactor;

/* For how long used memory has been above maxmemory because that was not done at once, or can't be.
 * Monotonic nanoseconds; the server's, by all reactors. Relaxed: for INFO alone. */
struct eviction_clock {
    atomic_ullong since_ns; /* 0: it is below */
    atomic_ullong total_ns; /* of the times before */
};

/* Makes room if maxmemory is passed, in the reactor's thread, with no shard held. True if there is
 * room or there will be; false if nothing can be deleted: the caller answers OOM. */
bool eviction_make_room(struct reactor *reactor);

/* Goes on: reactor->eviction has fired. */
void eviction_go_on(struct reactor *reactor);

/* maxmemory is another: looks soon, without waiting for a call. */
void eviction_begin(struct reactor *reactor);

/* CONFIG RESETSTAT. */
void eviction_reset(struct eviction_clock *clock);

/* Milliseconds for INFO. */
void eviction_exceeded_ms(const struct eviction_clock *clock, uint64_t *total, uint64_t *current);

#endif
