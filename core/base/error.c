#include "core/base/error.h"

#include <stddef.h>

const char *error_name(int code)
{
    static const char *const names[] = {
        "no error",     "out of memory", "already exists", "missing",     "limit reached",
        "out of range", "syntax error",  "I/O error",      "try again",   "damaged",
        "closed",       "timed out",     "unsupported",    "error reply",
    };

    if (code > 0 || code <= -(int)(sizeof(names) / sizeof(names[0])))
        return "unknown error";
    return names[-code];
}
