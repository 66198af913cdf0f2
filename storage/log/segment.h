/* segment.h - one file of the log: a header (log.proto in an envelope of magic, size and CRC-32C),
 * then frames. Written by one thread, read by any number. */
#ifndef MS_STORAGE_LOG_SEGMENT_H
#define MS_STORAGE_LOG_SEGMENT_H

#include "core/bytes/buffer.h"
#include "storage/io/io.h"
#include "storage/log/frame.h"

#include <stdbool.h>
#include <stdint.h>

/* --- Writing. */

struct segment_writer;

struct segment_identity {
    const char *replication_id;
    uint64_t first_position, number;
    int64_t created_ms;
    uint32_t salt; /* chance, not known to clients */
};

/* Makes the file, which must be missing, with its header, synced, and its name synced too. */
int segment_create(struct io *io, const char *directory, const char *file,
                   const struct segment_identity *identity, struct segment_writer **writer,
                   struct diag *diag);

/* Adds a frame; compressed if `compress` and it pays. After a failure the writer is of no use but
 * to be freed. */
int segment_write(struct segment_writer *writer, struct frame *frame, struct span records,
                  bool compress, struct diag *diag);

/* Puts zeros behind what is written if there are few left, so that syncs of what comes next, which
 * takes their place, change neither the file's size nor its blocks: that costs half. The more the
 * segment has, the more at once: 16 KiB to 1 MiB. They are synced with the next sync, best one that
 * is due anyway. A disk that has no room for them is no failure. */
void segment_prepare(struct segment_writer *writer);
int segment_sync(struct segment_writer *writer, struct diag *diag);
uint64_t segment_bytes(const struct segment_writer *writer);        /* written */
uint64_t segment_synced_bytes(const struct segment_writer *writer); /* at the last sync */
void segment_writer_free(struct segment_writer *writer);            /* NULL is allowed */

/* --- Reading. */

struct segment_reader;

/* Opens the file and reads its header. `bytes` UINT64_MAX: to the end of the file, or to where it
 * has nothing but zeros up to its end (segment_prepare); else not beyond.
 * ERR_DAMAGED if the header is not one of `first_position`, or the file is shorter than `bytes`;
 * ERR_UNSUPPORTED if it is of a newer format. */
int segment_open(struct io *io, const char *directory, const char *file, uint64_t first_position,
                 uint64_t bytes, struct segment_reader **reader, struct diag *diag);
void segment_reader_free(struct segment_reader *reader);

/* The next frame. `records` is NULL if they are not wanted (a compressed frame is then only
 * checked, and no later one can be unpacked); good until the next call. *at is where the frame
 * begins in the file. 0; ERR_MISSING at the end; ERR_DAMAGED for bytes that are no sound frame. */
int segment_next(struct segment_reader *reader, struct frame *frame, struct span *records,
                 uint64_t *at, struct diag *diag);

/* Skips frames that end at or before `position`, so that little has to be read until the one that
 * holds it. Some earlier ones may still come, of which a compressed one is made up. What is skipped
 * has sound headers; nobody looks at its payloads. Before the first segment_next. */
void segment_seek(struct segment_reader *reader, uint64_t position);

/* After ERR_DAMAGED at `position`: true if the sound header of a frame further behind says that
 * everything up to beyond `position` had been synced, or the frame itself is sound and only says
 * what can't be: so that this is no write a power cut has cut short. */
bool segment_is_rotten(struct segment_reader *reader, uint64_t position);

/* Where the next frame would begin in the file; bytes that the file has, without the zeros at the
 * end of one that is read to the end. */
uint64_t segment_at(const struct segment_reader *reader);
uint64_t segment_file_bytes(const struct segment_reader *reader);

/* The file may have grown since: reads on. */
int segment_refresh(struct segment_reader *reader, struct diag *diag);

/* It turned out to end at `bytes`: what the file has behind that is not read. */
void segment_end_at(struct segment_reader *reader, uint64_t bytes);

#endif
