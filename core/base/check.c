#include "core/base/check.h"

#include <execinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    TRACE_DEPTH = 64
};

static void (*failed_hook)(const char *condition, const char *file, int line);

void check_set_hook(void (*hook)(const char *condition, const char *file, int line))
{
    failed_hook = hook;
}

_Noreturn void check_failed(const char *condition, const char *file, int line)
{
    void *frames[TRACE_DEPTH];
    int depth = backtrace(frames, TRACE_DEPTH);

    fprintf(stderr, "CHECK failed: %s at %s:%d\n", condition, file, line);
    fflush(stderr);
    backtrace_symbols_fd(frames, depth, STDERR_FILENO);
    if (failed_hook)
        failed_hook(condition, file, line);
    abort();
}
