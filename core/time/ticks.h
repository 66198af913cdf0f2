/* ticks.h - the time between two readings of the system's clock, by the processor's own counter.
 *
 * Asking the system costs 30 ns, and the processor finishes first what it has under way; the
 * counter costs a third of that and waits for nothing. So a loop asks the system once a round, and
 * the counter after each call. How fast the counter runs is measured against the system's clock
 * all the time. Where the system itself does not keep time by that counter, or until its rate is
 * known, ticks_now asks the system too.
 *
 * One thread; a struct of zeros to begin with. Times are monotonic nanoseconds, as those of
 * clock_monotonic_ns, but may differ from them by what the rate is wrong (less than 0.1%) times
 * the time since the last ticks_sync. */
#ifndef MS_CORE_TIME_TICKS_H
#define MS_CORE_TIME_TICKS_H

#include <stdint.h>

struct ticks {
    uint64_t base_ns, base;   /* the last reading of both clocks */
    uint64_t since_ns, since; /* the one from which on the rate is being measured */
    uint64_t scale;           /* nanoseconds a tick, times 2^32; 0: not known */
};

/* Reads the system's clock, and returns it. */
uint64_t ticks_sync(struct ticks *ticks);

/* Never less than the last ticks_sync returned. */
uint64_t ticks_now(const struct ticks *ticks);

#endif
