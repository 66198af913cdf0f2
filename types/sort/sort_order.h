/* sort_order.h - the order of SORT: by number or by bytes, of the elements or of what stands for
 * them. Owns nothing. */
#ifndef MS_TYPES_SORT_SORT_ORDER_H
#define MS_TYPES_SORT_SORT_ORDER_H

#include "core/bytes/span.h"

#include <stdbool.h>
#include <stddef.h>

struct random;

struct sort_item {
    struct span element;
    union {
        double score;     /* by number */
        struct span text; /* by bytes; data NULL comes before everything */
    };
    size_t index; /* where it was */
};

struct sort_order {
    bool alpha;      /* by bytes */
    bool descending; /* numbers that are equal are ordered by element, and turned around too */
    bool by_index;   /* texts that are equal stay as they were; else they go by element */
};

/* Reads a number as SORT does: blanks before it are allowed, nothing at all is 0. 0 or an error. */
int sort_order_score(struct span text, double *score);

/* Orders `items` so far that those from `begin` to `end` - 1 are what they are in the whole order.
 * O(n + m log m) on average with m of n items wanted. */
void sort_order_apply(const struct sort_order *order, struct random *random,
                      struct sort_item *items, size_t count, size_t begin, size_t end);

#endif
