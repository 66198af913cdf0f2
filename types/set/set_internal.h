/* set_internal.h - what a set is made of, for the files of this folder that go through it. */
#ifndef MS_TYPES_SET_SET_INTERNAL_H
#define MS_TYPES_SET_SET_INTERNAL_H

#include "core/dict/dict.h"
#include "core/packed/intset.h"
#include "core/packed/listpack.h"
#include "types/set/set.h"

struct set {
    union {
        struct intset *integers;
        struct listpack *list;
        struct dict *members;
    };
    enum set_encoding encoding;
};

/* A member of a hashtable: one allocation of
 *
 *   | size 1 | bytes |        or from 255 bytes on        | 255 | size 4 | bytes |
 */
struct set_member;

struct span set_member_bytes(const void *member);

/* Takes the member out of a hashtable and frees it. */
bool set_table_remove(struct set *set, struct span member);

#endif
