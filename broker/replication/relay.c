#include "broker/replication/relay.h"
#include "core/base/check.h"
#include "core/base/cpus.h"
#include "core/base/error.h"
#include "core/base/mem.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

enum {
    PIECES = 4,
    PIECE_BYTES = 256 * 1024
};

struct piece {
    char data[PIECE_BYTES];
    size_t size;
};

struct relay_end {
    struct relay *relay;
    struct relay_end *next;
    void (*ready)(void *context);
    void *context;
    uint64_t at; /* number of the piece it is sent */
    size_t sent; /* of that; the replica's */
};

struct relay {
    struct feeder_group *group;
    int fd;

    pthread_mutex_t lock; /* a leaf but for `ready`; guards what follows */
    pthread_cond_t changed;
    int references;
    struct relay_end *ends;
    uint64_t count; /* of pieces published so far; the last PIECES of them are there */
    struct piece pieces[PIECES];
    bool stop, at_end, child_ended, child_ok;
    int error; /* errno of a read that failed */
};

struct relay *relay_new_take(struct feeder_group *group, int fd)
{
    struct relay *relay = mem_zalloc(sizeof(*relay));

    relay->group = group;
    relay->fd = fd;
    relay->references = 1;
    CHECK(pthread_mutex_init(&relay->lock, NULL) == 0);
    CHECK(pthread_cond_init(&relay->changed, NULL) == 0);
    return relay;
}

static void release(struct relay *relay)
{
    bool last;

    pthread_mutex_lock(&relay->lock);
    last = --relay->references == 0;
    pthread_mutex_unlock(&relay->lock);
    if (!last)
        return;
    close(relay->fd);
    pthread_mutex_destroy(&relay->lock);
    pthread_cond_destroy(&relay->changed);
    mem_free(relay);
}

void relay_free(struct relay *relay)
{
    if (relay)
        release(relay);
}

/* With the lock held. */
static void tell_all(const struct relay *relay)
{
    for (const struct relay_end *end = relay->ends; end; end = end->next)
        end->ready(end->context);
}

void relay_child_ended(struct relay *relay, bool ok)
{
    pthread_mutex_lock(&relay->lock);
    relay->child_ended = true;
    relay->child_ok = ok;
    tell_all(relay);
    pthread_mutex_unlock(&relay->lock);
}

void relay_stop(struct relay *relay)
{
    pthread_mutex_lock(&relay->lock);
    relay->stop = true;
    pthread_cond_broadcast(&relay->changed);
    pthread_mutex_unlock(&relay->lock);
}

bool relay_is_deserted(struct relay *relay)
{
    bool deserted;

    pthread_mutex_lock(&relay->lock);
    deserted = !relay->ends;
    pthread_mutex_unlock(&relay->lock);
    return deserted;
}

/* --- The thread. */

/* With the lock held: somebody has not had the piece yet whose place the next one takes. */
static bool is_full(const struct relay *relay)
{
    for (const struct relay_end *end = relay->ends; end; end = end->next)
        if (end->at + PIECES <= relay->count)
            return true;
    return false;
}

static bool wait_for_room(struct relay *relay)
{
    bool stop;

    pthread_mutex_lock(&relay->lock);
    while (!relay->stop && is_full(relay))
        pthread_cond_wait(&relay->changed, &relay->lock);
    stop = relay->stop;
    pthread_mutex_unlock(&relay->lock);
    return !stop;
}

/* A full piece, or what there is before the end. Negative: errno. */
static long read_piece(int fd, struct piece *piece)
{
    piece->size = 0;
    while (piece->size < PIECE_BYTES) {
        ssize_t got = read(fd, piece->data + piece->size, PIECE_BYTES - piece->size);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -errno;
        if (got == 0)
            break;
        piece->size += (size_t)got;
    }
    return (long)piece->size;
}

static void *thread_main(void *argument)
{
    struct relay *relay = argument;
    struct feeder_group *group = relay->group;
    long got = 1;

    cpus_take(CPUS_BACKGROUND, NULL);
    while (got > 0 && wait_for_room(relay)) {
        got = read_piece(relay->fd, &relay->pieces[relay->count % PIECES]);
        pthread_mutex_lock(&relay->lock);
        relay->count += got > 0;
        relay->at_end = got <= 0;
        relay->error = got < 0 ? (int)-got : 0;
        tell_all(relay);
        pthread_mutex_unlock(&relay->lock);
    }
    release(relay);
    feeder_group_leave(group);
    return NULL;
}

bool relay_start(struct relay *relay)
{
    relay->references++;
    if (feeder_group_start(relay->group, thread_main, relay, "relay"))
        return true;
    relay->references--;
    return false;
}

/* --- The replicas. */

struct relay_end *relay_join(struct relay *relay, void (*ready)(void *context), void *context)
{
    struct relay_end *end = mem_zalloc(sizeof(*end));

    end->relay = relay;
    end->ready = ready;
    end->context = context;
    end->next = relay->ends;
    relay->ends = end;
    relay->references++;
    return end;
}

void relay_leave(struct relay_end *end)
{
    struct relay *relay;
    struct relay_end **at;

    if (!end)
        return;
    relay = end->relay;
    pthread_mutex_lock(&relay->lock);
    for (at = &relay->ends; *at != end; at = &(*at)->next)
        ;
    *at = end->next;
    pthread_cond_signal(&relay->changed);
    pthread_mutex_unlock(&relay->lock);
    mem_free(end);
    release(relay);
}

enum feeder_state relay_peek(struct relay_end *end, struct span *bytes, struct diag *diag)
{
    struct relay *relay = end->relay;
    enum feeder_state state = FEEDER_LATER;

    *bytes = (struct span){0};
    pthread_mutex_lock(&relay->lock);
    if (end->at < relay->count) {
        const struct piece *piece = &relay->pieces[end->at % PIECES];

        *bytes = span_of(piece->data + end->sent, piece->size - end->sent);
        state = FEEDER_BYTES;
    } else if (relay->error || (relay->child_ended && !relay->child_ok)) {
        state = FEEDER_FAILED;
    } else if (relay->at_end && relay->child_ended) {
        state = FEEDER_ENDED;
    }
    pthread_mutex_unlock(&relay->lock);
    if (state == FEEDER_FAILED)
        diag_set(diag, ERR_IO, "the process that writes the snapshot has failed");
    return state;
}

void relay_advance(struct relay_end *end, size_t size)
{
    struct relay *relay = end->relay;

    pthread_mutex_lock(&relay->lock);
    CHECK(end->at < relay->count);
    end->sent += size;
    if (end->sent == relay->pieces[end->at % PIECES].size) {
        end->sent = 0;
        end->at++;
        pthread_cond_signal(&relay->changed);
    }
    pthread_mutex_unlock(&relay->lock);
}
