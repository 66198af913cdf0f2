/* hash_commands.h - the commands of group "hash", an array for each file of handlers. HIMPORT,
 * whose field sets belong to a connection, is in broker/session and builds on hash_import.h. */
#ifndef MS_TYPES_HASH_HASH_COMMANDS_H
#define MS_TYPES_HASH_HASH_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec hash_commands[];
extern const struct command_spec hash_read_commands[];
extern const struct command_spec hash_scan_commands[];
extern const struct command_spec hash_counter_commands[];
extern const struct command_spec hash_expire_commands[];
extern const struct command_spec hash_ex_commands[];

#endif
