#include "broker/persistence/persistence_commands.h"
#include "broker/persistence/persistence_internal.h"
#include "broker/server/server.h"
#include "broker/session/session.h"

static struct persistence *persistence_of(const struct request *rq)
{
    return request_session(rq)->reactor->server->persistence;
}

/* BGREWRITEAOF -> started, or scheduled for when the child that runs has ended. Exclusive. */
static void bgrewriteaof(struct request *rq, struct reply *out)
{
    struct persistence *self = persistence_of(rq);
    struct diag diag = {0};

    if (!self->log) {
        reply_error(out, "ERR There is no log to rewrite: appendonly is 'no'");
    } else if (self->child.job == JOB_REWRITE || self->install_running) {
        reply_error(out, "ERR Background append only file rewriting already in progress");
    } else if (self->child.job != JOB_NONE || rq->flags & REQUEST_NO_WAIT) {
        self->rewrite_scheduled = true;
        reply_simple(out, "Background append only file rewriting scheduled");
    } else if (snapshot_start(self, JOB_REWRITE, &diag) < 0) {
        reply_error_format(out, "ERR Can't execute an AOF background rewriting: %s", diag.text);
    } else {
        reply_simple(out, "Background append only file rewriting started");
    }
}

/* BGSAVE [SCHEDULE] -> started or scheduled. Exclusive. */
static void bgsave(struct request *rq, struct reply *out)
{
    struct persistence *self = persistence_of(rq);
    bool schedule = rq->argc == 2 && span_is(rq->argv[1], "schedule");
    bool busy = self->child.job != JOB_NONE || self->install_running;
    struct diag diag = {0};

    if (rq->argc > 1 && !schedule) {
        reply_error(out, ERROR_SYNTAX);
    } else if (self->child.job == JOB_SAVE) {
        reply_error(out, "ERR Background save already in progress");
    } else if (busy && !schedule) {
        reply_error(out, "ERR Another child process is active (AOF?): can't BGSAVE right now. Use "
                         "BGSAVE SCHEDULE in order to schedule a BGSAVE whenever possible.");
    } else if (busy || rq->flags & REQUEST_NO_WAIT) {
        self->save_scheduled = true;
        reply_simple(out, "Background saving scheduled");
    } else if (snapshot_start(self, JOB_SAVE, &diag) < 0) {
        reply_error_format(out, "ERR %s", diag.text);
    } else {
        reply_simple(out, "Background saving started");
    }
}

/* SAVE -> OK when the RDB file is on the disk; everybody waits for that long. Exclusive. */
static void save(struct request *rq, struct reply *out)
{
    struct persistence *self = persistence_of(rq);
    struct diag diag = {0};

    if (self->child.job == JOB_SAVE)
        reply_error(out, "ERR Background save already in progress");
    else if (persistence_save_now(self, &diag) < 0)
        reply_error_format(out, "ERR %s", diag.text);
    else
        reply_ok(out);
}

/* LASTSAVE -> when an RDB file was last written, in Unix seconds. */
static void lastsave(struct request *rq, struct reply *out)
{
    reply_integer(out, request_session(rq)->reactor->server->last_save_ms / 1000);
}

const struct command_spec persistence_commands[] = {
    {.name = "bgrewriteaof",
     .usage = "",
     .since = "1.0.0",
     .arity = 1,
     .summary = "Writes a checkpoint in the background, and drops the log before it.",
     .group = "server",
     .complexity = "O(1), and O(N) in the background",
     .flags = CMD_ADMIN | CMD_NO_ASYNC_LOADING | CMD_NOSCRIPT | CMD_SESSION,
     .run = bgrewriteaof},
    {.name = "bgsave",
     .usage = "[SCHEDULE]",
     .since = "1.0.0",
     .arity = -1,
     .summary = "Writes an RDB file in the background.",
     .group = "server",
     .complexity = "O(1), and O(N) in the background",
     .flags = CMD_ADMIN | CMD_NO_ASYNC_LOADING | CMD_NOSCRIPT | CMD_SESSION,
     .run = bgsave},
    {.name = "save",
     .usage = "",
     .since = "1.0.0",
     .arity = 1,
     .summary = "Writes an RDB file while everybody waits.",
     .group = "server",
     .complexity = "O(N) in the number of keys",
     .flags = CMD_ADMIN | CMD_NO_ASYNC_LOADING | CMD_NO_MULTI | CMD_NOSCRIPT | CMD_SESSION,
     .run = save},
    {.name = "lastsave",
     .usage = "",
     .since = "1.0.0",
     .arity = 1,
     .summary = "Returns when data was last saved to disk.",
     .group = "server",
     .complexity = "O(1)",
     .flags = CMD_FAST | CMD_LOADING | CMD_STALE | CMD_SESSION | CMD_SHARDED,
     .acl = ACL_ADMIN | ACL_DANGEROUS,
     .tips = {"nondeterministic_output"},
     .run = lastsave},
    {.name = NULL},
};
