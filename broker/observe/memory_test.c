#include "broker/observe/memory_test.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

enum {
    TEST_SIZE = 32 * 1024 * 1024
};

/* Each word holds its own address once, and both checkerboards: stuck bits, bits that follow their
 * neighbour, and address lines that are joined all show. */
static bool keeps(volatile uint64_t *words, size_t count, uint64_t mask, bool address)
{
    for (size_t i = 0; i < count; i++)
        words[i] = address ? (uintptr_t)&words[i] ^ mask : mask;
    for (size_t i = 0; i < count; i++)
        if (words[i] != (address ? (uintptr_t)&words[i] ^ mask : mask))
            return false;
    return true;
}

bool memory_test_run(void)
{
    size_t count = TEST_SIZE / sizeof(uint64_t);
    void *pages = mmap(NULL, TEST_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    bool good;

    if (pages == MAP_FAILED)
        return true;
    good = keeps(pages, count, 0, true) && keeps(pages, count, UINT64_MAX, true) &&
           keeps(pages, count, UINT64_C(0x5555555555555555), false) &&
           keeps(pages, count, UINT64_C(0xaaaaaaaaaaaaaaaa), false);
    munmap(pages, TEST_SIZE);
    return good;
}
