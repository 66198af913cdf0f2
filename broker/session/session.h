/* session.h - one client's connection: its input, its state, its output. Owned by its reactor; read
 * and changed from elsewhere only in exclusive sections. */
#ifndef MS_BROKER_SESSION_SESSION_H
#define MS_BROKER_SESSION_SESSION_H

#include "broker/config/config.h"
#include "broker/net/loop.h"
#include "broker/persistence/persistence.h"
#include "broker/net/stream.h"
#include "broker/session/output.h"
#include "core/bytes/buffer.h"
#include "core/command/command.h"
#include "core/resp/request_parser.h"

#include <stdbool.h>
#include <stdint.h>

struct acl_user;
struct command;
struct himport;      /* himport_commands.h */
struct primary_link; /* broker/replication */
struct pubsub_client;
struct reactor;
struct replica; /* broker/replication */
struct suspension;
struct tracker;
struct transaction;
struct waiter;

enum session_flag {
    SESSION_AUTHENTICATED = 1 << 0,
    SESSION_CLOSE_AFTER_REPLY = 1 << 1, /* no more input is read; closed once output is written */
    SESSION_CLOSING = 1 << 2,           /* on the reactor's closing list */
    SESSION_NO_EVICT = 1 << 3,
    SESSION_NO_TOUCH = 1 << 4,
    SESSION_REPLY_OFF = 1 << 5,
    SESSION_REPLY_SKIP = 1 << 6,      /* the reply of the command running now is dropped */
    SESSION_REPLY_SKIP_NEXT = 1 << 7, /* the next command's */
    SESSION_UNIX = 1 << 8,
    SESSION_PAUSED = 1 << 9,       /* its next command waits for the end of CLIENT PAUSE */
    SESSION_WRITING = 1 << 10,     /* the socket is full: waiting to write */
    SESSION_LOCAL = 1 << 11,       /* the peer is this machine */
    SESSION_IN_COMMAND = 1 << 12,  /* running a command now */
    SESSION_CLOGGED = 1 << 13,     /* takes no input until its output is written */
    SESSION_HELD = 1 << 16,        /* see session_hold */
    SESSION_SILENT = 1 << 17,      /* nothing is written any more: it is closed without an answer */
    SESSION_HANDSHAKING = 1 << 15, /* its TLS has not agreed yet: handshake.h */
    SESSION_PUSH_REPLY = 1 << 14,  /* the command running now answers by pushes: they go out even
                                     when replies are off, and messages between them */
};

enum session_link {
    LINK_ALL,
    LINK_FLUSH,
    LINK_PUSH, /* only messages to write, which may wait for others: see reactor.c */
    LINK_RESUME,
    LINK_CLOSING,
    LINK_GATED,   /* with output that waits for the log */
    LINK_PENDING, /* with input inside TLS, which the socket will not announce */
    LINK_MONITOR, /* watches every call: broker/observe */
    LINK_REPLICA, /* follows this server: broker/replication */
    LINK_CHARGED, /* in the bucket `bucket` of its reactor: client_eviction.h */
    SESSION_LINKS
};

struct session {
    uint64_t id;
    struct reactor *reactor;
    struct stream stream;
    struct loop_io *io;
    unsigned flags;  /* enum session_flag */
    unsigned linked; /* bit per enum session_link */
    struct session *next[SESSION_LINKS], *previous[SESSION_LINKS];

    struct acl_user *user; /* referenced; who it is, or would be by default */
    struct gate gate;      /* when the output may leave */
    unsigned char bucket;  /* client_eviction.h; 0: none */
    int db;
    int protocol;                  /* 2 or 3 */
    struct waiter *waiter;         /* parked: no input is run until it is served */
    struct suspension *suspension; /* another thread works on its command: no input either */

    struct request_parser parser;
    struct buffer input;  /* received and not run yet */
    struct output output; /* replies and messages not written yet */
    struct buffer pushes; /* came up during the command running now; go out after its reply */
    struct pubsub_client *pubsub;     /* its subscriptions; NULL: none */
    int64_t over_soft_limit_since_ms; /* 0: is not */

    struct buffer name; /* CLIENT SETNAME */
    struct buffer library_name, library_version;
    char peer[ADDRESS_TEXT_LIMIT], local[ADDRESS_TEXT_LIMIT];
    int64_t created_ms, active_ms;
    const struct command *last_command;
    uint64_t net_input_bytes, net_output_bytes, commands, reads;
    size_t argv_bytes;               /* of the command being run or parked */
    size_t charged_bytes;            /* client_eviction.h */
    struct transaction *transaction; /* MULTI and WATCH; NULL while neither was called */
    struct tracker *tracker;         /* CLIENT TRACKING; NULL while it has to do with none */
    struct himport *himport;         /* field sets; NULL while none were prepared */
    struct replica *replica;         /* it follows this server, or prepares to; else NULL */
    struct primary_link *primary;    /* it is whom this server follows; else NULL */
};

/* Takes over the connection. The reactor's thread. */
struct session *session_new(struct reactor *reactor, struct stream stream, uint64_t id,
                            const char *unix_path);

/* Ends the connection at the end of the round, dropping unwritten output. In the reactor's thread,
 * or anywhere in an exclusive section. */
void session_close(struct session *session);

/* Ends it after what is in the output has been written. */
void session_close_after_reply(struct session *session);

/* While the session's command is not over and its reactor runs a round meanwhile, nothing is read
 * from it or written to it. The session's thread. */
void session_hold(struct session *session);
void session_release(struct session *session);

/* Frees a session on the closing list. The reactor's end of round. */
void session_free(struct session *session);

/* Goes on with input received while the session was parked or paused. */
void session_resume(struct session *session);

/* Reads input that TLS has taken from the socket already, if it is still there and wanted. */
void session_read_pending(struct session *session);

/* Writes what the socket takes. */
void session_flush(struct session *session);

/* Notes that there is output, to be written at the end of the round; enforces the output limits. */
void session_wrote(struct session *session);

/* Appends a reply made elsewhere (a served waiter's), as if the session had just run its command.
 */
void session_deliver(struct session *session, const struct buffer *reply);

/* Sends a message that is no reply: `head`, then `tail`, which is the bytes of `shared` unless that
 * is NULL. Its first byte becomes '>' in RESP3. If the session is running a command, the message
 * follows the command's reply. The session's reactor, or anybody exclusive, who wakes its loop. */
void session_push(struct session *session, struct span head, struct span tail,
                  struct shared_bytes *shared);

/* The session a request belongs to. Only for commands with CMD_SESSION. */
struct session *request_session(const struct request *rq);

/* Back to a fresh connection's state, as RESET does. */
void session_reset(struct session *session);

/* Work of the cron for one session: idle time, soft output limit, buffers to shrink. */
void session_cron(struct session *session, int64_t now_ms);

/* Lists. */
void session_link(struct session *session, enum session_link list);
void session_unlink(struct session *session, enum session_link list);

static inline size_t session_output_size(const struct session *session)
{
    return output_size(&session->output);
}

#endif
