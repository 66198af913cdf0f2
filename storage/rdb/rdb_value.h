/* rdb_value.h - whole values in RDB form: what DUMP gives and RESTORE takes, and what files are
 * made of. The types say how (storage/keyspace/value.h); who loads which type byte is told to the
 * table once, at the start.
 *
 * A payload is: type byte | value | version 2 | CRC-64 of all that 8, numbers little-endian. */
#ifndef MS_STORAGE_RDB_RDB_VALUE_H
#define MS_STORAGE_RDB_RDB_VALUE_H

#include "storage/keyspace/entry.h"
#include "storage/keyspace/keyspace.h"
#include "storage/rdb/rdb_reader.h"
#include "storage/rdb/rdb_writer.h"

#include <stdint.h>

struct rdb_loaders {
    struct {
        const struct value_type *type;
        int (*load)(struct rdb_reader *in, uint8_t rdb_type, void **value);
    } of[256];
};

/* Adds the type bytes of type->rdb_types. `load` is used instead of type->load if it is not NULL.
 */
void rdb_loaders_add(struct rdb_loaders *loaders, const struct value_type *type,
                     int (*load)(struct rdb_reader *in, uint8_t rdb_type, void **value));

/* --- Saving. The entry's shard is held. */

uint8_t rdb_entry_type(const struct entry *entry, const struct rdb_writer *out);
void rdb_save_entry(const struct entry *entry, struct rdb_writer *out); /* without the type byte */

/* Appends a payload in the oldest version that can hold the value. */
void rdb_dump(const struct entry *entry, bool compress, struct buffer *out);

/* Ends a payload that begins at offset `start`: appends version and checksum. */
void rdb_payload_seal(struct buffer *out, size_t start, unsigned version);

/* --- Loading. */

/* A value read but not in the keyspace yet. */
struct rdb_value {
    const struct value_type *type; /* NULL: a string */
    void *value;                   /* NULL if nothing is left of it: all of it had expired */
    struct buffer string;
};

/* Reads the value of a type byte. 0, or an error of the reader with nothing to free. */
int rdb_load_value(const struct rdb_loaders *loaders, struct rdb_reader *in, uint8_t rdb_type,
                   struct rdb_value *out);

/* Frees a value that was not put. */
void rdb_value_release(struct rdb_value *value);

/* Makes it the value of a key that is absent, or NULL if there is nothing to put; `value` is empty
 * afterwards. The expiry of its parts is seen to. */
struct entry *rdb_value_put(struct request *rq, struct key key, struct rdb_value *value);

/* Checks version and checksum of a payload. 0 with *body (type byte and value), ERR_UNSUPPORTED for
 * a version that is too new, or ERR_DAMAGED. */
int rdb_payload_check(struct span payload, struct span *body);

/* Reads a checked body, which must hold one value and no more. */
int rdb_load_body(const struct rdb_loaders *loaders, struct span body,
                  const struct settings *settings, int64_t now_ms, struct rdb_value *out);

#endif
