/* notification_fanout.c - every listener gets every notification.
 *
 * Listeners read the stream by themselves with XREAD: no group, so nothing is shared out. Each
 * waits at the end and remembers the last id it has seen, so one that was away could go on where it
 * stopped. */
#include <millstream.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    LISTENERS = 4,
    NOTIFICATIONS = 50
};

static struct ms_connection *connect_to(int port)
{
    struct ms_options options;

    ms_options_init(&options);
    options.port = port;
    return ms_connection_new(&options);
}

/* Reads on from *last; returns how many came, or a negative status. */
static int read_on(struct ms_connection *connection, char last[MS_ID_SIZE])
{
    const struct ms_value *entries;
    struct ms_reply *reply = NULL;
    int rc = ms_commandf(connection, &reply, "XREAD BLOCK 3000 STREAMS notifications %s", last);
    int count = 0;

    if (rc == MS_OK) {
        entries = ms_value_get(ms_reply_value(reply), "notifications"); /* RESP3: a map */
        count = (int)ms_value_count(entries);
        if (count > 0)
            snprintf(last, MS_ID_SIZE, "%s",
                     ms_value_text(ms_value_at(ms_value_at(entries, (size_t)count - 1), 0), NULL));
    }
    ms_reply_free(reply);
    return rc == MS_OK ? count : rc;
}

/* A listener's process: exit code 0 if everything came. */
static int listen_to(int port, int number)
{
    struct ms_connection *connection = connect_to(port);
    char last[MS_ID_SIZE] = "0";
    int got = 0, count = 1;

    ms_commandf(connection, NULL, "INCR listeners");
    while (got < NOTIFICATIONS && count > 0) {
        count = read_on(connection, last);
        got += count > 0 ? count : 0;
    }
    printf("listener %d got %d\n", number, got);
    fflush(stdout);
    ms_connection_free(connection);
    return got == NOTIFICATIONS ? 0 : 1;
}

int main(int argc, char **argv)
{
    int port = argc > 1 ? atoi(argv[1]) : 6379, failed = 0;
    struct ms_connection *connection = connect_to(port);
    struct ms_producer_options producer_options;
    struct ms_producer *producer;
    struct ms_options options;

    if (ms_commandf(connection, NULL, "DEL notifications listeners") != MS_OK)
        return 1;
    for (int i = 0; i < LISTENERS; i++)
        if (fork() == 0)
            _exit(listen_to(port, i));
    ms_options_init(&options);
    options.port = port;
    ms_producer_options_init(&producer_options);
    producer_options.stream = "notifications";
    producer_options.batch = 1;
    producer = ms_producer_new(&options, &producer_options);
    for (int i = 0; i < NOTIFICATIONS; i++) {
        char text[32];
        struct ms_field field;

        snprintf(text, sizeof(text), "notification %d", i);
        field = MS_FIELD("text", text);
        failed += ms_producer_send(producer, &field, 1, NULL) != MS_OK;
    }
    for (int i = 0; i < LISTENERS; i++) {
        int status = 0;

        wait(&status);
        failed += !WIFEXITED(status) || WEXITSTATUS(status) != 0;
    }
    ms_producer_free(producer);
    ms_connection_free(connection);
    printf("%s\n", failed ? "something got lost" : "every listener got every notification");
    return failed != 0;
}
