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
 * asked for the background, see lazyfree_await. Any thread. */
void lazyfree_take(struct lazyfree *lazyfree, void (*release)(void *thing), void *thing,
                   size_t objects);

/* Waits until everything queued before the call is freed. */
void lazyfree_drain(struct lazyfree *lazyfree);

/* Waits while more than `limit` bytes are in use and something is queued that nobody asked to be
 * freed in the background: whoever deleted it counts on its memory. False if there was nothing to
 * wait for. Any thread. */
bool lazyfree_await(struct lazyfree *lazyfree, size_t limit);

/* Objects freed so far, and queued or being freed. Any thread. */
void lazyfree_counts(struct lazyfree *lazyfree, uint64_t *freed, uint64_t *pending);
void lazyfree_reset_freed(struct lazyfree *lazyfree);

#endif
