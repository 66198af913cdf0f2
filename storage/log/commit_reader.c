/* commit_reader.c - reads a log that may be growing under another thread or process. The manifest
 * is read anew whenever a segment ends: by then it says what follows. */
#include "core/base/error.h"
#include "core/base/mem.h"
#include "storage/log/commit_log.h"
#include "storage/log/manifest.h"
#include "storage/log/segment.h"

#include <stdio.h>
#include <string.h>

enum {
    PATH_LIMIT = 4096,
    VANISHED_LIMIT = 16,
};

struct commit_reader {
    struct io *io;
    char *directory;
    uint64_t position; /* what was read ends here */
    uint64_t replaced; /* which of the directory's logs it is */
    struct segment_reader *segment;
    char file[LOG_NAME_LIMIT];
    char path[PATH_LIMIT];
    bool closed;       /* the segment grows no more */
    bool gone;         /* nor is it part of the log any more */
    unsigned vanished; /* segments in a row that were removed before they were opened */
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
    reader->gone = false;
    if (rc == 0)
        reader->vanished = 0;
    snprintf(reader->file, sizeof(reader->file), "%s", segment->file);
    snprintf(reader->path, sizeof(reader->path), "%s/%s", reader->directory, segment->file);
    if (rc == 0 && reader->position > segment->first)
        segment_seek(reader->segment, reader->position);
    return rc;
}

/* Reads the manifest and enters the segment of a position. ERR_AGAIN if that was removed between.
 */
static int begin(struct commit_reader *reader, uint64_t position, struct diag *diag)
{
    const struct manifest_segment *segment;
    struct manifest manifest = {0};
    uint64_t oldest;
    int rc = manifest_load(&manifest, reader->io, reader->directory, diag);

    if (rc < 0)
        return rc;
    oldest = manifest_oldest(&manifest);
    reader->replaced = manifest.replaced;
    reader->position = position ? position : oldest;
    segment = find_segment(&manifest, reader->position);
    if (segment) {
        rc = enter_segment(reader, segment, diag);
        rc = rc == ERR_MISSING ? ERR_AGAIN : rc;
    } else if (reader->position < oldest) {
        rc = diag_set(diag, ERR_MISSING, "position %llu is not in the log any more",
                      (unsigned long long)position);
    }
    manifest_release(&manifest);
    return rc;
}

int commit_reader_open(struct io *io, const char *directory, uint64_t position,
                       struct commit_reader **out, struct diag *diag)
{
    struct commit_reader *reader = mem_zalloc(sizeof(*reader));
    struct diag why = {0};
    int rc = ERR_AGAIN;

    reader->io = io;
    reader->directory = mem_strdup(directory);
    for (unsigned i = 0; i < VANISHED_LIMIT && rc == ERR_AGAIN; i++)
        rc = begin(reader, position, &why);
    if (rc == ERR_AGAIN)
        rc = ERR_DAMAGED; /* no checkpoint removes that many */
    if (rc < 0) {
        commit_reader_free(reader);
        return diag_set(diag, rc, "%s", why.text);
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

/* The segment that is being read, or NULL if the manifest knows it no more. */
static const struct manifest_segment *find_current(const struct commit_reader *reader,
                                                   const struct manifest *manifest)
{
    for (size_t i = 0; reader->segment && i < manifest->segment_count; i++)
        if (strcmp(manifest->segments[i].file, reader->file) == 0)
            return &manifest->segments[i];
    return NULL;
}

/* The segment behind the one that has been read to its end, by position if a checkpoint has removed
 * that. ERR_MISSING if there is none yet, ERR_RANGE if there was one. */
static int find_next(struct commit_reader *reader, const struct manifest *manifest,
                     const struct manifest_segment *current, const struct manifest_segment **next,
                     struct diag *diag)
{
    if (current) {
        if (current->end > reader->position)
            reader->position = current->end; /* volatile records were the last */
        *next = current + 1;
        return *next < manifest->segments + manifest->segment_count ? 0 : ERR_MISSING;
    }
    *next = find_segment(manifest, reader->position);
    if (*next)
        return 0;
    if (manifest->segment_count == 0 && manifest->checkpoint_position <= reader->position)
        return ERR_MISSING;
    return diag_set(diag, ERR_RANGE, "position %llu is not in the log any more",
                    (unsigned long long)reader->position);
}

/* At the end of what the segment had: learns from the manifest whether it has been closed, and goes
 * on to the one behind it. 0 if there may be more now, ERR_MISSING if not. */
static int move_on(struct commit_reader *reader, struct diag *diag)
{
    const struct manifest_segment *current, *next = NULL;
    struct manifest manifest = {0};
    int rc = manifest_load(&manifest, reader->io, reader->directory, diag);

    if (rc < 0)
        return rc == ERR_MISSING ? diag_set(diag, ERR_RANGE, "the manifest has gone") : rc;
    current = find_current(reader, &manifest);
    if (manifest.replaced != reader->replaced) {
        rc = diag_set(diag, ERR_RANGE, "another log has taken its place");
    } else if (current && !current->closed) {
        rc = ERR_MISSING;
    } else if (reader->segment && !reader->closed) {
        /* it may have grown after the last look, but grows no more: look once more */
        if (current)
            segment_end_at(reader->segment, current->bytes);
        reader->closed = true;
        reader->gone = !current;
    } else {
        rc = find_next(reader, &manifest, current, &next, diag);
        if (rc == 0)
            rc = enter_segment(reader, next, diag);
        if (rc == ERR_MISSING && next && !reader->segment) /* removed since: ask again */
            rc = ++reader->vanished < VANISHED_LIMIT
                     ? 0
                     : diag_set(diag, ERR_DAMAGED, "%s is missing", reader->path);
    }
    manifest_release(&manifest);
    return rc;
}

/* The next frame of the segment. What the end looked like before says nothing of now: a file that
 * grows is looked at again. */
static int next_in_segment(struct commit_reader *reader, struct frame *frame, struct span *records,
                           uint64_t *at, struct diag *diag)
{
    int rc;

    if (!reader->segment)
        return ERR_MISSING;
    rc = segment_next(reader->segment, frame, records, at, diag);
    if (rc != ERR_MISSING && rc != ERR_DAMAGED)
        return rc;
    rc = segment_refresh(reader->segment, diag);
    return rc < 0 ? rc : segment_next(reader->segment, frame, records, at, diag);
}

/* As commit_reader_next, but the diag may get words without need. */
static int next(struct commit_reader *reader, struct commit_frame *out, struct diag *diag)
{
    bool suspect =
        false; /* the end looked damaged; it may have been in the middle of being written */

    for (;;) {
        struct span records;
        struct frame frame;
        bool torn;
        uint64_t at;
        int rc = next_in_segment(reader, &frame, &records, &at, diag);

        torn = rc == ERR_DAMAGED && (!reader->closed || reader->gone);
        if (torn || rc == ERR_MISSING) {
            rc = move_on(reader, diag);
            if (rc == ERR_MISSING && torn && segment_is_rotten(reader->segment, reader->position)) {
                if (suspect)
                    return diag_set(diag, ERR_DAMAGED,
                                    "%s, byte %llu: damaged, and sound data follows", reader->path,
                                    (unsigned long long)segment_at(reader->segment));
                suspect = true;
                rc = 0;
            }
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

int commit_reader_next(struct commit_reader *reader, struct commit_frame *out, struct diag *diag)
{
    struct diag why;
    int rc;

    why.code = 0;
    why.text[0] = '\0';
    rc = next(reader, out, &why);
    return rc < 0 && rc != ERR_MISSING ? diag_set(diag, rc, "%s", why.text) : rc;
}
