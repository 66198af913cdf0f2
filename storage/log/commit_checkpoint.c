/* commit_checkpoint.c - where a checkpoint belongs, and what goes when there is a new one. */
#include "core/base/check.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "storage/log/commit_internal.h"

#include <stdio.h>
#include <string.h>

uint64_t commit_log_mark(struct commit_log *log)
{
    uint64_t position;

    commit_lock(log);
    position = atomic_load_explicit(&log->position, memory_order_relaxed);
    log->fixed = position;
    log->mark_next = true;
    log->marks++;
    pthread_cond_signal(&log->work);
    commit_unlock(log);
    return position;
}

void commit_name_checkpoint(uint64_t position, char *name)
{
    snprintf(name, LOG_NAME_LIMIT, "checkpoint-%llu.rdb", (unsigned long long)position);
}

void commit_log_checkpoint_path(const struct commit_log *log, uint64_t position, char *path,
                                size_t size)
{
    char name[LOG_NAME_LIMIT];

    commit_name_checkpoint(position, name);
    snprintf(path, size, "%s/%s", log->directory, name);
}

bool commit_log_checkpoint_file(const struct commit_log *log, char *path, size_t size)
{
    bool there;

    commit_lock(log);
    there = log->checkpoint_file[0];
    snprintf(path, size, "%s/%s", log->directory, log->checkpoint_file);
    commit_unlock(log);
    return there;
}

static int file_bytes(struct commit_log *log, const char *path, uint64_t *bytes, struct diag *diag)
{
    struct io_file *file;
    int rc = io_open(log->options.io, path, IO_READ, &file, diag);

    if (rc < 0)
        return rc;
    rc = io_size(file, bytes, diag);
    io_close(file);
    return rc;
}

/* How many segments end at or before `position`, and aren't needed. `files` and `lock` are held. */
static size_t count_old(const struct commit_log *log, const struct manifest *manifest,
                        uint64_t position)
{
    size_t count = 0, settled = manifest->segment_count - log->was_open;

    while (count < settled) {
        const struct manifest_segment *segment = &manifest->segments[count];

        if (!segment->closed || segment->end > position || segment->end > log->keep ||
            (log->keeping && segment->end > log->keep_from))
            break;
        count++;
    }
    return count;
}

void commit_drop_old(struct commit_log *log, struct manifest *next, uint64_t position,
                     struct buffer *names)
{
    size_t count;

    commit_lock(log);
    count = count_old(log, next, position);
    log->oldest = count < next->segment_count ? next->segments[count].first : position;
    commit_unlock(log);
    for (size_t i = 0; i < count; i++)
        buffer_append(names, next->segments[i].file, strlen(next->segments[i].file) + 1);
    manifest_drop_oldest(next, count);
}

void commit_remove_files(const struct commit_log *log, const struct buffer *names)
{
    char path[LOG_PATH_LIMIT];

    for (size_t at = 0; at < names->size; at += strlen(names->data + at) + 1) {
        snprintf(path, sizeof(path), "%s/%s", log->directory, names->data + at);
        io_remove(log->options.io, path, NULL); /* what stays is removed at the next start */
    }
}

/* Whether recovery could begin there. `files` is held. */
static int check_position(const struct commit_log *log, uint64_t position, struct diag *diag)
{
    const struct manifest *manifest = &log->manifest;

    if (position < manifest->checkpoint_position || position > commit_log_position(log) ||
        (manifest->segment_count > 0 && position < manifest->segments[0].first))
        return diag_set(diag, ERR_RANGE, "no checkpoint can be at position %llu",
                        (unsigned long long)position);
    return 0;
}

/* Puts the checkpoint, whose file is there, into the manifest. `files` is held. */
static int store_checkpoint(struct commit_log *log, uint64_t position, uint64_t bytes,
                            struct buffer *names, struct diag *diag)
{
    char name[LOG_NAME_LIMIT];
    struct manifest next;
    int rc;

    manifest_copy(&next, &log->manifest);
    commit_name_checkpoint(position, name);
    if (next.checkpoint_file[0] && strcmp(next.checkpoint_file, name) != 0)
        buffer_append(names, next.checkpoint_file, strlen(next.checkpoint_file) + 1);
    memcpy(next.checkpoint_file, name, sizeof(name));
    next.checkpoint_position = position;
    next.checkpoint_bytes = bytes;
    commit_drop_old(log, &next, position, names);
    rc = commit_put_in_force(log, &next, diag);
    commit_note_files(log);
    return rc;
}

int commit_log_install(struct commit_log *log, uint64_t position, struct diag *diag)
{
    char path[LOG_PATH_LIMIT];
    struct buffer names = {0};
    uint64_t bytes;
    int rc = commit_wait(log, true, diag);

    if (rc < 0)
        return rc;
    commit_log_checkpoint_path(log, position, path, sizeof(path));
    pthread_mutex_lock(&log->files);
    rc = check_position(log, position, diag);
    if (rc == 0)
        rc = file_bytes(log, path, &bytes, diag);
    if (rc == 0)
        rc = io_sync_directory(log->options.io, log->directory, diag);
    if (rc == 0)
        rc = store_checkpoint(log, position, bytes, &names, diag);
    pthread_mutex_unlock(&log->files);
    if (rc == 0)
        commit_remove_files(
            log, &names); /* large ones take their time, and nobody needs to wait for it */
    buffer_release(&names);
    return rc;
}

void commit_note_files(struct commit_log *log)
{
    const struct manifest *manifest = &log->manifest;
    uint64_t bytes = manifest->checkpoint_file[0] ? manifest->checkpoint_bytes : 0, kept = 0;

    /* what is only kept for others is nothing that another checkpoint could save */
    for (size_t i = 0; i < manifest->segment_count; i++)
        if (!manifest->segments[i].closed ||
            manifest->segments[i].end > manifest->checkpoint_position)
            bytes += manifest->segments[i].bytes;
        else
            kept += manifest->segments[i].bytes;
    commit_lock(log);
    log->closed_bytes = bytes;
    log->facts.kept_bytes = kept;
    log->oldest = manifest_oldest(manifest);
    memcpy(log->checkpoint_file, manifest->checkpoint_file, sizeof(log->checkpoint_file));
    log->open_bytes = log->writer ? segment_bytes(log->writer) : 0;
    log->facts.base_bytes = manifest->checkpoint_bytes;
    log->facts.checkpoint = manifest->checkpoint_position;
    log->facts.segments = (unsigned)manifest->segment_count;
    commit_unlock(log);
}

void commit_log_facts(const struct commit_log *log, struct commit_facts *facts)
{
    commit_lock(log);
    *facts = log->facts;
    facts->position = atomic_load_explicit(&log->position, memory_order_relaxed);
    facts->durable = atomic_load_explicit(&log->durable, memory_order_relaxed);
    facts->disk_bytes = log->closed_bytes + log->open_bytes;
    facts->pending_bytes = facts->position - facts->durable;
    commit_unlock(log);
}
