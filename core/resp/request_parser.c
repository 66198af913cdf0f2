/* request_parser.c - one pass over the bytes. Arguments are stored as pointers right away; when the
 * caller comes back with the beginning of the request at another address, what is stored moves by
 * the difference, so that the usual request, all there at once, pays nothing for being resumable.
 */
#include "core/resp/request_parser.h"
#include "core/base/error.h"
#include "core/base/mem.h"

#include <stdio.h>
#include <string.h>

enum {
    ARGV_FIRST = 8,
    ARGV_KEEP = 256,  /* arguments an idle session keeps room for */
    TEXT_KEEP = 4096, /* and bytes of inline text */
    NUMBER_DIGITS = 18
};

void request_parser_reset(struct request_parser *parser)
{
    parser->argc = 0;
    parser->started = false;
    parser->at = 0;
    parser->offered = 0;
    if (parser->capacity > ARGV_KEEP) {
        mem_free(parser->argv);
        parser->argv = NULL;
        parser->capacity = 0;
    }
    if (parser->text.capacity > TEXT_KEEP)
        buffer_release(&parser->text);
}

void request_parser_release(struct request_parser *parser)
{
    mem_free(parser->argv);
    buffer_release(&parser->text);
    *parser = (struct request_parser){0};
}

static int fail(struct request_parser *parser, const char *error)
{
    parser->error = error;
    return ERR_SYNTAX;
}

/* Room for more arguments: by what has arrived, never by what was announced. */
static int grow_argv(struct request_parser *parser)
{
    size_t capacity = parser->capacity ? parser->capacity * 2 : ARGV_FIRST;
    struct span *argv = mem_try_realloc(parser->argv, capacity * sizeof(*argv));

    if (!argv) {
        parser->error = "Protocol error: out of memory for so many arguments";
        return ERR_NOMEM;
    }
    parser->argv = argv;
    parser->capacity = capacity;
    return 0;
}

static inline int add_argument(struct request_parser *parser, const char *data, size_t size)
{
    if (parser->argc == parser->capacity && grow_argv(parser) < 0)
        return ERR_NOMEM;
    parser->argv[parser->argc++] = span_of(data, size);
    return 0;
}

/* What to make of a line from data[at] that has no proper number or is not all there. 0: wait for
 * more. ERR_SYNTAX: its end is here. ERR_FULL: it has none within the limit. A peer that sends such
 * a line byte by byte has it looked through again each time, which costs less than receiving it. */
static int judge_line(const char *data, size_t size, size_t at)
{
    const char *end = at < size ? memchr(data + at, '\r', size - at) : NULL;

    if (end && end + 1 < data + size)
        return ERR_SYNTAX;
    return size - at > REQUEST_LINE_LIMIT ? ERR_FULL : 0;
}

static int read_any_number(const char *data, size_t size, size_t at, int64_t *value, size_t *next)
{
    size_t line = at, first;
    bool negative = at < size && data[at] == '-';
    int64_t sum = 0;

    first = at += negative;
    while (at < size && at - first < NUMBER_DIGITS && (unsigned char)(data[at] - '0') <= 9)
        sum = sum * 10 + (data[at++] - '0');
    if (at == first || at + 1 >= size || data[at] != '\r' || data[at + 1] != '\n' ||
        (data[first] == '0' && at - line > 1))
        return judge_line(data, size, line);
    *value = negative ? -sum : sum;
    *next = at + 2;
    return 1;
}

static inline unsigned digit(char c)
{
    return (unsigned)(unsigned char)c - '0';
}

/* The number on a line "<digits>\r\n" from data[at]. 1 with *next behind the line, or what
 * judge_line says. Nearly all of them have one or two digits. */
static inline int read_number(const char *data, size_t size, size_t at, int64_t *value,
                              size_t *next)
{
    const char *line = data + at;

    if (size - at < 4 || digit(line[0]) > 9)
        return read_any_number(data, size, at, value, next);
    if (line[1] == '\r' && line[2] == '\n') {
        *value = digit(line[0]);
        *next = at + 3;
        return 1;
    }
    if (line[0] != '0' && digit(line[1]) <= 9 && line[2] == '\r' && line[3] == '\n') {
        *value = digit(line[0]) * 10 + digit(line[1]);
        *next = at + 4;
        return 1;
    }
    return read_any_number(data, size, at, value, next);
}

/* --- Inline requests. */

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static char unescape(char c)
{
    static const char from[] = "nrtba", to[] = "\n\r\t\b\a";
    const char *at = c ? strchr(from, c) : NULL;

    return at ? to[at - from] : c;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0';
}

/* What ends a word is less than what may stand between words, as it has always been in Redis. */
static bool ends_word(char c)
{
    return is_blank(c) && c != '\v' && c != '\f';
}

/* The byte that the backslash at line[*at] and what follows stand for inside these quotes; *at
 * moves to the last byte used. A backslash that escapes nothing is one itself. */
static char read_escape(struct span line, size_t *at, char quote)
{
    const char *from = line.data + *at;
    size_t left = line.size - *at;

    if (left < 2 || (quote == '\'' && from[1] != '\''))
        return '\\';
    if (quote == '"' && left >= 4 && from[1] == 'x' && hex(from[2]) >= 0 && hex(from[3]) >= 0) {
        *at += 3;
        return (char)(hex(from[2]) * 16 + hex(from[3]));
    }
    *at += 1;
    return quote == '"' ? unescape(from[1]) : from[1];
}

/* Appends the word at line[*at] to the text, without its quotes; *at moves behind it. */
static int read_word(struct request_parser *parser, struct span line, size_t *at)
{
    char quote = 0;

    for (; *at < line.size; (*at)++) {
        char c = line.data[*at];

        if (!quote && ends_word(c))
            return 0;
        if (!quote && (c == '"' || c == '\'')) {
            quote = c;
            continue;
        }
        if (quote && c == quote) {
            (*at)++;
            return *at == line.size || is_blank(line.data[*at]) ? 0 : ERR_SYNTAX;
        }
        if (quote && c == '\\')
            c = read_escape(line, at, quote);
        buffer_append_byte(&parser->text, c);
    }
    return quote ? ERR_SYNTAX : 0;
}

static int read_inline(struct request_parser *parser, const char *data, size_t size,
                       size_t *consumed)
{
    size_t from = parser->at; /* no line end before it */
    const char *end = memchr(data + from, '\n', size - from);
    struct span line;
    size_t at = 0;

    if (!end) {
        parser->at = size;
        if (size > REQUEST_LINE_LIMIT)
            return fail(parser, "Protocol error: too big inline request");
        return 0;
    }
    line = span_of(data, (size_t)(end - data));
    if (line.size > 0 && line.data[line.size - 1] == '\r')
        line.size--;
    buffer_clear(&parser->text);
    buffer_reserve(&parser->text, line.size + 1); /* words never move: they only get shorter */
    for (;;) {
        size_t start = parser->text.size;

        while (at < line.size && is_blank(line.data[at]))
            at++;
        if (at == line.size) {
            *consumed = (size_t)(end - data) + 1;
            return 1;
        }
        if (read_word(parser, line, &at) < 0)
            return fail(parser, "Protocol error: unbalanced quotes in request");
        if (add_argument(parser, parser->text.data + start, parser->text.size - start) < 0)
            return ERR_NOMEM;
    }
}

/* --- Arrays of bulk strings. */

static int read_count(struct request_parser *parser, const char *data, size_t size)
{
    int rc = read_number(data, size, 1, &parser->expected, &parser->at);

    if (rc == 0)
        return 0;
    if (rc == ERR_FULL)
        return fail(parser, "Protocol error: too big mbulk count string");
    if (rc < 0 || parser->expected > REQUEST_ARGUMENTS_LIMIT)
        return fail(parser, "Protocol error: invalid multibulk length");
    if (parser->limits.unauthenticated && parser->expected > REQUEST_UNAUTHENTICATED_ARGUMENTS)
        return fail(parser, "Protocol error: unauthenticated multibulk length");
    parser->started = true;
    parser->bulk = -1;
    return 1;
}

static int expected_dollar(struct request_parser *parser, char got)
{
    snprintf(parser->error_text, sizeof(parser->error_text),
             "Protocol error: expected '$', got '%c'", got);
    return fail(parser, parser->error_text);
}

static inline int read_bulk_size(struct request_parser *parser, const char *data, size_t size)
{
    int rc;

    if (parser->at >= size)
        return 0;
    if (data[parser->at] != '$')
        return expected_dollar(parser, data[parser->at]);
    rc = read_number(data, size, parser->at + 1, &parser->bulk, &parser->at);
    if (rc == 0)
        return 0;
    if (rc == ERR_FULL)
        return fail(parser, "Protocol error: too big bulk count string");
    if (rc < 0 || parser->bulk < 0 || parser->bulk > parser->limits.bulk_bytes)
        return fail(parser, "Protocol error: invalid bulk length");
    if (parser->limits.unauthenticated && parser->bulk > REQUEST_UNAUTHENTICATED_BULK)
        return fail(parser, "Protocol error: unauthenticated bulk length");
    return 1;
}

static int read_arguments(struct request_parser *parser, const char *data, size_t size)
{
    while ((int64_t)parser->argc < parser->expected) {
        if (parser->bulk < 0) {
            int rc = read_bulk_size(parser, data, size);

            if (rc <= 0)
                return rc;
        }
        if (size - parser->at < (size_t)parser->bulk + 2)
            return 0;
        if (add_argument(parser, data + parser->at, (size_t)parser->bulk) < 0)
            return ERR_NOMEM;
        parser->at += (size_t)parser->bulk + 2;
        parser->bulk = -1;
    }
    return 1;
}

/* The request's first byte is at another address than when the arguments were stored. */
static void move_arguments(struct request_parser *parser, const char *data)
{
    for (size_t i = 0; i < parser->argc; i++)
        parser->argv[i].data = data + ((uintptr_t)parser->argv[i].data - parser->base);
}

int request_parser_feed(struct request_parser *parser, const char *data, size_t size,
                        size_t *consumed)
{
    int rc;

    if (size == 0)
        return 0;
    parser->offered = size;
    if (data[0] != '*')
        return read_inline(parser, data, size, consumed);
    if (!parser->started) {
        rc = read_count(parser, data, size);
        if (rc <= 0)
            return rc;
    } else if (parser->base != (uintptr_t)data) {
        move_arguments(parser, data);
    }
    parser->base = (uintptr_t)data;
    rc = read_arguments(parser, data, size);
    if (rc > 0)
        *consumed = parser->at;
    return rc;
}

size_t request_parser_wanted(const struct request_parser *parser)
{
    if (!parser->started || parser->bulk < 0)
        return 0;
    return parser->at + (size_t)parser->bulk + 2 - parser->offered;
}
