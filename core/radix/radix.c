/* radix.c - how the tree is laid out.
 *
 *   node: | weight | sample | count, depth | children[capacity] (pointers) | bytes[capacity] |
 *   leaf: | key | value | weight |
 *
 * A node at depth d tells its children apart by byte d of the key; all keys below share the bytes
 * before d. A leaf hangs where its key became unique, so a path is as short as the keys allow. A
 * child pointer with its lowest bit set is a leaf. Children are in byte order.
 *
 * Invariants: a node has at least two children; node->weight is the sum of the weights of the
 * leaves below; node->sample is some leaf below it, by which the shared bytes are known (no prefix
 * is stored). Nothing recurses: a path has at most 16 nodes, kept in an array. */
#include "core/radix/radix.h"
#include "core/base/check.h"
#include "core/base/error.h"
#include "core/base/mem.h"

#include <string.h>

enum {
    KEY_BYTES = 16,
    NODE_FIRST_CAPACITY = 2
};

struct leaf {
    struct radix_key key;
    void *value;
    uint64_t weight;
};

typedef uintptr_t child; /* a node, or a leaf with bit 0 set */

struct node {
    uint64_t weight;
    struct leaf *sample;
    uint16_t count, capacity;
    uint8_t depth;
    child children[]; /* capacity of them, then capacity bytes */
};

struct radix {
    child root; /* 0: empty */
    size_t leaves, nodes, memory;
};

/* A way down: nodes and the position taken in each. */
struct path {
    struct node *nodes[KEY_BYTES];
    int at[KEY_BYTES];
    int length;
};

static inline bool is_leaf(child at)
{
    return at & 1;
}

static inline struct leaf *leaf_of(child at)
{
    return (struct leaf *)(at - 1);
}

static inline struct node *node_of(child at)
{
    return (struct node *)at;
}

static inline child of_leaf(struct leaf *leaf)
{
    return (child)leaf + 1;
}

static inline uint8_t *bytes_of(struct node *node)
{
    return (uint8_t *)(node->children + node->capacity);
}

static inline uint8_t key_byte(const struct radix_key *key, int depth)
{
    uint64_t half = depth < 8 ? key->high : key->low;

    return (uint8_t)(half >> (56 - 8 * (depth & 7)));
}

static inline int key_compare(const struct radix_key *a, const struct radix_key *b)
{
    if (a->high != b->high)
        return a->high < b->high ? -1 : 1;
    return a->low < b->low ? -1 : a->low > b->low;
}

/* The first byte in which two different keys differ. */
static int key_difference(const struct radix_key *a, const struct radix_key *b)
{
    if (a->high != b->high)
        return __builtin_clzll(a->high ^ b->high) / 8;
    return 8 + __builtin_clzll(a->low ^ b->low) / 8;
}

static struct leaf *any_leaf(child at)
{
    return is_leaf(at) ? leaf_of(at) : node_of(at)->sample;
}

static uint64_t weight_of(child at)
{
    return is_leaf(at) ? leaf_of(at)->weight : node_of(at)->weight;
}

static size_t node_size(size_t capacity)
{
    return sizeof(struct node) + capacity * (sizeof(child) + 1);
}

struct radix *radix_new(void)
{
    return mem_zalloc(sizeof(struct radix));
}

static struct node *node_new(struct radix *tree, int depth, size_t capacity)
{
    struct node *node = mem_zalloc(node_size(capacity));

    node->depth = (uint8_t)depth;
    node->capacity = (uint16_t)capacity;
    tree->nodes++;
    tree->memory += mem_size(node);
    return node;
}

static void node_free(struct radix *tree, struct node *node)
{
    tree->nodes--;
    tree->memory -= mem_size(node);
    mem_free(node);
}

void radix_free(struct radix *tree, void (*free_value)(void *value))
{
    struct radix_leaf leaf;

    if (!tree)
        return;
    while (radix_first(tree, &leaf)) {
        void *value = radix_remove(tree, leaf.key);

        if (free_value)
            free_value(value);
    }
    mem_free(tree);
}

size_t radix_count(const struct radix *tree)
{
    return tree->leaves;
}

size_t radix_node_count(const struct radix *tree)
{
    return tree->nodes;
}

uint64_t radix_weight(const struct radix *tree)
{
    return tree->root ? weight_of(tree->root) : 0;
}

size_t radix_memory(const struct radix *tree)
{
    return mem_size(tree) + tree->memory;
}

/* Position of the first child whose byte is not below `byte`. */
static int lower_bound(struct node *node, uint8_t byte)
{
    const uint8_t *bytes = bytes_of(node);
    int low = 0, high = node->count;

    if (high > 0 && bytes[high - 1] < byte) /* appending at the end is the usual case */
        return high;
    while (low < high) {
        int middle = (low + high) / 2;

        if (bytes[middle] < byte)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Position of the child for exactly `byte`, or -1. */
static int find_child(struct node *node, uint8_t byte)
{
    int at = lower_bound(node, byte);

    return at < node->count && bytes_of(node)[at] == byte ? at : -1;
}

/* --- Adding. */

static struct node *node_resize(struct radix *tree, struct node *node, size_t capacity)
{
    struct node *bigger = node_new(tree, node->depth, capacity);

    bigger->weight = node->weight;
    bigger->sample = node->sample;
    bigger->count = node->count;
    memcpy(bigger->children, node->children, node->count * sizeof(child));
    memcpy(bytes_of(bigger), bytes_of(node), node->count);
    node_free(tree, node);
    return bigger;
}

/* Puts a child in; the node may move. */
static struct node *node_insert(struct radix *tree, struct node *node, uint8_t byte, child added)
{
    int at;

    if (node->count == node->capacity) {
        size_t capacity = node->capacity < 16 ? node->capacity * 2u : node->capacity * 3u / 2;

        node = node_resize(tree, node, capacity > 256 ? 256 : capacity);
    }
    at = lower_bound(node, byte);
    memmove(node->children + at + 1, node->children + at,
            (size_t)(node->count - at) * sizeof(child));
    memmove(bytes_of(node) + at + 1, bytes_of(node) + at, (size_t)(node->count - at));
    node->children[at] = added;
    bytes_of(node)[at] = byte;
    node->count++;
    return node;
}

/* Puts a new node between `old` and its parent, telling `old` and the leaf apart. */
static child split(struct radix *tree, child old, struct leaf *leaf, int depth)
{
    struct node *node = node_new(tree, depth, NODE_FIRST_CAPACITY);

    node->weight = weight_of(old) + leaf->weight;
    node->sample = leaf;
    node = node_insert(tree, node, key_byte(&any_leaf(old)->key, depth), old);
    node = node_insert(tree, node, key_byte(&leaf->key, depth), of_leaf(leaf));
    return (child)node;
}

int radix_insert(struct radix *tree, struct radix_key key, void *value, uint64_t weight)
{
    child *link = &tree->root;
    struct leaf *leaf, *nearest;
    int difference;

    /* first the nearest leaf, which tells in which byte the key leaves the tree */
    if (tree->root) {
        child at = tree->root;

        while (!is_leaf(at)) {
            int found = find_child(node_of(at), key_byte(&key, node_of(at)->depth));

            at = found < 0 ? of_leaf(node_of(at)->sample) : node_of(at)->children[found];
        }
        nearest = leaf_of(at);
        if (key_compare(&nearest->key, &key) == 0)
            return ERR_EXISTS;
        difference = key_difference(&nearest->key, &key);
    } else {
        difference = -1;
    }
    leaf = mem_alloc(sizeof(*leaf));
    *leaf = (struct leaf){.key = key, .value = value, .weight = weight};
    tree->leaves++;
    tree->memory += mem_size(leaf);
    while (*link && !is_leaf(*link) && node_of(*link)->depth < difference) {
        struct node *node = node_of(*link);

        node->weight += weight;
        link = &node->children[find_child(node, key_byte(&key, node->depth))];
    }
    if (!*link) {
        *link = of_leaf(leaf);
    } else if (!is_leaf(*link) && node_of(*link)->depth == difference) {
        node_of(*link)->weight += weight;
        *link = (child)node_insert(tree, node_of(*link), key_byte(&key, difference), of_leaf(leaf));
    } else {
        *link = split(tree, *link, leaf, difference);
    }
    return 0;
}

/* --- Removing. */

/* The way to the key's leaf; false if it isn't in. */
static bool descend(const struct radix *tree, struct radix_key key, struct path *path,
                    struct leaf **leaf)
{
    child at = tree->root;

    path->length = 0;
    if (!at)
        return false;
    while (!is_leaf(at)) {
        struct node *node = node_of(at);
        int found = find_child(node, key_byte(&key, node->depth));

        if (found < 0)
            return false;
        path->nodes[path->length] = node;
        path->at[path->length++] = found;
        at = node->children[found];
    }
    *leaf = leaf_of(at);
    return key_compare(&(*leaf)->key, &key) == 0;
}

static child *link_to(struct radix *tree, const struct path *path, int level)
{
    return level == 0 ? &tree->root : &path->nodes[level - 1]->children[path->at[level - 1]];
}

static void node_take(struct node *node, int at)
{
    memmove(node->children + at, node->children + at + 1,
            (size_t)(node->count - at - 1) * sizeof(child));
    memmove(bytes_of(node) + at, bytes_of(node) + at + 1, (size_t)(node->count - at - 1));
    node->count--;
}

void *radix_remove(struct radix *tree, struct radix_key key)
{
    struct path path;
    struct leaf *leaf;
    struct node *last;
    void *value;

    if (!descend(tree, key, &path, &leaf))
        return NULL;
    value = leaf->value;
    if (path.length == 0) {
        tree->root = 0;
    } else {
        last = path.nodes[path.length - 1];
        node_take(last, path.at[path.length - 1]);
        if (last->count == 1) { /* its only child takes its place */
            *link_to(tree, &path, path.length - 1) = last->children[0];
            path.length--;
            node_free(tree, last);
        } else if (last->capacity > NODE_FIRST_CAPACITY && last->count <= last->capacity / 4) {
            child *link = link_to(tree, &path, path.length - 1);

            path.nodes[path.length - 1] = node_resize(tree, last, last->capacity / 2u);
            *link = (child)path.nodes[path.length - 1];
        }
    }
    for (int level = path.length - 1; level >= 0; level--) {
        struct node *node = path.nodes[level];

        node->weight -= leaf->weight;
        if (node->sample == leaf)
            node->sample = any_leaf(node->children[0]);
    }
    tree->leaves--;
    tree->memory -= mem_size(leaf);
    mem_free(leaf);
    return value;
}

/* --- Looking. */

static void show(const struct leaf *from, struct radix_leaf *leaf)
{
    *leaf = (struct radix_leaf){.key = from->key, .value = from->value, .weight = from->weight};
}

static const struct leaf *lowest(child at)
{
    while (!is_leaf(at))
        at = node_of(at)->children[0];
    return leaf_of(at);
}

static const struct leaf *highest(child at)
{
    while (!is_leaf(at))
        at = node_of(at)->children[node_of(at)->count - 1];
    return leaf_of(at);
}

bool radix_find(const struct radix *tree, struct radix_key key, struct radix_leaf *leaf)
{
    child at = tree->root;

    if (!at)
        return false;
    while (!is_leaf(at)) {
        int found = find_child(node_of(at), key_byte(&key, node_of(at)->depth));

        if (found < 0)
            return false;
        at = node_of(at)->children[found];
    }
    if (key_compare(&leaf_of(at)->key, &key) != 0)
        return false;
    show(leaf_of(at), leaf);
    return true;
}

/* How the key stands to all keys below the node: -1 it is below them, 1 above, 0 it shares the
 * bytes before the node's own. */
static int key_against(const struct radix_key *key, const struct node *node)
{
    const struct radix_key *sample = &node->sample->key;

    if (key_compare(key, sample) == 0 || key_difference(key, sample) >= node->depth)
        return 0;
    return key_compare(key, sample);
}

bool radix_floor(const struct radix *tree, struct radix_key key, struct radix_leaf *leaf)
{
    child at = tree->root, below = 0; /* the nearest subtree known to be all below the key */

    while (at && !is_leaf(at)) {
        struct node *node = node_of(at);
        int side = key_against(&key, node);
        int found;

        if (side != 0) {
            if (side > 0)
                below = at;
            at = 0;
            break;
        }
        found = lower_bound(node, key_byte(&key, node->depth));
        if (found > 0)
            below = node->children[found - 1];
        if (found == node->count || bytes_of(node)[found] != key_byte(&key, node->depth)) {
            at = 0;
            break;
        }
        at = node->children[found];
    }
    if (at && key_compare(&leaf_of(at)->key, &key) <= 0)
        below = at;
    if (!below)
        return false;
    show(highest(below), leaf);
    return true;
}

bool radix_ceiling(const struct radix *tree, struct radix_key key, struct radix_leaf *leaf)
{
    child at = tree->root, above = 0;

    while (at && !is_leaf(at)) {
        struct node *node = node_of(at);
        int side = key_against(&key, node);
        int found;

        if (side != 0) {
            if (side < 0)
                above = at;
            at = 0;
            break;
        }
        found = lower_bound(node, key_byte(&key, node->depth));
        if (found == node->count) {
            at = 0;
            break;
        }
        if (bytes_of(node)[found] != key_byte(&key, node->depth)) {
            above = node->children[found];
            at = 0;
            break;
        }
        if (found + 1 < node->count)
            above = node->children[found + 1];
        at = node->children[found];
    }
    if (at && key_compare(&leaf_of(at)->key, &key) >= 0)
        above = at;
    if (!above)
        return false;
    show(lowest(above), leaf);
    return true;
}

bool radix_first(const struct radix *tree, struct radix_leaf *leaf)
{
    if (!tree->root)
        return false;
    show(lowest(tree->root), leaf);
    return true;
}

bool radix_last(const struct radix *tree, struct radix_leaf *leaf)
{
    if (!tree->root)
        return false;
    show(highest(tree->root), leaf);
    return true;
}

bool radix_next(const struct radix *tree, struct radix_key key, struct radix_leaf *leaf)
{
    key.low++;
    if (key.low == 0 && ++key.high == 0)
        return false;
    return radix_ceiling(tree, key, leaf);
}

bool radix_previous(const struct radix *tree, struct radix_key key, struct radix_leaf *leaf)
{
    if (key.low == 0 && key.high == 0)
        return false;
    if (key.low-- == 0)
        key.high--;
    return radix_floor(tree, key, leaf);
}

/* --- Weights. */

void radix_set_weight(struct radix *tree, struct radix_key key, uint64_t weight)
{
    struct path path;
    struct leaf *leaf;

    CHECK(descend(tree, key, &path, &leaf));
    for (int level = 0; level < path.length; level++)
        path.nodes[level]->weight += weight - leaf->weight;
    leaf->weight = weight;
}

uint64_t radix_weight_before(const struct radix *tree, struct radix_key key)
{
    child at = tree->root;
    uint64_t sum = 0;

    while (at && !is_leaf(at)) {
        struct node *node = node_of(at);
        int side = key_against(&key, node);
        int found;

        if (side != 0)
            return side > 0 ? sum + node->weight : sum;
        found = lower_bound(node, key_byte(&key, node->depth));
        for (int i = 0; i < found; i++)
            sum += weight_of(node->children[i]);
        if (found == node->count || bytes_of(node)[found] != key_byte(&key, node->depth))
            return sum;
        at = node->children[found];
    }
    if (at && key_compare(&leaf_of(at)->key, &key) < 0)
        sum += leaf_of(at)->weight;
    return sum;
}

bool radix_at_rank(const struct radix *tree, uint64_t rank, struct radix_leaf *leaf,
                   uint64_t *before)
{
    child at = tree->root;
    uint64_t sum = 0;

    if (rank >= radix_weight(tree))
        return false;
    while (!is_leaf(at)) {
        struct node *node = node_of(at);
        int i = 0;

        while (sum + weight_of(node->children[i]) <= rank)
            sum += weight_of(node->children[i++]);
        at = node->children[i];
    }
    *before = sum;
    show(leaf_of(at), leaf);
    return true;
}
