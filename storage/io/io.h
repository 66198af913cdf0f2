/* io.h - the only door to the disk. There are two of them: the real one, and a twin for tests
 * (storage/io/twin.h) that fails, tears, delays, fills up and forgets what was not synced, on
 * order.
 *
 * Paths are relative to the process's directory or absolute. Every call may wait for the disk: only
 * threads that may wait call these. A file belongs to one thread at a time. All functions return 0
 * or a negative enum err with the reason in the diag: ERR_MISSING (no such file), ERR_EXISTS,
 * ERR_FULL (no space, quota), ERR_IO.
 *
 * What survives a power cut: the bytes of a file after io_sync of it; that a file exists, is gone
 * or has another name after io_sync_directory of the directory that holds it. */
#ifndef MS_STORAGE_IO_IO_H
#define MS_STORAGE_IO_IO_H

#include "core/base/diag.h"
#include "core/bytes/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct io;
struct io_file;

/* The machine's own disk. Static, any thread. */
struct io *io_disk(void);

enum io_open_flag {
    IO_READ = 1 << 0,
    IO_WRITE = 1 << 1,
    IO_CREATE = 1 << 2,    /* if it is missing */
    IO_EXCLUSIVE = 1 << 3, /* with IO_CREATE: it must be missing */
    IO_TRUNCATE = 1 << 4,
    IO_OVERWRITE = 1 << 5, /* with IO_WRITE: for io_write; nothing can be appended */
};

int io_open(struct io *io, const char *path, unsigned flags, struct io_file **file,
            struct diag *diag);
void io_close(struct io_file *file); /* NULL is allowed; syncs nothing */

/* Up to `size` bytes from offset `at`; *got is less only at the end of the file. */
int io_read(struct io_file *file, uint64_t at, void *to, size_t size, size_t *got,
            struct diag *diag);

/* All bytes behind the end of the file. After a failure some of them may be there: see io_truncate.
 */
int io_append(struct io_file *file, struct span bytes, struct diag *diag);

/* All bytes from offset `at` on, over what is there; `at` is not behind the end of the file. After
 * a failure some of them may be there. To write over bytes that a sync has covered makes the next
 * sync cheaper than a file that grows: it has nothing to say of the file's size and blocks. */
int io_write(struct io_file *file, uint64_t at, struct span bytes, struct diag *diag);

/* Bytes of the file. */
int io_size(struct io_file *file, uint64_t *size, struct diag *diag);
int io_truncate(struct io_file *file, uint64_t size, struct diag *diag);

/* Contents are on the disk when it returns 0 (fdatasync). After a failure nothing is known about
 * what was written since the last success: it has to be written again. */
int io_sync(struct io_file *file, struct diag *diag);

/* --- Names. */
int io_rename(struct io *io, const char *from, const char *to, struct diag *diag); /* replaces */
int io_link(struct io *io, const char *from, const char *to, struct diag *diag); /* one more name */
int io_remove(struct io *io, const char *path, struct diag *diag);
int io_make_directory(struct io *io, const char *path, struct diag *diag); /* ERR_EXISTS if there */
int io_remove_directory(struct io *io, const char *path, struct diag *diag);
int io_sync_directory(struct io *io, const char *path, struct diag *diag);
int io_sync_parent(struct io *io, const char *path, struct diag *diag); /* that holds `path` */

/* Calls `visit` with the name of each file in a directory, in byte order. */
int io_list(struct io *io, const char *path, void (*visit)(void *context, const char *name),
            void *context, struct diag *diag);

/* The whole of a small file in a block of mem_alloc, or ERR_FULL if it has more than `limit` bytes.
 */
int io_read_file(struct io *io, const char *path, size_t limit, char **bytes, size_t *size,
                 struct diag *diag);

/* Replaces a file's contents in one step: either the old or the new ones survive a power cut, and
 * the new ones once it has returned 0. After a failure both are possible, now as well as after a
 * power cut. Uses "<path>.tmp" beside it. */
int io_replace_file(struct io *io, const char *path, struct span bytes, struct diag *diag);

/* Takes a lock that no other process can take, for as long as the file is open; ERR_EXISTS if
 * another has it. */
int io_lock(struct io_file *file, struct diag *diag);

#endif
