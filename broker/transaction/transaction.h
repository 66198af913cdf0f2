/* transaction.h - MULTI ... EXEC of one connection: the calls it has queued, and what it watches.
 *
 * Between MULTI and EXEC a call is checked as any other and then, instead of being run, copied into
 * the queue. A call that fails the checks makes EXEC refuse the lot. EXEC runs them as one call:
 * with the shards of all keys, watched ones too, held together if all calls are CMD_SHARDED, else
 * with the world stopped. So whoever looks, from whichever reactor, sees all of it or nothing.
 *
 * Owned by its session, used in the session's thread; read by others in exclusive sections. */
#ifndef MS_BROKER_TRANSACTION_TRANSACTION_H
#define MS_BROKER_TRANSACTION_TRANSACTION_H

#include "broker/transaction/watch.h"
#include "core/command/command.h"

#include <stdbool.h>
#include <stddef.h>

struct command;
struct session;

struct transaction_call {
    const struct command *command;
    size_t argc;
    struct span *argv; /* one block: the spans, then their bytes */
};

/* A zeroed struct is a connection outside of a transaction that watches nothing. */
struct transaction {
    bool open;      /* MULTI was called */
    bool failed;    /* a call was refused: EXEC answers EXECABORT */
    unsigned flags; /* enum command_flag: of any queued call that is not about the connection */
    struct transaction_call *calls;
    size_t count, capacity;
    size_t bytes; /* of the queue; client-query-buffer-limit bounds it */
    struct watcher watcher;
};

/* The connection is between MULTI and EXEC. */
bool transaction_is_open(const struct session *session);

/* The flags that count when EXEC is checked for memory and pause: those of the queued calls. 0 for
 * any other command, and outside of a transaction. */
unsigned transaction_flags(const struct session *session, const struct command *command);

/* A call was refused. Outside of a transaction nothing happens, except that a refused EXEC ends it:
 * then the error in `out` becomes EXECABORT with that error in it. `command` may be NULL. */
void transaction_refused(struct session *session, const struct command *command, struct reply *out);

/* If the connection is in a transaction and the command is one to be queued: copies the call,
 * answers QUEUED, and returns true. A queue over client-query-buffer-limit closes the connection.
 */
bool transaction_queue(struct session *session, const struct command *command, size_t argc,
                       const struct span *argv, struct reply *out);

/* True if the call is the EXEC of an open transaction, which transaction_execute runs. */
bool transaction_ends_with(const struct session *session, const struct command *command);

/* EXEC: runs the queue, answers with an array of the replies, the null array if a watched key
 * changed, or EXECABORT. The transaction is over. Holds nothing but the reactor's world lock. */
void transaction_execute(struct session *session, struct reply *out);

/* Drops the queue and all marks: DISCARD, RESET. No shard is held. */
void transaction_discard(struct session *session);

/* Drops the marks: UNWATCH. No shard is held, unless nothing is watched. */
void transaction_unwatch(struct session *session);

/* For the end of the session. No shard is held. */
void transaction_free(struct session *session);

/* Bytes of queue and marks. */
size_t transaction_memory(const struct session *session);

/* Keys watched; 0 once one of them has changed. */
size_t transaction_watched(const struct session *session);

/* A watched key has changed: EXEC will answer null. */
bool transaction_is_dirty(const struct session *session);

/* The session's transaction, made on first use. */
struct transaction *transaction_get(struct session *session);

#endif
