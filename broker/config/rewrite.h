/* rewrite.h - CONFIG REWRITE: writes the snapshot back to the file, keeping its comments, order and
 * unknown layout; values that are the default are not added. */
#ifndef MS_BROKER_CONFIG_REWRITE_H
#define MS_BROKER_CONFIG_REWRITE_H

#include "broker/config/config.h"

/* Replaces the file atomically (written beside it, synced, renamed). 0 or ERR_IO. */
int config_rewrite(const struct config *config, const char *path, struct diag *diag);

#endif
