#include "core/bytes/arena.h"
#include "core/base/check.h"
#include "core/base/mem.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

enum {
    ARENA_BLOCK_SIZE = 16 * 1024 - 64,
    ARENA_ALIGN = alignof(max_align_t)
};

struct arena_block {
    struct arena_block *next;
    alignas(max_align_t) char data[];
};

/* `first` is kept over resets; requests that need more hang further blocks behind `extra`. */
struct arena {
    struct arena_block *first;
    struct arena_block *extra;
    char *next;
    char *end;
};

static struct arena_block *arena_block_new(size_t size)
{
    return mem_alloc(sizeof(struct arena_block) + size);
}

struct arena *arena_new(void)
{
    struct arena *arena = mem_zalloc(sizeof(*arena));

    arena->first = arena_block_new(ARENA_BLOCK_SIZE);
    arena_reset(arena);
    return arena;
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    arena_reset(arena);
    mem_free(arena->first);
    mem_free(arena);
}

static void *alloc_extra(struct arena *arena, size_t size)
{
    size_t block_size = size > ARENA_BLOCK_SIZE / 4 ? size : ARENA_BLOCK_SIZE;
    struct arena_block *block = arena_block_new(block_size);

    block->next = arena->extra;
    arena->extra = block;
    if (block_size > size) {
        arena->next = block->data + size;
        arena->end = block->data + block_size;
    }
    return block->data;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    size_t rounded = (size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
    char *at = arena->next;

    CHECK(rounded >= size);
    if ((size_t)(arena->end - at) < rounded)
        return alloc_extra(arena, rounded);
    arena->next = at + rounded;
    return at;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    void *block;

    CHECK(size == 0 || count <= SIZE_MAX / 2 / size);
    block = arena_alloc(arena, count * size);
    memset(block, 0, count * size);
    return block;
}

struct span arena_span(struct arena *arena, struct span bytes)
{
    char *copy = arena_alloc(arena, bytes.size);

    if (bytes.size)
        memcpy(copy, bytes.data, bytes.size);
    return span_of(copy, bytes.size);
}

struct span arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    int size;
    char *text;

    va_start(args, format);
    size = vsnprintf(NULL, 0, format, args);
    va_end(args);
    CHECK(size >= 0);
    text = arena_alloc(arena, (size_t)size + 1);
    va_start(args, format);
    vsnprintf(text, (size_t)size + 1, format, args);
    va_end(args);
    return span_of(text, (size_t)size);
}

void arena_reset(struct arena *arena)
{
    while (arena->extra) {
        struct arena_block *block = arena->extra;

        arena->extra = block->next;
        mem_free(block);
    }
    arena->next = arena->first->data;
    arena->end = arena->first->data + ARENA_BLOCK_SIZE;
}
