/* list.h - the list at a key: packed nodes (core/packed/listpack.h) in a deque.
 *
 *   small:  list -> one listpack                    OBJECT ENCODING listpack
 *   large:  list -> ring of nodes -> listpacks      OBJECT ENCODING quicklist
 *
 * A node of the ring is 16 bytes: a listpack with its count, or one element too large for a
 * listpack, alone. How large a node gets is list-max-listpack-size: bytes if it is negative,
 * elements (and at most 8 KiB) if it is positive. A small list becomes large when it would outgrow
 * one node, and small again when it is one node and half of that.
 *
 * Costs, with n nodes: the ends O(1), and a node's bytes are moved; an index walks the counts in
 * the ring from the nearer end (16 bytes a node, one after the other in memory: 10,000 nodes are
 * 160 KiB), then at most half a node; inserting and removing in the middle splits, drops and merges
 * nodes, and moves the shorter side of the ring when their number changes.
 *
 * The shard of its key must be held. Indexes are from 0 and must be in range unless said. Elements
 * given to a function are copied and may not lie inside the same list. */
#ifndef MS_TYPES_LIST_LIST_H
#define MS_TYPES_LIST_LIST_H

#include "core/bytes/span.h"
#include "core/command/settings.h"
#include "core/packed/listpack.h"
#include "storage/keyspace/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct list;

extern const struct value_type list_type;

enum list_end {
    LIST_HEAD, /* LEFT */
    LIST_TAIL, /* RIGHT */
};

struct list *list_new(void);
void list_free(struct list *list);
struct list *list_copy(const struct list *list);

/* Elements. O(1). */
size_t list_count(const struct list *list);

/* True while the list is one listpack and nothing else. */
bool list_is_small(const struct list *list);

/* Nodes, for tests and the effort of freeing. */
size_t list_node_count(const struct list *list);

/* Bytes of all blocks; from `samples` nodes if it is not 0. */
size_t list_memory(const struct list *list, size_t samples);

/* --- The ends. */

/* Tells that `count` elements of `bytes` bytes together are about to be added: a small list that
 * would outgrow its node becomes large at once, as Redis decides it. Not calling it is harmless. */
void list_expect(struct list *list, size_t count, size_t bytes, const struct settings *settings);

void list_push(struct list *list, enum list_end end, struct span bytes,
               const struct settings *settings);

/* The element at an end of a list that is not empty; an integer's text is written to `scratch`
 * (NUM_TEXT_LIMIT bytes), other bytes are borrowed from the list. */
struct span list_peek(const struct list *list, enum list_end end, char *scratch);

/* Removes the element at an end of a list that is not empty. */
void list_drop(struct list *list, enum list_end end, const struct settings *settings);

/* --- Places. One is good until the next change. */

struct list_place {
    uint32_t node;
    size_t at; /* in its listpack */
};

/* The place of element `index`; false if there is none. O(nodes), see above. */
bool list_seek(const struct list *list, size_t index, struct list_place *place);
/* Steps to a neighbour; false at the end, with the place unchanged. O(1). */
bool list_next(const struct list *list, struct list_place *place);
bool list_previous(const struct list *list, struct list_place *place);
/* The element, as list_peek. */
struct span list_text(const struct list *list, const struct list_place *place, char *scratch);
bool list_equal(const struct list *list, const struct list_place *place,
                const struct listpack_probe *probe);

/* Elements that lie together, for tight loops: those of `pack` from `at` to its end; or, with
 * `pack` NULL, the one element `plain`. */
struct list_run {
    const struct listpack *pack;
    size_t at;
    struct span plain;
};
/* The run that begins at `place`, which steps past it. False if that was the last one. */
bool list_run(const struct list *list, struct list_place *place, struct list_run *run);

/* --- The middle. */

/* Puts an element before or after the one at `place`. */
void list_insert(struct list *list, const struct list_place *place, bool after, struct span bytes,
                 const struct settings *settings);

void list_replace(struct list *list, const struct list_place *place, struct span bytes,
                  const struct settings *settings);

/* Removes `count` elements from `index` on; all must be there. */
void list_remove(struct list *list, size_t index, size_t count, const struct settings *settings);

/* Removes elements equal to `bytes`, at most `limit` (0: all), beginning at `end`. Returns how
 * many. */
size_t list_remove_equal(struct list *list, enum list_end end, struct span bytes, size_t limit,
                         const struct settings *settings);

/* --- For list_rdb.c. */

/* Node `at` of list_node_count: its bytes, and whether it is an element alone. */
struct span list_node_bytes(const struct list *list, size_t at, bool *plain);

/* Appends a listpack of `count` elements, at least one, as a node of its own if it is of a size
 * that the settings allow, else element by element. Takes over `pack`. */
void list_append_take(struct list *list, struct listpack *pack, size_t count,
                      const struct settings *settings);

/* Makes a list of one node small if the settings allow it. After loading. */
void list_settle(struct list *list, const struct settings *settings);

#endif
