/* server.h - the process: owns every part and hands them to each other. There is no global server;
 * a reactor points to it. Parts are fixed after start; what changes while running says by whom. */
#ifndef MS_BROKER_SERVER_SERVER_H
#define MS_BROKER_SERVER_SERVER_H

#include "broker/command/eviction.h"
#include "broker/config/config.h"
#include "broker/reactor/reactor.h"
#include "broker/server/workers.h"
#include "core/base/diag.h"
#include "storage/rdb/rdb_value.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct acl;
struct keyspace;
struct observe;
struct pubsub;
struct scripts;
struct registry;
struct replication;
struct tracking;
struct watch_table;
struct wait_table;
struct watchdog;
struct world;
struct log;
struct acceptor;
struct tls_context;

enum pause_mode {
    PAUSE_NONE,
    PAUSE_WRITE,
    PAUSE_ALL
};

/* The limit of the memory of all connections: session/client_eviction.h. */
struct client_eviction {
    uint64_t limit_bytes;    /* 0: none. Changed in exclusive sections only, as the next one */
    int64_t warned_ms;       /* when the log said that nobody is left to end */
    atomic_ullong bytes;     /* sums of what the reactors have told: relaxed, hints whether it */
    atomic_ullong evictable; /* is worth to stop the world */
};

/* Why writes wait, other than by CLIENT PAUSE. */
enum write_hold {
    HOLD_SHUTDOWN = 1 << 0, /* replicas get the rest first */
    HOLD_FAILOVER = 1 << 1,
};

enum {
    RUN_ID_SIZE = 40
};

struct server {
    struct config_store *config;
    struct log *log;
    struct world *world;
    struct keyspace *keyspace;
    struct rdb_loaders loaders;
    struct registry *registry;
    struct acl *acl; /* users; changed in exclusive sections only */
    struct wait_table *waits;
    struct watch_table *watches;
    struct tracking *tracking;
    struct scripts *scripts;
    atomic_int busy; /* enum script_busy: with a script that runs long. Set with the world stopped;
                        relaxed, the world's locks order what follows from it */
    struct pubsub *pubsub;
    struct observe *observe;
    struct reactor *reactors[REACTORS_LIMIT];
    int reactor_count;
    struct workers workers;
    struct persistence *persistence;
    struct replication *replication;
    atomic_bool loading; /* data is being read back: commands are refused or exclusive; relaxed, the
                            world's locks order what follows from it */
    struct tls_context *tls; /* of new connections; NULL: no TLS. Changed in exclusive sections */
    struct watchdog *watchdog;
    struct acceptor *acceptor; /* listening sockets, in reactor 0's loop */

    atomic_ullong next_session_id;
    atomic_int client_count; /* open connections; checked against maxclients by the acceptor */

    /* Changed in exclusive sections only. */
    enum pause_mode pause;
    int64_t pause_until_ms;
    unsigned holds;      /* enum write_hold; CLIENT UNPAUSE does not end them */
    bool active_expire;  /* DEBUG SET-ACTIVE-EXPIRE */
    bool cron_paused;    /* DEBUG PAUSE-CRON */
    int64_t started_ms;  /* Unix time */
    uint64_t started_ns; /* monotonic */
    int64_t stats_reset_ms;
    uint64_t memory_peak;
    int64_t memory_peak_ms;
    uint64_t memory_startup;
    bool oom_score_is_ours; /* see oom_score.h */
    int oom_score_at_start;
    struct eviction_clock eviction;
    struct client_eviction client_eviction;
    char run_id[RUN_ID_SIZE + 1];
    char replication_id[RUN_ID_SIZE + 1];
    char executable[4096];
    char pid_file[4096]; /* absolute, "" while there is none */
    enum config_supervised supervised;
    int daemon_fd; /* tells the process that waits for us to get ready; -1: nobody does */
    uint64_t changes_at_save; /* effects counted when LASTSAVE was set */
    int64_t last_save_ms;

    atomic_int stop_after_script; /* the signal that came while a script ran long; 0: none. Relaxed:
                                     late is soon enough */
    atomic_int stopping;          /* set once: by SIGTERM, SIGINT or SHUTDOWN */
    int exit_code;
};

/* Builds everything from the command line. NULL with the reason. */
struct server *server_new(int argc, char **argv, struct diag *diag);

/* Names in the log what is set otherwise than in `before` (NULL: than by default), and has no
 * effect. Exclusive. */
void server_say_without_effect(struct server *server, const struct config *before);

/* Opens the sockets and runs until stopped; returns the exit code. */
int server_run(struct server *server);
void server_free(struct server *server);

/* Begins the shutdown: reactors end after their round. Any thread. */
void server_stop(struct server *server);

/* So many random hexadecimal digits, and a NUL. Any thread. */
void server_random_hex(char *to, size_t size);

/* Resumes what CLIENT PAUSE held back. Exclusive. */
void server_unpause(struct server *server);

/* Writes wait, as with CLIENT PAUSE WRITE, and no longer. Exclusive. */
void server_hold_writes(struct server *server, enum write_hold why);
void server_release_writes(struct server *server, enum write_hold why);

/* What waits now. Any thread that runs in the world. */
static inline enum pause_mode server_pause_mode(const struct server *server, int64_t now_ms)
{
    if (server->pause == PAUSE_ALL && now_ms < server->pause_until_ms)
        return PAUSE_ALL;
    if (server->holds || (server->pause == PAUSE_WRITE && now_ms < server->pause_until_ms))
        return PAUSE_WRITE;
    return PAUSE_NONE;
}

static inline const struct config *server_config(const struct server *server)
{
    return config_current(server->config);
}

#endif
