/* zset_pack.h - a small sorted set: member, score in turn in one listpack, in order. A score is
 * held as an integer if it is one, else as its shortest text, so the listpack is what RDB files
 * hold. Every call is O(n). A place is that of a member. The shard of the zset's key must be held.
 */
#ifndef MS_TYPES_ZSET_ZSET_PACK_H
#define MS_TYPES_ZSET_ZSET_PACK_H

#include "core/packed/listpack.h"

#include <stdbool.h>
#include <stddef.h>

/* Elements: half of what the listpack holds. */
static inline size_t zset_pack_count(const struct listpack *pack)
{
    return listpack_count(pack) / 2;
}

/* The place of a member, or LISTPACK_END. */
size_t zset_pack_find(const struct listpack *pack, struct span member);

/* The score of the member at a place; NaN if what is there is no number. */
double zset_pack_score(const struct listpack *pack, size_t at);

/* Adds a member that is not in yet at its place in the order. */
void zset_pack_add(struct listpack **pack, struct span member, double score);

/* Appends an element that comes after all others. */
void zset_pack_append(struct listpack **pack, struct span member, double score);

/* How many elements come before a place. */
size_t zset_pack_rank(const struct listpack *pack, size_t at);

/* How many elements are below a score, or below a member; as zset_count_below_*. */
size_t zset_pack_below_score(const struct listpack *pack, double score, bool or_equal);
size_t zset_pack_below_member(const struct listpack *pack, struct span member, bool or_equal);

/* Bytes that an element adds to a listpack at most. */
size_t zset_pack_room(struct span member);

#endif
