/* commit_reader.c - reads a log that may be growing under another thread or process. The manifest
 * is read anew whenever a segment ends: by then it says what follows. */
#include "core/base/error.h"
#include "core/base/mem.h"
#include "storage/log/manifest.h"
#include "storage/log/segment.h"

#include <stdio.h>
#include <string.h>

enum {
    PATH_LIMIT = 4096
};

struct commit_reader {
    struct io *io;
    char *directory;
    uint64_t position; /* what was read ends here */
    struct segment_reader *segment;
    char file[LOG_NAME_LIMIT];
    char path[PATH_LIMIT];
    bool closed; /* the segment grows no more */
};

/* The segment that holds a position, or begins there; NULL if there is none. */
static const struct manifest_segment *find_segment(const struct manifest *manifest,
                                                   uint64_t position)
{
    for (size_t i = manifest->segment_count; i-- > 0;)
        if (manifest->segments[i].first <= position)
            return &manifest->segments[i];
    return NULL;
}

static int enter_segment(struct commit_reader *reader, const struct manifest_segment *segment,
                         struct diag *diag)
{
    int rc;

    segment_reader_free(reader->segment);
    reader->segment = NULL;
    rc = segment_open(reader->io, reader->directory, segment->file, segment->first,
                      segment->closed ? segment->bytes : UINT64_MAX, &reader->segment, diag);
    reader->closed = segment->closed;
    snprintf(reader->file, sizeof(reader->file), "%s", segment->file);
    snprintf(reader->path, sizeof(reader->path), "%s/%s", reader->directory, segment->file);
    return rc;
}

int commit_reader_open(struct io *io, const char *directory, uint64_t position,
                       struct commit_reader **out, struct diag *diag)
{
    struct commit_reader *reader = mem_zalloc(sizeof(*reader));
    const struct manifest_segment *segment = NULL;
    struct manifest manifest = {0};
    int rc = manifest_load(&manifest, io, directory, diag);

    reader->io = io;
    reader->directory = mem_strdup(directory);
    if (rc == 0 && position == 0 && manifest.segment_count > 0)
        position = manifest.segments[0].first;
    if (rc == 0) {
        reader->position = position;
        segment = find_segment(&manifest, position);
        if (!segment && manifest.segment_count > 0)
            rc = diag_set(diag, ERR_MISSING, "position %llu is not in the log any more",
                          (unsigned long long)position);
    }
    if (rc == 0 && segment)
        rc = enter_segment(reader, segment, diag);
    manifest_release(&manifest);
    if (rc < 0) {
        commit_reader_free(reader);
        return rc;
    }
    *out = reader;
    return 0;
}

void commit_reader_free(struct commit_reader *reader)
{
    if (!reader)
        return;
    segment_reader_free(reader->segment);
    mem_free(reader->directory);
    mem_free(reader);
}

/* At the end of what the segment had: learns from the manifest whether it has been closed, and goes
 * on to the one behind it. 0 if there may be more now, ERR_MISSING if not. */
static int move_on(struct commit_reader *reader, struct diag *diag)
{
    const struct manifest_segment *next = NULL;
    struct manifest manifest = {0};
    int rc = manifest_load(&manifest, reader->io, reader->directory, diag);

    if (rc < 0)
        return rc;
    for (size_t i = 0; i < manifest.segment_count; i++) {
        const struct manifest_segment *at = &manifest.segments[i];

        if (strcmp(at->file, reader->file) != 0)
            continue;
        if (at->closed && !reader->closed && at->bytes > segment_at(reader->segment)) {
            next = at; /* more came before it was closed */
        } else if (at->closed && i + 1 < manifest.segment_count) {
            reader->position = at->end;
            next = at + 1;
        } else
            rc = ERR_MISSING;
        break;
    }
    if (!next && rc == 0)
        next = find_segment(&manifest, reader->position);
    if (!next && rc == 0 && manifest.segment_count > 0)
        rc = diag_set(diag, ERR_RANGE, "position %llu is not in the log any more",
                      (unsigned long long)reader->position);
    if (next && strcmp(next->file, reader->file) == 0 && next->closed) {
        /* the same file, of which we know the end now; what was read of it is passed over */
        rc = enter_segment(reader, next, diag);
    } else if (next && strcmp(next->file, reader->file) != 0) {
        rc = enter_segment(reader, next, diag);
    } else if (rc == 0) {
        rc = ERR_MISSING;
    }
    manifest_release(&manifest);
    return rc;
}

int commit_reader_next(struct commit_reader *reader, struct commit_frame *out, struct diag *diag)
{
    for (;;) {
        struct span records;
        struct frame frame;
        uint64_t at;
        int rc = ERR_MISSING;

        if (reader->segment) {
            rc = segment_refresh(reader->segment, diag);
            if (rc == 0)
                rc = segment_next(reader->segment, &frame, &records, &at, diag);
        }
        if (rc == ERR_DAMAGED && !reader->closed)
            rc = ERR_MISSING; /* being written at this moment, or cut off by a failure */
        if (rc == ERR_MISSING) {
            rc = move_on(reader, diag);
            if (rc < 0)
                return rc;
            continue;
        }
        if (rc < 0)
            return rc;
        if (frame.end <= reader->position)
            continue;
        reader->position = frame.end;
        *out = (struct commit_frame){
            .begin = frame.begin,
            .end = frame.end,
            .written_ms = frame.written_ms,
            .records = records,
            .file = reader->path,
            .file_at = at,
            .stored_size = FRAME_HEADER_SIZE + frame.stored_size,
            .compressed = frame.flags & FRAME_COMPRESSED,
        };
        return 0;
    }
}
