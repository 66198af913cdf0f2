/* buffer.h - growing bytes in one block. The owner embeds the struct, starts it zeroed and ends it
 * with buffer_release. Pointers into `data` are good until the next call that may grow it. */
#ifndef MS_CORE_BYTES_BUFFER_H
#define MS_CORE_BYTES_BUFFER_H

#include "core/bytes/span.h"

#include <stddef.h>
#include <string.h>

struct buffer {
    char *data;
    size_t size;     /* bytes in use */
    size_t capacity; /* bytes allocated */
};

/* Frees the block; the struct is empty and usable again. */
void buffer_release(struct buffer *buffer);

/* Grows so that `extra` more bytes fit; doubles, so appending is O(1) amortised. */
void buffer_grow(struct buffer *buffer, size_t extra);

static inline void buffer_clear(struct buffer *buffer)
{
    buffer->size = 0;
}

/* Room for `extra` bytes at the end; the caller writes there and adds to `size`. */
static inline char *buffer_reserve(struct buffer *buffer, size_t extra)
{
    if (buffer->capacity - buffer->size < extra)
        buffer_grow(buffer, extra);
    return buffer->data + buffer->size;
}

static inline void buffer_append(struct buffer *buffer, const void *bytes, size_t size)
{
    if (size == 0)
        return; /* `bytes` may be NULL, and so may be our block */
    memcpy(buffer_reserve(buffer, size), bytes, size);
    buffer->size += size;
}

static inline void buffer_append_span(struct buffer *buffer, struct span span)
{
    buffer_append(buffer, span.data, span.size);
}

static inline void buffer_append_byte(struct buffer *buffer, char byte)
{
    *buffer_reserve(buffer, 1) = byte;
    buffer->size++;
}

/* Appends printf's output. */
void buffer_printf(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Drops the first `size` bytes, moving the rest down. O(rest). */
void buffer_consume(struct buffer *buffer, size_t size);

/* Opens a gap of `size` bytes at offset `at`; the caller fills it. O(rest). */
char *buffer_insert(struct buffer *buffer, size_t at, size_t size);

#endif
