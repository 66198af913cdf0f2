/* admin_commands.h - TIME, SHUTDOWN, LASTSAVE and DEBUG. DEBUG is for test suites and gated by
 * enable-debug-command. */
#ifndef MS_BROKER_ADMIN_ADMIN_COMMANDS_H
#define MS_BROKER_ADMIN_ADMIN_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec admin_commands[];

/* In debug_command.c. */
void debug_command(struct request *rq, struct reply *out);

#endif
