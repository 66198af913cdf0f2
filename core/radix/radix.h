/* radix.h - an ordered, counted map from 128-bit keys to pointers: a radix tree over the key's 16
 * bytes, big-endian, with path compression and adaptive nodes, in which every inner node knows the
 * sum of the weights below it. Stream blocks live in one by first id with their number of live
 * entries as weight, so rank, range counts and lag cost O(key bytes), never O(n).
 *
 * The owner guards it: no call locks. Values are the owner's. */
#ifndef MS_CORE_RADIX_RADIX_H
#define MS_CORE_RADIX_RADIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct radix_key {
    uint64_t high, low; /* ordered by high, then low */
};

/* A place in the tree; valid until the tree changes (radix_set_weight does not invalidate it). */
struct radix_leaf {
    struct radix_key key;
    void *value;
    uint64_t weight;
};

struct radix;

struct radix *radix_new(void);

/* Frees the tree; `free_value` (may be NULL) gets each value. O(n), no recursion deeper than 16. */
void radix_free(struct radix *tree, void (*free_value)(void *value));

size_t radix_count(const struct radix *tree);      /* leaves */
size_t radix_node_count(const struct radix *tree); /* inner nodes */
uint64_t radix_weight(const struct radix *tree);   /* sum of all weights */
size_t radix_memory(const struct radix *tree);     /* bytes as allocated, values not counted */

/* 0, or ERR_EXISTS if the key is in; then nothing changes. */
int radix_insert(struct radix *tree, struct radix_key key, void *value, uint64_t weight);

/* Takes the key out; returns its value, NULL if absent. */
void *radix_remove(struct radix *tree, struct radix_key key);

/* The leaf with exactly this key; greatest key <= key; smallest key >= key; first; last. False and
 * *leaf untouched if there is none. */
bool radix_find(const struct radix *tree, struct radix_key key, struct radix_leaf *leaf);
bool radix_floor(const struct radix *tree, struct radix_key key, struct radix_leaf *leaf);
bool radix_ceiling(const struct radix *tree, struct radix_key key, struct radix_leaf *leaf);
bool radix_first(const struct radix *tree, struct radix_leaf *leaf);
bool radix_last(const struct radix *tree, struct radix_leaf *leaf);

/* Neighbours in order: the smallest key above, the greatest below `key` (which need not be in). */
bool radix_next(const struct radix *tree, struct radix_key key, struct radix_leaf *leaf);
bool radix_previous(const struct radix *tree, struct radix_key key, struct radix_leaf *leaf);

/* Changes a leaf's weight; the sums above follow. CHECKs that the key is in. */
void radix_set_weight(struct radix *tree, struct radix_key key, uint64_t weight);

/* Sum of the weights of all keys below `key`. */
uint64_t radix_weight_before(const struct radix *tree, struct radix_key key);

/* The leaf in which the position `rank` (0-based, counted in weight) lies; *before is the weight of
 * all leaves ahead of it. False if rank >= radix_weight(). */
bool radix_at_rank(const struct radix *tree, uint64_t rank, struct radix_leaf *leaf,
                   uint64_t *before);

#endif
