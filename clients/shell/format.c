#include "clients/shell/format.h"

#include <string.h>

/* Values nest at most RESP_DEPTH_LIMIT deep, which the reader has checked: recursion is bounded. */

static void put_quoted(struct buffer *out, struct span text)
{
    buffer_append_byte(out, '"');
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        static const char from[] = "\n\r\t\a\b\"\\", to[] = "nrtab\"\\";
        const char *at = c ? strchr(from, c) : NULL;

        if (at)
            buffer_printf(out, "\\%c", to[at - from]);
        else if (c < ' ' || c > '~')
            buffer_printf(out, "\\x%02x", c);
        else
            buffer_append_byte(out, (char)c);
    }
    buffer_append_byte(out, '"');
}

static void put_text(struct buffer *out, struct span text)
{
    buffer_append_span(out, text);
}

/* --- Terminal. */

static void put_terminal(struct buffer *out, const struct resp_value *value, size_t indent);

static size_t digits(size_t number)
{
    size_t count = 1;

    while (number >= 10) {
        number /= 10;
        count++;
    }
    return count;
}

static void put_items(struct buffer *out, const struct resp_value *value, size_t indent)
{
    bool map = value->type == RESP_MAP;
    size_t step = map ? 2 : 1, count = value->count / step;
    char mark = map ? '#' : value->type == RESP_SET ? '~' : ')';
    size_t width = digits(count);

    if (count == 0) {
        buffer_printf(out, "(empty %s)\n",
                      map                       ? "hash"
                      : value->type == RESP_SET ? "set"
                                                : "array");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buffer_printf(out, "%*s", (int)indent, "");
        buffer_printf(out, "%*zu%c ", (int)width, i + 1, mark);
        put_terminal(out, &value->items[i * step], indent + width + 2);
        if (!map)
            continue;
        out->size--; /* the key's line end */
        buffer_printf(out, " => ");
        put_terminal(out, &value->items[i * step + 1], indent + width + 2);
    }
}

static void put_terminal(struct buffer *out, const struct resp_value *value, size_t indent)
{
    switch (value->type) {
    case RESP_NULL:
        buffer_printf(out, "(nil)\n");
        break;
    case RESP_SIMPLE:
    case RESP_VERBATIM:
        put_text(out, value->text);
        buffer_append_byte(out, '\n');
        break;
    case RESP_ERROR:
        buffer_printf(out, "(error) %.*s\n", SPAN_ARGS(value->text));
        break;
    case RESP_INTEGER:
        buffer_printf(out, "(integer) %lld\n", (long long)value->integer);
        break;
    case RESP_BULK:
        put_quoted(out, value->text);
        buffer_append_byte(out, '\n');
        break;
    case RESP_DOUBLE:
        buffer_printf(out, "(double) %.*s\n", SPAN_ARGS(value->text));
        break;
    case RESP_BOOLEAN:
        buffer_printf(out, "(%s)\n", value->integer ? "true" : "false");
        break;
    case RESP_BIG_NUMBER:
        buffer_printf(out, "(big number) %.*s\n", SPAN_ARGS(value->text));
        break;
    default:
        put_items(out, value, indent);
    }
}

/* --- Raw. */

static void put_raw(struct buffer *out, const struct resp_value *value)
{
    if (resp_is_aggregate(value)) {
        for (size_t i = 0; i < value->count; i++) {
            if (i > 0)
                buffer_append_byte(out, '\n');
            put_raw(out, &value->items[i]);
        }
    } else if (value->type == RESP_INTEGER) {
        buffer_printf(out, "%lld", (long long)value->integer);
    } else if (value->type == RESP_BOOLEAN) {
        buffer_printf(out, "%s", value->integer ? "true" : "false");
    } else if (value->type != RESP_NULL) {
        put_text(out, value->text);
    }
}

/* --- CSV. */

static void put_csv(struct buffer *out, const struct resp_value *value)
{
    switch (value->type) {
    case RESP_NULL:
        buffer_printf(out, "NULL");
        break;
    case RESP_INTEGER:
        buffer_printf(out, "%lld", (long long)value->integer);
        break;
    case RESP_BOOLEAN:
        buffer_printf(out, "%s", value->integer ? "true" : "false");
        break;
    case RESP_ERROR:
        buffer_printf(out, "ERROR,");
        put_quoted(out, value->text);
        break;
    case RESP_ARRAY:
    case RESP_MAP:
    case RESP_SET:
    case RESP_PUSH:
        for (size_t i = 0; i < value->count; i++) {
            if (i > 0)
                buffer_append_byte(out, ',');
            put_csv(out, &value->items[i]);
        }
        break;
    default:
        put_quoted(out, value->text);
    }
}

/* --- JSON. */

/* Bytes of a well-formed UTF-8 sequence at text[at]; 0 if it is none. */
static size_t utf8_size(struct span text, size_t at)
{
    unsigned char c = (unsigned char)text.data[at];
    size_t size = c >= 0xf0 && c < 0xf5 ? 4 : c >= 0xe0 ? 3 : c >= 0xc2 && c < 0xe0 ? 2 : 0;

    if (c < 0x80)
        return 1;
    if (size == 0 || c >= 0xf5 || at + size > text.size)
        return 0;
    for (size_t i = 1; i < size; i++)
        if (((unsigned char)text.data[at + i] & 0xc0) != 0x80)
            return 0;
    return size;
}

static void put_json_text(struct buffer *out, struct span text)
{
    buffer_append_byte(out, '"');
    for (size_t at = 0; at < text.size;) {
        size_t size = utf8_size(text, at);
        unsigned char c = (unsigned char)text.data[at];

        if (size == 0 || c < ' ' || c == 0x7f) {
            buffer_printf(out, "\\u%04x", c);
            size = 1;
        } else if (c == '"' || c == '\\') {
            buffer_printf(out, "\\%c", c);
        } else {
            buffer_append(out, text.data + at, size);
        }
        at += size;
    }
    buffer_append_byte(out, '"');
}

static void put_json(struct buffer *out, const struct resp_value *value);

static void put_json_map(struct buffer *out, const struct resp_value *value)
{
    buffer_append_byte(out, '{');
    for (size_t i = 0; i + 1 < value->count; i += 2) {
        const struct resp_value *key = &value->items[i];

        if (i > 0)
            buffer_append_byte(out, ',');
        if (resp_is_aggregate(key) || key->type == RESP_NULL)
            put_json_text(out, SPAN("?")); /* JSON has only texts for keys */
        else
            put_json_text(out, key->text);
        buffer_append_byte(out, ':');
        put_json(out, &value->items[i + 1]);
    }
    buffer_append_byte(out, '}');
}

static void put_json(struct buffer *out, const struct resp_value *value)
{
    switch (value->type) {
    case RESP_NULL:
        buffer_printf(out, "null");
        break;
    case RESP_INTEGER:
        buffer_printf(out, "%lld", (long long)value->integer);
        break;
    case RESP_BOOLEAN:
        buffer_printf(out, "%s", value->integer ? "true" : "false");
        break;
    case RESP_DOUBLE:
        if (value->text.size && strchr("-0123456789", value->text.data[0]) &&
            !memchr(value->text.data, 'i', value->text.size))
            put_text(out, value->text);
        else
            put_json_text(out, value->text); /* inf and nan have no number in JSON */
        break;
    case RESP_ERROR:
        buffer_printf(out, "{\"error\":");
        put_json_text(out, value->text);
        buffer_append_byte(out, '}');
        break;
    case RESP_MAP:
        put_json_map(out, value);
        break;
    case RESP_ARRAY:
    case RESP_SET:
    case RESP_PUSH:
        buffer_append_byte(out, '[');
        for (size_t i = 0; i < value->count; i++) {
            if (i > 0)
                buffer_append_byte(out, ',');
            put_json(out, &value->items[i]);
        }
        buffer_append_byte(out, ']');
        break;
    default:
        put_json_text(out, value->text);
    }
}

void format_reply(struct buffer *out, const struct resp_value *value, enum format_style style)
{
    switch (style) {
    case FORMAT_TERMINAL:
        put_terminal(out, value, 0);
        return;
    case FORMAT_RAW:
        put_raw(out, value);
        break;
    case FORMAT_CSV:
        put_csv(out, value);
        break;
    case FORMAT_JSON:
        put_json(out, value);
        break;
    }
    buffer_append_byte(out, '\n');
}
