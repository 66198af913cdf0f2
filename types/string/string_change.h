/* string_change.h - what the handlers of string commands have in common when they change a key:
 * the effects they record and the deterministic form in which the change is logged. */
#ifndef MS_TYPES_STRING_STRING_CHANGE_H
#define MS_TYPES_STRING_STRING_CHANGE_H

#include "core/command/reply.h"
#include "core/command/request.h"
#include "storage/keyspace/keyspace.h"
#include "types/string/expiry_option.h"

/* The type at the key before a change; NULL for a missing key. An entry may be gone afterwards, so
 * this is asked first. */
static inline const struct value_type *string_before(const struct entry *entry)
{
    return entry ? entry_type(entry) : NULL;
}

/* Replies the string's bytes. */
void string_reply(const struct entry *entry, struct reply *out);

/* Records that a whole value was written: `event`, and before it whether the key is new, or its
 * value was replaced, or even its type. `before` is string_before of the key as it was. */
void string_written(struct request *rq, struct key key, const struct value_type *before,
                    const char *event);

/* Records that a string was changed in place; `before` tells only whether the key is new. */
void string_edited(struct request *rq, struct key key, const struct value_type *before,
                   const char *event);

/* Makes the key the string `bytes` with the expiry asked for (resolved), with all events. A time
 * that has passed leaves the key missing. Returns true if the key now exists. Logs nothing. */
bool string_put(struct request *rq, struct key key, const struct value_type *before,
                struct span bytes, const struct expiry_option *expiry);

/* Deletes a key whose time is given as past: event "del". */
void string_remove(struct request *rq, struct key key);

/* What is logged instead of the call; each does nothing when nobody reads it. `value` must live as
 * long as the request. SET keeps or sets the expiry as the resolved option says. */
void string_log_set(struct request *rq, struct key key, struct span value,
                    const struct expiry_option *expiry);
void string_log_del(struct request *rq, struct key key);
void string_log_expire(struct request *rq, struct key key, int64_t at_ms);
void string_log_persist(struct request *rq, struct key key);

/* Digits in the arena, for logged calls. */
struct span string_log_number(struct request *rq, int64_t value);

/* False, after writing the error, if a string of `size` + `more` bytes is more than
 * proto-max-bulk-len allows. A replay is not limited. */
bool string_size_fits(const struct request *rq, size_t size, size_t more, struct reply *out);

#endif
