/* sort_commands.h - SORT and SORT_RO, which order what lists, sets and sorted sets hold. */
#ifndef MS_TYPES_SORT_SORT_COMMANDS_H
#define MS_TYPES_SORT_SORT_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec sort_commands[];

#endif
