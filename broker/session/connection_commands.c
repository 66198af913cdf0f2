#include "broker/session/connection_commands.h"
#include "broker/acl/acl.h"
#include "broker/pubsub/pubsub.h"
#include "broker/reactor/reactor.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "core/num/num.h"

static const char redis_version[] = "8.10.0"; /* what clients gate features on */

bool client_name_fits(struct span name)
{
    for (size_t i = 0; i < name.size; i++)
        if (name.data[i] < '!' || name.data[i] > '~')
            return false;
    return true;
}

/* In a form that RESP2 clients can tell from messages. */
static void pong_subscriber(const struct request *rq, struct reply *out)
{
    reply_array(out, 2);
    reply_bulk_text(out, "pong");
    reply_bulk(out, rq->argc == 2 ? rq->argv[1] : span_of(NULL, 0));
}

static void ping(struct request *rq, struct reply *out)
{
    const struct session *session = request_session(rq);

    if (rq->argc > 2)
        reply_error(out, "ERR wrong number of arguments for 'ping' command");
    else if (session->protocol < 3 && pubsub_is_subscriber(session))
        pong_subscriber(rq, out);
    else if (rq->argc == 2)
        reply_bulk(out, rq->argv[1]);
    else
        reply_simple(out, "PONG");
}

static void echo(struct request *rq, struct reply *out)
{
    reply_bulk(out, rq->argv[1]);
}

/* True if user and password let the session in; otherwise the error is written. */
static bool authenticate(struct session *session, struct span word, struct span user,
                         struct span password, struct reply *out)
{
    if (acl_session_authenticate(session, user, password, word))
        return true;
    reply_error(out, ACL_WRONGPASS);
    return false;
}

static void auth(struct request *rq, struct reply *out)
{
    struct session *session = request_session(rq);
    bool named = rq->argc == 3;

    if (rq->argc > 3) {
        reply_error(out, ERROR_SYNTAX);
        return;
    }
    if (!named && !acl_default_has_password(session->reactor->server->acl)) {
        reply_error(out, "ERR AUTH <password> called without any password configured for the "
                         "default user. Are you sure your configuration is correct?");
        return;
    }
    if (authenticate(session, rq->argv[0], named ? rq->argv[1] : SPAN("default"),
                     rq->argv[rq->argc - 1], out))
        reply_ok(out);
}

struct hello_options {
    int64_t protocol; /* 0: as it is */
    bool has_auth, has_name;
    struct span user, password, name;
};

static bool parse_hello(struct request *rq, struct hello_options *options, struct reply *out)
{
    *options = (struct hello_options){0};
    if (rq->argc >= 2) {
        if (num_parse_i64(rq->argv[1], &options->protocol) < 0) {
            reply_error(out, "ERR Protocol version is not an integer or out of range");
            return false;
        }
        if (options->protocol < 2 || options->protocol > 3) {
            reply_error(out, "NOPROTO unsupported protocol version");
            return false;
        }
    }
    for (size_t at = 2; at < rq->argc; at++) {
        size_t left = rq->argc - at - 1;

        if (span_is(rq->argv[at], "AUTH") && left >= 2) {
            options->has_auth = true;
            options->user = rq->argv[at + 1];
            options->password = rq->argv[at + 2];
            at += 2;
        } else if (span_is(rq->argv[at], "SETNAME") && left >= 1) {
            options->has_name = true;
            options->name = rq->argv[++at];
            if (!client_name_fits(options->name)) {
                reply_error(
                    out, "ERR Client names cannot contain spaces, newlines or special characters.");
                return false;
            }
        } else {
            reply_error_format(out, "ERR Syntax error in HELLO option '%.*s'",
                               SPAN_ARGS(rq->argv[at]));
            return false;
        }
    }
    return true;
}

static void hello(struct request *rq, struct reply *out)
{
    struct session *session = request_session(rq);
    struct hello_options options;

    if (!parse_hello(rq, &options, out))
        return;
    if (options.has_auth &&
        !authenticate(session, rq->argv[0], options.user, options.password, out))
        return;
    if (acl_session_is_stranger(session)) {
        reply_error(out,
                    "NOAUTH HELLO must be called with the client already authenticated, otherwise "
                    "the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the "
                    "client and select the RESP protocol version at the same time");
        return;
    }
    if (options.has_name) {
        buffer_clear(&session->name);
        buffer_append_span(&session->name, options.name);
    }
    if (options.protocol)
        session->protocol = out->protocol = (int)options.protocol;
    reply_map(out, 7);
    reply_bulk_text(out, "server");
    reply_bulk_text(out, "redis");
    reply_bulk_text(out, "version");
    reply_bulk_text(out, redis_version);
    reply_bulk_text(out, "proto");
    reply_integer(out, session->protocol);
    reply_bulk_text(out, "id");
    reply_integer(out, (int64_t)session->id);
    reply_bulk_text(out, "mode");
    reply_bulk_text(out, "standalone");
    reply_bulk_text(out, "role");
    reply_bulk_text(out, "master");
    reply_bulk_text(out, "modules");
    reply_array(out, 0);
}

static void select_db(struct request *rq, struct reply *out)
{
    int64_t db;

    if (num_parse_i64(rq->argv[1], &db) < 0) {
        reply_error(out, ERROR_NOT_INTEGER);
        return;
    }
    if (db < 0 || db >= rq->settings->databases) {
        reply_error(out, ERROR_DB_RANGE);
        return;
    }
    request_session(rq)->db = (int)db;
    reply_ok(out);
}

static void quit(struct request *rq, struct reply *out)
{
    reply_ok(out);
    session_close_after_reply(request_session(rq));
}

static void reset(struct request *rq, struct reply *out)
{
    session_reset(request_session(rq));
    out->protocol = request_session(rq)->protocol;
    reply_simple(out, "RESET");
}

#define OPEN_FLAGS                                                                                 \
    (CMD_ALLOW_BUSY | CMD_FAST | CMD_LOADING | CMD_NO_AUTH | CMD_NOSCRIPT | CMD_STALE |            \
     CMD_SESSION | CMD_SHARDED)

const struct command_spec connection_commands[] = {
    {.name = "auth",
     .usage = "[username] password",
     .since = "1.0.0",
     .arity = -2,
     .summary = "Authenticates the connection.",
     .group = "connection",
     .complexity = "O(N) in the passwords of the user",
     .flags = OPEN_FLAGS,
     .acl = ACL_CONNECTION,
     .run = auth},
    {.name = "echo",
     .usage = "message",
     .since = "1.0.0",
     .arity = 2,
     .summary = "Returns its argument.",
     .group = "connection",
     .complexity = "O(1)",
     .flags = CMD_FAST | CMD_LOADING | CMD_STALE | CMD_SHARDED,
     .acl = ACL_CONNECTION,
     .run = echo},
    {.name = "hello",
     .usage = "[protover [AUTH username password] [SETNAME clientname]]",
     .since = "6.0.0",
     .arity = -1,
     .summary = "Chooses the protocol version and tells about the server.",
     .group = "connection",
     .complexity = "O(1)",
     .flags = OPEN_FLAGS,
     .acl = ACL_CONNECTION,
     .run = hello},
    {.name = "ping",
     .usage = "[message]",
     .since = "1.0.0",
     .arity = -1,
     .summary = "Answers, so that the client knows the server does.",
     .group = "connection",
     .complexity = "O(1)",
     .flags = CMD_FAST | CMD_SESSION | CMD_SHARDED,
     .acl = ACL_CONNECTION,
     .tips = {"request_policy:all_shards", "response_policy:all_succeeded"},
     .run = ping},
    {.name = "quit",
     .usage = "",
     .since = "1.0.0",
     .arity = -1,
     .summary = "Closes the connection.",
     .group = "connection",
     .complexity = "O(1)",
     .flags = OPEN_FLAGS | CMD_NEVER_QUEUED,
     .acl = ACL_CONNECTION,
     .deprecated_since = "7.2.0",
     .replaced_by = "just closing the connection",
     .run = quit},
    {.name = "reset",
     .usage = "",
     .since = "6.2.0",
     .arity = 1,
     .summary = "Brings the connection back to the state of a new one.",
     .group = "connection",
     .complexity = "O(1)",
     .flags = OPEN_FLAGS | CMD_NEVER_QUEUED,
     .acl = ACL_CONNECTION,
     .run = reset},
    {.name = "select",
     .usage = "index",
     .since = "1.0.0",
     .arity = 2,
     .summary = "Changes the database the connection works on.",
     .group = "connection",
     .complexity = "O(1)",
     .flags = CMD_FAST | CMD_LOADING | CMD_STALE | CMD_SESSION | CMD_SHARDED,
     .acl = ACL_CONNECTION,
     .run = select_db},
    {.name = NULL},
};
