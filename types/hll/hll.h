/* hll.h - HyperLogLog: how many different elements a set of 16384 registers has seen, kept in a
 * string whose bytes are those of Redis, so that they can be moved between the two.
 *
 *     0      4      5          8              16
 *     +------+------+----------+--------------+------------ - -
 *     | HYLL | enc. | unused   | cached count | registers
 *     +------+------+----------+--------------+------------ - -
 *
 * Encoding 0, dense: 12288 bytes, 6 bits a register, the lowest bits of each byte first. Encoding
 * 1, sparse: runs, see hll_sparse.h. The count is little endian; its highest bit says that it is
 * out of date.
 *
 * An element's hash (MurmurHash64A) gives a register by its low 14 bits, and the place of the
 * lowest set bit among the others, from 1, is what the register is raised to. The count follows
 * from how many registers hold each value, by Otmar Ertl, "New cardinality estimation algorithms
 * for HyperLogLog sketches" (2017), algorithm 6. Strings come from clients, so nothing here trusts
 * them. Any thread. */
#ifndef MS_TYPES_HLL_HLL_H
#define MS_TYPES_HLL_HLL_H

#include "core/bytes/span.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    HLL_INDEX_BITS = 14,
    HLL_REGISTERS = 1 << HLL_INDEX_BITS,
    HLL_HASH_BITS = 64 - HLL_INDEX_BITS,
    HLL_VALUE_BITS = 6,
    HLL_VALUE_LIMIT = 1 << HLL_VALUE_BITS, /* values are 0 .. limit - 1 */
    HLL_HEADER_SIZE = 16,
    HLL_DENSE_SIZE = HLL_HEADER_SIZE + HLL_REGISTERS * HLL_VALUE_BITS / 8,
};

enum hll_encoding {
    HLL_DENSE = 0,
    HLL_SPARSE = 1
};

/* True if the bytes have the header and, if dense, the size of a HyperLogLog. All that follows is
 * only for such bytes. Sparse registers may still be damaged. */
bool hll_is_valid(struct span hll);
enum hll_encoding hll_encoding(struct span hll);
void hll_set_encoding(unsigned char *bytes, enum hll_encoding encoding);

/* The header of an empty one without a valid count. */
void hll_header_init(unsigned char *bytes, enum hll_encoding encoding);

/* The count in the header; false if it is out of date. */
bool hll_cached_count(struct span hll, uint64_t *count);
void hll_cache_count(unsigned char *bytes, uint64_t count);
void hll_forget_count(unsigned char *bytes);

/* Where an element belongs, and what it raises that register to. O(bytes). */
unsigned hll_register_of(struct span element, unsigned *value);

/* One dense register; `bytes` is the whole string. */
unsigned hll_dense_get(const unsigned char *bytes, unsigned index);
void hll_dense_set(unsigned char *bytes, unsigned index, unsigned value);

/* Writes all registers. `bytes` has HLL_DENSE_SIZE bytes; the header is not touched. */
void hll_dense_pack(unsigned char *bytes, const uint8_t registers[HLL_REGISTERS]);

/* Raises `registers` to what `hll` has. 0, or ERR_DAMAGED with some of them raised. */
int hll_merge(struct span hll, uint8_t registers[HLL_REGISTERS]);

/* How many elements it has seen, about. 0 with *count, or ERR_DAMAGED. O(registers); sparse
 * O(runs). */
int hll_count(struct span hll, uint64_t *count);
uint64_t hll_count_registers(const uint8_t registers[HLL_REGISTERS]);

#endif
