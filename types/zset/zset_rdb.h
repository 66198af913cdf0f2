/* zset_rdb.h - sorted sets in RDB files and DUMP payloads. A small one is its listpack
 * (RDB_ZSET_LISTPACK, version 10); a large one is RDB_ZSET_2:
 *
 *   | count | string: member | 8 bytes: score | ...        highest score first, as Redis writes it
 *
 * Read also with scores as text, and as a ziplist; in any order. A member that comes twice, a score
 * that is no number, and an odd count are damage. Nothing in it gives NULL: files of old servers
 * have such keys. The methods of struct value_type. */
#ifndef MS_TYPES_ZSET_ZSET_RDB_H
#define MS_TYPES_ZSET_ZSET_RDB_H

#include <stdint.h>

struct rdb_reader;
struct rdb_writer;

extern const uint8_t zset_rdb_types[];

unsigned zset_rdb_version(const void *value);
uint8_t zset_rdb_type(const void *value);
void zset_rdb_save(const void *value, struct rdb_writer *out);
int zset_rdb_load(struct rdb_reader *in, uint8_t rdb_type, void **value);

#endif
