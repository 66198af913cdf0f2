/* check.h - millstream-check: looks at log directories and RDB files without a server, and does
 * what an operator may need with them. One job a file; each prints its result to standard output,
 * leaves trouble to its diag, and changes nothing but what it was told to write. One thread. */
#ifndef MS_BROKER_CHECK_CHECK_H
#define MS_BROKER_CHECK_CHECK_H

#include "core/base/diag.h"

#include <stdbool.h>
#include <stdint.h>

enum check_exit {
    CHECK_SOUND = 0,
    CHECK_DAMAGED = 1,
    CHECK_USAGE = 2,
    CHECK_UNREADABLE = 3, /* missing, no permission, the disk fails */
};

/* A place in the log: a position, or a time. */
struct check_point {
    enum {
        POINT_NONE,
        POINT_POSITION,
        POINT_TIME
    } kind;
    uint64_t position;
    int64_t time_ms; /* Unix time */
};

enum check_job {
    JOB_VERIFY,
    JOB_DUMP,
    JOB_FOLLOW,
    JOB_REPAIR,
    JOB_EXPORT,
    JOB_WRITE,
};

struct check_options {
    enum check_job job;
    const char *path;   /* the log directory, or an RDB file */
    const char *target; /* what --export and --write make */
    struct check_point from, to, until;
    bool times; /* --time */
    bool yes;   /* --yes */
};

/* "12345", "@1763712000.5", "2026-11-21T07:08:25.123Z", "2026-11-21 07:08:25": times are UTC.
 * False if it is none of them. */
bool check_point_parse(const char *text, struct check_point *point);

/* Time as "2026-11-21T07:08:25.123Z". `to` has CHECK_TIME_SIZE bytes. */
enum {
    CHECK_TIME_SIZE = 32
};
void check_format_time(int64_t time_ms, char *to);

/* The exit code for an error of the layers below. */
enum check_exit check_exit_of(int rc);

/* --- Jobs. Each returns an exit code; the diag says why if it is not CHECK_SOUND and the job has
 * not printed it already (then the text is empty). */

enum check_exit check_verify_directory(const struct check_options *options, struct diag *diag);
enum check_exit check_verify_rdb(const struct check_options *options, struct diag *diag);
enum check_exit check_dump(const struct check_options *options, struct diag *diag);
enum check_exit check_follow(const struct check_options *options, struct diag *diag);
enum check_exit check_repair(const struct check_options *options, struct diag *diag);
enum check_exit check_export(const struct check_options *options, struct diag *diag);
enum check_exit check_write(const struct check_options *options, struct diag *diag);

#endif
