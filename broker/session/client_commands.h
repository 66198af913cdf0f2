/* client_commands.h - CLIENT and its subcommands. Those about the own connection stop nothing;
 * those about others (LIST, KILL, PAUSE, UNPAUSE, UNBLOCK) are exclusive. */
#ifndef MS_BROKER_SESSION_CLIENT_COMMANDS_H
#define MS_BROKER_SESSION_CLIENT_COMMANDS_H

#include "core/bytes/buffer.h"
#include "core/command/command.h"

struct session;

extern const struct command_spec client_commands[];

/* Handlers in client_admin.c. */
void client_list(struct request *rq, struct reply *out);
void client_kill(struct request *rq, struct reply *out);
void client_pause(struct request *rq, struct reply *out);
void client_unpause(struct request *rq, struct reply *out);
void client_unblock(struct request *rq, struct reply *out);

/* Appends the line CLIENT LIST shows for a session, with LF. In its thread, or exclusive. */
void client_describe(const struct session *session, int64_t now_ms, struct buffer *out);

enum {
    CLIENT_FLAGS_TEXT = 20
};

/* Its flags as that line shows them, a letter each. */
void client_flags_text(const struct session *session, char text[CLIENT_FLAGS_TEXT]);

/* The name of its user; and whether there is a user of a name. Exclusive. */
struct span client_user_name(const struct session *session);
bool client_user_exists(const struct session *session, struct span name);

/* Bytes a session takes with its buffers, its transaction and its subscriptions; and the same with
 * the messages it shares with others, as maxmemory-clients counts them. O(1). */
size_t client_memory(const struct session *session);
size_t client_charge_size(const struct session *session);

/* Ends a connection without an answer: nothing reaches it any more. Exclusive. */
void client_end(struct session *session);

#endif
