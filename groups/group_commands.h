/* group_commands.h - the tables of the group commands; each is in the file of its name. */
#ifndef MS_GROUPS_GROUP_COMMANDS_H
#define MS_GROUPS_GROUP_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec group_commands[];         /* XGROUP */
extern const struct command_spec group_read_commands[];    /* XREADGROUP */
extern const struct command_spec group_ack_commands[];     /* XACK, XACKDEL, XNACK */
extern const struct command_spec group_claim_commands[];   /* XCLAIM, XAUTOCLAIM */
extern const struct command_spec group_pending_commands[]; /* XPENDING */
extern const struct command_spec group_info_commands[];    /* XINFO */
extern const struct command_spec group_record_commands[];  /* ms.group: the log's own */

#endif
