/* options.h - the command line of millstream-benchmark. */
#ifndef MS_CLIENTS_BENCH_OPTIONS_H
#define MS_CLIENTS_BENCH_OPTIONS_H

#include "clients/c/millstream.h"

#include <stdbool.h>
#include <stdint.h>

enum bench_output {
    OUTPUT_TEXT,
    OUTPUT_CSV,
    OUTPUT_JSON
};
enum {
    BENCH_CONNECTIONS_LIMIT = 20000,
    BENCH_PIPELINE_LIMIT = 10000,
    BENCH_SIZE_LIMIT = 64 << 20,
    BENCH_REQUESTS_LIMIT = 2000000000
};

struct bench_options {
    const char *host;
    int port;
    const char *socket_path;     /* Unix socket; NULL: host and port */
    const char *user, *password; /* NULL: no AUTH */
    int connections;
    int64_t requests;  /* operations of each test */
    int size;          /* bytes of a value */
    int pipeline;      /* commands under way on a connection */
    int64_t keyspace;  /* random keys out of so many; 0: one key */
    const char *tests; /* names with commas between; NULL: the usual ones */
    bool use_tls;
    struct ms_tls_options tls;
    bool resp3, quiet;
    enum bench_output output;
};

/* 0, or 1 after printing what is wrong, or -1 when there is nothing to do (--help, --version). */
int bench_options_parse(struct bench_options *options, int argc, char **argv);

#endif
