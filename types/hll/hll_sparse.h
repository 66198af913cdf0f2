/* hll_sparse.h - the sparse registers of a HyperLogLog: runs of equal ones, in order, which
 * together make exactly 16384. A run is
 *
 *     00nnnnnn            n + 1 zeros
 *     01nnnnnn nnnnnnnn   n + 1 zeros
 *     1vvvvvnn            n + 1 registers of value v + 1
 *
 * Which of the forms is taken, and which neighbours become one run, is settled to the byte, so that
 * two servers that see the same elements hold the same string. A value above 32, or a string above
 * hll-sparse-max-bytes, needs dense registers. Damaged runs end every function with ERR_DAMAGED. */
#ifndef MS_TYPES_HLL_HLL_SPARSE_H
#define MS_TYPES_HLL_HLL_SPARSE_H

#include "core/bytes/arena.h"
#include "types/hll/hll.h"

enum hll_run_form {
    HLL_ZEROS,      /* one byte */
    HLL_MANY_ZEROS, /* two bytes */
    HLL_VALUES,     /* one byte */
};

struct hll_run {
    enum hll_run_form form;
    unsigned value; /* 0 for zeros */
    unsigned count; /* registers */
    unsigned size;  /* bytes */
};

/* Reads the run at offset `at` of the string; false if it is not whole, or at the end. */
bool hll_run_read(struct span hll, size_t at, struct hll_run *run);

/* As hll_merge, and the histogram that hll_count needs, added to `histogram`. 0 or ERR_DAMAGED. */
int hll_sparse_merge(struct span hll, uint8_t registers[HLL_REGISTERS]);
int hll_sparse_histogram(struct span hll, uint32_t histogram[HLL_VALUE_LIMIT]);

/* A copy of a HyperLogLog, in the arena, that is changed and then stored as a whole. */
struct hll_edit {
    struct arena *arena;
    unsigned char *bytes;
    size_t size, capacity;
    size_t sparse_limit; /* bytes; above it the registers become dense */
};

/* Starts with a copy of `now`, or with an empty sparse one if that has no bytes. */
void hll_edit_start(struct hll_edit *edit, struct arena *arena, struct span now,
                    int64_t sparse_limit);

/* Raises a register to `value`, at least 1. 1 if it was lower; 0 if not; ERR_DAMAGED. Sparse:
 * O(runs).
 */
int hll_edit_raise(struct hll_edit *edit, unsigned index, unsigned value);

/* Makes the registers dense, if they are not. 0 or ERR_DAMAGED. */
int hll_edit_to_dense(struct hll_edit *edit);

static inline struct span hll_edit_bytes(const struct hll_edit *edit)
{
    return span_of((const char *)edit->bytes, edit->size);
}

#endif
