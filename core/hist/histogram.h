/* histogram.h - how often values of which size came: buckets that grow with the value, 32 to each
 * doubling, so any percentile is right within about 3%. Fixed size, O(1) to add. The owner guards
 * it. */
#ifndef MS_CORE_HIST_HISTOGRAM_H
#define MS_CORE_HIST_HISTOGRAM_H

#include <stdint.h>

enum {
    HISTOGRAM_SUB_BITS = 5,  /* 32 buckets a doubling */
    HISTOGRAM_MAX_BITS = 42, /* an hour in nanoseconds, and more */
    HISTOGRAM_BUCKETS = (HISTOGRAM_MAX_BITS - HISTOGRAM_SUB_BITS + 1) << HISTOGRAM_SUB_BITS,
};

struct histogram;

struct histogram *histogram_new(void);
void histogram_free(struct histogram *histogram); /* NULL is allowed */
void histogram_reset(struct histogram *histogram);

/* Values above the largest bucket count in it. */
void histogram_add(struct histogram *histogram, uint64_t value);

/* Adds all of `from` to `to`. */
void histogram_merge(struct histogram *to, const struct histogram *from);

uint64_t histogram_count(const struct histogram *histogram);
uint64_t histogram_max(const struct histogram *histogram);

/* How many values are below `end`, which must be a power of two: then the answer is exact. */
uint64_t histogram_count_below(const struct histogram *histogram, uint64_t end);
double histogram_mean(const struct histogram *histogram);

/* The value that `percent` (0 .. 100) of all values do not exceed: the largest value of its bucket,
 * and never above the maximum. 0 when empty. */
uint64_t histogram_percentile(const struct histogram *histogram, double percent);

#endif
