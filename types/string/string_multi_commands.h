/* string_multi_commands.h - MGET and the commands that set many strings at once. */
#ifndef MS_TYPES_STRING_STRING_MULTI_COMMANDS_H
#define MS_TYPES_STRING_STRING_MULTI_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec string_multi_commands[];

#endif
