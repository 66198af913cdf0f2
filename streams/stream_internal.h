/* stream_internal.h - the stream's fields, for the files of this folder only. */
#ifndef MS_STREAMS_STREAM_INTERNAL_H
#define MS_STREAMS_STREAM_INTERNAL_H

#include "core/radix/radix.h"
#include "streams/block.h"
#include "streams/stream.h"

/* What a stream remembers for packing its cold blocks (cold.c). */
struct stream_packing {
    struct stream_block *dictionary; /* a share of some block; NULL: none pays */
    uint64_t tried;                  /* how often a block was to be packed */
    size_t not_cold;                 /* blocks of the tree from `next` on */
    struct stream_id next;           /* blocks from here on were never cold */
    struct stream_id swept;          /* the last block the sweep looked at */
};

struct stream {
    uint64_t length;
    struct stream_id last_id, first_id, max_deleted_id;
    struct stream_id last_live; /* id of the last live entry, 0-0 if there is none */
    uint64_t entries_added;
    struct stream_block *tail; /* the block that grows; not in the tree; NULL when there is none */
    struct radix *tree;        /* sealed blocks by first id, weight = live entries; NULL: none */
    void *groups;
    const struct stream_group_ops *group_ops;
    struct stream_idmp *idmp; /* NULL until a producer is known */
    uint32_t idmp_duration_s, idmp_max_size;
    uint64_t iids_added, iids_duplicates;
    struct stream_packing
        *packing; /* NULL until a block is sealed with stream-compress-depth set */
};

/* The block in which an entry with this id would be; NULL if it is below all. */
struct stream_block *stream_block_for(const struct stream *stream, struct stream_id id);

/* The oldest block, NULL if there is none. */
struct stream_block *stream_first_block(const struct stream *stream);

/* Id of the block's first live entry; it may be packed. */
struct stream_id stream_first_live(const struct stream_block *block);

/* Takes a whole block out and frees it. The caller ends with stream_after_removal. */
void stream_drop_block(struct stream *stream, struct stream_block *block);

/* Deletes the live entry at an offset (of the unpacked data, if the block is packed). Returns the
 * block, plain, which may have moved; NULL if it went.
 * The caller ends with stream_after_removal. */
struct stream_block *stream_delete_at(struct stream *stream, struct stream_block *block, size_t at);

/* Puts a block of the same entries in the place of one of the tree, which becomes the caller's. */
void stream_replace_block(struct stream *stream, struct stream_block *fresh);

/* After the tail went into the tree: packs blocks that have become cold. To be called when
 * stream-compress-depth is set, or stream->packing is. Pointers to blocks of the tree are stale
 * afterwards. */
void stream_sealed(struct stream *stream, const struct settings *settings);

/* last_id went down, and no block of the tree has anything above it. */
void stream_packing_went_back(struct stream *stream);

/* A block of the tree went. */
void stream_packing_dropped(struct stream *stream, struct stream_id first);

void stream_packing_free(struct stream_packing *packing); /* NULL is allowed */
struct stream_packing *stream_packing_copy(const struct stream_packing *packing);
size_t stream_packing_memory(const struct stream_packing *packing);

/* stream_type's methods for RDB: stream_rdb.c. */
unsigned stream_rdb_version(const void *value);
uint8_t stream_rdb_type(const void *value);
void stream_rdb_save(const void *value, struct rdb_writer *out);
extern const uint8_t stream_rdb_types[];

/* Puts first_id and the last live id right after entries went. */
void stream_after_removal(struct stream *stream, bool last_went);

#endif
