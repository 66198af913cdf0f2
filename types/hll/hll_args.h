/* hll_args.h - what the handlers of HyperLogLog commands have in common: finding a value at a key,
 * and storing one. */
#ifndef MS_TYPES_HLL_HLL_ARGS_H
#define MS_TYPES_HLL_HLL_ARGS_H

#include "storage/keyspace/keyspace.h"
#include "types/hll/hll.h"
#include "types/hll/hll_sparse.h"

#define ERROR_HLL_DAMAGED "INVALIDOBJ Corrupted HLL object detected"

/* The HyperLogLog at a key: 0 with *hll borrowed from the keyspace and *entry, which is NULL (and
 * *hll empty) for a missing key. Negative after WRONGTYPE, for a string that is none as well. */
int hll_args_find(struct request *rq, struct key key, enum find_mode mode, struct entry **entry,
                  struct span *hll, struct reply *out);

/* Makes the string at the key these bytes, in a form that can be changed in place. */
void hll_args_store(struct request *rq, struct key key, struct span bytes);

#endif
