/* shell_options.h - the command line of millstream-cli. Flags mean what they mean to redis-cli. */
#ifndef MS_CLIENTS_SHELL_SHELL_OPTIONS_H
#define MS_CLIENTS_SHELL_SHELL_OPTIONS_H

#include "clients/c/millstream.h"
#include "clients/shell/format.h"

#include <stdbool.h>
#include <stdio.h>

struct shell_options {
    struct ms_options connection; /* its strings are borrowed from argv and the environment */
    enum format format;
    bool format_given;
    bool ascii_json;     /* --quoted-json */
    bool quoted_input;   /* one-shot arguments are quoted strings */
    bool read_last;      /* -x: standard input is the last argument */
    const char *read_at; /* -X: standard input takes the place of this argument */
    bool fail_on_error;  /* -e, kept for scripts: error replies end with 1 anyway */
    bool pipe;
    int pipe_timeout_s;
    long repeat;       /* -r; -1 for ever */
    double interval_s; /* -i */
    bool auth_warning;
    bool show_pushes;
    bool use_tls;              /* --tls or rediss:// */
    struct ms_tls_options tls; /* borrowed likewise */
    bool help;
    bool version;
    int argc; /* the command, 0 when there is none */
    char **argv;
    char host[256]; /* of -u */
    char user[256];
    char password[256];
};

/* Fills `options` from the arguments and the environment (MILLSTREAMCLI_AUTH, REDISCLI_AUTH). 0, or
 * ERR_SYNTAX with words in `error`. */
int shell_options_parse(struct shell_options *options, int argc, char **argv, char *error,
                        size_t error_size);

void shell_options_help(FILE *to);

#endif
