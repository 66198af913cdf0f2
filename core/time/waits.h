/* waits.h - how often and how long threads have waited for each other at one place. A place is a
 * mutex, or several that belong together. Who does not have to wait pays nothing but what taking
 * the mutex costs: the clock is read once it is certain that somebody else has it.
 *
 * Any thread, without a lock. A wait is counted when it begins, its time when it ends: so a reset
 * in between leaves the time of a wait that is not counted any more. */
#ifndef MS_CORE_TIME_WAITS_H
#define MS_CORE_TIME_WAITS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

/* All zeros to begin with. Sums that nothing hangs on, so relaxed. */
struct waits {
    _Atomic uint64_t begun;
    _Atomic uint64_t ns; /* of those that have ended */
};

/* Around what may block: returns what waits_end is to get, never 0. */
uint64_t waits_begin(struct waits *waits);
void waits_end(struct waits *waits, uint64_t begun_ns);

/* As waits_lock, once trying has shown that somebody else has it. */
void waits_lock_taken(struct waits *waits, pthread_mutex_t *mutex);

/* Takes the mutex, which this thread does not hold. `waits` may be NULL: then nobody counts. */
static inline void waits_lock(struct waits *waits, pthread_mutex_t *mutex)
{
    if (pthread_mutex_trylock(mutex) != 0)
        waits_lock_taken(waits, mutex);
}

/* Since the start or the last reset. */
uint64_t waits_count(const struct waits *waits);
uint64_t waits_ns(const struct waits *waits);
void waits_reset(struct waits *waits);

#endif
