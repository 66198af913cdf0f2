/* migrate_internal.h - a migration under way, shared by its parts:
 *
 *   migrate.c         the steps, one after the other, and what is said at the end
 *   migrate_check.c   what could stand in the way, before anything is changed
 *   migrate_follow.c  REPLICAOF, the full synchronisation, the lag, pausing writers
 *
 * One thread; two connections to the Redis, since a pause has to be renewed while the other reads.
 */
#ifndef MS_CLIENTS_SHELL_MIGRATE_INTERNAL_H
#define MS_CLIENTS_SHELL_MIGRATE_INTERNAL_H

#include "clients/shell/compare.h"
#include "clients/shell/migrate_options.h"
#include "clients/shell/side.h"

#include <stdbool.h>
#include <stdint.h>

enum migrate_exit {
    MIGRATE_DONE = 0,
    MIGRATE_FAILED = 1,
    MIGRATE_REFUSED = 2,
    MIGRATE_DIFFERENT = 3,
    MIGRATE_LATE = 4,
    MIGRATE_WRITTEN = 5,
    MIGRATE_INTERRUPTED = 130
};

enum {
    VERSION_6_2 = 602, /* CLIENT PAUSE WRITE */
    VERSION_7_0 = 700,
    CONFIG_SIZE = 512
};

/* A directive of ours that was changed for the time of following, and what it was. */
struct changed_directive {
    const char *name;
    char before[CONFIG_SIZE];
    bool changed;
};

enum {
    CHANGED_USER,
    CHANGED_PASSWORD,
    CHANGED_TLS,
    CHANGED_COUNT
};

/* Whether a command of the Redis is one that writes. */
struct known_command {
    char name[64];
    bool writes;
};

struct migration {
    const struct migrate_options *options;
    struct side redis;
    struct side control; /* the Redis once more */
    struct side ours;
    int version; /* of the Redis: 700 is 7.0 */
    int databases;
    bool following; /* REPLICAOF was said, by this run or by one before */
    bool switched;  /* REPLICAOF NO ONE was said by this run */
    bool paused;
    uint64_t paused_us; /* when a pause was last asked for */
    struct changed_directive changed[CHANGED_COUNT];
    struct known_command *commands;
    size_t command_count;
    struct comparison *comparison; /* while it is under way */
    uint64_t shown_us;             /* progress */
    bool open_line;
};

/* ---- Saying something (migrate.c) ---- */

/* A line. */
void migrate_say(struct migration *m, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A line that the next one replaces on a terminal; elsewhere one every few seconds. */
void migrate_progress(struct migration *m, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Says why a command failed, and gives MIGRATE_FAILED. */
int migrate_failed(struct migration *m, const struct side *side);

bool migrate_is_interrupted(void);

/* Renews the pause where there is one, and waits `ms`. False when interrupted. */
bool migrate_wait(struct migration *m, int ms);

/* ---- Checking ---- */

/* Learns what both are and says what stands in the way. MIGRATE_DONE, MIGRATE_REFUSED or
 * MIGRATE_FAILED. Changes nothing. */
int migrate_check(struct migration *m);

/* ---- Following ---- */

/* REPLICAOF, unless it follows already. */
int migrate_follow(struct migration *m);

/* Waits for the full synchronisation, however long it takes as long as it goes on. */
int migrate_wait_synced(struct migration *m);

/* Where the Redis is in its stream, -1 when it does not say. */
int64_t migrate_redis_offset(struct migration *m);

/* Waits until this server has applied what the Redis had written when this was called. */
int migrate_wait_level(struct migration *m);

/* Pauses writers for `ms` from now on. Renewing is no more than saying it again. */
int migrate_pause(struct migration *m, int ms);
void migrate_renew_pause(struct migration *m);
void migrate_unpause(struct migration *m);

/* How often commands that write have been called on the Redis, ever; -1 when it does not say. */
int64_t migrate_write_calls(struct migration *m);

/* REPLICAOF NO ONE, and the directives as they were. After a failure the Redis stays what clients
 * should use, even if nobody can say whether the command arrived. */
int migrate_promote(struct migration *m);

/* Makes the Redis refuse writes. */
int migrate_fence(struct migration *m);

#endif
