/* history.h - under which names the records of a log are known.
 *
 * Two logs with the same id hold the same records at the same positions. Whoever begins to append
 * what others may not have (a primary's start, a promotion) gives the history a new id; the ids
 * before it stay, each with the position up to which this log holds what was appended under it. So
 * a replica that knows one of them, however old, can be told how to go on. Pure; the owner guards
 * it. */
#ifndef MS_STORAGE_LOG_HISTORY_H
#define MS_STORAGE_LOG_HISTORY_H

#include "core/bytes/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    COMMIT_ID_SIZE = 40,    /* of a replication id, letters and digits */
    COMMIT_PAST_LIMIT = 64, /* ids before the present one; older ones are forgotten */
};

struct commit_past {
    char id[COMMIT_ID_SIZE + 1];
    uint64_t end; /* the log holds what that history had below it */
};

struct commit_history {
    char id[COMMIT_ID_SIZE + 1];
    struct commit_past past[COMMIT_PAST_LIMIT]; /* newest first: `end` never rises */
    size_t past_count;
};

/* Ids come from other machines. */
bool commit_id_is_sound(const char *id);

/* All ids are sound, and ends don't rise. */
bool commit_history_is_sound(const struct commit_history *history);

/* The records go on under this id from `end` on. What the past says beyond `end` is taken back, for
 * the log has lost it. An id that is in the past leaves it: the history has not parted from it. */
void commit_history_begin(struct commit_history *history, const char *id, uint64_t end);

/* Is everything below `position` of the history called `id` here, under an earlier name? */
bool commit_history_was(const struct commit_history *history, struct span id, uint64_t position);

#endif
