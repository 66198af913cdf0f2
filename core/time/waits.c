#include "core/time/waits.h"
#include "core/base/check.h"
#include "core/time/clock.h"

uint64_t waits_begin(struct waits *waits)
{
    atomic_fetch_add_explicit(&waits->begun, 1, memory_order_relaxed);
    return clock_monotonic_ns() | 1;
}

void waits_end(struct waits *waits, uint64_t begun_ns)
{
    uint64_t now_ns = clock_monotonic_ns();

    if (now_ns > begun_ns)
        atomic_fetch_add_explicit(&waits->ns, now_ns - begun_ns, memory_order_relaxed);
}

void waits_lock_taken(struct waits *waits, pthread_mutex_t *mutex)
{
    uint64_t begun_ns = waits ? waits_begin(waits) : 0;

    CHECK(pthread_mutex_lock(mutex) == 0);
    if (waits)
        waits_end(waits, begun_ns);
}

uint64_t waits_count(const struct waits *waits)
{
    return atomic_load_explicit(&waits->begun, memory_order_relaxed);
}

uint64_t waits_ns(const struct waits *waits)
{
    return atomic_load_explicit(&waits->ns, memory_order_relaxed);
}

void waits_reset(struct waits *waits)
{
    atomic_store_explicit(&waits->begun, 0, memory_order_relaxed);
    atomic_store_explicit(&waits->ns, 0, memory_order_relaxed);
}
