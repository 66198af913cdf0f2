/* key_commands.h - commands on keys of any type: DEL, EXISTS, TYPE, RENAME, COPY, MOVE and kin. */
#ifndef MS_TYPES_GENERIC_KEY_COMMANDS_H
#define MS_TYPES_GENERIC_KEY_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec key_commands[];

#endif
