/* dump_commands.h - values as portable bytes: DUMP, RESTORE. */
#ifndef MS_TYPES_GENERIC_DUMP_COMMANDS_H
#define MS_TYPES_GENERIC_DUMP_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec dump_commands[];

#endif
