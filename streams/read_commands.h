/* read_commands.h - XLEN, XRANGE, XREVRANGE, XREAD. */
#ifndef MS_STREAMS_READ_COMMANDS_H
#define MS_STREAMS_READ_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec stream_read_commands[];

#endif
