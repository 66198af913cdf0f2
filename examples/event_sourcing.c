/* event_sourcing.c - an account as a stream of events.
 *
 * The entry ids are versions: 1-0, 2-0, 3-0 ... An append names the version it expects to make, so
 * of two writers that have read the same state only one succeeds; the other reads again and decides
 * anew. The balance is nowhere stored: it is what the events add up to. */
#include <millstream.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct account {
    long long version, balance;
};

/* Appends an event as version `expected` + 1. MS_ERROR_REPLY: somebody else was first. */
static int append(struct ms_connection *connection, long long expected, const char *type,
                  long long amount)
{
    struct ms_reply *reply = NULL;
    int rc = ms_commandf(connection, &reply, "XADD account:7 %lld-0 type %s amount %lld",
                         expected + 1, type, amount);

    ms_reply_free(reply);
    return rc;
}

static void apply(struct account *account, const struct ms_value *entry)
{
    const struct ms_value *fields = ms_value_at(entry, 1);
    const char *type = ms_value_text(ms_value_get(fields, "type"), NULL);
    long long amount = ms_value_integer(ms_value_get(fields, "amount"));

    account->version = strtoll(ms_value_text(ms_value_at(entry, 0), NULL), NULL, 10);
    account->balance += strcmp(type, "deposited") == 0 ? amount : -amount;
}

/* Brings the projection up to date: only events behind its version are read. */
static int catch_up(struct ms_connection *connection, struct account *account)
{
    struct ms_reply *reply = NULL;
    int rc = ms_commandf(connection, &reply, "XRANGE account:7 (%lld-0 +", account->version);

    for (size_t i = 0; rc == MS_OK && i < ms_value_count(ms_reply_value(reply)); i++)
        apply(account, ms_value_at(ms_reply_value(reply), i));
    ms_reply_free(reply);
    return rc;
}

/* Takes money out if there is enough, however many others write meanwhile. */
static int withdraw(struct ms_connection *connection, struct account *account, long long amount)
{
    for (int attempt = 1; attempt <= 10; attempt++) {
        int rc = catch_up(connection, account);

        if (rc != MS_OK)
            return rc;
        if (account->balance < amount)
            return MS_ERROR_USAGE;
        rc = append(connection, account->version, "withdrawn", amount);
        if (rc != MS_ERROR_REPLY)
            return rc;
        printf("version %lld was taken, reading again\n", account->version + 1);
    }
    return MS_ERROR_REPLY;
}

int main(int argc, char **argv)
{
    struct account account = {0}, rebuilt = {0};
    struct ms_connection *connection;
    struct ms_options options;
    int refused, rc;

    ms_options_init(&options);
    if (argc > 1)
        options.port = atoi(argv[1]);
    connection = ms_connection_new(&options);
    rc = ms_commandf(connection, NULL, "DEL account:7");
    if (rc == MS_OK)
        rc = append(connection, 0, "deposited", 100);
    if (rc == MS_OK)
        rc = withdraw(connection, &account, 30);
    /* somebody who still thinks that the account is at version 1 */
    refused = append(connection, 1, "withdrawn", 80);
    printf("a writer with an old version is %s\n",
           refused == MS_ERROR_REPLY ? "refused" : "accepted");
    if (rc == MS_OK)
        rc = append(connection, 2, "deposited", 5);
    if (rc == MS_OK)
        rc = catch_up(connection, &account);
    if (rc == MS_OK)
        rc = catch_up(connection, &rebuilt); /* from nothing */
    if (rc != MS_OK)
        fprintf(stderr, "%s: %s\n", ms_status_name(rc), ms_connection_error(connection));
    printf("version %lld, balance %lld; rebuilt: %lld\n", account.version, account.balance,
           rebuilt.balance);
    ms_connection_free(connection);
    return rc == MS_OK && refused == MS_ERROR_REPLY && rebuilt.version == 3 &&
                   rebuilt.balance == 75 && account.balance == 75
               ? 0
               : 1;
}
