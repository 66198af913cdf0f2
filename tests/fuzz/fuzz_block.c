/* Stream blocks from outside: block_verify refuses the bytes, or everything that a stream does with
 * a block is safe: walking both ways, looking up, replying, deleting down to nothing.
 *
 * Input: first id, last id (ms and seq, 8 bytes each), then count, live, names size, first live and
 * dead bytes (4 each), the host's byte order; the rest is the data. */
#include "core/base/check.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/bytes/buffer.h"
#include "streams/block.h"
#include "streams/stream.h"
#include "streams/stream_internal.h" /* to hang a foreign block into a stream */
#include "tests/fuzz/fuzz.h"

#include <string.h>

enum {
    HEADER_SIZE = 2 * 16 + 5 * 4,
    INPUT_LIMIT = 8 * 1024 /* looking up each entry is quadratic */
};

static struct stream_block *block_of(const uint8_t *data, size_t size)
{
    size_t data_size = size - HEADER_SIZE;
    struct stream_block *block = mem_zalloc(sizeof(*block) + data_size);
    uint32_t numbers[5];

    memcpy(&block->first, data, 16);
    memcpy(&block->last, data + 16, 16);
    memcpy(numbers, data + 32, sizeof(numbers));
    block->count = numbers[0];
    block->live = numbers[1];
    block->names_size = numbers[2];
    block->first_live = numbers[3];
    block->dead = numbers[4];
    block->size = block->capacity = (uint32_t)data_size;
    memcpy(block->data, data + HEADER_SIZE, data_size);
    return block;
}

/* Every live entry can be read by itself and in order; returns how many there are. */
static uint64_t walk(const struct stream *stream, bool backward)
{
    struct stream_cursor cursor;
    struct buffer buffer = {0};
    struct reply out;
    uint64_t count = 0;

    reply_init(&out, &buffer, 3);
    stream_cursor_init(&cursor, stream, STREAM_ID_MIN, STREAM_ID_MAX, backward);
    while (stream_cursor_next(&cursor)) {
        count++;
        reply_stream_entry(&out, &cursor);
        CHECK(stream_cursor_pairs(&cursor) > 0);
        CHECK(stream_has(stream, cursor.id));
        CHECK(stream_count_upto(stream, cursor.id) ==
              (backward ? stream_length(stream) + 1 - count : count));
    }
    stream_cursor_release(&cursor);
    buffer_release(&buffer);
    return count;
}

static struct stream *stream_around(struct stream_block *block)
{
    struct settings settings;
    struct stream *stream;

    settings_init(&settings);
    stream = stream_new(&settings);
    stream->tail = block;
    stream->length = stream->entries_added = block->live;
    stream->last_id = block->last;
    stream_after_removal(stream, true);
    return stream;
}

static void use(struct stream_block *block)
{
    struct stream *stream = stream_around(block);
    struct stream *copy = stream_copy(stream);

    CHECK(walk(stream, false) == stream_length(stream));
    CHECK(walk(stream, true) == stream_length(stream));
    copy->tail = block_compact(copy->tail);
    CHECK(block_verify(copy->tail) == 0);
    CHECK(walk(copy, false) == stream_length(stream));
    stream_free(copy);
    while (stream_length(stream) > 0) {
        CHECK(stream_delete(stream, stream_first_id(stream)));
        CHECK(!stream->tail || block_verify(stream->tail) == 0);
    }
    stream_free(stream);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct stream_block *block;

    if (size < HEADER_SIZE || size > INPUT_LIMIT)
        return 0;
    block = block_of(data, size);
    if (block_verify(block) == 0)
        use(block);
    else
        block_free(block);
    return 0;
}
