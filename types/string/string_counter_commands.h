/* string_counter_commands.h - strings as numbers: INCR and its kin, INCRBYFLOAT. */
#ifndef MS_TYPES_STRING_STRING_COUNTER_COMMANDS_H
#define MS_TYPES_STRING_STRING_COUNTER_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec string_counter_commands[];

#endif
