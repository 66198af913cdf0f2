/* eval_commands.h - EVAL, EVALSHA, EVAL_RO, EVALSHA_RO, SCRIPT. */
#ifndef MS_BROKER_SCRIPT_EVAL_COMMANDS_H
#define MS_BROKER_SCRIPT_EVAL_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec eval_commands[];

#endif
