/* hash_table.h - the large form of a hash: a dict of fields, and a heap of those that expire. Owned
 * by its struct hash; the shard of its key must be held. */
#ifndef MS_TYPES_HASH_HASH_TABLE_H
#define MS_TYPES_HASH_HASH_TABLE_H

#include "core/dict/dict.h"
#include "storage/keyspace/time_heap.h"
#include "types/hash/hash_field.h"

struct hash_table {
    struct dict fields;
    struct time_heap times;
};

struct hash_table *hash_table_new(void);
void hash_table_free(struct hash_table *table); /* O(fields) */

/* NULL if there is none. */
struct field *hash_table_find(struct hash_table *table, struct span name);

/* Adds a field that must be absent. `at_ms` -1: it does not expire. */
void hash_table_add(struct hash_table *table, struct span name, struct span value, int64_t at_ms);

/* Sets the value; true if the field is new. An old one keeps its time only if `keep_ttl`. */
bool hash_table_set(struct hash_table *table, struct span name, struct span value, bool keep_ttl);

bool hash_table_remove(struct hash_table *table, struct span name);

/* Sets the time of a field, or drops it with -1. `field` may move. */
void hash_table_set_time(struct hash_table *table, struct field *field, int64_t at_ms);

/* The next field to expire, or NULL. */
static inline struct field *hash_table_first(const struct hash_table *table)
{
    return time_heap_first(&table->times);
}

#endif
