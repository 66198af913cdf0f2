/* client_admin.c - CLIENT subcommands that look at or change other connections. All exclusive:
 * every reactor is at rest. */
#include "broker/session/client_commands.h"
#include "broker/pubsub/pubsub.h"
#include "broker/reactor/reactor.h"
#include "broker/replication/acknowledge.h"
#include "broker/server/server.h"
#include "broker/session/client_filter.h"
#include "broker/session/session.h"
#include "broker/wait/wait.h"
#include "core/num/num.h"

static struct server *server_of(const struct request *rq)
{
    return request_session(rq)->reactor->server;
}

/* Goes through all sessions of all reactors; `visit` returns false to stop. */
static void each_session(struct server *server, bool (*visit)(void *context, struct session *at),
                         void *context)
{
    for (int i = 0; i < server->reactor_count; i++) {
        struct session *at = server->reactors[i]->sessions.first;

        while (at) {
            struct session *next = at->next[LINK_ALL];

            if (!visit(context, at))
                return;
            at = next;
        }
    }
}

/* --- LIST. */

struct list_context {
    struct client_filter filter;
    struct buffer text;
};

static bool list_visit(void *context, struct session *session)
{
    struct list_context *list = context;

    if (client_filter_fits(&list->filter, session))
        client_describe(session, list->filter.now_ms, &list->text);
    return true;
}

/* CLIENT LIST [<filter> <value> ...] -> a line for each connection that fits. */
void client_list(struct request *rq, struct reply *out)
{
    struct list_context list = {0};

    client_filter_init(&list.filter, rq, false);
    if (!client_filter_parse(&list.filter, rq, 2, true, out))
        return;
    each_session(server_of(rq), list_visit, &list);
    reply_verbatim(out, "txt", span_of(list.text.data, list.text.size));
    buffer_release(&list.text);
}

/* --- KILL. */

struct kill_context {
    struct client_filter filter;
    struct session *self;
    struct span address; /* of the old form; NULL data: any */
    int64_t killed;
};

void client_end(struct session *session)
{
    session_close(session);
    wait_end(session, WAIT_END_GONE, true); /* else the next entry would go to it */
    pubsub_unsubscribe_all(session);        /* it receives nothing: PUBLISH won't count it */
}

static bool kill_visit(void *context, struct session *session)
{
    struct kill_context *kill = context;

    if (!client_filter_fits(&kill->filter, session))
        return true;
    if (kill->address.data && !span_equal(kill->address, span_text(session->peer)))
        return true;
    kill->killed++;
    if (session == kill->self) {
        session_close_after_reply(session);
        return true;
    }
    client_end(session);
    return true;
}

/* CLIENT KILL address -> OK; or with filters -> how many, the caller not among them unless asked
 * for. */
void client_kill(struct request *rq, struct reply *out)
{
    struct kill_context kill = {.self = request_session(rq)};

    client_filter_init(&kill.filter, rq, rq->argc > 3);
    if (rq->argc == 3) {
        kill.address = rq->argv[2];
        each_session(server_of(rq), kill_visit, &kill);
        if (kill.killed > 0)
            reply_ok(out);
        else
            reply_error(out, "ERR No such client");
        return;
    }
    if (!client_filter_parse(&kill.filter, rq, 2, false, out))
        return;
    each_session(server_of(rq), kill_visit, &kill);
    reply_integer(out, kill.killed);
}

/* --- PAUSE, UNPAUSE. */

void client_pause(struct request *rq, struct reply *out)
{
    struct server *server = server_of(rq);
    enum pause_mode mode = PAUSE_ALL;
    int64_t timeout_ms, until_ms;

    if (rq->argc == 4 && span_is(rq->argv[3], "write")) {
        mode = PAUSE_WRITE;
    } else if (rq->argc == 4 && !span_is(rq->argv[3], "all")) {
        reply_error(out, "ERR CLIENT PAUSE mode must be WRITE or ALL");
        return;
    } else if (rq->argc > 4) {
        reply_error(out, ERROR_SYNTAX);
        return;
    }
    if (num_parse_i64(rq->argv[2], &timeout_ms) < 0) {
        reply_error(out, ERROR_TIMEOUT_INTEGER);
        return;
    }
    if (timeout_ms < 0) {
        reply_error(out, ERROR_TIMEOUT_SIGN);
        return;
    }
    if (!num_add_i64(rq->now_ms, timeout_ms, &until_ms)) {
        reply_error(out, ERROR_TIMEOUT_RANGE);
        return;
    }
    /* a pause in force is never made weaker or shorter by another */
    if (server->pause != PAUSE_NONE && server->pause_until_ms > until_ms)
        until_ms = server->pause_until_ms;
    if (server->pause == PAUSE_NONE || mode == PAUSE_ALL)
        server->pause = mode;
    server->pause_until_ms = until_ms;
    reply_ok(out);
}

void client_unpause(struct request *rq, struct reply *out)
{
    server_unpause(server_of(rq));
    reply_ok(out);
}

/* --- UNBLOCK. */

struct find_context {
    uint64_t id;
    struct session *found;
};

static bool find_visit(void *context, struct session *session)
{
    struct find_context *find = context;

    if (session->id == find->id)
        find->found = session;
    return find->found == NULL;
}

void client_unblock(struct request *rq, struct reply *out)
{
    struct find_context find = {0};
    enum wait_end how = WAIT_END_TIMEOUT;
    int64_t id;

    if (rq->argc == 4 && span_is(rq->argv[3], "error")) {
        how = WAIT_END_UNBLOCK_ERROR;
    } else if (rq->argc > 4 || (rq->argc == 4 && !span_is(rq->argv[3], "timeout"))) {
        reply_error(out, "ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
        return;
    }
    if (num_parse_i64(rq->argv[2], &id) < 0) {
        reply_error(out, ERROR_NOT_INTEGER);
        return;
    }
    find.id = id > 0 ? (uint64_t)id : 0;
    each_session(server_of(rq), find_visit, &find);
    reply_integer(out,
                  find.found && (wait_end(find.found, how, true) ||
                                 acknowledge_unblock(find.found, how == WAIT_END_UNBLOCK_ERROR)));
}
