#include "broker/server/workers.h"
#include "core/base/check.h"
#include "core/base/cpus.h"
#include "core/base/mem.h"

struct work {
    struct workers *workers;
    void (*run)(void *argument);
    void *argument;
};

void workers_init(struct workers *workers)
{
    CHECK(pthread_mutex_init(&workers->lock, NULL) == 0);
    CHECK(pthread_cond_init(&workers->ended, NULL) == 0);
    workers->running = 0;
    atomic_init(&workers->stopping, false);
}

static void end_one(struct workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    workers->running--;
    pthread_cond_signal(&workers->ended);
    pthread_mutex_unlock(&workers->lock);
}

static void *run_work(void *argument)
{
    struct work *work = argument;
    struct workers *workers = work->workers;

    pthread_setname_np(pthread_self(), "worker");
    cpus_take(CPUS_BACKGROUND, NULL);
    work->run(work->argument);
    mem_free(work);
    end_one(workers);
    return NULL;
}

bool workers_start(struct workers *workers, void (*run)(void *argument), void *argument)
{
    struct work *work;
    pthread_attr_t attributes;
    pthread_t thread;
    bool room;
    int rc;

    pthread_mutex_lock(&workers->lock);
    room = workers->running < WORKERS_LIMIT;
    workers->running += room;
    pthread_mutex_unlock(&workers->lock);
    if (!room)
        return false;
    work = mem_alloc(sizeof(*work));
    *work = (struct work){workers, run, argument};
    CHECK(pthread_attr_init(&attributes) == 0);
    CHECK(pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED) == 0);
    rc = pthread_create(&thread, &attributes, run_work, work);
    pthread_attr_destroy(&attributes);
    if (rc == 0)
        return true;
    mem_free(work);
    end_one(workers);
    return false;
}

void workers_wait(struct workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    while (workers->running > 0)
        pthread_cond_wait(&workers->ended, &workers->lock);
    pthread_mutex_unlock(&workers->lock);
}

void workers_stop(struct workers *workers)
{
    atomic_store_explicit(&workers->stopping, true, memory_order_relaxed);
    workers_wait(workers);
}
