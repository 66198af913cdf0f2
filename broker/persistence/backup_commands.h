/* backup_commands.h - BACKUP and its subcommands. */
#ifndef MS_BROKER_PERSISTENCE_BACKUP_COMMANDS_H
#define MS_BROKER_PERSISTENCE_BACKUP_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec backup_commands[];

#endif
