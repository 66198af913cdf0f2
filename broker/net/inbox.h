/* inbox.h - messages to a thread from any thread: a lock-free list that many push to and one
 * empties. Whoever pushes gives the message away. */
#ifndef MS_BROKER_NET_INBOX_H
#define MS_BROKER_NET_INBOX_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* Embedded as the first field of every message. */
struct inbox_message {
    struct inbox_message *next;
    void (*deliver)(void *receiver, struct inbox_message *message); /* frees the message */
};

/* Newest first. A push pairs its release with the acquire of inbox_take, which so sees what the
 * sender wrote into the message. */
struct inbox {
    _Atomic(struct inbox_message *) newest;
};

/* True if the inbox was empty: then the receiver must be woken. Any thread. */
static inline bool inbox_push(struct inbox *inbox, struct inbox_message *message)
{
    struct inbox_message *before = atomic_load_explicit(&inbox->newest, memory_order_relaxed);

    do {
        message->next = before;
    } while (!atomic_compare_exchange_weak_explicit(&inbox->newest, &before, message,
                                                    memory_order_release, memory_order_relaxed));
    return before == NULL;
}

/* All messages, oldest first. The receiver only. */
static inline struct inbox_message *inbox_take(struct inbox *inbox)
{
    struct inbox_message *newest =
        atomic_exchange_explicit(&inbox->newest, NULL, memory_order_acquire);
    struct inbox_message *oldest = NULL;

    while (newest) {
        struct inbox_message *next = newest->next;

        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    return oldest;
}

#endif
