/* group_rdb.h - a stream with its groups from RDB files and DUMP payloads (storage/rdb). */
#ifndef MS_GROUPS_GROUP_RDB_H
#define MS_GROUPS_GROUP_RDB_H

#include "storage/rdb/rdb_reader.h"
#include "storage/rdb/rdb_writer.h"

/* Loads a stream with its groups; `load` of value_type for stream_type. */
int group_load_stream(struct rdb_reader *in, uint8_t rdb_type, void **value);

/* For the stream's hooks; `groups` is its struct named_set. */
void group_save_all(const void *groups, uint8_t rdb_type, struct rdb_writer *out);

#endif
