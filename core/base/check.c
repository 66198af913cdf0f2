#include "core/base/check.h"

#include <execinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    TRACE_DEPTH = 64
};

_Noreturn void check_failed(const char *condition, const char *file, int line)
{
    void *frames[TRACE_DEPTH];
    int depth = backtrace(frames, TRACE_DEPTH);

    fprintf(stderr, "CHECK failed: %s at %s:%d\n", condition, file, line);
    fflush(stderr);
    backtrace_symbols_fd(frames, depth, STDERR_FILENO);
    abort();
}
