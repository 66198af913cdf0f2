/* session.h - what the shell knows about its connection, and how it runs one command: send, wait,
 * print, and go on printing where a command asks for a stream of messages. */
#ifndef MS_CLIENTS_SHELL_SESSION_H
#define MS_CLIENTS_SHELL_SESSION_H

#include "clients/shell/docs.h"
#include "clients/shell/shell_options.h"
#include "core/bytes/span.h"

struct session {
    const struct shell_options *options;
    struct ms_options connect;        /* as asked for, kept up to date by SELECT and AUTH */
    struct ms_connection *connection; /* NULL: never connected */
    struct docs *docs;                /* NULL: the server has none */
    bool interactive;
    bool in_transaction;
    char username[128];
    char password[512];
};

void session_init(struct session *session, const struct shell_options *options);
void session_release(struct session *session);

/* Connects if there is no connection, with the words on standard error when that fails. MS_OK or a
 * status. */
int session_connect(struct session *session);

/* Fetches COMMAND DOCS once; without it there are no hints. */
void session_fetch_docs(struct session *session);

/* Runs a command and prints what comes. 0; 1 after an error reply; 2 when the connection failed. */
int session_run(struct session *session, size_t argc, const struct span *argv);

/* What to show in front of the cursor. */
void session_prompt(const struct session *session, char *to, size_t size);

/* Set by the handler of SIGINT that session_catch_interrupts installs: ends what is waited for. */
void session_catch_interrupts(void);

#endif
