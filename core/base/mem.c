#include "core/base/mem.h"
#include "core/base/check.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif
#ifdef MS_JEMALLOC
#include <jemalloc/jemalloc.h>
#else
#include <malloc.h>
#endif

/* Each thread publishes its balance in a slot of its own, so that an allocation writes no shared
 * cache line. A block freed by another thread makes single slots negative; only the sum means
 * something. When there are more threads than slots they share, which stays exact since what has
 * changed is added atomically.
 *
 * jemalloc counts for each thread what it allocates and frees, in usable bytes, and lends pointers
 * to the counters. They die with the thread, hence the slots; but no block's size has to be looked
 * up, which took longer than to allocate it. What libraries allocate counts, too. `my_counted` is
 * what we must count ourselves: pages, and blocks with any other allocator. */
enum {
    SLOT_COUNT = 64,
    CACHE_LINE = 64
};

struct slot {
    _Alignas(CACHE_LINE) atomic_llong bytes;
};

static struct slot slots[SLOT_COUNT];
static atomic_uint next_slot;
static _Thread_local struct slot *my_slot;
static _Thread_local bool my_shared;
static _Thread_local long long my_counted, my_published;
static _Thread_local long fail_countdown;

static size_t usable(const void *block)
{
    return malloc_usable_size((void *)(uintptr_t)block);
}

#ifdef MS_JEMALLOC
static _Thread_local const uint64_t *my_allocated, *my_freed;

static const uint64_t *counter(const char *name)
{
    const uint64_t *at = NULL;
    size_t size = sizeof(at);

    CHECK(mallctl(name, &at, &size, NULL, 0) == 0 && at);
    return at;
}

static void find_counters(void)
{
    my_allocated = counter("thread.allocatedp");
    my_freed = counter("thread.deallocatedp");
}

static long long weight(const void *block)
{
    (void)block;
    return 0; /* is counted already */
}

static long long counted_by_allocator(void)
{
    return (long long)(*my_allocated - *my_freed);
}
#else
static void find_counters(void)
{
}

/* What we count for a block. */
static long long weight(const void *block)
{
    return block ? (long long)usable(block) : 0;
}

static long long counted_by_allocator(void)
{
    return 0;
}
#endif

__attribute__((noinline, cold)) static void take_slot(void)
{
    unsigned at = atomic_fetch_add(&next_slot, 1);

    /* Slot owners past the first round must use a true read-modify-write. */
    my_shared = at >= SLOT_COUNT - 1;
    my_slot = &slots[my_shared ? SLOT_COUNT - 1 : at];
    find_counters();
}

/* After the allocator was called, and what we count ourselves changed. */
static inline void count(long long change)
{
    long long balance;

    if (__builtin_expect(!my_slot, 0))
        take_slot();
    my_counted += change;
    balance = my_counted + counted_by_allocator();
    if (__builtin_expect(my_shared, 0))
        atomic_fetch_add_explicit(&my_slot->bytes, balance - my_published, memory_order_relaxed);
    else /* the only writer: readers (mem_used) need no order, just no torn value */
        atomic_store_explicit(&my_slot->bytes, balance, memory_order_relaxed);
    my_published = balance;
}

static _Noreturn void out_of_memory(size_t size)
{
    char what[64];

    snprintf(what, sizeof(what), "out of memory allocating %zu bytes", size);
    check_failed(what, __FILE__, __LINE__);
}

static int must_fail(void)
{
    return fail_countdown > 0 && --fail_countdown == 0;
}

static void *allocated(void *block)
{
    if (block)
        count(weight(block));
    return block;
}

void *mem_alloc(size_t size)
{
    void *block = allocated(malloc(size ? size : 1));

    if (!block)
        out_of_memory(size);
    return block;
}

void *mem_zalloc(size_t size)
{
    void *block = allocated(calloc(1, size ? size : 1));

    if (!block)
        out_of_memory(size);
    return block;
}

void *mem_zalloc_aligned(size_t alignment, size_t size)
{
    void *block;

    CHECK(size > 0 && (alignment & (alignment - 1)) == 0 && size % alignment == 0);
#ifdef MS_JEMALLOC
    block = mallocx(size, MALLOCX_ALIGN(alignment) | MALLOCX_ZERO);
#else
    block = aligned_alloc(alignment, size);
    if (block)
        memset(block, 0, size);
#endif
    if (!block)
        out_of_memory(size);
    return allocated(block);
}

void *mem_realloc(void *block, size_t size)
{
    long long before = weight(block);
    void *moved = realloc(block, size ? size : 1);

    if (!moved)
        out_of_memory(size);
    count(weight(moved) - before);
    return moved;
}

void *mem_try_alloc(size_t size)
{
    if (must_fail())
        return NULL;
    return allocated(malloc(size ? size : 1));
}

void *mem_try_realloc(void *block, size_t size)
{
    long long before = weight(block);
    void *moved = must_fail() ? NULL : realloc(block, size ? size : 1);

    if (moved)
        count(weight(moved) - before);
    return moved;
}

char *mem_strdup(const char *text)
{
    return mem_dup(text, strlen(text) + 1);
}

void *mem_dup(const void *bytes, size_t size)
{
    void *block = mem_alloc(size);

    if (size)
        memcpy(block, bytes, size);
    return block;
}

void mem_free(void *block)
{
    long long before;

    if (!block)
        return;
    before = weight(block);
    free(block);
    count(-before);
}

/* --- Whole pages. */

void *mem_pages_new(size_t size)
{
    void *pages;

    CHECK(size > 0 && size % MEM_PAGES_UNIT == 0);
    pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED)
        return NULL;
#ifdef __SANITIZE_ADDRESS__
    __lsan_register_root_region(pages, size);
#endif
    count((long long)size);
    return pages;
}

void mem_pages_drop(void *pages, size_t from, size_t size)
{
    CHECK(from % MEM_PAGES_UNIT == 0 && size % MEM_PAGES_UNIT == 0);
    CHECK(madvise((char *)pages + from, size, MADV_DONTNEED) == 0);
    count(-(long long)size);
}

void mem_pages_free(void *pages, size_t size, size_t dropped)
{
#ifdef __SANITIZE_ADDRESS__
    __lsan_unregister_root_region(pages, size);
#endif
    if (munmap(pages, size) != 0) /* would cut a mapping in two, and there are as many as may be: */
        CHECK(madvise(pages, size, MADV_DONTNEED) == 0); /* only addresses are lost */
    count((long long)dropped - (long long)size);
}

size_t mem_size(const void *block)
{
    return block ? usable(block) : 0;
}

size_t mem_good_size(size_t size)
{
#ifdef MS_JEMALLOC
    return size ? nallocx(size, 0) : 0;
#else
    return size < 24 ? 24 : ((size + 8 + 15) & ~(size_t)15) - 8;
#endif
}

size_t mem_used(void)
{
    unsigned taken;
    long long total = 0;

    count(0); /* what this thread's libraries did since */
    taken = atomic_load_explicit(&next_slot, memory_order_relaxed);
    for (unsigned i = 0; i < taken && i < SLOT_COUNT; i++)
        total += atomic_load_explicit(&slots[i].bytes, memory_order_relaxed);
    return total > 0 ? (size_t)total : 0;
}

#ifdef MS_JEMALLOC
static size_t statistic(const char *name)
{
    size_t value = 0, size = sizeof(value);

    return mallctl(name, &value, &size, NULL, 0) == 0 ? value : 0;
}

/* Text of a macro's value. */
#define TEXT_OF(value)  TEXT_OF_(value)
#define TEXT_OF_(value) #value

void mem_allocator_get(struct mem_allocator *allocator)
{
    uint64_t epoch = 1; /* statistics are as old as the last write to this */
    size_t size = sizeof(epoch);

    mallctl("epoch", &epoch, &size, &epoch, size);
    allocator->allocated = statistic("stats.allocated");
    allocator->active = statistic("stats.active");
    allocator->resident = statistic("stats.resident");
    allocator->muzzy =
        statistic("stats.arenas." TEXT_OF(MALLCTL_ARENAS_ALL) ".pmuzzy") * statistic("arenas.page");
}

const char *mem_allocator_name(void)
{
    return "jemalloc-" TEXT_OF(JEMALLOC_VERSION_MAJOR) "." TEXT_OF(
        JEMALLOC_VERSION_MINOR) "." TEXT_OF(JEMALLOC_VERSION_BUGFIX);
}

bool mem_purge(void)
{
    return mallctl("arena." TEXT_OF(MALLCTL_ARENAS_ALL) ".purge", NULL, NULL, NULL, 0) == 0;
}

bool mem_purge_in_background(bool on)
{
    return mallctl("background_thread", NULL, NULL, &on, sizeof(on)) == 0;
}

bool mem_describe(void (*write)(void *context, const char *text), void *context)
{
    malloc_stats_print(write, context, NULL);
    return true;
}
#else
void mem_allocator_get(struct mem_allocator *allocator)
{
    struct mallinfo2 info = mallinfo2();

    allocator->allocated = info.uordblks + info.hblkhd;
    if (allocator->allocated == 0) /* a sanitizer's allocator tells nothing */
        allocator->allocated = mem_used();
    allocator->active = allocator->resident = info.arena + info.hblkhd;
    if (allocator->active < allocator->allocated)
        allocator->active = allocator->resident = allocator->allocated;
    allocator->muzzy = 0;
}

const char *mem_allocator_name(void)
{
    return "libc";
}

bool mem_purge(void)
{
    malloc_trim(0);
    return true;
}

bool mem_purge_in_background(bool on)
{
    return !on;
}

bool mem_describe(void (*write)(void *context, const char *text), void *context)
{
    (void)write;
    (void)context;
    return false;
}
#endif

void mem_fail_after(long n)
{
    fail_countdown = n;
}
