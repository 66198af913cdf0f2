/* trim.c - removing from the oldest entry on (section 6 of the specification).
 *
 * Whole blocks go at once where every entry of them goes and no reference has to be looked at; that
 * is all that approximate trimming with KEEPREF ever does. What is left of an exact trim, and every
 * trim with DELREF or ACKED, goes entry by entry. */
#include "core/base/check.h"
#include "streams/pack.h"
#include "streams/stream.h"
#include "streams/stream_internal.h"

/* The entry may go by the strategy, looking at `id` and the present length. */
static bool is_over(const struct stream *stream, const struct stream_trim *trim,
                    struct stream_id id)
{
    if (trim->strategy == STREAM_TRIM_MAXLEN)
        return stream->length > trim->max_length;
    return stream_id_compare(id, trim->min_id) < 0;
}

/* Every entry of the block goes by the strategy. */
static bool block_is_over(const struct stream *stream, const struct stream_trim *trim,
                          const struct stream_block *block)
{
    if (trim->strategy == STREAM_TRIM_MAXLEN)
        return stream->length - block->live >= trim->max_length &&
               stream->length > trim->max_length;
    return stream_id_compare(block->last, trim->min_id) < 0;
}

static bool limit_allows(const struct stream_trim *trim, const struct stream_block *block,
                         uint64_t removed)
{
    return !trim->approximate || trim->limit == 0 || removed + block->live <= trim->limit;
}

static uint64_t drop_whole_blocks(struct stream *stream, const struct stream_trim *trim)
{
    struct stream_block *block;
    uint64_t removed = 0;

    while ((block = stream_first_block(stream)) && block_is_over(stream, trim, block) &&
           limit_allows(trim, block, removed)) {
        removed += block->live;
        stream_drop_block(stream, block);
    }
    return removed;
}

static uint64_t drop_entries(struct stream *stream, const struct stream_trim *trim)
{
    uint64_t removed = 0;
    struct stream_block *block = stream_first_block(stream);

    while (block) {
        if (!is_over(stream, trim, stream_first_live(block)))
            break;
        block = stream_delete_at(stream, block, block->first_live);
        removed++;
        if (!block)
            block = stream_first_block(stream);
    }
    return removed;
}

/* A walk with DELREF or ACKED. */
struct walk {
    const struct stream_trim *trim;
    uint64_t removed;
    bool ended;     /* the target is reached */
    bool last_went; /* the stream's last live entry is among the removed */
};

/* Whether the entry goes; what refers to it then does not any more. */
static bool lets_go(struct stream *stream, const struct stream_trim *trim, struct stream_id id)
{
    if (trim->references == STREAM_ACKED && stream_is_referenced(stream, id))
        return false;
    if (trim->references == STREAM_DELREF)
        stream_drop_references(stream, id);
    return true;
}

/* Looks at the entries of one block. */
static void walk_block(struct stream *stream, struct walk *walk, struct stream_block *block)
{
    struct stream_block *changed;
    struct block_entry entry;
    struct block_view view;

    block_view_open(&view, block);
    for (size_t at = block->first_live; at < view.block->size; at = entry.next) {
        block_entry_at(view.block, at, &entry);
        if (entry.deleted)
            continue;
        if (!is_over(stream, walk->trim, entry.id)) {
            walk->ended = true;
            break;
        }
        if (!lets_go(stream, walk->trim, entry.id))
            continue;
        walk->removed++;
        walk->last_went |= stream_id_compare(entry.id, stream->last_live) == 0;
        changed = stream_delete_at(stream, block, at);
        if (!changed)
            break;
        if (changed != block) { /* written anew: the entries may lie elsewhere */
            block_view_close(&view);
            block = changed;
            block_view_open(&view, block);
            entry.next = block_seek(block, entry.id);
        }
    }
    block_view_close(&view);
}

static void walk_entries(struct stream *stream, struct walk *walk)
{
    struct stream_block *block = stream_first_block(stream);

    while (block && !walk->ended && limit_allows(walk->trim, block, walk->removed)) {
        struct stream_id last = block->last;
        bool was_tail = block == stream->tail;
        struct radix_leaf leaf;

        walk_block(stream, walk, block);
        if (was_tail)
            break;
        if (stream->tree && radix_next(stream->tree, stream_id_key(last), &leaf))
            block = leaf.value;
        else
            block = stream->tail;
    }
}

uint64_t stream_trim(struct stream *stream, const struct stream_trim *trim)
{
    struct walk walk = {.trim = trim};

    if (trim->strategy == STREAM_TRIM_NONE || stream->length == 0)
        return 0;
    if (trim->references != STREAM_KEEPREF) {
        walk_entries(stream, &walk);
    } else {
        walk.removed = drop_whole_blocks(stream, trim);
        if (!trim->approximate && stream->length > 0)
            walk.removed += drop_entries(stream, trim);
    }
    if (walk.removed > 0)
        stream_after_removal(stream, walk.last_went);
    return walk.removed;
}
