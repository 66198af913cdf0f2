/* value.h - what every data type tells the keyspace about itself. A type is one folder and one
 * constant `struct value_type`; the keyspace knows values only through it.
 *
 * A value belongs to its entry. The shard of its key is held during every call but `free`, which
 * also runs on the thread that frees large values in the background. */
#ifndef MS_STORAGE_KEYSPACE_VALUE_H
#define MS_STORAGE_KEYSPACE_VALUE_H

#include <stddef.h>
#include <stdint.h>

enum value_type_id { /* the numbers are kept in one byte of each entry */
    VALUE_STRING = 0,
    VALUE_LIST,
    VALUE_SET,
    VALUE_ZSET,
    VALUE_HASH,
    VALUE_STREAM,
    VALUE_ARRAY,
    VALUE_TYPE_LIMIT = 32,
};

struct value_digest; /* storage/keyspace/digest.h */
struct rdb_reader;   /* storage/rdb/rdb_reader.h */
struct rdb_writer;   /* storage/rdb/rdb_writer.h */
struct request;
struct key;

struct value_type {
    const char *name; /* as TYPE answers */
    enum value_type_id id;
    void (*free)(void *value);
    void *(*copy)(const void *value);                           /* deep */
    const char *(*encoding)(const void *value);                 /* as OBJECT ENCODING answers */
    size_t (*memory)(const void *value, size_t samples);        /* bytes; samples 0: exact */
    size_t (*free_effort)(const void *value);                   /* allocations that free undoes */
    void (*digest)(const void *value, struct value_digest *to); /* for DEBUG DIGEST */

    /* RDB (storage/rdb): the oldest format version that can hold this value, at least
     * RDB_VERSION_OLDEST; its type byte in that version; its bytes. */
    unsigned (*rdb_version)(const void *value);
    uint8_t (*rdb_type)(const void *value);
    void (*save)(const void *value, struct rdb_writer *out);
    /* The type byte when the writer is `complete`; 0: no other than rdb_type tells. */
    uint8_t rdb_type_complete;
    /* The type bytes that `load` reads, ended by RDB_NO_TYPE; older ones too. */
    const uint8_t *rdb_types;
    /* Reads a value in encodings as the settings want them. 0 with *value, which is NULL if nothing
     * is left of it (all fields expired); or an error of the reader, with nothing to free. */
    int (*load)(struct rdb_reader *in, uint8_t rdb_type, void **value);

    /* Types whose parts expire by themselves (hash fields); NULL for the others. The earliest time
     * of a part, Unix ms, or -1. */
    int64_t (*next_expire_ms)(const void *value);
    /* Removes at most `limit` parts that have expired by rq->now_ms, noting effects at `key`, and
     * deletes the key when nothing is left; returns how many. Called by active expiry. */
    size_t (*expire_parts)(struct request *rq, struct key key, void *value, size_t limit);
};

#endif
