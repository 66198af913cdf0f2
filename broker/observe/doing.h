/* doing.h - what a reactor is doing now, published so that a crash report or the watchdog can tell.
 * Two stores a call. Written by the reactor only.
 *
 * The readers are other threads and signal handlers that stop nobody: what the pointers lead to may
 * change or go while they look, so they copy it by means that survive a bad address. Order does not
 * matter to them, hence relaxed everywhere. */
#ifndef MS_BROKER_OBSERVE_DOING_H
#define MS_BROKER_OBSERVE_DOING_H

#include "core/command/request.h"

#include <stdatomic.h>

struct session;

struct doing {
    _Atomic(const struct request *) call;    /* NULL: none */
    _Atomic(const struct session *) session; /* whose call it is; NULL: a parked or nobody's one */
    _Atomic uint64_t busy_since_ns;          /* monotonic; 0: asleep in the poll */
};

/* A call begins; it may be part of another one. Returns that one, for doing_end. */
static inline const struct request *doing_begin(struct doing *doing, const struct request *call,
                                                const struct session *session)
{
    const struct request *outer = atomic_load_explicit(&doing->call, memory_order_relaxed);

    atomic_store_explicit(&doing->call, call, memory_order_relaxed);
    if (!outer)
        atomic_store_explicit(&doing->session, session, memory_order_relaxed);
    return outer;
}

static inline void doing_end(struct doing *doing, const struct request *outer)
{
    atomic_store_explicit(&doing->call, outer, memory_order_relaxed);
    if (!outer)
        atomic_store_explicit(&doing->session, NULL, memory_order_relaxed);
}

#endif
