/* list_internal.h - what list.c and list_edit.c share: the ring of nodes. See list.h. */
#ifndef MS_TYPES_LIST_LIST_INTERNAL_H
#define MS_TYPES_LIST_LIST_INTERNAL_H

#include "types/list/list.h"

enum node_kind {
    NODE_PACK = 0,
    NODE_PLAIN, /* one element too large for a pack */
    NODE_RING,  /* never in a ring: the list is large */
};

struct list_plain {
    size_t size;
    char bytes[];
};

struct list_node {
    union {
        struct listpack *pack;
        struct list_plain *plain;
        struct list_ring *ring;
    };
    uint32_t count; /* elements */
    uint32_t kind;
};

/* `used` nodes from nodes[first] on, wrapping. Capacity is a power of two. */
struct list_ring {
    size_t length; /* elements */
    uint32_t capacity, first, used;
    struct list_node nodes[];
};

/* A small list is its only node; its pack is NULL while it is empty. */
struct list {
    struct list_node only;
};

/* What list-max-listpack-size allows a node, and what a large list of one node must be within to
 * become small. */
struct list_limit {
    size_t bytes, count;
    size_t small_bytes, small_count;
};

struct list_limit list_limit_of(const struct settings *settings);

/* True if the element is given a node of its own. */
static inline bool list_is_plain(struct span bytes, const struct list_limit *limit)
{
    return bytes.size > limit->bytes;
}

/* At least what the element takes in a listpack. */
size_t list_element_bound(struct span bytes);

/* True if an element of that bound may be added to the node. */
bool list_node_fits(const struct list_node *node, size_t bound, const struct list_limit *limit);

static inline struct list_node *list_node(const struct list *list, size_t at)
{
    struct list_ring *ring = list->only.ring;

    if (list->only.kind != NODE_RING)
        return (struct list_node *)&list->only;
    return &ring->nodes[(ring->first + at) & (ring->capacity - 1)];
}

/* The node of element `index`, and which of the node's elements it is. */
void list_locate(const struct list *list, size_t index, size_t *node, size_t *offset);

/* Makes the list large, if it is not. */
void list_enlarge(struct list *list);

/* Makes it small, if it is one node and small enough. After removing. */
void list_shrink(struct list *list, const struct list_limit *limit);

/* Room for a node before node `at` of a large list: zeroed, to be filled in. */
struct list_node *list_open(struct list *list, size_t at);

/* Takes `count` nodes from `at` on out of a large list; what they held is freed already. */
void list_close(struct list *list, size_t at, size_t count);

void list_node_free(struct list_node *node);
void list_node_set_plain(struct list_node *node, struct span bytes);
void list_node_set_pack(struct list_node *node, struct span bytes);

/* Elements more or less in a large list; nothing for a small one, whose node counts. */
static inline void list_adjust(struct list *list, int64_t difference)
{
    if (list->only.kind == NODE_RING)
        list->only.ring->length += (size_t)difference;
}

#endif
