/* feeder.h - a thread that reads ahead of one replica, from a file or from the log on disk, by a
 * bounded piece. So a reactor never waits for the disk, and a slow replica costs a few hundred
 * kilobytes, however far behind it is.
 *
 * Shared by two: the owner (the replica's reactor) and the thread. When the owner lets go the
 * thread ends by itself, as soon as the disk lets it. */
#ifndef MS_BROKER_REPLICATION_FEEDER_H
#define MS_BROKER_REPLICATION_FEEDER_H

#include "core/base/diag.h"
#include "core/bytes/span.h"
#include "storage/io/io.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct feeder;

/* The threads that run, so that somebody can wait for their end. */
struct feeder_group {
    pthread_mutex_t lock; /* a leaf */
    pthread_cond_t ended;
    int running;
};

void feeder_group_init(struct feeder_group *group);
void feeder_group_wait(struct feeder_group *group);
void feeder_group_release(struct feeder_group *group);

/* Starts a thread that belongs to the group until it calls feeder_group_leave, as the last thing it
 * does. False if the system refuses. */
bool feeder_group_start(struct feeder_group *group, void *(*run)(void *argument), void *argument,
                        const char *name);
void feeder_group_leave(struct feeder_group *group);

/* Who is told that there is something to peek at, in the feeder's thread, holding nothing. Called
 * until feeder_free. */
struct feeder_owner {
    struct feeder_group *group;
    void (*ready)(void *context);
    void *context;
};

/* Reads a file to its end, taking it (closed in the end, also on failure). NULL if the system
 * refuses a thread. */
struct feeder *feeder_of_file_take(const struct feeder_owner *owner, struct io_file *file,
                                   uint64_t size);

/* Reads the log in `directory` from `position` on, newlines in the place of what is on no disk, and
 * at its end waits for feeder_durable. `durable` is known to be durable. */
struct feeder *feeder_of_log(const struct feeder_owner *owner, const char *directory,
                             uint64_t position, uint64_t durable);

/* Lets go; NULL is allowed. Returns at once. */
void feeder_free(struct feeder *feeder);

/* The thread is to end, though the owner still has the feeder. */
void feeder_stop(struct feeder *feeder);

/* The log is durable up to there. Any thread. */
void feeder_durable(struct feeder *feeder, uint64_t position);

enum feeder_state {
    FEEDER_BYTES, /* *bytes is what comes next, good until feeder_advance has used it up */
    FEEDER_LATER, /* nothing yet: `ready` will be called */
    FEEDER_ENDED, /* the file has been given completely */
    FEEDER_FAILED /* the reason is in the diag */
};
enum feeder_state feeder_peek(struct feeder *feeder, struct span *bytes, struct diag *diag);
void feeder_advance(struct feeder *feeder, size_t size);

/* What has been used up so far may be followed by the same bytes from elsewhere: it does not end
 * among newlines that stand for a message. The owner. */
bool feeder_is_between(const struct feeder *feeder);

/* Bytes of memory, at most. */
size_t feeder_memory(const struct feeder *feeder);

#endif
