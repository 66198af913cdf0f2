/* rdb_reader.h - reads what rdb_writer.h writes, from memory or a file; every data type's `load` is
 * made of these. Bytes come from outside: everything is checked, nothing is trusted, and the first
 * thing that does not fit fails this call and all later ones. One thread. */
#ifndef MS_STORAGE_RDB_RDB_READER_H
#define MS_STORAGE_RDB_RDB_READER_H

#include "core/base/diag.h"
#include "core/bytes/buffer.h"
#include "core/bytes/span.h"
#include "core/command/settings.h"

#include <stdbool.h>
#include <stdint.h>

/* Bytes of one string. proto-max-bulk-len may be set to any size, and what was saved must load
 * whatever it is set to by then, so this is far above it: memory is taken as the input comes. */
#define RDB_STRING_LIMIT (UINT64_C(1) << 40)

struct rdb_reader {
    const char *at, *end; /* what is at hand */
    uint64_t position;    /* of `end`, from where the reading began */
    /* Brings more: sets at and end. 0, ERR_MISSING at the end of the input, or an error with the
     * diag filled in. NULL: what is at hand is all. */
    int (*refill)(struct rdb_reader *reader);
    void *context;
    const struct settings *settings; /* limits of encodings, proto_max_bulk_len */
    int64_t now_ms;                  /* fields that have expired by then are dropped */
    struct buffer scratch;           /* of the string read last */
    int failed;                      /* the first error: every later call returns it */
    struct diag diag;                /* why */
};

/* All of the input is `bytes`, borrowed. */
void rdb_reader_init(struct rdb_reader *reader, struct span bytes, const struct settings *settings,
                     int64_t now_ms);
void rdb_reader_release(struct rdb_reader *reader);

/* Bytes consumed so far. */
uint64_t rdb_reader_position(const struct rdb_reader *reader);

/* Notes that the input makes no sense; returns ERR_DAMAGED. */
int rdb_reader_damaged(struct rdb_reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Each returns 0 or an error; on error the result is zero. */
int rdb_read_byte(struct rdb_reader *reader, uint8_t *byte);
int rdb_read_raw(struct rdb_reader *reader, void *to, size_t size);
int rdb_read_length(struct rdb_reader *reader, uint64_t *length);
/* A count of things that each take at least one byte of input: refused beyond `limit`, and where
 * the input's size is known, beyond that. */
int rdb_read_count(struct rdb_reader *reader, uint64_t limit, uint64_t *count);
/* Good until the next read of a string. */
int rdb_read_string(struct rdb_reader *reader, struct span *bytes);
int rdb_read_double(struct rdb_reader *reader, double *value);      /* 8 bytes, little-endian */
int rdb_read_text_double(struct rdb_reader *reader, double *value); /* as text: RDB type 3 */
int rdb_read_ms(struct rdb_reader *reader, int64_t *ms);            /* 8 bytes, little-endian */

/* The packed lists of Redis before 7.0 inside a string, one element after the other. */
struct ziplist_cursor {
    const unsigned char *at, *end;
    bool at_value; /* of a zipmap */
};
/* 0 or ERR_DAMAGED; then `next` returns 1 with an element, 0 at the end, or ERR_DAMAGED. An
 * integer's text is written to `scratch` (NUM_TEXT_LIMIT). */
int ziplist_begin(struct ziplist_cursor *cursor, struct span bytes);
int ziplist_next(struct ziplist_cursor *cursor, struct span *element, char *scratch);
/* Zipmaps hold keys and values in turn. */
int zipmap_begin(struct ziplist_cursor *cursor, struct span bytes);
int zipmap_next(struct ziplist_cursor *cursor, struct span *element);

#endif
