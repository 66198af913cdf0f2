/* rounds.c - how long a server works between two waits for events, in CPU time of the thread:
 * whatever else comes in then, a PING too, waits for so long.
 *
 * Loaded before the server (LD_PRELOAD). ROUNDS_FILE names a file of ROUNDS_THREADS slots, which
 * rounds.py reads and clears; each thread that waits takes one. The clock leaves out what the
 * machine gave to others meanwhile, as far as the hypervisor says so. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum {
    ROUNDS_THREADS = 64,
    LONG_NS = 1000 * 1000,
};

struct slot {
    _Atomic uint64_t long_rounds, longest_ns, slept_rounds;
};

static struct slot *slots;
static _Atomic unsigned taken;
static int (*wait_for_events)(int, struct epoll_event *, int, int);

static __thread struct slot *mine;
static __thread uint64_t began_ns, began_wall_ns;
static __thread long began_sleeps;

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static long sleeps(void)
{
    struct rusage usage;

    getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nvcsw;
}

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("ROUNDS_FILE");
    int fd = path ? open(path, O_RDWR) : -1;

    wait_for_events = (int (*)(int, struct epoll_event *, int, int))dlsym(RTLD_NEXT, "epoll_wait");
    if (fd < 0)
        return;
    slots = mmap(NULL, ROUNDS_THREADS * sizeof(*slots), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (slots == MAP_FAILED)
        slots = NULL;
    close(fd);
}

static void end_round(void)
{
    uint64_t took_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) - began_ns;

    if (took_ns > LONG_NS)
        atomic_fetch_add(&mine->long_rounds, 1);
    if (took_ns > atomic_load(&mine->longest_ns))
        atomic_store(&mine->longest_ns, took_ns);
    if (clock_ns(CLOCK_MONOTONIC) - began_wall_ns > LONG_NS && sleeps() != began_sleeps)
        atomic_fetch_add(&mine->slept_rounds, 1);
}

int epoll_wait(int epoll, struct epoll_event *events, int most, int timeout_ms)
{
    int count;

    if (mine)
        end_round();
    else if (slots && atomic_load(&taken) < ROUNDS_THREADS)
        mine = &slots[atomic_fetch_add(&taken, 1) % ROUNDS_THREADS];
    count = wait_for_events(epoll, events, most, timeout_ms);
    if (mine) {
        began_sleeps = sleeps();
        began_wall_ns = clock_ns(CLOCK_MONOTONIC);
        began_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    }
    return count;
}
