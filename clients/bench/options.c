#include "clients/bench/options.h"
#include "clients/bench/workload.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_usage(FILE *to)
{
    fprintf(
        to,
        "Usage: millstream-benchmark [options]\n"
        "  -h HOST        address of the server (127.0.0.1)\n"
        "  -p PORT        port of the server (6379)\n"
        "  -s PATH        Unix socket of the server, instead of address and port\n"
        "  -a PASSWORD    AUTH with this password; --user NAME for another user than default\n"
        "  -c N           connections (50)\n"
        "  -n N           operations of each test (100000)\n"
        "  -d BYTES       size of a value (100)\n"
        "  -P N           commands under way on each connection (1)\n"
        "  -r N           use random keys out of N\n"
        "  -t TESTS       tests to run, with commas between\n"
        "  -3             speak RESP3\n"
        "  --tls          speak TLS; --cacert FILE, --cacertdir FOLDER, --cert FILE, --key FILE,\n"
        "                 --insecure, --sni NAME, --tls-ciphers LIST, --tls-ciphersuites LIST\n"
        "  -q             one line a test\n"
        "  --csv, --json  machine-readable results\n"
        "Tests:\n");
    for (const struct workload *at = workloads; at->name; at++)
        fprintf(to, "  %-14s %s\n", at->name, at->summary);
}

/* A whole number in a range; false after saying what is wrong. */
static bool parse_number(const char *text, const char *what, int64_t low, int64_t high,
                         int64_t *value)
{
    char *end;
    long long number = strtoll(text, &end, 10);

    if (*text == '\0' || *end != '\0' || number < low || number > high) {
        fprintf(stderr, "%s must be a number from %lld to %lld, not '%s'\n", what, (long long)low,
                (long long)high, text);
        return false;
    }
    *value = number;
    return true;
}

static bool check_tests(const char *tests)
{
    char *copy = strdup(tests), *save = NULL;
    bool known = copy != NULL;

    for (char *name = copy ? strtok_r(copy, ",", &save) : NULL; name && known;
         name = strtok_r(NULL, ",", &save)) {
        if (workload_find(name))
            continue;
        fprintf(stderr, "There is no test '%s'; --help lists them\n", name);
        known = false;
    }
    free(copy);
    return known;
}

enum {
    LONG_CSV = 256,
    LONG_JSON,
    LONG_HELP,
    LONG_VERSION,
    LONG_USER,
    LONG_TLS,
    LONG_CACERT,
    LONG_CACERTDIR,
    LONG_CERT,
    LONG_KEY,
    LONG_INSECURE,
    LONG_SNI,
    LONG_CIPHERS,
    LONG_CIPHERSUITES
};

static const struct option long_options[] = {
    {"csv", no_argument, NULL, LONG_CSV},
    {"json", no_argument, NULL, LONG_JSON},
    {"help", no_argument, NULL, LONG_HELP},
    {"version", no_argument, NULL, LONG_VERSION},
    {"user", required_argument, NULL, LONG_USER},
    {"tls", no_argument, NULL, LONG_TLS},
    {"cacert", required_argument, NULL, LONG_CACERT},
    {"cacertdir", required_argument, NULL, LONG_CACERTDIR},
    {"cert", required_argument, NULL, LONG_CERT},
    {"key", required_argument, NULL, LONG_KEY},
    {"insecure", no_argument, NULL, LONG_INSECURE},
    {"sni", required_argument, NULL, LONG_SNI},
    {"tls-ciphers", required_argument, NULL, LONG_CIPHERS},
    {"tls-ciphersuites", required_argument, NULL, LONG_CIPHERSUITES},
    {NULL, 0, NULL, 0},
};

static int take_tls(struct bench_options *options, int letter, const char *value)
{
    struct ms_tls_options *tls = &options->tls;

    switch (letter) {
    case LONG_TLS:
        options->use_tls = true;
        return 0;
    case LONG_CACERT:
        tls->ca_file = value;
        return 0;
    case LONG_CACERTDIR:
        tls->ca_directory = value;
        return 0;
    case LONG_CERT:
        tls->certificate_file = value;
        return 0;
    case LONG_KEY:
        tls->key_file = value;
        return 0;
    case LONG_INSECURE:
        tls->insecure = 1;
        return 0;
    case LONG_SNI:
        tls->server_name = value;
        return 0;
    case LONG_CIPHERS:
        tls->ciphers = value;
        return 0;
    case LONG_CIPHERSUITES:
        tls->ciphersuites = value;
        return 0;
    default:
        print_usage(stderr);
        return 1;
    }
}

/* One option. As bench_options_parse. */
static int take(struct bench_options *options, int letter, const char *value)
{
    int64_t number = 0;

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
    case 'c':
        if (!parse_number(value, "-c", 1, BENCH_CONNECTIONS_LIMIT, &number))
            return 1;
        options->connections = (int)number;
        return 0;
    case 'n':
        return !parse_number(value, "-n", 1, BENCH_REQUESTS_LIMIT, &options->requests);
    case 'd':
        if (!parse_number(value, "-d", 1, BENCH_SIZE_LIMIT, &number))
            return 1;
        options->size = (int)number;
        return 0;
    case 'P':
        if (!parse_number(value, "-P", 1, BENCH_PIPELINE_LIMIT, &number))
            return 1;
        options->pipeline = (int)number;
        return 0;
    case 'r':
        return !parse_number(value, "-r", 0, INT64_MAX, &options->keyspace);
    case 't':
        options->tests = value;
        return check_tests(value) ? 0 : 1;
    case '3':
        options->resp3 = true;
        return 0;
    case 'q':
        options->quiet = true;
        return 0;
    case LONG_CSV:
    case LONG_JSON:
        options->output = letter == LONG_CSV ? OUTPUT_CSV : OUTPUT_JSON;
        return 0;
    case LONG_USER:
        options->user = value;
        return 0;
    case LONG_HELP:
        print_usage(stdout);
        return -1;
    case LONG_VERSION:
        printf("millstream-benchmark %s\n", MS_VERSION);
        return -1;
    default:
        return take_tls(options, letter, value);
    }
}

int bench_options_parse(struct bench_options *options, int argc, char **argv)
{
    int letter, rc = 0;

    *options = (struct bench_options){.host = "127.0.0.1",
                                      .port = 6379,
                                      .connections = 50,
                                      .requests = 100000,
                                      .size = 100,
                                      .pipeline = 1};
    while (rc == 0 &&
           (letter = getopt_long(argc, argv, "h:p:s:a:c:n:d:P:r:t:3q", long_options, NULL)) != -1)
        rc = take(options, letter, optarg);
    if (rc == 0 && optind < argc) {
        fprintf(stderr, "What is '%s'? --help shows the options\n", argv[optind]);
        return 1;
    }
    return rc;
}
