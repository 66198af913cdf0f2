/* zset_tree.h - the order of a large zset: a counted B+ tree of pointers to elements.
 *
 * An element is one allocation, shared by the tree and the zset's dict; the tree never frees one.
 * Seeking by score and member, by score alone, by member alone, and by rank are all O(log n), and
 * each gives the rank. The shard of the zset's key must be held. */
#ifndef MS_TYPES_ZSET_ZSET_TREE_H
#define MS_TYPES_ZSET_ZSET_TREE_H

#include "core/bytes/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A member with its score. */
struct zset_element {
    double score;
    uint32_t size;
    char member[];
};

static inline struct span zset_element_member(const struct zset_element *element)
{
    return span_of(element->member, element->size);
}

/* Order of a zset: below 0 if `a` comes first. */
int zset_element_compare(const struct zset_element *a, const struct zset_element *b);

struct zset_node; /* zset_tree.c */

enum {
    ZSET_LEAF_LIMIT = 61 /* 512 bytes */
};

/* The lowest level: elements in order, linked to the neighbours. */
struct zset_leaf {
    uint16_t count, level;
    struct zset_leaf *previous, *next;
    struct zset_element *elements[ZSET_LEAF_LIMIT];
};

/* Embeddable; zeroed is empty. */
struct zset_tree {
    struct zset_node *root; /* NULL: empty */
    size_t count;
    size_t leaves, inners; /* nodes */
    size_t bytes;          /* of their blocks */
};

/* Frees the nodes, not the elements. */
void zset_tree_release(struct zset_tree *tree);

/* Adds an element that is not in yet. */
void zset_tree_add(struct zset_tree *tree, struct zset_element *element);

/* Takes an element out, which must be in. */
void zset_tree_remove(struct zset_tree *tree, const struct zset_element *element);

/* Takes out the element of rank `rank`, which must be in range, and hands it to the caller. */
struct zset_element *zset_tree_remove_at(struct zset_tree *tree, size_t rank);

/* Gives an element another score and its new place. */
void zset_tree_update(struct zset_tree *tree, struct zset_element *element, double score);

/* Fills an empty tree with elements that are in order. O(count). */
void zset_tree_build(struct zset_tree *tree, struct zset_element **elements, size_t count);

/* How many elements come before this one, which must be in. */
size_t zset_tree_rank(const struct zset_tree *tree, const struct zset_element *element);

/* How many elements have a lower score (or that one, with `or_equal`). */
size_t zset_tree_below_score(const struct zset_tree *tree, double score, bool or_equal);

/* How many elements have a lower member; only meaningful where all scores are equal. */
size_t zset_tree_below_member(const struct zset_tree *tree, struct span member, bool or_equal);

/* The leaf with the element of rank `rank` and its index there; the rank must be in range. */
const struct zset_leaf *zset_tree_at(const struct zset_tree *tree, size_t rank, size_t *at);

/* Bytes of the nodes. */
size_t zset_tree_memory(const struct zset_tree *tree);

/* CHECKs order, counts, links and separators. O(n); for tests. */
void zset_tree_verify(const struct zset_tree *tree);

#endif
