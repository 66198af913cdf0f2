/* Replies are trees a server shaped, so they are walked with a stack of our own. The reader limits
 * the depth, and WALK_DEPTH is above that limit.
 *
 * Every format is the same walk with other words: what a leaf looks like, what stands before, in
 * between and behind the items of an aggregate. */
#include "clients/shell/format.h"
#include "core/base/check.h"
#include "core/num/num.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

enum {
    WALK_DEPTH = 80
};

struct frame {
    const struct ms_value *value;
    size_t at;    /* the next item */
    size_t width; /* terminal: of "12) " */
};

struct walk {
    struct frame frames[WALK_DEPTH];
    size_t depth;
};

static void walk_push(struct walk *walk, const struct ms_value *value, size_t width)
{
    CHECK(walk->depth < WALK_DEPTH);
    walk->frames[walk->depth++] = (struct frame){value, 0, width};
}

static bool is_map(const struct ms_value *value)
{
    return ms_value_type(value) == MS_MAP;
}

static void append_text(struct buffer *out, const char *text)
{
    buffer_append(out, text, strlen(text));
}

static void append_bytes(struct buffer *out, const struct ms_value *value)
{
    size_t size;
    const char *text = ms_value_text(value, &size);

    buffer_append(out, text, size);
}

static void append_double(struct buffer *out, const struct ms_value *value)
{
    char text[40];

    buffer_append(out, text, num_format_double(text, ms_value_double(value)));
}

void format_quoted(struct buffer *out, const char *bytes, size_t size)
{
    static const char named[] = "\\\"\n\r\t\a\b";
    static const char names[] = "\\\"nrtab";

    buffer_append_byte(out, '"');
    for (size_t i = 0; i < size; i++) {
        const char *at = bytes[i] ? strchr(named, bytes[i]) : NULL;

        if (at) {
            buffer_append_byte(out, '\\');
            buffer_append_byte(out, names[at - named]);
        } else if (isprint((unsigned char)bytes[i])) {
            buffer_append_byte(out, bytes[i]);
        } else {
            buffer_printf(out, "\\x%02x", (unsigned char)bytes[i]);
        }
    }
    buffer_append_byte(out, '"');
}

static void append_quoted(struct buffer *out, const struct ms_value *value)
{
    size_t size;
    const char *text = ms_value_text(value, &size);

    format_quoted(out, text, size);
}

/* ---- Terminal ---- */

static void terminal_leaf(struct buffer *out, const struct ms_value *value)
{
    switch (ms_value_type(value)) {
    case MS_NULL:
        append_text(out, "(nil)");
        break;
    case MS_ERROR:
        append_text(out, "(error) ");
        append_bytes(out, value);
        break;
    case MS_STATUS:
    case MS_TEXT:
    case MS_BIGNUM:
        append_bytes(out, value);
        break;
    case MS_INTEGER:
        buffer_printf(out, "(integer) %" PRId64, ms_value_integer(value));
        break;
    case MS_DOUBLE:
        append_text(out, "(double) ");
        append_double(out, value);
        break;
    case MS_BOOLEAN:
        append_text(out, ms_value_integer(value) ? "(true)" : "(false)");
        break;
    case MS_STRING:
        append_quoted(out, value);
        break;
    case MS_SET:
        append_text(out, "(empty set)");
        break;
    case MS_MAP:
        append_text(out, "(empty hash)");
        break;
    case MS_ARRAY:
    case MS_PUSH:
        append_text(out, "(empty array)");
        break;
    }
    if (ms_value_type(value) != MS_TEXT || out->size == 0 || out->data[out->size - 1] != '\n')
        buffer_append_byte(out, '\n'); /* a page brings its own */
}

static size_t digits(size_t number)
{
    size_t count = 1;

    while (number >= 10) {
        number /= 10;
        count++;
    }
    return count;
}

/* Blanks as wide as the numbers of the outermost `depth` aggregates. */
static void terminal_indent(struct buffer *out, const struct walk *walk, size_t depth)
{
    size_t indent = 0;

    for (size_t i = 0; i < depth; i++)
        indent += walk->frames[i].width;
    buffer_printf(out, "%*s", (int)indent, "");
}

/* An aggregate begins; as the value of a map on a line of its own. */
static void terminal_push(struct buffer *out, struct walk *walk, const struct ms_value *value)
{
    const struct frame *outer = walk->depth > 0 ? &walk->frames[walk->depth - 1] : NULL;
    size_t count = ms_value_count(value);

    if (outer && is_map(outer->value) && outer->at % 2 == 0) {
        buffer_append_byte(out, '\n');
        terminal_indent(out, walk, walk->depth);
    }
    walk_push(walk, value, digits(is_map(value) ? count / 2 : count) + 2);
}

/* What stands before an item: the indentation of all enclosing aggregates, unless it is the first,
 * and "3) "; before the value of a map " => " on the line of its key. */
static void terminal_before(struct buffer *out, const struct walk *walk, const struct frame *frame)
{
    bool map = is_map(frame->value);

    if (map && frame->at % 2 == 1) {
        if (out->size > 0 && out->data[out->size - 1] == '\n')
            out->size--;
        append_text(out, " => ");
        return;
    }
    if (frame->at > 0)
        terminal_indent(out, walk, walk->depth - 1);
    buffer_printf(out, "%*zu%s", (int)frame->width - 2, frame->at / (map ? 2 : 1) + 1,
                  map                                     ? "# "
                  : ms_value_type(frame->value) == MS_SET ? "~ "
                                                          : ") ");
}

static void terminal(struct buffer *out, const struct ms_value *value)
{
    struct walk walk = {.depth = 0};

    for (;;) {
        struct frame *frame;

        if (ms_value_count(value) == 0)
            terminal_leaf(out, value);
        else
            terminal_push(out, &walk, value);
        while (walk.depth > 0) {
            frame = &walk.frames[walk.depth - 1];
            if (frame->at < ms_value_count(frame->value))
                break;
            walk.depth--;
        }
        if (walk.depth == 0)
            return;
        frame = &walk.frames[walk.depth - 1];
        terminal_before(out, &walk, frame);
        value = ms_value_at(frame->value, frame->at++);
    }
}

/* ---- Raw and CSV ---- */

static void raw_leaf(struct buffer *out, const struct ms_value *value)
{
    switch (ms_value_type(value)) {
    case MS_INTEGER:
        buffer_printf(out, "%" PRId64, ms_value_integer(value));
        break;
    case MS_DOUBLE:
        append_double(out, value);
        break;
    case MS_BOOLEAN:
        append_text(out, ms_value_integer(value) ? "(true)" : "(false)");
        break;
    case MS_ERROR:
        append_bytes(out, value);
        buffer_append_byte(out, '\n');
        break;
    default:
        append_bytes(out, value);
        break;
    }
}

static void csv_leaf(struct buffer *out, const struct ms_value *value)
{
    switch (ms_value_type(value)) {
    case MS_NULL:
        append_text(out, "NULL");
        break;
    case MS_ERROR:
        append_text(out, "ERROR,");
        append_quoted(out, value);
        break;
    case MS_BOOLEAN:
        append_text(out, ms_value_integer(value) ? "true" : "false");
        break;
    case MS_STATUS:
    case MS_STRING:
    case MS_TEXT:
        append_quoted(out, value);
        break;
    default:
        raw_leaf(out, value);
        break;
    }
}

/* All leaves in order with something in between: what nests is not shown. */
static void flat(struct buffer *out, const struct ms_value *value, bool csv)
{
    struct walk walk = {.depth = 0};

    for (;;) {
        struct frame *frame;

        if (ms_value_count(value) > 0)
            walk_push(&walk, value, 0);
        else if (csv)
            csv_leaf(out, value);
        else
            raw_leaf(out, value);
        while (walk.depth > 0) {
            frame = &walk.frames[walk.depth - 1];
            if (frame->at < ms_value_count(frame->value))
                break;
            walk.depth--;
        }
        if (walk.depth == 0)
            return;
        frame = &walk.frames[walk.depth - 1];
        if (frame->at > 0)
            buffer_append_byte(out, csv                                          ? ','
                                    : is_map(frame->value) && frame->at % 2 == 1 ? ' '
                                                                                 : '\n');
        value = ms_value_at(frame->value, frame->at++);
    }
}

/* ---- JSON ---- */

/* Bytes of the UTF-8 character at `text`, 0 when it is none (RFC 3629: no overlong forms, no
 * surrogates, nothing above U+10FFFF). */
static size_t utf8_size(const unsigned char *text, size_t size)
{
    size_t need = text[0] < 0x80                      ? 1
                  : text[0] >= 0xc2 && text[0] < 0xe0 ? 2
                  : (text[0] & 0xf0) == 0xe0          ? 3
                  : text[0] >= 0xf0 && text[0] < 0xf5 ? 4
                                                      : 0;

    if (need == 0 || need > size)
        return 0;
    for (size_t i = 1; i < need; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    if ((text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] >= 0xa0) ||
        (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] >= 0x90))
        return 0;
    return need;
}

static void json_string(struct buffer *out, const char *text, size_t size, bool ascii)
{
    static const char named[] = "\\\"\n\r\t\b\f";
    static const char names[] = "\\\"nrtbf";
    size_t step;

    buffer_append_byte(out, '"');
    for (size_t i = 0; i < size; i += step) {
        const char *at = text[i] ? strchr(named, text[i]) : NULL;
        unsigned char byte = (unsigned char)text[i];

        step = 1;
        if (at) {
            buffer_append_byte(out, '\\');
            buffer_append_byte(out, names[at - named]);
            continue;
        }
        if (byte >= 0x80 && !ascii)
            step = utf8_size((const unsigned char *)text + i, size - i);
        if (step == 0 || byte < 0x20 || (byte >= 0x7f && step == 1)) {
            buffer_printf(out, "\\u%04x", byte);
            step = 1;
        } else {
            buffer_append(out, text + i, step);
        }
    }
    buffer_append_byte(out, '"');
}

static void json_leaf(struct buffer *out, const struct ms_value *value, bool ascii, bool key)
{
    size_t size;
    const char *text = ms_value_text(value, &size);
    struct buffer plain = {0};

    switch (ms_value_type(value)) {
    case MS_NULL:
        append_text(&plain, "null");
        break;
    case MS_BOOLEAN:
        append_text(&plain, ms_value_integer(value) ? "true" : "false");
        break;
    case MS_INTEGER:
        buffer_printf(&plain, "%" PRId64, ms_value_integer(value));
        break;
    case MS_DOUBLE:
        if (isfinite(ms_value_double(value)))
            append_double(&plain, value);
        else
            append_text(&plain, "null"); /* JSON has no word for it */
        break;
    case MS_BIGNUM:
        append_bytes(&plain, value);
        break;
    case MS_ERROR:
        append_text(out, key ? "\"error\"" : "{\"error\":");
        if (!key) {
            json_string(out, text, size, ascii);
            buffer_append_byte(out, '}');
        }
        break;
    default:
        if (text)
            json_string(out, text, size, ascii);
        else
            append_text(out, key ? "\"\"" : is_map(value) ? "{}" : "[]");
        break;
    }
    if (plain.size > 0) { /* keys are strings */
        if (key)
            json_string(out, plain.data, plain.size, ascii);
        else
            buffer_append(out, plain.data, plain.size);
    }
    buffer_release(&plain);
}

/* A map whose keys are all leaves is an object, any other an array of its keys and values. */
static bool is_object(const struct ms_value *value)
{
    if (!is_map(value))
        return false;
    for (size_t i = 0; i < ms_value_count(value); i += 2)
        if (ms_value_count(ms_value_at(value, i)) > 0)
            return false;
    return true;
}

static void json(struct buffer *out, const struct ms_value *value, bool ascii)
{
    struct walk walk = {.depth = 0};
    bool key = false;

    for (;;) {
        struct frame *frame;

        if (ms_value_count(value) > 0) {
            walk_push(&walk, value, is_object(value)); /* the width remembers which it is */
            buffer_append_byte(out, is_object(value) ? '{' : '[');
        } else {
            json_leaf(out, value, ascii, key);
        }
        while (walk.depth > 0) {
            frame = &walk.frames[walk.depth - 1];
            if (frame->at < ms_value_count(frame->value))
                break;
            buffer_append_byte(out, frame->width ? '}' : ']');
            walk.depth--;
        }
        if (walk.depth == 0)
            return;
        frame = &walk.frames[walk.depth - 1];
        key = frame->width && frame->at % 2 == 0;
        if (frame->at > 0)
            buffer_append_byte(out, frame->width && !key ? ':' : ',');
        value = ms_value_at(frame->value, frame->at++);
    }
}

void format_value(struct buffer *out, enum format format, const struct ms_value *value)
{
    switch (format) {
    case FORMAT_TERMINAL:
        terminal(out, value);
        break;
    case FORMAT_RAW:
        flat(out, value, false);
        break;
    case FORMAT_CSV:
        flat(out, value, true);
        buffer_append_byte(out, '\n');
        break;
    case FORMAT_JSON:
    case FORMAT_ASCII_JSON:
        json(out, value, format == FORMAT_ASCII_JSON);
        buffer_append_byte(out, '\n');
        break;
    }
}
