/* command_commands.h - COMMAND and its subcommands: what the server tells about its commands, all
 * of it derived from the command table. */
#ifndef MS_BROKER_COMMAND_COMMAND_COMMANDS_H
#define MS_BROKER_COMMAND_COMMAND_COMMANDS_H

#include "core/command/command.h"

struct command;

extern const struct command_spec command_commands[];

/* One command as COMMAND INFO has it; in command_info.c. */
void command_info_write(const struct command *command, struct reply *out);

/* True if the command is in the ACL category (its name without '@'). */
bool command_in_category(const struct command *command, struct span category);
bool command_category_exists(struct span category);

/* One command as COMMAND DOCS has it, name and map; in command_docs.c. */
void command_docs_write(const struct command *command, struct arena *arena, struct reply *out);

/* The names of key flags, in a fixed order. */
void command_key_flags_write(unsigned flags, struct reply *out);

#endif
