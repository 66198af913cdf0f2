/* migrate_commands.h - MIGRATE: moves keys to another server. */
#ifndef MS_BROKER_MIGRATE_MIGRATE_COMMANDS_H
#define MS_BROKER_MIGRATE_MIGRATE_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec migrate_commands[];

#endif
