/* frame.h - a frame of the log: records that became durable together. Little-endian:
 *
 *   0  magic 4 | 4  CRC-32C of the payload 4 | 8  stored bytes 4 | 12 record bytes 4
 *   16 begin 8 | 24 end 8 | 32 synced 8 | 40 written ms 8 | 48 flags 4
 *   52 CRC-32C of the 52 bytes before 4 | 56 payload
 *
 * Both checksums begin with the segment's salt, a number that chance has made: so neither what a
 * client stores nor what a file system gives back of older files can be taken for a frame. The
 * header has one of its own, so that a sound header can be found and believed while its payload is
 * not there, and without reading payloads of sizes that nobody vouches for.
 *
 * `synced` is the position up to which everything was on the disk when the frame was written. So a
 * damaged frame below a later frame's `synced` is damage; above it is a write the power cut short.
 * `end` less `begin` is the size of the records. Between two frames positions may have a gap.
 *
 * The payload of a compressed frame is the next part of a zstd stream that goes on from frame to
 * frame: a small frame gains from all before it, and is read by reading from where the stream
 * begins. That is where a payload begins with zstd's magic number, as no other part of one can: at
 * the segment's first compressed frame, and again every few MiB. */
#ifndef MS_STORAGE_LOG_FRAME_H
#define MS_STORAGE_LOG_FRAME_H

#include "core/bytes/span.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    FRAME_HEADER_SIZE = 56,
    FRAME_COMPRESSED = 1,
    FRAME_FLAGS = FRAME_COMPRESSED, /* all that are known */
    FRAME_PAYLOAD_LIMIT = INT32_MAX,
    FRAME_RECORD_LIMIT = 1 << 30, /* of records: COMMIT_RECORD_LIMIT; what can't be compressed
                                     grows a little */
};

struct frame {
    uint32_t stored_size, record_size;
    uint64_t begin, end, synced;
    int64_t written_ms;
    uint32_t flags;
};

/* Writes the header of a frame with this payload. */
void frame_encode(const struct frame *frame, struct span payload, uint32_t salt,
                  unsigned char header[FRAME_HEADER_SIZE]);

/* Reads a header; false if it is none, or its checksum is wrong. */
bool frame_decode(const unsigned char header[FRAME_HEADER_SIZE], uint32_t salt,
                  struct frame *frame);

/* True if the payload is that of a header which frame_decode has read. */
bool frame_verify(const unsigned char header[FRAME_HEADER_SIZE], uint32_t salt,
                  struct span payload);

#endif
