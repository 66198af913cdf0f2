/* generic_args.h - what several keyspace commands do alike: read a database index, look at a key
 * without using it, write a short logged call. */
#ifndef MS_TYPES_GENERIC_GENERIC_ARGS_H
#define MS_TYPES_GENERIC_GENERIC_ARGS_H

#include "core/command/reply.h"
#include "core/command/request.h"
#include "storage/keyspace/keyspace.h"

/* The database index at argument `at`. Returns 0, or ERR_SYNTAX or ERR_RANGE after writing the
 * error. */
int generic_args_database(const struct request *rq, size_t at, int *db, struct reply *out);

/* The entry at `key`, counted as a hit or miss, but not as a use: idle time and frequency stay. */
struct entry *generic_peek(struct request *rq, struct key key);

/* Logs "name key [more]" instead of the call, if anybody reads it; `more` with NULL data is left
 * out. All spans must live as long as the request. */
void generic_log(struct request *rq, struct span name, struct key key, struct span more);

#endif
