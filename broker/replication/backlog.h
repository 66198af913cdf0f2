/* backlog.h - the newest bytes of the stream that replicas get, in memory, so that who keeps up is
 * not served from the disk. Who has fallen behind what it holds reads the log instead: a slow
 * replica makes nothing grow here.
 *
 *   begin                                            end
 *   [block, counted][block][block][block, being filled]
 *            ^ a cursor holds the block it reads
 *
 * One thread at a time appends (its caller's lock sees to that); any thread reads what is there. A
 * block's bytes never change once they are published, so they are written to sockets from where
 * they lie. What is dropped while a cursor holds it goes when the cursor moves on. */
#ifndef MS_BROKER_REPLICATION_BACKLOG_H
#define MS_BROKER_REPLICATION_BACKLOG_H

#include "core/bytes/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct backlog;
struct backlog_block;

/* Where somebody reads. Embeddable; starts zeroed. Belongs to one thread. */
struct backlog_cursor {
    uint64_t position;           /* of the next byte it wants */
    struct backlog_block *block; /* that holds it; NULL: nowhere */
};

/* Empty, at a position; keeps about `limit` bytes. */
struct backlog *backlog_new(uint64_t position, size_t limit);

/* Blocks that cursors hold stay until these are released. NULL is allowed. */
void backlog_free(struct backlog *self);

/* Appends, and drops what is beyond the limit. The appending thread. */
void backlog_append(struct backlog *self, struct span bytes);

/* The same in one block, so that a cursor that has begun to read it holds all of it: messages,
 * which are on no disk, so that nobody could go on in the middle of one from there. */
void backlog_append_whole(struct backlog *self, struct span bytes);

void backlog_set_limit(struct backlog *self, size_t limit);

/* The positions of its first byte and behind its last one. Any thread; both only grow. */
uint64_t backlog_begin(const struct backlog *self);
uint64_t backlog_end(const struct backlog *self);

/* Bytes of memory. Any thread. */
size_t backlog_memory(const struct backlog *self);

/* Puts the cursor to a position. False, and the cursor is nowhere, if it is not held (any more). */
bool backlog_seek(struct backlog *self, struct backlog_cursor *cursor, uint64_t position);

/* What comes next, as much as lies in one piece; empty at the end. False if it has been dropped:
 * the cursor is nowhere then, its position still said. The bytes are good until the cursor moves.
 */
bool backlog_peek(struct backlog *self, struct backlog_cursor *cursor, struct span *bytes);
void backlog_advance(struct backlog_cursor *cursor, size_t size);

/* The cursor is nowhere. Also after backlog_free. */
void backlog_leave(struct backlog_cursor *cursor);

#endif
