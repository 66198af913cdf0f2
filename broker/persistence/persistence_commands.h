/* persistence_commands.h - BGREWRITEAOF, BGSAVE, SAVE, LASTSAVE. */
#ifndef MS_BROKER_PERSISTENCE_PERSISTENCE_COMMANDS_H
#define MS_BROKER_PERSISTENCE_PERSISTENCE_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec persistence_commands[];

#endif
