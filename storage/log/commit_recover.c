/* commit_recover.c - what a directory holds: opening, replaying, and how segments come to be. */
#include "core/base/check.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/time/clock.h"
#include "storage/log/commit_internal.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

/* --- Segments. */

/* Closes the last segment of a manifest at a position, or forgets it if nothing is in it. */
static void close_last(struct manifest *manifest, uint64_t position, uint64_t bytes)
{
    struct manifest_segment *last;

    if (manifest->segment_count == 0)
        return;
    last = &manifest->segments[manifest->segment_count - 1];
    if (last->first == position) {
        manifest_drop(manifest, manifest->segment_count - 1);
        return;
    }
    if (last->closed)
        return;
    last->closed = true;
    last->end = position;
    last->bytes = bytes;
}

/* The manifest could not be stored. Unless it took the place of the old one all the same, the new
 * segment is of no use, and a disk that fails again and again must not fill up with such files. */
static void discard(struct commit_log *log, const char *file)
{
    struct manifest there;
    char path[LOG_PATH_LIMIT];

    if (manifest_load(&there, log->options.io, log->directory, NULL) < 0)
        return;
    for (size_t i = 0; i < there.segment_count; i++) {
        if (strcmp(there.segments[i].file, file) == 0) {
            manifest_release(&there);
            return;
        }
    }
    manifest_release(&there);
    snprintf(path, sizeof(path), "%s/%s", log->directory, file);
    io_remove(log->options.io, path, NULL);
}

int commit_put_in_force(struct commit_log *log, struct manifest *next, struct diag *diag)
{
    struct manifest_segment *unsettled = NULL;
    int rc;

    if (log->was_open) { /* nobody knows yet that all of it is on the disk */
        unsettled = &next->segments[next->segment_count - 1];
        unsettled->closed = false;
    }
    rc = manifest_store(next, log->options.io, log->directory, diag);
    if (unsettled)
        unsettled->closed = true;
    if (rc < 0) {
        manifest_release(next);
        return rc;
    }
    manifest_release(&log->manifest);
    log->manifest = *next;
    return 0;
}

/* As close_last; *emptied gets the name of the file that is forgotten, or nothing. */
static void close_or_forget(const struct commit_log *log, struct manifest *next, uint64_t position,
                            uint64_t bytes, char *emptied)
{
    size_t count = next->segment_count;

    emptied[0] = '\0';
    close_last(next, position, bytes);
    if (next->segment_count < count)
        snprintf(emptied, LOG_NAME_LIMIT, "%s", log->manifest.segments[count - 1].file);
}

/* The manifest in force says that it ends: gives back what it was prepared for and did not get.
 * What fails here costs room until a checkpoint removes the file. */
static void trim(const struct commit_log *log, const struct manifest_segment *closed)
{
    char path[LOG_PATH_LIMIT];
    struct io_file *file;
    uint64_t there;

    snprintf(path, sizeof(path), "%s/%s", log->directory, closed->file);
    if (io_open(log->options.io, path, IO_WRITE, &file, NULL) < 0)
        return;
    if (io_size(file, &there, NULL) == 0 && there > closed->bytes)
        io_truncate(file, closed->bytes, NULL);
    io_close(file);
}

static void remove_emptied(struct commit_log *log, const char *emptied)
{
    char path[LOG_PATH_LIMIT];

    if (!emptied[0])
        return;
    snprintf(path, sizeof(path), "%s/%s", log->directory, emptied);
    io_remove(log->options.io, path, NULL); /* what stays is removed at the next start */
}

/* Nobody can know it beforehand, and two segments have different ones. */
static uint32_t make_salt(uint64_t number)
{
    uint32_t salt;

    if (getrandom(&salt, sizeof(salt), GRND_NONBLOCK) != (ssize_t)sizeof(salt))
        salt = (uint32_t)(clock_monotonic_ns() * 2654435761u);
    return salt ^ (uint32_t)number;
}

/* Writes what the old segment holds beyond its end into the new one, and syncs it. */
static int fill(struct segment_writer *writer, uint64_t position, const struct batch *again,
                bool compress, struct diag *diag)
{
    int rc = 0;

    if (!again)
        return 0;
    for (; again && rc == 0; again = again->next) {
        struct frame frame = {
            .begin = again->begin,
            .end = again->end,
            .synced = position,
            .written_ms = clock_now_ms(),
        };

        rc = segment_write(writer, &frame, span_of(again->records.data, again->records.size),
                           compress, diag);
    }
    return rc < 0 ? rc : segment_sync(writer, diag);
}

int commit_begin_segment(struct commit_log *log, uint64_t position, uint64_t bytes,
                         const struct batch *again, struct diag *diag)
{
    struct segment_identity identity = {
        .replication_id = log->manifest.history.id,
        .first_position = position,
        .number = log->manifest.next_number,
        .created_ms = clock_now_ms(),
        .salt = make_salt(log->manifest.next_number),
    };
    struct segment_writer *writer;
    struct manifest next;
    char file[LOG_NAME_LIMIT], emptied[LOG_NAME_LIMIT];
    int rc;

    if (log->manifest.segment_count >= LOG_SEGMENTS_LIMIT)
        return diag_set(diag, ERR_FULL, "%s: the log has %d segments; a checkpoint is needed",
                        log->directory, LOG_SEGMENTS_LIMIT);
    log->manifest.next_number++; /* a name that failed is not tried again */
    snprintf(file, sizeof(file), "%010llu-%llu.log", (unsigned long long)identity.number,
             (unsigned long long)position);
    rc = segment_create(log->options.io, log->directory, file, &identity, &writer, diag);
    if (rc < 0)
        return rc;
    rc = fill(writer, position, again, log->options.compress, diag);
    if (rc == 0) {
        manifest_copy(&next, &log->manifest);
        close_or_forget(log, &next, position, bytes, emptied);
        manifest_add(&next, file, position);
        rc = commit_put_in_force(log, &next, diag);
    }
    if (rc < 0) {
        segment_writer_free(writer);
        discard(log, file);
        return rc;
    }
    segment_writer_free(log->writer);
    log->writer = writer;
    log->writer_first = position;
    commit_note_files(log);
    remove_emptied(log, emptied);
    if (log->manifest.segment_count > 1)
        trim(log, &log->manifest.segments[log->manifest.segment_count - 2]);
    return 0;
}

int commit_end_segment(struct commit_log *log, struct diag *diag)
{
    uint64_t position = atomic_load_explicit(&log->position, memory_order_relaxed);
    struct manifest next;
    char emptied[LOG_NAME_LIMIT];
    int rc;

    manifest_copy(&next, &log->manifest);
    close_or_forget(log, &next, position, segment_bytes(log->writer), emptied);
    rc = commit_put_in_force(log, &next, diag);
    if (rc < 0)
        return rc;
    remove_emptied(log, emptied);
    if (log->manifest.segment_count > 0)
        trim(log, &log->manifest.segments[log->manifest.segment_count - 1]);
    return 0;
}

struct strangers {
    const struct manifest *manifest;
    char (*names)[LOG_NAME_LIMIT];
    size_t count;
};

static bool has_end(const char *name, const char *end)
{
    size_t size = strlen(name), end_size = strlen(end);

    return size >= end_size && strcmp(name + size - end_size, end) == 0;
}

static bool is_checkpoint(const char *name)
{
    return strncmp(name, "checkpoint-", 11) == 0 && has_end(name, ".rdb");
}

static void visit_name(void *context, const char *name)
{
    struct strangers *strangers = context;
    const struct manifest *manifest = strangers->manifest;

    if (strlen(name) >= LOG_NAME_LIMIT ||
        !(has_end(name, ".log") || has_end(name, ".tmp") || is_checkpoint(name)))
        return;
    if (strcmp(name, manifest->checkpoint_file) == 0)
        return;
    for (size_t i = 0; i < manifest->segment_count; i++)
        if (strcmp(name, manifest->segments[i].file) == 0)
            return;
    strangers->names = mem_realloc(strangers->names, (strangers->count + 1) * LOG_NAME_LIMIT);
    snprintf(strangers->names[strangers->count++], LOG_NAME_LIMIT, "%s", name);
}

void commit_remove_strangers(struct io *io, const char *directory, const struct manifest *manifest)
{
    struct strangers strangers = {.manifest = manifest};
    char path[LOG_PATH_LIMIT];

    io_list(io, directory, visit_name, &strangers, NULL);
    for (size_t i = 0; i < strangers.count; i++) {
        snprintf(path, sizeof(path), "%s/%s", directory, strangers.names[i]);
        io_remove(io, path, NULL);
    }
    mem_free(strangers.names);
}

/* --- Opening. */

int commit_lock_directory(struct io *io, const char *directory, struct io_file **lock,
                          struct diag *diag)
{
    char path[LOG_PATH_LIMIT];
    int rc;

    snprintf(path, sizeof(path), "%s/lock", directory);
    rc = io_open(io, path, IO_WRITE | IO_CREATE, lock, diag);
    if (rc == 0)
        rc = io_lock(*lock, diag);
    if (rc == ERR_EXISTS)
        diag_set(diag, rc, "another process uses the log in %s", directory);
    return rc;
}

struct orphans {
    const char *expected;
    size_t count;
};

static void count_orphan(void *context, const char *name)
{
    struct orphans *orphans = context;

    if (!orphans->expected || strcmp(name, orphans->expected) != 0)
        orphans->count += has_end(name, ".log") || is_checkpoint(name);
}

int commit_refuse_orphans(struct io *io, const char *directory, const char *expected,
                          struct diag *diag)
{
    struct orphans orphans = {.expected = expected};
    int rc = io_list(io, directory, count_orphan, &orphans, diag);

    if (rc == 0 && orphans.count > 0)
        rc = diag_set(diag, ERR_DAMAGED,
                      "%s holds files of a log, but no manifest that says which of them are valid; "
                      "restore the file 'manifest' from a backup",
                      directory);
    return rc;
}

/* A directory without a manifest is a new one, if nothing speaks against it. */
static int create(struct commit_log *log, struct commit_recovery *found, struct diag *diag)
{
    int rc = commit_refuse_orphans(log->options.io, log->directory, NULL, diag);

    if (rc < 0)
        return rc;
    found->created = found->clean = true;
    log->manifest.next_number = 1;
    snprintf(log->manifest.history.id, sizeof(log->manifest.history.id), "%s",
             log->options.replication_id);
    rc = io_sync_parent(log->options.io, log->directory, diag); /* or all would go with its name */
    return rc < 0 ? rc : manifest_store(&log->manifest, log->options.io, log->directory, diag);
}

/* A place where a frame ends. */
struct boundary {
    uint64_t position, bytes;
};

/* The last frame says up to where everything was synced when it was written; where that is in the
 * file is looked up among all the frames' ends. */
static void note_proven(struct commit_log *log, const struct buffer *boundaries, uint64_t synced)
{
    const struct boundary *all = (const struct boundary *)(const void *)boundaries->data;
    size_t at = boundaries->size / sizeof(*all) - 1;

    while (at > 0 && all[at].position > synced)
        at--;
    log->was_open = true;
    log->proven = all[at].position;
    log->proven_bytes = all[at].bytes;
}

/* Finds where the open segment really ends, and closes it there in memory: the file is not changed,
 * the next manifest will say it. */
static int find_end(struct commit_log *log, struct commit_recovery *found, struct diag *diag)
{
    struct manifest_segment *last = &log->manifest.segments[log->manifest.segment_count - 1];
    struct segment_reader *reader;
    struct buffer boundaries = {0};
    struct boundary boundary;
    struct frame frame;
    uint64_t at, position = last->first, synced = last->first;
    int rc = segment_open(log->options.io, log->directory, last->file, last->first, UINT64_MAX,
                          &reader, diag);

    if (rc < 0)
        return rc;
    do {
        boundary = (struct boundary){position, segment_at(reader)};
        buffer_append(&boundaries, &boundary, sizeof(boundary));
        rc = segment_next(reader, &frame, NULL, &at, diag);
        if (rc == 0) {
            position = frame.end;
            synced = frame.synced;
        }
    } while (rc == 0);
    note_proven(log, &boundaries, synced);
    buffer_release(&boundaries);
    if (rc == ERR_DAMAGED && !segment_is_rotten(reader, position)) {
        found->cut_bytes = segment_file_bytes(reader) - segment_at(reader);
        snprintf(found->cut_file, sizeof(found->cut_file), "%s", last->file);
        rc = ERR_MISSING;
    }
    if (rc == ERR_DAMAGED)
        diag_set(diag, rc,
                 "%s/%s is damaged at byte %llu (position %llu), and sound data follows: this is "
                 "not a write that was cut short. 'millstream-check %s' shows what would be lost; "
                 "restore the file from a backup, or let millstream-check repair it",
                 log->directory, last->file, (unsigned long long)segment_at(reader),
                 (unsigned long long)position, log->directory);
    last->closed = true;
    last->end = position;
    last->bytes = segment_at(reader);
    segment_reader_free(reader);
    return rc == ERR_MISSING ? 0 : rc;
}

static int read_directory(struct commit_log *log, struct commit_recovery *found, struct diag *diag)
{
    struct manifest *manifest = &log->manifest;
    int rc = manifest_load(manifest, log->options.io, log->directory, diag);
    size_t count;

    if (rc == ERR_MISSING)
        return create(log, found, diag);
    if (rc < 0)
        return rc;
    found->clean = true;
    found->checkpoint = found->end = manifest->checkpoint_position;
    if (manifest->checkpoint_file[0])
        snprintf(found->checkpoint_file, sizeof(found->checkpoint_file), "%s/%s", log->directory,
                 manifest->checkpoint_file);
    count = manifest->segment_count;
    if (count == 0)
        return 0;
    if (manifest->segments[0].first > manifest->checkpoint_position)
        return diag_set(diag, ERR_DAMAGED, "%s: segments before position %llu are missing",
                        log->directory, (unsigned long long)manifest->segments[0].first);
    found->clean = manifest->segments[count - 1].closed;
    if (!found->clean)
        rc = find_end(log, found, diag);
    found->end = manifest->segments[count - 1].end;
    if (found->end < found->checkpoint)
        found->end = found->checkpoint;
    return rc;
}

int commit_log_open(const struct commit_options *options, struct commit_log **out,
                    struct commit_recovery *found, struct diag *diag)
{
    struct commit_log *log;
    pthread_condattr_t attributes;
    struct diag why = {0}; /* words about what is in order after all are nobody's business */
    int rc;

    *found = (struct commit_recovery){0};
    if (strlen(options->directory) + LOG_NAME_LIMIT + 8 > LOG_PATH_LIMIT)
        return diag_set(diag, ERR_RANGE, "the path of the log's directory is too long");
    log = mem_zalloc(sizeof(*log));
    log->options = *options;
    log->directory = mem_strdup(options->directory);
    log->sync = options->sync;
    log->compress = options->compress;
    log->keep = UINT64_MAX;
    CHECK(pthread_mutex_init(&log->lock, NULL) == 0 && pthread_mutex_init(&log->files, NULL) == 0);
    CHECK(pthread_condattr_init(&attributes) == 0);
    CHECK(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0);
    CHECK(pthread_cond_init(&log->work, &attributes) == 0);
    CHECK(pthread_cond_init(&log->progress, NULL) == 0);
    pthread_condattr_destroy(&attributes);
    rc = io_make_directory(options->io, options->directory, &why);
    if (rc == ERR_EXISTS)
        rc = 0;
    if (rc == 0)
        rc = commit_lock_directory(options->io, options->directory, &log->directory_lock, &why);
    if (rc == 0)
        rc = read_directory(log, found, &why);
    if (rc < 0) {
        if (diag)
            *diag = why;
        commit_log_close(log);
        return rc;
    }
    commit_note_files(log);
    commit_note_history(log);
    found->history = log->history;
    atomic_store_explicit(&log->position, found->end, memory_order_relaxed);
    atomic_store_explicit(&log->durable, found->end, memory_order_relaxed);
    *out = log;
    return 0;
}

/* --- Replaying. */

static int replay_segment(struct commit_log *log, const struct manifest_segment *segment,
                          int (*visit)(void *context, uint64_t position, struct span records),
                          void *context, struct diag *diag)
{
    struct segment_reader *reader;
    struct frame frame;
    struct span records;
    uint64_t at = 0, position = segment->first;
    bool refused = false; /* by the visitor, for reasons of its own */
    int rc = segment_open(log->options.io, log->directory, segment->file, segment->first,
                          segment->bytes, &reader, diag);

    if (rc < 0)
        return rc;
    while ((rc = segment_next(reader, &frame, &records, &at, diag)) == 0) {
        position = frame.end;
        if (position > segment->end) {
            rc = diag_set(diag, ERR_DAMAGED, "it has more than the manifest says");
            break;
        }
        if (position <= log->manifest.checkpoint_position)
            continue;
        rc = visit(context, frame.end, records);
        if (rc < 0) {
            refused = true;
            break;
        }
    }
    segment_reader_free(reader);
    if (rc == ERR_MISSING && !refused)
        rc = 0;
    if (rc == ERR_DAMAGED)
        diag_wrap(diag,
                  "%s/%s, byte %llu (position %llu): restore the file from a backup, or see "
                  "what 'millstream-check' says",
                  log->directory, segment->file, (unsigned long long)at,
                  (unsigned long long)position);
    return rc;
}

int commit_log_replay(struct commit_log *log,
                      int (*visit)(void *context, uint64_t position, struct span records),
                      void *context, struct diag *diag)
{
    for (size_t i = 0; i < log->manifest.segment_count; i++) {
        const struct manifest_segment *segment = &log->manifest.segments[i];
        int rc;

        if (segment->end <= log->manifest.checkpoint_position)
            continue;
        rc = replay_segment(log, segment, visit, context, diag);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* --- Writing again. */

/* The frames from `synced` up to `kept_from`, as a list of batches. */
static int collect(struct commit_log *log, struct segment_reader *reader, struct batch **to,
                   struct diag *diag)
{
    uint64_t at, position = log->synced;
    struct span records;
    struct frame frame;
    int rc = 0;

    while (rc == 0 && position < log->kept_from) {
        rc = segment_next(reader, &frame, &records, &at, diag);
        if (rc < 0 || frame.end <= log->synced)
            continue;
        *to = mem_zalloc(sizeof(struct batch));
        (*to)->begin = frame.begin;
        (*to)->end = position = frame.end;
        buffer_append_span(&(*to)->records, records);
        to = &(*to)->next;
    }
    return rc;
}

/* Puts what the open segment has between `synced` and `kept_from` in front of the unsynced. */
static int read_back(struct commit_log *log, struct diag *diag)
{
    const struct manifest *manifest = &log->manifest;
    const struct manifest_segment *open = &manifest->segments[manifest->segment_count - 1];
    struct batch *first = NULL, *last = NULL;
    struct segment_reader *reader;
    int rc = segment_open(log->options.io, log->directory, open->file, open->first,
                          log->writer ? segment_bytes(log->writer) : open->bytes, &reader, diag);

    if (rc == 0) {
        rc = collect(log, reader, &first, diag);
        segment_reader_free(reader);
    }
    for (struct batch *batch = first; batch && rc == 0; batch = batch->next)
        last = batch;
    if (rc == 0) {
        CHECK(last); /* it was called because something is there */
        last->next = log->unsynced;
        log->unsynced_last = log->unsynced ? log->unsynced_last : last;
        log->unsynced = first;
        log->kept_from = log->synced;
        return 0;
    }
    while (first) {
        struct batch *batch = first;

        first = batch->next;
        commit_batch_free(batch);
    }
    return diag_wrap(diag, "what was written and not synced can't be read back from %s",
                     open->file);
}

int commit_rewrite(struct commit_log *log, uint64_t bytes, struct diag *diag)
{
    int rc = log->kept_from > log->synced ? read_back(log, diag) : 0;

    if (rc == 0)
        rc = commit_begin_segment(log, log->synced, bytes, log->unsynced, diag);
    if (rc < 0)
        return rc;
    if (log->unsynced)
        log->written = log->unsynced_last->end;
    log->synced = log->written;
    atomic_store_explicit(&log->safe, log->synced, memory_order_release);
    commit_forget_written(log);
    return 0;
}
