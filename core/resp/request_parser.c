#include "core/resp/request_parser.h"
#include "core/base/error.h"
#include "core/base/mem.h"

#include <stdio.h>
#include <string.h>

enum {
    ARGV_FIRST = 8,
    ARGV_KEEP = 1024
};

void request_parser_reset(struct request_parser *parser)
{
    parser->argc = 0;
    parser->started = false;
    parser->at = 0;
    if (parser->capacity > ARGV_KEEP) {
        mem_free(parser->argv);
        parser->argv = NULL;
        parser->capacity = 0;
    }
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

static int add_argument(struct request_parser *parser, const char *data, size_t size)
{
    if (parser->argc == parser->capacity) {
        size_t capacity = parser->capacity ? parser->capacity * 2 : ARGV_FIRST;

        parser->argv = mem_realloc(parser->argv, capacity * sizeof(struct span));
        parser->capacity = capacity;
    }
    parser->argv[parser->argc++] = span_of(data, size);
    return 0;
}

/* The number on a line "<digits>\r\n" from data[at]. 1 and *next behind the line; 0: not all there;
 * ERR_SYNTAX: no number. */
static int read_number(const char *data, size_t size, size_t at, int64_t *value, size_t *next)
{
    bool negative = at < size && data[at] == '-';
    size_t first = at + negative;
    int64_t sum = 0;

    for (at = first; at < size && data[at] != '\r'; at++) {
        unsigned digit = (unsigned char)data[at] - (unsigned)'0';

        if (digit > 9 || at - first >= 18)
            return ERR_SYNTAX;
        sum = sum * 10 + digit;
    }
    if (at + 1 >= size)
        return 0;
    if (at == first || data[at + 1] != '\n')
        return ERR_SYNTAX;
    *value = negative ? -sum : sum;
    *next = at + 2;
    return 1;
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

/* Copies one word from line[*at] to the text, without its quotes. */
static int read_word(struct request_parser *parser, struct span line, size_t *at)
{
    char quote = 0;

    for (; *at < line.size; (*at)++) {
        char c = line.data[*at];

        if (!quote && is_blank(c))
            return 0;
        if (!quote && (c == '"' || c == '\'')) {
            quote = c;
            continue;
        }
        if (quote && c == quote) {
            (*at)++;
            return *at == line.size || is_blank(line.data[*at]) ? 0 : ERR_SYNTAX;
        }
        if (quote && c == '\\' && *at + 1 < line.size) {
            char next = line.data[*at + 1];

            if (quote == '\'') {
                if (next == '\'') {
                    c = next;
                    (*at)++;
                }
            } else if (next == 'x' && *at + 3 < line.size && hex(line.data[*at + 2]) >= 0 &&
                       hex(line.data[*at + 3]) >= 0) {
                c = (char)(hex(line.data[*at + 2]) * 16 + hex(line.data[*at + 3]));
                *at += 3;
            } else {
                c = unescape(next);
                (*at)++;
            }
        }
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
    *consumed = line.size + 1;
    if (line.size > 0 && line.data[line.size - 1] == '\r')
        line.size--;
    buffer_clear(&parser->text);
    buffer_reserve(&parser->text, line.size + 1); /* words never move: they only get shorter */
    for (;;) {
        size_t start = parser->text.size;

        while (at < line.size && is_blank(line.data[at]))
            at++;
        if (at == line.size)
            return 1;
        if (read_word(parser, line, &at) < 0)
            return fail(parser, "Protocol error: unbalanced quotes in request");
        add_argument(parser, parser->text.data + start, parser->text.size - start);
    }
}

/* --- Arrays of bulk strings. */

static int read_count(struct request_parser *parser, const char *data, size_t size)
{
    int rc = read_number(data, size, 1, &parser->expected, &parser->at);

    if (rc == 0 && size > REQUEST_LINE_LIMIT)
        return fail(parser, "Protocol error: too big mbulk count string");
    if (rc < 0 || (rc > 0 && parser->expected > REQUEST_ARGUMENTS_LIMIT))
        return fail(parser, "Protocol error: invalid multibulk length");
    if (rc > 0 && parser->limits.unauthenticated &&
        parser->expected > REQUEST_UNAUTHENTICATED_ARGUMENTS)
        return fail(parser, "Protocol error: unauthenticated multibulk length");
    parser->started = rc > 0;
    parser->bulk = -1;
    return rc;
}

static int read_bulk_size(struct request_parser *parser, const char *data, size_t size)
{
    size_t at = parser->at;
    int rc;

    if (at >= size)
        return 0;
    if (data[at] != '$') {
        snprintf(parser->error_text, sizeof(parser->error_text),
                 "Protocol error: expected '$', got '%c'", data[at]);
        return fail(parser, parser->error_text);
    }
    rc = read_number(data, size, at + 1, &parser->bulk, &at);
    if (rc == 0) {
        parser->bulk = -1;
        if (size - parser->at > REQUEST_LINE_LIMIT)
            return fail(parser, "Protocol error: too big bulk count string");
        return 0;
    }
    if (rc < 0 || parser->bulk < 0 || parser->bulk > parser->limits.bulk_bytes)
        return fail(parser, "Protocol error: invalid bulk length");
    if (parser->limits.unauthenticated && parser->bulk > REQUEST_UNAUTHENTICATED_BULK)
        return fail(parser, "Protocol error: unauthenticated bulk length");
    parser->at = at;
    return 1;
}

/* Arguments hold offsets while the request is incomplete: the bytes may move between two feeds. */
static void resolve(struct request_parser *parser, const char *data)
{
    for (size_t i = 0; i < parser->argc; i++)
        parser->argv[i].data = data + (uintptr_t)parser->argv[i].data;
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
        add_argument(parser, (const char *)(uintptr_t)parser->at, (size_t)parser->bulk);
        parser->at += (size_t)parser->bulk + 2;
        parser->bulk = -1;
    }
    resolve(parser, data);
    return 1;
}

int request_parser_feed(struct request_parser *parser, const char *data, size_t size,
                        size_t *consumed)
{
    int rc;

    if (size == 0)
        return 0;
    if (data[0] != '*')
        return read_inline(parser, data, size, consumed);
    if (!parser->started) {
        rc = read_count(parser, data, size);
        if (rc <= 0)
            return rc;
    }
    rc = read_arguments(parser, data, size);
    if (rc > 0)
        *consumed = parser->at;
    return rc;
}

size_t request_parser_wanted(const struct request_parser *parser)
{
    return parser->started && parser->bulk >= 0 ? (size_t)parser->bulk + 2 : 0;
}
