/* change_commands.h - commands that change a stream but for appending and trimming: XDEL, XDELEX,
 * XSETID, XCFGSET, XIDMPRECORD. */
#ifndef MS_STREAMS_CHANGE_COMMANDS_H
#define MS_STREAMS_CHANGE_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec stream_change_commands[];

#endif
