/* list_edit.c - changes in the middle of a list: inserting splits a full node, removing drops empty
 * ones and puts small neighbours together. */
#include "core/base/check.h"
#include "core/base/mem.h"
#include "types/list/list.h"
#include "types/list/list_internal.h"

/* --- Splitting and merging. */

/* Parts node `n` before its element `at`, which is neither its first nor its end. */
static void split(struct list *list, size_t n, size_t at)
{
    struct list_node *left = list_node(list, n), *right;
    struct listpack *pack = listpack_new(listpack_bytes(left->pack) - at);
    uint32_t moved;

    listpack_append_range(&pack, left->pack, at, LISTPACK_END);
    moved = (uint32_t)listpack_count(pack);
    listpack_remove(&left->pack, at, moved);
    left->count -= moved;
    right = list_open(list, n + 1);
    *right = (struct list_node){.pack = pack, .count = moved, .kind = NODE_PACK};
}

/* Puts nodes `n` and `n` + 1 together if they leave a quarter of a node free, so that the next
 * insertion does not part them again. False if there are no such nodes. */
static bool merge(struct list *list, size_t n, const struct list_limit *limit)
{
    struct list_node *left, *right;

    if (list->only.kind != NODE_RING || n + 1 >= list->only.ring->used)
        return false;
    left = list_node(list, n);
    right = list_node(list, n + 1);
    if (left->kind != NODE_PACK || right->kind != NODE_PACK ||
        (size_t)left->count + right->count > limit->count - limit->count / 4 ||
        listpack_bytes(left->pack) + listpack_bytes(right->pack) > limit->bytes / 4 * 3)
        return false;
    listpack_append_range(&left->pack, right->pack, listpack_first(right->pack), LISTPACK_END);
    left->count += right->count;
    list_node_free(right);
    list_close(list, n + 1, 1);
    return true;
}

/* Node `n` has changed: it may go together with either neighbour. */
static void merge_around(struct list *list, size_t n, const struct list_limit *limit)
{
    if (n > 0 && merge(list, n - 1, limit))
        n--;
    merge(list, n, limit);
}

/* --- Inserting. */

/* A node of its own for the element, as node `n` of a large list. */
static void insert_node(struct list *list, size_t n, struct span bytes,
                        const struct list_limit *limit)
{
    struct list_node *node = list_open(list, n);

    if (list_is_plain(bytes, limit))
        list_node_set_plain(node, bytes);
    else
        list_node_set_pack(node, bytes);
}

/* Puts the element at the edge of node `n` if there is room; false if there is none, or no node. */
static bool insert_edge(struct list *list, size_t n, enum list_end edge, struct span bytes,
                        const struct list_limit *limit)
{
    struct list_node *node;

    if (n >= list_node_count(list) || list_is_plain(bytes, limit))
        return false;
    node = list_node(list, n);
    if (!list_node_fits(node, list_element_bound(bytes), limit))
        return false;
    if (edge == LIST_HEAD)
        listpack_prepend(&node->pack, bytes);
    else
        listpack_append(&node->pack, bytes);
    node->count++;
    return true;
}

/* Between node `n` - 1 and node `n`: at the edge of one of them, or in a node of its own. */
static void insert_between(struct list *list, size_t n, struct span bytes,
                           const struct list_limit *limit)
{
    if (n > 0 && insert_edge(list, n - 1, LIST_TAIL, bytes, limit))
        return;
    if (insert_edge(list, n, LIST_HEAD, bytes, limit))
        return;
    insert_node(list, n, bytes, limit);
}

/* Before element `at` of node `n`, a pack; LISTPACK_END: behind the last one. */
static void insert_at(struct list *list, size_t n, size_t at, struct span bytes,
                      const struct list_limit *limit)
{
    struct list_node *node = list_node(list, n);
    bool plain = list_is_plain(bytes, limit);

    if (!plain && list_node_fits(node, list_element_bound(bytes), limit)) {
        listpack_insert(&node->pack, at, bytes);
        node->count++;
    } else {
        list_enlarge(list);
        if (at == LISTPACK_END) {
            insert_between(list, n + 1, bytes, limit);
        } else if (at == listpack_first(list_node(list, n)->pack)) {
            insert_between(list, n, bytes, limit);
        } else {
            split(list, n, at);
            insert_between(list, n + 1, bytes, limit);
            merge_around(list, n, limit);
        }
    }
    list_adjust(list, 1);
}

void list_insert(struct list *list, const struct list_place *place, bool after, struct span bytes,
                 const struct settings *settings)
{
    struct list_limit limit = list_limit_of(settings);
    const struct list_node *node = list_node(list, place->node);

    if (node->kind == NODE_PLAIN) {
        insert_between(list, place->node + (after ? 1 : 0), bytes, &limit);
        list_adjust(list, 1);
        return;
    }
    insert_at(list, place->node, after ? listpack_next(node->pack, place->at) : place->at, bytes,
              &limit);
}

/* --- Replacing. */

/* Bytes of an element in its pack. */
static size_t size_at(const struct listpack *pack, size_t at)
{
    size_t next = listpack_next(pack, at);

    return (next == LISTPACK_END ? listpack_bytes(pack) - 1 : next) - at;
}

/* A node of one element becomes a node of another one. */
static void replace_node(struct list *list, size_t n, struct span bytes,
                         const struct list_limit *limit)
{
    struct list_node *node;

    if (list_is_plain(bytes, limit)) {
        list_enlarge(list);
        node = list_node(list, n);
        list_node_free(node);
        list_node_set_plain(node, bytes);
        return;
    }
    node = list_node(list, n);
    list_node_free(node);
    list_node_set_pack(node, bytes);
    merge_around(list, n, limit);
}

void list_replace(struct list *list, const struct list_place *place, struct span bytes,
                  const struct settings *settings)
{
    struct list_limit limit = list_limit_of(settings);
    struct list_node *node = list_node(list, place->node);

    if (node->count == 1) {
        replace_node(list, place->node, bytes, &limit);
    } else if (!list_is_plain(bytes, &limit) && listpack_bytes(node->pack) -
                                                        size_at(node->pack, place->at) +
                                                        list_element_bound(bytes) <=
                                                    limit.bytes) {
        listpack_replace(&node->pack, place->at, bytes);
    } else {
        size_t at;

        list_enlarge(list);
        node = list_node(list, place->node);
        at = listpack_remove(&node->pack, place->at, 1);
        node->count--;
        list_adjust(list, -1);
        insert_at(list, place->node, at, bytes, &limit);
    }
    list_shrink(list, &limit);
}

/* --- Removing. */

/* Removes elements of one node, which is not left empty. */
static void trim_node(struct list *list, size_t n, size_t offset, size_t count)
{
    struct list_node *node = list_node(list, n);

    CHECK(node->kind == NODE_PACK && count < node->count);
    listpack_remove(&node->pack, listpack_seek(node->pack, (int64_t)offset), count);
    node->count -= (uint32_t)count;
}

/* Removes as many whole nodes from `n` on as `count` elements fill; returns the elements left over.
 */
static size_t drop_nodes(struct list *list, size_t n, size_t count)
{
    size_t end = n, nodes = list_node_count(list);

    while (end < nodes && count > 0 && list_node(list, end)->count <= count) {
        count -= list_node(list, end)->count;
        list_node_free(list_node(list, end));
        end++;
    }
    if (list->only.kind == NODE_RING && end > n)
        list_close(list, n, end - n);
    return count;
}

void list_remove(struct list *list, size_t index, size_t count, const struct settings *settings)
{
    struct list_limit limit = list_limit_of(settings);
    size_t n, offset;

    if (count == 0)
        return;
    CHECK(count <= list_count(list) && index <= list_count(list) - count);
    list_locate(list, index, &n, &offset);
    list_adjust(list, -(int64_t)count);
    if (offset > 0) {
        size_t here = list_node(list, n)->count - offset;

        here = count < here ? count : here;
        trim_node(list, n, offset, here);
        count -= here;
        n++;
    }
    count = drop_nodes(list, n, count);
    if (count > 0)
        trim_node(list, n, 0, count);
    merge_around(list, n > 0 ? n - 1 : 0, &limit);
    list_shrink(list, &limit);
}

/* Removes the run of equal elements at `at`, at most `limit`; returns what followed it. */
static size_t remove_run(struct list_node *node, size_t at, const struct listpack_probe *probe,
                         size_t limit, size_t *removed)
{
    size_t count = 1;

    for (size_t next = at; count < limit; count++) {
        next = listpack_next(node->pack, next);
        if (next == LISTPACK_END || !listpack_equal(node->pack, next, probe))
            break;
    }
    *removed += count;
    node->count -= (uint32_t)count;
    return listpack_remove(&node->pack, at, count);
}

static size_t remove_forward(struct list_node *node, const struct listpack_probe *probe,
                             size_t limit)
{
    size_t removed = 0, at = listpack_first(node->pack);

    while (removed < limit && at != LISTPACK_END) {
        at = listpack_find(node->pack, at, probe->bytes, 0);
        if (at != LISTPACK_END)
            at = remove_run(node, at, probe, limit - removed, &removed);
    }
    return removed;
}

static size_t remove_backward(struct list_node *node, const struct listpack_probe *probe,
                              size_t limit)
{
    size_t removed = 0, at = listpack_last(node->pack), before;

    for (; removed < limit && at != LISTPACK_END; at = before) {
        before = listpack_previous(node->pack, at);
        if (!listpack_equal(node->pack, at, probe))
            continue;
        listpack_remove(&node->pack, at, 1);
        node->count--;
        removed++;
    }
    return removed;
}

/* Removes what is equal in one node, which may be left with nothing in it. */
static size_t remove_in_node(struct list_node *node, enum list_end end,
                             const struct listpack_probe *probe, size_t limit)
{
    if (node->kind == NODE_PACK)
        return end == LIST_HEAD ? remove_forward(node, probe, limit)
                                : remove_backward(node, probe, limit);
    if (!span_equal(span_of(node->plain->bytes, node->plain->size), probe->bytes))
        return 0;
    node->count = 0;
    return 1;
}

size_t list_remove_equal(struct list *list, enum list_end end, struct span bytes, size_t limit,
                         const struct settings *settings)
{
    struct list_limit node_limit = list_limit_of(settings);
    size_t left = list_node_count(list), removed = 0;
    size_t n = end == LIST_HEAD ? 0 : left - 1;
    struct listpack_probe probe;

    listpack_probe_init(&probe, bytes);
    limit = limit ? limit : SIZE_MAX;
    /* `n` is the node to look at; `left` of them are, from there towards the other end. */
    for (; left > 0 && removed < limit; left--) {
        struct list_node *node = list_node(list, n);
        size_t here = remove_in_node(node, end, &probe, limit - removed);

        removed += here;
        list_adjust(list, -(int64_t)here);
        if (node->count == 0) {
            list_node_free(node);
            if (list->only.kind == NODE_RING)
                list_close(list, n, 1);
            n -= end == LIST_TAIL;
        } else if (end == LIST_HEAD) {
            n += !(here > 0 && n > 0 && merge(list, n - 1, &node_limit));
        } else {
            if (here > 0)
                merge(list, n, &node_limit);
            n--;
        }
    }
    if (removed > 0) /* the nodes on both sides of where it ended */
        merge_around(list, end == LIST_HEAD && n > 0 ? n - 1 : n + (end == LIST_TAIL), &node_limit);
    list_shrink(list, &node_limit);
    return removed;
}
