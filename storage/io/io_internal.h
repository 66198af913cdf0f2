/* io_internal.h - what a disk is to io.c: a table of calls. io_disk.c and twin.c have one each. */
#ifndef MS_STORAGE_IO_IO_INTERNAL_H
#define MS_STORAGE_IO_IO_INTERNAL_H

#include "storage/io/io.h"

struct io_ops {
    int (*open)(struct io *io, const char *path, unsigned flags, struct io_file **file,
                struct diag *diag);
    void (*close)(struct io_file *file);
    int (*read)(struct io_file *file, uint64_t at, void *to, size_t size, size_t *got,
                struct diag *diag);
    int (*append)(struct io_file *file, struct span bytes, struct diag *diag);
    int (*write)(struct io_file *file, uint64_t at, struct span bytes, struct diag *diag);
    int (*size)(struct io_file *file, uint64_t *size, struct diag *diag);
    int (*truncate)(struct io_file *file, uint64_t size, struct diag *diag);
    int (*sync)(struct io_file *file, struct diag *diag);
    int (*lock)(struct io_file *file, struct diag *diag);
    int (*rename)(struct io *io, const char *from, const char *to, struct diag *diag);
    int (*link)(struct io *io, const char *from, const char *to, struct diag *diag);
    int (*remove)(struct io *io, const char *path, struct diag *diag);
    int (*make_directory)(struct io *io, const char *path, struct diag *diag);
    int (*remove_directory)(struct io *io, const char *path, struct diag *diag);
    int (*sync_directory)(struct io *io, const char *path, struct diag *diag);
    int (*list)(struct io *io, const char *path, void (*visit)(void *context, const char *name),
                void *context, struct diag *diag);
};

/* First in every disk and every file of it. */
struct io {
    const struct io_ops *ops;
};

struct io_file {
    struct io *io;
};

#endif
