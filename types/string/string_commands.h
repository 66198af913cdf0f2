/* string_commands.h - commands on one whole string: GET and SET with their kin, STRLEN, and the
 * conditional ones, DELEX and DIGEST. */
#ifndef MS_TYPES_STRING_STRING_COMMANDS_H
#define MS_TYPES_STRING_STRING_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec string_commands[];

#endif
