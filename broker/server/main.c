/* main.c - millstream-server [file] [--directive value ...] */
#include "broker/server/process_title.h"
#include "broker/server/server.h"

#include <stdio.h>
#include <string.h>

static void print_usage(FILE *to)
{
    fprintf(to, "Usage: millstream-server [/path/to/file | -] [--directive value ...]\n"
                "       millstream-server --version | --help\n"
                "Examples:\n"
                "       millstream-server --port 7777 --reactors 4\n"
                "       millstream-server /etc/millstream.conf --loglevel verbose\n");
}

int main(int argc, char **argv)
{
    struct diag diag = {0};
    struct server *server;
    int code;

    if (argc == 2 && (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-v") == 0)) {
        printf("Millstream server v=%s bits=%zu\n", MS_VERSION, sizeof(void *) * 8);
        return 0;
    }
    if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        print_usage(stdout);
        return 0;
    }
    server = server_new(argc, argv, &diag);
    if (!server) {
        fprintf(stderr, "*** FATAL: %s\n", diag.text);
        return 1;
    }
    process_title_init(argc, argv);
    code = server_run(server);
    server_free(server);
    return code;
}
