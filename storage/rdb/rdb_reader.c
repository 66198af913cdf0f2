#include "storage/rdb/rdb_reader.h"
#include "core/base/error.h"
#include "core/num/num.h"

#include <liblzf/lzf.h>

#include <endian.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    KIND_SHIFT = 6,
    KIND_6 = 0,
    KIND_14 = 1,
    KIND_32_64 = 2,
    KIND_SPECIAL = 3,
    LENGTH_32 = 0x80,
    LENGTH_64 = 0x81,
    SPECIAL_INT_8 = 0,
    SPECIAL_INT_16 = 1,
    SPECIAL_INT_32 = 2,
    SPECIAL_LZF = 3,
    READ_STEP = 1 << 20, /* memory is taken as input comes, not as it claims to come */
    TEXT_DOUBLE_NAN = 253,
    TEXT_DOUBLE_INF = 254,
    TEXT_DOUBLE_MINUS_INF = 255,
};

void rdb_reader_init(struct rdb_reader *reader, struct span bytes, const struct settings *settings,
                     int64_t now_ms)
{
    *reader = (struct rdb_reader){
        .at = bytes.data,
        .end = bytes.data + bytes.size,
        .position = bytes.size,
        .settings = settings,
        .now_ms = now_ms,
    };
}

void rdb_reader_release(struct rdb_reader *reader)
{
    buffer_release(&reader->scratch);
}

uint64_t rdb_reader_position(const struct rdb_reader *reader)
{
    return reader->position - (uint64_t)(reader->end - reader->at);
}

int rdb_reader_damaged(struct rdb_reader *reader, const char *format, ...)
{
    char why[256];
    va_list arguments;

    if (reader->failed < 0)
        return reader->failed;
    va_start(arguments, format);
    vsnprintf(why, sizeof(why), format, arguments);
    va_end(arguments);
    reader->failed = diag_set(&reader->diag, ERR_DAMAGED, "at byte %llu: %s",
                              (unsigned long long)rdb_reader_position(reader), why);
    return reader->failed;
}

/* Makes at least one byte be at hand. */
static int need(struct rdb_reader *reader)
{
    int rc = ERR_MISSING;

    if (reader->failed < 0)
        return reader->failed;
    if (reader->at < reader->end)
        return 0;
    if (reader->refill)
        rc = reader->refill(reader);
    if (rc == ERR_MISSING)
        return rdb_reader_damaged(reader, "the input ends in the middle");
    if (rc < 0)
        reader->failed = rc;
    return rc;
}

int rdb_read_raw(struct rdb_reader *reader, void *to, size_t size)
{
    char *into = to;

    while (size > 0) {
        int rc = need(reader);
        size_t step;

        if (rc < 0) {
            memset(into, 0, size);
            return rc;
        }
        step = (size_t)(reader->end - reader->at);
        if (step > size)
            step = size;
        memcpy(into, reader->at, step);
        reader->at += step;
        into += step;
        size -= step;
    }
    return 0;
}

int rdb_read_byte(struct rdb_reader *reader, uint8_t *byte)
{
    return rdb_read_raw(reader, byte, 1);
}

/* A length, or with *special true the kind of a string that is not plain. */
static int read_length(struct rdb_reader *reader, uint64_t *length, bool *special)
{
    unsigned char first, second;
    uint32_t big32;
    uint64_t big64;
    int rc = rdb_read_byte(reader, &first);

    *length = 0;
    *special = false;
    if (rc < 0)
        return rc;
    switch (first >> KIND_SHIFT) {
    case KIND_6:
        *length = first & 0x3f;
        return 0;
    case KIND_14:
        rc = rdb_read_byte(reader, &second);
        *length = (uint64_t)(first & 0x3f) << 8 | second;
        return rc;
    case KIND_SPECIAL:
        *length = first & 0x3f;
        *special = true;
        return 0;
    default:
        break;
    }
    if (first == LENGTH_32) {
        rc = rdb_read_raw(reader, &big32, sizeof(big32));
        *length = be32toh(big32);
        return rc;
    }
    if (first == LENGTH_64) {
        rc = rdb_read_raw(reader, &big64, sizeof(big64));
        *length = be64toh(big64);
        return rc;
    }
    return rdb_reader_damaged(reader, "no length begins with 0x%02x", first);
}

int rdb_read_length(struct rdb_reader *reader, uint64_t *length)
{
    bool special;
    int rc = read_length(reader, length, &special);

    if (rc == 0 && special)
        rc = rdb_reader_damaged(reader, "a string stands where a length is due");
    if (rc < 0)
        *length = 0;
    return rc;
}

int rdb_read_count(struct rdb_reader *reader, uint64_t limit, uint64_t *count)
{
    int rc = rdb_read_length(reader, count);

    if (rc < 0)
        return rc;
    if (*count > limit || (!reader->refill && *count > (uint64_t)(reader->end - reader->at))) {
        rc = rdb_reader_damaged(reader, "a count of %llu", (unsigned long long)*count);
        *count = 0;
    }
    return rc;
}

/* Reads `size` bytes to the end of a buffer. */
static int read_bytes(struct rdb_reader *reader, struct buffer *into, uint64_t size)
{
    if (size > RDB_STRING_LIMIT || (!reader->refill && size > (uint64_t)(reader->end - reader->at)))
        return rdb_reader_damaged(reader, "a string of %llu bytes", (unsigned long long)size);
    while (size > 0) {
        size_t step = size < READ_STEP ? (size_t)size : READ_STEP;
        int rc = rdb_read_raw(reader, buffer_reserve(into, step), step);

        if (rc < 0)
            return rc;
        into->size += step;
        size -= step;
    }
    return 0;
}

static int read_compressed(struct rdb_reader *reader)
{
    struct buffer packed = {0};
    uint64_t packed_size, size;
    int rc = rdb_read_length(reader, &packed_size);

    if (rc == 0)
        rc = rdb_read_length(reader, &size);
    if (rc == 0)
        rc = read_bytes(reader, &packed, packed_size);
    /* a byte of LZF stands for at most 264/3: what claims more is not worth the memory */
    if (rc == 0 && (size > UINT32_MAX || packed_size > UINT32_MAX || size == 0 ||
                    packed_size == 0 || size / 100 > packed_size))
        rc = rdb_reader_damaged(reader, "a string of %llu bytes", (unsigned long long)size);
    if (rc == 0) {
        buffer_reserve(&reader->scratch, size);
        if (lzf_decompress(packed.data, (unsigned)packed.size, reader->scratch.data,
                           (unsigned)size) != size)
            rc = rdb_reader_damaged(reader, "a compressed string does not decompress");
        else
            reader->scratch.size = size;
    }
    buffer_release(&packed);
    return rc;
}

static int read_integer_text(struct rdb_reader *reader, int size)
{
    unsigned char bytes[4] = {0};
    int rc = rdb_read_raw(reader, bytes, (size_t)size);
    uint64_t value = 0;

    if (rc < 0)
        return rc;
    for (int i = 0; i < size; i++)
        value |= (uint64_t)bytes[i] << 8 * i;
    buffer_reserve(&reader->scratch, NUM_TEXT_LIMIT);
    reader->scratch.size = num_format_i64(reader->scratch.data,
                                          (int64_t)(value << (64 - 8 * size)) >> (64 - 8 * size));
    return 0;
}

int rdb_read_string(struct rdb_reader *reader, struct span *bytes)
{
    uint64_t length;
    bool special;
    int rc = read_length(reader, &length, &special);

    *bytes = (struct span){0};
    buffer_clear(&reader->scratch);
    if (rc < 0)
        return rc;
    if (!special)
        rc = read_bytes(reader, &reader->scratch, length);
    else if (length == SPECIAL_LZF)
        rc = read_compressed(reader);
    else if (length <= SPECIAL_INT_32)
        rc = read_integer_text(reader, 1 << length);
    else
        rc = rdb_reader_damaged(reader, "a string of unknown kind %d", (int)length);
    if (rc == 0)
        *bytes = span_of(reader->scratch.data, reader->scratch.size);
    return rc;
}

static int read_u64(struct rdb_reader *reader, uint64_t *value)
{
    int rc = rdb_read_raw(reader, value, sizeof(*value));

    *value = le64toh(*value);
    return rc;
}

int rdb_read_double(struct rdb_reader *reader, double *value)
{
    uint64_t bits;
    int rc = read_u64(reader, &bits);

    memcpy(value, &bits, sizeof(bits));
    return rc;
}

int rdb_read_ms(struct rdb_reader *reader, int64_t *ms)
{
    uint64_t value;
    int rc = read_u64(reader, &value);

    *ms = (int64_t)value;
    return rc;
}

int rdb_read_text_double(struct rdb_reader *reader, double *value)
{
    char text[256];
    uint8_t size;
    int rc = rdb_read_byte(reader, &size);

    *value = 0;
    if (rc < 0)
        return rc;
    switch (size) {
    case TEXT_DOUBLE_NAN:
        *value = NAN;
        return 0;
    case TEXT_DOUBLE_INF:
        *value = INFINITY;
        return 0;
    case TEXT_DOUBLE_MINUS_INF:
        *value = -INFINITY;
        return 0;
    default:
        break;
    }
    rc = rdb_read_raw(reader, text, size);
    if (rc == 0 && num_parse_double(span_of(text, size), value) < 0)
        rc = rdb_reader_damaged(reader, "a score that is no number");
    return rc;
}
