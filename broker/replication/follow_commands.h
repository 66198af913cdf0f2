/* follow_commands.h - REPLICAOF and SLAVEOF. */
#ifndef MS_BROKER_REPLICATION_FOLLOW_COMMANDS_H
#define MS_BROKER_REPLICATION_FOLLOW_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec follow_commands[];

#endif
