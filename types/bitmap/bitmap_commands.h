/* bitmap_commands.h - commands on the bits of strings. */
#ifndef MS_TYPES_BITMAP_BITMAP_COMMANDS_H
#define MS_TYPES_BITMAP_BITMAP_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec bitmap_commands[];   /* SETBIT, GETBIT, BITCOUNT, BITPOS, BITOP */
extern const struct command_spec bitfield_commands[]; /* BITFIELD, BITFIELD_RO */

#endif
