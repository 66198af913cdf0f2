/* crash_text.c - the kernel reads what we don't trust: write(2) to a pipe gives EFAULT for a bad
 * address where a read of ours would be another crash. */
#include "broker/observe/crash_text.h"
#include "core/base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum {
    COPY_LIMIT = 4096, /* a pipe takes so much at once */
};

static int copy_pipe[2] = {-1, -1};

void crash_line_start(struct crash_line *line)
{
    line->size = 0;
}

static void put_byte(struct crash_line *line, char byte)
{
    if (line->size < CRASH_LINE_LIMIT - 1)
        line->text[line->size++] = byte;
}

void crash_put(struct crash_line *line, const char *text)
{
    while (*text)
        put_byte(line, *text++);
}

void crash_put_bytes(struct crash_line *line, struct span bytes)
{
    for (size_t i = 0; i < bytes.size; i++)
        put_byte(line, bytes.data[i] >= ' ' && bytes.data[i] <= '~' ? bytes.data[i] : '?');
}

void crash_put_number(struct crash_line *line, int64_t value)
{
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    char digits[24];
    int count = 0;

    if (value < 0)
        put_byte(line, '-');
    do {
        digits[count++] = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    while (count > 0)
        put_byte(line, digits[--count]);
}

void crash_put_hex(struct crash_line *line, uint64_t value, int digits)
{
    bool begun = false;

    crash_put(line, "0x");
    for (int at = 15; at >= 0; at--) {
        unsigned digit = (unsigned)(value >> (at * 4)) & 15;

        begun = begun || digit != 0 || at < digits || at == 0;
        if (begun)
            put_byte(line, "0123456789abcdef"[digit]);
    }
}

const char *crash_line_end(struct crash_line *line)
{
    line->text[line->size] = '\0';
    return line->text;
}

int crash_text_init(void)
{
    if (copy_pipe[0] >= 0)
        return 0;
    return pipe2(copy_pipe, O_CLOEXEC | O_NONBLOCK) < 0 ? ERR_IO : 0;
}

bool crash_copy(void *to, const void *from, size_t size)
{
    int saved = errno;
    ssize_t wrote, got = 0;

    if (size == 0 || size > COPY_LIMIT || copy_pipe[0] < 0)
        return false;
    wrote = write(copy_pipe[1], from, size);
    if (wrote > 0)
        got = read(copy_pipe[0], to, (size_t)wrote);
    errno = saved;
    return wrote == (ssize_t)size && got == wrote;
}

/* Up to the end of each page, for the next one may be a bad address and the NUL come before. */
void crash_copy_text(char *to, const char *from, size_t size)
{
    size_t used = 0;

    while (used + 1 < size) {
        size_t page_left = COPY_LIMIT - (uintptr_t)(from + used) % COPY_LIMIT;
        size_t part = size - 1 - used < page_left ? size - 1 - used : page_left;

        if (!crash_copy(to + used, from + used, part))
            break;
        if (memchr(to + used, 0, part))
            return;
        used += part;
    }
    to[used] = '\0';
}
