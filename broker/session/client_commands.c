#include "broker/session/client_commands.h"
#include "broker/acl/acl.h"
#include "broker/command/help.h"
#include "broker/command/registry.h"
#include "broker/pubsub/pubsub.h"
#include "broker/reactor/reactor.h"
#include "broker/replication/acknowledge.h"
#include "broker/replication/followers.h"
#include "broker/server/server.h"
#include "broker/session/connection_commands.h"
#include "broker/session/himport_commands.h"
#include "broker/session/session.h"
#include "broker/tracking/tracking.h"
#include "broker/tracking/tracking_commands.h"
#include "broker/transaction/transaction.h"
#include "broker/wait/wait.h"

size_t client_memory(const struct session *session)
{
    return sizeof(*session) + session->input.capacity + output_memory(&session->output) +
           session->pushes.capacity + session->name.capacity + session->library_name.capacity +
           session->library_version.capacity + himport_memory(session->himport) +
           request_parser_memory(&session->parser) + transaction_memory(session) +
           pubsub_memory(session) + tracker_memory(session->tracker) +
           (session->waiter ? session->argv_bytes : 0);
}

size_t client_charge_size(const struct session *session)
{
    return client_memory(session) + session->output.shared_bytes;
}

struct span client_user_name(const struct session *session)
{
    return acl_user_name(session->user);
}

bool client_user_exists(const struct session *session, struct span name)
{
    return acl_find(session->reactor->server->acl, name) != NULL;
}

void client_flags_text(const struct session *session, char text[CLIENT_FLAGS_TEXT])
{
    unsigned tracker = session->tracker ? session->tracker->flags : 0;
    size_t used = 0;

    if (session->linked & (1u << LINK_MONITOR))
        text[used++] = 'O';
    if (followers_is_replica(session))
        text[used++] = 'S';
    if (session->primary)
        text[used++] = 'M';
    if (pubsub_is_subscriber(session))
        text[used++] = 'P';
    if (transaction_is_open(session))
        text[used++] = 'x';
    if (wait_is_parked(session) || acknowledge_is_waiting(session))
        text[used++] = 'b';
    if (tracker & TRACKER_ON)
        text[used++] = 't';
    if (tracker & TRACKER_BROKEN)
        text[used++] = 'R';
    if (tracker & TRACKER_BCAST)
        text[used++] = 'B';
    if (transaction_is_dirty(session))
        text[used++] = 'd';
    if (session->flags & SESSION_CLOSING)
        text[used++] = 'A';
    if (session->flags & SESSION_CLOSE_AFTER_REPLY)
        text[used++] = 'c';
    if (session->flags & SESSION_UNIX)
        text[used++] = 'U';
    if (session->flags & SESSION_NO_EVICT)
        text[used++] = 'e';
    if (session->flags & SESSION_NO_TOUCH)
        text[used++] = 'T';
    if (used == 0)
        text[used++] = 'N';
    text[used] = '\0';
}

void client_describe(const struct session *session, int64_t now_ms, struct buffer *out)
{
    char flags[CLIENT_FLAGS_TEXT];
    struct span user = client_user_name(session);

    client_flags_text(session, flags);
    buffer_printf(out, "id=%llu addr=%s laddr=%s fd=%d name=%.*s age=%lld idle=%lld flags=%s db=%d",
                  (unsigned long long)session->id, session->peer, session->local,
                  session->stream.fd, (int)session->name.size,
                  session->name.data ? session->name.data : "",
                  (long long)((now_ms - session->created_ms) / 1000),
                  (long long)((now_ms - session->active_ms) / 1000), flags, session->db);
    buffer_printf(
        out, " sub=%zu psub=%zu ssub=%zu multi=%d watch=%zu qbuf=%zu qbuf-free=%zu argv-mem=%zu",
        pubsub_count(session, PUBSUB_CHANNEL), pubsub_count(session, PUBSUB_PATTERN),
        pubsub_count(session, PUBSUB_SHARD),
        transaction_is_open(session) ? (int)session->transaction->count : -1,
        transaction_watched(session), session->input.size,
        session->input.capacity - session->input.size, session->waiter ? session->argv_bytes : 0);
    buffer_printf(
        out, " multi-mem=%zu rbs=%zu rbp=%zu obl=%zu oll=%zu omem=%zu tot-mem=%zu events=%s%s",
        session->transaction ? session->transaction->bytes : (size_t)0,
        session->output.own.capacity, session->output.own.size,
        session->output.own.size - session->output.sent, session->output.share_count,
        session->output.shared_bytes, client_charge_size(session),
        session->flags & SESSION_CLOSING ? "" : "r", session->flags & SESSION_WRITING ? "w" : "");
    buffer_printf(out, " cmd=%s user=%.*s redir=%lld resp=%d lib-name=%.*s lib-ver=%.*s",
                  session->last_command ? session->last_command->full_name : "NULL",
                  SPAN_ARGS(user), (long long)tracker_redirect_id(session->tracker),
                  session->protocol, (int)session->library_name.size,
                  session->library_name.data ? session->library_name.data : "",
                  (int)session->library_version.size,
                  session->library_version.data ? session->library_version.data : "");
    buffer_printf(out,
                  " io-thread=%d tot-net-in=%llu tot-net-out=%llu tot-cmds=%llu read-events=%llu\n",
                  session->reactor->index, (unsigned long long)session->net_input_bytes,
                  (unsigned long long)session->net_output_bytes,
                  (unsigned long long)session->commands, (unsigned long long)session->reads);
}

static void client_id(struct request *rq, struct reply *out)
{
    reply_integer(out, (int64_t)request_session(rq)->id);
}

static void client_info(struct request *rq, struct reply *out)
{
    struct buffer line = {0};

    client_describe(request_session(rq), rq->now_ms, &line);
    reply_verbatim(out, "txt", span_of(line.data, line.size));
    buffer_release(&line);
}

static void client_getname(struct request *rq, struct reply *out)
{
    const struct buffer *name = &request_session(rq)->name;

    if (name->size > 0)
        reply_bulk(out, span_of(name->data, name->size));
    else
        reply_null(out);
}

static void set_text(struct buffer *to, struct span text)
{
    buffer_clear(to);
    buffer_append_span(to, text);
}

static void client_setname(struct request *rq, struct reply *out)
{
    if (!client_name_fits(rq->argv[2])) {
        reply_error(out, "ERR Client names cannot contain spaces, newlines or special characters.");
        return;
    }
    set_text(&request_session(rq)->name, rq->argv[2]);
    reply_ok(out);
}

static void client_setinfo(struct request *rq, struct reply *out)
{
    struct session *session = request_session(rq);
    bool is_name = span_is(rq->argv[2], "lib-name");

    if (!is_name && !span_is(rq->argv[2], "lib-ver")) {
        reply_error_format(out, "ERR Unrecognized option '%.*s'", SPAN_ARGS(rq->argv[2]));
        return;
    }
    if (!client_name_fits(rq->argv[3])) {
        reply_error_format(out, "ERR %s cannot contain spaces, newlines or special characters.",
                           is_name ? "lib-name" : "lib-ver");
        return;
    }
    set_text(is_name ? &session->library_name : &session->library_version, rq->argv[3]);
    reply_ok(out);
}

/* Parses ON or OFF; false after writing the error. */
static bool parse_switch(struct span word, bool *on, struct reply *out)
{
    *on = span_is(word, "on");
    if (*on || span_is(word, "off"))
        return true;
    reply_error(out, ERROR_SYNTAX);
    return false;
}

static void set_flag(struct session *session, unsigned flag, bool on)
{
    if (on)
        session->flags |= flag;
    else
        session->flags &= ~flag;
}

static void client_no_evict(struct request *rq, struct reply *out)
{
    bool on;

    if (!parse_switch(rq->argv[2], &on, out))
        return;
    set_flag(request_session(rq), SESSION_NO_EVICT, on);
    reply_ok(out);
}

static void client_no_touch(struct request *rq, struct reply *out)
{
    bool on;

    if (!parse_switch(rq->argv[2], &on, out))
        return;
    set_flag(request_session(rq), SESSION_NO_TOUCH, on);
    reply_ok(out);
}

static void client_reply(struct request *rq, struct reply *out)
{
    struct session *session = request_session(rq);

    if (span_is(rq->argv[2], "on")) {
        set_flag(session, SESSION_REPLY_OFF | SESSION_REPLY_SKIP | SESSION_REPLY_SKIP_NEXT, false);
        reply_ok(out);
    } else if (span_is(rq->argv[2], "off")) {
        set_flag(session, SESSION_REPLY_OFF, true);
    } else if (span_is(rq->argv[2], "skip")) {
        if (!(session->flags & SESSION_REPLY_OFF))
            set_flag(session, SESSION_REPLY_SKIP_NEXT, true);
    } else {
        reply_error(out, ERROR_SYNTAX);
    }
}

#define OWN_FLAGS   (CMD_LOADING | CMD_NOSCRIPT | CMD_STALE | CMD_SESSION | CMD_SHARDED)
#define ADMIN_FLAGS (CMD_ADMIN | CMD_LOADING | CMD_NOSCRIPT | CMD_STALE | CMD_SESSION)

static const struct command_spec client_subcommands[] = {
    {.name = "caching",
     .usage = "<YES | NO>",
     .since = "6.0.0",
     .arity = 3,
     .summary = "Says whether what the next command reads is tracked.",
     .group = "connection",
     .complexity = "O(1)",
     .flags = OWN_FLAGS,
     .acl = ACL_CONNECTION,
     .run = client_caching},
    {.name = "getname",
     .usage = "",
     .since = "2.6.9",
     .arity = 2,
     .summary = "Returns the name of the connection.",
     .group = "connection",
     .complexity = "O(1)",
     .flags = OWN_FLAGS,
     .acl = ACL_CONNECTION,
     .run = client_getname},
    {.name = "getredir",
     .usage = "",
     .since = "6.0.0",
     .arity = 2,
     .summary = "Returns the connection that invalidations are sent to.",
     .group = "connection",
     .complexity = "O(1)",
     .flags = OWN_FLAGS,
     .acl = ACL_CONNECTION,
     .run = client_getredir},
    {.name = "help",
     .usage = "",
     .since = "5.0.0",
     .arity = 2,
     .summary = "Describes the subcommands.",
     .group = "connection",
     .complexity = "O(1)",
     .flags = CMD_LOADING | CMD_STALE | CMD_SESSION | CMD_SHARDED,
     .acl = ACL_CONNECTION,
     .run = command_help},
    {.name = "id",
     .usage = "",
     .since = "5.0.0",
     .arity = 2,
     .summary = "Returns the number of the connection.",
     .group = "connection",
     .complexity = "O(1)",
     .flags = OWN_FLAGS,
     .acl = ACL_CONNECTION,
     .run = client_id},
    {.name = "info",
     .usage = "",
     .since = "6.2.0",
     .arity = 2,
     .summary = "Describes the connection.",
     .group = "connection",
     .complexity = "O(1)",
     .flags = OWN_FLAGS,
     .acl = ACL_CONNECTION,
     .tips = {"nondeterministic_output"},
     .run = client_info},
    {.name = "kill",
     .usage = "<ip:port | <[ID client-id] | [TYPE <NORMAL | MASTER | SLAVE | REPLICA | PUBSUB>] | "
              "[USER username] | [ADDR ip:port] | [LADDR ip:port] | [SKIPME <YES | NO>] | "
              "[MAXAGE maxage] [[ID client-id] | [TYPE <NORMAL | MASTER | SLAVE | REPLICA | "
              "PUBSUB>] | [USER username] | [ADDR ip:port] | [LADDR ip:port] | [SKIPME <YES | "
              "NO>] | [MAXAGE maxage] ...]>>",
     .since = "2.4.0",
     .arity = -3,
     .summary = "Ends connections.",
     .group = "connection",
     .complexity = "O(N) in the connections",
     .flags = ADMIN_FLAGS,
     .acl = ACL_CONNECTION,
     .run = client_kill},
    {.name = "list",
     .usage = "[TYPE <NORMAL | MASTER | REPLICA | PUBSUB>] [ID client-id [client-id ...]]",
     .since = "2.4.0",
     .arity = -2,
     .summary = "Describes the open connections.",
     .group = "connection",
     .complexity = "O(N) in the connections",
     .flags = ADMIN_FLAGS,
     .acl = ACL_CONNECTION,
     .tips = {"nondeterministic_output"},
     .run = client_list},
    {.name = "no-evict",
     .usage = "<ON | OFF>",
     .since = "7.0.0",
     .arity = 3,
     .summary = "Protects the connection from being cut off for memory.",
     .group = "connection",
     .complexity = "O(1)",
     .flags = ADMIN_FLAGS | CMD_SHARDED,
     .acl = ACL_CONNECTION,
     .run = client_no_evict},
    {.name = "no-touch",
     .usage = "<ON | OFF>",
     .since = "7.2.0",
     .arity = 3,
     .summary = "Lets reads of the connection leave no trace in the access record.",
     .group = "connection",
     .complexity = "O(1)",
     .flags = OWN_FLAGS,
     .acl = ACL_CONNECTION,
     .run = client_no_touch},
    {.name = "pause",
     .usage = "timeout [WRITE | ALL]",
     .since = "3.0.0",
     .arity = -3,
     .summary = "Holds commands back for a while.",
     .group = "connection",
     .complexity = "O(1)",
     .flags = ADMIN_FLAGS,
     .acl = ACL_CONNECTION,
     .run = client_pause},
    {.name = "reply",
     .usage = "<ON | OFF | SKIP>",
     .since = "3.2.0",
     .arity = 3,
     .summary = "Switches the replies to the connection.",
     .group = "connection",
     .complexity = "O(1)",
     .flags = OWN_FLAGS,
     .acl = ACL_CONNECTION,
     .run = client_reply},
    {.name = "setinfo",
     .usage = "<LIB-NAME libname | LIB-VER libver>",
     .since = "7.2.0",
     .arity = 4,
     .summary = "Notes which client library the connection uses.",
     .group = "connection",
     .complexity = "O(1)",
     .flags = OWN_FLAGS,
     .acl = ACL_CONNECTION,
     .tips = {"request_policy:all_nodes", "response_policy:all_succeeded"},
     .run = client_setinfo},
    {.name = "setname",
     .usage = "connection-name",
     .since = "2.6.9",
     .arity = 3,
     .summary = "Names the connection.",
     .group = "connection",
     .complexity = "O(1)",
     .flags = OWN_FLAGS,
     .acl = ACL_CONNECTION,
     .tips = {"request_policy:all_nodes", "response_policy:all_succeeded"},
     .run = client_setname},
    {.name = "tracking",
     .usage = "<ON | OFF> [REDIRECT client-id] [PREFIX prefix [PREFIX prefix ...]] [BCAST] [OPTIN] "
              "[OPTOUT] [NOLOOP]",
     .since = "6.0.0",
     .arity = -3,
     .summary = "Switches invalidation messages for client-side caching.",
     .group = "connection",
     .complexity = "O(N) in the connections, and in the prefixes given",
     .flags = OWN_FLAGS & ~(unsigned)CMD_SHARDED,
     .acl = ACL_CONNECTION,
     .run = client_tracking},
    {.name = "trackinginfo",
     .usage = "",
     .since = "6.2.0",
     .arity = 2,
     .summary = "Describes how tracking is set up for the connection.",
     .group = "connection",
     .complexity = "O(1)",
     .flags = OWN_FLAGS,
     .acl = ACL_CONNECTION,
     .run = client_trackinginfo},
    {.name = "unblock",
     .usage = "client-id [TIMEOUT | ERROR]",
     .since = "5.0.0",
     .arity = -3,
     .summary = "Ends the waiting of a blocked connection.",
     .group = "connection",
     .complexity = "O(N) in the connections",
     .flags = ADMIN_FLAGS,
     .acl = ACL_CONNECTION,
     .run = client_unblock},
    {.name = "unpause",
     .usage = "",
     .since = "6.2.0",
     .arity = 2,
     .summary = "Lets commands run again after CLIENT PAUSE.",
     .group = "connection",
     .complexity = "O(N) in the paused connections",
     .flags = ADMIN_FLAGS,
     .acl = ACL_CONNECTION,
     .run = client_unpause},
    {.name = NULL},
};

const struct command_spec client_commands[] = {
    {.name = "client",
     .usage = "",
     .since = "2.4.0",
     .arity = -2,
     .summary = "Container of commands about connections.",
     .group = "connection",
     .complexity = "Depends on subcommand.",
     .subcommands = client_subcommands},
    {.name = NULL},
};
