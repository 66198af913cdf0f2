/* hash.h - fields with values under one key, each of which may expire by itself.
 *
 * Three forms, named as OBJECT ENCODING does:
 *   listpack     few and short: field, value, field, value ... in one packed list
 *   listpackex   the same once a field has had a time: field, value, time (Unix ms, 0 for none) ...
 *                by time, those without one last, so that the next to expire is in front
 *   hashtable    a hash_table; what has become one stays one
 *
 * Nothing in here reads a clock: a field whose time has come is found like any other until somebody
 * removes it, and callers compare times (hash_call.h does it for the handlers). The shard of the
 * key must be held. */
#ifndef MS_TYPES_HASH_HASH_H
#define MS_TYPES_HASH_HASH_H

#include "core/command/settings.h"
#include "core/dict/dict.h"
#include "core/num/num.h"
#include "storage/keyspace/value.h"

#include <stdbool.h>
#include <stdint.h>

struct hash;
struct random;

extern const struct value_type hash_type;

/* The latest time a field may be given, as Redis has it: 46 bits. */
#define HASH_TIME_LIMIT ((INT64_C(1) << 46) - 1)

/* A field as it is found. Name and value may lie in the scratch bytes, so an item is not copied;
 * otherwise they are borrowed until the next change. */
struct hash_item {
    struct span name, value;
    int64_t expire_ms; /* Unix ms, -1: never */
    char name_scratch[NUM_TEXT_LIMIT], value_scratch[NUM_TEXT_LIMIT];
};

/* True if the field's time has come by `now_ms`. */
static inline bool hash_item_is_expired(const struct hash_item *item, int64_t now_ms)
{
    return item->expire_ms >= 0 && item->expire_ms <= now_ms;
}

/* An empty listpack. */
struct hash *hash_new(void);
void hash_free(struct hash *hash);

/* Fields, expired ones that are still there included. O(1). */
size_t hash_count(const struct hash *hash);

/* True with *item if there is such a field. O(fields) in a listpack, which is short. */
bool hash_find(const struct hash *hash, struct span name, struct hash_item *item);

/* The value of a field that has not expired by `now_ms`, or an empty span whose data is NULL. An
 * integer's text is written to `scratch` (NUM_TEXT_LIMIT bytes). For SORT's BY and GET. */
struct span hash_get(const struct hash *hash, struct span name, int64_t now_ms, char *scratch);

/* --- Changing. Spans given may not lie inside of the hash. */

/* Turns a listpack into a table now if `more` fields, the longest part of which has `longest`
 * bytes, are not for a listpack by the settings. Call it before a batch of hash_set. */
void hash_make_room(struct hash *hash, const struct settings *settings, size_t more,
                    size_t longest);

/* Sets a value; true if the field is new. A field that was there loses its time unless `keep_ttl`.
 * Becomes a table where the settings say so. */
bool hash_set(struct hash *hash, const struct settings *settings, struct span name,
              struct span value, bool keep_ttl);

/* False if there is no such field. `name` may be an item's. */
bool hash_delete(struct hash *hash, struct span name);

/* Sets a field's time (0 .. HASH_TIME_LIMIT), or drops it with -1; false if there is no such field.
 * `name` may not lie in the hash. */
bool hash_set_expire(struct hash *hash, struct span name, int64_t at_ms);

/* The earliest time of a field, -1 if none expires. O(1). */
int64_t hash_next_expire_ms(const struct hash *hash);

/* The next field to expire; false if none will. O(1). */
bool hash_first_to_expire(const struct hash *hash, struct hash_item *item);

/* --- Going through it. */

/* All fields. Between begin and end the hash may not change. */
struct hash_walk {
    const struct hash *hash;
    size_t at;
    struct dict_walk dict;
};
void hash_walk_begin(struct hash_walk *walk, const struct hash *hash);
bool hash_walk_next(struct hash_walk *walk, struct hash_item *item);
void hash_walk_end(struct hash_walk *walk);

/* A step of HSCAN: visits fields until there were `count`, or ten times as many buckets with little
 * in them, or the end; returns the next cursor, 0 at the end. A listpack is visited whole. What
 * stays throughout is visited at least once. */
uint64_t hash_scan(const struct hash *hash, uint64_t cursor, size_t count,
                   void (*visit)(void *context, const struct hash_item *item), void *context);

/* A field by chance, each as likely as any other. The hash is not empty. O(1) in a table. */
void hash_random(const struct hash *hash, struct random *random, struct hash_item *item);

/* `count` different fields by chance, fewer than the hash has; O(count) or O(fields), whichever
 * costs less. */
void hash_random_some(const struct hash *hash, struct random *random, size_t count,
                      void (*visit)(void *context, const struct hash_item *item), void *context);

/* --- For hash_rdb.c. */

/* The listpack of the first two forms (*times tells which), NULL for a table. */
const struct listpack *hash_listpack(const struct hash *hash, bool *times);

/* A hash in the first or second form; takes over the list, which is well-formed. */
struct hash *hash_new_take(struct listpack *list, bool times);

/* Adds a field that must be absent, with its time or -1. */
void hash_add(struct hash *hash, const struct settings *settings, struct span name,
              struct span value, int64_t expire_ms);

/* What value_type wants; hash_rdb.c. */
struct rdb_reader;
struct rdb_writer;
unsigned hash_rdb_version(const void *value);
uint8_t hash_rdb_type(const void *value);
void hash_rdb_save(const void *value, struct rdb_writer *out);
int hash_rdb_load(struct rdb_reader *in, uint8_t rdb_type, void **value);
extern const uint8_t hash_rdb_types[];

/* Active expiry; hash_call.c. */
size_t hash_expire_fields(struct request *rq, struct key key, void *value, size_t limit);

#endif
