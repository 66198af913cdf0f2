/* expire_commands.h - when keys go: EXPIRE and its kin, TTL and its kin, PERSIST. */
#ifndef MS_TYPES_GENERIC_EXPIRE_COMMANDS_H
#define MS_TYPES_GENERIC_EXPIRE_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec expire_commands[];

#endif
