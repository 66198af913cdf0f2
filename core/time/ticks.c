#include "core/time/ticks.h"
#include "core/time/clock.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
    MEASURE_NS = 50 * 1000 * 1000, /* the rate is taken from no less, and anew as often */
    CLOSE_TICKS = 4000,            /* a microsecond or so: if two readings of the counter around
                                      one of the clock are further apart, the thread was interrupted, */
    SYNC_TRIES = 3,                /* and tries again */
    SCALE_BITS = 32,
};

static const char source_file[] =
    "/sys/devices/system/clocksource/clocksource0/current_clocksource";

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool is_usable;

#if defined(__x86_64__)
static const char *const sources[] = {"tsc", "kvm-clock", NULL};

static inline uint64_t counter(void)
{
    return __builtin_ia32_rdtsc();
}
#elif defined(__aarch64__)
static const char *const sources[] = {"arch_sys_counter", NULL};

static inline uint64_t counter(void)
{
    uint64_t value;

    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(value));
    return value;
}
#else
static const char *const sources[] = {NULL};

static inline uint64_t counter(void)
{
    return 0;
}
#endif

/* The system has found out whether the counter may be trusted: all processors agree, and it neither
 * stops nor changes its pace. */
static void find_out(void)
{
    char name[64] = "";
    FILE *file = fopen(source_file, "re");

    if (!file)
        return;
    if (fgets(name, sizeof(name), file))
        name[strcspn(name, "\n")] = '\0';
    fclose(file);
    for (int i = 0; sources[i]; i++)
        is_usable |= strcmp(name, sources[i]) == 0;
}

static void measure(struct ticks *ticks)
{
    uint64_t passed_ns = ticks->base_ns - ticks->since_ns, passed = ticks->base - ticks->since;

    if (ticks->since_ns != 0) {
        if (passed_ns < MEASURE_NS)
            return;
        if (ticks->base > ticks->since)
            ticks->scale = (uint64_t)(((unsigned __int128)passed_ns << SCALE_BITS) / passed);
    }
    ticks->since_ns = ticks->base_ns;
    ticks->since = ticks->base;
}

uint64_t ticks_sync(struct ticks *ticks)
{
    bool close = false;

    pthread_once(&once, find_out);
    for (int i = 0; i < SYNC_TRIES && !close; i++) {
        uint64_t before = counter();

        ticks->base_ns = clock_monotonic_ns();
        ticks->base = counter();
        close = ticks->base - before < CLOSE_TICKS;
    }
    if (is_usable && close)
        measure(ticks);
    return ticks->base_ns;
}

uint64_t ticks_now(const struct ticks *ticks)
{
    uint64_t now;

    if (ticks->scale == 0)
        return clock_monotonic_ns();
    now = counter();
    if (now < ticks->base)
        return ticks->base_ns;
    return ticks->base_ns +
           (uint64_t)(((unsigned __int128)(now - ticks->base) * ticks->scale) >> SCALE_BITS);
}
