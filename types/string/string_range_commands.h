/* string_range_commands.h - commands on part of a string: APPEND, GETRANGE, SETRANGE. */
#ifndef MS_TYPES_STRING_STRING_RANGE_COMMANDS_H
#define MS_TYPES_STRING_STRING_RANGE_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec string_range_commands[];

#endif
