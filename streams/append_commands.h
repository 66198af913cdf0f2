/* append_commands.h - XADD and XTRIM: what makes a stream longer and shorter. */
#ifndef MS_STREAMS_APPEND_COMMANDS_H
#define MS_STREAMS_APPEND_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec stream_append_commands[];

#endif
