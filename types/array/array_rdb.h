/* array_rdb.h - arrays in RDB: type 28 of version 14, as Redis 8.8 writes it.
 *
 *   count | 1, cursor or 0 | count times: index | tag | value      (lengths, unless said otherwise)
 *   tag 0: string; 1: integer, 8 bytes; 2: double, 8 bytes; 3: string of up to 7 bytes
 *
 * Source: parsers of RDB version 14 under free licences (librdb 2.3 and others). We write tag 1 for
 * numbers that fit a slot, 3 and 0 for the rest, and read all. */
#ifndef MS_TYPES_ARRAY_ARRAY_RDB_H
#define MS_TYPES_ARRAY_ARRAY_RDB_H

#include <stdint.h>

struct rdb_reader;
struct rdb_writer;

extern const uint8_t array_rdb_types[];

unsigned array_rdb_version(const void *value);
uint8_t array_rdb_type(const void *value);
void array_rdb_save(const void *value, struct rdb_writer *out);
int array_rdb_load(struct rdb_reader *in, uint8_t rdb_type, void **value);

#endif
