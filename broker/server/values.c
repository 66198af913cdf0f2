/* values.c - a new data type is one line here. */
#include "broker/server/values.h"
#include "groups/group_rdb.h"
#include "streams/stream.h"
#include "types/array/array.h"
#include "types/hash/hash.h"
#include "types/list/list.h"
#include "types/set/set.h"
#include "types/zset/zset.h"

void values_register(struct rdb_loaders *loaders)
{
    rdb_loaders_add(loaders, &stream_type, group_load_stream);
    rdb_loaders_add(loaders, &array_type, NULL);
    rdb_loaders_add(loaders, &hash_type, NULL);
    rdb_loaders_add(loaders, &list_type, NULL);
    rdb_loaders_add(loaders, &set_type, NULL);
    rdb_loaders_add(loaders, &zset_type, NULL);
}
