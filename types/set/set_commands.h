/* set_commands.h - the commands of group "set", an array for each file of handlers. */
#ifndef MS_TYPES_SET_SET_COMMANDS_H
#define MS_TYPES_SET_SET_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec set_member_commands[];
extern const struct command_spec set_random_commands[];
extern const struct command_spec set_combine_commands[];

#endif
