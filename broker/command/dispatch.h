/* dispatch.h - runs one call: finds its keys, takes the locks, runs the handler, carries out the
 * effects, lets go, and serves the waiters its change can satisfy. Every call of a handler that is
 * not part of another call goes through dispatch_run. */
#ifndef MS_BROKER_COMMAND_DISPATCH_H
#define MS_BROKER_COMMAND_DISPATCH_H

#include "broker/command/registry.h"
#include "broker/reactor/reactor.h"

struct session;

/* Fills in what a request has from its reactor: time, keyspace, settings, arena, chance. */
void dispatch_prepare(struct reactor *reactor, struct request *rq, struct arena *arena);

/* Runs the call in the reactor's thread, which holds nothing but its world lock. `session` may be
 * NULL (timer work); a session whose call asks to wait is parked. After a REQUEST_GOES_ON keys may
 * be left for the caller's dispatch_serve_ready. */
void dispatch_run(struct reactor *reactor, struct session *session, const struct command *command,
                  struct request *rq, struct reply *out);

/* What must follow of a request's effects: counts, logs, notes the keys to be tried. Called with
 * the request's shards still held. */
void dispatch_effects(struct reactor *reactor, struct request *rq);

/* The same without the log, as a part of what tracking_broadcast and the log take as one: see
 * unit.h. */
void dispatch_effects_of_part(struct reactor *reactor, struct request *rq);

/* Finds the keys, hashes them into the request, and gives the shards. 0, or ERR_SYNTAX. */
int dispatch_find_keys(struct request *rq, const struct command *command, uint64_t *shards);

/* Notes that the waiters of a key are to be tried once the locks are let go. */
void dispatch_ready(struct reactor *reactor, const struct key *key);

/* Tries the waiters of all ready keys, those that come up meanwhile too. No shard held. */
void dispatch_serve_ready(struct reactor *reactor);

#endif
