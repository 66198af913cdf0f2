/* values.h - the list of all data types whose values are read from RDB bytes. */
#ifndef MS_BROKER_SERVER_VALUES_H
#define MS_BROKER_SERVER_VALUES_H

#include "storage/rdb/rdb_value.h"

void values_register(struct rdb_loaders *loaders);

#endif
