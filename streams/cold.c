/* cold.c - which blocks of a stream are packed, and when.
 *
 * Each time the tail is sealed, the blocks that have become cold by it are packed: those that
 * `stream-compress-depth` blocks (the tail is one of them) lie behind. `next` is the first block
 * that was never cold; a stream that existed before the setting begins at its oldest block and
 * catches up, as two blocks at most are packed for one that is sealed. Behind that a sweep goes
 * round, which packs again what has become plain by deleting, one block for one sealed. So an
 * append never does more than a few blocks' work.
 *
 * Dictionary. The stream's blocks are mostly alike, but each is compressed for itself and has to
 * say again what the others say. So at the 8th, 16th, 32nd ... block it is tried what a neighbour's
 * bytes as dictionary would save; it becomes the stream's dictionary if that, on as many blocks as
 * have been, makes up for keeping the neighbour. */
#include "core/base/check.h"
#include "core/base/mem.h"
#include "streams/pack.h"
#include "streams/stream_internal.h"

enum {
    PACKS_PER_SEAL = 2,
    SWEEP_STEPS = 4,
    FIRST_TRIAL = 8
};

void stream_packing_free(struct stream_packing *packing)
{
    if (!packing)
        return;
    block_free(packing->dictionary);
    mem_free(packing);
}

struct stream_packing *stream_packing_copy(const struct stream_packing *packing)
{
    struct stream_packing *copy;

    if (!packing)
        return NULL;
    copy = mem_dup(packing, sizeof(*packing));
    if (copy->dictionary)
        block_share(copy->dictionary);
    return copy;
}

size_t stream_packing_memory(const struct stream_packing *packing)
{
    if (!packing)
        return 0;
    return mem_size(packing) + (packing->dictionary ? block_memory(packing->dictionary) : 0);
}

/* A block of which a share can serve as dictionary: the one before. */
static bool open_neighbour(const struct stream *stream, const struct stream_block *block,
                           struct block_view *view)
{
    struct radix_leaf leaf;

    if (!radix_previous(stream->tree, stream_id_key(block->first), &leaf))
        return false;
    block_view_open(view, leaf.value);
    if (view->block->size <= PACK_DICTIONARY_LIMIT)
        return true;
    block_view_close(view);
    return false;
}

static size_t size_of(const struct stream_block *packed, const struct stream_block *plain)
{
    return packed ? packed->capacity : plain->size;
}

/* Packs with the neighbour as dictionary too, and takes the better for this block and all to come.
 */
static struct stream_block *try_dictionary(struct stream *stream, const struct stream_block *block,
                                           struct stream_block *packed)
{
    struct stream_packing *packing = stream->packing;
    struct stream_block *sample, *other;
    struct block_view view;
    size_t before = size_of(packed, block), after;

    if (!open_neighbour(stream, block, &view))
        return packed;
    sample = (struct stream_block *)(uintptr_t)view.block; /* to be shared, not to be changed */
    other = pack_block(block, sample);
    after = size_of(other, block);
    if (after < before && (before - after) * packing->tried >= block_memory(sample)) {
        block_free(packing->dictionary);
        packing->dictionary = block_share(sample);
        block_free(packed);
        packed = other;
    } else {
        block_free(other);
    }
    block_view_close(&view);
    return packed;
}

static bool is_trial(uint64_t tried)
{
    return tried >= FIRST_TRIAL && (tried & (tried - 1)) == 0;
}

/* Worth trying: plain, large enough, nobody else's, and not the oldest. */
static bool is_wanted(const struct stream *stream, const struct settings *settings,
                      const struct stream_block *block)
{
    return !block->packed && !block->stubborn &&
           block->size >= (uint64_t)settings->stream_compress_min_bytes &&
           !block_is_shared(block) && block != stream_first_block(stream);
}

/* Packs a block of the tree if it is worth it. Returns whether that was tried. */
static bool pack(struct stream *stream, const struct settings *settings, struct stream_block *block)
{
    struct stream_packing *packing = stream->packing;
    struct stream_block *packed;

    if (!is_wanted(stream, settings, block))
        return false;
    packed = pack_block(block, packing->dictionary);
    if (is_trial(++packing->tried))
        packed = try_dictionary(stream, block, packed);
    if (packed) {
        stream_replace_block(stream, packed);
        block_free(block);
    } else {
        block->stubborn = true;
    }
    return true;
}

static void pack_cold(struct stream *stream, const struct settings *settings)
{
    struct stream_packing *packing = stream->packing;
    size_t plain = (size_t)settings->stream_compress_depth - 1; /* without the tail */
    struct radix_leaf leaf;

    for (int i = 0; i < PACKS_PER_SEAL && packing->not_cold > plain; i++) {
        CHECK(radix_ceiling(stream->tree, stream_id_key(packing->next), &leaf));
        packing->next = (struct stream_id){leaf.key.high, leaf.key.low};
        stream_id_increment(&packing->next);
        packing->not_cold--;
        pack(stream, settings, leaf.value);
    }
}

static void sweep(struct stream *stream, const struct settings *settings)
{
    struct stream_packing *packing = stream->packing;
    struct radix_leaf leaf;

    for (int i = 0; i < SWEEP_STEPS; i++) {
        if (!radix_next(stream->tree, stream_id_key(packing->swept), &leaf) ||
            stream_id_compare((struct stream_id){leaf.key.high, leaf.key.low}, packing->next) >=
                0) {
            packing->swept = STREAM_ID_MIN;
            return;
        }
        packing->swept = (struct stream_id){leaf.key.high, leaf.key.low};
        if (pack(stream, settings, leaf.value))
            return;
    }
}

void stream_sealed(struct stream *stream, const struct settings *settings)
{
    if (stream->packing) {
        stream->packing->not_cold++;
    } else {
        stream->packing = mem_zalloc(sizeof(*stream->packing));
        stream->packing->not_cold = radix_count(stream->tree);
    }
    if (settings->stream_compress_depth == 0)
        return;
    pack_cold(stream, settings);
    sweep(stream, settings);
}

void stream_packing_went_back(struct stream *stream)
{
    if (!stream->packing || stream_id_compare(stream->packing->next, stream->last_id) <= 0)
        return;
    stream->packing->next = stream->last_id; /* blocks to come begin above it */
    stream_id_increment(&stream->packing->next);
}

void stream_packing_dropped(struct stream *stream, struct stream_id first)
{
    if (stream->packing && stream_id_compare(first, stream->packing->next) >= 0)
        stream->packing->not_cold--;
}
