#include "broker/replication/feeder.h"
#include "core/base/check.h"
#include "core/base/cpus.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "storage/log/commit_log.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

enum {
    PIECES = 2, /* that the thread has ready; it fills a third one meanwhile */
    PIECE_BYTES = 256 * 1024
};

struct piece {
    char *data; /* PIECE_BYTES */
    size_t size;
    bool cut; /* its end is within a row of newlines, which stand for messages */
};

struct feeder {
    struct feeder_owner owner;
    char directory[4096]; /* of the log */
    uint64_t position;    /* of the log's next byte to read; the thread's */
    struct io_file *file; /* NULL: a log is read */
    uint64_t size, at;    /* of the file; the thread's */
    struct piece filling; /* the thread's */
    size_t sent;          /* of the first piece; the owner's */
    bool cut;             /* of the piece that was used up last; the owner's */

    pthread_mutex_t lock; /* a leaf; guards what follows */
    pthread_cond_t changed;
    int references; /* owner and thread */
    bool stop, ended;
    int failure; /* 0, or an error, with `diag` */
    struct diag diag;
    struct piece pieces[PIECES];
    unsigned first, count;
    uint64_t durable;
};

/* --- The group. */

void feeder_group_init(struct feeder_group *group)
{
    *group = (struct feeder_group){0};
    CHECK(pthread_mutex_init(&group->lock, NULL) == 0);
    CHECK(pthread_cond_init(&group->ended, NULL) == 0);
}

void feeder_group_wait(struct feeder_group *group)
{
    pthread_mutex_lock(&group->lock);
    while (group->running > 0)
        pthread_cond_wait(&group->ended, &group->lock);
    pthread_mutex_unlock(&group->lock);
}

void feeder_group_release(struct feeder_group *group)
{
    pthread_mutex_destroy(&group->lock);
    pthread_cond_destroy(&group->ended);
}

static void group_change(struct feeder_group *group, int by)
{
    pthread_mutex_lock(&group->lock);
    group->running += by;
    if (group->running == 0)
        pthread_cond_broadcast(&group->ended);
    pthread_mutex_unlock(&group->lock);
}

void feeder_group_leave(struct feeder_group *group)
{
    group_change(group, -1);
}

bool feeder_group_start(struct feeder_group *group, void *(*run)(void *argument), void *argument,
                        const char *name)
{
    sigset_t all, before;
    pthread_t thread;
    int rc;

    group_change(group, 1);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are the main thread's */
    rc = pthread_create(&thread, NULL, run, argument);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc != 0) {
        group_change(group, -1);
        return false;
    }
    pthread_setname_np(thread, name);
    pthread_detach(thread);
    return true;
}

static void release(struct feeder *feeder)
{
    bool last;

    pthread_mutex_lock(&feeder->lock);
    last = --feeder->references == 0;
    pthread_mutex_unlock(&feeder->lock);
    if (!last)
        return;
    for (unsigned i = 0; i < PIECES; i++)
        mem_free(feeder->pieces[i].data);
    mem_free(feeder->filling.data);
    if (feeder->file)
        io_close(feeder->file);
    pthread_mutex_destroy(&feeder->lock);
    pthread_cond_destroy(&feeder->changed);
    mem_free(feeder);
}

/* --- The thread. */

/* Gives the piece that was being filled to the owner, waiting until there is room. False if the
 * feeder is to stop. */
static bool publish(struct feeder *feeder)
{
    struct piece *to, emptied;
    bool stop;

    if (feeder->filling.size == 0)
        return true;
    pthread_mutex_lock(&feeder->lock);
    while (!feeder->stop && feeder->count == PIECES)
        pthread_cond_wait(&feeder->changed, &feeder->lock);
    stop = feeder->stop;
    if (!stop) {
        to = &feeder->pieces[(feeder->first + feeder->count++) % PIECES];
        emptied = *to;
        *to = feeder->filling;
        feeder->filling = (struct piece){emptied.data, 0, false};
    }
    pthread_mutex_unlock(&feeder->lock);
    if (!feeder->filling.data)
        feeder->filling.data = mem_alloc(PIECE_BYTES);
    if (!stop)
        feeder->owner.ready(feeder->owner.context);
    return !stop;
}

/* Puts bytes, or so many newlines, behind what is there. */
static bool put(struct feeder *feeder, const char *bytes, uint64_t size)
{
    while (size > 0) {
        size_t room = PIECE_BYTES - feeder->filling.size;
        size_t part = size < room ? (size_t)size : room;
        char *to = feeder->filling.data + feeder->filling.size;

        if (bytes) {
            memcpy(to, bytes, part);
            bytes += part;
        } else {
            memset(to, '\n', part);
        }
        feeder->filling.size += part;
        size -= part;
        feeder->filling.cut = !bytes && size > 0;
        if (feeder->filling.size == PIECE_BYTES && !publish(feeder))
            return false;
    }
    return true;
}

static void fail(struct feeder *feeder, int rc, const struct diag *diag)
{
    pthread_mutex_lock(&feeder->lock);
    feeder->failure = rc;
    feeder->diag = *diag;
    pthread_mutex_unlock(&feeder->lock);
    feeder->owner.ready(feeder->owner.context);
}

static void read_file(struct feeder *feeder)
{
    struct diag diag = {0};
    int rc = 0;

    while (rc == 0 && feeder->at < feeder->size) {
        uint64_t left = feeder->size - feeder->at;
        size_t got = 0;

        rc = io_read(feeder->file, feeder->at, feeder->filling.data,
                     left < PIECE_BYTES ? (size_t)left : PIECE_BYTES, &got, &diag);
        if (rc == 0 && got == 0)
            rc = diag_set(&diag, ERR_DAMAGED, "the file has become shorter");
        feeder->filling.size = got;
        feeder->at += got;
        if (rc == 0 && !publish(feeder))
            return;
    }
    if (rc < 0) {
        fail(feeder, rc, &diag);
        return;
    }
    pthread_mutex_lock(&feeder->lock);
    feeder->ended = true;
    pthread_mutex_unlock(&feeder->lock);
    feeder->owner.ready(feeder->owner.context);
}

/* What is known to be durable: no frame that begins below will come any more once the end of the
 * log has been seen after this. */
static uint64_t durable(struct feeder *feeder)
{
    uint64_t position;

    pthread_mutex_lock(&feeder->lock);
    position = feeder->durable;
    pthread_mutex_unlock(&feeder->lock);
    return position;
}

static bool wait_for_more(struct feeder *feeder)
{
    bool stop;

    if (!publish(feeder))
        return false;
    pthread_mutex_lock(&feeder->lock);
    while (!feeder->stop && feeder->durable <= feeder->position)
        pthread_cond_wait(&feeder->changed, &feeder->lock);
    stop = feeder->stop;
    pthread_mutex_unlock(&feeder->lock);
    return !stop;
}

static bool put_frame(struct feeder *feeder, const struct commit_frame *frame)
{
    uint64_t skip = 0;

    if (frame->end <= feeder->position)
        return true;
    if (frame->begin > feeder->position) {
        if (!put(feeder, NULL, frame->begin - feeder->position))
            return false;
    } else {
        skip = feeder->position - frame->begin;
    }
    feeder->position = frame->end;
    return put(feeder, frame->records.data + skip, frame->records.size - skip);
}

/* One step: a frame, or at the end of the log what was volatile, or waiting. False at the end. */
static bool read_on(struct feeder *feeder, struct commit_reader *reader, int *rc, struct diag *diag)
{
    uint64_t known = durable(feeder);
    struct commit_frame frame;

    *rc = commit_reader_next(reader, &frame, diag);
    if (*rc == 0)
        return put_frame(feeder, &frame);
    if (*rc != ERR_MISSING)
        return false;
    *rc = 0;
    if (known <= feeder->position)
        return wait_for_more(feeder);
    known -= feeder->position;
    feeder->position += known;
    return put(feeder, NULL, known);
}

static void read_log(struct feeder *feeder)
{
    struct commit_reader *reader = NULL;
    struct diag diag = {0};
    int rc = commit_reader_open(io_disk(), feeder->directory, feeder->position, &reader, &diag);

    while (rc == 0 && read_on(feeder, reader, &rc, &diag))
        ;
    if (rc < 0)
        fail(feeder, rc, &diag);
    commit_reader_free(reader);
}

static void *thread_main(void *argument)
{
    struct feeder *feeder = argument;
    struct feeder_group *group = feeder->owner.group;

    cpus_take(CPUS_BACKGROUND, NULL);
    if (feeder->file)
        read_file(feeder);
    else
        read_log(feeder);
    release(feeder);
    feeder_group_leave(group);
    return NULL;
}

/* --- The owner. */

static struct feeder *start(struct feeder *feeder, const struct feeder_owner *owner)
{
    feeder->owner = *owner;
    feeder->references = 2;
    feeder->filling.data = mem_alloc(PIECE_BYTES);
    CHECK(pthread_mutex_init(&feeder->lock, NULL) == 0);
    CHECK(pthread_cond_init(&feeder->changed, NULL) == 0);
    if (feeder_group_start(owner->group, thread_main, feeder, "feeder"))
        return feeder;
    feeder->references = 1;
    release(feeder);
    return NULL;
}

struct feeder *feeder_of_file_take(const struct feeder_owner *owner, struct io_file *file,
                                   uint64_t size)
{
    struct feeder *feeder = mem_zalloc(sizeof(*feeder));

    feeder->file = file;
    feeder->size = size;
    return start(feeder, owner);
}

struct feeder *feeder_of_log(const struct feeder_owner *owner, const char *directory,
                             uint64_t position, uint64_t durable_)
{
    struct feeder *feeder = mem_zalloc(sizeof(*feeder));

    snprintf(feeder->directory, sizeof(feeder->directory), "%s", directory);
    feeder->position = position;
    feeder->durable = durable_;
    return start(feeder, owner);
}

void feeder_stop(struct feeder *feeder)
{
    pthread_mutex_lock(&feeder->lock);
    feeder->stop = true;
    pthread_cond_broadcast(&feeder->changed);
    pthread_mutex_unlock(&feeder->lock);
}

void feeder_free(struct feeder *feeder)
{
    if (!feeder)
        return;
    feeder_stop(feeder);
    release(feeder);
}

void feeder_durable(struct feeder *feeder, uint64_t position)
{
    pthread_mutex_lock(&feeder->lock);
    if (position > feeder->durable) {
        feeder->durable = position;
        pthread_cond_broadcast(&feeder->changed);
    }
    pthread_mutex_unlock(&feeder->lock);
}

enum feeder_state feeder_peek(struct feeder *feeder, struct span *bytes, struct diag *diag)
{
    enum feeder_state state = FEEDER_LATER;

    *bytes = (struct span){0};
    pthread_mutex_lock(&feeder->lock);
    if (feeder->count > 0) {
        const struct piece *piece = &feeder->pieces[feeder->first];

        *bytes = span_of(piece->data + feeder->sent, piece->size - feeder->sent);
        state = FEEDER_BYTES;
    } else if (feeder->failure < 0) {
        *diag = feeder->diag;
        state = FEEDER_FAILED;
    } else if (feeder->ended) {
        state = FEEDER_ENDED;
    }
    pthread_mutex_unlock(&feeder->lock);
    return state;
}

void feeder_advance(struct feeder *feeder, size_t size)
{
    pthread_mutex_lock(&feeder->lock);
    CHECK(feeder->count > 0);
    feeder->sent += size;
    CHECK(feeder->sent <= feeder->pieces[feeder->first].size);
    if (feeder->sent == feeder->pieces[feeder->first].size) {
        feeder->sent = 0;
        feeder->cut = feeder->pieces[feeder->first].cut;
        feeder->first = (feeder->first + 1) % PIECES;
        feeder->count--;
        pthread_cond_signal(&feeder->changed);
    }
    pthread_mutex_unlock(&feeder->lock);
}

bool feeder_is_between(const struct feeder *feeder)
{
    return feeder->sent == 0 && !feeder->cut;
}

size_t feeder_memory(const struct feeder *feeder)
{
    (void)feeder;
    return sizeof(*feeder) + (size_t)(PIECES + 1) * PIECE_BYTES;
}
