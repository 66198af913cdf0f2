/* function_commands.h - FUNCTION, FCALL, FCALL_RO. */
#ifndef MS_BROKER_SCRIPT_FUNCTION_COMMANDS_H
#define MS_BROKER_SCRIPT_FUNCTION_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec function_commands[];

#endif
