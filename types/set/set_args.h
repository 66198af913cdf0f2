/* set_args.h - what the handlers of set commands have in common. */
#ifndef MS_TYPES_SET_SET_ARGS_H
#define MS_TYPES_SET_SET_ARGS_H

#include "core/command/command.h"
#include "storage/keyspace/keyspace.h"
#include "types/set/set.h"

/* The set at argument `at`: 0 with *set, NULL if the key is missing; or negative after WRONGTYPE.
 */
static inline int set_args_find(struct request *rq, size_t at, enum find_mode mode,
                                struct set **set, struct reply *out)
{
    void *value;
    int rc = keyspace_find_value(rq, request_key(rq, at), mode, &set_type, &value, out);

    *set = rc == 0 ? value : NULL;
    return rc;
}

/* Adds an empty set at a key that is missing, with event "new". */
struct set *set_create(struct request *rq, struct key key);

/* The effects of having removed members: `event`, and the key goes if nothing is left in the set.
 */
void set_removed(struct request *rq, struct key key, struct set *set, const char *event);

/* Writes all members, as a set. NULL is an empty set. */
void set_reply_members(const struct set *set, struct reply *out);

#endif
