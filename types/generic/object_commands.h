/* object_commands.h - OBJECT: how a value is held and when it was used. */
#ifndef MS_TYPES_GENERIC_OBJECT_COMMANDS_H
#define MS_TYPES_GENERIC_OBJECT_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec object_commands[];

#endif
