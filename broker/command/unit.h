/* unit.h - several calls that take effect as one: those of a transaction, those a script makes.
 *
 *   unit_begin(reactor);
 *   unit_run(...) for each call, or, after a call has been run otherwise, unit_add(...)
 *   unit_end(reactor);
 *
 * From the first to the last the shards they touch are held, all the time: so whoever looks sees
 * all of it or nothing; the log has it as one group; client-side caches are told once. Units nest
 * (a script in a transaction): the outermost one counts. The reactor's thread. */
#ifndef MS_BROKER_COMMAND_UNIT_H
#define MS_BROKER_COMMAND_UNIT_H

#include "core/command/reply.h"
#include "core/command/request.h"

#include <stdbool.h>
#include <stddef.h>

struct command;
struct reactor;
struct session;

void unit_begin(struct reactor *reactor);

/* What must follow of a call that has just been run. The request may go afterwards. */
void unit_add(struct reactor *reactor, struct request *rq);

/* Logs the calls as one and tells the caches. True if something was logged. Only then may
 * the shards be let go. The inner ones of nested units give false. */
bool unit_end(struct reactor *reactor);

/* Instead of unit_end: what the calls did is not logged, though it is done, nor is what the units
 * around this one do. Only where the server is about to end, and only if nobody sees it any more.
 */
void unit_abandon(struct reactor *reactor);

/* Runs one call of the unit whose arity has been checked: handler, what must follow, tracking for
 * `session` (or NULL), statistics. The request has everything but its spec and settings, among it
 * held_shards. A handler that writes no reply answers OK. */
void unit_run(struct reactor *reactor, struct session *session, const struct command *command,
              struct request *rq, struct reply *out);

/* May a script make a further call that writes and has arguments of so many bytes? What is logged
 * as one has a limit: half of it may have been used by then, and the call has to fit. */
bool unit_has_room(const struct reactor *reactor, size_t bytes);

#endif
