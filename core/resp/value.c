/* How a reply is read. A reply is a sequence of items, each begun by one line "<mark>...\r\n". What
 * a line opens goes on the stack (an aggregate) or is waited for (a bulk string); a finished item
 * goes into the aggregate on top, which may thereby be finished itself, and so on down; what is
 * finished with the stack empty is the reply.
 *
 * An aggregate's array of items begins small and doubles as items arrive, since its announced count
 * is only a claim. The arrays grown out of stay in the arena: at most as much again. */
#include "core/resp/value.h"
#include "core/base/error.h"
#include "core/num/num.h"

#include <stdlib.h>

enum {
    ITEMS_FIRST = 64, /* room for items before any has come */
    FORMAT_SIZE = 4,  /* "txt:" */
    LINE_PENDING = 1  /* how step functions say that nothing is finished yet */
};

static const size_t no_bulk = SIZE_MAX;

static void start_reply(struct resp_reader *reader)
{
    reader->depth = 0;
    reader->bulk_size = no_bulk;
    reader->scanned = 0;
    reader->taken = 0;
    reader->attributes = NULL;
}

void resp_reader_init(struct resp_reader *reader)
{
    reader->bulk_limit = RESP_BULK_DEFAULT;
    reader->reply_limit = RESP_REPLY_DEFAULT;
    reader->error = NULL;
    start_reply(reader);
}

static int fail(struct resp_reader *reader, int code, const char *error)
{
    reader->error = error;
    return code;
}

static struct span terminated_copy(struct arena *arena, struct span bytes)
{
    char *copy = arena_alloc(arena, bytes.size + 1);

    if (bytes.size)
        memcpy(copy, bytes.data, bytes.size);
    copy[bytes.size] = '\0';
    return span_of(copy, bytes.size);
}

/* --- Values on one line. */

static int read_integer(struct span text, int64_t *out)
{
    if (text.size > 1 && text.data[0] == '+')
        text = span_of(text.data + 1, text.size - 1);
    return num_parse_i64(text, out);
}

/* `text` has a zero byte behind it. */
static int read_double(struct span text, double *out)
{
    int rc;

    if (span_is(text, "nan") || span_is(text, "-nan")) {
        *out = __builtin_nan("");
        return 0;
    }
    rc = num_parse_double(text, out);
    if (rc != ERR_RANGE)
        return rc;
    *out = strtod(text.data, NULL); /* a peer may send what no argument may be: 1e-320, 1e999 */
    return 0;
}

static int check_big_number(struct span text)
{
    size_t at = text.size > 0 && (text.data[0] == '-' || text.data[0] == '+');

    if (at == text.size)
        return ERR_SYNTAX;
    for (; at < text.size; at++)
        if (text.data[at] < '0' || text.data[at] > '9')
            return ERR_SYNTAX;
    return 0;
}

/* Fills in the value of a one-line type from the line without its mark and end. */
static int read_scalar(struct resp_reader *reader, struct arena *arena, struct span line,
                       struct resp_value *value)
{
    if (value->mark == '_') {
        value->type = RESP_NULL;
        return line.size == 0 ? 0 : fail(reader, ERR_SYNTAX, "a null with something in it");
    }
    value->text = terminated_copy(arena, line);
    switch (value->mark) {
    case '+':
        value->type = RESP_SIMPLE;
        return 0;
    case '-':
        value->type = RESP_ERROR;
        return 0;
    case ':':
        value->type = RESP_INTEGER;
        if (read_integer(line, &value->integer) < 0)
            return fail(reader, ERR_SYNTAX, "a malformed integer");
        return 0;
    case ',':
        value->type = RESP_DOUBLE;
        if (read_double(value->text, &value->number) < 0)
            return fail(reader, ERR_SYNTAX, "a malformed double");
        return 0;
    case '#':
        value->type = RESP_BOOLEAN;
        value->integer = line.size == 1 && line.data[0] == 't';
        if (line.size != 1 || (line.data[0] != 't' && line.data[0] != 'f'))
            return fail(reader, ERR_SYNTAX, "a malformed boolean");
        return 0;
    case '(':
        value->type = RESP_BIG_NUMBER;
        if (check_big_number(line) < 0)
            return fail(reader, ERR_SYNTAX, "a malformed big number");
        return 0;
    default:
        return fail(reader, ERR_SYNTAX, "an unknown type of reply");
    }
}

/* --- Bulk strings and aggregates: a line with a size, then the content. */

/* The size on the line; -1 is allowed for `$` and `*` only, the nulls of RESP2. */
static int read_size(struct resp_reader *reader, struct span line, char mark, int64_t *out)
{
    bool nullable = mark == '$' || mark == '*';

    if (line.size == 1 && line.data[0] == '?')
        return fail(reader, ERR_SYNTAX, "streamed strings and aggregates are not supported");
    if (num_parse_i64(line, out) < 0 || *out < (nullable ? -1 : 0))
        return fail(reader, ERR_SYNTAX, "a malformed size");
    return 0;
}

/* LINE_PENDING, or 0 for a null. */
static int begin_bulk(struct resp_reader *reader, struct span line, struct resp_value *value)
{
    int64_t size;

    if (read_size(reader, line, value->mark, &size) < 0)
        return ERR_SYNTAX;
    if (size < 0) {
        value->type = RESP_NULL;
        return 0;
    }
    if ((uint64_t)size > reader->bulk_limit || (uint64_t)size > reader->reply_limit)
        return fail(reader, ERR_FULL, "a string over the size limit");
    value->type = value->mark == '$' ? RESP_BULK : value->mark == '!' ? RESP_ERROR : RESP_VERBATIM;
    reader->bulk = *value;
    reader->bulk_size = (size_t)size;
    return LINE_PENDING;
}

static enum resp_type aggregate_type(char mark)
{
    switch (mark) {
    case '*':
        return RESP_ARRAY;
    case '~':
        return RESP_SET;
    case '>':
        return RESP_PUSH;
    default:
        return RESP_MAP; /* "%" and "|" */
    }
}

/* LINE_PENDING, or 0 for a null. An empty aggregate goes on the stack, too: one way out for all. */
static int begin_aggregate(struct resp_reader *reader, struct arena *arena, struct span line,
                           struct resp_value *value)
{
    bool pairs = value->mark == '%' || value->mark == '|';
    struct resp_frame *frame;
    int64_t count;

    if (read_size(reader, line, value->mark, &count) < 0)
        return ERR_SYNTAX;
    if (count < 0) {
        value->type = RESP_NULL;
        return 0;
    }
    if (count > RESP_COUNT_LIMIT / (pairs ? 2 : 1))
        return fail(reader, ERR_FULL, "an aggregate over the count limit");
    if (value->mark == '>' && reader->depth > 0)
        return fail(reader, ERR_SYNTAX, "a push inside a reply");
    if (reader->depth == RESP_DEPTH_LIMIT)
        return fail(reader, ERR_FULL, "aggregates nested over the depth limit");
    value->type = aggregate_type(value->mark);
    value->count = 0;
    value->items = NULL;
    frame = &reader->frames[reader->depth++];
    frame->value = *value;
    frame->expected = (size_t)count * (pairs ? 2 : 1);
    frame->capacity = frame->expected < ITEMS_FIRST ? frame->expected : ITEMS_FIRST;
    frame->items =
        frame->capacity ? arena_alloc(arena, frame->capacity * sizeof(*frame->items)) : NULL;
    return LINE_PENDING;
}

/* One line, without its end. 0 with a finished *value, LINE_PENDING, or an error. */
static int read_line(struct resp_reader *reader, struct arena *arena, struct span line,
                     struct resp_value *value)
{
    if (line.size == 0)
        return fail(reader, ERR_SYNTAX, "an empty line");
    *value = (struct resp_value){.mark = line.data[0]};
    line = span_of(line.data + 1, line.size - 1);
    if (value->mark != '|') { /* attributes have none themselves; a later set replaces one before */
        value->attributes = reader->attributes;
    }
    reader->attributes = NULL;
    switch (value->mark) {
    case '$':
    case '!':
    case '=':
        return begin_bulk(reader, line, value);
    case '*':
    case '%':
    case '~':
    case '>':
    case '|':
        return begin_aggregate(reader, arena, line, value);
    default:
        return read_scalar(reader, arena, line, value);
    }
}

static int finish_bulk(struct resp_reader *reader, struct arena *arena, const char *data,
                       struct resp_value *value)
{
    struct span bytes = span_of(data, reader->bulk_size);

    if (data[bytes.size] != '\r' || data[bytes.size + 1] != '\n')
        return fail(reader, ERR_SYNTAX, "a string of another size than announced");
    *value = reader->bulk;
    reader->bulk_size = no_bulk;
    if (value->type == RESP_VERBATIM) {
        if (bytes.size < FORMAT_SIZE || bytes.data[FORMAT_SIZE - 1] != ':')
            return fail(reader, ERR_SYNTAX, "a verbatim string without its format");
        memcpy(value->format, bytes.data, sizeof(value->format));
        bytes = span_of(bytes.data + FORMAT_SIZE, bytes.size - FORMAT_SIZE);
    }
    value->text = terminated_copy(arena, bytes);
    return 0;
}

/* --- The stack. */

static void frame_add(struct resp_frame *frame, struct arena *arena, const struct resp_value *value)
{
    if (frame->value.count == frame->capacity) {
        size_t capacity =
            frame->expected / 2 < frame->capacity ? frame->expected : frame->capacity * 2;
        struct resp_value *items = arena_alloc(arena, capacity * sizeof(*items));

        memcpy(items, frame->items, frame->capacity * sizeof(*items));
        frame->items = items;
        frame->capacity = capacity;
    }
    frame->items[frame->value.count++] = *value;
}

/* Ends the aggregates that are full. True when the whole reply is, with its root in *value. */
static bool end_frames(struct resp_reader *reader, struct arena *arena, struct resp_value *value)
{
    while (reader->depth > 0) {
        struct resp_frame *frame = &reader->frames[reader->depth - 1];

        if (frame->value.count < frame->expected)
            return false;
        *value = frame->value;
        value->items = frame->items;
        reader->depth--;
        if (value->mark == '|') {
            struct resp_value *copy = arena_alloc(arena, sizeof(*copy));

            *copy = *value;
            reader->attributes = copy;
            return false;
        }
        if (reader->depth > 0)
            frame_add(&reader->frames[reader->depth - 1], arena, value);
    }
    return true;
}

/* --- Feeding. */

/* The next line or bulk string of data[0 .. size). 0 with a finished *value and *used bytes,
 * LINE_PENDING with *used bytes, 0 of them when it is not all there, or an error. */
static int read_step(struct resp_reader *reader, struct arena *arena, const char *data, size_t size,
                     size_t *used, struct resp_value *value)
{
    const char *end;

    *used = 0;
    if (reader->bulk_size != no_bulk) {
        if (size < reader->bulk_size + 2)
            return LINE_PENDING;
        *used = reader->bulk_size + 2;
        return finish_bulk(reader, arena, data, value);
    }
    end = size > reader->scanned ? memchr(data + reader->scanned, '\n', size - reader->scanned)
                                 : NULL;
    if (!end) {
        reader->scanned = size;
        if (size > RESP_LINE_LIMIT)
            return fail(reader, ERR_FULL, "a line over the size limit");
        return LINE_PENDING;
    }
    reader->scanned = 0;
    *used = (size_t)(end - data) + 1;
    if (*used > RESP_LINE_LIMIT)
        return fail(reader, ERR_FULL, "a line over the size limit");
    if (*used < 2 || end[-1] != '\r')
        return fail(reader, ERR_SYNTAX, "a line feed without its carriage return");
    return read_line(reader, arena, span_of(data, *used - 2), value);
}

int resp_reader_feed(struct resp_reader *reader, struct arena *arena, const char *data, size_t size,
                     size_t *consumed, const struct resp_value **value)
{
    size_t at = 0;

    *consumed = 0;
    for (;;) {
        struct resp_value *root, item;
        size_t used;
        int rc = read_step(reader, arena, data + at, size - at, &used, &item);

        if (rc < 0)
            return rc;
        at += used;
        *consumed = at;
        reader->taken += used;
        if (reader->taken > reader->reply_limit)
            return fail(reader, ERR_FULL, "a reply over the size limit");
        if (used == 0)
            return 0;
        if (rc == 0 && reader->depth > 0)
            frame_add(&reader->frames[reader->depth - 1], arena, &item);
        if (reader->bulk_size != no_bulk || !end_frames(reader, arena, &item))
            continue;
        root = arena_alloc(arena, sizeof(*root));
        *root = item;
        *value = root;
        start_reply(reader);
        return 1;
    }
}

size_t resp_reader_wanted(const struct resp_reader *reader)
{
    return reader->bulk_size != no_bulk ? reader->bulk_size + 2 : reader->scanned + 1;
}

/* --- Writing. */

static void write_header(struct buffer *out, char mark, size_t number)
{
    char *to = buffer_reserve(out, NUM_TEXT_LIMIT + 3);
    size_t size = num_format_u64(to + 1, number);

    to[0] = mark;
    to[size + 1] = '\r';
    to[size + 2] = '\n';
    out->size += size + 3;
}

void resp_write_command(struct buffer *out, size_t argc, const struct span *argv)
{
    write_header(out, '*', argc);
    for (size_t i = 0; i < argc; i++) {
        write_header(out, '$', argv[i].size);
        buffer_append_span(out, argv[i]);
        buffer_append(out, "\r\n", 2);
    }
}
