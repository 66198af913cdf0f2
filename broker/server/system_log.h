/* system_log.h - the machine's log (syslog), by the C library. On its own because <syslog.h> has
 * macros of the same names as our levels. Any thread, with the log's mutex. */
#ifndef MS_BROKER_SERVER_SYSTEM_LOG_H
#define MS_BROKER_SERVER_SYSTEM_LOG_H

/* `facility` is a position in the words of the directive syslog-facility. `ident` is copied. */
void system_log_open(const char *ident, int facility);
void system_log_close(void);

/* `level` is an enum config_log_level below LOG_NOTHING. Control characters become blanks, so a
 * message is always one line. */
void system_log_write(int level, const char *message);

/* The facility and priority that these stand for, as <syslog.h> numbers them. */
int system_log_facility(int facility);
int system_log_priority(int level);

#endif
