/* io_disk.c - the machine's own disk. */
#include "core/base/error.h"
#include "core/base/mem.h"
#include "storage/io/io_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct disk_file {
    struct io_file base; /* first */
    int fd;
    char path[];
};

static int fd_of(const struct io_file *file)
{
    return ((const struct disk_file *)file)->fd;
}

static const char *path_of(const struct io_file *file)
{
    return ((const struct disk_file *)file)->path;
}

/* Turns errno into our code, with the reason. */
static int failed(struct diag *diag, const char *doing, const char *path)
{
    int problem = errno;

    diag_errno(diag, "%s %s", doing, path);
    if (problem == ENOENT)
        return diag ? (diag->code = ERR_MISSING) : ERR_MISSING;
    if (problem == EEXIST || problem == EWOULDBLOCK)
        return diag ? (diag->code = ERR_EXISTS) : ERR_EXISTS;
    if (problem == ENOSPC || problem == EDQUOT || problem == EFBIG)
        return diag ? (diag->code = ERR_FULL) : ERR_FULL;
    return ERR_IO;
}

static int disk_open(struct io *io, const char *path, unsigned flags, struct io_file **out,
                     struct diag *diag)
{
    int mode = flags & IO_WRITE ? (flags & IO_READ ? O_RDWR : O_WRONLY) : O_RDONLY;
    struct disk_file *file;
    struct stat status;
    int fd;

    if (flags & IO_WRITE && !(flags & IO_OVERWRITE))
        mode |= O_APPEND; /* with which Linux would append what io_write has */
    if (flags & IO_CREATE)
        mode |= O_CREAT;
    if (flags & IO_EXCLUSIVE)
        mode |= O_EXCL;
    if (flags & IO_TRUNCATE)
        mode |= O_TRUNC;
    do
        fd = open(path, mode | O_CLOEXEC, 0644);
    while (fd < 0 && errno == EINTR);
    if (fd < 0)
        return failed(diag, "open", path);
    if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
        close(fd);
        return diag_set(diag, ERR_IO, "%s is a directory", path);
    }
    file = mem_alloc(sizeof(*file) + strlen(path) + 1);
    file->base.io = io;
    file->fd = fd;
    memcpy(file->path, path, strlen(path) + 1);
    *out = &file->base;
    return 0;
}

static void disk_close(struct io_file *file)
{
    close(fd_of(file));
    mem_free(file);
}

static int disk_read(struct io_file *file, uint64_t at, void *to, size_t size, size_t *got,
                     struct diag *diag)
{
    while (*got < size) {
        ssize_t part = pread(fd_of(file), (char *)to + *got, size - *got, (off_t)(at + *got));

        if (part < 0 && errno == EINTR)
            continue;
        if (part < 0)
            return failed(diag, "read", path_of(file));
        if (part == 0)
            return 0;
        *got += (size_t)part;
    }
    return 0;
}

/* At `at`, or behind what there is if that is negative. */
static int put(struct io_file *file, off_t at, struct span bytes, struct diag *diag)
{
    while (bytes.size > 0) {
        ssize_t part = at < 0 ? write(fd_of(file), bytes.data, bytes.size)
                              : pwrite(fd_of(file), bytes.data, bytes.size, at);

        if (part < 0 && errno == EINTR)
            continue;
        if (part < 0)
            return failed(diag, "write to", path_of(file));
        if (part == 0)
            return diag_set(diag, ERR_FULL, "write to %s: it takes no more", path_of(file));
        bytes.data += part;
        bytes.size -= (size_t)part;
        at += at < 0 ? 0 : part;
    }
    return 0;
}

static int disk_append(struct io_file *file, struct span bytes, struct diag *diag)
{
    return put(file, -1, bytes, diag);
}

static int disk_write(struct io_file *file, uint64_t at, struct span bytes, struct diag *diag)
{
    return put(file, (off_t)at, bytes, diag);
}

static int disk_size(struct io_file *file, uint64_t *size, struct diag *diag)
{
    struct stat status;

    if (fstat(fd_of(file), &status) < 0)
        return failed(diag, "stat", path_of(file));
    *size = (uint64_t)status.st_size;
    return 0;
}

static int disk_truncate(struct io_file *file, uint64_t size, struct diag *diag)
{
    return ftruncate(fd_of(file), (off_t)size) < 0 ? failed(diag, "truncate", path_of(file)) : 0;
}

static int disk_sync(struct io_file *file, struct diag *diag)
{
    return fdatasync(fd_of(file)) < 0 ? failed(diag, "sync", path_of(file)) : 0;
}

static int disk_lock(struct io_file *file, struct diag *diag)
{
    return flock(fd_of(file), LOCK_EX | LOCK_NB) < 0 ? failed(diag, "lock", path_of(file)) : 0;
}

static int disk_rename(struct io *io, const char *from, const char *to, struct diag *diag)
{
    (void)io;
    return rename(from, to) < 0 ? failed(diag, "rename", from) : 0;
}

static int disk_link(struct io *io, const char *from, const char *to, struct diag *diag)
{
    (void)io;
    return link(from, to) < 0 ? failed(diag, "link", from) : 0;
}

static int disk_remove(struct io *io, const char *path, struct diag *diag)
{
    (void)io;
    return unlink(path) < 0 ? failed(diag, "remove", path) : 0;
}

static int disk_make_directory(struct io *io, const char *path, struct diag *diag)
{
    (void)io;
    return mkdir(path, 0755) < 0 ? failed(diag, "make directory", path) : 0;
}

static int disk_remove_directory(struct io *io, const char *path, struct diag *diag)
{
    (void)io;
    return rmdir(path) < 0 ? failed(diag, "remove directory", path) : 0;
}

static int disk_sync_directory(struct io *io, const char *path, struct diag *diag)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = 0;

    (void)io;
    if (fd < 0)
        return failed(diag, "open directory", path);
    if (fsync(fd) < 0)
        rc = failed(diag, "sync directory", path);
    close(fd);
    return rc;
}

static int is_file(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

/* By bytes, whatever the locale. */
static int compare_names(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int disk_list(struct io *io, const char *path,
                     void (*visit)(void *context, const char *name), void *context,
                     struct diag *diag)
{
    struct dirent **entries;
    int count = scandir(path, &entries, is_file, compare_names);

    (void)io;
    if (count < 0)
        return failed(diag, "list directory", path);
    for (int i = 0; i < count; i++) {
        visit(context, entries[i]->d_name);
        free(entries[i]); /* scandir's own allocations */
    }
    free(entries);
    return 0;
}

static const struct io_ops disk_ops = {
    .open = disk_open,
    .close = disk_close,
    .read = disk_read,
    .append = disk_append,
    .write = disk_write,
    .size = disk_size,
    .truncate = disk_truncate,
    .sync = disk_sync,
    .lock = disk_lock,
    .rename = disk_rename,
    .link = disk_link,
    .remove = disk_remove,
    .make_directory = disk_make_directory,
    .remove_directory = disk_remove_directory,
    .sync_directory = disk_sync_directory,
    .list = disk_list,
};

struct io *io_disk(void)
{
    static struct io disk = {&disk_ops};

    return &disk;
}
