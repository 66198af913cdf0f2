/* database_commands.h - whole databases: DBSIZE, FLUSHALL, FLUSHDB, SWAPDB. */
#ifndef MS_TYPES_GENERIC_DATABASE_COMMANDS_H
#define MS_TYPES_GENERIC_DATABASE_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec database_commands[];

#endif
