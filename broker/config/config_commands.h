/* config_commands.h - CONFIG GET, SET, REWRITE, RESETSTAT, HELP. All exclusive. */
#ifndef MS_BROKER_CONFIG_CONFIG_COMMANDS_H
#define MS_BROKER_CONFIG_CONFIG_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec config_commands[];

#endif
