#include "streams/stream.h"
#include "core/base/check.h"
#include "core/base/mem.h"
#include "storage/keyspace/digest.h"
#include "storage/rdb/rdb_types.h"
#include "streams/idmp.h"
#include "streams/pack.h"
#include "streams/stream_internal.h"

#include <string.h>

struct stream *stream_new(const struct settings *settings)
{
    struct stream *stream = mem_zalloc(sizeof(*stream));

    stream->idmp_duration_s = (uint32_t)settings->stream_idmp_duration;
    stream->idmp_max_size = (uint32_t)settings->stream_idmp_maxsize;
    return stream;
}

void stream_free(struct stream *stream)
{
    if (!stream)
        return;
    if (stream->groups)
        stream->group_ops->free(stream->groups);
    radix_free(stream->tree, block_free);
    block_free(stream->tail);
    stream_idmp_free(stream->idmp);
    stream_packing_free(stream->packing);
    mem_free(stream);
}

struct stream *stream_copy(const struct stream *stream)
{
    struct stream *copy = mem_dup(stream, sizeof(*stream));
    struct radix_leaf leaf;

    copy->tail = stream->tail ? block_copy(stream->tail) : NULL;
    copy->tree = NULL;
    if (stream->tree && radix_first(stream->tree, &leaf)) {
        copy->tree = radix_new();
        do {
            radix_insert(copy->tree, leaf.key, block_share(leaf.value), leaf.weight);
        } while (radix_next(stream->tree, leaf.key, &leaf));
    }
    copy->groups = stream->groups ? stream->group_ops->copy(stream->groups) : NULL;
    copy->idmp = stream_idmp_copy(stream->idmp);
    copy->packing = stream_packing_copy(stream->packing);
    return copy;
}

/* Bytes of the blocks in the tree: of all, or by some that lie evenly in it. */
static size_t blocks_memory(const struct radix *tree, size_t samples)
{
    size_t count = radix_count(tree), bytes = 0;
    struct radix_leaf leaf;
    uint64_t before;

    if (samples == 0 || samples >= count) {
        radix_first(tree, &leaf);
        do {
            bytes += block_memory(leaf.value);
        } while (radix_next(tree, leaf.key, &leaf));
        return bytes;
    }
    for (size_t i = 0; i < samples; i++) {
        double part = ((double)i + 0.5) / (double)samples; /* of all entries */

        CHECK(radix_at_rank(tree, (uint64_t)(part * (double)radix_weight(tree)), &leaf, &before));
        bytes += block_memory(leaf.value);
    }
    return bytes / samples * count;
}

size_t stream_memory(const struct stream *stream, size_t samples)
{
    size_t total = mem_size(stream);

    if (stream->tail)
        total += block_memory(stream->tail);
    if (stream->tree)
        total += blocks_memory(stream->tree, samples) + radix_memory(stream->tree);
    if (stream->groups)
        total += stream->group_ops->memory(stream->groups, samples);
    return total + stream_idmp_memory(stream->idmp) + stream_packing_memory(stream->packing);
}

/* --- Groups. */

void *stream_groups(const struct stream *stream)
{
    return stream->groups;
}

void stream_set_groups(struct stream *stream, void *groups, const struct stream_group_ops *ops)
{
    stream->groups = groups;
    stream->group_ops = ops;
}

size_t stream_group_count(const struct stream *stream)
{
    return stream->groups ? stream->group_ops->count(stream->groups) : 0;
}

bool stream_is_referenced(const struct stream *stream, struct stream_id id)
{
    return stream->groups && stream->group_ops->is_referenced(stream->groups, id);
}

size_t stream_drop_references(struct stream *stream, struct stream_id id)
{
    return stream->groups ? stream->group_ops->drop_references(stream->groups, id) : 0;
}

/* --- Facts. */

uint64_t stream_length(const struct stream *stream)
{
    return stream->length;
}

struct stream_id stream_last_id(const struct stream *stream)
{
    return stream->last_id;
}

struct stream_id stream_first_id(const struct stream *stream)
{
    return stream->first_id;
}

struct stream_id stream_max_deleted_id(const struct stream *stream)
{
    return stream->max_deleted_id;
}

uint64_t stream_entries_added(const struct stream *stream)
{
    return stream->entries_added;
}

size_t stream_block_count(const struct stream *stream)
{
    return (stream->tree ? radix_count(stream->tree) : 0) + (stream->tail != NULL);
}

size_t stream_node_count(const struct stream *stream)
{
    return stream_block_count(stream) + 1 + (stream->tree ? radix_node_count(stream->tree) : 0);
}

bool stream_last_entry_id(const struct stream *stream, struct stream_id *id)
{
    if (stream->length == 0)
        return false;
    *id = stream->last_live;
    return true;
}

bool stream_has_above(const struct stream *stream, struct stream_id id)
{
    return stream->length > 0 && stream_id_compare(stream->last_live, id) > 0;
}

struct stream_block *stream_block_for(const struct stream *stream, struct stream_id id)
{
    struct radix_leaf leaf;

    if (stream->tail && stream_id_compare(id, stream->tail->first) >= 0)
        return stream->tail;
    if (stream->tree && radix_floor(stream->tree, stream_id_key(id), &leaf))
        return leaf.value;
    return NULL;
}

bool stream_has(const struct stream *stream, struct stream_id id)
{
    const struct stream_block *block = stream_block_for(stream, id);
    struct block_view view;
    size_t at;
    bool found;

    if (!block)
        return false;
    block_view_open(&view, block);
    found = block_find(view.block, id, &at);
    block_view_close(&view);
    return found;
}

/* Live entries of the block with an id <= `id`. Often all of them, which the header knows. */
static uint32_t count_upto(const struct stream_block *block, struct stream_id id)
{
    struct block_view view;
    uint32_t count;

    if (stream_id_compare(id, block->last) >= 0)
        return block->live;
    block_view_open(&view, block);
    count = block_count_upto(view.block, id);
    block_view_close(&view);
    return count;
}

uint64_t stream_count_upto(const struct stream *stream, struct stream_id id)
{
    const struct stream_block *block;

    if (stream->length == 0 || stream_id_compare(id, stream->first_id) < 0)
        return 0;
    if (stream_id_compare(id, stream->last_live) >= 0)
        return stream->length;
    block = stream_block_for(stream, id);
    CHECK(block);
    if (block == stream->tail)
        return stream->length - block->live + count_upto(block, id);
    return radix_weight_before(stream->tree, stream_id_key(block->first)) + count_upto(block, id);
}

/* --- Appending. */

/* The tail gets a place in the tree and no more entries. */
static void seal_tail(struct stream *stream, const struct settings *settings)
{
    struct stream_block *block = block_seal(stream->tail);

    if (!stream->tree)
        stream->tree = radix_new();
    radix_insert(stream->tree, stream_id_key(block->first), block, block->live);
    stream->tail = NULL;
    if (settings->stream_compress_depth > 0 || stream->packing)
        stream_sealed(stream, settings);
}

void stream_append(struct stream *stream, const struct settings *settings, struct stream_id id,
                   size_t count, const struct span *fields)
{
    struct stream_block *grown = NULL;

    CHECK(count >= 2 && stream_id_compare(id, stream->last_id) > 0);
    if (stream->tail) {
        grown =
            block_append_within(stream->tail, id, count, fields, settings->stream_node_max_entries,
                                settings->stream_node_max_bytes);
        if (!grown)
            seal_tail(stream, settings);
    }
    stream->tail = grown ? grown : block_append(block_new(id, count, fields), id, count, fields);
    if (stream->length == 0)
        stream->first_id = id;
    stream->length++;
    stream->entries_added++;
    stream->last_id = stream->last_live = id;
}

/* --- Removing. */

struct stream_block *stream_first_block(const struct stream *stream)
{
    struct radix_leaf leaf;

    if (stream->tree && radix_first(stream->tree, &leaf))
        return leaf.value;
    return stream->tail;
}

struct stream_id stream_first_live(const struct stream_block *block)
{
    struct block_entry entry;
    struct block_view view;

    if (block->packed && block->live == block->count) /* nothing was ever deleted in it */
        return block->first;
    block_view_open(&view, block);
    block_entry_at(view.block, view.block->first_live, &entry);
    block_view_close(&view);
    return entry.id;
}

static struct stream_block *last_block(const struct stream *stream)
{
    struct radix_leaf leaf;

    if (stream->tail)
        return stream->tail;
    return stream->tree && radix_last(stream->tree, &leaf) ? leaf.value : NULL;
}

/* first_id and last_live after entries went. */
static void find_ends(struct stream *stream)
{
    const struct stream_block *block = stream_first_block(stream);

    if (stream->length == 0)
        stream->first_id = stream->last_live = STREAM_ID_MIN;
    else
        stream->first_id = stream_first_live(block);
}

void stream_drop_block(struct stream *stream, struct stream_block *block)
{
    stream->length -= block->live;
    if (block == stream->tail) {
        stream->tail = NULL;
    } else {
        radix_remove(stream->tree, stream_id_key(block->first));
        stream_packing_dropped(stream, block->first);
        if (radix_count(stream->tree) == 0) {
            radix_free(stream->tree, NULL);
            stream->tree = NULL;
        }
    }
    block_free(block);
}

void stream_replace_block(struct stream *stream, struct stream_block *fresh)
{
    struct radix_key key = stream_id_key(fresh->first);

    radix_remove(stream->tree, key);
    radix_insert(stream->tree, key, fresh, fresh->live);
}

struct stream_block *stream_delete_at(struct stream *stream, struct stream_block *block, size_t at)
{
    if (block->live == 1) {
        stream_drop_block(stream, block);
        return NULL;
    }
    if (block->packed || block_is_shared(block)) {
        struct stream_block *own = block_copy(block);

        stream_replace_block(stream, own);
        block_free(block);
        block = own;
    }
    block_delete(block, at);
    stream->length--;
    if (block == stream->tail)
        return block;
    if (block_is_sparse(block)) {
        block = block_compact(block);
        stream_replace_block(stream, block);
    } else {
        radix_set_weight(stream->tree, stream_id_key(block->first), block->live);
    }
    return block;
}

bool stream_delete(struct stream *stream, struct stream_id id)
{
    struct stream_block *block = stream_block_for(stream, id);
    bool was_last = stream_id_compare(id, stream->last_live) == 0, found;
    struct block_view view;
    size_t at;

    if (!block)
        return false;
    block_view_open(&view, block);
    found = block_find(view.block, id, &at);
    if (found)
        stream_delete_at(stream, block, at);
    block_view_close(&view);
    if (!found)
        return false;
    if (stream_id_compare(id, stream->max_deleted_id) > 0)
        stream->max_deleted_id = id;
    stream_after_removal(stream, was_last);
    return true;
}

void stream_after_removal(struct stream *stream, bool last_went)
{
    struct block_view view;

    find_ends(stream);
    if (!last_went || stream->length == 0)
        return;
    block_view_open(&view, last_block(stream));
    stream->last_live = block_last_live(view.block);
    block_view_close(&view);
}

/* Ids rise through all blocks, deleted entries too. What was deleted above the last id there is now
 * would be in the way of what comes. */
static void end_with_live(struct stream *stream)
{
    struct stream_block *block = last_block(stream), *plain;

    if (!block || stream_id_compare(block->last, stream->last_id) <= 0)
        return;
    plain = block->packed ? block_copy(block) : block;
    if (plain != block)
        block_free(block);
    plain = block_compact(plain);
    if (stream->tail)
        stream->tail = plain;
    else
        stream_replace_block(stream, plain);
}

void stream_set_id(struct stream *stream, struct stream_id last_id, uint64_t added,
                   struct stream_id max_deleted)
{
    stream->last_id = last_id;
    end_with_live(stream);
    stream_packing_went_back(stream);
    if (added != UINT64_MAX) {
        if (added < stream->entries_added && stream->groups)
            stream->group_ops->limit_reads(stream->groups, added);
        stream->entries_added = added;
    }
    if (!stream_id_is_zero(max_deleted))
        stream->max_deleted_id = max_deleted;
}

int stream_delete_referenced(struct stream *stream, struct stream_id id,
                             enum stream_reference_mode mode)
{
    if (mode == STREAM_ACKED && stream_is_referenced(stream, id))
        return 2;
    if (mode == STREAM_DELREF)
        stream_drop_references(stream, id);
    return stream_delete(stream, id) ? 1 : -1;
}

/* --- As a value. */

static void value_free(void *value)
{
    stream_free(value);
}

static void *value_copy(const void *value)
{
    return stream_copy(value);
}

static const char *value_encoding(const void *value)
{
    (void)value;
    return "stream";
}

static size_t value_memory(const void *value, size_t samples)
{
    return stream_memory(value, samples);
}

static size_t value_free_effort(const void *value)
{
    const struct stream *stream = value;
    size_t effort = stream_block_count(stream);

    if (stream->groups)
        effort += stream->group_ops->free_effort(stream->groups);
    return effort;
}

static void digest_pair(void *context, struct span field, struct span value)
{
    value_digest_mix(context, field);
    value_digest_mix(context, value);
}

static void value_digest(const void *value, struct value_digest *to)
{
    const struct stream *stream = value;
    struct stream_cursor cursor;
    char text[STREAM_ID_TEXT_LIMIT];

    stream_cursor_init(&cursor, stream, STREAM_ID_MIN, STREAM_ID_MAX, false);
    cursor.passing = true;
    while (stream_cursor_next(&cursor)) {
        value_digest_mix(to, span_of(text, stream_id_format(text, cursor.id)));
        stream_cursor_fields(&cursor, digest_pair, to);
    }
    stream_cursor_release(&cursor);
    value_digest_mix(to, span_of(text, stream_id_format(text, stream->last_id)));
    if (stream->groups)
        stream->group_ops->digest(stream->groups, to);
}

const struct value_type stream_type = {
    .name = "stream",
    .id = VALUE_STREAM,
    .free = value_free,
    .copy = value_copy,
    .encoding = value_encoding,
    .memory = value_memory,
    .free_effort = value_free_effort,
    .digest = value_digest,
    .rdb_version = stream_rdb_version,
    .rdb_type = stream_rdb_type,
    .save = stream_rdb_save,
    .rdb_type_complete = RDB_STREAM_LISTPACKS_5,
    .rdb_types = stream_rdb_types,
};
