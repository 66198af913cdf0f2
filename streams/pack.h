/* pack.h - sealed blocks compressed by zstd, and reading them.
 *
 * A packed block is a struct stream_block with `packed` set: its header is that of the plain one
 * (so ends, counts and the place in the tree are known without unpacking), `size` the bytes of data
 * when unpacked, `capacity` those in `data`:
 *
 *   1 byte: with a dictionary?   | pointer to it, if so   | a zstd frame
 *
 * The dictionary is a plain block, mostly one of the same stream, whose bytes the compressor
 * supposes to have just seen; a packed block owns a share of it. A packed block is never changed:
 * who wants to delete from it takes a plain copy (block_copy) and drops it.
 *
 * Each thread has its own zstd contexts and remembers the blocks it unpacked last (a bounded
 * number, and bounded bytes). An unpacked block is held by that memory and by each view of it, so a
 * view stays good whatever is read or dropped meanwhile. Nothing here locks: a block's owner is
 * protected by its shard's lock, the rest belongs to the thread. Good in a forked child too. */
#ifndef MS_STREAMS_PACK_H
#define MS_STREAMS_PACK_H

#include "streams/block.h"

enum {
    PACK_SIZE_LIMIT = 64 << 10,       /* bytes of a block to be packed: no stall of a millisecond */
    PACK_DICTIONARY_LIMIT = 16 << 10, /* bytes of a block to serve as dictionary */
    PACK_CACHE_BLOCKS = 16,           /* unpacked blocks a thread remembers, */
    PACK_CACHE_BYTES = 128 << 10      /* and bytes of them; a larger block lives with its views */
};

/* The same block packed, with one owner; NULL if that saves less than a fourth of its memory, or
 * the block is too large. `block` must be sealed, plain and stays the caller's. `dictionary` may be
 * NULL; else a sealed plain block, of which the packed one takes a share. */
struct stream_block *pack_block(const struct stream_block *block, struct stream_block *dictionary);

/* The plain form of a packed block, the caller's by one hold (block_free). */
struct stream_block *pack_unpacked(const struct stream_block *packed);

/* The same, writing nothing into the packed block and remembering nothing: for who goes through
 * whole streams, above all in a forked child, where a write costs a copy of the page. */
struct stream_block *pack_unpacked_once(const struct stream_block *packed);

/* For block_free: gives up the dictionary. */
void pack_before_free(const struct stream_block *packed);

/* Drops what this thread remembers. Views stay good. */
void pack_forget(void);

/* What is packed in the whole process: blocks, and their memory now and if they were plain. A block
 * with several owners counts once. */
struct pack_totals {
    uint64_t blocks, bytes, plain_bytes;
};

void pack_totals_get(struct pack_totals *totals);

/* A block to read: plain, whatever `stored` is. Closed exactly once, by the thread that opened it.
 */
struct block_view {
    const struct stream_block *block;
    struct stream_block *held; /* NULL: `block` is the stored one */
};

static inline void block_view_open(struct block_view *view, const struct stream_block *stored)
{
    view->held = stored->packed ? pack_unpacked(stored) : NULL;
    view->block = view->held ? view->held : stored;
}

static inline void block_view_close(struct block_view *view)
{
    if (view->held)
        block_free(view->held);
    view->held = NULL;
}

#endif
