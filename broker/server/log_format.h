/* log_format.h - one line of the server's log, as text or as JSON.
 *
 *     4711:M 21 Nov 2026 07:08:25.123 * Server initialized
 *     {"time":"2026-11-21T06:08:25.123Z","level":"notice","pid":4711,"message":"Server
 * initialized"}
 *
 * Text has local time, a role (M: the server, C: a child that writes a file) and a mark for the
 * level, so that tools made for Redis read it. JSON is one object a line (RFC 8259) with the time
 * as in RFC 3339; bytes of the message that are no UTF-8 become U+FFFD.
 * Async-signal-safe: no locale, no time zone file, no allocation. Any thread. */
#ifndef MS_BROKER_SERVER_LOG_FORMAT_H
#define MS_BROKER_SERVER_LOG_FORMAT_H

#include "broker/config/config.h"

#include <stddef.h>
#include <stdint.h>

enum {
    LOG_TEXT_LIMIT = 1024,                    /* bytes of a message, more are cut off */
    LOG_LINE_LIMIT = 6 * LOG_TEXT_LIMIT + 192 /* the longest line: every byte escaped */
};

struct log_stamp {
    int64_t time_ms;  /* Unix time */
    int utc_offset_s; /* of local time; only text shows it */
    int pid;
    char role;                   /* 'M', 'C' */
    enum config_log_level level; /* below LOG_NOTHING */
};

/* Writes the line with its newline to `to`, which has LOG_LINE_LIMIT bytes. Control characters
 * in the message become blanks (text) or escapes (JSON), so a message is always one line. Returns
 * the bytes written; no NUL is added. */
size_t log_format_line(char *to, enum config_log_format format, const struct log_stamp *stamp,
                       const char *message);

#endif
