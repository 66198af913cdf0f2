/* link.h - the shell's connection: blocking, one command at a time. */
#ifndef MS_CLIENTS_SHELL_LINK_H
#define MS_CLIENTS_SHELL_LINK_H

#include "clients/shell/options.h"
#include "core/bytes/arena.h"
#include "core/bytes/buffer.h"
#include "core/resp/value.h"

#include <stdbool.h>

struct link {
    const struct shell_options *options;
    int fd; /* -1: not connected */
    struct resp_reader reader;
    struct arena *arena;
    struct buffer in, out;
    char error[256]; /* why the last call failed */
};

void link_init(struct link *link, const struct shell_options *options);
void link_release(struct link *link);

/* Connects, authenticates, chooses protocol and database. False with `error`. */
bool link_open(struct link *link);
void link_close(struct link *link);

/* Sends a command (opening the connection if it is not) and reads its reply, good until the next
 * call. NULL with `error` when the connection fails; then it is closed. */
const struct resp_value *link_call(struct link *link, size_t argc, const struct span *argv);

/* The next reply or push, whoever asked for it. NULL as above. */
const struct resp_value *link_read(struct link *link);

#endif
