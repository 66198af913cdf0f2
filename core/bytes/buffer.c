#include "core/bytes/buffer.h"
#include "core/base/check.h"
#include "core/base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

enum {
    BUFFER_FIRST_SIZE = 64
};

void buffer_release(struct buffer *buffer)
{
    mem_free(buffer->data);
    *buffer = (struct buffer){0};
}

void buffer_grow(struct buffer *buffer, size_t extra)
{
    size_t wanted = buffer->capacity * 2;

    CHECK(extra <= SIZE_MAX / 2 - buffer->size);
    if (wanted < buffer->size + extra)
        wanted = buffer->size + extra;
    if (wanted < BUFFER_FIRST_SIZE)
        wanted = BUFFER_FIRST_SIZE;
    buffer->data = mem_realloc(buffer->data, wanted);
    buffer->capacity = wanted;
}

void buffer_printf(struct buffer *buffer, const char *format, ...)
{
    va_list args;
    int size;

    va_start(args, format);
    size = vsnprintf(NULL, 0, format, args);
    va_end(args);
    CHECK(size >= 0);
    buffer_reserve(buffer, (size_t)size + 1);
    va_start(args, format);
    vsnprintf(buffer->data + buffer->size, (size_t)size + 1, format, args);
    va_end(args);
    buffer->size += (size_t)size;
}

void buffer_consume(struct buffer *buffer, size_t size)
{
    CHECK(size <= buffer->size);
    if (size == 0)
        return;
    memmove(buffer->data, buffer->data + size, buffer->size - size);
    buffer->size -= size;
}

char *buffer_insert(struct buffer *buffer, size_t at, size_t size)
{
    CHECK(at <= buffer->size);
    buffer_reserve(buffer, size);
    if (at < buffer->size)
        memmove(buffer->data + at + size, buffer->data + at, buffer->size - at);
    buffer->size += size;
    return buffer->data + at;
}
