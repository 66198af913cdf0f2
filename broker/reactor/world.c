#include "broker/reactor/world.h"
#include "core/base/check.h"
#include "core/base/mem.h"
#include "core/time/waits.h"

#include <pthread.h>
#include <stdint.h>
#include <stdatomic.h>
#include <stdalign.h>
#include <time.h>

enum {
    WORLD_CACHE_LINE = 64,
    WORLD_PAUSE_NS = 50000,
    WORLD_PAUSES = 100
};

struct world_lock {
    alignas(WORLD_CACHE_LINE) pthread_mutex_t mutex;
};

struct world {
    pthread_mutex_t gate;
    atomic_int
        wanted; /* how many want to stop the world; a hint, so relaxed: the locks order all */
    atomic_int entering;    /* how many wait at the gate to run; a hint, too */
    _Atomic uint64_t stops; /* a figure only, so relaxed */
    struct waits stop_waits, run_waits;
    int reactors;
    struct world_lock *locks;
    void *block; /* what `locks` lies in, aligned by hand */
};

struct world *world_new(int reactors)
{
    struct world *world = mem_zalloc(sizeof(*world));

    CHECK(reactors >= 1);
    world->reactors = reactors;
    world->block = mem_alloc(sizeof(struct world_lock) * (size_t)reactors + WORLD_CACHE_LINE);
    world->locks = (void *)(((uintptr_t)world->block + WORLD_CACHE_LINE - 1) &
                            ~(uintptr_t)(WORLD_CACHE_LINE - 1));
    pthread_mutex_init(&world->gate, NULL);
    for (int i = 0; i < reactors; i++)
        pthread_mutex_init(&world->locks[i].mutex, NULL);
    return world;
}

void world_free(struct world *world)
{
    if (!world)
        return;
    for (int i = 0; i < world->reactors; i++)
        pthread_mutex_destroy(&world->locks[i].mutex);
    pthread_mutex_destroy(&world->gate);
    mem_free(world->block);
    mem_free(world);
}

/* Somebody stops the world, or has just let it go on. */
static void wait_to_run(struct world *world, int self)
{
    uint64_t begun_ns = waits_begin(&world->run_waits);

    if (atomic_load_explicit(&world->wanted, memory_order_relaxed) > 0) {
        atomic_fetch_add_explicit(&world->entering, 1, memory_order_relaxed);
        pthread_mutex_lock(&world->gate);
        pthread_mutex_unlock(&world->gate);
        pthread_mutex_lock(&world->locks[self].mutex);
        atomic_fetch_sub_explicit(&world->entering, 1, memory_order_relaxed);
    } else {
        pthread_mutex_lock(&world->locks[self].mutex);
    }
    waits_end(&world->run_waits, begun_ns);
}

void world_enter(struct world *world, int self)
{
    if (world->reactors == 1)
        return;
    if (atomic_load_explicit(&world->wanted, memory_order_relaxed) > 0 ||
        pthread_mutex_trylock(&world->locks[self].mutex) != 0)
        wait_to_run(world, self);
}

void world_give_way(struct world *world)
{
    const struct timespec pause = {.tv_nsec = WORLD_PAUSE_NS};

    for (int i = 0;
         i < WORLD_PAUSES && atomic_load_explicit(&world->entering, memory_order_relaxed) > 0; i++)
        nanosleep(&pause, NULL);
}

void world_leave(struct world *world, int self)
{
    if (world->reactors > 1)
        pthread_mutex_unlock(&world->locks[self].mutex);
}

/* Takes a lock. A stop waits once, however many locks it has to wait for: `begun_ns` says since
 * when, 0 for not yet. */
static void take(struct world *world, pthread_mutex_t *mutex, uint64_t *begun_ns)
{
    if (pthread_mutex_trylock(mutex) == 0)
        return;
    if (*begun_ns == 0)
        *begun_ns = waits_begin(&world->stop_waits);
    pthread_mutex_lock(mutex);
}

void world_stop(struct world *world, int self)
{
    uint64_t begun_ns = 0;

    if (world->reactors == 1)
        return;
    world_leave(world, self);
    atomic_fetch_add_explicit(&world->wanted, 1, memory_order_relaxed);
    take(world, &world->gate, &begun_ns);
    for (int i = 0; i < world->reactors; i++)
        take(world, &world->locks[i].mutex, &begun_ns);
    atomic_fetch_add_explicit(&world->stops, 1, memory_order_relaxed);
    if (begun_ns)
        waits_end(&world->stop_waits, begun_ns);
}

void world_resume(struct world *world, int self)
{
    if (world->reactors == 1)
        return;
    atomic_fetch_sub_explicit(&world->wanted, 1, memory_order_relaxed);
    for (int i = 0; i < world->reactors; i++)
        if (i != self)
            pthread_mutex_unlock(&world->locks[i].mutex);
    pthread_mutex_unlock(&world->gate);
}

void world_waits_get(const struct world *world, struct world_waits *waits)
{
    *waits = (struct world_waits){
        .stops = atomic_load_explicit(&world->stops, memory_order_relaxed),
        .stop_waits = waits_count(&world->stop_waits),
        .stop_wait_ns = waits_ns(&world->stop_waits),
        .run_waits = waits_count(&world->run_waits),
        .run_wait_ns = waits_ns(&world->run_waits),
    };
}

void world_waits_reset(struct world *world)
{
    atomic_store_explicit(&world->stops, 0, memory_order_relaxed);
    waits_reset(&world->stop_waits);
    waits_reset(&world->run_waits);
}
