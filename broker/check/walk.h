/* walk.h - a log directory read from the outside: frame by frame, without locking or changing
 * anything, going as far as it is sound. One thread. */
#ifndef MS_BROKER_CHECK_WALK_H
#define MS_BROKER_CHECK_WALK_H

#include "core/base/diag.h"
#include "core/bytes/span.h"
#include "storage/io/io.h"
#include "storage/log/frame.h"
#include "storage/log/manifest.h"

#include <stdbool.h>
#include <stdint.h>

/* What was found in a segment. */
struct walk_segment {
    const struct manifest_segment *segment;
    uint64_t frames, compressed, stored_bytes, record_bytes;
    uint64_t end;              /* position behind the last sound frame */
    int64_t first_ms, last_ms; /* when the first and the last frame were written */
};

struct walk_visitor {
    void *context;
    /* A sound frame. 0; 1 to end the walk here; ERR_DAMAGED with a reason if its records make no
     * sense; or another error. May be NULL. */
    int (*frame)(void *context, const struct frame *frame, struct span records, struct diag *diag);
    /* A segment read to its end, or as far as it is sound. May be NULL. */
    void (*segment)(void *context, const struct walk_segment *found);
};

struct walk {
    const char *directory;
    struct manifest manifest;
    uint64_t end;        /* position up to which the log is sound */
    size_t at_segment;   /* number in the manifest of the one where the walk ended */
    uint64_t at_byte;    /* and where in the file */
    uint64_t file_bytes; /* which has so many that count */
    bool is_torn;        /* behind that is a write that was cut short: no damage */
    struct diag why;     /* what is wrong there, if something is */
};

/* Reads the manifest. 0 or an error. */
int walk_open(struct walk *walk, const char *directory, struct diag *diag);
void walk_release(struct walk *walk);

/* Goes through the segments that reach beyond position `from`. 0: to the end, or the visitor has
 * had enough, or the tail is torn. ERR_DAMAGED: to where `walk` says, with the reason in `why`.
 * Other errors are in the diag. */
int walk_run(struct walk *walk, uint64_t from, const struct walk_visitor *visitor,
             struct diag *diag);

/* True if a server has the log open. */
bool walk_is_in_use(const char *directory);

#endif
