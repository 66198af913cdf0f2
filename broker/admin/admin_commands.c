#include "broker/admin/admin_commands.h"
#include "broker/reactor/reactor.h"
#include "broker/replication/farewell.h"
#include "broker/script/busy.h"
#include "broker/server/log.h"
#include "broker/server/server.h"
#include "broker/server/shutdown.h"
#include "broker/session/session.h"
#include "core/base/error.h"
#include "core/time/clock.h"

static void time_command(struct request *rq, struct reply *out)
{
    int64_t now_us = clock_now_us();

    (void)rq;
    reply_array(out, 2);
    reply_bulk_integer(out, now_us / 1000000);
    reply_bulk_integer(out, now_us % 1000000);
}

/* The words of SHUTDOWN, but for ABORT, which is for itself. */
static bool parse_shutdown(const struct request *rq, unsigned *flags, bool *abort)
{
    *flags = 0;
    *abort = rq->argc == 2 && span_is(rq->argv[1], "abort");
    for (size_t i = 1; i < rq->argc && !*abort; i++) {
        if (span_is(rq->argv[i], "save"))
            *flags |= SHUTDOWN_SAVE;
        else if (span_is(rq->argv[i], "nosave"))
            *flags |= SHUTDOWN_NOSAVE;
        else if (span_is(rq->argv[i], "now"))
            *flags |= SHUTDOWN_NOW;
        else if (span_is(rq->argv[i], "force"))
            *flags |= SHUTDOWN_FORCE;
        else
            return false;
    }
    return !(*flags & SHUTDOWN_SAVE && *flags & SHUTDOWN_NOSAVE);
}

static void abort_shutdown(struct server *server, struct reply *out)
{
    if (!farewell_is_on(server)) {
        reply_error(out, "ERR No shutdown in progress.");
        return;
    }
    farewell_abort(server);
    reply_ok(out);
}

/* SHUTDOWN [NOSAVE|SAVE] [NOW] [FORCE] [ABORT]. Exclusive. */
static void shutdown_command(struct request *rq, struct reply *out)
{
    struct session *session = request_session(rq);
    struct server *server = session->reactor->server;
    unsigned flags;
    bool abort;
    int rc;

    if (!parse_shutdown(rq, &flags, &abort)) {
        reply_error(out, ERROR_SYNTAX);
        return;
    }
    if (abort) {
        abort_shutdown(server, out);
        return;
    }
    if (!script_busy_may_shut_down(server, flags & SHUTDOWN_NOSAVE, out))
        return;
    log_line(server->log, LOG_WARNING, "User requested shutdown...");
    if (rq->flags & REQUEST_NO_WAIT)
        flags |= SHUTDOWN_NOW;
    rc = shutdown_begin(server, flags, session);
    if (rc == ERR_IO)
        reply_error(out, "ERR Errors trying to SHUTDOWN. Check logs.");
    if (rc < 0)
        return;
    script_busy_abandon(server);
    session_close_after_reply(session);
}

const struct command_spec admin_commands[] = {
    {.name = "time",
     .usage = "",
     .since = "2.6.0",
     .arity = 1,
     .summary = "Returns the server's clock.",
     .group = "server",
     .complexity = "O(1)",
     .flags = CMD_FAST | CMD_LOADING | CMD_STALE | CMD_SHARDED,
     .tips = {"nondeterministic_output"},
     .run = time_command},
    {.name = "shutdown",
     .usage = "[NOSAVE | SAVE] [NOW] [FORCE] [ABORT]",
     .since = "1.0.0",
     .arity = -1,
     .summary = "Ends the server.",
     .group = "server",
     .complexity = "O(1)",
     .flags = CMD_ADMIN | CMD_ALLOW_BUSY | CMD_LOADING | CMD_NO_MULTI | CMD_NOSCRIPT | CMD_STALE |
              CMD_SESSION,
     .run = shutdown_command},
    {.name = "debug",
     .usage = "",
     .since = "1.0.0",
     .arity = -2,
     .summary = "Container of commands for testing the server.",
     .group = "server",
     .complexity = "Depends on subcommand.",
     .flags = CMD_ADMIN | CMD_LOADING | CMD_NOSCRIPT | CMD_STALE | CMD_SESSION | CMD_SYSCMD,
     .run = debug_command},
    {.name = NULL},
};
