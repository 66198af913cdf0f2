/* commit_recover.c - what a directory holds: opening, replaying, and how segments come to be. */
#include "core/base/check.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/time/clock.h"
#include "storage/log/commit_internal.h"

#include <stdio.h>
#include <string.h>

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

int commit_begin_segment(struct commit_log *log, uint64_t position, uint64_t bytes,
                         struct diag *diag)
{
    struct segment_identity identity = {
        .replication_id = log->manifest.replication_id,
        .first_position = position,
        .number = log->manifest.next_number++, /* a name that failed is not tried again */
        .created_ms = clock_now_ms(),
    };
    struct segment_writer *writer;
    struct manifest next;
    char file[LOG_NAME_LIMIT], emptied[LOG_NAME_LIMIT] = "";
    size_t count = log->manifest.segment_count;
    int rc;

    snprintf(file, sizeof(file), "%010llu-%llu.log", (unsigned long long)identity.number,
             (unsigned long long)position);
    rc = segment_create(log->options.io, log->directory, file, &identity, &writer, diag);
    if (rc < 0)
        return rc;
    manifest_copy(&next, &log->manifest);
    close_last(&next, position, bytes);
    if (next.segment_count < count)
        snprintf(emptied, sizeof(emptied), "%s", log->manifest.segments[count - 1].file);
    manifest_add(&next, file, position);
    rc = manifest_store(&next, log->options.io, log->directory, diag);
    if (rc < 0) {
        segment_writer_free(writer);
        manifest_release(&next);
        return rc;
    }
    segment_writer_free(log->writer);
    manifest_release(&log->manifest);
    log->manifest = next;
    log->writer = writer;
    log->writer_first = position;
    commit_note_files(log);
    if (emptied[0]) {
        char path[LOG_PATH_LIMIT];

        snprintf(path, sizeof(path), "%s/%s", log->directory, emptied);
        io_remove(log->options.io, path, NULL); /* what stays is removed at the next start */
    }
    return 0;
}

struct strangers {
    struct commit_log *log;
    char (*names)[LOG_NAME_LIMIT];
    size_t count;
};

static bool has_end(const char *name, const char *end)
{
    size_t size = strlen(name), end_size = strlen(end);

    return size >= end_size && strcmp(name + size - end_size, end) == 0;
}

static void visit_name(void *context, const char *name)
{
    struct strangers *strangers = context;
    const struct manifest *manifest = &strangers->log->manifest;

    if (strlen(name) >= LOG_NAME_LIMIT ||
        !(has_end(name, ".log") || has_end(name, ".tmp") ||
          (strncmp(name, "checkpoint-", 11) == 0 && has_end(name, ".rdb"))))
        return;
    if (strcmp(name, manifest->checkpoint_file) == 0)
        return;
    for (size_t i = 0; i < manifest->segment_count; i++)
        if (strcmp(name, manifest->segments[i].file) == 0)
            return;
    strangers->names = mem_realloc(strangers->names, (strangers->count + 1) * LOG_NAME_LIMIT);
    snprintf(strangers->names[strangers->count++], LOG_NAME_LIMIT, "%s", name);
}

void commit_remove_strangers(struct commit_log *log)
{
    struct strangers strangers = {.log = log};
    char path[LOG_PATH_LIMIT];

    io_list(log->options.io, log->directory, visit_name, &strangers, NULL);
    for (size_t i = 0; i < strangers.count; i++) {
        snprintf(path, sizeof(path), "%s/%s", log->directory, strangers.names[i]);
        io_remove(log->options.io, path, NULL);
    }
    mem_free(strangers.names);
}

/* --- Opening. */

static int lock_directory(struct commit_log *log, struct diag *diag)
{
    char path[LOG_PATH_LIMIT];
    int rc;

    snprintf(path, sizeof(path), "%s/lock", log->directory);
    rc = io_open(log->options.io, path, IO_WRITE | IO_CREATE, &log->directory_lock, diag);
    if (rc == 0)
        rc = io_lock(log->directory_lock, diag);
    if (rc == ERR_EXISTS)
        diag_set(diag, rc, "another process uses the log in %s", log->directory);
    return rc;
}

static void count_segment(void *context, const char *name)
{
    *(size_t *)context += has_end(name, ".log");
}

/* A directory without a manifest is a new one, if nothing speaks against it. */
static int create(struct commit_log *log, struct commit_recovery *found, struct diag *diag)
{
    size_t segments = 0;
    int rc = io_list(log->options.io, log->directory, count_segment, &segments, diag);

    if (rc < 0)
        return rc;
    if (segments > 0)
        return diag_set(diag, ERR_DAMAGED,
                        "%s holds log segments, but no manifest that says which of them are valid; "
                        "restore the file 'manifest' from a backup",
                        log->directory);
    found->created = true;
    log->manifest.next_number = 1;
    snprintf(log->manifest.replication_id, sizeof(log->manifest.replication_id), "%s",
             log->options.replication_id);
    return manifest_store(&log->manifest, log->options.io, log->directory, diag);
}

/* Finds where the open segment really ends, and closes it there in memory: the file is not changed,
 * the next manifest will say it. */
static int find_end(struct commit_log *log, struct commit_recovery *found, struct diag *diag)
{
    struct manifest_segment *last = &log->manifest.segments[log->manifest.segment_count - 1];
    struct segment_reader *reader;
    struct frame frame;
    uint64_t at, position = last->first;
    int rc = segment_open(log->options.io, log->directory, last->file, last->first, UINT64_MAX,
                          &reader, diag);

    if (rc < 0)
        return rc;
    while ((rc = segment_next(reader, &frame, NULL, &at, diag)) == 0) {
        if (frame.begin < position) {
            rc = diag_set(diag, ERR_DAMAGED, "positions go back");
            break;
        }
        position = frame.end;
    }
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

    if (rc == ERR_MISSING)
        return create(log, found, diag);
    if (rc < 0)
        return rc;
    found->checkpoint = found->end = manifest->checkpoint_position;
    if (manifest->checkpoint_file[0])
        snprintf(found->checkpoint_file, sizeof(found->checkpoint_file), "%s/%s", log->directory,
                 manifest->checkpoint_file);
    if (manifest->segment_count == 0)
        return 0;
    if (!manifest->segments[manifest->segment_count - 1].closed)
        rc = find_end(log, found, diag);
    if (manifest->segments[0].first > manifest->checkpoint_position)
        return diag_set(diag, ERR_DAMAGED, "%s: segments before position %llu are missing",
                        log->directory, (unsigned long long)manifest->segments[0].first);
    found->end = manifest->segments[manifest->segment_count - 1].end;
    if (found->end < found->checkpoint)
        found->end = found->checkpoint;
    return rc;
}

int commit_log_open(const struct commit_options *options, struct commit_log **out,
                    struct commit_recovery *found, struct diag *diag)
{
    struct commit_log *log = mem_zalloc(sizeof(*log));
    pthread_condattr_t attributes;
    int rc;

    *found = (struct commit_recovery){0};
    log->options = *options;
    log->directory = mem_strdup(options->directory);
    log->sync = options->sync;
    log->compress = options->compress;
    CHECK(pthread_mutex_init(&log->lock, NULL) == 0 && pthread_mutex_init(&log->files, NULL) == 0);
    CHECK(pthread_condattr_init(&attributes) == 0);
    CHECK(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0);
    CHECK(pthread_cond_init(&log->work, &attributes) == 0);
    CHECK(pthread_cond_init(&log->progress, NULL) == 0);
    pthread_condattr_destroy(&attributes);
    rc = io_make_directory(options->io, options->directory, diag);
    if (rc == ERR_EXISTS)
        rc = 0;
    if (rc == 0 && diag)
        *diag = (struct diag){0};
    if (rc == 0)
        rc = lock_directory(log, diag);
    if (rc == 0)
        rc = read_directory(log, found, diag);
    if (rc < 0) {
        commit_log_close(log);
        return rc;
    }
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
    uint64_t at, position = segment->first;
    int rc = segment_open(log->options.io, log->directory, segment->file, segment->first,
                          segment->bytes, &reader, diag);

    if (rc < 0)
        return rc;
    while ((rc = segment_next(reader, &frame, &records, &at, diag)) == 0) {
        position = frame.end;
        if (frame.end <= log->manifest.checkpoint_position)
            continue;
        rc = visit(context, frame.end, records);
        if (rc < 0)
            break;
    }
    segment_reader_free(reader);
    if (rc == ERR_MISSING)
        rc = position <= segment->end
                 ? 0
                 : diag_set(diag, ERR_DAMAGED, "it has more than the manifest says");
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
