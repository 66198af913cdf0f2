/* log.h - the server's log: standard output unless `logfile` says otherwise, and the system's log
 * beside it if `syslog-enabled`. log_format.h has the form of a line. Any thread.
 *
 * The file is opened again when its name no longer leads to it, so a log that was moved away by
 * logrotate goes on under its old name by itself; nobody needs to be told. */
#ifndef MS_BROKER_SERVER_LOG_H
#define MS_BROKER_SERVER_LOG_H

#include "broker/config/config.h"

struct log;

/* Opens the log as the configuration wants it. The path is resolved now: later changes of the
 * working directory do not move it. NULL with the reason if the file can't be opened. */
struct log *log_open(const struct config *config, struct diag *diag);
void log_close(struct log *log);

/* This process is the server from now on: its parent, that began, ends. */
void log_forked(struct log *log);

/* What CONFIG SET may change: level and form. */
void log_configure(struct log *log, const struct config *config);

void log_line(struct log *log, enum config_log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Writes a line of level warning without lock, allocation or stdio: for signal handlers. Lines of
 * other threads may come in between, never inside. Not to the system's log. */
void log_emergency(struct log *log, const char *message);

#endif
