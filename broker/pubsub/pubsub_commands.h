/* pubsub_commands.h - SUBSCRIBE, PUBLISH, PUBSUB and their kin. */
#ifndef MS_BROKER_PUBSUB_PUBSUB_COMMANDS_H
#define MS_BROKER_PUBSUB_PUBSUB_COMMANDS_H

#include "core/command/command.h"

extern const struct command_spec pubsub_commands[];

#endif
