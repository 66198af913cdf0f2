/* Segments of the log from outside: whatever the bytes, opening and reading them end with a reason
 * or give frames that follow each other; and what was read is the same when it has been written
 * into a new segment.
 *
 * Input: a byte that says what is done to the file first, then the file. The checksums can be made
 * right (as far as the sizes lead from frame to frame), or few changes would get past them. */
#include "core/base/check.h"
#include "core/base/error.h"
#include "core/bytes/buffer.h"
#include "core/crc/crc.h"
#include "storage/io/twin.h"
#include "storage/log/segment.h"
#include "tests/fuzz/fuzz.h"

#include <endian.h>
#include <string.h>

enum how {
    MEND_HEADER = 1 << 0,   /* the segment's checksum is made right */
    MEND_FRAMES = 1 << 1,   /* those of the frames' headers */
    MEND_PAYLOADS = 1 << 2, /* and of what they hold */
    SET_SIZES = 1 << 3,     /* of records, to what the positions say */
    NO_RECORDS = 1 << 4,    /* reads headers only */
    HALF_FILE = 1 << 5,     /* the log ends in the middle of the file */
};

enum {
    FIRST = 100, /* position and salt of all segments in the corpus */
    SALT = 0x5eed,
    MAGIC_SIZE = 8,
    HEAD_SIZE = MAGIC_SIZE + 4,
    CRC_SIZE = 4,
    RECORDS_LIMIT = 4 * 1024 * 1024, /* what frames may claim to hold: it is all unpacked */
    INPUT_LIMIT = 64 * 1024,
};

static uint32_t get32(const char *at)
{
    uint32_t value;

    memcpy(&value, at, sizeof(value));
    return le32toh(value);
}

static uint64_t get64(const char *at)
{
    uint64_t value;

    memcpy(&value, at, sizeof(value));
    return le64toh(value);
}

static void put32(char *at, uint32_t value)
{
    value = htole32(value);
    memcpy(at, &value, sizeof(value));
}

/* Where the header ends; 0: it doesn't. */
static size_t mend_header(char *bytes, size_t size, unsigned how)
{
    size_t body;

    if (size < HEAD_SIZE + CRC_SIZE)
        return 0;
    body = get32(bytes + MAGIC_SIZE);
    if (body > size - HEAD_SIZE - CRC_SIZE)
        return 0;
    if (how & MEND_HEADER)
        put32(bytes + HEAD_SIZE + body, crc32c(0, span_of(bytes, HEAD_SIZE + body)));
    return HEAD_SIZE + body + CRC_SIZE;
}

static void mend_frame(char *frame, size_t stored, unsigned how)
{
    if (how & SET_SIZES)
        put32(frame + 12, (uint32_t)(get64(frame + 24) - get64(frame + 16)));
    if (how & MEND_PAYLOADS)
        put32(frame + 4, crc32c(SALT, span_of(frame + FRAME_HEADER_SIZE, stored)));
    if (how & MEND_FRAMES)
        put32(frame + 52, crc32c(SALT, span_of(frame, 52)));
}

/* False if it claims to hold more than there is time for. */
static bool mend_frames(char *bytes, size_t size, unsigned how)
{
    size_t at = mend_header(bytes, size, how);
    uint64_t claimed = 0;

    while (at > 0 && size - at >= FRAME_HEADER_SIZE) {
        size_t stored = get32(bytes + at + 8);

        if (stored > size - at - FRAME_HEADER_SIZE)
            break;
        mend_frame(bytes + at, stored, how);
        claimed += get32(bytes + at + 12);
        at += FRAME_HEADER_SIZE + stored;
    }
    return claimed <= RECORDS_LIMIT;
}

/* What was read, written again. */
struct second {
    struct segment_writer *writer;
    struct buffer records;
    uint64_t frames;
};

static void write_again(struct second *second, struct io *io, const struct frame *frame,
                        struct span records)
{
    const struct segment_identity identity = {
        .replication_id = "", .first_position = FIRST, .salt = 7};
    struct frame copy = {.begin = frame->begin, .end = frame->end, .synced = frame->synced};

    if (!second->writer)
        CHECK(segment_create(io, "log", "second", &identity, &second->writer, NULL) == 0);
    CHECK(segment_write(second->writer, &copy, records, second->frames % 3 != 0, NULL) == 0);
    buffer_append_span(&second->records, records);
    second->frames++;
}

static void expect_to_come_back(const struct second *second, struct io *io)
{
    struct segment_reader *reader;
    struct span records;
    struct frame frame;
    uint64_t at, frames = 0;
    size_t from = 0;

    CHECK(segment_open(io, "log", "second", FIRST, segment_bytes(second->writer), &reader, NULL) ==
          0);
    while (segment_next(reader, &frame, &records, &at, NULL) == 0) {
        CHECK(records.size <= second->records.size - from);
        CHECK(records.size == 0 ||
              memcmp(records.data, second->records.data + from, records.size) == 0);
        from += records.size;
        frames++;
    }
    CHECK(frames == second->frames && from == second->records.size);
    segment_reader_free(reader);
}

static void read_all(struct io *io, struct segment_reader *reader, unsigned how)
{
    uint64_t position = FIRST, at, before = segment_at(reader);
    struct second second = {0};
    struct diag diag = {0};
    struct span records;
    struct frame frame;
    int rc;

    while ((rc = segment_next(reader, &frame, how & NO_RECORDS ? NULL : &records, &at, &diag)) ==
           0) {
        CHECK(at == before && frame.begin >= position && frame.synced <= frame.begin);
        CHECK(frame.end - frame.begin == frame.record_size);
        before = segment_at(reader);
        CHECK(before == at + FRAME_HEADER_SIZE + frame.stored_size);
        CHECK(before <= segment_file_bytes(reader));
        position = frame.end;
        if (!(how & NO_RECORDS)) {
            CHECK(records.size == frame.record_size);
            write_again(&second, io, &frame, records);
        }
    }
    CHECK(rc == ERR_MISSING || (rc == ERR_DAMAGED && diag.text[0]));
    CHECK(rc == ERR_DAMAGED || segment_at(reader) == segment_file_bytes(reader));
    if (rc == ERR_DAMAGED)
        segment_is_rotten(reader, position);
    if (second.writer)
        expect_to_come_back(&second, io);
    segment_writer_free(second.writer);
    buffer_release(&second.records);
}

static void read_file(struct io *io, struct span file, unsigned how)
{
    struct segment_reader *reader;
    struct diag diag = {0};
    int rc;

    CHECK(io_make_directory(io, "log", NULL) == 0);
    CHECK(io_replace_file(io, "log/first", file, NULL) == 0);
    rc = segment_open(io, "log", "first", FIRST, how & HALF_FILE ? file.size / 2 : UINT64_MAX,
                      &reader, &diag);
    CHECK(rc == 0 || ((rc == ERR_DAMAGED || rc == ERR_UNSUPPORTED) && diag.text[0]));
    if (rc < 0)
        return;
    read_all(io, reader, how);
    segment_reader_free(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buffer file = {0};
    struct twin *twin;

    if (size == 0 || size > INPUT_LIMIT)
        return 0;
    buffer_append(&file, data + 1, size - 1);
    if (mend_frames(file.data, file.size, data[0])) {
        twin = twin_new();
        read_file(twin_io(twin), span_of(file.data, file.size), data[0]);
        twin_free(twin);
    }
    buffer_release(&file);
    return 0;
}
