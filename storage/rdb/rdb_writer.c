#include "storage/rdb/rdb_writer.h"
#include "core/num/num.h"

#include <liblzf/lzf.h>

#include <endian.h>
#include <string.h>

enum {
    LENGTH_6_LIMIT = 1 << 6,
    LENGTH_14_LIMIT = 1 << 14,
    LENGTH_14 = 0x40,
    LENGTH_32 = 0x80,
    LENGTH_64 = 0x81,
    STRING_INT_8 = 0xc0,
    STRING_INT_16 = 0xc1,
    STRING_INT_32 = 0xc2,
    STRING_LZF = 0xc3,
    INTEGER_TEXT_LIMIT = 11, /* longer text is no 32-bit integer */
    COMPRESS_FROM = 21,      /* bytes */
    COMPRESS_GAIN = 4,       /* bytes that it must save */
};

void rdb_writer_init(struct rdb_writer *writer, struct buffer *out, bool compress)
{
    *writer = (struct rdb_writer){.out = out, .compress = compress};
}

static void settle(struct rdb_writer *writer)
{
    if (writer->failed < 0) {
        buffer_clear(writer->out);
    } else if (writer->flush && writer->out->size >= RDB_FLUSH_SIZE) {
        writer->failed = writer->flush(writer->context, writer->out);
    }
}

void rdb_write_byte(struct rdb_writer *writer, uint8_t byte)
{
    buffer_append_byte(writer->out, (char)byte);
}

void rdb_write_raw(struct rdb_writer *writer, const void *bytes, size_t size)
{
    buffer_append(writer->out, bytes, size);
    settle(writer);
}

void rdb_write_length(struct rdb_writer *writer, uint64_t length)
{
    if (length < LENGTH_6_LIMIT) {
        rdb_write_byte(writer, (uint8_t)length);
    } else if (length < LENGTH_14_LIMIT) {
        rdb_write_byte(writer, (uint8_t)(LENGTH_14 | length >> 8));
        rdb_write_byte(writer, (uint8_t)length);
    } else if (length <= UINT32_MAX) {
        uint32_t big = htobe32((uint32_t)length);

        rdb_write_byte(writer, LENGTH_32);
        rdb_write_raw(writer, &big, sizeof(big));
    } else {
        uint64_t big = htobe64(length);

        rdb_write_byte(writer, LENGTH_64);
        rdb_write_raw(writer, &big, sizeof(big));
    }
}

/* True if the bytes were the text of an integer small enough to be written as one. */
static bool write_integer(struct rdb_writer *writer, struct span bytes)
{
    int64_t value;
    int size;

    if (bytes.size == 0 || bytes.size > INTEGER_TEXT_LIMIT || num_parse_i64(bytes, &value) < 0)
        return false;
    if (value >= INT8_MIN && value <= INT8_MAX) {
        rdb_write_byte(writer, STRING_INT_8);
        size = 1;
    } else if (value >= INT16_MIN && value <= INT16_MAX) {
        rdb_write_byte(writer, STRING_INT_16);
        size = 2;
    } else if (value >= INT32_MIN && value <= INT32_MAX) {
        rdb_write_byte(writer, STRING_INT_32);
        size = 4;
    } else {
        return false;
    }
    for (int i = 0; i < size; i++)
        rdb_write_byte(writer, (uint8_t)((uint64_t)value >> 8 * i));
    return true;
}

/* True if compressing saved something: then it is written. */
static bool write_compressed(struct rdb_writer *writer, struct span bytes)
{
    struct buffer packed = {0};
    unsigned size;

    if (!writer->compress || bytes.size < COMPRESS_FROM || bytes.size > UINT32_MAX)
        return false;
    buffer_reserve(&packed, bytes.size);
    size = lzf_compress(bytes.data, (unsigned)bytes.size, packed.data,
                        (unsigned)(bytes.size - COMPRESS_GAIN));
    if (size > 0) {
        rdb_write_byte(writer, STRING_LZF);
        rdb_write_length(writer, size);
        rdb_write_length(writer, bytes.size);
        rdb_write_raw(writer, packed.data, size);
    }
    buffer_release(&packed);
    return size > 0;
}

void rdb_write_string(struct rdb_writer *writer, struct span bytes)
{
    if (write_integer(writer, bytes) || write_compressed(writer, bytes))
        return;
    rdb_write_length(writer, bytes.size);
    rdb_write_raw(writer, bytes.data, bytes.size);
}

static void write_u64(struct rdb_writer *writer, uint64_t value)
{
    value = htole64(value);
    rdb_write_raw(writer, &value, sizeof(value));
}

void rdb_write_double(struct rdb_writer *writer, double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof(bits));
    write_u64(writer, bits);
}

void rdb_write_ms(struct rdb_writer *writer, int64_t ms)
{
    write_u64(writer, (uint64_t)ms);
}
