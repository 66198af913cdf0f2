/* listpack.h - a list of byte strings and integers packed into one block, in the format Redis calls
 * listpack: what small lists, hashes, sets and sorted sets are, in memory and in RDB files.
 *
 *   | bytes 4 | count 2 | element ... | 0xff |      numbers are little-endian
 *   element: encoding with the size or the integer, bytes, size of both written backwards
 *
 * `count` is 65535 when there are more elements than fit it: then counting walks. An element that
 * is the canonical text of a 64-bit integer is held as that integer, and is equal to it.
 *
 * A place is an offset; LISTPACK_END is past the last element. Whoever changes a listpack passes
 * the address of the pointer to it, since the block may move; places before the change stay good,
 * those behind it do not unless said. The owner guards it; no call locks.
 *
 * Source: the format as documented for RDB files (listpack specification, 2017). */
#ifndef MS_CORE_PACKED_LISTPACK_H
#define MS_CORE_PACKED_LISTPACK_H

#include "core/bytes/span.h"
#include "core/num/num.h"

#include <stdbool.h>
#include <stdint.h>

struct listpack;

#define LISTPACK_END ((size_t)0)

enum {
    LISTPACK_OVERHEAD = 7,         /* bytes of an empty one */
    LISTPACK_SIZE_LIMIT = 1 << 30, /* bytes; see listpack_fits */
};

/* An empty one with room for `capacity` bytes of elements. */
struct listpack *listpack_new(size_t capacity);
void listpack_free(struct listpack *list);
struct listpack *listpack_copy(const struct listpack *list);

/* Gives back room that is not in use. */
void listpack_shrink(struct listpack **list);

/* The bytes, header and end included. */
size_t listpack_bytes(const struct listpack *list);
struct span listpack_span(const struct listpack *list);

/* Bytes the block takes from the allocator. */
size_t listpack_memory(const struct listpack *list);

/* Elements. O(1), but O(n) from 65535 on. */
size_t listpack_count(const struct listpack *list);

/* True if `more` bytes of elements can be added. */
bool listpack_fits(const struct listpack *list, size_t more);

/* --- Places. O(1) but for seek, which walks from the nearer end. */
size_t listpack_first(const struct listpack *list);
size_t listpack_last(const struct listpack *list);
size_t listpack_next(const struct listpack *list, size_t at);
size_t listpack_previous(const struct listpack *list, size_t at);
/* Element `index`, negative from the end; LISTPACK_END if out of range. */
size_t listpack_seek(const struct listpack *list, int64_t index);

/* --- Reading. `at` is an element. */

/* True with *value if it is held as an integer, else false with *bytes borrowed. */
bool listpack_get(const struct listpack *list, size_t at, int64_t *value, struct span *bytes);

/* The bytes; those of an integer are written to `scratch` (NUM_TEXT_LIMIT bytes). */
struct span listpack_text(const struct listpack *list, size_t at, char *scratch);

/* What an element looks like when compared with many: parse once, compare often. */
struct listpack_probe {
    struct span bytes;
    int64_t value;
    bool is_integer;
};
void listpack_probe_init(struct listpack_probe *probe, struct span bytes);
bool listpack_equal(const struct listpack *list, size_t at, const struct listpack_probe *probe);

/* The first element equal to `bytes`, looking at `from` and then at every (`skip` + 1)-th;
 * LISTPACK_END if none. */
size_t listpack_find(const struct listpack *list, size_t from, struct span bytes, unsigned skip);

/* --- Changing. O(bytes behind the place). The bytes given may not lie inside the list. */
void listpack_append(struct listpack **list, struct span bytes);
void listpack_append_integer(struct listpack **list, int64_t value);
void listpack_prepend(struct listpack **list, struct span bytes);

/* Puts an element before `at` (LISTPACK_END: at the end); returns its place. */
size_t listpack_insert(struct listpack **list, size_t at, struct span bytes);

/* Replaces the element at `at`, which stays its place. */
void listpack_replace(struct listpack **list, size_t at, struct span bytes);
void listpack_replace_integer(struct listpack **list, size_t at, int64_t value);

/* Removes `count` elements from `at` on, or as many as there are; returns the place of what
 * followed, or LISTPACK_END. */
size_t listpack_remove(struct listpack **list, size_t at, size_t count);

/* Appends to `to` what `from` has from `begin` up to `end` (LISTPACK_END: all), as it is. */
void listpack_append_range(struct listpack **to, const struct listpack *from, size_t begin,
                           size_t end);

/* --- Foreign bytes. */

/* Bytes an element would take, size written backwards included. */
size_t listpack_element_size(struct span bytes);

/* Checks every element of a listpack from outside. Returns 0 and a copy, with *count, or
 * ERR_DAMAGED. */
int listpack_load(struct span bytes, struct listpack **list, size_t *count);

#endif
