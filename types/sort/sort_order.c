/* Items that nobody will see are only told from those that somebody will: quickselect (Hoare 1961)
 * with pivots by chance finds the ends of the range, and what is between them is sorted. */
#include "types/sort/sort_order.h"

#include "core/base/error.h"
#include "core/hash/random.h"
#include "core/num/num.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>

int sort_order_score(struct span text, double *score)
{
    *score = 0;
    if (text.size == 0)
        return 0;
    while (text.size > 0 && isspace((unsigned char)*text.data)) {
        text.data++;
        text.size--;
    }
    return text.size == 0 ? ERR_SYNTAX : num_parse_double(text, score);
}

static int compare_texts(struct span a, struct span b)
{
    if (!a.data || !b.data)
        return (a.data != NULL) - (b.data != NULL);
    return span_compare(a, b);
}

static int compare(const void *left, const void *right, void *context)
{
    const struct sort_item *a = left, *b = right;
    const struct sort_order *order = context;
    int result;

    if (order->alpha) {
        result = compare_texts(a->text, b->text);
        if (result == 0 && order->by_index)
            return a->index < b->index ? -1 : a->index > b->index;
    } else {
        result = a->score < b->score ? -1 : a->score > b->score;
    }
    if (result == 0)
        result = span_compare(a->element, b->element);
    if (result == 0)
        return a->index < b->index ? -1 : a->index > b->index;
    return order->descending ? -result : result;
}

static void swap(struct sort_item *a, struct sort_item *b)
{
    struct sort_item kept = *a;

    *a = *b;
    *b = kept;
}

/* Moves the `at` lowest items to the front. No two items are equal: their indexes differ. */
static void select_lowest(const struct sort_order *order, struct random *random,
                          struct sort_item *items, size_t count, size_t at)
{
    size_t low = 0, high = count; /* the boundary is somewhere between */

    while (high - low > 1) {
        size_t boundary = low;

        swap(&items[low + random_below(random, high - low)], &items[high - 1]);
        for (size_t i = low; i < high - 1; i++)
            if (compare(&items[i], &items[high - 1], (void *)(uintptr_t)order) < 0)
                swap(&items[i], &items[boundary++]);
        swap(&items[boundary], &items[high - 1]);
        if (boundary >= at)
            high = boundary;
        else
            low = boundary + 1;
        if (at <= low || at >= high)
            return;
    }
}

void sort_order_apply(const struct sort_order *order, struct random *random,
                      struct sort_item *items, size_t count, size_t begin, size_t end)
{
    if (end < count)
        select_lowest(order, random, items, count, end);
    if (begin > 0)
        select_lowest(order, random, items, end, begin);
    if (end > begin)
        qsort_r(items + begin, end - begin, sizeof(*items), compare, (void *)(uintptr_t)order);
}
