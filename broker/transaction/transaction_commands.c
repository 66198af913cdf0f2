#include "broker/transaction/transaction_commands.h"
#include "broker/reactor/reactor.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "broker/transaction/transaction.h"

/* MULTI -> OK; from now on calls are queued. */
static void multi(struct request *rq, struct reply *out)
{
    struct session *session = request_session(rq);

    if (transaction_is_open(session)) {
        reply_error(out, "ERR MULTI calls can not be nested");
        return;
    }
    transaction_get(session)->open = true;
    reply_ok(out);
}

/* EXEC within a transaction is transaction_execute's; only one without comes here. */
static void exec(struct request *rq, struct reply *out)
{
    (void)rq;
    reply_error(out, "ERR EXEC without MULTI");
}

/* DISCARD -> OK; nothing was run, nothing is watched any more. */
static void discard(struct request *rq, struct reply *out)
{
    struct session *session = request_session(rq);

    if (!transaction_is_open(session)) {
        reply_error(out, "ERR DISCARD without MULTI");
        return;
    }
    transaction_discard(session);
    reply_ok(out);
}

/* WATCH key [key ...] -> OK; EXEC answers null if one of them changes before. Once one has, there
 * is nothing more to be seen. */
static void watch(struct request *rq, struct reply *out)
{
    struct session *session = request_session(rq);
    struct watch_table *table = session->reactor->server->watches;

    if (transaction_is_open(session)) {
        reply_error(out, "ERR WATCH inside MULTI is not allowed");
        return;
    }
    for (size_t i = 1; i < rq->argc && !transaction_is_dirty(session); i++) {
        if (!watch_add(table, &transaction_get(session)->watcher, rq, request_key(rq, i))) {
            reply_error_format(out, "ERR a connection can watch at most %d keys", WATCH_KEYS_LIMIT);
            return;
        }
    }
    reply_ok(out);
}

/* UNWATCH -> OK. In a transaction it comes when EXEC has dropped the marks already. */
static void unwatch(struct request *rq, struct reply *out)
{
    transaction_unwatch(request_session(rq));
    reply_ok(out);
}

#define OWN_FLAGS (CMD_LOADING | CMD_NOSCRIPT | CMD_STALE | CMD_SESSION | CMD_SHARDED)

const struct command_spec transaction_commands[] = {
    {.name = "discard",
     .usage = "",
     .since = "2.0.0",
     .arity = 1,
     .summary = "Drops the queued commands and ends the transaction.",
     .group = "transactions",
     .complexity = "O(N) in the queued commands",
     .flags = OWN_FLAGS | CMD_ALLOW_BUSY | CMD_FAST | CMD_NEVER_QUEUED,
     .acl = ACL_TRANSACTION,
     .run = discard},
    {.name = "exec",
     .usage = "",
     .since = "1.2.0",
     .arity = 1,
     .summary = "Runs the queued commands as one.",
     .group = "transactions",
     .complexity = "Depends on the queued commands",
     .flags = OWN_FLAGS | CMD_SKIP_SLOWLOG | CMD_NEVER_QUEUED,
     .acl = ACL_TRANSACTION,
     .run = exec},
    {.name = "multi",
     .usage = "",
     .since = "1.2.0",
     .arity = 1,
     .summary = "Starts a transaction.",
     .group = "transactions",
     .complexity = "O(1)",
     .flags = OWN_FLAGS | CMD_ALLOW_BUSY | CMD_FAST | CMD_NEVER_QUEUED,
     .acl = ACL_TRANSACTION,
     .run = multi},
    {.name = "unwatch",
     .usage = "",
     .since = "2.2.0",
     .arity = 1,
     .summary = "Forgets all watched keys.",
     .group = "transactions",
     .complexity = "O(N) in the watched keys",
     .flags = OWN_FLAGS | CMD_ALLOW_BUSY | CMD_FAST,
     .acl = ACL_TRANSACTION,
     .run = unwatch},
    {.name = "watch",
     .usage = "key [key ...]",
     .since = "2.2.0",
     .arity = -2,
     .summary = "Makes the next transaction fail if a key changes before it.",
     .group = "transactions",
     .complexity = "O(N) in the keys",
     .flags = OWN_FLAGS | CMD_ALLOW_BUSY | CMD_FAST | CMD_NEVER_QUEUED,
     .acl = ACL_TRANSACTION,
     .keys = {KEYS_FROM(1, -1, 1, KEY_RO)},
     .run = watch},
    {.name = NULL},
};

bool transaction_is_exec(const struct command_spec *spec)
{
    return spec->run == exec;
}
