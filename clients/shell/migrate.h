/* migrate.h - millstream-cli migrate from-redis: this server follows a Redis, the two are compared,
 * and this server takes over. */
#ifndef MS_CLIENTS_SHELL_MIGRATE_H
#define MS_CLIENTS_SHELL_MIGRATE_H

#include "clients/c/millstream.h"

/* `argv` is what follows the word "migrate"; `ours` says how to reach the server that takes over.
 * The exit code of the program, which migrate_options_help lists. Catches SIGINT and SIGTERM. */
int migrate_run(const struct ms_options *ours, int argc, char **argv);

#endif
