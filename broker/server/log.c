#include "broker/server/log.h"
#include "core/base/error.h"
#include "core/base/mem.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum {
    LINE_LIMIT = 1024
};

struct log {
    pthread_mutex_t mutex; /* a leaf: nothing is locked while it is held */
    FILE *file;
    enum config_log_level level;
};

struct log *log_open(const char *path, enum config_log_level level, struct diag *diag)
{
    FILE *file = path[0] ? fopen(path, "ae") : stdout;
    struct log *log;

    if (!file) {
        diag_errno(diag, "open log file %s", path);
        return NULL;
    }
    log = mem_zalloc(sizeof(*log));
    pthread_mutex_init(&log->mutex, NULL);
    log->file = file;
    log->level = level;
    return log;
}

void log_close(struct log *log)
{
    if (!log)
        return;
    if (log->file != stdout)
        fclose(log->file);
    pthread_mutex_destroy(&log->mutex);
    mem_free(log);
}

void log_set_level(struct log *log, enum config_log_level level)
{
    pthread_mutex_lock(&log->mutex);
    log->level = level;
    pthread_mutex_unlock(&log->mutex);
}

void log_line(struct log *log, enum config_log_level level, const char *format, ...)
{
    static const char marks[] = ".-*#";
    char text[LINE_LIMIT], when[64];
    struct timeval now;
    struct tm local;
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    gettimeofday(&now, NULL);
    localtime_r(&now.tv_sec, &local);
    strftime(when, sizeof(when), "%d %b %Y %H:%M:%S", &local);
    pthread_mutex_lock(&log->mutex);
    if (level >= log->level && level < LOG_NOTHING) {
        fprintf(log->file, "%d:M %s.%03d %c %s\n", (int)getpid(), when, (int)(now.tv_usec / 1000),
                marks[level], text);
        fflush(log->file);
    }
    pthread_mutex_unlock(&log->mutex);
}
