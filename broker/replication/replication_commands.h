/* replication_commands.h - PSYNC, SYNC, REPLCONF, ROLE, WAIT and WAITAOF. */
#ifndef MS_BROKER_REPLICATION_REPLICATION_COMMANDS_H
#define MS_BROKER_REPLICATION_REPLICATION_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec replication_commands[];

#endif
