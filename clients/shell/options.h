/* options.h - the command line of millstream-cli. */
#ifndef MS_CLIENTS_SHELL_OPTIONS_H
#define MS_CLIENTS_SHELL_OPTIONS_H

#include "clients/shell/format.h"

#include <stdbool.h>
#include <stdint.h>

struct shell_options {
    const char *host;
    int port;
    const char *socket_path; /* Unix socket; NULL: TCP */
    const char *user, *password;
    int db;
    bool resp3;
    int64_t repeat;       /* times a one-shot command runs; -1 for ever */
    double interval_s;    /* between two of them */
    bool last_from_stdin; /* -x: standard input is the last argument */
    bool pipe;            /* --pipe: standard input is raw protocol */
    enum format_style style;
    bool style_given;
    int command_at; /* index of the command in argv; argc: interactive or from standard input */
};

/* 0; 1 after printing what is wrong; -1 when there is nothing to do. */
int shell_options_parse(struct shell_options *options, int argc, char **argv);

#endif
