/* list_commands.h - the tables of the list commands, each beside its handlers. */
#ifndef MS_TYPES_LIST_LIST_COMMANDS_H
#define MS_TYPES_LIST_LIST_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec list_push_commands[]; /* LPUSH RPUSH LPUSHX RPUSHX */
extern const struct command_spec list_pop_commands[];  /* LPOP RPOP LMPOP BLPOP BRPOP BLMPOP */
extern const struct command_spec list_read_commands[]; /* LLEN LINDEX LRANGE LPOS */
extern const struct command_spec list_edit_commands[]; /* LSET LINSERT LREM LTRIM */
extern const struct command_spec
    list_move_commands[]; /* LMOVE LMOVEM RPOPLPUSH BLMOVE BLMOVEM BRPOPLPUSH */

#endif
