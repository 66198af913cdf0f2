#include "core/command/reply.h"
#include "core/base/check.h"
#include "core/num/num.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

enum {
    HEADER_LIMIT = NUM_TEXT_LIMIT + 3,
    ERROR_TEXT_LIMIT = 4096
};

void reply_init(struct reply *out, struct buffer *buffer, int protocol)
{
    *out = (struct reply){.out = buffer, .protocol = protocol, .start = buffer->size};
}

void reply_restart(struct reply *out)
{
    out->out->size = out->start;
    out->failed = false;
}

static void put(struct reply *out, const char *bytes, size_t size)
{
    buffer_append(out->out, bytes, size);
}

#define PUT(out, literal) put(out, literal, sizeof(literal) - 1)

/* `to` has HEADER_LIMIT bytes; "<type><value>\r\n". */
static size_t format_header(char *to, char type, int64_t value)
{
    size_t size;

    *to = type;
    if (value >= 0 && value < 10) {
        to[1] = (char)('0' + value);
        size = 2;
    } else {
        size = 1 + num_format_i64(to + 1, value);
    }
    to[size] = '\r';
    to[size + 1] = '\n';
    return size + 2;
}

static void put_header(struct reply *out, char type, int64_t value)
{
    char *to = buffer_reserve(out->out, HEADER_LIMIT);

    out->out->size += format_header(to, type, value);
}

void reply_ok(struct reply *out)
{
    PUT(out, "+OK\r\n");
}

void reply_simple(struct reply *out, const char *text)
{
    PUT(out, "+");
    put(out, text, strlen(text));
    PUT(out, "\r\n");
}

void reply_integer(struct reply *out, int64_t value)
{
    put_header(out, ':', value);
}

void reply_bulk(struct reply *out, struct span bytes)
{
    char *to = buffer_reserve(out->out, bytes.size + HEADER_LIMIT + 2);
    size_t size = format_header(to, '$', (int64_t)bytes.size);

    if (bytes.size)
        memcpy(to + size, bytes.data, bytes.size);
    size += bytes.size;
    to[size] = '\r';
    to[size + 1] = '\n';
    out->out->size += size + 2;
}

void reply_bulk_text(struct reply *out, const char *text)
{
    reply_bulk(out, span_text(text));
}

void reply_bulk_integer(struct reply *out, int64_t value)
{
    char text[NUM_TEXT_LIMIT];

    reply_bulk(out, span_of(text, num_format_i64(text, value)));
}

void reply_bulk_format(struct reply *out, const char *format, ...)
{
    struct buffer text = {0};
    va_list args;
    int size;

    va_start(args, format);
    size = vsnprintf(NULL, 0, format, args);
    va_end(args);
    CHECK(size >= 0);
    buffer_reserve(&text, (size_t)size + 1);
    va_start(args, format);
    vsnprintf(text.data, (size_t)size + 1, format, args);
    va_end(args);
    reply_bulk(out, span_of(text.data, (size_t)size));
    buffer_release(&text);
}

void reply_null(struct reply *out)
{
    if (out->protocol >= 3)
        PUT(out, "_\r\n");
    else
        PUT(out, "$-1\r\n");
}

void reply_null_array(struct reply *out)
{
    if (out->protocol >= 3)
        PUT(out, "_\r\n");
    else
        PUT(out, "*-1\r\n");
}

void reply_boolean(struct reply *out, bool value)
{
    if (out->protocol >= 3)
        put(out, value ? "#t\r\n" : "#f\r\n", 4);
    else
        reply_integer(out, value);
}

void reply_double(struct reply *out, double value)
{
    char text[40];
    size_t size = num_format_double(text, value);

    if (out->protocol < 3) {
        reply_bulk(out, span_of(text, size));
        return;
    }
    PUT(out, ",");
    put(out, text, size);
    PUT(out, "\r\n");
}

void reply_verbatim(struct reply *out, const char *format3, struct span text)
{
    CHECK(strlen(format3) == 3);
    if (out->protocol < 3) {
        reply_bulk(out, text);
        return;
    }
    put_header(out, '=', (int64_t)text.size + 4);
    put(out, format3, 3);
    PUT(out, ":");
    put(out, text.data, text.size);
    PUT(out, "\r\n");
}

void reply_array(struct reply *out, size_t count)
{
    put_header(out, '*', (int64_t)count);
}

void reply_map(struct reply *out, size_t pairs)
{
    if (out->protocol >= 3)
        put_header(out, '%', (int64_t)pairs);
    else
        put_header(out, '*', (int64_t)pairs * 2);
}

void reply_set(struct reply *out, size_t count)
{
    put_header(out, out->protocol >= 3 ? '~' : '*', (int64_t)count);
}

void reply_push(struct reply *out, size_t count)
{
    put_header(out, out->protocol >= 3 ? '>' : '*', (int64_t)count);
}

static bool ends_a_line(char c)
{
    return c == '\r' || c == '\n';
}

static void put_error(struct reply *out, const char *text, size_t size)
{
    size_t at;

    while (size > 0 && ends_a_line(text[size - 1]))
        size--;
    out->error = out->out->size;
    PUT(out, "-");
    at = out->out->size;
    put(out, text, size);
    for (size_t i = at; i < out->out->size; i++)
        if (ends_a_line(out->out->data[i]))
            out->out->data[i] = ' ';
    PUT(out, "\r\n");
    out->failed = true;
    out->counted = false;
}

void reply_error(struct reply *out, const char *text)
{
    put_error(out, text, strlen(text));
}

void reply_error_format(struct reply *out, const char *format, ...)
{
    char text[ERROR_TEXT_LIMIT];
    va_list args;
    int size;

    va_start(args, format);
    size = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    CHECK(size >= 0);
    put_error(out, text, (size_t)size < sizeof(text) ? (size_t)size : sizeof(text) - 1);
}

size_t reply_defer(struct reply *out)
{
    return out->out->size;
}

static void end_deferred(struct reply *out, size_t mark, char type, int64_t count)
{
    char header[HEADER_LIMIT];
    size_t size = format_header(header, type, count);

    memcpy(buffer_insert(out->out, mark, size), header, size);
    if (out->failed && out->error >= mark)
        out->error += size;
}

void reply_defer_array(struct reply *out, size_t mark, size_t count)
{
    end_deferred(out, mark, '*', (int64_t)count);
}

void reply_defer_map(struct reply *out, size_t mark, size_t pairs)
{
    if (out->protocol >= 3)
        end_deferred(out, mark, '%', (int64_t)pairs);
    else
        end_deferred(out, mark, '*', (int64_t)pairs * 2);
}

void reply_defer_set(struct reply *out, size_t mark, size_t count)
{
    end_deferred(out, mark, out->protocol >= 3 ? '~' : '*', (int64_t)count);
}
