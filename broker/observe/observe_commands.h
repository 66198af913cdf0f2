/* observe_commands.h - SLOWLOG, LATENCY, MONITOR, HOTKEYS. */
#ifndef MS_BROKER_OBSERVE_OBSERVE_COMMANDS_H
#define MS_BROKER_OBSERVE_OBSERVE_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec observe_commands[];
extern const struct command_spec latency_commands[];

#endif
