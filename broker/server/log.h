/* log.h - the server's log lines, in the form tools read: "<pid>:M 21 Nov 2026 07:08:25.123 *
 * text". Standard output unless `logfile` says otherwise. Any thread. */
#ifndef MS_BROKER_SERVER_LOG_H
#define MS_BROKER_SERVER_LOG_H

#include "broker/config/config.h"

struct log;

/* `path` "" is standard output. NULL with the reason if the file can't be opened. */
struct log *log_open(const char *path, enum config_log_level level, struct diag *diag);
void log_close(struct log *log);
void log_set_level(struct log *log, enum config_log_level level);

void log_line(struct log *log, enum config_log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
