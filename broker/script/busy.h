/* busy.h - scripts that run long.
 *
 * Past `busy-reply-threshold` the server is busy: now and then, from the script's hook, between two
 * instructions of Lua, the world is let go so that every reactor runs a round. In it commands are
 * answered -BUSY unless they are allowed then (CMD_ALLOW_BUSY), and timers and messages that would
 * look at keys wait: nobody sees half of what the script does. The script's own session is held. */
#ifndef MS_BROKER_SCRIPT_BUSY_H
#define MS_BROKER_SCRIPT_BUSY_H

#include "core/command/reply.h"

#include <stdbool.h>

struct command;
struct script_run;
struct scripts;
struct server;

/* server->busy */
enum script_busy {
    BUSY_NO = 0,
    BUSY_SCRIPT,
    BUSY_FUNCTION
};

/* Of sandbox.h's kind; `run` is a struct script_run. */
const char *script_busy_hook(void *run);

/* The run is over: the server is not busy any more. Exclusive. */
void script_busy_end(struct script_run *run);

/* SCRIPT KILL and FUNCTION KILL. Exclusive. */
void script_busy_kill(struct scripts *scripts, bool function, struct reply *out);

/* May the command run while the server is busy? False with the error written. */
bool script_busy_allows(struct server *server, const struct command *command, struct reply *out);

/* Writes the error of a call that has to wait for the script. */
void script_busy_reply(const struct server *server, struct reply *out);

/* May SHUTDOWN be called now? While the server is busy only without saving. False with the error
 * written. Exclusive. */
bool script_busy_may_shut_down(const struct server *server, bool nosave, struct reply *out);

/* The server ends: a script that is running is ended, and nothing of it is logged. Exclusive. */
void script_busy_abandon(struct server *server);

/* A signal is to end the server. False if no script runs; else it is kept for
 * shutdown_after_script, and the script is ended if it has not written. Reactor 0. */
bool script_busy_stops_later(struct server *server, int signal);

#endif
