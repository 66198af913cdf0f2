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
    WINDOW_SIZE = 256 * 1024,
    PATH_LIMIT = 4096,
};

struct segment_reader {
    struct io_file *file;
    uint64_t bytes; /* that belong to the log */
    bool whole_file;
    uint64_t at;       /* of the next frame */
    uint64_t position; /* what was read ends here */
    uint32_t salt;
    struct buffer window; /* bytes of the file from `window_at` on, read ahead */
    uint64_t window_at;
    struct buffer payload, records; /* of frames that the window does not hold; unpacked */
    ZSTD_DCtx *unpacker;
    bool skipped; /* a compressed frame was not unpacked: no later one can be */
};

static uint32_t read32(const char *at)
{
    uint32_t value;

    memcpy(&value, at, sizeof(value));
    return le32toh(value);
}

static bool is_in_window(const struct segment_reader *reader, uint64_t at, size_t size)
{
    return at >= reader->window_at && at - reader->window_at <= reader->window.size &&
           reader->window.size - (at - reader->window_at) >= size;
}

/* Frames are small, and a call for each would cost more than their bytes. */
static int read_window(struct segment_reader *reader, uint64_t at, struct diag *diag)
{
    uint64_t left = reader->bytes - at;
    size_t size = left < WINDOW_SIZE ? (size_t)left : WINDOW_SIZE, got = 0;
    int rc;

    buffer_clear(&reader->window);
    reader->window_at = at;
    rc = io_read(reader->file, at, buffer_reserve(&reader->window, WINDOW_SIZE), size, &got, diag);
    reader->window.size = rc == 0 ? got : 0;
    return rc;
}

/* The file may have changed where it was not complete. */
static void drop_window(struct segment_reader *reader)
{
    buffer_clear(&reader->window);
}

/* Exactly `size` bytes, less than a window has, good until the next call; ERR_MISSING if they are
 * not all there. */
static int look_at(struct segment_reader *reader, uint64_t at, size_t size, const char **bytes,
                   struct diag *diag)
{
    int rc = 0;

    if (at > reader->bytes || reader->bytes - at < size)
        return ERR_MISSING;
    if (!is_in_window(reader, at, size))
        rc = read_window(reader, at, diag);
    if (rc < 0 || !is_in_window(reader, at, size))
        return rc < 0 ? rc : ERR_MISSING;
    *bytes = reader->window.data + (at - reader->window_at);
    return 0;
}

/* As look_at, for what no window holds; the beginning of it may be there. */
static int read_large(struct segment_reader *reader, uint64_t at, size_t size, const char **bytes,
                      struct diag *diag)
{
    size_t there = 0, got = 0;
    char *to;
    int rc;

    buffer_clear(&reader->payload);
    *bytes = to = buffer_reserve(&reader->payload, size);
    if (is_in_window(reader, at, 0)) {
        there = reader->window.size - (size_t)(at - reader->window_at);
        memcpy(to, reader->window.data + (at - reader->window_at), there);
    }
    rc = io_read(reader->file, at + there, to + there, size - there, &got, diag);
    return rc == 0 && there + got < size ? ERR_MISSING : rc;
}

/* As look_at, for any size. */
static int read_payload(struct segment_reader *reader, uint64_t at, size_t size,
                        struct span *payload, struct diag *diag)
{
    const char *bytes;
    int rc = size < WINDOW_SIZE ? look_at(reader, at, size, &bytes, diag)
                                : read_large(reader, at, size, &bytes, diag);

    if (rc == 0)
        *payload = span_of(bytes, size);
    return rc;
}

static int read_header(struct segment_reader *reader, uint64_t first_position, struct diag *diag)
{
    Millstream__SegmentHeader *message;
    const char *bytes;
    uint32_t size;
    int rc = look_at(reader, 0, ENVELOPE_HEAD, &bytes, diag);

    if (rc < 0 && rc != ERR_MISSING)
        return rc;
    if (rc < 0 || memcmp(bytes, segment_magic, sizeof(segment_magic)) != 0)
        return diag_set(diag, ERR_DAMAGED, "it is no segment");
    size = read32(bytes + sizeof(segment_magic));
    if (size > SEGMENT_HEADER_LIMIT ||
        look_at(reader, 0, ENVELOPE_HEAD + size + CRC_SIZE, &bytes, diag) < 0 ||
        crc32c(0, span_of(bytes, ENVELOPE_HEAD + size)) != read32(bytes + ENVELOPE_HEAD + size))
        return diag_set(diag, ERR_DAMAGED, "the checksum of its header is wrong");
    message =
        millstream__segment_header__unpack(NULL, size, (const uint8_t *)bytes + ENVELOPE_HEAD);
    if (!message)
        return diag_set(diag, ERR_DAMAGED, "its header can't be read");
    if (message->format > LOG_FORMAT)
        rc =
            diag_set(diag, ERR_UNSUPPORTED, "format %u is newer than this server", message->format);
    else if (message->format == 0 || message->first_position != first_position)
        rc = diag_set(diag, ERR_DAMAGED, "its header is that of another segment");
    reader->salt = message->salt;
    reader->position = first_position;
    reader->at = ENVELOPE_HEAD + size + CRC_SIZE;
    millstream__segment_header__free_unpacked(message, NULL);
    return rc;
}

/* The file has what it is said to have; so no size within these bytes is too large to believe. */
static int check_size(struct segment_reader *reader, struct diag *diag)
{
    uint64_t there;
    int rc = io_size(reader->file, &there, diag);

    if (rc < 0)
        return rc;
    if (reader->whole_file)
        reader->bytes = there;
    else if (there < reader->bytes)
        return diag_set(diag, ERR_DAMAGED, "it has %llu bytes of the %llu that the log needs",
                        (unsigned long long)there, (unsigned long long)reader->bytes);
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
    if (rc < 0) {
        segment_reader_free(reader);
        return rc;
    }
    rc = check_size(reader, diag);
    if (rc == 0)
        rc = read_header(reader, first_position, diag);
    if (rc < 0) {
        diag_wrap(diag, "%s", path);
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
    buffer_release(&reader->window);
    buffer_release(&reader->payload);
    buffer_release(&reader->records);
    ZSTD_freeDCtx(reader->unpacker);
    mem_free(reader);
}

int segment_refresh(struct segment_reader *reader, struct diag *diag)
{
    return reader->whole_file ? io_size(reader->file, &reader->bytes, diag) : 0;
}

void segment_end_at(struct segment_reader *reader, uint64_t bytes)
{
    reader->whole_file = false;
    reader->bytes = bytes;
}

uint64_t segment_at(const struct segment_reader *reader)
{
    return reader->at;
}

/* Bytes of a part without the zeros at its end. */
static size_t used_of(const char *part, size_t size)
{
    if (size == 0 || (part[0] == 0 && memcmp(part, part + 1, size - 1) == 0))
        return 0;
    while (part[size - 1] == 0)
        size--;
    return size;
}

uint64_t segment_file_bytes(const struct segment_reader *reader)
{
    uint64_t at = reader->at, end = at;
    char *part;
    size_t got = 1;

    if (!reader->whole_file)
        return reader->bytes;
    part = mem_alloc(WINDOW_SIZE);
    while (at < reader->bytes && got > 0) {
        size_t used;

        if (io_read(reader->file, at, part, WINDOW_SIZE, &got, NULL) < 0) {
            end = reader->bytes; /* who knows what stands there */
            break;
        }
        used = used_of(part, got);
        end = used > 0 ? at + used : end;
        at += got;
    }
    mem_free(part);
    return end;
}

/* --- Frames. */

/* Reads the header at `at` and checks it. */
static int read_frame_header(struct segment_reader *reader, uint64_t at,
                             unsigned char header[FRAME_HEADER_SIZE], struct frame *frame,
                             struct diag *diag)
{
    const char *bytes;
    int rc = look_at(reader, at, FRAME_HEADER_SIZE, &bytes, diag);

    if (rc < 0)
        return rc == ERR_MISSING ? diag_set(diag, ERR_DAMAGED, "a frame is cut off") : rc;
    memcpy(header, bytes, FRAME_HEADER_SIZE);
    if (!frame_decode(header, reader->salt, frame))
        return diag_set(diag, ERR_DAMAGED, "no frame begins there");
    if (frame->stored_size > reader->bytes - at - FRAME_HEADER_SIZE)
        return diag_set(diag, ERR_DAMAGED, "a frame is cut off");
    return 0;
}

/* Reads the frame at `at` and checks it. */
static int read_frame(struct segment_reader *reader, uint64_t at, struct frame *frame,
                      struct span *payload, struct diag *diag)
{
    unsigned char header[FRAME_HEADER_SIZE];
    int rc = read_frame_header(reader, at, header, frame, diag);

    if (rc < 0)
        return rc;
    rc = read_payload(reader, at + FRAME_HEADER_SIZE, frame->stored_size, payload, diag);
    if (rc < 0)
        return rc == ERR_MISSING ? diag_set(diag, ERR_DAMAGED, "a frame is cut off") : rc;
    if (!frame_verify(header, reader->salt, *payload))
        return diag_set(diag, ERR_DAMAGED, "a frame's checksum is wrong");
    return 0;
}

/* The next part of the stream; its checksum was right, so anything else than success is our own bug
 * or somebody's forgery. */
static bool unpack(struct segment_reader *reader, struct span payload, size_t record_size)
{
    ZSTD_inBuffer in = {payload.data, payload.size, 0};
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

/* True where the frames end: at the end of the file, or where one that may be growing has been
 * prepared for the next frame and has nothing behind. What was read ahead may be old by then. */
static bool is_at_end(struct segment_reader *reader)
{
    const char *first;

    if (reader->at >= reader->bytes)
        return true;
    if (!reader->whole_file || look_at(reader, reader->at, 1, &first, NULL) < 0 || *first != 0)
        return false;
    drop_window(reader);
    return segment_file_bytes(reader) == reader->at;
}

int segment_next(struct segment_reader *reader, struct frame *frame, struct span *records,
                 uint64_t *at, struct diag *diag)
{
    struct span payload;
    int rc;

    *at = reader->at;
    if (is_at_end(reader))
        return ERR_MISSING;
    rc = read_frame(reader, reader->at, frame, &payload, diag);
    if (rc < 0) {
        drop_window(reader);
        return rc;
    }
    if (frame->begin < reader->position)
        return diag_set(diag, ERR_DAMAGED, "positions go back from %llu to %llu",
                        (unsigned long long)reader->position, (unsigned long long)frame->begin);
    if (!(frame->flags & FRAME_COMPRESSED)) {
        if (records)
            *records = payload;
    } else if (!records) {
        reader->skipped = true;
    } else {
        CHECK(!reader->skipped);
        if (!unpack(reader, payload, frame->record_size))
            return diag_set(diag, ERR_DAMAGED, "a frame can't be decompressed");
        *records = span_of(reader->records.data, reader->records.size);
    }
    reader->at += FRAME_HEADER_SIZE + frame->stored_size;
    reader->position = frame->end;
    return 0;
}

/* Whether the payload at `at` begins a zstd stream. The magic number read as the head of a block
 * says a size that no block has. */
static bool begins_stream(struct segment_reader *reader, uint64_t at)
{
    const char *bytes;

    return look_at(reader, at, sizeof(uint32_t), &bytes, NULL) == 0 &&
           read32(bytes) == ZSTD_MAGICNUMBER;
}

void segment_seek(struct segment_reader *reader, uint64_t position)
{
    uint64_t at = reader->at, before = reader->position;
    bool packed = false;
    struct frame frame = {.end = before};

    while (frame.end <= position) {
        unsigned char header[FRAME_HEADER_SIZE];
        bool is_packed;

        if (read_frame_header(reader, at, header, &frame, NULL) < 0 || frame.begin < before)
            break;
        is_packed = frame.flags & FRAME_COMPRESSED;
        if (!packed || (is_packed && begins_stream(reader, at + FRAME_HEADER_SIZE))) {
            reader->at = at;
            reader->position = before;
        }
        packed |= is_packed;
        at += FRAME_HEADER_SIZE + frame.stored_size;
        before = frame.end;
    }
    drop_window(reader); /* the file may have ended in a frame that was not complete yet */
}

/* True if one of the headers that begin in `bytes` is sound and says so. */
static bool says_synced(const struct segment_reader *reader, const char *bytes, size_t size,
                        uint64_t position)
{
    const char *end = bytes + size;
    struct frame frame;

    while ((bytes = memmem(bytes, (size_t)(end - bytes), "MSf1", 4)) &&
           end - bytes >= FRAME_HEADER_SIZE) {
        if (frame_decode((const unsigned char *)bytes, reader->salt, &frame) &&
            frame.synced > position)
            return true;
        bytes++;
    }
    return false;
}

bool segment_is_rotten(struct segment_reader *reader, uint64_t position)
{
    struct frame here;
    struct span payload;
    bool rotten = read_frame(reader, reader->at, &here, &payload, NULL) == 0;
    char *bytes = mem_alloc(SCAN_SIZE);
    uint64_t at = reader->at + 1;

    while (!rotten && at + FRAME_HEADER_SIZE <= reader->bytes) {
        size_t got = 0;

        if (io_read(reader->file, at, bytes, SCAN_SIZE, &got, NULL) < 0)
            rotten = true; /* who knows what stands there */
        if (rotten || got < FRAME_HEADER_SIZE)
            break;
        rotten = says_synced(reader, bytes, got, position);
        at += got - FRAME_HEADER_SIZE + 1;
    }
    mem_free(bytes);
    return rotten;
}
