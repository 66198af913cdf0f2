#include "core/base/diag.h"
#include "core/base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int diag_set(struct diag *diag, int code, const char *format, ...)
{
    va_list args;

    if (!diag)
        return code;
    diag->code = code;
    va_start(args, format);
    vsnprintf(diag->text, sizeof(diag->text), format, args);
    va_end(args);
    return code;
}

int diag_errno(struct diag *diag, const char *format, ...)
{
    int reason = errno;
    va_list args;
    size_t used;

    if (!diag)
        return ERR_IO;
    diag->code = ERR_IO;
    va_start(args, format);
    vsnprintf(diag->text, sizeof(diag->text), format, args);
    va_end(args);
    used = strlen(diag->text);
    snprintf(diag->text + used, sizeof(diag->text) - used, ": %s", strerror(reason));
    return ERR_IO;
}

int diag_wrap(struct diag *diag, const char *format, ...)
{
    char before[DIAG_TEXT_LIMIT];
    va_list args;
    size_t used;

    if (!diag)
        return ERR_IO;
    memcpy(before, diag->text, sizeof(before));
    va_start(args, format);
    vsnprintf(diag->text, sizeof(diag->text), format, args);
    va_end(args);
    used = strlen(diag->text);
    snprintf(diag->text + used, sizeof(diag->text) - used, ": %.*s", (int)(sizeof(before) - 1),
             before);
    return diag->code;
}
