/* Nodes of level 0 are leaves with up to 61 elements; those above have up to 31 children, and for
 * each the number of elements below it, and its first element with that one's score:
 *
 *   inner:  scores | firsts | children | counts          scores lie together, so choosing a child
 *              \ /                                        reads elements only where scores tie
 *   leaf:   element element element ... <-> neighbours
 *
 * Invariants
 * 1. firsts[i] is the first element in child i, scores[i] its score, counts[i] how many there are.
 * 2. No node but an empty root has no entries; all leaves have level 0 and the same depth.
 * 3. After a removal, two neighbouring children of the touched nodes have together more than 3/4 of
 *    a node's room: less is merged. Splitting halves a node, so a merge needs a quarter of a node
 *    of removals first. Splitting at either end of the whole tree leaves the full node full, since
 *    scores often come in order.
 *
 * Positions. Everything looks for the boundary between elements "below" a target and the others;
 * the path to it goes through the last child whose first element is below. */
#include "types/zset/zset_tree.h"
#include "core/base/check.h"
#include "core/base/mem.h"

enum {
    LEAF_LIMIT = ZSET_LEAF_LIMIT,
    INNER_LIMIT = 31, /* 1000 bytes */
    MERGE_LEAF = LEAF_LIMIT * 3 / 4,
    MERGE_INNER = INNER_LIMIT * 3 / 4,
    DEPTH_LIMIT = 16, /* inner nodes above a leaf; 2^64 elements need less */
};

/* What leaf and inner begin with. */
struct zset_node {
    uint16_t count, level;
};

struct inner {
    uint16_t count, level;
    double scores[INNER_LIMIT];
    const struct zset_element *firsts[INNER_LIMIT];
    struct zset_node *children[INNER_LIMIT];
    size_t counts[INNER_LIMIT];
};

/* From the root down to a boundary in a leaf. */
struct path {
    struct inner *inner[DEPTH_LIMIT];
    unsigned at[DEPTH_LIMIT];
    unsigned depth;
    struct zset_leaf *leaf;
    unsigned index;
    size_t rank; /* elements before the boundary */
};

enum order {
    BY_BOTH,
    BY_SCORE,
    BY_MEMBER
};

struct target {
    enum order order;
    bool or_equal; /* what equals the target counts as below */
    double score;
    struct span member;
};

static struct zset_leaf *as_leaf(struct zset_node *node)
{
    return (struct zset_leaf *)node;
}

static struct inner *as_inner(struct zset_node *node)
{
    return (struct inner *)node;
}

int zset_element_compare(const struct zset_element *a, const struct zset_element *b)
{
    if (a->score != b->score)
        return a->score < b->score ? -1 : 1;
    return span_compare(zset_element_member(a), zset_element_member(b));
}

static inline bool is_below(const struct target *target, double score,
                            const struct zset_element *element)
{
    int order;

    if (target->order != BY_MEMBER) {
        if (score != target->score)
            return score < target->score;
        if (target->order == BY_SCORE)
            return target->or_equal;
    }
    order = span_compare(zset_element_member(element), target->member);
    return order < 0 || (order == 0 && target->or_equal);
}

/* The last child whose first element is below, or the first child. */
static unsigned choose_child(const struct inner *inner, const struct target *target)
{
    unsigned low = 1, high = inner->count; /* the answer is low - 1 */

    while (low < high) {
        unsigned middle = (low + high) / 2;

        if (is_below(target, inner->scores[middle], inner->firsts[middle]))
            low = middle + 1;
        else
            high = middle;
    }
    return low - 1;
}

static unsigned boundary_in_leaf(const struct zset_leaf *leaf, const struct target *target)
{
    unsigned low = 0, high = leaf->count;

    while (low < high) {
        unsigned middle = (low + high) / 2;

        if (is_below(target, leaf->elements[middle]->score, leaf->elements[middle]))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void seek(const struct zset_tree *tree, const struct target *target, struct path *path)
{
    struct zset_node *node = tree->root;

    path->depth = 0;
    path->rank = 0;
    while (node->level > 0) {
        struct inner *inner = as_inner(node);
        unsigned at = choose_child(inner, target);

        for (unsigned i = 0; i < at; i++)
            path->rank += inner->counts[i];
        path->inner[path->depth] = inner;
        path->at[path->depth++] = at;
        node = inner->children[at];
    }
    path->leaf = as_leaf(node);
    path->index = boundary_in_leaf(path->leaf, target);
    path->rank += path->index;
}

/* The path to an element that is in: `index` is its own. */
static void seek_element(const struct zset_tree *tree, const struct zset_element *element,
                         struct path *path)
{
    struct target target = {.order = BY_BOTH,
                            .or_equal = true,
                            .score = element->score,
                            .member = zset_element_member(element)};

    CHECK(tree->root);
    seek(tree, &target, path);
    CHECK(path->index > 0 && path->leaf->elements[path->index - 1] == element);
    path->index--;
    path->rank--;
}

static void seek_rank(const struct zset_tree *tree, size_t rank, struct path *path)
{
    struct zset_node *node = tree->root;

    CHECK(rank < tree->count);
    path->depth = 0;
    path->rank = rank;
    while (node->level > 0) {
        struct inner *inner = as_inner(node);
        unsigned at = 0;

        while (rank >= inner->counts[at])
            rank -= inner->counts[at++];
        path->inner[path->depth] = inner;
        path->at[path->depth++] = at;
        node = inner->children[at];
    }
    path->leaf = as_leaf(node);
    path->index = (unsigned)rank;
}

static struct zset_leaf *leaf_new(struct zset_tree *tree)
{
    struct zset_leaf *leaf = mem_alloc(sizeof(*leaf));

    leaf->count = leaf->level = 0;
    leaf->previous = leaf->next = NULL;
    tree->leaves++;
    tree->bytes += mem_size(leaf);
    return leaf;
}

static struct inner *inner_new(struct zset_tree *tree, unsigned level)
{
    struct inner *inner = mem_alloc(sizeof(*inner));

    CHECK(level < DEPTH_LIMIT);
    inner->count = 0;
    inner->level = (uint16_t)level;
    tree->inners++;
    tree->bytes += mem_size(inner);
    return inner;
}

static void node_free(struct zset_tree *tree, struct zset_node *node)
{
    if (node->level > 0) {
        tree->inners--;
    } else {
        struct zset_leaf *leaf = as_leaf(node);

        if (leaf->previous)
            leaf->previous->next = leaf->next;
        if (leaf->next)
            leaf->next->previous = leaf->previous;
        tree->leaves--;
    }
    tree->bytes -= mem_size(node);
    mem_free(node);
}

void zset_tree_release(struct zset_tree *tree)
{
    struct inner *inners[DEPTH_LIMIT];
    unsigned at[DEPTH_LIMIT], depth = 0;
    struct zset_node *node = tree->root;

    while (node) {
        while (node->level > 0) {
            inners[depth] = as_inner(node);
            at[depth++] = 0;
            node = as_inner(node)->children[0];
        }
        mem_free(node);
        for (node = NULL; depth > 0 && !node;) {
            struct inner *inner = inners[depth - 1];

            if (++at[depth - 1] < inner->count) {
                node = inner->children[at[depth - 1]];
            } else {
                mem_free(inner);
                depth--;
            }
        }
    }
    *tree = (struct zset_tree){0};
}

/* --- Entries of nodes. */

/* Copies `count` entries between inner nodes or within one. */
static void entries_move(struct inner *to, unsigned to_at, const struct inner *from,
                         unsigned from_at, unsigned count)
{
    memmove(to->scores + to_at, from->scores + from_at, count * sizeof(to->scores[0]));
    memmove(to->firsts + to_at, from->firsts + from_at, count * sizeof(to->firsts[0]));
    memmove(to->children + to_at, from->children + from_at, count * sizeof(to->children[0]));
    memmove(to->counts + to_at, from->counts + from_at, count * sizeof(to->counts[0]));
}

static void set_first(struct inner *inner, unsigned at)
{
    const struct zset_node *child = inner->children[at];
    const struct zset_element *first = child->level > 0
                                           ? ((const struct inner *)child)->firsts[0]
                                           : ((const struct zset_leaf *)child)->elements[0];

    inner->firsts[at] = first;
    inner->scores[at] = first->score;
}

/* Writes entry `at` for a child that has elements. */
static void set_entry(struct inner *inner, unsigned at, struct zset_node *child)
{
    size_t count = child->count;

    if (child->level > 0) {
        count = 0;
        for (unsigned i = 0; i < child->count; i++)
            count += as_inner(child)->counts[i];
    }
    inner->children[at] = child;
    inner->counts[at] = count;
    set_first(inner, at);
}

/* --- Adding. */

/* Where a full node is split: in the middle, but at the ends of the tree so that what is full stays
 * full. */
enum growth {
    GROW_MIDDLE,
    GROW_HEAD,
    GROW_TAIL
};

static unsigned split_at(enum growth growth, unsigned count)
{
    if (growth == GROW_HEAD)
        return 0;
    return growth == GROW_TAIL ? count : count / 2;
}

static void leaf_insert(struct zset_leaf *leaf, unsigned at, struct zset_element *element)
{
    memmove(leaf->elements + at + 1, leaf->elements + at,
            (leaf->count - at) * sizeof(leaf->elements[0]));
    leaf->elements[at] = element;
    leaf->count++;
}

/* Adds to a leaf; returns the new leaf to its right if it had to be split. */
static struct zset_node *leaf_add(struct zset_tree *tree, struct zset_leaf *leaf, unsigned at,
                                  struct zset_element *element, enum growth growth)
{
    struct zset_leaf *right;
    unsigned keep;

    if (leaf->count < LEAF_LIMIT) {
        leaf_insert(leaf, at, element);
        return NULL;
    }
    keep = split_at(growth, LEAF_LIMIT);
    right = leaf_new(tree);
    right->count = (uint16_t)(LEAF_LIMIT - keep);
    memcpy(right->elements, leaf->elements + keep, right->count * sizeof(leaf->elements[0]));
    leaf->count = (uint16_t)keep;
    right->previous = leaf;
    right->next = leaf->next;
    if (right->next)
        right->next->previous = right;
    leaf->next = right;
    if (at > keep || growth == GROW_TAIL)
        leaf_insert(right, at - keep, element);
    else
        leaf_insert(leaf, at, element);
    return (struct zset_node *)right;
}

static void inner_insert(struct inner *inner, unsigned at, struct zset_node *child)
{
    entries_move(inner, at + 1, inner, at, inner->count - at);
    inner->count++;
    set_entry(inner, at, child);
}

/* The same for a child of an inner node. */
static struct zset_node *inner_add(struct zset_tree *tree, struct inner *inner, unsigned at,
                                   struct zset_node *child, enum growth growth)
{
    struct inner *right;
    unsigned keep;

    if (inner->count < INNER_LIMIT) {
        inner_insert(inner, at, child);
        return NULL;
    }
    /* At the head the new child is entry 1: entry 0 stays with it. */
    keep = growth == GROW_HEAD ? 1 : split_at(growth, INNER_LIMIT);
    right = inner_new(tree, inner->level);
    right->count = (uint16_t)(INNER_LIMIT - keep);
    entries_move(right, 0, inner, keep, right->count);
    inner->count = (uint16_t)keep;
    if (at > keep || growth == GROW_TAIL)
        inner_insert(right, at - keep, child);
    else
        inner_insert(inner, at, child);
    return (struct zset_node *)right;
}

static enum growth growth_of(const struct path *path)
{
    const struct zset_leaf *leaf = path->leaf;

    if (!leaf->next && path->index == leaf->count)
        return GROW_TAIL;
    return !leaf->previous && path->index == 0 ? GROW_HEAD : GROW_MIDDLE;
}

void zset_tree_add(struct zset_tree *tree, struct zset_element *element)
{
    struct target target = {
        .order = BY_BOTH, .score = element->score, .member = zset_element_member(element)};
    struct path path;
    struct zset_node *split;
    enum growth growth;

    if (!tree->root)
        tree->root = (struct zset_node *)leaf_new(tree);
    seek(tree, &target, &path);
    growth = growth_of(&path);
    split = leaf_add(tree, path.leaf, path.index, element, growth);
    tree->count++;
    while (path.depth-- > 0) {
        struct inner *inner = path.inner[path.depth];
        unsigned at = path.at[path.depth];

        if (split) {
            set_entry(inner, at, inner->children[at]);
            split = inner_add(tree, inner, at + 1, split, growth);
        } else {
            inner->counts[at]++;
            if (path.rank == 0)
                set_first(inner, at);
        }
    }
    if (split) {
        struct inner *root = inner_new(tree, tree->root->level + 1u);

        root->count = 2;
        set_entry(root, 0, tree->root);
        set_entry(root, 1, split);
        tree->root = (struct zset_node *)root;
    }
}

/* --- Removing. */

/* Appends what `right` has to `left`, its neighbour. */
static void node_merge(struct zset_tree *tree, struct zset_node *left, struct zset_node *right)
{
    if (left->level > 0)
        entries_move(as_inner(left), left->count, as_inner(right), 0, right->count);
    else
        memcpy(as_leaf(left)->elements + left->count, as_leaf(right)->elements,
               right->count * sizeof(as_leaf(left)->elements[0]));
    left->count = (uint16_t)(left->count + right->count);
    node_free(tree, right);
}

static void inner_drop(struct inner *inner, unsigned at)
{
    inner->count--;
    entries_move(inner, at, inner, at + 1, inner->count - at);
}

static bool can_merge(const struct inner *inner, unsigned left)
{
    unsigned sum, limit = inner->level > 1 ? MERGE_INNER : MERGE_LEAF;

    if (left + 1 >= inner->count)
        return false;
    sum = (unsigned)inner->children[left]->count + inner->children[left + 1]->count;
    return sum <= limit;
}

/* Merges child `at`, which has lost something, with a neighbour if both are sparse. */
static void settle_child(struct zset_tree *tree, struct inner *inner, unsigned at)
{
    if (at > 0 && can_merge(inner, at - 1))
        at--;
    else if (!can_merge(inner, at))
        return;
    node_merge(tree, inner->children[at], inner->children[at + 1]);
    inner->counts[at] += inner->counts[at + 1];
    inner_drop(inner, at + 1);
}

/* Takes the element at the path's index out. */
static void remove_at_path(struct zset_tree *tree, struct path *path)
{
    struct zset_leaf *leaf = path->leaf;

    leaf->count--;
    memmove(leaf->elements + path->index, leaf->elements + path->index + 1,
            (leaf->count - path->index) * sizeof(leaf->elements[0]));
    tree->count--;
    while (path->depth-- > 0) {
        struct inner *inner = path->inner[path->depth];
        unsigned at = path->at[path->depth];

        inner->counts[at]--;
        if (inner->children[at]->count == 0) {
            node_free(tree, inner->children[at]);
            inner_drop(inner, at);
        } else {
            if (path->index == 0)
                set_first(inner, at);
            settle_child(tree, inner, at);
        }
    }
    while (tree->root->level > 0 && tree->root->count == 1) {
        struct zset_node *only = as_inner(tree->root)->children[0];

        node_free(tree, tree->root);
        tree->root = only;
    }
    if (tree->count == 0) {
        node_free(tree, tree->root);
        tree->root = NULL;
    }
}

void zset_tree_remove(struct zset_tree *tree, const struct zset_element *element)
{
    struct path path;

    seek_element(tree, element, &path);
    remove_at_path(tree, &path);
}

struct zset_element *zset_tree_remove_at(struct zset_tree *tree, size_t rank)
{
    struct path path;
    struct zset_element *element;

    seek_rank(tree, rank, &path);
    element = path.leaf->elements[path.index];
    remove_at_path(tree, &path);
    return element;
}

/* True if the element stays between its neighbours in its leaf with the score it has now, and is no
 * node's first. */
static bool keeps_place(const struct path *path, const struct zset_element *element)
{
    const struct zset_leaf *leaf = path->leaf;
    unsigned at = path->index;

    if (at == 0 || zset_element_compare(leaf->elements[at - 1], element) >= 0)
        return false;
    if (at + 1 == leaf->count)
        return !leaf->next;
    return zset_element_compare(element, leaf->elements[at + 1]) < 0;
}

void zset_tree_update(struct zset_tree *tree, struct zset_element *element, double score)
{
    struct path path;
    double before = element->score;

    seek_element(tree, element, &path);
    element->score = score;
    if (keeps_place(&path, element))
        return;
    element->score = before;
    remove_at_path(tree, &path);
    element->score = score;
    zset_tree_add(tree, element);
}

/* --- Building. */

void zset_tree_build(struct zset_tree *tree, struct zset_element **elements, size_t count)
{
    CHECK(!tree->root);
    /* In order, so each goes to the tail: nodes get full, and the path is in the cache. */
    for (size_t i = 0; i < count; i++)
        zset_tree_add(tree, elements[i]);
}

/* --- Asking. */

size_t zset_tree_rank(const struct zset_tree *tree, const struct zset_element *element)
{
    struct path path;

    seek_element(tree, element, &path);
    return path.rank;
}

static size_t count_below(const struct zset_tree *tree, const struct target *target)
{
    struct path path;

    if (!tree->root)
        return 0;
    seek(tree, target, &path);
    return path.rank;
}

size_t zset_tree_below_score(const struct zset_tree *tree, double score, bool or_equal)
{
    struct target target = {.order = BY_SCORE, .or_equal = or_equal, .score = score};

    return count_below(tree, &target);
}

size_t zset_tree_below_member(const struct zset_tree *tree, struct span member, bool or_equal)
{
    struct target target = {.order = BY_MEMBER, .or_equal = or_equal, .member = member};

    return count_below(tree, &target);
}

const struct zset_leaf *zset_tree_at(const struct zset_tree *tree, size_t rank, size_t *at)
{
    struct path path;

    seek_rank(tree, rank, &path);
    *at = path.index;
    return path.leaf;
}

size_t zset_tree_memory(const struct zset_tree *tree)
{
    return tree->bytes;
}

/* --- Verifying. */

static void verify_inner(const struct inner *inner)
{
    CHECK(inner->count > 0 && inner->count <= INNER_LIMIT);
    for (unsigned i = 0; i < inner->count; i++) {
        struct zset_node *child = inner->children[i];
        struct inner fresh;

        CHECK(child->level + 1 == inner->level && child->count > 0);
        set_entry(&fresh, 0, child);
        CHECK(fresh.counts[0] == inner->counts[i] && fresh.firsts[0] == inner->firsts[i]);
        CHECK(fresh.scores[0] == inner->scores[i]);
    }
}

void zset_tree_verify(const struct zset_tree *tree)
{
    const struct zset_leaf *before = NULL;
    const struct zset_element *last = NULL;
    const struct inner *checked[DEPTH_LIMIT] = {NULL};
    size_t leaves = 0, inners = 0, at;

    CHECK((tree->root == NULL) == (tree->count == 0));
    for (size_t rank = 0; rank < tree->count; leaves++) {
        struct path path;
        const struct zset_leaf *leaf = zset_tree_at(tree, rank, &at);

        CHECK(at == 0 && leaf->previous == before && leaf->count <= LEAF_LIMIT);
        CHECK(!before || before->next == leaf);
        seek_rank(tree, rank, &path);
        for (unsigned i = 0; i < path.depth; i++) {
            if (path.inner[i] == checked[i])
                continue;
            checked[i] = path.inner[i];
            inners++;
            verify_inner(path.inner[i]);
        }
        for (unsigned i = 0; i < leaf->count; i++) {
            CHECK(!last || zset_element_compare(last, leaf->elements[i]) < 0);
            last = leaf->elements[i];
        }
        rank += leaf->count;
        before = leaf;
    }
    CHECK((!before || !before->next) && leaves == tree->leaves && inners == tree->inners);
}
