#include "core/crc/crc.h"

#include <isa-l/crc.h>
#include <isa-l/crc64.h>

/* The library inverts before and after, Redis's checksum does neither. */
uint64_t crc64(uint64_t crc, struct span bytes)
{
    if (bytes.size == 0)
        return crc;
    return ~crc64_jones_refl(~crc, (const unsigned char *)bytes.data, bytes.size);
}

uint32_t crc32c(uint32_t crc, struct span bytes)
{
    const size_t step = 1 << 30; /* the library counts in int */
    const char *at = bytes.data;

    crc = ~crc;
    while (bytes.size > 0) {
        size_t size = bytes.size < step ? bytes.size : step;

        crc = crc32_iscsi((unsigned char *)(uintptr_t)at, (int)size, crc);
        at += size;
        bytes.size -= size;
    }
    return ~crc;
}
