/* zset_internal.h - what a zset is made of, for the files of this folder. */
#ifndef MS_TYPES_ZSET_ZSET_INTERNAL_H
#define MS_TYPES_ZSET_ZSET_INTERNAL_H

#include "core/dict/dict.h"
#include "core/packed/listpack.h"
#include "types/zset/zset.h"
#include "types/zset/zset_tree.h"

struct zset_index {
    struct dict dict;      /* owns the elements */
    struct zset_tree tree; /* has the same ones, but while a zset_gather collects */
    size_t element_bytes;  /* of the elements' blocks */
};

/* Exactly one of the two is there. */
struct zset {
    struct listpack *pack;
    struct zset_index *index;
};

/* Takes over a listpack that has been checked. */
struct zset *zset_new_take(struct listpack *pack);

/* True if an element of that many bytes may be in a small zset of `count` elements. */
bool zset_fits_small(size_t count, size_t size, const struct settings *settings);

#endif
