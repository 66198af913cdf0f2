/* array_commands.h - the tables of the array commands, each beside its handlers. */
#ifndef MS_TYPES_ARRAY_ARRAY_COMMANDS_H
#define MS_TYPES_ARRAY_ARRAY_COMMANDS_H

#include "core/command/command.h"

/* ARCOUNT ARLEN ARGET ARMGET ARGETRANGE ARSCAN ARNEXT ARLASTITEMS ARINFO */
extern const struct command_spec array_read_commands[];
/* ARSET ARMSET ARINSERT ARRING ARSEEK ARDEL ARDELRANGE */
extern const struct command_spec array_write_commands[];
extern const struct command_spec array_search_commands[]; /* AROP ARGREP */

#endif
