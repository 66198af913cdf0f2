/* repair.c - cuts a log off where it stops being sound. In this order, so that an interruption at
 * any instant loses nothing: what goes is kept under another name, synced; then the manifest says
 * where the log ends; then the files are shortened or removed. Sound bytes are never written. */
#include "broker/check/check.h"
#include "broker/check/records.h"
#include "broker/check/walk.h"
#include "core/base/error.h"
#include "core/base/mem.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    PATH_LIMIT = 4096 + LOG_NAME_LIMIT,
    COPY_SIZE = 1024 * 1024,
};

static int check_records(void *context, const struct frame *frame, struct span bytes,
                         struct diag *diag)
{
    struct records records;
    int rc;

    (void)context;
    records_init(&records, bytes);
    while ((rc = records_next(&records)) > 0)
        ;
    if (rc == 0 && records.in_transaction)
        rc = ERR_DAMAGED;
    records_release(&records);
    return rc == 0 ? 0
                   : diag_set(diag, rc,
                              "the records of the frame for positions %" PRIu64 " to %" PRIu64
                              " make no sense",
                              frame->begin, frame->end);
}

static void path_of(const struct walk *walk, const char *name, char *path)
{
    snprintf(path, PATH_LIMIT, "%s/%s", walk->directory, name);
}

/* The name under which is kept what a file had from a byte on. */
static void kept_path(const struct walk *walk, const char *name, uint64_t from, char *path)
{
    snprintf(path, PATH_LIMIT, "%s/%s.cut-%" PRIu64, walk->directory, name, from);
}

/* --- What would be done. */

static void print_plan(const struct walk *walk, bool is_damaged)
{
    const struct manifest *manifest = &walk->manifest;
    char path[PATH_LIMIT];

    printf(is_damaged ? "Damaged: %s/%s, byte %" PRIu64 ", position %" PRIu64 ": %s\n"
                      : "Not complete, as after a power cut: %s/%s, byte %" PRIu64
                        ", position %" PRIu64 ": %s\n",
           walk->directory, manifest->segments[walk->at_segment].file, walk->at_byte, walk->end,
           walk->why.text);
    for (size_t i = walk->at_segment; i < manifest->segment_count; i++) {
        bool whole = i > walk->at_segment || walk->at_byte == 0;

        kept_path(walk, manifest->segments[i].file, whole ? 0 : walk->at_byte, path);
        if (whole)
            printf("cut: all of %s, kept as %s\n", manifest->segments[i].file, path);
        else
            printf("cut: the last %" PRIu64 " bytes of %s, kept as %s\n",
                   walk->file_bytes - walk->at_byte, manifest->segments[i].file, path);
    }
    printf("The log will end at position %" PRIu64 ".\n", walk->end);
}

/* --- Doing it. */

/* Copies what a file has from a byte on. A file that is missing has nothing. */
static int keep_tail(const struct walk *walk, const char *name, uint64_t from, struct diag *diag)
{
    char path[PATH_LIMIT], kept[PATH_LIMIT], *bytes;
    struct io_file *source, *copy;
    size_t got;
    int rc;

    path_of(walk, name, path);
    kept_path(walk, name, from, kept);
    rc = io_open(io_disk(), path, IO_READ, &source, diag);
    if (rc < 0)
        return rc == ERR_MISSING ? 0 : rc;
    rc = io_open(io_disk(), kept, IO_WRITE | IO_CREATE | IO_TRUNCATE, &copy, diag);
    if (rc < 0) {
        io_close(source);
        return rc;
    }
    bytes = mem_alloc(COPY_SIZE);
    do {
        rc = io_read(source, from, bytes, COPY_SIZE, &got, diag);
        if (rc == 0 && got > 0)
            rc = io_append(copy, span_of(bytes, got), diag);
        from += got;
    } while (rc == 0 && got > 0);
    if (rc == 0)
        rc = io_sync(copy, diag);
    mem_free(bytes);
    io_close(copy);
    io_close(source);
    return rc;
}

static int keep_all(const struct walk *walk, struct diag *diag)
{
    const struct manifest *manifest = &walk->manifest;

    for (size_t i = walk->at_segment; i < manifest->segment_count; i++) {
        int rc = keep_tail(walk, manifest->segments[i].file,
                           i == walk->at_segment ? walk->at_byte : 0, diag);

        if (rc < 0)
            return rc;
    }
    return io_sync_directory(io_disk(), walk->directory, diag);
}

/* The manifest with the log ending where it is sound. */
static int store_manifest(const struct walk *walk, struct diag *diag)
{
    struct manifest next;
    size_t whole = walk->at_segment + (walk->at_byte > 0); /* segments that stay */
    int rc;

    manifest_copy(&next, &walk->manifest);
    while (next.segment_count > whole)
        manifest_drop(&next, next.segment_count - 1);
    if (walk->at_byte > 0) {
        struct manifest_segment *last = &next.segments[whole - 1];

        last->closed = true;
        last->end = walk->end;
        last->bytes = walk->at_byte;
    }
    rc = manifest_store(&next, io_disk(), walk->directory, diag);
    manifest_release(&next);
    return rc;
}

/* The log knows nothing of it any more, and it has been kept: what fails here does no harm. */
static void remove_rest(const struct walk *walk)
{
    const struct manifest *manifest = &walk->manifest;
    char path[PATH_LIMIT];

    for (size_t i = walk->at_segment; i < manifest->segment_count; i++) {
        struct io_file *file;

        path_of(walk, manifest->segments[i].file, path);
        if (i > walk->at_segment || walk->at_byte == 0) {
            io_remove(io_disk(), path, NULL);
        } else if (io_open(io_disk(), path, IO_WRITE, &file, NULL) == 0) {
            io_truncate(file, walk->at_byte, NULL);
            io_close(file);
        }
    }
}

static int cut(const struct walk *walk, struct diag *diag)
{
    int rc = keep_all(walk, diag);

    if (rc == 0)
        rc = store_manifest(walk, diag);
    if (rc == 0)
        remove_rest(walk);
    return rc;
}

/* Nobody may write the log while it is repaired. The caller closes the file, even after an error.
 */
static int lock(const char *directory, struct io_file **file, struct diag *diag)
{
    char path[PATH_LIMIT];
    int rc;

    snprintf(path, sizeof(path), "%s/lock", directory);
    rc = io_open(io_disk(), path, IO_WRITE | IO_CREATE, file, diag);
    if (rc < 0)
        return rc;
    rc = io_lock(*file, diag);
    return rc == ERR_EXISTS ? diag_set(diag, rc, "a server uses the log in %s", directory) : rc;
}

/* CHECK_DAMAGED as long as there is something left to cut. */
static enum check_exit repair(const struct check_options *options, struct walk *walk,
                              struct diag *diag)
{
    struct walk_visitor visitor = {.frame = check_records};
    const struct manifest *manifest = &walk->manifest;
    int rc;

    if (manifest->segment_count > 0 &&
        manifest->segments[0].first > manifest->checkpoint_position) {
        rc =
            diag_set(diag, ERR_DAMAGED,
                     "segments before position %" PRIu64 " are missing, and what comes behind them "
                     "can't be used without: restore the directory from a backup",
                     manifest->segments[0].first);
        return check_exit_of(rc);
    }
    rc = walk_run(walk, 0, &visitor, diag);
    if (rc < 0 && rc != ERR_DAMAGED)
        return check_exit_of(rc);
    if (rc == 0 && !walk->is_torn) {
        printf("Nothing to repair: %s is sound up to its end at position %" PRIu64 ".\n",
               walk->directory, walk->end);
        return CHECK_SOUND;
    }
    print_plan(walk, rc == ERR_DAMAGED);
    diag->text[0] = '\0';
    if (walk->end < manifest->checkpoint_position) {
        printf("Nothing of that is needed: it lies before the checkpoint.\n");
        return CHECK_DAMAGED;
    }
    if (!options->yes) {
        printf("Nothing was changed. To do it: --repair --yes\n");
        return CHECK_DAMAGED;
    }
    rc = cut(walk, diag);
    if (rc == 0)
        printf("Done.\n");
    return check_exit_of(rc);
}

enum check_exit check_repair(const struct check_options *options, struct diag *diag)
{
    struct io_file *guard = NULL;
    enum check_exit code;
    struct walk walk;
    int rc = walk_open(&walk, options->path, diag);

    if (rc == ERR_MISSING)
        diag_set(diag, rc, "%s is no log directory: it has no manifest", options->path);
    if (rc == 0)
        rc = lock(options->path, &guard, diag);
    code = rc < 0 ? check_exit_of(rc) : repair(options, &walk, diag);
    io_close(guard);
    walk_release(&walk);
    return code;
}
