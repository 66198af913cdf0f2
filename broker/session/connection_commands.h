/* connection_commands.h - PING, ECHO, HELLO, AUTH, SELECT, QUIT, RESET: what a connection says
 * about itself. They touch only their own session, so none stops the world. */
#ifndef MS_BROKER_SESSION_CONNECTION_COMMANDS_H
#define MS_BROKER_SESSION_CONNECTION_COMMANDS_H

#include "core/command/command.h"

#include <stdbool.h>

struct session;

/* The name fits CLIENT SETNAME and its like: printable ASCII without blanks. */
bool client_name_fits(struct span name);

extern const struct command_spec connection_commands[];

#endif
