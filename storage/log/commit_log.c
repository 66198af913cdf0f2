/* commit_log.c - appending, and the thread that makes it durable.
 *
 *   appenders -> first..last -> unwritten -> (write) -> unsynced -> (sync) -> gone
 *
 * A batch is kept until it is synced. When a write or a sync fails, nothing is known any more of
 * what was written since the last sync: so a new segment is begun at the synced position, the old
 * one is closed at the bytes that were synced, and everything since is written again. */
#include "storage/log/commit_log.h"
#include "core/base/check.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/time/clock.h"
#include "storage/log/commit_internal.h"

#include <string.h>
#include <time.h>

enum {
    EVERYSEC_NS = 1000000000,
};

void commit_batch_free(struct batch *batch)
{
    buffer_release(&batch->records);
    mem_free(batch);
}

/* --- Appending. */

/* The batch that takes `size` more bytes. `lock` is held. */
static struct batch *open_batch(struct commit_log *log, size_t size)
{
    uint64_t position = atomic_load_explicit(&log->position, memory_order_relaxed);
    struct batch *batch = log->last;

    if (batch && !log->mark_next && batch->end == position &&
        batch->records.size + size <= COMMIT_BATCH_BYTES)
        return batch;
    batch = mem_zalloc(sizeof(*batch));
    batch->begin = batch->end = position;
    batch->ends_segment = log->mark_next;
    log->mark_next = false;
    if (log->last)
        log->last->next = batch;
    else
        log->first = batch;
    log->last = batch;
    return batch;
}

uint64_t commit_log_append(struct commit_log *log, struct span records)
{
    struct batch *batch;
    uint64_t end;

    CHECK(records.size <= COMMIT_RECORD_LIMIT);
    pthread_mutex_lock(&log->lock);
    CHECK(log->running);
    if (!log->first)
        pthread_cond_signal(&log->work);
    batch = open_batch(log, records.size);
    buffer_append_span(&batch->records, records);
    batch->end += records.size;
    end = batch->end;
    atomic_store_explicit(&log->position, end, memory_order_release);
    pthread_mutex_unlock(&log->lock);
    return end;
}

uint64_t commit_log_append_volatile(struct commit_log *log, struct span records)
{
    uint64_t begin, end;

    pthread_mutex_lock(&log->lock);
    begin = atomic_load_explicit(&log->position, memory_order_relaxed);
    end = begin + records.size;
    atomic_store_explicit(&log->position, end, memory_order_release);
    if (atomic_load_explicit(&log->durable, memory_order_relaxed) == begin)
        atomic_store_explicit(&log->durable, end, memory_order_release);
    pthread_mutex_unlock(&log->lock);
    return end;
}

uint64_t commit_log_position(const struct commit_log *log)
{
    return atomic_load_explicit(&log->position, memory_order_acquire);
}

uint64_t commit_log_durable(const struct commit_log *log)
{
    return atomic_load_explicit(&log->durable, memory_order_acquire);
}

/* --- Writing. Everything from here on is the thread's. */

static void publish(struct commit_log *log, uint64_t position)
{
    bool recovered;

    pthread_mutex_lock(&log->lock);
    /* nothing waits to be written: volatile records behind it are as durable as they will be */
    if (!log->first && !log->unwritten)
        position = atomic_load_explicit(&log->position, memory_order_relaxed);
    recovered = log->failed;
    log->failed = false;
    atomic_store_explicit(&log->durable, position, memory_order_release);
    pthread_cond_broadcast(&log->progress);
    pthread_mutex_unlock(&log->lock);
    if (recovered && log->options.listener.recovered)
        log->options.listener.recovered(log->options.listener.context);
    if (log->options.listener.durable)
        log->options.listener.durable(log->options.listener.context, position);
}

static void note_failure(struct commit_log *log, const struct diag *why)
{
    bool first;

    pthread_mutex_lock(&log->lock);
    first = !log->failed;
    log->failed = true;
    log->why = *why;
    pthread_cond_broadcast(&log->progress);
    pthread_mutex_unlock(&log->lock);
    if (first && log->options.listener.failed)
        log->options.listener.failed(log->options.listener.context, why);
}

static int write_batch(struct commit_log *log, struct batch *batch, bool compress,
                       struct diag *diag)
{
    struct frame frame = {
        .begin = batch->begin,
        .end = batch->end,
        .synced = log->synced,
        .written_ms = clock_now_ms(),
    };
    int rc = 0;

    if (batch->ends_segment && log->writer_first != batch->begin)
        rc = commit_begin_segment(log, batch->begin, segment_bytes(log->writer), diag);
    if (rc == 0)
        rc = segment_write(log->writer, &frame, span_of(batch->records.data, batch->records.size),
                           compress, diag);
    if (rc < 0)
        return rc;
    log->written = batch->end;
    pthread_mutex_lock(&log->lock);
    log->facts.frames++;
    log->open_bytes = segment_bytes(log->writer);
    log->facts.record_bytes += frame.record_size;
    log->facts.stored_bytes += frame.stored_size + FRAME_HEADER_SIZE;
    pthread_mutex_unlock(&log->lock);
    return 0;
}

static int sync_written(struct commit_log *log, struct diag *diag)
{
    uint64_t start_us = clock_monotonic_us(), took_us;
    int rc = segment_sync(log->writer, diag);

    log->last_sync_ns = clock_monotonic_ns();
    if (rc < 0)
        return rc;
    log->synced = log->written;
    while (log->unsynced) {
        struct batch *batch = log->unsynced;

        log->unsynced = batch->next;
        commit_batch_free(batch);
    }
    log->unsynced_last = NULL;
    took_us = clock_monotonic_us() - start_us;
    pthread_mutex_lock(&log->lock);
    log->facts.syncs++;
    log->facts.last_sync_us = took_us;
    log->facts.delayed_syncs += took_us > COMMIT_SLOW_SYNC_US;
    pthread_mutex_unlock(&log->lock);
    return 0;
}

/* What was written is kept until it is synced, unless nobody syncs. */
static void keep_written(struct commit_log *log, struct batch *batch, enum commit_sync sync)
{
    batch->next = NULL;
    if (sync == COMMIT_NO) {
        commit_batch_free(batch);
        return;
    }
    if (log->unsynced_last)
        log->unsynced_last->next = batch;
    else
        log->unsynced = batch;
    log->unsynced_last = batch;
}

/* A segment that ends has to be synced whole before the next one is begun. */
static bool must_sync_before(const struct commit_log *log, const struct batch *batch)
{
    return batch->ends_segment && log->synced != log->written;
}

static int write_all(struct commit_log *log, enum commit_sync sync, bool compress,
                     struct diag *diag)
{
    while (log->unwritten) {
        struct batch *batch = log->unwritten;
        int rc = 0;

        if (must_sync_before(log, batch))
            rc = sync_written(log, diag);
        if (rc == 0)
            rc = write_batch(log, batch, compress, diag);
        if (rc < 0)
            return rc;
        log->unwritten = batch->next;
        keep_written(log, batch, sync);
    }
    return 0;
}

static bool sync_is_due(const struct commit_log *log, enum commit_sync sync, bool paused)
{
    if (log->synced == log->written || sync == COMMIT_NO)
        return false;
    if (sync == COMMIT_ALWAYS)
        return true;
    return !paused && clock_monotonic_ns() - log->last_sync_ns >= EVERYSEC_NS;
}

static int rotate_if_full(struct commit_log *log, struct diag *diag)
{
    int rc = 0;

    if (segment_bytes(log->writer) < log->options.segment_bytes)
        return 0;
    if (log->synced != log->written)
        rc = sync_written(log, diag);
    if (rc == 0 && log->writer_first != log->written)
        rc = commit_begin_segment(log, log->written, segment_bytes(log->writer), diag);
    return rc;
}

/* Nothing is known of what was written since the last sync: it goes back to be written again. */
static void take_back(struct commit_log *log)
{
    if (log->unsynced) {
        log->unsynced_last->next = log->unwritten;
        log->unwritten = log->unsynced;
        log->unsynced = log->unsynced_last = NULL;
    }
    log->written = log->synced;
}

/* Begins again after a failure. With COMMIT_NO what was written but not synced is not here any
 * more, so it counts as written. */
static int begin_again(struct commit_log *log, enum commit_sync sync, struct diag *diag)
{
    uint64_t sound = segment_synced_bytes(log->writer);

    if (sync == COMMIT_NO) {
        log->synced = log->written;
        sound = segment_bytes(log->writer);
    }
    take_back(log);
    return commit_begin_segment(log, log->written, sound, diag);
}

/* One round: everything appended gets written, synced when it is time, and published. */
static int commit_round(struct commit_log *log, enum commit_sync sync, bool compress, bool paused,
                        bool again, struct diag *diag)
{
    int rc = 0;

    pthread_mutex_lock(&log->files);
    if (again)
        rc = begin_again(log, sync, diag);
    if (rc == 0)
        rc = write_all(log, sync, compress, diag);
    if (rc == 0 && sync_is_due(log, sync, paused))
        rc = sync_written(log, diag);
    if (rc == 0)
        rc = rotate_if_full(log, diag);
    pthread_mutex_unlock(&log->files);
    return rc;
}

static void wait_ms(struct commit_log *log, int64_t ms)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_cond_timedwait(&log->work, &log->lock, &until);
}

/* Waits for something to do. `lock` is held. */
static void wait_for_work(struct commit_log *log, bool failed)
{
    if (failed) {
        if (!log->stopping)
            wait_ms(log, COMMIT_RETRY_MS);
        return;
    }
    while (!log->first && !log->stopping && !log->mark_next) {
        if (log->sync == COMMIT_EVERYSEC && log->synced != log->written) {
            uint64_t passed = clock_monotonic_ns() - log->last_sync_ns;

            if (passed >= EVERYSEC_NS && !log->sync_paused)
                return;
            wait_ms(log,
                    passed >= EVERYSEC_NS ? 1000 : (int64_t)((EVERYSEC_NS - passed) / 1000000) + 1);
        } else {
            pthread_cond_wait(&log->work, &log->lock);
        }
    }
}

static void take_batches(struct commit_log *log)
{
    struct batch **end = &log->unwritten;

    while (*end)
        end = &(*end)->next;
    *end = log->first;
    log->first = log->last = NULL;
}

/* A mark with nothing behind it yet: the segment ends all the same. */
static int end_marked_segment(struct commit_log *log, struct diag *diag)
{
    int rc = 0;

    pthread_mutex_lock(&log->files);
    if (log->synced != log->written)
        rc = sync_written(log, diag);
    if (rc == 0 && log->writer_first != log->written)
        rc = commit_begin_segment(log, log->written, segment_bytes(log->writer), diag);
    pthread_mutex_unlock(&log->files);
    return rc;
}

static void *thread_main(void *argument)
{
    struct commit_log *log = argument;
    bool failed = false, stopping;

    do {
        struct diag diag = {0};
        enum commit_sync sync;
        bool compress, paused, marked;
        int rc;

        pthread_mutex_lock(&log->lock);
        wait_for_work(log, failed);
        stopping = log->stopping;
        sync = stopping ? COMMIT_ALWAYS : log->sync;
        compress = log->compress;
        paused = log->sync_paused;
        take_batches(log);
        marked = log->mark_next;
        log->mark_next = false;
        pthread_mutex_unlock(&log->lock);
        rc = commit_round(log, sync, compress, paused, failed, &diag);
        if (rc == 0 && marked)
            rc = end_marked_segment(log, &diag);
        failed = rc < 0;
        if (failed)
            note_failure(log, &diag);
        else
            publish(log, sync == COMMIT_ALWAYS ? log->synced : log->written);
    } while (!stopping);
    return NULL;
}

/* --- From outside. */

int commit_log_start(struct commit_log *log, struct diag *diag)
{
    uint64_t position = atomic_load_explicit(&log->position, memory_order_relaxed);
    int rc;

    pthread_mutex_lock(&log->files);
    commit_remove_strangers(log); /* one may have the name that the next segment gets */
    rc = commit_begin_segment(log, position, 0, diag);
    pthread_mutex_unlock(&log->files);
    if (rc < 0)
        return rc;
    log->written = log->synced = position;
    log->last_sync_ns = clock_monotonic_ns();
    log->running = true;
    if (pthread_create(&log->thread, NULL, thread_main, log) != 0) {
        log->running = false;
        return diag_set(diag, ERR_IO, "no thread for the log");
    }
    return 0;
}

void commit_log_close(struct commit_log *log)
{
    if (!log)
        return;
    if (log->running) {
        pthread_mutex_lock(&log->lock);
        log->stopping = true;
        pthread_cond_signal(&log->work);
        pthread_mutex_unlock(&log->lock);
        pthread_join(log->thread, NULL);
    }
    take_batches(log); /* what a failing disk did not take */
    take_back(log);
    while (log->unwritten) {
        struct batch *batch = log->unwritten;

        log->unwritten = batch->next;
        commit_batch_free(batch);
    }
    segment_writer_free(log->writer);
    manifest_release(&log->manifest);
    io_close(log->directory_lock);
    pthread_mutex_destroy(&log->lock);
    pthread_mutex_destroy(&log->files);
    pthread_cond_destroy(&log->work);
    pthread_cond_destroy(&log->progress);
    mem_free(log->directory);
    mem_free(log);
}

int commit_log_flush(struct commit_log *log, struct diag *diag)
{
    uint64_t position = commit_log_position(log);
    int rc = 0;

    pthread_mutex_lock(&log->lock);
    while (log->running && !log->failed &&
           atomic_load_explicit(&log->durable, memory_order_relaxed) < position) {
        pthread_cond_signal(&log->work);
        pthread_cond_wait(&log->progress, &log->lock);
    }
    if (atomic_load_explicit(&log->durable, memory_order_relaxed) < position)
        rc = diag_set(diag, log->why.code ? log->why.code : ERR_CLOSED, "%s", log->why.text);
    pthread_mutex_unlock(&log->lock);
    return rc;
}

bool commit_log_has_failed(const struct commit_log *log, struct diag *why)
{
    struct commit_log *mutable_log = (struct commit_log *)(uintptr_t)log; /* for its lock */
    bool failed;

    pthread_mutex_lock(&mutable_log->lock);
    failed = log->failed;
    if (failed)
        *why = log->why;
    pthread_mutex_unlock(&mutable_log->lock);
    return failed;
}

void commit_log_set_sync(struct commit_log *log, enum commit_sync sync)
{
    pthread_mutex_lock(&log->lock);
    log->sync = sync;
    pthread_cond_signal(&log->work);
    pthread_mutex_unlock(&log->lock);
}

void commit_log_set_compress(struct commit_log *log, bool compress)
{
    pthread_mutex_lock(&log->lock);
    log->compress = compress;
    pthread_mutex_unlock(&log->lock);
}

void commit_log_pause_sync(struct commit_log *log, bool paused)
{
    pthread_mutex_lock(&log->lock);
    log->sync_paused = paused;
    pthread_cond_signal(&log->work);
    pthread_mutex_unlock(&log->lock);
}

const char *commit_log_id(const struct commit_log *log)
{
    return log->manifest.replication_id;
}
