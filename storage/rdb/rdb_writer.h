/* rdb_writer.h - writes values in Redis's RDB encoding: lengths, strings, doubles. Every data
 * type's `save` is made of these. Goes to a buffer; one that has `flush` is emptied by it whenever
 * RDB_FLUSH_SIZE bytes have come together, so that a file of any size needs little memory.
 *
 * Source: the RDB format as publicly described (versions 1 to 12). One thread. */
#ifndef MS_STORAGE_RDB_RDB_WRITER_H
#define MS_STORAGE_RDB_RDB_WRITER_H

#include "core/bytes/buffer.h"
#include "core/bytes/span.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    RDB_FLUSH_SIZE = 256 * 1024
};

struct rdb_writer {
    struct buffer *out;
    bool complete; /* for ourselves: leave nothing out for the sake of older readers */
    bool compress; /* strings above 20 bytes by LZF, where it pays */
    int (*flush)(void *context, struct buffer *out); /* empties `out`; 0 or an error; may be NULL */
    void *context;
    int failed; /* the first error of flush: everything after it is dropped */
};

void rdb_writer_init(struct rdb_writer *writer, struct buffer *out, bool compress);

void rdb_write_byte(struct rdb_writer *writer, uint8_t byte);
void rdb_write_raw(struct rdb_writer *writer, const void *bytes, size_t size);
void rdb_write_length(struct rdb_writer *writer, uint64_t length);
/* As RDB does it: short canonical integers as integers, long ones compressed, else plain. */
void rdb_write_string(struct rdb_writer *writer, struct span bytes);
void rdb_write_double(struct rdb_writer *writer, double value); /* 8 bytes, little-endian */
void rdb_write_ms(struct rdb_writer *writer, int64_t ms);       /* 8 bytes, little-endian */

#endif
