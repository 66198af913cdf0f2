#include "broker/check/walk.h"
#include "core/base/error.h"
#include "storage/log/segment.h"

#include <stdio.h>

enum {
    PATH_LIMIT = 4096
};

int walk_open(struct walk *walk, const char *directory, struct diag *diag)
{
    *walk = (struct walk){.directory = directory};
    return manifest_load(&walk->manifest, io_disk(), directory, diag);
}

void walk_release(struct walk *walk)
{
    manifest_release(&walk->manifest);
}

bool walk_is_in_use(const char *directory)
{
    char path[PATH_LIMIT];
    struct io_file *file;
    bool in_use;

    snprintf(path, sizeof(path), "%s/lock", directory);
    if (io_open(io_disk(), path, IO_WRITE, &file, NULL) < 0)
        return false;
    in_use = io_lock(file, NULL) == ERR_EXISTS;
    io_close(file);
    return in_use;
}

static int visit_frame(struct walk *walk, const struct walk_visitor *visitor,
                       struct walk_segment *found, const struct frame *frame, struct span records)
{
    int rc = 0;

    if (frame->begin < found->end || frame->end < frame->begin ||
        (found->segment->closed && frame->end > found->segment->end))
        return diag_set(&walk->why, ERR_DAMAGED,
                        "a frame says it holds positions %llu to %llu, which can't be there",
                        (unsigned long long)frame->begin, (unsigned long long)frame->end);
    if (frame->end - frame->begin != records.size)
        return diag_set(&walk->why, ERR_DAMAGED, "a frame's size is not that of its records");
    if (visitor->frame)
        rc = visitor->frame(visitor->context, frame, records, &walk->why);
    if (rc < 0)
        return rc;
    if (found->frames++ == 0)
        found->first_ms = frame->written_ms;
    found->last_ms = frame->written_ms;
    found->compressed += frame->flags & FRAME_COMPRESSED;
    found->stored_bytes += FRAME_HEADER_SIZE + frame->stored_size;
    found->record_bytes += records.size;
    found->end = frame->end;
    return rc;
}

/* One segment; as walk_run, but ERR_MISSING at its end and 1 if the visitor has had enough. */
static int run_segment(struct walk *walk, const struct walk_visitor *visitor,
                       struct walk_segment *found)
{
    const struct manifest_segment *segment = found->segment;
    struct segment_reader *reader;
    struct span records;
    struct frame frame;
    uint64_t at;
    int rc = segment_open(io_disk(), walk->directory, segment->file, segment->first,
                          segment->closed ? segment->bytes : UINT64_MAX, &reader, &walk->why);

    walk->at_byte = walk->file_bytes = 0;
    if (rc == ERR_MISSING)
        return walk->why.code = ERR_DAMAGED; /* it has to be there */
    if (rc < 0)
        return rc;
    do {
        rc = segment_next(reader, &frame, &records, &at, &walk->why);
        walk->at_byte = at;
        if (rc == 0)
            rc = visit_frame(walk, visitor, found, &frame, records);
    } while (rc == 0);
    walk->file_bytes = segment_file_bytes(reader);
    if (rc == ERR_DAMAGED && !segment->closed && walk->at_byte == segment_at(reader) &&
        !segment_is_rotten(reader, found->end)) {
        walk->is_torn = true;
        rc = ERR_MISSING;
    }
    segment_reader_free(reader);
    return rc;
}

int walk_run(struct walk *walk, uint64_t from, const struct walk_visitor *visitor,
             struct diag *diag)
{
    const struct manifest *manifest = &walk->manifest;

    walk->end = manifest->checkpoint_position;
    for (size_t i = 0; i < manifest->segment_count; i++) {
        const struct manifest_segment *segment = &manifest->segments[i];
        struct walk_segment found = {.segment = segment, .end = segment->first};
        int rc;

        if (segment->closed && segment->end <= from)
            continue;
        walk->at_segment = i;
        rc = run_segment(walk, visitor, &found);
        if (visitor->segment)
            visitor->segment(visitor->context, &found);
        if (segment->closed && rc == ERR_MISSING)
            found.end = segment->end;
        walk->end = found.end;
        if (rc > 0)
            return 0;
        if (rc == ERR_MISSING)
            continue;
        if (diag)
            *diag = walk->why;
        return rc;
    }
    return 0;
}
