/* arena.h - memory that lives as long as one request. Allocation is a pointer bump; nothing is
 * freed by hand. The owner (a reactor, a test) resets it after each request, which keeps one block
 * of the usual size. One thread at a time. */
#ifndef MS_CORE_BYTES_ARENA_H
#define MS_CORE_BYTES_ARENA_H

#include "core/bytes/span.h"

#include <stddef.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *arena);

/* `size` bytes aligned for any type. Never NULL: sizes come from what the client already sent. */
void *arena_alloc(struct arena *arena, size_t size) __attribute__((returns_nonnull));

/* Zeroed room for `count` things of `size` bytes; CHECKs the product. */
void *arena_array(struct arena *arena, size_t count, size_t size) __attribute__((returns_nonnull));

/* A copy of the bytes that lives in the arena. */
struct span arena_span(struct arena *arena, struct span bytes);

/* printf into the arena. */
struct span arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Everything handed out is gone. O(blocks beyond the first). */
void arena_reset(struct arena *arena);

#endif
