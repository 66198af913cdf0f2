/* hash_import.h - HIMPORT SET without the connection: a whole hash from fields that were prepared
 * and values that come with the call. */
#ifndef MS_TYPES_HASH_HASH_IMPORT_H
#define MS_TYPES_HASH_HASH_IMPORT_H

#include "core/command/reply.h"
#include "core/command/request.h"

#include <stdbool.h>
#include <stdint.h>

/* Field names in the order in which a hash gets them. */
struct hash_fieldset {
    size_t count;
    struct span *fields;
    uint32_t *values; /* of each field: which value of the call is its own */
};

/* Puts `count` distinct names in order: the shorter first, equally long ones by their bytes. The
 * arrays of *set, `count` long, are filled in; names stay borrowed. False if a name comes twice. */
bool hash_fieldset_fill(struct hash_fieldset *set, const struct span *names, size_t count);

/* Makes the key at argument `at` a hash of these fields, replacing one that is there with its
 * expiry. `set` NULL: no such field set. Replies OK; or WRONGTYPE for a key of another type, or an
 * error if the number of values, from argument `first` on, is not that of the fields. */
void hash_import(struct request *rq, size_t at, const struct hash_fieldset *set, size_t first,
                 struct reply *out);

#endif
