#include "clients/shell/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LONG_RAW = 256,
    LONG_NO_RAW,
    LONG_CSV,
    LONG_JSON,
    LONG_PIPE,
    LONG_HELP,
    LONG_VERSION,
    LONG_USER,
    LONG_PASS,
    LONG_NO_AUTH_WARNING
};

static const struct option long_options[] = {
    {"raw", no_argument, NULL, LONG_RAW},
    {"no-raw", no_argument, NULL, LONG_NO_RAW},
    {"csv", no_argument, NULL, LONG_CSV},
    {"json", no_argument, NULL, LONG_JSON},
    {"pipe", no_argument, NULL, LONG_PIPE},
    {"help", no_argument, NULL, LONG_HELP},
    {"version", no_argument, NULL, LONG_VERSION},
    {"user", required_argument, NULL, LONG_USER},
    {"pass", required_argument, NULL, LONG_PASS},
    {"no-auth-warning", no_argument, NULL, LONG_NO_AUTH_WARNING},
    {NULL, 0, NULL, 0},
};

static void print_usage(FILE *to)
{
    fprintf(to,
            "Usage: millstream-cli [options] [command [argument ...]]\n"
            "  -h HOST        address of the server (127.0.0.1)\n"
            "  -p PORT        port of the server (6379)\n"
            "  -s PATH        Unix socket of the server\n"
            "  -a PASSWORD    password (better: in MILLSTREAMCLI_AUTH); --pass is the same\n"
            "  --user NAME    user of the password\n"
            "  -n DB          database\n"
            "  -3             speak RESP3\n"
            "  -r N           run the command N times (-1: for ever), -i SECONDS between them\n"
            "  -x             take the last argument from standard input\n"
            "  --raw          replies as bytes (as when the output is no terminal); --no-raw\n"
            "  --csv, --json  replies as CSV or JSON\n"
            "  --pipe         send standard input, raw protocol, as it is\n"
            "Without a command: interactive, or commands line by line from standard input.\n"
            "Exit code: 0, or 1 when a reply was an error or the server could not be reached.\n");
}

static bool parse_number(const char *text, const char *what, long low, long high, long *value)
{
    char *end;

    *value = strtol(text, &end, 10);
    if (*text != '\0' && *end == '\0' && *value >= low && *value <= high)
        return true;
    fprintf(stderr, "%s must be a number from %ld to %ld, not '%s'\n", what, low, high, text);
    return false;
}

static void set_style(struct shell_options *options, enum format_style style)
{
    options->style = style;
    options->style_given = true;
}

/* A single-letter option. */
static int take_letter(struct shell_options *options, int letter, const char *value)
{
    char *end;
    long number = 0;

    switch (letter) {
    case 'h':
        options->host = value;
        return 0;
    case 'p':
        if (!parse_number(value, "the port", 1, 65535, &number))
            return 1;
        options->port = (int)number;
        return 0;
    case 's':
        options->socket_path = value;
        return 0;
    case 'a':
        options->password = value;
        return 0;
    case 'n':
        if (!parse_number(value, "the database", 0, INT32_MAX, &number))
            return 1;
        options->db = (int)number;
        return 0;
    case '3':
        options->resp3 = true;
        return 0;
    case 'r':
        if (!parse_number(value, "-r", -1, INT32_MAX, &number))
            return 1;
        options->repeat = number;
        return 0;
    case 'i':
        options->interval_s = strtod(value, &end);
        if (*end == '\0' && options->interval_s >= 0)
            return 0;
        fprintf(stderr, "-i must be a number of seconds, not '%s'\n", value);
        return 1;
    case 'x':
        options->last_from_stdin = true;
        return 0;
    default:
        print_usage(stderr);
        return 1;
    }
}

static int take(struct shell_options *options, int letter, const char *value)
{
    switch (letter) {
    case LONG_RAW:
        set_style(options, FORMAT_RAW);
        return 0;
    case LONG_NO_RAW:
        set_style(options, FORMAT_TERMINAL);
        return 0;
    case LONG_CSV:
        set_style(options, FORMAT_CSV);
        return 0;
    case LONG_JSON:
        set_style(options, FORMAT_JSON);
        return 0;
    case LONG_PIPE:
        options->pipe = true;
        return 0;
    case LONG_USER:
        options->user = value;
        return 0;
    case LONG_PASS:
        options->password = value;
        return 0;
    case LONG_NO_AUTH_WARNING:
        return 0; /* there is no such warning */
    case LONG_HELP:
        print_usage(stdout);
        return -1;
    case LONG_VERSION:
        printf("millstream-cli %s\n", MS_VERSION);
        return -1;
    default:
        return take_letter(options, letter, value);
    }
}

int shell_options_parse(struct shell_options *options, int argc, char **argv)
{
    int letter, rc = 0;

    *options = (struct shell_options){.host = "127.0.0.1", .port = 6379, .repeat = 1};
    options->password = getenv("MILLSTREAMCLI_AUTH");
    if (!options->password)
        options->password = getenv("REDISCLI_AUTH");
    while (rc == 0 &&
           (letter = getopt_long(argc, argv, "+h:p:s:a:n:3r:i:x", long_options, NULL)) != -1)
        rc = take(options, letter, optarg);
    options->command_at = optind;
    return rc;
}
