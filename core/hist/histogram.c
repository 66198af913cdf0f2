/* histogram.c - bucket of a value: values below 64 have one each; above, the position of the
 * highest bit chooses a row of 32 and the five bits below it the bucket in the row. */
#include "core/hist/histogram.h"
#include "core/base/mem.h"

#include <string.h>

struct histogram {
    uint64_t count, sum, max;
    uint32_t buckets[HISTOGRAM_BUCKETS];
};

struct histogram *histogram_new(void)
{
    return mem_zalloc(sizeof(struct histogram));
}

void histogram_free(struct histogram *histogram)
{
    mem_free(histogram);
}

void histogram_reset(struct histogram *histogram)
{
    memset(histogram, 0, sizeof(*histogram));
}

static unsigned bucket_of(uint64_t value)
{
    unsigned row;

    if (value < 2u << HISTOGRAM_SUB_BITS)
        return (unsigned)value;
    if (value >> HISTOGRAM_MAX_BITS)
        return HISTOGRAM_BUCKETS - 1;
    row = 63u - (unsigned)__builtin_clzll(value) - HISTOGRAM_SUB_BITS;
    return (row << HISTOGRAM_SUB_BITS) + (unsigned)(value >> row);
}

/* The largest value in the bucket. */
static uint64_t upper_edge(unsigned bucket)
{
    unsigned row;

    if (bucket < 2u << HISTOGRAM_SUB_BITS)
        return bucket;
    row = (bucket >> HISTOGRAM_SUB_BITS) - 1;
    return (((uint64_t)(bucket - (row << HISTOGRAM_SUB_BITS)) + 1) << row) - 1;
}

void histogram_add(struct histogram *histogram, uint64_t value)
{
    unsigned bucket = bucket_of(value);

    histogram->count++;
    histogram->sum += value;
    if (value > histogram->max)
        histogram->max = value;
    if (histogram->buckets[bucket] != UINT32_MAX)
        histogram->buckets[bucket]++;
}

void histogram_merge(struct histogram *to, const struct histogram *from)
{
    to->count += from->count;
    to->sum += from->sum;
    if (from->max > to->max)
        to->max = from->max;
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        uint64_t sum = (uint64_t)to->buckets[i] + from->buckets[i];

        to->buckets[i] = sum > UINT32_MAX ? UINT32_MAX : (uint32_t)sum;
    }
}

uint64_t histogram_count(const struct histogram *histogram)
{
    return histogram->count;
}

uint64_t histogram_max(const struct histogram *histogram)
{
    return histogram->max;
}

uint64_t histogram_count_below(const struct histogram *histogram, uint64_t end)
{
    uint64_t count = 0;
    unsigned limit;

    if (end >> HISTOGRAM_MAX_BITS)
        return histogram->count;
    limit = bucket_of(end);
    for (unsigned i = 0; i < limit; i++)
        count += histogram->buckets[i];
    return count;
}

double histogram_mean(const struct histogram *histogram)
{
    return histogram->count ? (double)histogram->sum / (double)histogram->count : 0;
}

uint64_t histogram_percentile(const struct histogram *histogram, double percent)
{
    double wanted = (double)histogram->count * percent / 100;
    uint64_t seen = 0;

    if (histogram->count == 0)
        return 0;
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += histogram->buckets[i];
        if (seen > 0 && (double)seen >= wanted) {
            uint64_t edge = upper_edge(i);

            return edge < histogram->max ? edge : histogram->max;
        }
    }
    return histogram->max;
}
