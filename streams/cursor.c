/* cursor.c - walking over a stream's entries, and writing them as replies from their packed bytes.
 */
#include "core/base/check.h"
#include "core/base/mem.h"
#include "core/num/num.h"
#include "streams/pack.h"
#include "streams/stream.h"
#include "streams/stream_internal.h"

#include <string.h>

enum {
    SEEK_STEPS = 8,
    BULK_OVERHEAD = 16,
    ENTRY_OVERHEAD = 96,
    BULK_HEADER_LIMIT = 24,
    ID_TAIL = 10000 /* the last four digits of an id's ms */
};

void stream_cursor_init(struct stream_cursor *cursor, const struct stream *stream,
                        struct stream_id from, struct stream_id to, bool backward)
{
    *cursor =
        (struct stream_cursor){.stream = stream, .from = from, .to = to, .backward = backward};
    cursor->done = stream->length == 0 || stream_id_compare(from, to) > 0 ||
                   stream_id_compare(to, stream->first_id) < 0 ||
                   stream_id_compare(from, stream->last_live) > 0;
}

void stream_cursor_release(struct stream_cursor *cursor)
{
    block_free(cursor->held);
    cursor->held = NULL;
    mem_free(cursor->offsets);
    cursor->offsets = NULL;
}

/* The cursor goes to another block, or to none; its entries are to be read. Returns whether there
 * is one. */
static bool enter(struct stream_cursor *cursor, const struct stream_block *block)
{
    if (cursor->held) {
        block_free(cursor->held);
        cursor->held = NULL;
    }
    if (block && block->packed)
        block = cursor->held = cursor->passing ? pack_unpacked_once(block) : pack_unpacked(block);
    cursor->block = block;
    return block != NULL;
}

/* The block behind the one that ends with `last`. */
static const struct stream_block *block_after(const struct stream *stream,
                                              const struct stream_block *block)
{
    struct radix_leaf leaf;

    if (block == stream->tail)
        return NULL;
    if (stream->tree && radix_next(stream->tree, stream_id_key(block->first), &leaf))
        return leaf.value;
    return stream->tail;
}

static const struct stream_block *block_before(const struct stream *stream,
                                               const struct stream_block *block)
{
    struct radix_leaf leaf;

    if (stream->tree && radix_previous(stream->tree, stream_id_key(block->first), &leaf))
        return leaf.value;
    return NULL;
}

/* The entry becomes the current one. */
static void take(struct stream_cursor *cursor, const struct block_entry *entry)
{
    cursor->id = entry->id;
    cursor->same_fields = entry->same_fields;
    cursor->fields = entry->body;
    cursor->fields_end = cursor->block->data + entry->next;
}

static void start_forward(struct stream_cursor *cursor)
{
    const struct stream *stream = cursor->stream;

    if (stream_id_compare(cursor->from, stream->first_id) <= 0) {
        enter(cursor, stream_first_block(stream));
        cursor->at = cursor->block->first_live;
        return;
    }
    if (!enter(cursor, stream_block_for(stream, cursor->from)))
        enter(cursor, stream_first_block(stream));
    cursor->at = block_seek(cursor->block, cursor->from);
}

static bool next_forward(struct stream_cursor *cursor)
{
    struct block_entry entry;

    if (!cursor->block)
        start_forward(cursor);
    for (;;) {
        if (cursor->at >= cursor->block->size) {
            if (!enter(cursor, block_after(cursor->stream, cursor->block)))
                return false;
            cursor->at = cursor->block->first_live;
            continue;
        }
        block_entry_at(cursor->block, cursor->at, &entry);
        if (stream_id_compare(entry.id, cursor->to) > 0)
            return false;
        cursor->at = entry.next;
        if (entry.deleted)
            continue;
        take(cursor, &entry);
        return true;
    }
}

/* Notes where the block's live entries up to `to` are, since they can only be read forward. */
static void load_offsets(struct stream_cursor *cursor)
{
    const struct stream_block *block = cursor->block;
    struct block_entry entry;

    cursor->offset_count = 0;
    if (cursor->offset_capacity < block->live) {
        cursor->offsets = mem_realloc(cursor->offsets, block->live * sizeof(*cursor->offsets));
        cursor->offset_capacity = block->live;
    }
    for (size_t at = block->first_live; at < block->size; at = entry.next) {
        block_entry_at(block, at, &entry);
        if (stream_id_compare(entry.id, cursor->to) > 0)
            break;
        if (!entry.deleted)
            cursor->offsets[cursor->offset_count++] = (uint32_t)at;
    }
}

static bool next_backward(struct stream_cursor *cursor)
{
    struct block_entry entry;

    if (!cursor->block) {
        if (!enter(cursor, stream_block_for(cursor->stream, cursor->to)))
            return false;
        load_offsets(cursor);
    }
    while (cursor->offset_count == 0) {
        if (!enter(cursor, block_before(cursor->stream, cursor->block)))
            return false;
        load_offsets(cursor);
    }
    cursor->at = cursor->offsets[--cursor->offset_count];
    block_entry_at(cursor->block, cursor->at, &entry);
    if (stream_id_compare(entry.id, cursor->from) < 0)
        return false;
    take(cursor, &entry);
    return true;
}

bool stream_cursor_next(struct stream_cursor *cursor)
{
    if (cursor->done)
        return false;
    cursor->done = !(cursor->backward ? next_backward(cursor) : next_forward(cursor));
    return !cursor->done;
}

bool stream_cursor_seek(struct stream_cursor *cursor, struct stream_id id)
{
    CHECK(!cursor->backward);
    for (int step = 0; step < SEEK_STEPS; step++)
        if (!stream_cursor_next(cursor) || stream_id_compare(cursor->id, id) >= 0)
            return !cursor->done;
    cursor->from = id;
    enter(cursor, NULL);
    return stream_cursor_next(cursor);
}

/* --- Taking the current entry apart. */

struct fields {
    const unsigned char *names; /* NULL: names and values alternate in `values` */
    const unsigned char *values;
    uint64_t pairs;
    size_t bytes; /* of names and values at most */
};

static void open_fields(const struct stream_cursor *cursor, struct fields *fields)
{
    const struct stream_block *block = cursor->block;

    fields->bytes = (size_t)(cursor->fields_end - cursor->fields);
    if (cursor->same_fields) {
        fields->names = block_varint(block->data, &fields->pairs);
        fields->values = cursor->fields;
        fields->bytes += block->names_size;
    } else {
        fields->names = NULL;
        fields->values = block_varint(cursor->fields, &fields->pairs);
    }
}

static struct span next_string(const unsigned char **at)
{
    uint64_t size;
    const unsigned char *from = block_varint(*at, &size);

    *at = from + size;
    return span_of((const char *)from, size);
}

static struct span next_name(struct fields *fields)
{
    return next_string(fields->names ? &fields->names : &fields->values);
}

size_t stream_cursor_pairs(const struct stream_cursor *cursor)
{
    struct fields fields;

    open_fields(cursor, &fields);
    return fields.pairs;
}

void stream_cursor_fields(const struct stream_cursor *cursor,
                          void (*visit)(void *context, struct span field, struct span value),
                          void *context)
{
    struct fields fields;

    open_fields(cursor, &fields);
    for (uint64_t i = 0; i < fields.pairs; i++) {
        struct span name = next_name(&fields);

        visit(context, name, next_string(&fields.values));
    }
}

/* --- Writing. Room for a whole entry is reserved once; then bytes are only put down. */

static size_t put_number(char *to, uint64_t value)
{
    if (value >= 10)
        return num_format_u64(to, value);
    *to = (char)('0' + value);
    return 1;
}

static char *put_header(char *to, char type, uint64_t value)
{
    *to++ = type;
    to += put_number(to, value);
    *to++ = '\r';
    *to++ = '\n';
    return to;
}

/* The text of the current id; most of its digits are those of the entry before. */
static size_t put_id(char to[STREAM_ID_TEXT_LIMIT], struct stream_cursor *cursor)
{
    uint64_t head = cursor->id.ms / ID_TAIL, tail = cursor->id.ms % ID_TAIL;
    char *at = to;

    if (head == 0)
        return stream_id_format(to, cursor->id);
    if (head != cursor->head) {
        cursor->head = head;
        cursor->head_size = num_format_u64(cursor->head_text, head);
    }
    memcpy(at, cursor->head_text, sizeof(cursor->head_text));
    at += cursor->head_size;
    *at++ = (char)('0' + tail / 1000);
    *at++ = (char)('0' + tail / 100 % 10);
    *at++ = (char)('0' + tail / 10 % 10);
    *at++ = (char)('0' + tail % 10);
    *at++ = '-';
    return (size_t)(at - to) + put_number(at, cursor->id.seq);
}

static char *put_bulk(char *to, struct span bytes)
{
    to = put_header(to, '$', bytes.size);
    memcpy(to, bytes.data, bytes.size);
    to += bytes.size;
    *to++ = '\r';
    *to++ = '\n';
    return to;
}

static char *put_fields(char *to, struct fields *fields)
{
    to = put_header(to, '*', fields->pairs * 2);
    for (uint64_t i = 0; i < fields->pairs; i++) {
        to = put_bulk(to, next_name(fields));
        to = put_bulk(to, next_string(&fields->values));
    }
    return to;
}

static char *reserve(struct reply *out, const struct fields *fields)
{
    return buffer_reserve(out->out, ENTRY_OVERHEAD + fields->bytes +
                                        fields->pairs * 2 * (BULK_OVERHEAD + BULK_HEADER_LIMIT));
}

void reply_stream_entry(struct reply *out, struct stream_cursor *cursor)
{
    char id[STREAM_ID_TEXT_LIMIT];
    size_t id_size = put_id(id, cursor);
    struct fields fields;
    char *start, *to;

    open_fields(cursor, &fields);
    start = to = reserve(out, &fields);
    to = put_header(to, '*', 2);
    to = put_bulk(to, span_of(id, id_size));
    to = put_fields(to, &fields);
    out->out->size += (size_t)(to - start);
}

void reply_stream_fields(struct reply *out, const struct stream_cursor *cursor)
{
    struct fields fields;
    char *start;

    open_fields(cursor, &fields);
    start = reserve(out, &fields);
    out->out->size += (size_t)(put_fields(start, &fields) - start);
}

bool reply_stream_entry_at(struct reply *out, const struct stream *stream, struct stream_id id)
{
    struct stream_cursor cursor;

    stream_cursor_init(&cursor, stream, id, id, false);
    if (!stream_cursor_next(&cursor)) {
        stream_cursor_release(&cursor);
        reply_null(out);
        return false;
    }
    reply_stream_entry(out, &cursor);
    stream_cursor_release(&cursor);
    return true;
}
