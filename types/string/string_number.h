/* string_number.h - the number a string holds, for the commands that count. Reads only. */
#ifndef MS_TYPES_STRING_STRING_NUMBER_H
#define MS_TYPES_STRING_STRING_NUMBER_H

#include "core/command/reply.h"
#include "storage/keyspace/entry.h"

/* The number at a key; NULL, a missing key, counts as 0. Returns 0, or ERR_SYNTAX after writing
 * "not an integer" or "not a valid float". CHECKs that the entry is a string. */
int string_number_i64(const struct entry *entry, int64_t *value, struct reply *out);
int string_number_long_double(const struct entry *entry, long double *value, struct reply *out);

#endif
