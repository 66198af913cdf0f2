/* group_service.c - a service that speaks XREADGROUP.
 *
 * Requests go into one stream, read by a group of servers, so that each is answered once. A request
 * names the stream in which its client waits for the answer. */
#include <millstream.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    SERVERS = 2,
    REQUESTS = 40
};

static const char *field_of(const struct ms_entry *entry, const char *name)
{
    for (size_t i = 0; i < entry->count; i++)
        if (strcmp(entry->fields[i].name, name) == 0)
            return entry->fields[i].value;
    return NULL;
}

static void configure(struct ms_options *options, int port)
{
    ms_options_init(options);
    options->port = port;
}

/* Squares numbers until "stop" comes. Answers before it acknowledges: a crash between the two
 * answers twice, and clients know a repeated answer by its request. */
static int serve(int port)
{
    struct ms_options options;
    struct ms_consumer_options consumer_options;
    struct ms_consumer *consumer;
    struct ms_connection *answers;
    const struct ms_entry *entry;
    int stopped = 0, served = 0;

    configure(&options, port);
    ms_consumer_options_init(&consumer_options);
    consumer_options.stream = "service:requests";
    consumer_options.group = "squares";
    consumer_options.batch = 1;
    consumer = ms_consumer_new(&options, &consumer_options);
    answers = ms_connection_new(&options);
    while (!stopped && ms_consumer_next(consumer, &entry, 5000) == MS_OK) {
        const char *number = field_of(entry, "number"), *to = field_of(entry, "reply-to");

        stopped = number == NULL;
        if (number && to) {
            long long value = strtoll(number, NULL, 10);

            ms_commandf(answers, NULL, "XADD %s MAXLEN ~ 1000 * request %s square %lld", to,
                        entry->id, value * value);
            served++;
        }
        ms_consumer_ack(consumer, entry->id);
    }
    ms_consumer_close(consumer);
    ms_consumer_free(consumer);
    ms_connection_free(answers);
    printf("a server answered %d requests\n", served);
    fflush(stdout);
    return stopped ? 0 : 1;
}

/* Asks for a square and waits for the answer; -1 if none comes. */
static long long ask(struct ms_connection *connection, int number)
{
    struct ms_reply *reply = NULL;
    const struct ms_value *fields;
    long long square = -1;

    if (ms_commandf(connection, NULL, "XADD service:requests * number %d reply-to service:me",
                    number) != MS_OK)
        return -1;
    if (ms_commandf(connection, &reply, "XREAD BLOCK 5000 STREAMS service:me 0") == MS_OK) {
        fields = ms_value_at(ms_value_at(ms_value_get(ms_reply_value(reply), "service:me"), 0), 1);
        if (fields)
            square = ms_value_integer(ms_value_get(fields, "square"));
    }
    ms_reply_free(reply);
    ms_commandf(connection, NULL, "XTRIM service:me MAXLEN 0"); /* the answer has been read */
    return square;
}

int main(int argc, char **argv)
{
    int port = argc > 1 ? atoi(argv[1]) : 6379, failed = 0;
    struct ms_connection *connection;
    struct ms_options options;

    configure(&options, port);
    connection = ms_connection_new(&options);
    if (ms_commandf(connection, NULL, "DEL service:requests service:me") != MS_OK)
        return 1;
    for (int i = 0; i < SERVERS; i++)
        if (fork() == 0)
            _exit(serve(port));
    for (int i = 1; i <= REQUESTS; i++)
        failed += ask(connection, i) != (long long)i * i;
    for (int i = 0; i < SERVERS; i++)
        ms_commandf(connection, NULL, "XADD service:requests * stop now");
    for (int i = 0; i < SERVERS; i++) {
        int status = 0;

        wait(&status);
        failed += !WIFEXITED(status) || WEXITSTATUS(status) != 0;
    }
    ms_connection_free(connection);
    printf("%d of %d answers were right\n", REQUESTS - failed, REQUESTS);
    return failed != 0;
}
