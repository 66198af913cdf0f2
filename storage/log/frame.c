#include "storage/log/frame.h"
#include "core/crc/crc.h"

#include <endian.h>
#include <string.h>

static const unsigned char frame_magic[4] = {'M', 'S', 'f', '1'};

enum {
    CHECKSUM_AT = 52
};

static void put32(unsigned char *at, uint32_t value)
{
    value = htole32(value);
    memcpy(at, &value, sizeof(value));
}

static void put64(unsigned char *at, uint64_t value)
{
    value = htole64(value);
    memcpy(at, &value, sizeof(value));
}

static uint32_t get32(const unsigned char *at)
{
    uint32_t value;

    memcpy(&value, at, sizeof(value));
    return le32toh(value);
}

static uint64_t get64(const unsigned char *at)
{
    uint64_t value;

    memcpy(&value, at, sizeof(value));
    return le64toh(value);
}

static uint32_t header_checksum(const unsigned char *header, uint32_t salt)
{
    return crc32c(salt, span_of((const char *)header, CHECKSUM_AT));
}

void frame_encode(const struct frame *frame, struct span payload, uint32_t salt,
                  unsigned char header[FRAME_HEADER_SIZE])
{
    memcpy(header, frame_magic, sizeof(frame_magic));
    put32(header + 4, crc32c(salt, payload));
    put32(header + 8, frame->stored_size);
    put32(header + 12, frame->record_size);
    put64(header + 16, frame->begin);
    put64(header + 24, frame->end);
    put64(header + 32, frame->synced);
    put64(header + 40, (uint64_t)frame->written_ms);
    put32(header + 48, frame->flags);
    put32(header + CHECKSUM_AT, header_checksum(header, salt));
}

bool frame_decode(const unsigned char header[FRAME_HEADER_SIZE], uint32_t salt, struct frame *frame)
{
    if (memcmp(header, frame_magic, sizeof(frame_magic)) != 0 ||
        get32(header + CHECKSUM_AT) != header_checksum(header, salt))
        return false;
    *frame = (struct frame){
        .stored_size = get32(header + 8),
        .record_size = get32(header + 12),
        .begin = get64(header + 16),
        .end = get64(header + 24),
        .synced = get64(header + 32),
        .written_ms = (int64_t)get64(header + 40),
        .flags = get32(header + 48),
    };
    return frame->stored_size > 0 && frame->stored_size <= FRAME_PAYLOAD_LIMIT &&
           frame->record_size > 0 && frame->record_size <= FRAME_RECORD_LIMIT &&
           frame->end >= frame->begin && frame->end - frame->begin == frame->record_size &&
           frame->synced <= frame->begin && (frame->flags & ~(uint32_t)FRAME_FLAGS) == 0 &&
           (frame->flags & FRAME_COMPRESSED || frame->stored_size == frame->record_size);
}

bool frame_verify(const unsigned char header[FRAME_HEADER_SIZE], uint32_t salt, struct span payload)
{
    return get32(header + 4) == crc32c(salt, payload);
}
