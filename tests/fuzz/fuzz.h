/* fuzz.h - what every fuzz target defines. In builds with MS_FUZZ libFuzzer calls it with inputs it
 * invents; in ordinary builds replay_main.c calls it with the files of the corpus and with small
 * changes of them. A target ends the process (CHECK, a sanitizer) when it finds a fault. */
#ifndef MS_TESTS_FUZZ_FUZZ_H
#define MS_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Returns 0. `data` may not be changed, and there is nothing behind its `size` bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
