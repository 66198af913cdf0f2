#include "types/list/list.h"
#include "core/base/check.h"
#include "core/base/mem.h"
#include "types/list/list_internal.h"

#include <string.h>

enum {
    RING_START = 2,       /* nodes */
    COUNTED_BYTES = 8192, /* of a node whose limit is a number of elements */
    SHORT_STRING = 64,    /* bytes of overhead in a listpack: 2 below this, */
    MIDDLE_STRING = 4096, /* 4 below this, */
    LONG_OVERHEAD = 10,   /* 10 above */
    RING_LIMIT = 1 << 30, /* nodes */
};

/* --- Limits. */

struct list_limit list_limit_of(const struct settings *settings)
{
    static const size_t levels[] = {4096, 8192, 16384, 32768, 65536};
    int64_t size = settings->list_max_listpack_size;
    struct list_limit limit = {.bytes = COUNTED_BYTES, .small_bytes = COUNTED_BYTES};

    if (size >= 0) {
        limit.count = size > 0 ? (size_t)size : 1;
        limit.small_count = limit.count / 2;
        return limit;
    }
    limit.bytes = levels[size < -5 ? 4 : -size - 1];
    limit.small_bytes = limit.bytes / 2;
    limit.count = limit.small_count = SIZE_MAX;
    return limit;
}

size_t list_element_bound(struct span bytes)
{
    if (bytes.size < SHORT_STRING)
        return bytes.size + 2;
    return bytes.size + (bytes.size < MIDDLE_STRING ? 4 : LONG_OVERHEAD);
}

bool list_node_fits(const struct list_node *node, size_t bound, const struct list_limit *limit)
{
    return node->kind == NODE_PACK && node->count < limit->count &&
           listpack_bytes(node->pack) + bound <= limit->bytes;
}

/* --- Nodes. */

void list_node_free(struct list_node *node)
{
    if (node->kind == NODE_PLAIN)
        mem_free(node->plain);
    else
        listpack_free(node->pack);
    *node = (struct list_node){.kind = NODE_PACK};
}

void list_node_set_plain(struct list_node *node, struct span bytes)
{
    struct list_plain *plain = mem_alloc(sizeof(*plain) + bytes.size);

    plain->size = bytes.size;
    memcpy(plain->bytes, bytes.data, bytes.size);
    *node = (struct list_node){.plain = plain, .count = 1, .kind = NODE_PLAIN};
}

void list_node_set_pack(struct list_node *node, struct span bytes)
{
    struct listpack *pack = listpack_new(list_element_bound(bytes));

    listpack_append(&pack, bytes);
    *node = (struct list_node){.pack = pack, .count = 1, .kind = NODE_PACK};
}

static void copy_node(struct list_node *to, const struct list_node *from)
{
    if (from->kind == NODE_PLAIN) {
        list_node_set_plain(to, span_of(from->plain->bytes, from->plain->size));
        return;
    }
    *to = *from;
    to->pack = from->pack ? listpack_copy(from->pack) : NULL;
}

static size_t node_memory(const struct list_node *node)
{
    if (node->kind == NODE_PLAIN)
        return mem_size(node->plain);
    return node->pack ? listpack_memory(node->pack) : 0;
}

/* --- The ring. */

static struct list_ring *ring_new(uint32_t capacity)
{
    struct list_ring *ring = mem_alloc(sizeof(*ring) + (size_t)capacity * sizeof(struct list_node));

    *ring = (struct list_ring){.capacity = capacity};
    return ring;
}

static struct list_node *ring_at(struct list_ring *ring, size_t at)
{
    return &ring->nodes[(ring->first + at) & (ring->capacity - 1)];
}

/* Gives the list a ring of another capacity with the same nodes. */
static void ring_resize(struct list *list, uint32_t capacity)
{
    struct list_ring *old = list->only.ring, *ring = ring_new(capacity);

    for (uint32_t i = 0; i < old->used; i++)
        ring->nodes[i] = *ring_at(old, i);
    ring->used = old->used;
    ring->length = old->length;
    mem_free(old);
    list->only.ring = ring;
}

void list_enlarge(struct list *list)
{
    struct list_ring *ring;

    if (list->only.kind == NODE_RING)
        return;
    ring = ring_new(RING_START);
    if (list->only.count > 0) {
        ring->nodes[0] = list->only;
        ring->used = 1;
        ring->length = list->only.count;
    } else {
        listpack_free(list->only.pack);
    }
    list->only = (struct list_node){.ring = ring, .kind = NODE_RING};
}

static void make_small(struct list *list)
{
    struct list_ring *ring = list->only.ring;

    list->only = *ring_at(ring, 0);
    mem_free(ring);
}

void list_shrink(struct list *list, const struct list_limit *limit)
{
    const struct list_node *node;

    if (list->only.kind != NODE_RING || list->only.ring->used != 1)
        return;
    node = list_node(list, 0);
    if (node->kind == NODE_PACK && node->count <= limit->small_count &&
        listpack_bytes(node->pack) <= limit->small_bytes)
        make_small(list);
}

void list_settle(struct list *list, const struct settings *settings)
{
    struct list_limit limit = list_limit_of(settings);

    limit.small_bytes = limit.bytes;
    limit.small_count = limit.count;
    list_shrink(list, &limit);
}

struct list_node *list_open(struct list *list, size_t at)
{
    struct list_ring *ring = list->only.ring;

    if (ring->used == ring->capacity) {
        CHECK(ring->capacity < RING_LIMIT);
        ring_resize(list, ring->capacity * 2);
        ring = list->only.ring;
    }
    if (at < ring->used / 2) {
        ring->first = (ring->first - 1) & (ring->capacity - 1);
        for (size_t i = 0; i < at; i++)
            *ring_at(ring, i) = *ring_at(ring, i + 1);
    } else {
        for (size_t i = ring->used; i > at; i--)
            *ring_at(ring, i) = *ring_at(ring, i - 1);
    }
    ring->used++;
    *ring_at(ring, at) = (struct list_node){.kind = NODE_PACK};
    return ring_at(ring, at);
}

void list_close(struct list *list, size_t at, size_t count)
{
    struct list_ring *ring = list->only.ring;
    size_t behind = ring->used - at - count;

    if (at < behind) {
        for (size_t i = at; i > 0; i--)
            *ring_at(ring, i - 1 + count) = *ring_at(ring, i - 1);
        ring->first = (uint32_t)(ring->first + count) & (ring->capacity - 1);
    } else {
        for (size_t i = 0; i < behind; i++)
            *ring_at(ring, at + i) = *ring_at(ring, at + i + count);
    }
    ring->used -= (uint32_t)count;
    if (ring->capacity > RING_START && ring->used <= ring->capacity / 4) {
        uint32_t capacity = ring->capacity;

        while (capacity > RING_START && ring->used <= capacity / 4)
            capacity /= 2;
        ring_resize(list, capacity);
    }
}

/* --- The list. */

struct list *list_new(void)
{
    return mem_zalloc(sizeof(struct list));
}

void list_free(struct list *list)
{
    size_t nodes;

    if (!list)
        return;
    nodes = list_node_count(list);
    for (size_t i = 0; i < nodes; i++)
        list_node_free(list_node(list, i));
    if (list->only.kind == NODE_RING)
        mem_free(list->only.ring);
    mem_free(list);
}

struct list *list_copy(const struct list *list)
{
    struct list *copy = list_new();
    const struct list_ring *from = list->only.ring;
    struct list_ring *ring;

    if (list->only.kind != NODE_RING) {
        copy_node(&copy->only, &list->only);
        return copy;
    }
    ring = ring_new(from->capacity);
    for (uint32_t i = 0; i < from->used; i++)
        copy_node(&ring->nodes[i], list_node(list, i));
    ring->used = from->used;
    ring->length = from->length;
    copy->only = (struct list_node){.ring = ring, .kind = NODE_RING};
    return copy;
}

size_t list_count(const struct list *list)
{
    return list->only.kind == NODE_RING ? list->only.ring->length : list->only.count;
}

bool list_is_small(const struct list *list)
{
    return list->only.kind != NODE_RING;
}

size_t list_node_count(const struct list *list)
{
    if (list->only.kind == NODE_RING)
        return list->only.ring->used;
    return list->only.pack ? 1 : 0;
}

size_t list_memory(const struct list *list, size_t samples)
{
    size_t nodes = list_node_count(list), sum = 0, taken;

    taken = samples > 0 && samples < nodes ? samples : nodes;
    for (size_t i = 0; i < taken; i++)
        sum += node_memory(list_node(list, i));
    if (taken < nodes)
        sum = (size_t)((double)sum / (double)taken * (double)nodes);
    if (list->only.kind == NODE_RING)
        sum += mem_size(list->only.ring);
    return sum + mem_size(list);
}

struct span list_node_bytes(const struct list *list, size_t at, bool *plain)
{
    const struct list_node *node = list_node(list, at);

    *plain = node->kind == NODE_PLAIN;
    if (*plain)
        return span_of(node->plain->bytes, node->plain->size);
    return listpack_span(node->pack);
}

/* --- The ends. */

void list_expect(struct list *list, size_t count, size_t bytes, const struct settings *settings)
{
    struct list_limit limit;

    if (list->only.kind == NODE_RING)
        return;
    limit = list_limit_of(settings);
    bytes += list->only.pack ? listpack_bytes(list->only.pack) : LISTPACK_OVERHEAD;
    if (bytes > limit.bytes || list->only.count + count > limit.count)
        list_enlarge(list);
}

/* The node that takes an element at an end: the one there, or a fresh one with no pack yet. */
static struct list_node *node_for_push(struct list *list, enum list_end end, size_t bound,
                                       const struct list_limit *limit)
{
    size_t nodes = list_node_count(list);
    struct list_node *node;

    if (nodes > 0) {
        node = list_node(list, end == LIST_HEAD ? 0 : nodes - 1);
        if (list_node_fits(node, bound, limit))
            return node;
    } else if (list->only.kind != NODE_RING) {
        return &list->only;
    }
    list_enlarge(list);
    return list_open(list, end == LIST_HEAD ? 0 : nodes);
}

void list_push(struct list *list, enum list_end end, struct span bytes,
               const struct settings *settings)
{
    struct list_limit limit = list_limit_of(settings);
    struct list_node *node;

    if (list_is_plain(bytes, &limit)) {
        list_enlarge(list);
        node = list_open(list, end == LIST_HEAD ? 0 : list->only.ring->used);
        list_node_set_plain(node, bytes);
    } else {
        node = node_for_push(list, end, list_element_bound(bytes), &limit);
        if (!node->pack) {
            list_node_set_pack(node, bytes);
        } else {
            if (end == LIST_HEAD)
                listpack_prepend(&node->pack, bytes);
            else
                listpack_append(&node->pack, bytes);
            node->count++;
        }
    }
    list_adjust(list, 1);
}

void list_append_take(struct list *list, struct listpack *pack, size_t count,
                      const struct settings *settings)
{
    struct list_limit limit = list_limit_of(settings);
    char scratch[NUM_TEXT_LIMIT];

    CHECK(count > 0);
    if (listpack_bytes(pack) <= limit.bytes && count <= limit.count) {
        list_enlarge(list);
        *list_open(list, list->only.ring->used) =
            (struct list_node){.pack = pack, .count = (uint32_t)count, .kind = NODE_PACK};
        list_adjust(list, (int64_t)count);
        return;
    }
    for (size_t at = listpack_first(pack); at != LISTPACK_END; at = listpack_next(pack, at))
        list_push(list, LIST_TAIL, listpack_text(pack, at, scratch), settings);
    listpack_free(pack);
}

static struct span node_text(const struct list_node *node, size_t at, char *scratch)
{
    if (node->kind == NODE_PLAIN)
        return span_of(node->plain->bytes, node->plain->size);
    return listpack_text(node->pack, at, scratch);
}

static size_t node_edge(const struct list_node *node, enum list_end end)
{
    if (node->kind == NODE_PLAIN)
        return 0;
    return end == LIST_HEAD ? listpack_first(node->pack) : listpack_last(node->pack);
}

struct span list_peek(const struct list *list, enum list_end end, char *scratch)
{
    const struct list_node *node =
        list_node(list, end == LIST_HEAD ? 0 : list_node_count(list) - 1);

    return node_text(node, node_edge(node, end), scratch);
}

void list_drop(struct list *list, enum list_end end, const struct settings *settings)
{
    size_t at = end == LIST_HEAD ? 0 : list_node_count(list) - 1;
    struct list_node *node = list_node(list, at);

    list_adjust(list, -1);
    if (node->count > 1) {
        listpack_remove(&node->pack, node_edge(node, end), 1);
        node->count--;
    } else {
        list_node_free(node);
        if (list->only.kind == NODE_RING)
            list_close(list, at, 1);
    }
    if (list->only.kind == NODE_RING) {
        struct list_limit limit = list_limit_of(settings);

        list_shrink(list, &limit);
    }
}

/* --- Places. */

void list_locate(const struct list *list, size_t index, size_t *node, size_t *offset)
{
    size_t count = list_count(list), at, before;

    if (index < count / 2) {
        before = 0;
        for (at = 0; before + list_node(list, at)->count <= index; at++)
            before += list_node(list, at)->count;
    } else {
        at = list_node_count(list) - 1;
        before = count - list_node(list, at)->count;
        while (before > index)
            before -= list_node(list, --at)->count;
    }
    *node = at;
    *offset = index - before;
}

bool list_seek(const struct list *list, size_t index, struct list_place *place)
{
    const struct list_node *node;
    size_t at, offset;

    if (index >= list_count(list))
        return false;
    list_locate(list, index, &at, &offset);
    node = list_node(list, at);
    place->node = (uint32_t)at;
    place->at = node->kind == NODE_PLAIN ? 0 : listpack_seek(node->pack, (int64_t)offset);
    return true;
}

static bool step(const struct list *list, struct list_place *place, enum list_end towards)
{
    const struct list_node *node = list_node(list, place->node);
    size_t at = LISTPACK_END;

    if (node->kind == NODE_PACK)
        at = towards == LIST_TAIL ? listpack_next(node->pack, place->at)
                                  : listpack_previous(node->pack, place->at);
    if (at != LISTPACK_END) {
        place->at = at;
        return true;
    }
    if (towards == LIST_TAIL ? place->node + 1 == list_node_count(list) : place->node == 0)
        return false;
    place->node += towards == LIST_TAIL ? 1 : UINT32_MAX;
    place->at =
        node_edge(list_node(list, place->node), towards == LIST_TAIL ? LIST_HEAD : LIST_TAIL);
    return true;
}

bool list_next(const struct list *list, struct list_place *place)
{
    return step(list, place, LIST_TAIL);
}

bool list_previous(const struct list *list, struct list_place *place)
{
    return step(list, place, LIST_HEAD);
}

struct span list_text(const struct list *list, const struct list_place *place, char *scratch)
{
    return node_text(list_node(list, place->node), place->at, scratch);
}

bool list_equal(const struct list *list, const struct list_place *place,
                const struct listpack_probe *probe)
{
    const struct list_node *node = list_node(list, place->node);

    if (node->kind == NODE_PLAIN)
        return span_equal(span_of(node->plain->bytes, node->plain->size), probe->bytes);
    return listpack_equal(node->pack, place->at, probe);
}

bool list_run(const struct list *list, struct list_place *place, struct list_run *run)
{
    const struct list_node *node = list_node(list, place->node);

    *run = (struct list_run){.at = place->at};
    if (node->kind == NODE_PLAIN)
        run->plain = span_of(node->plain->bytes, node->plain->size);
    else
        run->pack = node->pack;
    place->node++;
    if (place->node >= list_node_count(list))
        return false;
    place->at = node_edge(list_node(list, place->node), LIST_HEAD);
    return true;
}
