/* migrate_options.h - the command line of "millstream-cli migrate from-redis HOST:PORT ...". */
#ifndef MS_CLIENTS_SHELL_MIGRATE_OPTIONS_H
#define MS_CLIENTS_SHELL_MIGRATE_OPTIONS_H

#include "clients/c/millstream.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct migrate_options {
    struct ms_options redis; /* its strings are borrowed from argv, the environment, and `host` */
    char host[256];
    bool use_tls;
    struct ms_tls_options tls;
    char seen_host[256]; /* how our server reaches the Redis; as this program does unless given */
    int seen_port;
    bool replace;
    bool force;
    bool pause;
    bool switches; /* --switch, or --pause */
    bool fence;
    bool thorough;
    bool no_compare;
    bool compare_only;
    bool dry_run;
    bool help;
    int hold_s;
    int timeout_s;
};

/* Reads what follows "migrate". 0, or ERR_SYNTAX with words in `error`. */
int migrate_options_parse(struct migrate_options *options, int argc, char **argv, char *error,
                          size_t error_size);

void migrate_options_help(FILE *to);

#endif
