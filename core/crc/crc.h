/* crc.h - the checksums of our formats and Redis's. Pure; any thread. */
#ifndef MS_CORE_CRC_CRC_H
#define MS_CORE_CRC_CRC_H

#include "core/bytes/span.h"

#include <stdint.h>

/* CRC-64 of RDB files and DUMP payloads: Jones's polynomial, reflected, starting from 0. Goes on
 * from `crc`, which is 0 at first. "123456789" gives 0xe9c6d914c4b8d9ca. */
uint64_t crc64(uint64_t crc, struct span bytes);

/* CRC-32C (Castagnoli, RFC 3720), starting from 0. "123456789" gives 0xe3069283. */
uint32_t crc32c(uint32_t crc, struct span bytes);

#endif
