/* crash_text.h - what a signal handler needs to say something: lines made without stdio, and memory
 * read without trusting it. Async-signal-safe, but for crash_text_init. */
#ifndef MS_BROKER_OBSERVE_CRASH_TEXT_H
#define MS_BROKER_OBSERVE_CRASH_TEXT_H

#include "core/bytes/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CRASH_LINE_LIMIT = 512 /* longer lines are cut off */
};

struct crash_line {
    char text[CRASH_LINE_LIMIT];
    size_t size;
};

/* Empties the line. */
void crash_line_start(struct crash_line *line);

void crash_put(struct crash_line *line, const char *text);
void crash_put_bytes(struct crash_line *line, struct span bytes); /* others than print as '?' */
void crash_put_number(struct crash_line *line, int64_t value);
void crash_put_hex(struct crash_line *line, uint64_t value, int digits); /* with leading zeros */

/* Ends the line with a NUL. Borrowed until the next change. */
const char *crash_line_end(struct crash_line *line);

/* Prepares crash_copy. 0, or ERR_IO. Once, at start. */
int crash_text_init(void);

/* Copies `size` bytes, at most 4096, from an address that may be bad. False if it is: nothing was
 * read. One thread at a time. */
bool crash_copy(void *to, const void *from, size_t size);

/* Copies a text of at most `size` - 1 bytes, up to its NUL; "" if the address is bad. */
void crash_copy_text(char *to, const char *from, size_t size);

#endif
