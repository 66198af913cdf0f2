/* scan_commands.h - looking through a database: KEYS, SCAN, RANDOMKEY. */
#ifndef MS_TYPES_GENERIC_SCAN_COMMANDS_H
#define MS_TYPES_GENERIC_SCAN_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec scan_commands[];

#endif
