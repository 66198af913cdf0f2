#include "storage/io/io.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "storage/io/io_internal.h"

#include <stdio.h>
#include <string.h>

enum {
    PATH_LIMIT = 4096
};

int io_open(struct io *io, const char *path, unsigned flags, struct io_file **file,
            struct diag *diag)
{
    *file = NULL;
    return io->ops->open(io, path, flags, file, diag);
}

void io_close(struct io_file *file)
{
    if (file)
        file->io->ops->close(file);
}

int io_read(struct io_file *file, uint64_t at, void *to, size_t size, size_t *got,
            struct diag *diag)
{
    *got = 0;
    return file->io->ops->read(file, at, to, size, got, diag);
}

int io_append(struct io_file *file, struct span bytes, struct diag *diag)
{
    return bytes.size ? file->io->ops->append(file, bytes, diag) : 0;
}

int io_write(struct io_file *file, uint64_t at, struct span bytes, struct diag *diag)
{
    return bytes.size ? file->io->ops->write(file, at, bytes, diag) : 0;
}

int io_size(struct io_file *file, uint64_t *size, struct diag *diag)
{
    return file->io->ops->size(file, size, diag);
}

int io_truncate(struct io_file *file, uint64_t size, struct diag *diag)
{
    return file->io->ops->truncate(file, size, diag);
}

int io_sync(struct io_file *file, struct diag *diag)
{
    return file->io->ops->sync(file, diag);
}

int io_lock(struct io_file *file, struct diag *diag)
{
    return file->io->ops->lock(file, diag);
}

int io_rename(struct io *io, const char *from, const char *to, struct diag *diag)
{
    return io->ops->rename(io, from, to, diag);
}

int io_link(struct io *io, const char *from, const char *to, struct diag *diag)
{
    return io->ops->link(io, from, to, diag);
}

int io_remove(struct io *io, const char *path, struct diag *diag)
{
    return io->ops->remove(io, path, diag);
}

int io_make_directory(struct io *io, const char *path, struct diag *diag)
{
    return io->ops->make_directory(io, path, diag);
}

int io_remove_directory(struct io *io, const char *path, struct diag *diag)
{
    return io->ops->remove_directory(io, path, diag);
}

int io_sync_directory(struct io *io, const char *path, struct diag *diag)
{
    return io->ops->sync_directory(io, path, diag);
}

int io_list(struct io *io, const char *path, void (*visit)(void *context, const char *name),
            void *context, struct diag *diag)
{
    return io->ops->list(io, path, visit, context, diag);
}

int io_read_file(struct io *io, const char *path, size_t limit, char **bytes, size_t *size,
                 struct diag *diag)
{
    struct io_file *file;
    uint64_t there;
    int rc = io_open(io, path, IO_READ, &file, diag);

    if (rc < 0)
        return rc;
    rc = io_size(file, &there, diag);
    if (rc == 0 && there > limit)
        rc = diag_set(diag, ERR_FULL, "%s has %llu bytes, more than %zu", path,
                      (unsigned long long)there, limit);
    if (rc == 0) {
        *bytes = mem_alloc(there ? (size_t)there : 1);
        rc = io_read(file, 0, *bytes, (size_t)there, size, diag);
        if (rc < 0)
            mem_free(*bytes);
    }
    io_close(file);
    return rc;
}

/* The directory part of a path, "." if there is none. Slashes at its end name nothing. */
static void directory_of(const char *path, char *to)
{
    size_t size = strlen(path), end;

    while (size > 1 && path[size - 1] == '/')
        size--;
    end = size;
    while (end > 0 && path[end - 1] != '/')
        end--;
    while (end > 1 && path[end - 1] == '/')
        end--;
    if (end)
        snprintf(to, PATH_LIMIT, "%.*s", (int)end, path);
    else
        snprintf(to, PATH_LIMIT, ".");
}

int io_sync_parent(struct io *io, const char *path, struct diag *diag)
{
    char directory[PATH_LIMIT];

    if (strlen(path) >= PATH_LIMIT)
        return diag_set(diag, ERR_RANGE, "the path %s is too long", path);
    directory_of(path, directory);
    return io_sync_directory(io, directory, diag);
}

int io_replace_file(struct io *io, const char *path, struct span bytes, struct diag *diag)
{
    char temporary[PATH_LIMIT];
    struct io_file *file;
    int rc;

    if (snprintf(temporary, sizeof(temporary), "%s.tmp", path) >= PATH_LIMIT)
        return diag_set(diag, ERR_RANGE, "the path %s is too long", path);
    rc = io_open(io, temporary, IO_WRITE | IO_CREATE | IO_TRUNCATE, &file, diag);
    if (rc < 0)
        return rc;
    rc = io_append(file, bytes, diag);
    if (rc == 0)
        rc = io_sync(file, diag);
    io_close(file);
    if (rc == 0)
        rc = io_rename(io, temporary, path, diag);
    if (rc == 0)
        rc = io_sync_parent(io, path, diag);
    else
        io_remove(io, temporary, NULL);
    return rc;
}
