#include "broker/server/log.h"
#include "broker/server/log_format.h"
#include "broker/server/system_log.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/time/clock.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    LOG_FILE_MODE = 0644
};

struct log {
    pthread_mutex_t mutex; /* a leaf: nothing is locked while it is held */
    char *path;            /* absolute; NULL: standard output */
    atomic_int fd;         /* changed with the mutex; log_emergency reads it without: any value it
                              sees was a descriptor of the log */
    atomic_int level, format, utc_offset_s; /* likewise: a late value does no harm */
    bool to_system;
    int pid; /* of the server; a child that writes a file has another */
};

static int open_file(const char *path)
{
    return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, LOG_FILE_MODE);
}

/* Relative to the working directory now. */
static char *absolute(const char *path)
{
    char *folder, *whole;

    if (path[0] == '/')
        return mem_strdup(path);
    folder = getcwd(NULL, 0);
    if (!folder)
        return mem_strdup(path);
    whole = mem_alloc(strlen(folder) + strlen(path) + 2);
    sprintf(whole, "%s/%s", folder, path);
    free(folder);
    return whole;
}

struct log *log_open(const struct config *config, struct diag *diag)
{
    int fd = config->logfile[0] ? open_file(config->logfile) : STDOUT_FILENO;
    struct log *log;

    if (fd < 0) {
        diag_errno(diag, "open log file %s", config->logfile);
        return NULL;
    }
    log = mem_zalloc(sizeof(*log));
    pthread_mutex_init(&log->mutex, NULL);
    log->path = config->logfile[0] ? absolute(config->logfile) : NULL;
    atomic_init(&log->fd, fd);
    log->pid = (int)getpid();
    log->to_system = config->syslog_enabled;
    if (log->to_system)
        system_log_open(config->syslog_ident, config->syslog_facility);
    log_configure(log, config);
    return log;
}

void log_close(struct log *log)
{
    if (!log)
        return;
    if (log->path)
        close(atomic_load_explicit(&log->fd, memory_order_relaxed));
    if (log->to_system)
        system_log_close();
    pthread_mutex_destroy(&log->mutex);
    mem_free(log->path);
    mem_free(log);
}

void log_forked(struct log *log)
{
    log->pid = (int)getpid();
}

void log_configure(struct log *log, const struct config *config)
{
    atomic_store_explicit(&log->level, (int)config->loglevel, memory_order_relaxed);
    atomic_store_explicit(&log->format, (int)config->log_format, memory_order_relaxed);
}

/* With the mutex. The old file stays open for as long as no new one can be opened: a line too many
 * in a rotated file is better than one that is lost. */
static void follow_path(struct log *log)
{
    int fd = atomic_load_explicit(&log->fd, memory_order_relaxed);
    struct stat named, opened;
    int next;

    if (!log->path)
        return;
    if (stat(log->path, &named) == 0 && fstat(fd, &opened) == 0 && named.st_ino == opened.st_ino &&
        named.st_dev == opened.st_dev)
        return;
    next = open_file(log->path);
    if (next < 0)
        return;
    atomic_store_explicit(&log->fd, next, memory_order_relaxed);
    close(fd);
}

static void write_all(int fd, const char *line, size_t size)
{
    while (size > 0) {
        ssize_t wrote = write(fd, line, size);

        if (wrote <= 0)
            return; /* nobody is there to be told */
        line += wrote;
        size -= (size_t)wrote;
    }
}

static void put_line(struct log *log, enum config_log_level level, const char *message)
{
    int pid = (int)getpid();
    struct log_stamp stamp = {.time_ms = clock_now_ms(),
                              .utc_offset_s =
                                  atomic_load_explicit(&log->utc_offset_s, memory_order_relaxed),
                              .pid = pid,
                              .role = pid == log->pid ? 'M' : 'C',
                              .level = level};
    enum config_log_format format =
        (enum config_log_format)atomic_load_explicit(&log->format, memory_order_relaxed);
    char line[LOG_LINE_LIMIT];
    size_t size = log_format_line(line, format, &stamp, message);

    write_all(atomic_load_explicit(&log->fd, memory_order_relaxed), line, size);
}

void log_line(struct log *log, enum config_log_level level, const char *format, ...)
{
    char text[LOG_TEXT_LIMIT + 1];
    time_t now;
    struct tm local;
    va_list args;

    if ((int)level < atomic_load_explicit(&log->level, memory_order_relaxed) ||
        level >= LOG_NOTHING)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if ((int)getpid() != log->pid) { /* a forked child: its copies of locks may be held for ever */
        put_line(log, level, text);
        return;
    }
    now = time(NULL);
    localtime_r(&now, &local);
    pthread_mutex_lock(&log->mutex);
    atomic_store_explicit(&log->utc_offset_s, (int)local.tm_gmtoff, memory_order_relaxed);
    follow_path(log);
    put_line(log, level, text);
    if (log->to_system)
        system_log_write((int)level, text);
    pthread_mutex_unlock(&log->mutex);
}

void log_emergency(struct log *log, const char *message)
{
    put_line(log, LOG_WARNING, message);
}
