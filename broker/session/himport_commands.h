/* himport_commands.h - HIMPORT, and the field sets that a connection has prepared for it. They are
 * the session's: other connections do not see them, RESET and the end of the connection drop them.
 * The session's reactor only. */
#ifndef MS_BROKER_SESSION_HIMPORT_COMMANDS_H
#define MS_BROKER_SESSION_HIMPORT_COMMANDS_H

#include "core/command/command.h"

#include <stddef.h>

struct himport; /* the field sets of a session */

/* NULL is allowed. */
void himport_free(struct himport *himport);
size_t himport_memory(const struct himport *himport);

extern const struct command_spec himport_commands[];

#endif
