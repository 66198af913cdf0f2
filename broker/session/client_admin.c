/* client_admin.c - CLIENT subcommands that look at or change other connections. All exclusive:
 * every reactor is at rest. */
#include "broker/session/client_commands.h"
#include "broker/pubsub/pubsub.h"
#include "broker/reactor/reactor.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "broker/wait/wait.h"
#include "core/num/num.h"

#include <string.h>

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

enum client_type {
    TYPE_ANY = -1,
    TYPE_NORMAL,
    TYPE_MASTER,
    TYPE_REPLICA,
    TYPE_PUBSUB
};

static bool parse_type(struct span word, enum client_type *type, struct reply *out)
{
    static const struct {
        const char *name;
        enum client_type type;
    } names[] = {{"normal", TYPE_NORMAL},
                 {"master", TYPE_MASTER},
                 {"slave", TYPE_REPLICA},
                 {"replica", TYPE_REPLICA},
                 {"pubsub", TYPE_PUBSUB}};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (span_is(word, names[i].name)) {
            *type = names[i].type;
            return true;
        }
    }
    reply_error_format(out, "ERR Unknown client type '%.*s'", SPAN_ARGS(word));
    return false;
}

/* Nobody is a replica or a master yet. */
static bool has_type(const struct session *session, enum client_type type)
{
    return type == TYPE_ANY || type == (pubsub_is_subscriber(session) ? TYPE_PUBSUB : TYPE_NORMAL);
}

/* --- LIST. */

struct list_context {
    struct buffer text;
    int64_t now_ms;
    enum client_type type;
    size_t id_count;
    const uint64_t *ids; /* NULL: any */
};

static bool list_visit(void *context, struct session *session)
{
    struct list_context *list = context;
    bool wanted = list->ids == NULL;

    for (size_t i = 0; i < list->id_count && !wanted; i++)
        wanted = list->ids[i] == session->id;
    if (wanted && has_type(session, list->type) && !(session->flags & SESSION_CLOSING))
        client_describe(session, list->now_ms, &list->text);
    return true;
}

static bool parse_id(struct span word, uint64_t *id, struct reply *out)
{
    int64_t value;

    if (num_parse_i64(word, &value) < 0 || value < 1) {
        reply_error(out, "ERR Invalid client ID");
        return false;
    }
    *id = (uint64_t)value;
    return true;
}

void client_list(struct request *rq, struct reply *out)
{
    struct list_context list = {.now_ms = rq->now_ms, .type = TYPE_ANY};

    if (rq->argc == 4 && span_is(rq->argv[2], "type")) {
        if (!parse_type(rq->argv[3], &list.type, out))
            return;
    } else if (rq->argc >= 4 && span_is(rq->argv[2], "id")) {
        uint64_t *ids = arena_array(rq->arena, rq->argc - 3, sizeof(*ids));

        for (size_t i = 3; i < rq->argc; i++)
            if (!parse_id(rq->argv[i], &ids[i - 3], out))
                return;
        list.ids = ids;
        list.id_count = rq->argc - 3;
    } else if (rq->argc != 2) {
        reply_error(out, ERROR_SYNTAX);
        return;
    }
    each_session(server_of(rq), list_visit, &list);
    reply_verbatim(out, "txt", span_of(list.text.data, list.text.size));
    buffer_release(&list.text);
}

/* --- KILL. */

struct kill_filter {
    struct session *self;
    uint64_t id; /* 0: any */
    enum client_type type;
    struct span user, address, local; /* NULL data: any */
    int64_t max_age_s;                /* 0: any */
    bool skip_me;
    int64_t now_ms;
    int64_t killed;
};

static bool fits(const struct kill_filter *filter, const struct session *session)
{
    if (filter->address.data && !span_equal(filter->address, span_text(session->peer)))
        return false;
    if (filter->local.data && !span_equal(filter->local, span_text(session->local)))
        return false;
    if (filter->id && filter->id != session->id)
        return false;
    if (filter->user.data && !span_equal(filter->user, SPAN("default")))
        return false;
    if (filter->max_age_s && (filter->now_ms - session->created_ms) / 1000 < filter->max_age_s)
        return false;
    if (filter->skip_me && session == filter->self)
        return false;
    return has_type(session, filter->type) && !(session->flags & SESSION_CLOSING);
}

static bool kill_visit(void *context, struct session *session)
{
    struct kill_filter *filter = context;

    if (!fits(filter, session))
        return true;
    filter->killed++;
    if (session == filter->self) {
        session_close_after_reply(session);
        return true;
    }
    session_close(session);
    wait_end(session, WAIT_END_GONE, true); /* else the next entry would go to it */
    pubsub_unsubscribe_all(session);        /* it receives nothing: PUBLISH won't count it */
    return true;
}

/* One "<filter> <value>" pair; false after writing the error. */
static bool parse_filter(struct kill_filter *filter, struct span name, struct span value,
                         struct reply *out)
{
    if (span_is(name, "id")) {
        int64_t id;

        if (num_parse_i64(value, &id) < 0 || id < 1) {
            reply_error(out, "ERR client-id should be greater than 0");
            return false;
        }
        filter->id = (uint64_t)id;
    } else if (span_is(name, "type")) {
        return parse_type(value, &filter->type, out);
    } else if (span_is(name, "addr")) {
        filter->address = value;
    } else if (span_is(name, "laddr")) {
        filter->local = value;
    } else if (span_is(name, "user")) {
        if (!span_equal(value, SPAN("default"))) {
            reply_error_format(out, "ERR No such user '%.*s'", SPAN_ARGS(value));
            return false;
        }
        filter->user = value;
    } else if (span_is(name, "maxage")) {
        if (num_parse_i64(value, &filter->max_age_s) < 0) {
            reply_error(out, "ERR maxage is not an integer or out of range");
            return false;
        }
        if (filter->max_age_s <= 0) {
            reply_error(out, "ERR maxage should be greater than 0");
            return false;
        }
    } else if (span_is(name, "skipme") && (span_is(value, "yes") || span_is(value, "no"))) {
        filter->skip_me = span_is(value, "yes");
    } else {
        reply_error(out, ERROR_SYNTAX);
        return false;
    }
    return true;
}

void client_kill(struct request *rq, struct reply *out)
{
    struct kill_filter filter = {
        .self = request_session(rq), .type = TYPE_ANY, .skip_me = true, .now_ms = rq->now_ms};

    if (rq->argc == 3) {
        filter.address = rq->argv[2];
        filter.skip_me = false;
        each_session(server_of(rq), kill_visit, &filter);
        if (filter.killed > 0)
            reply_ok(out);
        else
            reply_error(out, "ERR No such client");
        return;
    }
    if (rq->argc % 2 != 0) {
        reply_error(out, ERROR_SYNTAX);
        return;
    }
    for (size_t at = 2; at < rq->argc; at += 2)
        if (!parse_filter(&filter, rq->argv[at], rq->argv[at + 1], out))
            return;
    each_session(server_of(rq), kill_visit, &filter);
    reply_integer(out, filter.killed);
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
    reply_integer(out, find.found && wait_end(find.found, how, true));
}
