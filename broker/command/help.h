/* help.h - HELP of a command with subcommands, from what their tables say. */
#ifndef MS_BROKER_COMMAND_HELP_H
#define MS_BROKER_COMMAND_HELP_H

#include "core/command/command.h"

/* The handler of every container's HELP; its flags have CMD_SESSION. */
void command_help(struct request *rq, struct reply *out);

#endif
