/* block.h - a run of entries packed one behind the other. The unit that a stream's tree knows, and
 * the node that approximate trimming and XINFO count.
 *
 *   header   first and last id, counts, sizes
 *   names    pairs, then length and bytes of each field name of the first entry
 *   entries  flags and seq | size of the rest | ms - first.ms | values, or pairs and fields and
 * values
 *
 * All numbers in the data are varints (7 bits a byte, low first). seq is the distance from
 * first.seq as long as ms is that of the first entry, else seq itself; it follows behind ms if it
 * does not fit beside the flags. An entry whose field names are those of the first, in order, holds
 * only its values; if that is one value, its size stands for the size of the rest. Deleting sets a
 * flag; when more than half of a sealed block is deleted bytes it is written anew without them. A
 * block without live entries is dropped by the stream.
 *
 * Only the newest block of a stream grows (block_append may move it); all others are sealed:
 * exactly sized, and changed by deletion only.
 *
 * A sealed block may have several owners: copies of a stream, in shards of their own, and whoever
 * reads it unpacked. It is changed only while it has one; with more, the owner that wants to change
 * it makes a copy first.
 *
 * A sealed block may be packed (pack.h): the header is as it was, the data are compressed. Whoever
 * wants more than the header opens a view of it; block_free, block_share, block_is_shared,
 * block_copy, and block_memory take packed blocks too, nothing else here does. */
#ifndef MS_STREAMS_BLOCK_H
#define MS_STREAMS_BLOCK_H

#include "core/bytes/span.h"
#include "streams/id.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    BLOCK_SIZE_LIMIT = 1 << 30,
    BLOCK_DELETED = 1,
    BLOCK_SAME_FIELDS = 2,
    BLOCK_ONE_VALUE = 4,  /* no size of the rest */
    BLOCK_SEQ_SHIFT = 3,  /* the bits above are seq, */
    BLOCK_SEQ_BEHIND = 31 /* or this: it comes behind ms */
};

struct stream_block {
    struct stream_id first, last; /* of the entries stored, deleted ones too */
    uint32_t count;               /* entries ever stored */
    uint32_t live;
    uint32_t size, capacity; /* bytes of data used and allocated; packed: unpacked and packed */
    uint32_t names_size : 31;
    uint32_t packed : 1;
    uint32_t first_live;   /* offset of the first live entry */
    uint32_t dead : 31;    /* bytes of deleted entries */
    uint32_t stubborn : 1; /* does not get smaller by packing as it is */
    /* Owners beside the first. Only an owner can add one, under its shard's lock, so 0 stays 0 for
     * whoever holds that lock. Giving up releases, block_is_shared acquires: who finds itself alone
     * sees that all others have finished reading. The last of the header: never copied. */
    _Atomic uint32_t sharers;
    unsigned char data[];
};

/* One entry taken apart; points into its block. */
struct block_entry {
    struct stream_id id;
    bool deleted, same_fields;
    const unsigned char *body; /* behind the id */
    size_t next;               /* offset of the entry behind it */
};

/* A block for an entry with these fields. */
struct stream_block *block_new(struct stream_id first, size_t count, const struct span *fields);

/* Gives up one owner's hold, and the memory with the last one. NULL is allowed. */
void block_free(void *block);

/* Makes the caller one more owner of a sealed block; returns it. */
struct stream_block *block_share(struct stream_block *block);

/* Others own the block too: it must not be changed. */
bool block_is_shared(const struct stream_block *block);

/* A plain block of the same entries with one owner. */
struct stream_block *block_copy(const struct stream_block *block);
size_t block_memory(const struct stream_block *block);

/* Appends; the block may move, so its new place is returned. */
struct stream_block *block_append(struct stream_block *block, struct stream_id id, size_t count,
                                  const struct span *fields);

/* The same within limits of entries and of bytes with the header (0: none). NULL, and the block is
 * as it was, if the entry would pass one. */
struct stream_block *block_append_within(struct stream_block *block, struct stream_id id,
                                         size_t count, const struct span *fields,
                                         int64_t max_entries, int64_t max_bytes);

/* Gives spare room back; the block may move. */
struct stream_block *block_seal(struct stream_block *block);

/* Takes the entry at the offset apart. CHECKs that it lies inside. */
void block_entry_at(const struct stream_block *block, size_t at, struct block_entry *entry);

/* Offset of the first entry with id >= `id`, deleted ones too; block->size if there is none. */
size_t block_seek(const struct stream_block *block, struct stream_id id);

/* Offset of the live entry with this id; false if there is none. */
bool block_find(const struct stream_block *block, struct stream_id id, size_t *at);

/* Live entries with an id <= `id`. */
uint32_t block_count_upto(const struct stream_block *block, struct stream_id id);

/* Marks the live entry at the offset deleted. The block must not be shared. */
void block_delete(struct stream_block *block, size_t at);

/* Worth writing anew. */
bool block_is_sparse(const struct stream_block *block);

/* The same block without its deleted entries (`count` and `first` stay, `last` is the last live
 * one's id); the hold on the old one is given up. */
struct stream_block *block_compact(struct stream_block *block);

/* Id of the last live entry. CHECKs that there is one. */
struct stream_id block_last_live(const struct stream_block *block);

/* Checks every byte of a block that came from outside: all offsets inside, ids rising, counts
 * right, an entry alive. 0 or ERR_DAMAGED. */
int block_verify(const struct stream_block *block);

/* Reads a varint inside [at, end); returns the place behind it, NULL if it does not end. */
const unsigned char *block_read_varint(const unsigned char *at, const unsigned char *end,
                                       uint64_t *value);

static inline const unsigned char *block_varint(const unsigned char *at, uint64_t *value)
{
    uint64_t byte = *at++;

    if (byte < 0x80) {
        *value = byte;
        return at;
    }
    *value = byte & 0x7f;
    for (int shift = 7;; shift += 7) {
        byte = *at++;
        *value |= (byte & 0x7f) << shift;
        if (byte < 0x80)
            return at;
    }
}

#endif
