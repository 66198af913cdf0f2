/* side.h - one of the two servers of a migration: its connection, the database it is in, what INFO
 * says. One thread. */
#ifndef MS_CLIENTS_SHELL_SIDE_H
#define MS_CLIENTS_SHELL_SIDE_H

#include "clients/c/millstream.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SIDE_TEXT_SIZE = 300
};

struct side {
    const char *name; /* "the Redis", "this server": for messages */
    char address[SIDE_TEXT_SIZE];
    struct ms_connection *connection;
    int database;
    unsigned generation; /* of the connection that `database` is true of */
};

/* Copies the options; `name` is borrowed for good. Connects with the first command. */
void side_init(struct side *side, const char *name, const struct ms_options *options);
void side_release(struct side *side);

/* Chooses the database of the following commands, also after a reconnect. MS_OK or a status. */
int side_select(struct side *side, int database);

/* INFO of a section as text of the caller's (mem_free), NULL when it failed. */
char *side_info(struct side *side, const char *section);

/* The value of a field of it: false, and "" in `to`, when it is not there. */
bool info_text(const char *info, const char *field, char *to, size_t size);
/* The same as a number; `otherwise` when there is none. */
int64_t info_number(const char *info, const char *field, int64_t otherwise);

/* Keys of a database by INFO keyspace, 0 when it is not listed. */
int64_t info_keys(const char *keyspace, int database);
/* The highest number of a database that holds keys, -1 when none does. */
int info_last_database(const char *keyspace);

/* CONFIG GET of one directive into `to`; false, and "", when it is not known or not allowed. */
bool side_config(struct side *side, const char *directive, char *to, size_t size);

/* "the Redis at host:port: why", of the last call. Static storage. */
const char *side_error(const struct side *side);

#endif
