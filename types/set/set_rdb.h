/* set_rdb.h - sets in RDB files and DUMP payloads; what set_type tells about them. */
#ifndef MS_TYPES_SET_SET_RDB_H
#define MS_TYPES_SET_SET_RDB_H

#include <stdint.h>

struct rdb_reader;
struct rdb_writer;

unsigned set_rdb_version(const void *value);
uint8_t set_rdb_type(const void *value);
void set_rdb_save(const void *value, struct rdb_writer *out);
int set_rdb_load(struct rdb_reader *in, uint8_t rdb_type, void **value);
extern const uint8_t set_rdb_types[];

#endif
