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
    COMPRESS_LEVEL = 1,
    TRIAL_FRAMES =
        8, /* of which less than a tenth was saved: then the next ones are stored plain */
    PLAIN_FRAMES = 256,
    PATH_LIMIT = 4096,
    PREPARE_LEAST = 16 * 1024, /* bytes at once */
    PREPARE_MOST = 1024 * 1024,
    PREPARE_FRAMES = 4,              /* as large as the last one, that are to have room */
    PREPARE_FRAME_LIMIT = 64 * 1024, /* to write larger ones twice costs more than it saves */
    PAGE = 4096,
};

const char segment_magic[8] = {'M', 'S', 's', 'e', 'g', 'm', 't', '1'};

struct segment_writer {
    struct io_file *file;
    uint64_t bytes, synced_bytes;
    uint64_t file_bytes; /* with the zeros behind what is written */
    size_t last_size;    /* of what was written last */
    bool cramped;        /* there was no room for zeros */
    uint32_t salt;
    struct buffer out;     /* the frame being put together */
    ZSTD_CCtx *packer;     /* NULL until the first frame that is compressed */
    uint64_t stream_bytes; /* of records in the zstd stream so far */
    uint64_t trial_raw, trial_stored;
    unsigned trial_frames, plain_frames;
};

static void append32(struct buffer *out, uint32_t value)
{
    value = htole32(value);
    buffer_append(out, &value, sizeof(value));
}

static void encode_header(const struct segment_identity *identity, struct buffer *out)
{
    Millstream__SegmentHeader message = MILLSTREAM__SEGMENT_HEADER__INIT;
    size_t size;

    message.format = LOG_FORMAT;
    message.replication_id = (char *)identity->replication_id;
    message.first_position = identity->first_position;
    message.number = identity->number;
    message.created_ms = identity->created_ms;
    message.salt = identity->salt;
    size = millstream__segment_header__get_packed_size(&message);
    buffer_append(out, segment_magic, sizeof(segment_magic));
    append32(out, (uint32_t)size);
    out->size += millstream__segment_header__pack(&message, (uint8_t *)buffer_reserve(out, size));
    append32(out, crc32c(0, span_of(out->data, out->size)));
}

static int append(struct segment_writer *writer, struct diag *diag)
{
    struct span bytes = span_of(writer->out.data, writer->out.size);
    int rc = io_write(writer->file, writer->bytes, bytes, diag);

    if (rc == 0) {
        writer->bytes += bytes.size;
        writer->last_size = bytes.size;
        if (writer->file_bytes < writer->bytes)
            writer->file_bytes = writer->bytes;
    }
    buffer_clear(&writer->out);
    return rc;
}

int segment_create(struct io *io, const char *directory, const char *file,
                   const struct segment_identity *identity, struct segment_writer **out,
                   struct diag *diag)
{
    struct segment_writer *writer = mem_zalloc(sizeof(*writer));
    char path[PATH_LIMIT];
    int rc;

    writer->salt = identity->salt;
    snprintf(path, sizeof(path), "%s/%s", directory, file);
    rc = io_open(io, path, IO_WRITE | IO_OVERWRITE | IO_CREATE | IO_EXCLUSIVE, &writer->file, diag);
    if (rc == 0) {
        encode_header(identity, &writer->out);
        rc = append(writer, diag);
    }
    if (rc == 0)
        rc = segment_sync(writer, diag);
    if (rc == 0)
        rc = io_sync_directory(io, directory, diag);
    if (rc < 0) {
        if (writer->file)
            io_remove(io, path, NULL); /* there is no use in it, and no room */
        segment_writer_free(writer);
        return rc;
    }
    *out = writer;
    return 0;
}

void segment_writer_free(struct segment_writer *writer)
{
    if (!writer)
        return;
    io_close(writer->file);
    buffer_release(&writer->out);
    ZSTD_freeCCtx(writer->packer);
    mem_free(writer);
}

/* --- Compression. */

/* Whether this frame joins the stream: not for a while after some that gained nothing. */
static bool wants_compression(struct segment_writer *writer)
{
    if (writer->plain_frames > 0) {
        writer->plain_frames--;
        return false;
    }
    return true;
}

static void note_gain(struct segment_writer *writer, size_t raw, size_t stored)
{
    writer->trial_raw += raw;
    writer->trial_stored += stored;
    if (++writer->trial_frames < TRIAL_FRAMES)
        return;
    if (writer->trial_stored > writer->trial_raw - writer->trial_raw / 10)
        writer->plain_frames = PLAIN_FRAMES;
    writer->trial_frames = 0;
    writer->trial_raw = writer->trial_stored = 0;
}

/* Puts the records behind the header as the stream's next part. The next stream begins once this
 * one is so large that to unpack it takes its time. */
static void compress(struct segment_writer *writer, struct span records)
{
    ZSTD_inBuffer in = {records.data, records.size, 0};
    bool last = writer->stream_bytes + records.size >= SEGMENT_STREAM_BYTES;
    size_t left;

    writer->stream_bytes = last ? 0 : writer->stream_bytes + records.size;

    if (!writer->packer) {
        writer->packer = ZSTD_createCCtx();
        CHECK(writer->packer);
        ZSTD_CCtx_setParameter(writer->packer, ZSTD_c_compressionLevel, COMPRESS_LEVEL);
    }
    do {
        ZSTD_outBuffer out = {buffer_reserve(&writer->out, ZSTD_CStreamOutSize()),
                              ZSTD_CStreamOutSize(), 0};

        out.dst = writer->out.data + writer->out.size;
        left = ZSTD_compressStream2(writer->packer, &out, &in, last ? ZSTD_e_end : ZSTD_e_flush);
        CHECK(!ZSTD_isError(left)); /* of memory that is ours it refuses nothing */
        writer->out.size += out.pos;
    } while (left > 0);
}

int segment_write(struct segment_writer *writer, struct frame *frame, struct span records,
                  bool compressed, struct diag *diag)
{
    size_t at = writer->out.size;
    struct span payload;

    CHECK(records.size <= FRAME_RECORD_LIMIT);
    buffer_reserve(&writer->out, FRAME_HEADER_SIZE);
    writer->out.size += FRAME_HEADER_SIZE;
    frame->flags = 0;
    if (compressed && wants_compression(writer)) {
        frame->flags = FRAME_COMPRESSED;
        compress(writer, records);
        note_gain(writer, records.size, writer->out.size - at - FRAME_HEADER_SIZE);
    } else {
        buffer_append_span(&writer->out, records);
    }
    payload = span_of(writer->out.data + at + FRAME_HEADER_SIZE,
                      writer->out.size - at - FRAME_HEADER_SIZE);
    frame->record_size = (uint32_t)records.size;
    frame->stored_size = (uint32_t)payload.size;
    frame_encode(frame, payload, writer->salt, (unsigned char *)writer->out.data + at);
    return append(writer, diag);
}

/* As many as the segment has: so that little is wasted on a small one, and a large one is seldom
 * extended. */
static uint64_t prepared_end(const struct segment_writer *writer)
{
    uint64_t ahead = writer->bytes;

    if (ahead < PREPARE_LEAST)
        ahead = PREPARE_LEAST;
    if (ahead > PREPARE_MOST)
        ahead = PREPARE_MOST;
    return (writer->bytes + ahead + PAGE - 1) / PAGE * PAGE;
}

void segment_prepare(struct segment_writer *writer)
{
    static char zeros[PREPARE_MOST + PAGE]; /* nobody writes there */
    uint64_t end = prepared_end(writer);    /* beyond what there is, if that is not enough */

    if (writer->cramped || writer->last_size > PREPARE_FRAME_LIMIT ||
        writer->file_bytes - writer->bytes >= PREPARE_FRAMES * (uint64_t)writer->last_size)
        return;
    if (io_write(writer->file, writer->file_bytes,
                 span_of(zeros, (size_t)(end - writer->file_bytes)), NULL) == 0) {
        writer->file_bytes = end;
        return;
    }
    writer->cramped = true;
    io_truncate(writer->file, writer->bytes, NULL); /* what there was of room, others may need */
    writer->file_bytes = writer->bytes;
}

int segment_sync(struct segment_writer *writer, struct diag *diag)
{
    uint64_t bytes = writer->bytes;
    int rc = io_sync(writer->file, diag);

    if (rc == 0)
        writer->synced_bytes = bytes;
    return rc;
}

uint64_t segment_bytes(const struct segment_writer *writer)
{
    return writer->bytes;
}

uint64_t segment_synced_bytes(const struct segment_writer *writer)
{
    return writer->synced_bytes;
}
