/* hll_commands.h - the PF commands. */
#ifndef MS_TYPES_HLL_HLL_COMMANDS_H
#define MS_TYPES_HLL_HLL_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec hll_commands[];       /* PFADD, PFCOUNT, PFMERGE */
extern const struct command_spec hll_debug_commands[]; /* PFDEBUG, PFSELFTEST */

#endif
