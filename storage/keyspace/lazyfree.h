/* lazyfree.h - a thread that frees large values and whole tables, so that deleting them costs their
 * owner nothing. It starts with the first thing to free. What is queued belongs to it alone. */
#ifndef MS_STORAGE_KEYSPACE_LAZYFREE_H
#define MS_STORAGE_KEYSPACE_LAZYFREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lazyfree;

struct lazyfree *lazyfree_new(void);

/* Waits until all is freed, then ends the thread. */
void lazyfree_free(struct lazyfree *lazyfree);

/* Hands over `thing`; the thread calls release(thing). `objects` is what it counts as; 0: nobody
 * asked for the background, see lazyfree_owes. Any thread. */
void lazyfree_take(struct lazyfree *lazyfree, void (*release)(void *thing), void *thing,
                   size_t objects);

/* Waits until everything queued before the call is freed. */
void lazyfree_drain(struct lazyfree *lazyfree);

/* True while something is not freed yet that nobody asked to be freed in the background: whoever
 * deleted it counts on its memory. Any thread. */
bool lazyfree_owes(struct lazyfree *lazyfree);

/* Objects freed so far, and queued or being freed. Any thread. */
void lazyfree_counts(struct lazyfree *lazyfree, uint64_t *freed, uint64_t *pending);
void lazyfree_reset_freed(struct lazyfree *lazyfree);

#endif
