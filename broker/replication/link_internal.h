/* link_internal.h - the parts of the link to the primary: thread and states (link.c), what is said
 * before anything comes (greeting.c), full synchronisation (transfer.c). What comes then is
 * applied by apply.h. */
#ifndef MS_BROKER_REPLICATION_LINK_INTERNAL_H
#define MS_BROKER_REPLICATION_LINK_INTERNAL_H

#include "broker/config/config.h"
#include "broker/net/inbox.h"
#include "broker/net/peer.h"
#include "broker/replication/apply.h"
#include "broker/replication/link.h"
#include "broker/replication/replication.h"
#include "storage/log/commit_log.h"

#include <pthread.h>

enum follow_state { /* in the order in which they follow each other */
    FOLLOW_CONNECT, /* to be connected */
    FOLLOW_CONNECTING,
    FOLLOW_GREETING,
    FOLLOW_SYNC, /* a snapshot comes, or is loaded */
    FOLLOW_CONNECTED,
};

/* What the thread needs of the configuration, as it was when it began to connect. */
struct follow_settings {
    char *user, *password; /* "" none */
    char *announced_host;  /* "" none */
    char *source;          /* address to connect from; "" any */
    int announced_port;
    int timeout_ms;
    int keepalive_s;
    struct tls *tls;                   /* to be taken by the connection; NULL: plain */
    enum config_diskless_load loading; /* of snapshots */
};

/* What this server has, and asks to be continued. */
struct follow_place {
    bool is_known; /* else everything is asked for */
    char id[COMMIT_ID_SIZE + 1];
    uint64_t position;
    /* The history, at `position`, has these names as well, if the primary is of our kind. */
    char names[COMMIT_PAST_LIMIT][COMMIT_ID_SIZE + 1];
    size_t name_count;
};

/* What the primary has answered. */
struct follow_answer {
    bool is_full;
    char id[COMMIT_ID_SIZE + 1]; /* "": as it was asked for */
    uint64_t position;           /* of a full synchronisation: behind what the snapshot holds */
};

/* What is asked of the server besides. */
enum link_errand {
    ERRAND_NONE,
    ERRAND_FAILOVER, /* that it leads */
    ERRAND_FORCE,    /* whatever it lacks */
};

struct primary_link {
    struct replication *replication;
    struct server *server;
    char host[REPLICATION_HOST_LIMIT];
    int port;
    struct primary_link *next; /* of those that follow no longer */

    pthread_t thread;
    atomic_bool cancel; /* it is to end; relaxed, seen at the next look */
    atomic_bool ended;  /* it has: released by the thread, acquired by who joins it */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool is_attached; /* the connection is reactor 0's, or on its way there; under `lock` */
    atomic_int state; /* enum follow_state: for INFO, relaxed */

    /* The thread's own. */
    struct follow_settings settings;
    struct peer *peer;
    enum link_errand errand;
    bool is_refused; /* the errand, for good */
    unsigned
        failures; /* in a row: snapshots that could not be read, calls that could not be applied */
    uint64_t last_newline_us;

    /* Handed to reactor 0. */
    struct inbox_message message;
    struct stream stream;
    struct buffer rest; /* received behind the answer, not applied yet */
    int db;

    /* Reactor 0's, changed in exclusive sections too. */
    struct session *session;
    struct applier applier;
    struct inbox_message held; /* posted to itself while a script is busy */
    bool is_held;
    int64_t up_since_ms, down_since_ms, last_input_ms; /* Unix; 0: never */
    int64_t last_ack_ms;
    int64_t missing_ms; /* without the primary until `up_since_ms`, in all */
    uint64_t full_syncs, continued;

    /* Attempts to synchronise, in all and since the connection was lost last; relaxed. */
    _Atomic uint64_t attempts, recent_attempts;

    /* Of the snapshot that comes; written by the thread, read for INFO: relaxed. */
    _Atomic uint64_t sync_size, sync_received;
    _Atomic int64_t sync_last_ms;
};

/* The link is to end, or the server. Any thread. */
bool link_is_cancelled(const struct primary_link *self);

/* The thread becomes one that runs, beside the reactors; false, and it does not, if it is to end.
 */
bool link_enter_world(struct primary_link *self);
void link_leave_world(struct primary_link *self);

/* Waits so long, or until the link is to end: false. */
bool link_pause(struct primary_link *self, int64_t ms);

/* Says who we are and what we have. The primary's answer, or an error with the reason. */
int greeting_run(struct primary_link *self, const struct follow_place *place,
                 struct follow_answer *answer, struct diag *diag);

/* Receives a snapshot and puts it in the place of everything there is. 0, or an error with the
 * reason: the server's `asks_all` is set if the old data is gone. */
int transfer_run(struct primary_link *self, const struct follow_answer *answer, struct diag *diag);

#endif
