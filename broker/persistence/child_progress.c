#include "broker/persistence/child_progress.h"
#include "core/time/clock.h"

#include <stdio.h>
#include <sys/mman.h>

enum {
    LOOK_EVERY_MS = 1000
};

struct child_progress *child_progress_new(void)
{
    void *page = mmap(NULL, sizeof(struct child_progress), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    return page == MAP_FAILED ? NULL : page;
}

void child_progress_free(struct child_progress *progress)
{
    if (progress)
        munmap(progress, sizeof(*progress));
}

void child_progress_begin(struct child_progress *progress, uint64_t keys_total)
{
    atomic_store_explicit(&progress->keys, 0, memory_order_relaxed);
    atomic_store_explicit(&progress->keys_total, keys_total, memory_order_relaxed);
    atomic_store_explicit(&progress->copied_bytes, 0, memory_order_relaxed);
    atomic_store_explicit(&progress->copied_peak, 0, memory_order_relaxed);
    atomic_store_explicit(&progress->copied_at_ms, 0, memory_order_relaxed);
}

/* What the process has to itself of what it has inherited, by the kernel's account; 0 if that
 * can't be read. */
static uint64_t private_dirty_bytes(void)
{
    FILE *file = fopen("/proc/self/smaps_rollup", "r");
    unsigned long long kib = 0;
    char line[256];

    if (!file)
        return 0;
    while (fgets(line, sizeof(line), file))
        if (sscanf(line, "Private_Dirty: %llu kB", &kib) == 1)
            break;
    fclose(file);
    return kib * 1024;
}

void child_progress_note(struct child_progress *progress, uint64_t keys, int now)
{
    int64_t now_ms = clock_now_ms();
    uint64_t copied;

    atomic_store_explicit(&progress->keys, keys, memory_order_relaxed);
    if (!now && now_ms - atomic_load_explicit(&progress->copied_at_ms, memory_order_relaxed) <
                    LOOK_EVERY_MS)
        return;
    copied = private_dirty_bytes();
    atomic_store_explicit(&progress->copied_bytes, copied, memory_order_relaxed);
    if (copied > atomic_load_explicit(&progress->copied_peak, memory_order_relaxed))
        atomic_store_explicit(&progress->copied_peak, copied, memory_order_relaxed);
    atomic_store_explicit(&progress->copied_at_ms, now_ms, memory_order_relaxed);
}
