/* world.h - one lock per reactor, which it holds while it runs and gives up only to sleep. Whoever
 * takes them all has stopped the world: every connection, every shard and every counter of the
 * server is at rest. A gate keeps busy reactors from starving who waits for them.
 *
 * Order: the gate, then the locks by reactor number. Nobody waits here while holding a shard. */
#ifndef MS_BROKER_REACTOR_WORLD_H
#define MS_BROKER_REACTOR_WORLD_H

#include <stdint.h>

struct world;

/* `reactors` at least 1; with 1 every call costs a branch. */
struct world *world_new(int reactors);
void world_free(struct world *world);

/* Reactor `self` begins and ends running. */
void world_enter(struct world *world, int self);
void world_leave(struct world *world, int self);

/* Reactor `self`, which is running, stops all others; and lets them go on, itself still running. */
void world_stop(struct world *world, int self);
void world_resume(struct world *world, int self);

/* Lets those go ahead who were waiting to run when the world was resumed just now, a few
 * milliseconds at most: before it is stopped again and again by the same reactor. */
void world_give_way(struct world *world);

/* How often the world was stopped, how often and how long who stopped it had to wait for others,
 * and others, who wanted to run, for him. Any thread. */
struct world_waits {
    uint64_t stops;
    uint64_t stop_waits, stop_wait_ns;
    uint64_t run_waits, run_wait_ns;
};
void world_waits_get(const struct world *world, struct world_waits *waits);
void world_waits_reset(struct world *world);

#endif
