/* list_args.h - what the handlers of list commands have in common: arguments, the reply of a range,
 * and the effects of adding and removing. */
#ifndef MS_TYPES_LIST_LIST_ARGS_H
#define MS_TYPES_LIST_LIST_ARGS_H

#include "core/command/command.h"
#include "storage/keyspace/keyspace.h"
#include "types/list/list.h"

/* The list at argument `at`: 0 with *list, NULL if the key is missing; or negative after WRONGTYPE.
 */
static inline int list_args_find(struct request *rq, size_t at, enum find_mode mode,
                                 struct list **list, struct reply *out)
{
    void *value;
    int rc = keyspace_find_value(rq, request_key(rq, at), mode, &list_type, &value, out);

    *list = rc == 0 ? value : NULL;
    return rc;
}

/* LEFT or RIGHT in any case; false after a syntax error. */
bool list_args_end(struct span word, enum list_end *end, struct reply *out);

/* A whole number of at least 1, else the error `text`. */
bool list_args_count(struct span word, const char *text, int64_t *count, struct reply *out);

/* Seconds, with a fraction, as a deadline in Unix ms; 0 is for ever. False after an error. */
bool list_args_deadline(struct request *rq, struct span word, int64_t *deadline_ms,
                        struct reply *out);

/* "LEFT" or "RIGHT", for logged calls. */
struct span list_end_word(enum list_end end);

/* Writes `count` elements, all there: from `index` on, or the first that RPOP would give first. The
 * header is the caller's. */
void list_reply_range(const struct list *list, size_t index, size_t count, struct reply *out);
void list_reply_pop(const struct list *list, enum list_end end, size_t count, struct reply *out);

/* Adds an empty list at a key that is missing. */
struct list *list_create(struct request *rq, struct key key);

/* The effects of having added at an end; `fresh` if the key was made for it. */
void list_pushed(struct request *rq, struct key key, enum list_end end, bool fresh);

/* The effects of having removed: `event`, and the key goes if nothing is left in the list. */
void list_removed(struct request *rq, struct key key, struct list *list, const char *event);

/* Removes `count` elements from an end, with the effects of LPOP or RPOP. */
void list_pop(struct request *rq, struct key key, struct list *list, enum list_end end,
              size_t count);

#endif
