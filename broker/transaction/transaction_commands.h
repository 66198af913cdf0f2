/* transaction_commands.h - MULTI, EXEC, DISCARD, WATCH, UNWATCH. */
#ifndef MS_BROKER_TRANSACTION_TRANSACTION_COMMANDS_H
#define MS_BROKER_TRANSACTION_TRANSACTION_COMMANDS_H

#include "core/command/command.h"

#include <stdbool.h>

extern const struct command_spec transaction_commands[];

/* True for EXEC. */
bool transaction_is_exec(const struct command_spec *spec);

#endif
