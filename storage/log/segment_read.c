#include "core/base/check.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/crc/crc.h"
#include "storage/log/log.pb-c.h"
#include "storage/log/manifest.h"
#include "storage/log/segment.h"
#include "storage/log/segment_internal.h"

#include <endian.h>
#include <stdio.h>
#include <string.h>
#include <zstd.h>

enum {
    ENVELOPE_HEAD = 12, /* magic and size */
    CRC_SIZE = 4,
    SCAN_SIZE = 1024 * 1024,
    PATH_LIMIT = 4096,
};

struct segment_reader {
    struct io_file *file;
    uint64_t bytes; /* that belong to the log */
    bool whole_file;
    uint64_t at; /* of the next frame */
    struct buffer payload, records;
    ZSTD_DCtx *unpacker;
    bool skipped; /* a compressed frame was not unpacked: no later one can be */
};

static uint32_t read32(const char *at)
{
    uint32_t value;

    memcpy(&value, at, sizeof(value));
    return le32toh(value);
}

/* Exactly `size` bytes; ERR_MISSING if they are not all there. */
static int read_exactly(struct segment_reader *reader, uint64_t at, void *to, size_t size,
                        struct diag *diag)
{
    size_t got;
    int rc;

    if (at > reader->bytes || reader->bytes - at < size)
        return ERR_MISSING;
    rc = io_read(reader->file, at, to, size, &got, diag);
    return rc == 0 && got < size ? ERR_MISSING : rc;
}

static int read_header(struct segment_reader *reader, uint64_t first_position, struct diag *diag)
{
    char head[ENVELOPE_HEAD], bytes[ENVELOPE_HEAD + SEGMENT_HEADER_LIMIT + CRC_SIZE];
    Millstream__SegmentHeader *message;
    uint32_t size;
    bool right;
    int rc = read_exactly(reader, 0, head, sizeof(head), diag);

    if (rc < 0 && rc != ERR_MISSING)
        return rc;
    if (rc < 0 || memcmp(head, segment_magic, sizeof(segment_magic)) != 0)
        return diag_set(diag, ERR_DAMAGED, "it is no segment");
    size = read32(head + sizeof(segment_magic));
    if (size > SEGMENT_HEADER_LIMIT ||
        read_exactly(reader, 0, bytes, ENVELOPE_HEAD + size + CRC_SIZE, diag) < 0 ||
        crc32c(0, span_of(bytes, ENVELOPE_HEAD + size)) != read32(bytes + ENVELOPE_HEAD + size))
        return diag_set(diag, ERR_DAMAGED, "the checksum of its header is wrong");
    message = millstream__segment_header__unpack(NULL, size, (uint8_t *)bytes + ENVELOPE_HEAD);
    if (!message)
        return diag_set(diag, ERR_DAMAGED, "its header can't be read");
    right = message->format <= LOG_FORMAT && message->first_position == first_position;
    millstream__segment_header__free_unpacked(message, NULL);
    if (!right)
        return diag_set(diag, ERR_DAMAGED, "its header is that of another segment");
    reader->at = ENVELOPE_HEAD + size + CRC_SIZE;
    return 0;
}

int segment_open(struct io *io, const char *directory, const char *file, uint64_t first_position,
                 uint64_t bytes, struct segment_reader **out, struct diag *diag)
{
    struct segment_reader *reader = mem_zalloc(sizeof(*reader));
    char path[PATH_LIMIT];
    int rc;

    snprintf(path, sizeof(path), "%s/%s", directory, file);
    reader->whole_file = bytes == UINT64_MAX;
    reader->bytes = bytes;
    rc = io_open(io, path, IO_READ, &reader->file, diag);
    if (rc == 0)
        rc = segment_refresh(reader, diag);
    if (rc == 0) {
        rc = read_header(reader, first_position, diag);
        if (rc < 0)
            diag_wrap(diag, "%s", path);
    }
    if (rc < 0) {
        segment_reader_free(reader);
        return rc;
    }
    *out = reader;
    return 0;
}

void segment_reader_free(struct segment_reader *reader)
{
    if (!reader)
        return;
    io_close(reader->file);
    buffer_release(&reader->payload);
    buffer_release(&reader->records);
    ZSTD_freeDCtx(reader->unpacker);
    mem_free(reader);
}

int segment_refresh(struct segment_reader *reader, struct diag *diag)
{
    return reader->whole_file ? io_size(reader->file, &reader->bytes, diag) : 0;
}

uint64_t segment_at(const struct segment_reader *reader)
{
    return reader->at;
}

uint64_t segment_file_bytes(const struct segment_reader *reader)
{
    return reader->bytes;
}

/* --- Frames. */

/* Reads the frame at `at` and checks it. */
static int read_frame(struct segment_reader *reader, uint64_t at, struct frame *frame,
                      struct diag *diag)
{
    unsigned char header[FRAME_HEADER_SIZE];
    int rc = read_exactly(reader, at, header, sizeof(header), diag);

    if (rc < 0)
        return rc == ERR_MISSING ? diag_set(diag, ERR_DAMAGED, "a frame is cut off") : rc;
    if (!frame_decode(header, frame))
        return diag_set(diag, ERR_DAMAGED, "no frame begins there");
    if (frame->stored_size > reader->bytes - at - FRAME_HEADER_SIZE)
        return diag_set(diag, ERR_DAMAGED, "a frame is cut off");
    buffer_clear(&reader->payload);
    rc = read_exactly(reader, at + FRAME_HEADER_SIZE,
                      buffer_reserve(&reader->payload, frame->stored_size), frame->stored_size,
                      diag);
    if (rc < 0)
        return rc == ERR_MISSING ? diag_set(diag, ERR_DAMAGED, "a frame is cut off") : rc;
    reader->payload.size = frame->stored_size;
    if (!frame_verify(header, span_of(reader->payload.data, reader->payload.size)))
        return diag_set(diag, ERR_DAMAGED, "a frame's checksum is wrong");
    return 0;
}

/* The block of the stream; its checksum was right, so anything else than success is our own bug or
 * somebody's forgery. */
static bool unpack(struct segment_reader *reader, size_t record_size)
{
    ZSTD_inBuffer in = {reader->payload.data, reader->payload.size, 0};
    ZSTD_outBuffer out;

    if (!reader->unpacker) {
        reader->unpacker = ZSTD_createDCtx();
        CHECK(reader->unpacker);
    }
    buffer_clear(&reader->records);
    out = (ZSTD_outBuffer){buffer_reserve(&reader->records, record_size + 1), record_size + 1, 0};
    while (in.pos < in.size || out.pos < record_size) {
        size_t before = in.pos + out.pos;

        if (ZSTD_isError(ZSTD_decompressStream(reader->unpacker, &out, &in)) ||
            in.pos + out.pos == before)
            break;
    }
    reader->records.size = out.pos;
    return out.pos == record_size && in.pos == in.size;
}

int segment_next(struct segment_reader *reader, struct frame *frame, struct span *records,
                 uint64_t *at, struct diag *diag)
{
    int rc;

    *at = reader->at;
    if (reader->at == reader->bytes)
        return ERR_MISSING;
    rc = read_frame(reader, reader->at, frame, diag);
    if (rc < 0)
        return rc;
    if (!(frame->flags & FRAME_COMPRESSED)) {
        if (records)
            *records = span_of(reader->payload.data, reader->payload.size);
    } else if (!records) {
        reader->skipped = true;
    } else {
        CHECK(!reader->skipped);
        if (!unpack(reader, frame->record_size))
            return diag_set(diag, ERR_DAMAGED, "a frame can't be decompressed");
        *records = span_of(reader->records.data, reader->records.size);
    }
    reader->at += FRAME_HEADER_SIZE + frame->stored_size;
    return 0;
}

bool segment_is_rotten(struct segment_reader *reader, uint64_t position)
{
    char *bytes = mem_alloc(SCAN_SIZE);
    uint64_t at = reader->at + 1;
    bool rotten = false;

    while (!rotten && at + FRAME_HEADER_SIZE <= reader->bytes) {
        size_t got = 0;
        struct frame frame;
        char *found;

        if (io_read(reader->file, at, bytes, SCAN_SIZE, &got, NULL) < 0 || got < FRAME_HEADER_SIZE)
            break;
        found = memmem(bytes, got, "MSf1", 4);
        if (!found) {
            at += got - 3;
            continue;
        }
        at += (uint64_t)(found - bytes);
        rotten = read_frame(reader, at, &frame, NULL) == 0 && frame.synced > position;
        at++;
    }
    mem_free(bytes);
    return rotten;
}
