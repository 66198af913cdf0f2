/* tracking_commands.h - CLIENT TRACKING, CACHING, TRACKINGINFO, GETREDIR: handlers for the table of
 * CLIENT's subcommands. TRACKING is exclusive, for it may look for another connection and changes
 * what every change looks at; the others touch their own session only. */
#ifndef MS_BROKER_TRACKING_TRACKING_COMMANDS_H
#define MS_BROKER_TRACKING_TRACKING_COMMANDS_H

#include "core/command/command.h"

void client_tracking(struct request *rq, struct reply *out);
void client_caching(struct request *rq, struct reply *out);
void client_trackinginfo(struct request *rq, struct reply *out);
void client_getredir(struct request *rq, struct reply *out);

#endif
