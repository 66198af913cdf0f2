#include "storage/keyspace/lazyfree.h"
#include "core/base/check.h"
#include "core/base/cpus.h"
#include "core/base/mem.h"

#include <pthread.h>
#include <signal.h>

struct job {
    struct job *next;
    void (*release)(void *thing);
    void *thing;
    size_t objects;
};

/* Everything is guarded by the lock. */
struct lazyfree {
    pthread_mutex_t lock;
    pthread_cond_t queued; /* a job came, or `stopping` was set */
    pthread_cond_t done;   /* the thread ended a job */
    pthread_t thread;
    bool started, stopping;
    struct job *first, **end;
    uint64_t jobs_taken, jobs_done;
    uint64_t unasked;        /* jobs taken up to the last one of no objects */
    uint64_t freed, pending; /* objects */
};

struct lazyfree *lazyfree_new(void)
{
    struct lazyfree *lazyfree = mem_zalloc(sizeof(*lazyfree));

    CHECK(pthread_mutex_init(&lazyfree->lock, NULL) == 0);
    CHECK(pthread_cond_init(&lazyfree->queued, NULL) == 0);
    CHECK(pthread_cond_init(&lazyfree->done, NULL) == 0);
    lazyfree->end = &lazyfree->first;
    return lazyfree;
}

static void *run(void *context)
{
    struct lazyfree *lazyfree = context;

    cpus_take(CPUS_BACKGROUND, NULL);
    pthread_mutex_lock(&lazyfree->lock);
    for (;;) {
        struct job *job;

        while (!lazyfree->first && !lazyfree->stopping)
            pthread_cond_wait(&lazyfree->queued, &lazyfree->lock);
        job = lazyfree->first;
        if (!job)
            break;
        lazyfree->first = job->next;
        if (!lazyfree->first)
            lazyfree->end = &lazyfree->first;
        pthread_mutex_unlock(&lazyfree->lock);
        job->release(job->thing);
        pthread_mutex_lock(&lazyfree->lock);
        lazyfree->freed += job->objects;
        lazyfree->pending -= job->objects;
        lazyfree->jobs_done++;
        mem_free(job);
        pthread_cond_broadcast(&lazyfree->done);
    }
    pthread_mutex_unlock(&lazyfree->lock);
    return NULL;
}

/* Signals are for the process's own threads to handle: this one blocks them all. */
static void start(struct lazyfree *lazyfree)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    CHECK(pthread_create(&lazyfree->thread, NULL, run, lazyfree) == 0);
    pthread_setname_np(lazyfree->thread, "lazyfree");
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    lazyfree->started = true;
}

void lazyfree_free(struct lazyfree *lazyfree)
{
    pthread_mutex_lock(&lazyfree->lock);
    lazyfree->stopping = true;
    pthread_cond_signal(&lazyfree->queued);
    pthread_mutex_unlock(&lazyfree->lock);
    if (lazyfree->started)
        pthread_join(lazyfree->thread, NULL);
    pthread_mutex_destroy(&lazyfree->lock);
    pthread_cond_destroy(&lazyfree->queued);
    pthread_cond_destroy(&lazyfree->done);
    mem_free(lazyfree);
}

void lazyfree_take(struct lazyfree *lazyfree, void (*release)(void *thing), void *thing,
                   size_t objects)
{
    struct job *job = mem_zalloc(sizeof(*job));

    *job = (struct job){.release = release, .thing = thing, .objects = objects};
    pthread_mutex_lock(&lazyfree->lock);
    if (!lazyfree->started)
        start(lazyfree);
    *lazyfree->end = job;
    lazyfree->end = &job->next;
    lazyfree->jobs_taken++;
    if (objects == 0)
        lazyfree->unasked = lazyfree->jobs_taken;
    lazyfree->pending += objects;
    pthread_cond_signal(&lazyfree->queued);
    pthread_mutex_unlock(&lazyfree->lock);
}

void lazyfree_drain(struct lazyfree *lazyfree)
{
    uint64_t until;

    pthread_mutex_lock(&lazyfree->lock);
    until = lazyfree->jobs_taken;
    while (lazyfree->jobs_done < until)
        pthread_cond_wait(&lazyfree->done, &lazyfree->lock);
    pthread_mutex_unlock(&lazyfree->lock);
}

bool lazyfree_owes(struct lazyfree *lazyfree)
{
    bool owes;

    pthread_mutex_lock(&lazyfree->lock);
    owes = lazyfree->jobs_done < lazyfree->unasked;
    pthread_mutex_unlock(&lazyfree->lock);
    return owes;
}

void lazyfree_counts(struct lazyfree *lazyfree, uint64_t *freed, uint64_t *pending)
{
    pthread_mutex_lock(&lazyfree->lock);
    *freed = lazyfree->freed;
    *pending = lazyfree->pending;
    pthread_mutex_unlock(&lazyfree->lock);
}

void lazyfree_reset_freed(struct lazyfree *lazyfree)
{
    pthread_mutex_lock(&lazyfree->lock);
    lazyfree->freed = 0;
    pthread_mutex_unlock(&lazyfree->lock);
}
