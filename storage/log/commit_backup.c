/* commit_backup.c - see the header. A power cut at any moment leaves a directory without a
 * manifest, or a whole backup: names are synced before the manifest that relies on them is written,
 * and when all is removed the manifest's name goes first. */
#include "storage/log/commit_backup.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "storage/log/commit_internal.h"

#include <stdio.h>
#include <string.h>

enum {
    COPY_BYTES = 1 << 20,
};

void commit_backup_release(struct commit_backup *backup)
{
    manifest_release(&backup->manifest);
    *backup = (struct commit_backup){0};
}

/* --- Files. */

/* The first `size` bytes. */
static int copy_bytes(struct io_file *from, struct io_file *to, uint64_t size, struct diag *diag)
{
    char *part = mem_alloc(COPY_BYTES);
    uint64_t at = 0;
    int rc = 0;

    while (rc == 0 && at < size) {
        uint64_t wanted = size - at < COPY_BYTES ? size - at : COPY_BYTES;
        size_t got;

        rc = io_read(from, at, part, (size_t)wanted, &got, diag);
        if (rc == 0 && got < wanted)
            rc = diag_set(diag, ERR_DAMAGED, "the file is shorter than the manifest says");
        if (rc == 0)
            rc = io_append(to, span_of(part, got), diag);
        at += got;
    }
    mem_free(part);
    return rc < 0 ? rc : io_sync(to, diag);
}

static int copy_file(struct io *io, const char *from, const char *to, uint64_t size,
                     struct diag *diag)
{
    struct io_file *source, *target;
    int rc = io_open(io, from, IO_READ, &source, diag);

    if (rc < 0)
        return rc;
    rc = io_open(io, to, IO_WRITE | IO_CREATE | IO_EXCLUSIVE, &target, diag);
    if (rc == 0) {
        rc = copy_bytes(source, target, size, diag);
        io_close(target);
    }
    io_close(source);
    return rc < 0 ? diag_wrap(diag, "copy %s to %s", from, to) : 0;
}

/* Puts a file of the log into the backup. A `whole` one, which never changes again, only needs
 * another name; whether the file system gives it one is only known when it has been asked. */
static int put_file(struct commit_backup *backup, const struct commit_log *log, const char *file,
                    uint64_t size, bool whole, struct diag *diag)
{
    struct io *io = log->options.io;
    char from[LOG_PATH_LIMIT], to[LOG_PATH_LIMIT];

    if (snprintf(to, sizeof(to), "%s/%s", backup->directory, file) >= (int)sizeof(to))
        return diag_set(diag, ERR_RANGE, "the path of the backup is too long");
    snprintf(from, sizeof(from), "%s/%s", log->directory, file);
    if (whole && io_link(io, from, to, NULL) == 0)
        return 0;
    return copy_file(io, from, to, size, diag);
}

/* --- Beginning. */

static void keep(struct commit_log *log, bool keeping, uint64_t position)
{
    pthread_mutex_lock(&log->files);
    log->keeping = keeping;
    log->keep_from = position;
    pthread_mutex_unlock(&log->files);
}

/* The checkpoint in force; the log keeps what follows it. */
static int take_checkpoint(struct commit_backup *backup, struct commit_log *log, struct diag *diag)
{
    int rc = 0;

    pthread_mutex_lock(&log->files);
    if (log->manifest.checkpoint_file[0]) {
        manifest_copy(&backup->manifest, &log->manifest);
        backup->manifest.segment_count = 0;
        log->keeping = true;
        log->keep_from = log->manifest.checkpoint_position;
    } else {
        rc = diag_set(diag, ERR_MISSING, "%s has no checkpoint", log->directory);
    }
    pthread_mutex_unlock(&log->files);
    return rc;
}

int commit_backup_begin(struct commit_backup *backup, struct commit_log *log, const char *directory,
                        struct diag *diag)
{
    struct manifest *manifest = &backup->manifest;
    int rc;

    commit_backup_release(backup);
    if (snprintf(backup->directory, sizeof(backup->directory), "%s", directory) >=
        (int)sizeof(backup->directory))
        return diag_set(diag, ERR_RANGE, "the path of the backup is too long");
    rc = take_checkpoint(backup, log, diag);
    if (rc < 0)
        return rc;
    rc = put_file(backup, log, manifest->checkpoint_file, manifest->checkpoint_bytes, true, diag);
    if (rc == 0)
        rc = io_sync_directory(log->options.io, backup->directory, diag);
    if (rc == 0)
        rc = io_sync_parent(log->options.io, backup->directory, diag);
    if (rc < 0) {
        keep(log, false, 0);
        commit_backup_release(backup);
    }
    return rc;
}

/* --- Sealing. */

/* The segment goes on beyond `end`, as it does when the mark could not be carried out at once for a
 * disk that failed: finds how many of its bytes come before. A frame ends there in any case. */
static int find_bytes(const struct commit_log *log, struct manifest_segment *segment, uint64_t end,
                      struct diag *diag)
{
    struct segment_reader *reader;
    struct frame frame = {.end = segment->first};
    uint64_t at;
    int rc = segment_open(log->options.io, log->directory, segment->file, segment->first,
                          segment->closed ? segment->bytes : UINT64_MAX, &reader, diag);

    if (rc < 0)
        return rc;
    do {
        segment->bytes = segment_at(reader);
        segment->end = frame.end;
        if (frame.end == end)
            break;
        rc = segment_next(reader, &frame, NULL, &at, diag);
    } while (rc == 0 && frame.end <= end);
    segment_reader_free(reader);
    segment->closed = true;
    return rc == ERR_MISSING ? 0 : rc;
}

/* What the backup's manifest is going to say of segments; *whole tells of each whether it ends by
 * `end` in the log as well. */
static int choose_segments(struct commit_backup *backup, struct commit_log *log, uint64_t end,
                           bool **whole, struct diag *diag)
{
    struct manifest *manifest = &backup->manifest;
    uint64_t position = manifest->checkpoint_position;
    struct manifest now;
    int rc = 0;

    pthread_mutex_lock(&log->files);
    manifest_copy(&now, &log->manifest);
    pthread_mutex_unlock(&log->files);
    *whole = mem_zalloc((now.segment_count + 1) * sizeof(**whole));
    for (size_t i = 0; rc == 0 && i < now.segment_count; i++) {
        struct manifest_segment *segment = &now.segments[i];

        if (segment->first >= end || (segment->closed && segment->end <= position))
            continue;
        if (manifest->segment_count == 0 && segment->first > position)
            rc = diag_set(diag, ERR_RANGE, "segments before position %llu are gone",
                          (unsigned long long)segment->first);
        (*whole)[manifest->segment_count] = segment->closed && segment->end <= end;
        if (rc == 0 && !(*whole)[manifest->segment_count])
            rc = find_bytes(log, segment, end, diag);
        if (rc == 0)
            *manifest_add(manifest, segment->file, segment->first) = *segment;
    }
    manifest->next_number = now.next_number;
    manifest->history = now.history; /* it may have another id since the backup was begun */
    manifest_release(&now);
    return rc;
}

static int put_segments(struct commit_backup *backup, const struct commit_log *log,
                        const bool *whole, struct diag *diag)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < backup->manifest.segment_count; i++) {
        const struct manifest_segment *segment = &backup->manifest.segments[i];

        rc = put_file(backup, log, segment->file, segment->bytes, whole[i], diag);
    }
    return rc < 0 ? rc : io_sync_directory(log->options.io, backup->directory, diag);
}

int commit_backup_seal(struct commit_backup *backup, struct commit_log *log, uint64_t end,
                       const char *replication_id, struct diag *diag)
{
    bool *whole;
    int rc = commit_wait(log, true, diag);

    if (rc < 0)
        return rc;
    rc = choose_segments(backup, log, end, &whole, diag);
    if (rc == 0)
        rc = put_segments(backup, log, whole, diag);
    mem_free(whole);
    if (rc < 0)
        return rc;
    /* What is in it by now is part of the log's history; what comes after it will not be. */
    commit_history_begin(&backup->manifest.history, replication_id, end);
    return manifest_store(&backup->manifest, log->options.io, backup->directory, diag);
}

/* --- Ending. */

void commit_backup_let_go(struct commit_log *log)
{
    struct buffer names = {0};
    struct manifest next;

    pthread_mutex_lock(&log->files);
    log->keeping = false;
    manifest_copy(&next, &log->manifest);
    commit_drop_old(log, &next, next.checkpoint_position, &names);
    if (names.size == 0)
        manifest_release(&next);
    else if (commit_put_in_force(log, &next, NULL) < 0)
        buffer_clear(&names);
    commit_note_files(log);
    pthread_mutex_unlock(&log->files);
    commit_remove_files(log, &names);
    buffer_release(&names);
}

static size_t digits(const char *text)
{
    return strspn(text, "0123456789");
}

/* "<number>-<position>.log" */
static bool is_segment(const char *name)
{
    size_t number = digits(name), position;

    if (number == 0 || name[number] != '-')
        return false;
    position = digits(name + number + 1);
    return position > 0 && strcmp(name + number + 1 + position, ".log") == 0;
}

/* "checkpoint-<position>.rdb", perhaps one that is being written */
static bool is_checkpoint(const char *name)
{
    const char *end = name + 11;

    if (strncmp(name, "checkpoint-", 11) != 0 || digits(end) == 0)
        return false;
    end += digits(end);
    return strcmp(end, ".rdb") == 0 || strcmp(end, ".rdb.tmp") == 0;
}

static void note_ours(void *context, const char *name)
{
    if (is_segment(name) || is_checkpoint(name) || strcmp(name, "manifest.tmp") == 0 ||
        strcmp(name, "lock") == 0)
        buffer_append(context, name, strlen(name) + 1);
}

static int remove_in(struct io *io, const char *directory, const char *name, struct diag *diag)
{
    char path[LOG_PATH_LIMIT];
    int rc;

    snprintf(path, sizeof(path), "%s/%s", directory, name);
    rc = io_remove(io, path, diag);
    return rc == ERR_MISSING ? 0 : rc;
}

int commit_backup_remove(struct io *io, const char *directory, struct diag *diag)
{
    struct buffer names = {0};
    struct diag why = {0}; /* that nothing is there is no news */
    int rc = io_list(io, directory, note_ours, &names, &why);

    if (rc == 0)
        rc = remove_in(io, directory, "manifest", &why);
    if (rc == 0)
        rc = io_sync_directory(io, directory, &why);
    for (size_t at = 0; rc == 0 && at < names.size; at += strlen(names.data + at) + 1)
        rc = remove_in(io, directory, names.data + at, &why);
    buffer_release(&names);
    if (rc == ERR_MISSING)
        rc = 0;
    if (rc < 0 && diag)
        *diag = why;
    return rc;
}
