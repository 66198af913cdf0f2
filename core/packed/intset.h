/* intset.h - a sorted array of different integers in one block, in the format Redis calls intset:
 * what small sets of integers are, in memory and in RDB files.
 *
 *   | width 4 | count 4 | integer ... |      little-endian; width is 2, 4 or 8 bytes an integer
 *
 * All integers have the width of the widest; it never narrows again.
 *
 * Whoever changes an intset passes the address of the pointer to it, since the block may move. The
 * owner guards it; no call locks. Cost, with n integers: finding O(log n), changing O(n). */
#ifndef MS_CORE_PACKED_INTSET_H
#define MS_CORE_PACKED_INTSET_H

#include "core/bytes/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct intset;

enum {
    INTSET_COUNT_LIMIT = 1 << 27, /* integers; 1 GiB at the greatest width */
};

struct intset *intset_new(void);
void intset_free(struct intset *set);
struct intset *intset_copy(const struct intset *set);

size_t intset_count(const struct intset *set);

/* The bytes, header included. */
struct span intset_span(const struct intset *set);

/* Bytes the block takes from the allocator. */
size_t intset_memory(const struct intset *set);

/* Integer `at`, the lowest being 0; `at` is below the count. */
int64_t intset_get(const struct intset *set, size_t at);

/* True with its index in *at, which may be NULL. */
bool intset_find(const struct intset *set, int64_t value, size_t *at);

/* True if it is new. CHECKs INTSET_COUNT_LIMIT. */
bool intset_add(struct intset **set, int64_t value);

/* False if it was not there. */
bool intset_remove(struct intset **set, int64_t value);

/* Removes the integers at `count` indexes, which ascend. */
void intset_remove_at(struct intset **set, const size_t *at, size_t count);

/* Checks bytes from outside: size, order, no integer twice. Returns 0 and a copy, or ERR_DAMAGED.
 */
int intset_load(struct span bytes, struct intset **set);

#endif
