/* slowlog.h - the calls that took longest to run: the latest so many that took longer than
 * slowlog-log-slower-than. One list for the server, guarded by a leaf lock of its own; entries are
 * made up before it is taken, so that it is held for a few pointers. Any thread. */
#ifndef MS_BROKER_OBSERVE_SLOWLOG_H
#define MS_BROKER_OBSERVE_SLOWLOG_H

#include "core/bytes/span.h"

#include <stddef.h>
#include <stdint.h>

struct command;
struct reply;
struct slowlog;

/* How much is kept: slowlog-max-len entries, each with so many arguments and so many bytes of each
 * (slowlog-entry-max-argc, slowlog-entry-max-string-len). */
struct slowlog_limits {
    int64_t entries;
    int64_t arguments; /* at least 2 */
    int64_t argument_bytes;
};

/* A call that was slow. Everything is borrowed. */
struct slow_call {
    const struct command *command; /* says which arguments are secrets */
    size_t argc;
    const struct span *argv;
    int64_t at_ms; /* Unix time */
    uint64_t took_ns;
    struct span peer; /* the client's address */
    struct span name; /* and its name */
};

struct slowlog *slowlog_new(void);
void slowlog_free(struct slowlog *log);

/* Copies the call, shortened and without its secrets, and drops the oldest beyond the limit. O(size
 * of what is kept). */
void slowlog_add(struct slowlog *log, const struct slowlog_limits *limits,
                 const struct slow_call *call);

size_t slowlog_count(struct slowlog *log);

/* Forgets all entries; their numbers go on. */
void slowlog_clear(struct slowlog *log);

/* Writes the latest `count` entries as SLOWLOG GET does; -1: all. */
void slowlog_report(struct slowlog *log, int64_t count, struct reply *out);

#endif
