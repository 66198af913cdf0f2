/* sort_pattern.h - a pattern of SORT's BY and GET, which leads from an element to a value at
 * another key: the element takes the place of the first '*' in
 *
 *   prefix*postfix          the string at that key
 *   prefix*postfix->field   a field of the hash at that key
 *   #                       the element itself
 *
 * The keys it leads to are known to nobody before the call runs, so all shards must be held. */
#ifndef MS_TYPES_SORT_SORT_PATTERN_H
#define MS_TYPES_SORT_SORT_PATTERN_H

#include "core/bytes/span.h"
#include "core/command/request.h"

#include <stdbool.h>

struct sort_pattern {
    struct span prefix, postfix, field; /* field: data NULL if none */
    bool has_star, is_element;
};

/* `text` is borrowed. Every text is a pattern; one without '*' leads nowhere. */
void sort_pattern_parse(struct sort_pattern *pattern, struct span text);

/* The value for an element; data NULL if there is none, or it is of another type. Borrowed from the
 * keyspace or living in the request's arena. */
struct span sort_pattern_find(struct request *rq, const struct sort_pattern *pattern,
                              struct span element);

#endif
