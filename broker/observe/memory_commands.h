/* memory_commands.h - MEMORY, MODULE and LOLWUT. */
#ifndef MS_BROKER_OBSERVE_MEMORY_COMMANDS_H
#define MS_BROKER_OBSERVE_MEMORY_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec memory_commands[];
extern const struct command_spec module_commands[];
extern const struct command_spec lolwut_commands[];

#endif
