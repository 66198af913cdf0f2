/* workers.h - threads for work that takes its time outside (another server, a name to be resolved):
 * started by a reactor, at most WORKERS_LIMIT at once, waited for when the server ends. */
#ifndef MS_BROKER_SERVER_WORKERS_H
#define MS_BROKER_SERVER_WORKERS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

enum {
    WORKERS_LIMIT = 64
};

struct workers {
    pthread_mutex_t lock; /* a leaf */
    pthread_cond_t ended;
    int running;
    atomic_bool stopping; /* what a worker looks at while it waits: relaxed, late is soon enough */
};

void workers_init(struct workers *workers);

/* Runs `work(argument)` in a thread of its own. False if too many run, or the system refuses. */
bool workers_start(struct workers *workers, void (*work)(void *argument), void *argument);

/* Waits until none runs. */
void workers_wait(struct workers *workers);

/* Asks all to end and waits until they have. */
void workers_stop(struct workers *workers);

#endif
