/* child_progress.h - how far a child that writes a file has got, and what it costs: a page of
 * memory that parent and child share. The child writes, the parent reads at any time, for INFO. */
#ifndef MS_BROKER_PERSISTENCE_CHILD_PROGRESS_H
#define MS_BROKER_PERSISTENCE_CHILD_PROGRESS_H

#include <stdatomic.h>
#include <stdint.h>

/* Relaxed: each figure is right by itself, late is good enough. */
struct child_progress {
    _Atomic uint64_t keys, keys_total;
    _Atomic uint64_t copied_bytes; /* of pages that parent and child no longer share */
    _Atomic uint64_t copied_peak;
    _Atomic int64_t copied_at_ms; /* Unix time, when that was looked at; 0: not yet */
};

struct child_progress *child_progress_new(void);           /* NULL if there is no memory for it */
void child_progress_free(struct child_progress *progress); /* NULL is allowed */

/* A child is about to be made that writes so many keys. */
void child_progress_begin(struct child_progress *progress, uint64_t keys_total);

/* So many keys are written. Looks at the copied pages at most once a second, or `now` for the last
 * time. In the child. */
void child_progress_note(struct child_progress *progress, uint64_t keys, int now);

#endif
