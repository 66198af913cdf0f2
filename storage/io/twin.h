/* twin.h - a disk in memory for tests, that does on order what real ones do on bad days. It knows
 * at every instant what a power cut would leave, and can be asked for it. Any thread may call
 * anything of it; a lock of its own makes each call one instant. It knows no renamed directories.
 *
 * Steps. Every call that changes something is a step, counted from 1: appends, writes, truncations,
 * syncs, renames, links, removals, creations, syncs of directories. Failures are ordered by step.
 */
#ifndef MS_STORAGE_IO_TWIN_H
#define MS_STORAGE_IO_TWIN_H

#include "storage/io/io.h"

#include <stdbool.h>
#include <stdint.h>

struct twin;

struct twin *twin_new(void);
void twin_free(struct twin *twin);
struct io *twin_io(struct twin *twin);

/* Steps so far. */
uint64_t twin_steps(const struct twin *twin);

/* Step `step` and, if `lasting`, all after it fail with `code` (ERR_IO, ERR_FULL). An append
 * or write that fails leaves its first half; what a failed sync was to write no later sync of that
 * file will, as on Linux, though reading still shows it. 0 switches off. */
void twin_fail_at(struct twin *twin, uint64_t step, int code, bool lasting);

/* Calls `hook` before each step, whichever thread makes it, with the number that it will have. The
 * hook runs with the twin's lock held, and may call everything that is not a step. */
void twin_on_step(struct twin *twin, void (*hook)(void *context, uint64_t step), void *context);

/* From this many bytes in all files on, what makes a file grow fails with ERR_FULL. UINT64_MAX: no
 * limit. */
void twin_set_capacity(struct twin *twin, uint64_t bytes);

/* How much of what was not synced a power cut leaves. */
enum twin_loss {
    TWIN_LOSES_ALL,   /* nothing */
    TWIN_KEEPS_ALL,   /* everything: as if the process alone had died */
    TWIN_TEARS,       /* of unsynced bytes the first half; for the other what was there, or zeros */
    TWIN_KEEPS_BYTES, /* bytes of files, but no name that was not synced */
    TWIN_KEEPS_NAMES, /* names, but no bytes that were not synced */
    TWIN_REORDERS,    /* as TWIN_TEARS, but it is the second half that is kept */
    TWIN_KEEPS_ADDED, /* bytes, and names that came, but none that went is gone */
    TWIN_KEEPS_REMOVED, /* bytes, and names that went, but none that came is there */
    TWIN_KEEPS_CHANGED, /* bytes, and what was renamed over a name, but none came and none went */
    TWIN_LOSSES,        /* how many there are */
};

/* A disk as it is after a power cut right now; this one goes on. The caller frees it. */
struct twin *twin_after_power_cut(const struct twin *twin, enum twin_loss loss);

/* A disk as the next process finds it if this one is killed right now: everything is there, but
 * what was not synced still isn't, and no lock is held. The caller frees it. */
struct twin *twin_after_kill(const struct twin *twin);

/* Flips the bits of `mask` in one byte, as bit rot does. False if there is no such byte. */
bool twin_flip(struct twin *twin, const char *path, uint64_t at, unsigned char mask);

/* The file's bytes, borrowed until the next change; false if it is missing. */
bool twin_bytes(const struct twin *twin, const char *path, struct span *bytes);

#endif
