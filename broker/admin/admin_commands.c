#include "broker/admin/admin_commands.h"
#include "broker/persistence/persistence.h"
#include "broker/reactor/reactor.h"
#include "broker/replication/farewell.h"
#include "broker/script/busy.h"
#include "broker/server/log.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "core/time/clock.h"

static void time_command(struct request *rq, struct reply *out)
{
    int64_t now_us = clock_now_us();

    (void)rq;
    reply_array(out, 2);
    reply_bulk_integer(out, now_us / 1000000);
    reply_bulk_integer(out, now_us % 1000000);
}

struct shutdown_options {
    bool save, nosave, now, force, abort;
};

static bool parse_shutdown(struct request *rq, struct shutdown_options *options)
{
    *options = (struct shutdown_options){0};
    for (size_t i = 1; i < rq->argc; i++) {
        if (span_is(rq->argv[i], "save"))
            options->save = true;
        else if (span_is(rq->argv[i], "nosave"))
            options->nosave = true;
        else if (span_is(rq->argv[i], "now"))
            options->now = true;
        else if (span_is(rq->argv[i], "force"))
            options->force = true;
        else if (span_is(rq->argv[i], "abort"))
            options->abort = true;
        else
            return false;
    }
    if (options->save && options->nosave)
        return false;
    return !options->abort || rq->argc == 2;
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

/* SHUTDOWN [NOSAVE|SAVE] [NOW] [FORCE] [ABORT]. Replicas get what they lack; what is in the log
 * becomes durable, and the RDB file is written if asked for, or if there are save points and no
 * log. Exclusive. */
static void shutdown_command(struct request *rq, struct reply *out)
{
    struct session *session = request_session(rq);
    struct server *server = session->reactor->server;
    struct shutdown_options options;
    struct farewell_end end;
    struct diag diag = {0};

    if (!parse_shutdown(rq, &options)) {
        reply_error(out, ERROR_SYNTAX);
        return;
    }
    if (options.abort) {
        abort_shutdown(server, out);
        return;
    }
    if (!script_busy_may_shut_down(server, options.nosave, out))
        return;
    log_line(server->log, LOG_WARNING, "User requested shutdown...");
    end.settles = !atomic_load_explicit(&server->loading, memory_order_relaxed);
    end.force = options.force;
    end.save =
        options.save || (!options.nosave && persistence_has_save_points(server->persistence));
    if (!options.now && !(rq->flags & REQUEST_NO_WAIT) && farewell_begin(server, session, &end))
        return;
    if (end.settles && persistence_settle(server->persistence, end.save, &diag) < 0 &&
        !options.force) {
        log_line(server->log, LOG_WARNING, "Errors trying to shut down: %s", diag.text);
        reply_error(out, "ERR Errors trying to SHUTDOWN. Check logs.");
        return;
    }
    script_busy_abandon(server);
    session_close_after_reply(session);
    server_stop(server);
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
