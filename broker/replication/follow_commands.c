#include "broker/replication/follow_commands.h"
#include "broker/replication/failover.h"
#include "broker/replication/link.h"
#include "broker/replication/replication.h"
#include "broker/server/log.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "core/num/num.h"

#include <string.h>
#include <strings.h>

static bool is_followed(const struct replication *replication, const char *host, int port)
{
    return replication->link && strcasecmp(link_host(replication->link), host) == 0 &&
           link_port(replication->link) == port;
}

static void finish(int rc, const struct diag *diag, struct reply *out)
{
    if (rc < 0)
        reply_error_format(out, "ERR %s", diag->text);
    else
        reply_ok(out);
}

/* REPLICAOF host port | NO ONE -> OK, before anything has come: the log tells how it goes. */
static void replicaof(struct request *rq, struct reply *out)
{
    struct session *session = request_session(rq);
    struct replication *replication = session->reactor->server->replication;
    char host[REPLICATION_HOST_LIMIT];
    struct diag diag = {0};
    int64_t port;

    if (failover_is_on(replication->failover)) {
        reply_error(out, "ERR REPLICAOF not allowed while failing over.");
        return;
    }
    if (span_is(rq->argv[1], "no") && span_is(rq->argv[2], "one")) {
        if (replication_is_replica(replication))
            log_line(session->reactor->server->log, LOG_NOTICE,
                     "MASTER MODE enabled (user request from %s)", session->peer);
        finish(replication_lead(replication, &diag), &diag, out);
        return;
    }
    if (session->replica) {
        reply_error(out, "ERR Command is not valid when client is a replica.");
        return;
    }
    if (num_parse_i64(rq->argv[2], &port) < 0 || port < 0 || port > 65535) {
        reply_error(out, "ERR Invalid master port");
        return;
    }
    if (rq->argv[1].size == 0 || rq->argv[1].size >= sizeof(host) ||
        memchr(rq->argv[1].data, 0, rq->argv[1].size)) {
        reply_error(out, "ERR Invalid master host");
        return;
    }
    memcpy(host, rq->argv[1].data, rq->argv[1].size);
    host[rq->argv[1].size] = '\0';
    if (is_followed(replication, host, (int)port)) {
        log_line(session->reactor->server->log, LOG_NOTICE,
                 "REPLICAOF would result into synchronization with the master we are already "
                 "connected with. No operation performed.");
        reply_simple(out, "OK Already connected to specified master");
        return;
    }
    finish(replication_follow(replication, host, (int)port, &diag), &diag, out);
}

const struct command_spec follow_commands[] = {
    {.name = "replicaof",
     .usage = "<host port | NO ONE>",
     .since = "5.0.0",
     .arity = 3,
     .summary = "Makes this server a replica of another one, or a primary.",
     .group = "server",
     .complexity = "O(1)",
     .flags = CMD_ADMIN | CMD_NO_ASYNC_LOADING | CMD_NOSCRIPT | CMD_STALE | CMD_SESSION,
     .run = replicaof},
    {.name = "slaveof",
     .usage = "<host port | NO ONE>",
     .since = "1.0.0",
     .deprecated_since = "5.0.0",
     .replaced_by = "REPLICAOF",
     .arity = 3,
     .summary = "The old name of REPLICAOF.",
     .group = "server",
     .complexity = "O(1)",
     .flags = CMD_ADMIN | CMD_NO_ASYNC_LOADING | CMD_NOSCRIPT | CMD_STALE | CMD_SESSION,
     .run = replicaof},
    {.name = NULL},
};
