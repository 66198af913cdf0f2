/* named.h - things kept and listed in byte order of their names: the groups of a stream, the
 * consumers of a group. Finding is O(log n); adding and removing also move pointers, 8 bytes a
 * thing. Things are the caller's; they begin with a struct named. */
#ifndef MS_GROUPS_NAMED_H
#define MS_GROUPS_NAMED_H

#include "core/bytes/span.h"

#include <stddef.h>
#include <stdint.h>

struct named {
    struct span name; /* must stay as it is while in a set */
};

/* Embeddable; starts zeroed. items[0 .. count - 1] may be read. */
struct named_set {
    struct named **items;
    uint32_t count, capacity;
};

/* Frees the array, not the things. */
void named_release(struct named_set *set);

/* The thing, or NULL. */
void *named_find(const struct named_set *set, struct span name);

/* Adds a thing whose name must be absent. */
void named_add(struct named_set *set, struct named *thing);

/* Takes out a thing that must be in. */
void named_remove(struct named_set *set, const struct named *thing);

#endif
