/* string_increx_commands.h - INCREX: a counter with bounds and an expiry. */
#ifndef MS_TYPES_STRING_STRING_INCREX_COMMANDS_H
#define MS_TYPES_STRING_STRING_INCREX_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec string_increx_commands[];

#endif
