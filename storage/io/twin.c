/* twin.c - files are inodes with two contents, as written and as synced; directories are one table
 * of paths to inodes as they are, and one as synced. Syncing a directory copies the entries below
 * it from the first table to the second. */
#include "storage/io/twin.h"
#include "core/base/check.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/bytes/buffer.h"
#include "storage/io/io_internal.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct inode {
    struct buffer written, synced;
    size_t lost_from, lost_to; /* bytes that a failed sync took for written */
    int references;            /* names in both tables, open files */
    bool directory, locked;
};

struct name {
    char *path;
    struct inode *inode;
};

struct names {
    struct name *items; /* by path */
    size_t count, capacity;
};

struct twin {
    struct io io; /* first */
    struct names now, synced;
    uint64_t steps, fail_at, capacity;
    int fail_code;
    bool fail_lasting;
    void (*hook)(void *context, uint64_t step);
    void *hook_context;
    pthread_mutex_t lock; /* held by every call; the hook makes more of them, so it is recursive */
};

struct twin_file {
    struct io_file base; /* first */
    struct inode *inode;
    unsigned flags;
    bool holds_lock;
};

/* --- Inodes and names. */

static struct inode *inode_new(bool directory)
{
    struct inode *inode = mem_zalloc(sizeof(*inode));

    inode->directory = directory;
    return inode;
}

static void inode_release(struct inode *inode)
{
    if (--inode->references > 0)
        return;
    buffer_release(&inode->written);
    buffer_release(&inode->synced);
    mem_free(inode);
}

static size_t place_of(const struct names *names, const char *path, bool *there)
{
    size_t at = 0, end = names->count;

    while (at < end) {
        size_t middle = at + (end - at) / 2;

        if (strcmp(names->items[middle].path, path) < 0)
            at = middle + 1;
        else
            end = middle;
    }
    *there = at < names->count && strcmp(names->items[at].path, path) == 0;
    return at;
}

static struct inode *names_find(const struct names *names, const char *path)
{
    bool there;
    size_t at = place_of(names, path, &there);

    return there ? names->items[at].inode : NULL;
}

static void names_remove(struct names *names, const char *path)
{
    bool there;
    size_t at = place_of(names, path, &there);

    if (!there)
        return;
    mem_free(names->items[at].path);
    inode_release(names->items[at].inode);
    names->count--;
    memmove(names->items + at, names->items + at + 1,
            (names->count - at) * sizeof(names->items[0]));
}

static void names_set(struct names *names, const char *path, struct inode *inode)
{
    bool there;
    size_t at;

    inode->references++;
    names_remove(names, path);
    at = place_of(names, path, &there);
    if (names->count == names->capacity) {
        names->capacity = names->capacity ? 2 * names->capacity : 16;
        names->items = mem_realloc(names->items, names->capacity * sizeof(names->items[0]));
    }
    memmove(names->items + at + 1, names->items + at,
            (names->count - at) * sizeof(names->items[0]));
    names->items[at] = (struct name){mem_strdup(path), inode};
    names->count++;
}

/* True if `path` is right in `directory`. */
static bool is_in(const char *path, const char *directory)
{
    size_t size = strlen(directory);

    if (strcmp(directory, ".") == 0)
        return !strchr(path, '/');
    if (strcmp(directory, "/") == 0)
        return path[0] == '/' && !strchr(path + 1, '/');
    return strncmp(path, directory, size) == 0 && path[size] == '/' &&
           !strchr(path + size + 1, '/');
}

static bool is_root(const char *path)
{
    return strcmp(path, ".") == 0 || strcmp(path, "/") == 0;
}

static bool has_parent(const struct names *names, const char *path)
{
    const char *slash = strrchr(path, '/');
    struct inode *parent;
    char *directory;

    if (!slash || slash == path)
        return true;
    directory = mem_dup(path, (size_t)(slash - path) + 1);
    directory[slash - path] = '\0';
    parent = names_find(names, directory);
    mem_free(directory);
    return parent && parent->directory;
}

/* --- Failures. */

static struct twin *twin_of(struct io *io)
{
    return (struct twin *)io;
}

static int step(struct twin *twin, struct diag *diag, const char *doing)
{
    if (twin->hook)
        twin->hook(twin->hook_context, twin->steps + 1);
    twin->steps++;
    if (twin->fail_at == 0 || twin->steps < twin->fail_at ||
        (twin->steps > twin->fail_at && !twin->fail_lasting))
        return 0;
    return diag_set(diag, twin->fail_code, "%s: ordered to fail at step %llu", doing,
                    (unsigned long long)twin->steps);
}

static int missing(struct diag *diag, const char *path)
{
    return diag_set(diag, ERR_MISSING, "%s: no such file", path);
}

static uint64_t used(const struct twin *twin)
{
    uint64_t total = 0;

    for (size_t i = 0; i < twin->now.count; i++)
        total += twin->now.items[i].inode->written.size;
    return total;
}

/* --- Files. */

static int twin_open(struct io *io, const char *path, unsigned flags, struct io_file **out,
                     struct diag *diag)
{
    struct twin *twin = twin_of(io);
    struct inode *inode = names_find(&twin->now, path);
    struct twin_file *file;
    int rc;

    if (inode && flags & IO_EXCLUSIVE)
        return diag_set(diag, ERR_EXISTS, "%s exists", path);
    if (inode && inode->directory)
        return diag_set(diag, ERR_IO, "%s is a directory", path);
    if (!inode) {
        if (!(flags & IO_CREATE) || !has_parent(&twin->now, path))
            return missing(diag, path);
        if ((rc = step(twin, diag, "create")) < 0)
            return rc;
        inode = inode_new(false);
        names_set(&twin->now, path, inode);
    } else if (flags & IO_TRUNCATE && inode->written.size > 0) {
        if ((rc = step(twin, diag, "truncate")) < 0)
            return rc;
        buffer_clear(&inode->written);
        inode->lost_from = inode->lost_to = 0;
    }
    file = mem_zalloc(sizeof(*file));
    file->base.io = io;
    file->inode = inode;
    file->flags = flags;
    inode->references++;
    *out = &file->base;
    return 0;
}

static void twin_close(struct io_file *base)
{
    struct twin_file *file = (struct twin_file *)base;

    if (file->holds_lock)
        file->inode->locked = false;
    inode_release(file->inode);
    mem_free(file);
}

static struct buffer *bytes_of(struct io_file *file)
{
    return &((struct twin_file *)file)->inode->written;
}

static int twin_read(struct io_file *file, uint64_t at, void *to, size_t size, size_t *got,
                     struct diag *diag)
{
    const struct buffer *bytes = bytes_of(file);

    (void)diag;
    if (at < bytes->size) {
        *got = bytes->size - (size_t)at < size ? bytes->size - (size_t)at : size;
        if (*got)
            memcpy(to, bytes->data + at, *got);
    }
    return 0;
}

static int twin_append(struct io_file *file, struct span bytes, struct diag *diag)
{
    struct twin *twin = twin_of(file->io);
    int rc = step(twin, diag, "append");

    CHECK((((struct twin_file *)file)->flags & (IO_WRITE | IO_OVERWRITE)) == IO_WRITE);
    if (rc == 0 && used(twin) + bytes.size > twin->capacity)
        rc = diag_set(diag, ERR_FULL, "append: no space left");
    if (rc < 0)
        bytes.size /= 2;
    buffer_append_span(bytes_of(file), bytes);
    return rc;
}

static int twin_write(struct io_file *file, uint64_t at, struct span bytes, struct diag *diag)
{
    struct buffer *to = bytes_of(file);
    struct twin *twin = twin_of(file->io);
    int rc = step(twin, diag, "write");

    CHECK(((struct twin_file *)file)->flags & IO_OVERWRITE && at <= to->size);
    if (rc == 0 && at + bytes.size > to->size &&
        used(twin) + (at + bytes.size - to->size) > twin->capacity)
        rc = diag_set(diag, ERR_FULL, "write: no space left");
    if (rc < 0)
        bytes.size /= 2;
    if (at + bytes.size > to->size) {
        buffer_reserve(to, (size_t)at + bytes.size - to->size);
        to->size = (size_t)at + bytes.size;
    }
    if (bytes.size)
        memcpy(to->data + at, bytes.data, bytes.size);
    return rc;
}

static int twin_size(struct io_file *file, uint64_t *size, struct diag *diag)
{
    (void)diag;
    *size = bytes_of(file)->size;
    return 0;
}

static int twin_truncate(struct io_file *file, uint64_t size, struct diag *diag)
{
    struct buffer *bytes = bytes_of(file);
    int rc = step(twin_of(file->io), diag, "truncate");

    if (rc < 0)
        return rc;
    if (size > bytes->size)
        memset(buffer_reserve(bytes, (size_t)size - bytes->size), 0, (size_t)size - bytes->size);
    bytes->size = (size_t)size;
    return 0;
}

static void make_equal(struct buffer *to, const struct buffer *from)
{
    buffer_clear(to);
    buffer_append(to, from->data, from->size);
}

/* What stands there after the last sync: behind the end, zeros. */
static char synced_at(const struct inode *inode, size_t at)
{
    return at < inode->synced.size ? inode->synced.data[at] : 0;
}

/* The bytes from the first to the last that the next sync would change, of those that a power cut
 * would leave; equal if there are none. */
static void find_unsynced(const struct inode *inode, size_t *from, size_t *to)
{
    const struct buffer *written = &inode->written;
    size_t at = 0, end = written->size;

    while (at < end && written->data[at] == synced_at(inode, at))
        at++;
    while (end > at && written->data[end - 1] == synced_at(inode, end - 1))
        end--;
    *from = at;
    *to = end;
}

/* What is written now the next sync passes over. */
static void lose_unsynced(struct inode *inode)
{
    size_t from, to;

    find_unsynced(inode, &from, &to);
    if (from == to)
        return;
    if (inode->lost_to == 0 || from < inode->lost_from)
        inode->lost_from = from;
    if (to > inode->lost_to)
        inode->lost_to = to;
}

static int twin_sync(struct io_file *base, struct diag *diag)
{
    struct inode *inode = ((struct twin_file *)base)->inode;
    struct buffer next = {0};
    int rc = step(twin_of(base->io), diag, "sync");

    if (rc < 0) {
        lose_unsynced(inode);
        return rc;
    }
    buffer_append(&next, inode->written.data, inode->written.size);
    for (size_t at = inode->lost_from; at < inode->lost_to && at < next.size; at++)
        next.data[at] = synced_at(inode, at);
    buffer_release(&inode->synced);
    inode->synced = next;
    return 0;
}

static int twin_lock(struct io_file *base, struct diag *diag)
{
    struct twin_file *file = (struct twin_file *)base;

    if (file->inode->locked && !file->holds_lock)
        return diag_set(diag, ERR_EXISTS, "locked by another");
    file->inode->locked = file->holds_lock = true;
    return 0;
}

/* --- Names. */

static int twin_rename(struct io *io, const char *from, const char *to, struct diag *diag)
{
    struct twin *twin = twin_of(io);
    struct inode *inode = names_find(&twin->now, from), *target = names_find(&twin->now, to);
    int rc;

    if (!inode || !has_parent(&twin->now, to))
        return missing(diag, from);
    if (inode->directory || (target && target->directory))
        return diag_set(diag, ERR_IO, "a directory is not renamed here");
    if (inode == target)
        return 0; /* two names of one file stay what they are */
    if ((rc = step(twin, diag, "rename")) < 0)
        return rc;
    names_set(&twin->now, to, inode);
    names_remove(&twin->now, from);
    return 0;
}

static int twin_link(struct io *io, const char *from, const char *to, struct diag *diag)
{
    struct twin *twin = twin_of(io);
    struct inode *inode = names_find(&twin->now, from);
    int rc;

    if (!inode || !has_parent(&twin->now, to))
        return missing(diag, from);
    if (names_find(&twin->now, to))
        return diag_set(diag, ERR_EXISTS, "%s exists", to);
    if ((rc = step(twin, diag, "link")) < 0)
        return rc;
    names_set(&twin->now, to, inode);
    return 0;
}

static int twin_remove(struct io *io, const char *path, struct diag *diag)
{
    struct twin *twin = twin_of(io);
    struct inode *inode = names_find(&twin->now, path);
    int rc;

    if (!inode)
        return missing(diag, path);
    if (inode->directory)
        return diag_set(diag, ERR_IO, "%s is a directory", path);
    if ((rc = step(twin, diag, "remove")) < 0)
        return rc;
    names_remove(&twin->now, path);
    return 0;
}

static int twin_make_directory(struct io *io, const char *path, struct diag *diag)
{
    struct twin *twin = twin_of(io);
    int rc;

    if (names_find(&twin->now, path))
        return diag_set(diag, ERR_EXISTS, "%s exists", path);
    if (!has_parent(&twin->now, path))
        return missing(diag, path);
    if ((rc = step(twin, diag, "make directory")) < 0)
        return rc;
    names_set(&twin->now, path, inode_new(true));
    return 0;
}

static int no_directory(struct diag *diag, const char *path)
{
    return diag_set(diag, ERR_IO, "%s is no directory", path);
}

static int twin_remove_directory(struct io *io, const char *path, struct diag *diag)
{
    struct twin *twin = twin_of(io);
    struct inode *inode = names_find(&twin->now, path);
    int rc;

    if (!inode)
        return missing(diag, path);
    if (!inode->directory)
        return no_directory(diag, path);
    for (size_t i = 0; i < twin->now.count; i++)
        if (is_in(twin->now.items[i].path, path))
            return diag_set(diag, ERR_IO, "%s is not empty", path);
    if ((rc = step(twin, diag, "remove directory")) < 0)
        return rc;
    names_remove(&twin->now, path);
    return 0;
}

/* Makes what `to` has right in a directory the same as what `from` has there. */
static void copy_entries(struct names *to, const struct names *from, const char *directory)
{
    for (size_t i = to->count; i-- > 0;)
        if (is_in(to->items[i].path, directory))
            names_remove(to, to->items[i].path);
    for (size_t i = 0; i < from->count; i++)
        if (is_in(from->items[i].path, directory))
            names_set(to, from->items[i].path, from->items[i].inode);
}

static int twin_sync_directory(struct io *io, const char *path, struct diag *diag)
{
    struct twin *twin = twin_of(io);
    struct inode *inode = names_find(&twin->now, path);
    int rc;

    if (!is_root(path) && !inode)
        return missing(diag, path);
    if (!is_root(path) && !inode->directory)
        return no_directory(diag, path);
    if ((rc = step(twin, diag, "sync directory")) < 0)
        return rc;
    copy_entries(&twin->synced, &twin->now, path);
    return 0;
}

static int twin_list(struct io *io, const char *path,
                     void (*visit)(void *context, const char *name), void *context,
                     struct diag *diag)
{
    struct twin *twin = twin_of(io);
    size_t skip = is_root(path) ? path[0] == '/' : strlen(path) + 1;
    struct inode *inode = names_find(&twin->now, path);

    if (!is_root(path) && !inode)
        return missing(diag, path);
    if (!is_root(path) && !inode->directory)
        return no_directory(diag, path);
    for (size_t i = 0; i < twin->now.count; i++)
        if (is_in(twin->now.items[i].path, path))
            visit(context, twin->now.items[i].path + skip);
    return 0;
}

/* --- The same with the twin's lock held. */

static void enter(const struct io *io)
{
    CHECK(pthread_mutex_lock(&twin_of((struct io *)(uintptr_t)io)->lock) == 0);
}

static int leave(const struct io *io, int rc)
{
    CHECK(pthread_mutex_unlock(&twin_of((struct io *)(uintptr_t)io)->lock) == 0);
    return rc;
}

static int locked_open(struct io *io, const char *path, unsigned flags, struct io_file **out,
                       struct diag *diag)
{
    enter(io);
    return leave(io, twin_open(io, path, flags, out, diag));
}

static void locked_close(struct io_file *file)
{
    struct io *io = file->io;

    enter(io);
    twin_close(file);
    leave(io, 0);
}

static int locked_read(struct io_file *file, uint64_t at, void *to, size_t size, size_t *got,
                       struct diag *diag)
{
    enter(file->io);
    return leave(file->io, twin_read(file, at, to, size, got, diag));
}

static int locked_append(struct io_file *file, struct span bytes, struct diag *diag)
{
    enter(file->io);
    return leave(file->io, twin_append(file, bytes, diag));
}

static int locked_write(struct io_file *file, uint64_t at, struct span bytes, struct diag *diag)
{
    enter(file->io);
    return leave(file->io, twin_write(file, at, bytes, diag));
}

static int locked_size(struct io_file *file, uint64_t *size, struct diag *diag)
{
    enter(file->io);
    return leave(file->io, twin_size(file, size, diag));
}

static int locked_truncate(struct io_file *file, uint64_t size, struct diag *diag)
{
    enter(file->io);
    return leave(file->io, twin_truncate(file, size, diag));
}

static int locked_sync(struct io_file *file, struct diag *diag)
{
    enter(file->io);
    return leave(file->io, twin_sync(file, diag));
}

static int locked_lock(struct io_file *file, struct diag *diag)
{
    enter(file->io);
    return leave(file->io, twin_lock(file, diag));
}

static int locked_rename(struct io *io, const char *from, const char *to, struct diag *diag)
{
    enter(io);
    return leave(io, twin_rename(io, from, to, diag));
}

static int locked_link(struct io *io, const char *from, const char *to, struct diag *diag)
{
    enter(io);
    return leave(io, twin_link(io, from, to, diag));
}

static int locked_remove(struct io *io, const char *path, struct diag *diag)
{
    enter(io);
    return leave(io, twin_remove(io, path, diag));
}

static int locked_make_directory(struct io *io, const char *path, struct diag *diag)
{
    enter(io);
    return leave(io, twin_make_directory(io, path, diag));
}

static int locked_remove_directory(struct io *io, const char *path, struct diag *diag)
{
    enter(io);
    return leave(io, twin_remove_directory(io, path, diag));
}

static int locked_sync_directory(struct io *io, const char *path, struct diag *diag)
{
    enter(io);
    return leave(io, twin_sync_directory(io, path, diag));
}

static int locked_list(struct io *io, const char *path,
                       void (*visit)(void *context, const char *name), void *context,
                       struct diag *diag)
{
    enter(io);
    return leave(io, twin_list(io, path, visit, context, diag));
}

static const struct io_ops twin_ops = {
    .open = locked_open,
    .close = locked_close,
    .read = locked_read,
    .append = locked_append,
    .write = locked_write,
    .size = locked_size,
    .truncate = locked_truncate,
    .sync = locked_sync,
    .lock = locked_lock,
    .rename = locked_rename,
    .link = locked_link,
    .remove = locked_remove,
    .make_directory = locked_make_directory,
    .remove_directory = locked_remove_directory,
    .sync_directory = locked_sync_directory,
    .list = locked_list,
};

/* --- The disk. */

struct twin *twin_new(void)
{
    struct twin *twin = mem_zalloc(sizeof(*twin));
    pthread_mutexattr_t attributes;

    twin->io.ops = &twin_ops;
    CHECK(pthread_mutexattr_init(&attributes) == 0);
    CHECK(pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE) == 0);
    CHECK(pthread_mutex_init(&twin->lock, &attributes) == 0);
    pthread_mutexattr_destroy(&attributes);
    twin->capacity = UINT64_MAX;
    return twin;
}

static void names_clear(struct names *names)
{
    while (names->count)
        names_remove(names, names->items[names->count - 1].path);
    mem_free(names->items);
    *names = (struct names){0};
}

void twin_free(struct twin *twin)
{
    if (!twin)
        return;
    names_clear(&twin->now);
    names_clear(&twin->synced);
    pthread_mutex_destroy(&twin->lock);
    mem_free(twin);
}

struct io *twin_io(struct twin *twin)
{
    return &twin->io;
}

uint64_t twin_steps(const struct twin *twin)
{
    uint64_t steps;

    enter(&twin->io);
    steps = twin->steps;
    leave(&twin->io, 0);
    return steps;
}

void twin_fail_at(struct twin *twin, uint64_t at, int code, bool lasting)
{
    enter(&twin->io);
    twin->fail_at = at;
    twin->fail_code = code;
    twin->fail_lasting = lasting;
    leave(&twin->io, 0);
}

void twin_on_step(struct twin *twin, void (*hook)(void *context, uint64_t step), void *context)
{
    enter(&twin->io);
    twin->hook = hook;
    twin->hook_context = context;
    leave(&twin->io, 0);
}

void twin_set_capacity(struct twin *twin, uint64_t bytes)
{
    enter(&twin->io);
    twin->capacity = bytes;
    leave(&twin->io, 0);
}

/* --- Power cuts. */

static void append_zeros(struct buffer *to, size_t size)
{
    memset(buffer_reserve(to, size), 0, size);
    to->size += size;
}

static void leave_bytes(struct buffer *to, const struct inode *inode, enum twin_loss loss)
{
    const struct buffer *written = &inode->written, *synced = &inode->synced;
    bool all = loss == TWIN_KEEPS_ALL || loss == TWIN_KEEPS_BYTES || loss == TWIN_KEEPS_ADDED ||
               loss == TWIN_KEEPS_REMOVED || loss == TWIN_KEEPS_CHANGED;

    buffer_append(to, all ? written->data : synced->data, all ? written->size : synced->size);
    if (loss == TWIN_TEARS || loss == TWIN_REORDERS) {
        size_t from, end, middle;

        find_unsynced(inode, &from, &end);
        middle = from + (end - from) / 2;
        if (from == end)
            return;
        if (written->size > to->size)
            append_zeros(to, written->size - to->size);
        if (loss == TWIN_TEARS)
            memcpy(to->data + from, written->data + from, middle - from);
        else
            memcpy(to->data + middle, written->data + middle, end - middle);
    }
}

/* Puts the names that `loss` leaves into `to`. */
static void leave_names(struct names *to, const struct twin *twin, enum twin_loss loss)
{
    const struct names *synced = &twin->synced, *now = &twin->now;
    bool all = loss == TWIN_KEEPS_ALL || loss == TWIN_KEEPS_NAMES;

    for (size_t i = 0; i < synced->count && !all; i++)
        if (loss != TWIN_KEEPS_REMOVED || names_find(now, synced->items[i].path))
            names_set(to, synced->items[i].path, synced->items[i].inode);
    for (size_t i = 0; i < now->count; i++)
        if (all || loss == TWIN_KEEPS_ADDED ||
            (loss == TWIN_KEEPS_CHANGED && names_find(synced, now->items[i].path)))
            names_set(to, now->items[i].path, now->items[i].inode);
    for (size_t i = 0; i < to->count; i++) /* parents come before what is in them */
        if (!has_parent(to, to->items[i].path))
            names_remove(to, to->items[i--].path);
}

/* The copy of an inode, made when its first name is. */
static struct inode *copied(const struct names *from, const struct names *to, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (from->items[i].inode == from->items[at].inode)
            return to->items[i].inode;
    return NULL;
}

struct twin *twin_after_power_cut(const struct twin *twin, enum twin_loss loss)
{
    struct twin *after = twin_new();
    struct names from = {0};

    enter(&twin->io);
    leave_names(&from, twin, loss);
    for (size_t i = 0; i < from.count; i++) {
        struct inode *copy = copied(&from, &after->now, i);

        if (!copy) {
            copy = inode_new(from.items[i].inode->directory);
            leave_bytes(&copy->written, from.items[i].inode, loss);
            make_equal(&copy->synced, &copy->written);
        }
        names_set(&after->now, from.items[i].path, copy);
        names_set(&after->synced, from.items[i].path, copy);
    }
    names_clear(&from);
    leave(&twin->io, 0);
    return after;
}

struct twin *twin_after_kill(const struct twin *twin)
{
    struct twin *after = twin_new();

    enter(&twin->io);
    for (int synced = 0; synced < 2; synced++) {
        const struct names *from = synced ? &twin->synced : &twin->now;
        struct names *to = synced ? &after->synced : &after->now;

        for (size_t i = 0; i < from->count; i++) {
            const struct inode *inode = from->items[i].inode;
            struct inode *copy = copied(from, to, i);

            for (size_t j = 0; synced && !copy && j < twin->now.count; j++)
                if (twin->now.items[j].inode == inode)
                    copy = after->now.items[j].inode;
            if (!copy) {
                copy = inode_new(inode->directory);
                make_equal(&copy->written, &inode->written);
                make_equal(&copy->synced, &inode->synced);
                copy->lost_from = inode->lost_from;
                copy->lost_to = inode->lost_to;
            }
            names_set(to, from->items[i].path, copy);
        }
    }
    leave(&twin->io, 0);
    return after;
}

bool twin_flip(struct twin *twin, const char *path, uint64_t at, unsigned char mask)
{
    struct inode *inode;
    bool there;

    enter(&twin->io);
    inode = names_find(&twin->now, path);
    there = inode && at < inode->written.size;
    if (there) {
        inode->written.data[at] = (char)(inode->written.data[at] ^ mask);
        if (at < inode->synced.size)
            inode->synced.data[at] = inode->written.data[at];
    }
    leave(&twin->io, 0);
    return there;
}

bool twin_bytes(const struct twin *twin, const char *path, struct span *bytes)
{
    struct inode *inode;

    enter(&twin->io);
    inode = names_find(&twin->now, path);
    if (inode)
        *bytes = span_of(inode->written.data, inode->written.size);
    leave(&twin->io, 0);
    return inode != NULL;
}
