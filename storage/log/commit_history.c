/* commit_history.c - under which name the records are known, a new log in the place of another, and
 * what is kept for those who follow. */
#include "core/base/error.h"
#include "core/base/mem.h"
#include "storage/log/commit_internal.h"

#include <stdio.h>
#include <string.h>

/* --- Names. */

void commit_note_history(struct commit_log *log)
{
    struct commit_id *id = mem_zalloc(sizeof(*id));

    log->history = log->manifest.history;
    id->older = atomic_load_explicit(&log->id, memory_order_relaxed);
    memcpy(id->text, log->history.id, sizeof(id->text));
    atomic_store_explicit(&log->id, id, memory_order_release);
}

void commit_free_ids(struct commit_log *log)
{
    struct commit_id *id = atomic_load_explicit(&log->id, memory_order_relaxed);

    while (id) {
        struct commit_id *older = id->older;

        mem_free(id);
        id = older;
    }
}

const char *commit_log_id(const struct commit_log *log)
{
    return atomic_load_explicit(&log->id, memory_order_acquire)->text;
}

void commit_log_history(const struct commit_log *log, struct commit_history *history)
{
    commit_lock(log);
    *history = log->history;
    commit_unlock(log);
}

static int check_history(const struct commit_history *history, struct diag *diag)
{
    if (!commit_history_is_sound(history))
        return diag_set(diag, ERR_RANGE,
                        "a history has ids of %d letters and digits, and ends that don't rise",
                        COMMIT_ID_SIZE);
    return 0;
}

/* A manifest could not be stored, and may be in force all the same: puts the old one back, if the
 * disk allows. `files` is held. */
static void take_back(struct commit_log *log)
{
    struct manifest same;

    manifest_copy(&same, &log->manifest);
    commit_put_in_force(log, &same, NULL);
}

int commit_log_set_history(struct commit_log *log, const struct commit_history *history,
                           struct diag *diag)
{
    struct manifest next;
    int rc = check_history(history, diag);

    if (rc < 0)
        return rc;
    pthread_mutex_lock(&log->files);
    manifest_copy(&next, &log->manifest);
    next.history = *history;
    rc = commit_put_in_force(log, &next, diag);
    if (rc == 0) {
        commit_lock(log);
        commit_note_history(log);
        commit_unlock(log);
    } else {
        take_back(log);
    }
    pthread_mutex_unlock(&log->files);
    return rc;
}

/* --- Another log. */

/* The name of a file that lies in the directory itself; NULL if it does not. */
static const char *name_in(const char *directory, const char *path)
{
    size_t size = strlen(directory);
    const char *name;

    while (size > 1 && directory[size - 1] == '/')
        size--;
    if (strncmp(path, directory, size) != 0 || path[size] != '/')
        return NULL;
    name = path + size + strspn(path + size, "/");
    return *name && !strchr(name, '/') && strlen(name) < LOG_NAME_LIMIT ? name : NULL;
}

static int sync_file(struct io *io, const char *path, uint64_t *bytes, struct diag *diag)
{
    struct io_file *file;
    int rc = io_open(io, path, IO_READ | IO_WRITE, &file, diag);

    if (rc < 0)
        return rc;
    rc = io_sync(file, diag);
    if (rc == 0)
        rc = io_size(file, bytes, diag);
    io_close(file);
    return rc;
}

/* Gives the checkpoint its name, which is not that of the one in force: the old log is whole until
 * the manifest lets go of it. */
static int adopt_checkpoint(const struct commit_options *options, const struct manifest *old,
                            struct manifest *next, const char *path, struct diag *diag)
{
    const char *name = name_in(options->directory, path);
    char to[LOG_PATH_LIMIT];
    int rc;

    if (!name || strcmp(name, old->checkpoint_file) == 0)
        return diag_set(diag, ERR_RANGE, "%s can't be the checkpoint of a new log in %s", path,
                        options->directory);
    commit_name_checkpoint(next->checkpoint_position, next->checkpoint_file);
    if (strcmp(next->checkpoint_file, old->checkpoint_file) == 0)
        snprintf(next->checkpoint_file, sizeof(next->checkpoint_file), "checkpoint-0%llu.rdb",
                 (unsigned long long)next->checkpoint_position);
    snprintf(to, sizeof(to), "%s/%s", options->directory, next->checkpoint_file);
    rc = sync_file(options->io, path, &next->checkpoint_bytes, diag);
    if (rc == 0 && strcmp(name, next->checkpoint_file) != 0)
        rc = io_rename(options->io, path, to, diag);
    return rc < 0 ? rc : io_sync_directory(options->io, options->directory, diag);
}

/* What the directory holds; an empty log where there is none, so that files of the new one are not
 * taken for those of a log whose manifest is lost. */
static int load_old(const struct commit_options *options, const struct commit_history *history,
                    const char *checkpoint, struct manifest *old, struct diag *diag)
{
    const char *name = checkpoint ? name_in(options->directory, checkpoint) : NULL;
    struct diag why = {0}; /* that nothing is there is no news */
    int rc = manifest_load(old, options->io, options->directory, &why);

    if (rc == 0) /* names that nobody has synced yet must not part from it */
        rc = io_sync_directory(options->io, options->directory, &why);
    if (rc != ERR_MISSING)
        return rc < 0 ? diag_set(diag, rc, "%s", why.text) : 0;
    rc = commit_refuse_orphans(options->io, options->directory, name, diag);
    if (rc < 0)
        return rc;
    *old = (struct manifest){.next_number = 1};
    memcpy(old->history.id, history->id, sizeof(history->id));
    rc = io_sync_parent(options->io, options->directory, diag);
    return rc < 0 ? rc : manifest_store(old, options->io, options->directory, diag);
}

/* The directory is locked. */
static int replace(const struct commit_options *options, const struct commit_history *history,
                   uint64_t position, const char *checkpoint, struct diag *diag)
{
    struct manifest old, next = {.checkpoint_position = position};
    int rc = load_old(options, history, checkpoint, &old, diag);

    if (rc < 0)
        return rc;
    next.history = *history;
    next.next_number = old.next_number; /* no name is used twice */
    next.replaced = old.replaced + 1;
    if (checkpoint)
        rc = adopt_checkpoint(options, &old, &next, checkpoint, diag);
    if (rc == 0)
        rc = manifest_store(&next, options->io, options->directory, diag);
    if (rc == 0)
        commit_remove_strangers(options->io, options->directory, &next);
    manifest_release(&old);
    return rc;
}

int commit_log_replace(const struct commit_options *options, const struct commit_history *history,
                       uint64_t position, const char *checkpoint, struct diag *diag)
{
    struct io_file *lock = NULL;
    struct diag why = {0};
    int rc = check_history(history, &why);

    if (rc == 0 && strlen(options->directory) + LOG_NAME_LIMIT + 8 > LOG_PATH_LIMIT)
        rc = diag_set(&why, ERR_RANGE, "the path of the log's directory is too long");
    if (rc == 0)
        rc = io_make_directory(options->io, options->directory, &why);
    if (rc == 0 || rc == ERR_EXISTS)
        rc = commit_lock_directory(options->io, options->directory, &lock, &why);
    if (rc == 0)
        rc = replace(options, history, position, checkpoint, &why);
    io_close(lock);
    return rc < 0 ? diag_set(diag, rc, "%s", why.text) : 0;
}

/* --- What is kept. */

void commit_log_keep(struct commit_log *log, uint64_t position)
{
    commit_lock(log);
    log->keep = position;
    commit_unlock(log);
}

uint64_t commit_log_oldest(const struct commit_log *log)
{
    uint64_t oldest;

    commit_lock(log);
    oldest = log->oldest;
    commit_unlock(log);
    return oldest;
}

/* `files` is held. */
static int discard(struct commit_log *log, uint64_t position, struct buffer *names,
                   struct diag *diag)
{
    struct manifest next;
    int rc = 0;

    if (log->manifest.checkpoint_file[0])
        return diag_set(diag, ERR_EXISTS, "%s has a checkpoint: only another one removes segments",
                        log->directory);
    manifest_copy(&next, &log->manifest);
    commit_drop_old(log, &next, position, names);
    if (names->size > 0) {
        next.checkpoint_position = next.segments[0].first; /* the open one stays in any case */
        rc = commit_put_in_force(log, &next, diag);
        commit_note_files(log);
    } else {
        manifest_release(&next);
    }
    return rc;
}

int commit_log_discard(struct commit_log *log, uint64_t position, struct diag *diag)
{
    struct buffer names = {0};
    int rc;

    pthread_mutex_lock(&log->files);
    if (log->writer)
        rc = discard(log, position, &names, diag);
    else
        rc = diag_set(diag, ERR_CLOSED, "the log has not been started");
    pthread_mutex_unlock(&log->files);
    if (rc == 0)
        commit_remove_files(log, &names);
    buffer_release(&names);
    return rc;
}
