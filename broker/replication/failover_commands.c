#include "broker/replication/failover_commands.h"
#include "broker/replication/failover.h"
#include "broker/replication/replication.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "core/num/num.h"

static bool take_timeout(struct span text, int64_t *timeout_ms, struct reply *out)
{
    if (num_parse_i64(text, timeout_ms) < 0) {
        reply_error(out, ERROR_NOT_INTEGER);
        return false;
    }
    if (*timeout_ms > 0)
        return true;
    reply_error(out, "ERR FAILOVER timeout must be greater than 0");
    return false;
}

/* Options in any order, each once; ABORT by itself. */
static bool parse(const struct request *rq, struct failover_wanted *wanted, bool *aborts,
                  struct reply *out)
{
    for (size_t i = 1; i < rq->argc; i++) {
        size_t left = rq->argc - i - 1;

        if (span_is(rq->argv[i], "timeout") && left >= 1 && wanted->timeout_ms == 0) {
            if (!take_timeout(rq->argv[++i], &wanted->timeout_ms, out))
                return false;
        } else if (span_is(rq->argv[i], "abort") && rq->argc == 2) {
            *aborts = true;
        } else if (span_is(rq->argv[i], "to") && left >= 2 && wanted->any) {
            wanted->any = false;
            wanted->host = rq->argv[i + 1];
            if (num_parse_i64(rq->argv[i + 2], &wanted->port) < 0) {
                reply_error(out, ERROR_NOT_INTEGER);
                return false;
            }
            i += 2;
        } else if (span_is(rq->argv[i], "force") && !wanted->force) {
            wanted->force = true;
        } else {
            reply_error(out, ERROR_SYNTAX);
            return false;
        }
    }
    return true;
}

/* FAILOVER [TO host port [FORCE]] [ABORT] [TIMEOUT ms] -> OK: it has begun. INFO tells how it goes.
 */
static void failover(struct request *rq, struct reply *out)
{
    struct session *session = request_session(rq);
    struct failover *self = session->reactor->server->replication->failover;
    struct failover_wanted wanted = {.any = true};
    bool aborts = false;

    if (!parse(rq, &wanted, &aborts, out))
        return;
    if (aborts) {
        if (failover_abort(self, "Failover manually aborted"))
            reply_ok(out);
        else
            reply_error(out, "ERR No failover in progress.");
    } else if (failover_is_on(self)) {
        reply_error(out, "ERR FAILOVER already in progress.");
    } else {
        failover_begin(self, session, &wanted, out);
    }
}

const struct command_spec failover_commands[] = {
    {.name = "failover",
     .usage = "[TO host port [FORCE]] [ABORT] [TIMEOUT milliseconds]",
     .since = "6.2.0",
     .arity = -1,
     .summary = "Changes places with a replica, once it has everything.",
     .group = "server",
     .complexity = "O(1)",
     .flags = CMD_ADMIN | CMD_NOSCRIPT | CMD_STALE | CMD_SESSION,
     .run = failover},
    {.name = NULL},
};
