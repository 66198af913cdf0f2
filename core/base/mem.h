/* mem.h - the process's allocator with exact accounting. Any thread.
 *
 * mem_* end the process when memory is out, so they never return NULL; use them for sizes we chose.
 * mem_try_* return NULL instead; use them for sizes that came from outside, after the check against
 * a named limit. Every block counts with its real (usable) size in mem_used(); with jemalloc those
 * that libraries allocate in our threads do, too. */
#ifndef MS_CORE_BASE_MEM_H
#define MS_CORE_BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>

void *mem_alloc(size_t size) __attribute__((malloc, returns_nonnull));
void *mem_zalloc(size_t size) __attribute__((malloc, returns_nonnull));
void *mem_realloc(void *block, size_t size) __attribute__((returns_nonnull));
/* Zeroed, at a multiple of `alignment` (a power of two that divides `size`). A large block costs no
 * pass over it where the allocator knows its pages to be fresh. Freed by mem_free; not for
 * mem_realloc. */
void *mem_zalloc_aligned(size_t alignment, size_t size) __attribute__((malloc, returns_nonnull));
void *mem_try_alloc(size_t size) __attribute__((malloc));
void *mem_try_realloc(void *block, size_t size); /* on NULL the old block stands */
char *mem_strdup(const char *text) __attribute__((malloc, returns_nonnull));
void *mem_dup(const void *bytes, size_t size) __attribute__((malloc, returns_nonnull));

/* NULL is allowed. */
void mem_free(void *block);

/* Usable bytes of a block, 0 for NULL. Whoever fills a block up to this wastes nothing. */
size_t mem_size(const void *block);

/* The size a block of `size` bytes would really take. */
size_t mem_good_size(size_t size);

/* Bytes allocated by all threads now. O(threads). */
size_t mem_used(void);

/* What the allocator has from the system, in bytes: handed out to us, in pages with something of
 * that, in memory, and kept for reuse although the system may take it. Not O(1): it asks all
 * arenas.
 */
struct mem_allocator {
    size_t allocated, active, resident, muzzy;
};

void mem_allocator_get(struct mem_allocator *allocator);

/* Its name and version, as "jemalloc-5.3.0". */
const char *mem_allocator_name(void);

/* Gives unused pages back to the system. False if the allocator refuses. */
bool mem_purge(void);

/* Whether a thread of the allocator's own gives back what has not been used for a while; else the
 * threads that allocate do, in between. A forked child has no such thread. False if the allocator
 * can't. */
bool mem_purge_in_background(bool on);

/* The allocator's own report, piece by piece. False, without a call, if it has none. */
bool mem_describe(void (*write)(void *context, const char *text), void *context);

/* Zeroed memory in pages of its own, for large tables: a page costs something when it is first
 * touched, not before, and parts can be given back while the rest is in use. Sizes and offsets are
 * multiples of MEM_PAGES_UNIT bytes. NULL if the system has no more of it. */
enum {
    MEM_PAGES_UNIT = 64 * 1024
};

void *mem_pages_new(size_t size) __attribute__((malloc));

/* Gives a part back to the system; what is read there is zero. It must not be given back twice. */
void mem_pages_drop(void *pages, size_t from, size_t size);

/* `size` is that of mem_pages_new, `dropped` the part of it that was given back already. */
void mem_pages_free(void *pages, size_t size, size_t dropped);

/* Makes the n-th mem_try_* call of this thread from now fail (1 is the next); 0 switches off. For
 * tests of error paths. */
void mem_fail_after(long n);

#endif
