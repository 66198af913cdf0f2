/* victims.h - the best candidates for eviction found so far, best first. It outlives the calls of
 * keyspace_evict_one, so that a small sample at each call finds nearly the best of all keys. It
 * holds copies of names and never entries. Any thread: it locks itself, and never while it calls
 * out. */
#ifndef MS_STORAGE_KEYSPACE_VICTIMS_H
#define MS_STORAGE_KEYSPACE_VICTIMS_H

#include "core/bytes/arena.h"
#include "core/command/request.h"
#include "core/command/settings.h"

#include <stdbool.h>
#include <stdint.h>

struct victims;

struct victim {
    struct key key; /* name borrowed */
    uint64_t score; /* the higher, the better to evict */
};

struct victims *victims_new(void);
void victims_free(struct victims *victims);

/* Considers a candidate for the policy it was scored by; forgets all that were scored by another.
 */
void victims_offer(struct victims *victims, enum eviction_policy policy,
                   const struct victim *victim);

/* Takes the best one out, its name copied into the arena; false if there is none. */
bool victims_take(struct victims *victims, enum eviction_policy policy, struct arena *arena,
                  struct victim *victim);

#endif
