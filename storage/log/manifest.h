/* manifest.h - which files make up a log: read, changed in memory, and replaced in one step. The
 * file is a magic word, the size of the message, the message (log.proto), and a CRC-32C of all
 * that. The owner guards it. */
#ifndef MS_STORAGE_LOG_MANIFEST_H
#define MS_STORAGE_LOG_MANIFEST_H

#include "core/bytes/buffer.h"
#include "storage/io/io.h"
#include "storage/log/history.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    LOG_FORMAT = 1,
    LOG_NAME_LIMIT = 128, /* of a file in the directory */
    LOG_SEGMENTS_LIMIT = 1 << 16,
    LOG_MANIFEST_LIMIT = 16 * 1024 * 1024, /* bytes */
};

struct manifest_segment {
    char file[LOG_NAME_LIMIT];
    uint64_t first, end; /* positions; `end` of a closed one */
    uint64_t bytes;      /* of a closed one */
    bool closed;
};

/* Embeddable; starts zeroed. */
struct manifest {
    struct commit_history history;
    char checkpoint_file[LOG_NAME_LIMIT];           /* empty: none */
    uint64_t checkpoint_position, checkpoint_bytes; /* without a file: where the log begins */
    struct manifest_segment *segments;              /* oldest first; only the last may be open */
    size_t segment_count;
    uint64_t next_number;
    uint64_t replaced; /* logs that the directory has held before this one */
};

void manifest_release(struct manifest *manifest);

/* Reads and checks "<directory>/manifest": names without directories, positions that follow each
 * other. 0, ERR_MISSING, or ERR_DAMAGED and others with the reason. */
int manifest_load(struct manifest *manifest, struct io *io, const char *directory,
                  struct diag *diag);
int manifest_store(const struct manifest *manifest, struct io *io, const char *directory,
                   struct diag *diag);

/* A deep copy, to be changed and stored before it takes the place of the old one. */
void manifest_copy(struct manifest *to, const struct manifest *from);

/* The position from which its segments have everything. */
uint64_t manifest_oldest(const struct manifest *manifest);

struct manifest_segment *manifest_add(struct manifest *manifest, const char *file, uint64_t first);
void manifest_drop(struct manifest *manifest, size_t at);
void manifest_drop_oldest(struct manifest *manifest, size_t count);

/* The same from bytes and to bytes; for tests and fuzzing. */
int manifest_decode(struct manifest *manifest, struct span bytes, struct diag *diag);
void manifest_encode(const struct manifest *manifest, struct buffer *out);

#endif
