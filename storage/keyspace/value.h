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

struct value_type {
    const char *name; /* as TYPE answers */
    enum value_type_id id;
    void (*free)(void *value);
    void *(*copy)(const void *value);                           /* deep */
    const char *(*encoding)(const void *value);                 /* as OBJECT ENCODING answers */
    size_t (*memory)(const void *value, size_t samples);        /* bytes; samples 0: exact */
    size_t (*free_effort)(const void *value);                   /* allocations that free undoes */
    void (*digest)(const void *value, struct value_digest *to); /* for DEBUG DIGEST */
};

#endif
