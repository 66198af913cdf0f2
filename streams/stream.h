/* stream.h - an append-only sequence of entries by id, with deletion and trimming. Knows nothing of
 * clients; consumer groups hang on it through the hooks below. The key's shard must be held.
 *
 * Entries lie packed in blocks (block.h); blocks in a counted radix tree by first id, so positions,
 * counts and lag cost O(log n). The newest block is reached without a look-up; a stream of one
 * block has no tree. */
#ifndef MS_STREAMS_STREAM_H
#define MS_STREAMS_STREAM_H

#include "core/command/reply.h"
#include "core/command/settings.h"
#include "storage/keyspace/keyspace.h"
#include "streams/id.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rdb_reader; /* storage/rdb/rdb_reader.h */
struct rdb_writer;
struct stream;
struct stream_block;
struct stream_idmp;

/* What the layer above keeps in a stream: its consumer groups. `groups` is never NULL in these
 * calls. */
struct stream_group_ops {
    void (*free)(void *groups);
    void *(*copy)(const void *groups);
    size_t (*memory)(const void *groups, size_t samples);
    size_t (*free_effort)(const void *groups);
    size_t (*count)(const void *groups);
    void (*digest)(const void *groups, struct value_digest *to);
    /* Some group has yet to deliver `id`, or has it pending. */
    bool (*is_referenced)(const void *groups, struct stream_id id);
    /* Takes `id` out of all pending lists; returns how many held it. */
    size_t (*drop_references)(void *groups, struct stream_id id);
    /* entries_added went down to `added`: no group can have read more. */
    void (*limit_reads)(void *groups, uint64_t added);
    /* RDB: some entry is nobody's, which older versions can't say; and the groups themselves. */
    bool (*has_released)(const void *groups);
    void (*save)(const void *groups, uint8_t rdb_type, struct rdb_writer *out);
};

extern const struct value_type stream_type;

/* --- Life. */

/* Empty, with the producers' limits of the settings. */
struct stream *stream_new(const struct settings *settings);
void stream_free(struct stream *stream);
/* Shares the full blocks with the original until one of the two deletes from them: O(blocks). */
struct stream *stream_copy(const struct stream *stream);
/* Bytes held; a block that copies share is counted whole in each. */
size_t stream_memory(const struct stream *stream, size_t samples);

/* The groups, NULL until stream_set_groups; the stream frees them by ops->free. */
void *stream_groups(const struct stream *stream);
void stream_set_groups(struct stream *stream, void *groups, const struct stream_group_ops *ops);
size_t stream_group_count(const struct stream *stream);
bool stream_is_referenced(const struct stream *stream, struct stream_id id);
size_t stream_drop_references(struct stream *stream, struct stream_id id);

/* Reads a stream (storage/rdb) of any type byte in stream_type.rdb_types. `load_groups` reads the
 * groups, which follow the entries. 0, or an error of the reader with nothing to free. */
int stream_load(struct rdb_reader *in, uint8_t rdb_type,
                int (*load_groups)(struct rdb_reader *in, uint8_t rdb_type, struct stream *stream),
                struct stream **out);

/* --- Facts. All O(1) but where noted. */

uint64_t stream_length(const struct stream *stream);
struct stream_id stream_last_id(const struct stream *stream);  /* greatest ever; 0-0 at first */
struct stream_id stream_first_id(const struct stream *stream); /* first live entry; 0-0 if none */
struct stream_id stream_max_deleted_id(const struct stream *stream);
uint64_t stream_entries_added(const struct stream *stream);
size_t stream_block_count(const struct stream *stream);
size_t stream_node_count(const struct stream *stream); /* inner nodes of the tree, at least 1 */

/* Id of the last live entry; false if there is none. O(log n). */
bool stream_last_entry_id(const struct stream *stream, struct stream_id *id);

/* True if the entry is live. O(log n + block). */
bool stream_has(const struct stream *stream, struct stream_id id);

/* How many live entries have an id <= `id`. O(log n + block). */
uint64_t stream_count_upto(const struct stream *stream, struct stream_id id);

/* True if a live entry above `id` exists. O(1). */
bool stream_has_above(const struct stream *stream, struct stream_id id);

/* --- Changing. None of these records effects. */

/* Appends an entry; `id` must be above last_id. fields: field, value, field, value ... `count` of
 * them. O(1) amortised. */
void stream_append(struct stream *stream, const struct settings *settings, struct stream_id id,
                   size_t count, const struct span *fields);

/* Deletes one live entry; false if it isn't there. Notes max_deleted_id. */
bool stream_delete(struct stream *stream, struct stream_id id);

/* The value of XSETID. max_deleted 0-0: as it is; added UINT64_MAX: as it is. */
void stream_set_id(struct stream *stream, struct stream_id last_id, uint64_t added,
                   struct stream_id max_deleted);

enum stream_reference_mode {
    STREAM_KEEPREF,
    STREAM_DELREF,
    STREAM_ACKED
};

struct stream_trim {
    enum {
        STREAM_TRIM_NONE,
        STREAM_TRIM_MAXLEN,
        STREAM_TRIM_MINID
    } strategy;
    bool approximate;
    uint64_t max_length;
    struct stream_id min_id;
    uint64_t limit; /* entries, 0: none; approximate only */
    enum stream_reference_mode references;
};

/* Removes from the oldest on; returns how many went. max_deleted_id stays. */
uint64_t stream_trim(struct stream *stream, const struct stream_trim *trim);

/* Deletes by the rules of XDELEX (7.3 of the specification): 1 deleted, -1 not there, 2 kept
 * because it is referenced. */
int stream_delete_referenced(struct stream *stream, struct stream_id id,
                             enum stream_reference_mode mode);

/* --- Reading. A cursor is good until the stream changes. */

enum {
    STREAM_CURSOR_HEAD_LIMIT = 16
};

struct stream_cursor {
    const struct stream *stream;
    const struct stream_block *block; /* plain */
    struct stream_block *held;        /* the same, if the stream has it packed */
    size_t at;                        /* offset of the entry behind the current one */
    struct stream_id from, to;        /* what is left, inclusive */
    bool backward, done;
    bool passing;      /* may be set at first: goes through all, which nobody wants remembered */
    uint32_t *offsets; /* backward: of the block's entries; owned */
    size_t offset_count, offset_capacity;
    /* The current entry, after stream_cursor_next returned true: */
    struct stream_id id;
    const unsigned char *fields, *fields_end; /* as packed */
    bool same_fields;
    /* The digits of an id that the next one mostly shares, kept as text: ms without its last four
     */
    uint64_t head;
    size_t head_size;
    char head_text[STREAM_CURSOR_HEAD_LIMIT];
};

/* Entries with from <= id <= to, ascending or descending. */
void stream_cursor_init(struct stream_cursor *cursor, const struct stream *stream,
                        struct stream_id from, struct stream_id to, bool backward);

/* Moves to the next live entry; false at the end. O(1) amortised. */
bool stream_cursor_next(struct stream_cursor *cursor);

/* Moves on to the first live entry with id >= `id` (forward cursors; `id` must not go back). False
 * at the end of the range. Near targets cost a step each, far ones O(log n + block). */
bool stream_cursor_seek(struct stream_cursor *cursor, struct stream_id id);

/* Whoever has read with the cursor must end with this, once at least. */
void stream_cursor_release(struct stream_cursor *cursor);

/* Number of field-value pairs of the current entry. */
size_t stream_cursor_pairs(const struct stream_cursor *cursor);

/* Calls `visit` for each field and value in order. */
void stream_cursor_fields(const struct stream_cursor *cursor,
                          void (*visit)(void *context, struct span field, struct span value),
                          void *context);

/* Writes [id, [field, value ...]], straight from the packed bytes. */
void reply_stream_entry(struct reply *out, struct stream_cursor *cursor);

/* Writes only [field, value ...]. */
void reply_stream_fields(struct reply *out, const struct stream_cursor *cursor);

/* Writes the entry with this id, or null if it isn't live. Returns whether it was. O(log n +
 * block). */
bool reply_stream_entry_at(struct reply *out, const struct stream *stream, struct stream_id id);

/* --- Idempotent producers (section 20): idmp.h */

struct stream_idmp *
stream_idmp(const struct stream *stream); /* never NULL after first use, else NULL */

#endif
