/* commit_log.c - appending, and the thread that makes it durable; who kicks it may write, too.
 *
 *   appenders -> first..last -> unwritten -> (write) -> unsynced -> (sync) -> gone
 *
 * A batch is kept until it is synced. When a write or a sync fails, nothing is known any more of
 * what was written since the last sync: so a new segment is begun at the synced position, the old
 * one is closed at the bytes that were synced, and everything since is written again. What was not
 * kept (nobody syncs, or it got too much) is read back from the old segment first; if even that
 * fails, the log stays failed, for what it has promised is there and nowhere else. */
#include "storage/log/commit_log.h"
#include "core/base/check.h"
#include "core/base/cpus.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/time/clock.h"
#include "storage/log/commit_internal.h"

#include <string.h>
#include <time.h>

enum {
    EVERYSEC_NS = 1000000000,
};

_Static_assert((int)COMMIT_RECORD_LIMIT == (int)FRAME_RECORD_LIMIT,
               "one append has to fit into a frame");

void commit_lock(const struct commit_log *log)
{
    waits_lock(log->options.waits, (pthread_mutex_t *)(uintptr_t)&log->lock);
}

void commit_unlock(const struct commit_log *log)
{
    pthread_mutex_unlock((pthread_mutex_t *)(uintptr_t)&log->lock);
}

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

/* `lock` is held. */
static void kick(struct commit_log *log)
{
    log->kicked = true;
    if (log->appends >= log->expected || !log->gathering)
        pthread_cond_signal(&log->work);
}

static uint64_t append(struct commit_log *log, struct span records, bool now)
{
    struct batch *batch;
    uint64_t end;

    CHECK(records.size <= COMMIT_RECORD_LIMIT);
    if (records.size == 0)
        return commit_log_position(log);
    commit_lock(log);
    CHECK(log->running);
    batch = open_batch(log, records.size);
    buffer_append_span(&batch->records, records);
    batch->end += records.size;
    log->appends++;
    end = log->fixed = batch->end;
    atomic_store_explicit(&log->position, end, memory_order_release);
    if (now || batch->records.size >= COMMIT_BATCH_BYTES)
        kick(log);
    commit_unlock(log);
    return end;
}

uint64_t commit_log_append(struct commit_log *log, struct span records)
{
    return append(log, records, true);
}

uint64_t commit_log_put(struct commit_log *log, struct span records)
{
    return append(log, records, false);
}

uint64_t commit_log_append_volatile(struct commit_log *log, struct span records)
{
    uint64_t begin, end;

    commit_lock(log);
    begin = atomic_load_explicit(&log->position, memory_order_relaxed);
    end = begin + records.size;
    atomic_store_explicit(&log->position, end, memory_order_release);
    if (atomic_load_explicit(&log->durable, memory_order_relaxed) == begin)
        atomic_store_explicit(&log->durable, end, memory_order_release);
    commit_unlock(log);
    return end;
}

uint64_t commit_log_rewind(struct commit_log *log)
{
    uint64_t position;

    commit_lock(log);
    position = log->fixed;
    CHECK(position <= atomic_load_explicit(&log->position, memory_order_relaxed));
    atomic_store_explicit(&log->position, position, memory_order_release);
    if (atomic_load_explicit(&log->durable, memory_order_relaxed) > position)
        atomic_store_explicit(&log->durable, position, memory_order_release);
    commit_unlock(log);
    return position;
}

uint64_t commit_log_stored(const struct commit_log *log)
{
    uint64_t position;

    commit_lock(log);
    position = log->fixed;
    commit_unlock(log);
    return position;
}

uint64_t commit_log_position(const struct commit_log *log)
{
    return atomic_load_explicit(&log->position, memory_order_acquire);
}

uint64_t commit_log_durable(const struct commit_log *log)
{
    return atomic_load_explicit(&log->durable, memory_order_acquire);
}

uint64_t commit_log_synced(struct commit_log *log)
{
    uint64_t safe = atomic_load_explicit(&log->safe, memory_order_acquire);

    commit_lock(log);
    if (safe >= log->fixed) /* what is behind it is volatile */
        safe = atomic_load_explicit(&log->position, memory_order_relaxed);
    commit_unlock(log);
    return safe;
}

/* --- Writing: the thread, or who kicks it. */

/* Everything below `position` is durable, and so many marks have been carried out. True if the log
 * had failed. `files` is held, so that nobody else is writing. */
static bool note_durable(struct commit_log *log, uint64_t position, uint64_t marks)
{
    uint64_t before;
    bool recovered;

    commit_lock(log);
    log->broken = false;
    log->dirty = log->synced != log->written;
    /* nothing waits to be written: volatile records behind it are as durable as they will be */
    if (!log->first && !log->unwritten)
        position = atomic_load_explicit(&log->position, memory_order_relaxed);
    before = atomic_load_explicit(&log->durable, memory_order_relaxed);
    if (position < before) /* volatile ones got durable by themselves meanwhile */
        position = before;
    recovered = log->failed;
    log->failed = false;
    log->marks_done = marks;
    atomic_store_explicit(&log->durable, position, memory_order_release);
    pthread_cond_broadcast(&log->progress);
    commit_unlock(log);
    return recovered;
}

static void tell_durable(struct commit_log *log, bool recovered)
{
    if (recovered && log->options.listener.recovered)
        log->options.listener.recovered(log->options.listener.context);
    if (log->options.listener.durable)
        log->options.listener.durable(log->options.listener.context, commit_log_durable(log));
}

/* `files` is held. */
static void note_broken(struct commit_log *log)
{
    commit_lock(log);
    log->broken = true;
    commit_unlock(log);
}

static void note_failure(struct commit_log *log, const struct diag *why)
{
    bool first;

    commit_lock(log);
    first = !log->failed;
    log->failed = true;
    log->why = *why;
    pthread_cond_broadcast(&log->progress);
    commit_unlock(log);
    if (first && log->options.listener.failed)
        log->options.listener.failed(log->options.listener.context, why);
}

/* Everything written is synced: begins a segment at `position`, which is there or behind a gap. */
static int next_segment(struct commit_log *log, uint64_t position, struct diag *diag)
{
    int rc;

    CHECK(log->synced == log->written && log->written <= position);
    rc = commit_begin_segment(log, position, segment_bytes(log->writer), NULL, diag);
    if (rc == 0)
        log->written = log->synced = log->kept_from = position;
    return rc;
}

static int write_batch(struct commit_log *log, struct batch *batch, bool compress,
                       struct diag *diag)
{
    struct frame frame = {
        .begin = batch->begin,
        .end = batch->end,
        .written_ms = clock_now_ms(),
    };
    int rc = 0;

    if (batch->ends_segment && log->writer_first != batch->begin)
        rc = next_segment(log, batch->begin, diag);
    frame.synced = log->synced;
    if (rc == 0)
        rc = segment_write(log->writer, &frame, span_of(batch->records.data, batch->records.size),
                           compress, diag);
    if (rc < 0)
        return rc;
    log->written = batch->end;
    commit_lock(log);
    log->facts.frames++;
    log->open_bytes = segment_bytes(log->writer);
    log->facts.record_bytes += frame.record_size;
    log->facts.stored_bytes += frame.stored_size + FRAME_HEADER_SIZE;
    commit_unlock(log);
    return 0;
}

void commit_forget_written(struct commit_log *log)
{
    while (log->unsynced) {
        struct batch *batch = log->unsynced;

        log->unsynced = batch->next;
        commit_batch_free(batch);
    }
    log->unsynced_last = NULL;
    log->kept_from = log->written;
    log->kept_bytes = 0;
}

static int sync_written(struct commit_log *log, struct diag *diag)
{
    uint64_t start_us = clock_monotonic_us(), took_us;
    int rc = segment_sync(log->writer, diag);

    log->last_sync_ns = clock_monotonic_ns();
    if (rc < 0)
        return rc;
    log->synced = log->written;
    atomic_store_explicit(&log->safe, log->synced, memory_order_release);
    commit_forget_written(log);
    took_us = clock_monotonic_us() - start_us;
    commit_lock(log);
    log->facts.syncs++;
    log->facts.last_sync_us = took_us;
    log->facts.delayed_syncs += took_us > COMMIT_SLOW_SYNC_US;
    commit_unlock(log);
    if (log->options.listener.synced)
        log->options.listener.synced(log->options.listener.context, took_us);
    return 0;
}

/* What was written is kept until it is synced, unless that may take long. */
static void keep_written(struct commit_log *log, struct batch *batch, enum commit_sync sync)
{
    batch->next = NULL;
    log->kept_bytes += batch->records.size;
    if (log->unsynced_last)
        log->unsynced_last->next = batch;
    else
        log->unsynced = batch;
    log->unsynced_last = batch;
    if (sync == COMMIT_NO || (sync == COMMIT_EVERYSEC && log->kept_bytes > COMMIT_KEEP_BYTES))
        commit_forget_written(log);
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

    if (segment_bytes(log->writer) < log->options.segment_bytes ||
        log->manifest.segment_count > LOG_SEGMENTS_LIMIT / 2) /* a segment may grow, too */
        return 0;
    if (log->synced != log->written)
        rc = sync_written(log, diag);
    if (rc == 0 && log->writer_first != log->written)
        rc = next_segment(log, log->written, diag);
    return rc;
}

static void take_batches(struct commit_log *log)
{
    struct batch **end = &log->unwritten;

    while (*end)
        end = &(*end)->next;
    *end = log->first;
    log->first = log->last = NULL;
}

/* --- In the thread of who kicks: where durable means written, and there is little to write, the
 * way to the log's thread and back would cost more than to write it. */

/* `files` and `lock` are held. */
static bool can_write_here(const struct commit_log *log)
{
    uint64_t bytes = 0;

    if (!log->running || log->stopping || log->broken || log->failed || log->mark_next ||
        log->unwritten || log->sync == COMMIT_ALWAYS ||
        segment_bytes(log->writer) >= log->options.segment_bytes)
        return false;
    for (const struct batch *batch = log->first; batch; batch = batch->next) {
        bytes += batch->records.size;
        if (batch->ends_segment || bytes > COMMIT_HERE_BYTES)
            return false;
    }
    return log->first != NULL;
}

/* False if it is the thread's: the disk may be busy, what comes may take long, or has failed. */
static bool write_here(struct commit_log *log)
{
    enum commit_sync sync;
    bool compress, can, was_dirty, done = false;

    if (pthread_mutex_trylock(&log->files) != 0)
        return false;
    commit_lock(log);
    can = can_write_here(log);
    sync = log->sync;
    compress = log->compress;
    was_dirty = log->dirty;
    if (can) {
        take_batches(log);
        log->appends = 0;
    }
    commit_unlock(log);
    if (can) {
        done = write_all(log, sync, compress, NULL) == 0;
        if (done)
            note_durable(log, log->written, log->marks_done);
        else
            note_broken(log); /* the thread tries it all again, and says what is the matter */
    }
    pthread_mutex_unlock(&log->files);
    if (done)
        tell_durable(log, false);
    if (done && !was_dirty && sync == COMMIT_EVERYSEC)
        pthread_cond_signal(&log->work); /* it is time from now on */
    return done;
}

void commit_log_kick(struct commit_log *log)
{
    if (write_here(log))
        return;
    commit_lock(log);
    kick(log);
    commit_unlock(log);
}

/* --- Everything from here on is the thread's. */

/* What a round is told when it begins. */
struct orders {
    enum commit_sync sync;
    bool compress, paused, stopping;
    bool marked; /* the segment ends behind what the round writes */
    uint64_t marks;
};

/* A mark with nothing behind it yet: the segment ends all the same. `files` is held. */
static int end_marked_segment(struct commit_log *log, struct diag *diag)
{
    int rc = 0;

    if (log->synced != log->written)
        rc = sync_written(log, diag);
    if (rc == 0 && log->writer_first != log->written)
        rc = next_segment(log, log->written, diag);
    return rc;
}

/* Takes what there is to write, and how, for what comes behind a change of mode is promised that
 * mode. A mark that a failed round had taken stays. True if what was written has to be written
 * again first. `files` is held. */
static bool take_work(struct commit_log *log, struct orders *orders)
{
    bool again;

    commit_lock(log);
    orders->sync = orders->stopping ? COMMIT_ALWAYS : log->sync;
    orders->compress = log->compress;
    orders->paused = log->sync_paused;
    take_batches(log);
    orders->marked |= log->mark_next;
    orders->marks = log->marks;
    log->mark_next = false;
    again = log->broken;
    commit_unlock(log);
    return again;
}

/* One round: everything appended gets written, synced when it is time, and published. */
static int commit_round(struct commit_log *log, struct orders *orders, struct diag *diag)
{
    bool recovered = false;
    int rc = 0;

    pthread_mutex_lock(&log->files);
    if (take_work(log, orders))
        rc = commit_rewrite(log, segment_synced_bytes(log->writer), diag);
    if (rc == 0)
        rc = write_all(log, orders->sync, orders->compress, diag);
    if (rc == 0 && orders->sync == COMMIT_ALWAYS && !orders->stopping)
        segment_prepare(log->writer);
    if (rc == 0 && sync_is_due(log, orders->sync, orders->paused))
        rc = sync_written(log, diag);
    if (rc == 0)
        rc = rotate_if_full(log, diag);
    if (rc == 0 && orders->marked)
        rc = end_marked_segment(log, diag);
    if (rc < 0) {
        note_broken(log);
    } else {
        orders->marked = false;
        recovered = note_durable(log, orders->sync == COMMIT_ALWAYS ? log->synced : log->written,
                                 orders->marks);
    }
    pthread_mutex_unlock(&log->files);
    if (rc == 0)
        tell_durable(log, recovered);
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

/* Waits for something to do. `failures` in a row so far. `lock` is held. */
static void wait_for_work(struct commit_log *log, unsigned failures)
{
    if (failures > 0) {
        if (!log->stopping || failures > 1)
            wait_ms(log, COMMIT_RETRY_MS);
        return;
    }
    while (!(log->first && log->kicked) && !log->stopping && !log->mark_next && !log->broken) {
        if (log->sync == COMMIT_ALWAYS && log->dirty)
            return; /* it was not so until now */
        if (log->sync == COMMIT_EVERYSEC && log->dirty) {
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

/* Who appended last time is likely to append again: with a sync that takes long it is cheaper to
 * wait for them than to sync for a few and let the others wait for the next one. As many as last
 * time, or no longer than half a sync. `lock` is held. */
static void gather(struct commit_log *log)
{
    struct timespec until;
    uint64_t wait_us = log->facts.last_sync_us / 2;

    if (log->sync != COMMIT_ALWAYS || log->expected < 2 || log->appends >= log->expected)
        return;
    if (wait_us > COMMIT_GATHER_US)
        wait_us = COMMIT_GATHER_US;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (long)wait_us * 1000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    log->gathering = true;
    while (log->appends < log->expected && !log->stopping && !log->mark_next)
        if (pthread_cond_timedwait(&log->work, &log->lock, &until) != 0)
            break;
    log->gathering = false;
}

/* Waits until there is something to do. How it is done is looked up with the work. */
static void take_orders(struct commit_log *log, unsigned failures, struct orders *orders)
{
    commit_lock(log);
    wait_for_work(log, failures);
    if (failures == 0)
        gather(log);
    log->expected = log->appends;
    log->appends = 0;
    log->kicked = false;
    orders->stopping = log->stopping;
    commit_unlock(log);
}

/* When it is told to stop, it tries for a while to get everything onto the disk, not for ever. */
static void *thread_main(void *argument)
{
    struct commit_log *log = argument;
    struct orders orders = {0};
    unsigned failures = 0, closing = 0;

    cpus_take(CPUS_BACKGROUND, NULL);
    do {
        struct diag diag = {0};
        int rc;

        take_orders(log, failures, &orders);
        rc = commit_round(log, &orders, &diag);
        failures = rc < 0 ? failures + 1 : 0;
        closing += orders.stopping;
        if (rc < 0)
            note_failure(log, &diag);
    } while (!orders.stopping || (failures > 0 && closing < COMMIT_CLOSE_TRIES));
    return NULL;
}

/* --- From outside. */

/* What the last process has left may have been written and never synced, files as well as names:
 * the names are synced, and what doesn't prove itself synced is written again. For after a sync
 * that failed, one that succeeds says nothing of the same bytes. */
static int settle(struct commit_log *log, struct diag *diag)
{
    uint64_t position = atomic_load_explicit(&log->position, memory_order_relaxed);
    struct manifest_segment *last;
    int rc = io_sync_directory(log->options.io, log->directory, diag);

    if (rc < 0)
        return rc;
    /* one may have the name that the next segment gets */
    commit_remove_strangers(log->options.io, log->directory, &log->manifest);
    log->written = log->synced = log->kept_from = position;
    atomic_store_explicit(&log->safe, position, memory_order_release);
    if (!log->was_open)
        return commit_begin_segment(log, position, 0, NULL, diag);
    last = &log->manifest.segments[log->manifest.segment_count - 1];
    last->closed = log->was_open = false; /* it ends earlier */
    log->written = log->kept_from =
        last->end; /* volatile records may lie between it and position */
    log->synced = log->proven;
    atomic_store_explicit(&log->safe, log->synced, memory_order_release);
    return commit_rewrite(log, log->proven_bytes, diag);
}

int commit_log_start(struct commit_log *log, struct diag *diag)
{
    int rc;

    pthread_mutex_lock(&log->files);
    rc = settle(log, diag);
    pthread_mutex_unlock(&log->files);
    if (rc < 0)
        return rc;
    log->last_sync_ns = clock_monotonic_ns();
    log->fixed = atomic_load_explicit(&log->position, memory_order_relaxed);
    log->running = true;
    if (pthread_create(&log->thread, NULL, thread_main, log) != 0) {
        log->running = false;
        return diag_set(diag, ERR_IO, "no thread for the log");
    }
    pthread_setname_np(log->thread, "log");
    return 0;
}

void commit_log_close(struct commit_log *log)
{
    if (!log)
        return;
    if (log->running) {
        commit_log_rewind(log);
        commit_lock(log);
        log->stopping = true;
        pthread_cond_signal(&log->work);
        commit_unlock(log);
        pthread_join(log->thread, NULL);
        if (!log->failed)
            commit_end_segment(log, NULL); /* recovery manages without */
    }
    take_batches(log); /* what a failing disk did not take */
    commit_forget_written(log);
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
    commit_free_ids(log);
    mem_free(log->directory);
    mem_free(log);
}

int commit_wait(struct commit_log *log, bool marks, struct diag *diag)
{
    uint64_t position, wanted;
    int rc = 0;

    commit_lock(log);
    position = atomic_load_explicit(&log->position, memory_order_relaxed);
    wanted = marks ? log->marks : 0;
    while (log->running && !log->failed &&
           (atomic_load_explicit(&log->durable, memory_order_relaxed) < position ||
            log->marks_done < wanted)) {
        kick(log);
        pthread_cond_wait(&log->progress, &log->lock);
    }
    if (atomic_load_explicit(&log->durable, memory_order_relaxed) < position ||
        log->marks_done < wanted)
        rc = log->failed ? diag_set(diag, log->why.code, "%s", log->why.text)
                         : diag_set(diag, ERR_CLOSED, "the log has not been started");
    commit_unlock(log);
    return rc;
}

int commit_log_flush(struct commit_log *log, struct diag *diag)
{
    return commit_wait(log, false, diag);
}

bool commit_log_has_failed(const struct commit_log *log, struct diag *why)
{
    bool failed;

    commit_lock(log);
    failed = log->failed;
    if (failed && why)
        *why = log->why;
    commit_unlock(log);
    return failed;
}

void commit_log_set_sync(struct commit_log *log, enum commit_sync sync)
{
    commit_lock(log);
    log->sync = sync;
    pthread_cond_signal(&log->work);
    commit_unlock(log);
}

void commit_log_set_compress(struct commit_log *log, bool compress)
{
    commit_lock(log);
    log->compress = compress;
    commit_unlock(log);
}

void commit_log_pause_sync(struct commit_log *log, bool paused)
{
    commit_lock(log);
    log->sync_paused = paused;
    pthread_cond_signal(&log->work);
    commit_unlock(log);
}
