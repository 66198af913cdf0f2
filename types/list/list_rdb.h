/* list_rdb.h - lists in RDB files and DUMP payloads. Written as nodes of listpacks
 * (RDB_LIST_QUICKLIST_2, version 10), a node being one of the list's own:
 *
 *   | count of nodes | node ... |     node: | 1 | string: the element |  or  | 2 | string: listpack
 * |
 *
 * Read also as plain strings, as one ziplist, and as nodes of ziplists. A list with nothing in it
 * gives NULL: files of old servers have such keys. The methods of struct value_type. */
#ifndef MS_TYPES_LIST_LIST_RDB_H
#define MS_TYPES_LIST_LIST_RDB_H

#include <stdint.h>

struct rdb_reader;
struct rdb_writer;

extern const uint8_t list_rdb_types[];

unsigned list_rdb_version(const void *value);
uint8_t list_rdb_type(const void *value);
void list_rdb_save(const void *value, struct rdb_writer *out);
int list_rdb_load(struct rdb_reader *in, uint8_t rdb_type, void **value);

#endif
