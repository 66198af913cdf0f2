/* failover_commands.h - FAILOVER. */
#ifndef MS_BROKER_REPLICATION_FAILOVER_COMMANDS_H
#define MS_BROKER_REPLICATION_FAILOVER_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec failover_commands[];

#endif
