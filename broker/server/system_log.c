#include "broker/server/system_log.h"

#include <stdio.h>
#include <syslog.h>

enum {
    IDENT_LIMIT = 128,
    TEXT_LIMIT = 1024 /* of a message, more is cut off */
};

/* openlog keeps the pointer. The process has one system log, so this may be a global. */
static char kept_ident[IDENT_LIMIT];

int system_log_facility(int facility)
{
    static const int facilities[] = {LOG_USER,   LOG_LOCAL0, LOG_LOCAL1, LOG_LOCAL2, LOG_LOCAL3,
                                     LOG_LOCAL4, LOG_LOCAL5, LOG_LOCAL6, LOG_LOCAL7};

    return facilities[facility];
}

int system_log_priority(int level)
{
    static const int priorities[] = {LOG_DEBUG, LOG_INFO, LOG_NOTICE, LOG_WARNING};

    return priorities[level];
}

void system_log_open(const char *ident, int facility)
{
    snprintf(kept_ident, sizeof(kept_ident), "%s", ident);
    openlog(kept_ident, LOG_PID | LOG_NDELAY | LOG_NOWAIT, system_log_facility(facility));
}

void system_log_close(void)
{
    closelog();
}

void system_log_write(int level, const char *message)
{
    char text[TEXT_LIMIT + 1];
    size_t size = 0;

    /* a message has names that clients chose, and a line end in one would begin another message */
    for (; message[size] && size < TEXT_LIMIT; size++) {
        unsigned char byte = (unsigned char)message[size];

        text[size] = byte < 0x20 || byte == 0x7f ? ' ' : (char)byte;
    }
    text[size] = '\0';
    syslog(system_log_priority(level), "%s", text);
}
