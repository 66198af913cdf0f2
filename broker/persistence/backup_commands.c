/* backup_commands.c - BACKUP. All of them are exclusive; those that wait for files to be written or
 * removed answer when that is done. */
#include "broker/persistence/backup_commands.h"
#include "broker/command/help.h"
#include "broker/persistence/backup.h"
#include "broker/persistence/persistence_internal.h"
#include "broker/server/server.h"
#include "broker/session/session.h"

static struct backup *backup_of(const struct request *rq)
{
    return request_session(rq)->reactor->server->persistence->backup;
}

/* Who waits for the task: nobody in a transaction. */
static struct session *waiter_of(const struct request *rq)
{
    return rq->flags & REQUEST_NO_WAIT ? NULL : request_session(rq);
}

static void reply_failure(struct reply *out, const struct diag *diag)
{
    reply_error_format(out, "ERR %s", diag->text);
}

/* BACKUP START -> OK when the checkpoint is being written, or waits for another child to end. */
static void backup_start_command(struct request *rq, struct reply *out)
{
    struct diag diag = {0};

    if (backup_start(backup_of(rq), !(rq->flags & REQUEST_NO_WAIT), &diag) < 0)
        reply_failure(out, &diag);
    else
        reply_ok(out);
}

/* Runs one of those that a session waits for. */
static void run_task(struct request *rq, struct reply *out,
                     int (*task)(struct backup *, struct session *, struct diag *))
{
    struct session *waiter = waiter_of(rq);
    struct diag diag = {0};

    if (task(backup_of(rq), waiter, &diag) < 0)
        reply_failure(out, &diag);
    else if (!waiter)
        reply_ok(out);
}

/* BACKUP SEAL -> OK when everything acknowledged before it was sent is in the backup. */
static void backup_seal_command(struct request *rq, struct reply *out)
{
    run_task(rq, out, backup_seal);
}

/* BACKUP ABORT -> OK when the files are gone. */
static void backup_abort_command(struct request *rq, struct reply *out)
{
    run_task(rq, out, backup_abort);
}

/* BACKUP CLEANUP -> OK when the files are gone. */
static void backup_cleanup_command(struct request *rq, struct reply *out)
{
    run_task(rq, out, backup_cleanup);
}

/* BACKUP STATUS -> state, error, start_time, end_time (Unix seconds, 0: not yet). */
static void backup_status_command(struct request *rq, struct reply *out)
{
    struct backup_status status;

    backup_status(backup_of(rq), &status);
    reply_map(out, 4);
    reply_bulk_text(out, "state");
    reply_bulk_text(out, status.state);
    reply_bulk_text(out, "error");
    reply_bulk_text(out, status.error);
    reply_bulk_text(out, "start_time");
    reply_integer(out, status.start_s);
    reply_bulk_text(out, "end_time");
    reply_integer(out, status.end_s);
}

struct listing {
    struct reply *out;
    size_t count;
};

static void list_path(void *context, const char *path)
{
    struct listing *listing = context;

    reply_bulk_text(listing->out, path);
    listing->count++;
}

/* BACKUP LIST -> absolute paths of the files that are complete. */
static void backup_list_command(struct request *rq, struct reply *out)
{
    struct listing listing = {.out = out};
    size_t mark = reply_defer(out);

    backup_list(backup_of(rq), list_path, &listing);
    reply_defer_array(out, mark, listing.count);
}

#define BACKUP_SUB(sub_name, sub_flags, sub_summary, handler)                                      \
    .name = (sub_name), .usage = "", .since = "8.10.0", .arity = 2, .summary = (sub_summary),      \
    .group = "server", .complexity = "O(1)", .flags = (sub_flags) | CMD_SESSION, .run = (handler)
#define BACKUP_WORK (CMD_ADMIN | CMD_NOSCRIPT)
#define BACKUP_ASK  (CMD_ADMIN | CMD_STALE)

static const struct command_spec backup_subcommands[] = {
    {BACKUP_SUB("abort", BACKUP_WORK, "Gives up a backup that is not sealed.",
                backup_abort_command)},
    {BACKUP_SUB("cleanup", BACKUP_WORK, "Removes the files of a backup.", backup_cleanup_command)},
    {BACKUP_SUB("help", CMD_LOADING | CMD_STALE | CMD_SHARDED, "Explains the subcommands.",
                command_help)},
    {BACKUP_SUB("list", BACKUP_ASK, "Lists the files of a backup.", backup_list_command)},
    {BACKUP_SUB("seal", BACKUP_WORK, "Completes a backup.", backup_seal_command)},
    {BACKUP_SUB("start", BACKUP_WORK, "Begins a backup.", backup_start_command)},
    {BACKUP_SUB("status", BACKUP_ASK, "Tells how far a backup is.", backup_status_command)},
    {.name = NULL},
};

const struct command_spec backup_commands[] = {
    {.name = "backup",
     .usage = "",
     .since = "8.10.0",
     .arity = -2,
     .summary = "A container for the commands that make backups.",
     .group = "server",
     .complexity = "Depends on subcommand.",
     .subcommands = backup_subcommands},
    {.name = NULL},
};
