/* execute.h - runs the request a session has just parsed, with everything that is decided before a
 * handler may run: known command, arity, authentication, pause, memory. */
#ifndef MS_BROKER_SESSION_EXECUTE_H
#define MS_BROKER_SESSION_EXECUTE_H

#include "broker/observe/observe.h"
#include "broker/session/lookahead.h"
#include "broker/session/session.h"

#include <stdbool.h>
#include <stddef.h>

/* Runs a call. False if it must wait (CLIENT PAUSE): nothing has happened and it has to be offered
 * again. */
bool session_execute(struct session *session, const struct call *call);

/* Counts a call that has been run, and notes it for those who observe. */
void execute_count_call(struct reactor *reactor, const struct observed_call *call,
                        const struct reply *out, uint64_t started_ns);

#endif
