#include "broker/session/client_filter.h"
#include "broker/pubsub/pubsub.h"
#include "broker/replication/followers.h"
#include "broker/session/client_commands.h"
#include "broker/session/session.h"
#include "core/num/num.h"

#include <stdlib.h>
#include <string.h>

enum {
    CONDITIONS_LIMIT = 64
};

enum client_type {
    TYPE_NORMAL,
    TYPE_MASTER,
    TYPE_REPLICA,
    TYPE_PUBSUB
};

struct client_condition {
    const struct filter_kind *kind;
    bool negated;
    struct span text;
    int64_t number;
    const uint64_t *ids; /* sorted */
    size_t id_count;
};

struct filter_kind {
    const char *name;
    bool (*parse)(struct client_condition *condition, struct request *rq, struct reply *out);
    bool (*fits)(const struct client_condition *condition, const struct session *session,
                 int64_t now_ms);
};

/* --- Reading; the value is in `text`. */

static bool parse_text(struct client_condition *condition, struct request *rq, struct reply *out)
{
    (void)condition;
    (void)rq;
    (void)out;
    return true;
}

static bool parse_type(struct client_condition *condition, struct request *rq, struct reply *out)
{
    static const struct {
        const char *name;
        enum client_type type;
    } names[] = {{"normal", TYPE_NORMAL},
                 {"master", TYPE_MASTER},
                 {"slave", TYPE_REPLICA},
                 {"replica", TYPE_REPLICA},
                 {"pubsub", TYPE_PUBSUB}};

    (void)rq;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (span_is(condition->text, names[i].name)) {
            condition->number = names[i].type;
            return true;
        }
    }
    reply_error_format(out, "ERR Unknown client type '%.*s'", SPAN_ARGS(condition->text));
    return false;
}

static bool parse_user(struct client_condition *condition, struct request *rq, struct reply *out)
{
    if (client_user_exists(request_session(rq), condition->text))
        return true;
    reply_error_format(out, "ERR No such user '%.*s'", SPAN_ARGS(condition->text));
    return false;
}

static bool parse_age(struct client_condition *condition, struct request *rq, struct reply *out)
{
    const char *name = condition->kind->name;

    (void)rq;
    if (num_parse_i64(condition->text, &condition->number) < 0) {
        reply_error_format(out, "ERR %s is not an integer or out of range", name);
        return false;
    }
    if (condition->number <= 0) {
        reply_error_format(out, "ERR %s should be greater than 0", name);
        return false;
    }
    return true;
}

static bool parse_db(struct client_condition *condition, struct request *rq, struct reply *out)
{
    if (num_parse_i64(condition->text, &condition->number) < 0) {
        reply_error(out, ERROR_NOT_INTEGER);
        return false;
    }
    if (condition->number < 0 || condition->number >= rq->settings->databases) {
        reply_error(out, ERROR_DB_RANGE);
        return false;
    }
    return true;
}

/* --- Comparing. */

static int compare_ids(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

    return left < right ? -1 : left > right;
}

static bool fits_id(const struct client_condition *condition, const struct session *session,
                    int64_t now_ms)
{
    (void)now_ms;
    return bsearch(&session->id, condition->ids, condition->id_count, sizeof(uint64_t),
                   compare_ids) != NULL;
}

static enum client_type type_of(const struct session *session)
{
    if (session->primary)
        return TYPE_MASTER;
    if (followers_is_replica(session))
        return TYPE_REPLICA;
    return pubsub_is_subscriber(session) ? TYPE_PUBSUB : TYPE_NORMAL;
}

static bool fits_type(const struct client_condition *condition, const struct session *session,
                      int64_t now_ms)
{
    (void)now_ms;
    return condition->number == (int64_t)type_of(session);
}

static bool fits_user(const struct client_condition *condition, const struct session *session,
                      int64_t now_ms)
{
    (void)now_ms;
    return span_equal(condition->text, client_user_name(session));
}

static bool fits_address(const struct client_condition *condition, const struct session *session,
                         int64_t now_ms)
{
    (void)now_ms;
    return span_equal(condition->text, span_text(session->peer));
}

static bool fits_local(const struct client_condition *condition, const struct session *session,
                       int64_t now_ms)
{
    (void)now_ms;
    return span_equal(condition->text, span_text(session->local));
}

/* The address without its port, and without the brackets of IPv6. */
static bool fits_ip(const struct client_condition *condition, const struct session *session,
                    int64_t now_ms)
{
    const char *colon = strrchr(session->peer, ':');
    struct span host = span_of(session->peer, colon ? (size_t)(colon - session->peer) : 0);

    (void)now_ms;
    if (host.size > 2 && host.data[0] == '[')
        host = span_of(host.data + 1, host.size - 2);
    return span_equal(condition->text, host);
}

static bool holds(const struct buffer *buffer, struct span text)
{
    return span_equal(span_of(buffer->data, buffer->size), text);
}

static bool fits_name(const struct client_condition *condition, const struct session *session,
                      int64_t now_ms)
{
    (void)now_ms;
    return holds(&session->name, condition->text);
}

static bool fits_library(const struct client_condition *condition, const struct session *session,
                         int64_t now_ms)
{
    (void)now_ms;
    return holds(&session->library_name, condition->text);
}

static bool fits_version(const struct client_condition *condition, const struct session *session,
                         int64_t now_ms)
{
    (void)now_ms;
    return holds(&session->library_version, condition->text);
}

static bool fits_db(const struct client_condition *condition, const struct session *session,
                    int64_t now_ms)
{
    (void)now_ms;
    return condition->number == session->db;
}

static bool fits_flags(const struct client_condition *condition, const struct session *session,
                       int64_t now_ms)
{
    char flags[CLIENT_FLAGS_TEXT];

    (void)now_ms;
    client_flags_text(session, flags);
    for (size_t i = 0; i < condition->text.size; i++)
        if (condition->text.data[i] == '\0' || !strchr(flags, condition->text.data[i]))
            return false;
    return true;
}

static bool fits_age(const struct client_condition *condition, const struct session *session,
                     int64_t now_ms)
{
    return (now_ms - session->created_ms) / 1000 >= condition->number;
}

static bool fits_idle(const struct client_condition *condition, const struct session *session,
                      int64_t now_ms)
{
    return (now_ms - session->active_ms) / 1000 >= condition->number;
}

static const struct filter_kind kinds[] = {
    {"id", NULL, fits_id},
    {"type", parse_type, fits_type},
    {"user", parse_user, fits_user},
    {"addr", parse_text, fits_address},
    {"laddr", parse_text, fits_local},
    {"ip", parse_text, fits_ip},
    {"name", parse_text, fits_name},
    {"lib-name", parse_text, fits_library},
    {"lib-ver", parse_text, fits_version},
    {"db", parse_db, fits_db},
    {"flags", parse_text, fits_flags},
    {"maxage", parse_age, fits_age},
    {"idle", parse_age, fits_idle},
};

static const struct filter_kind *find_kind(struct span name, bool *negated)
{
    *negated = name.size > 4 && span_is(span_of(name.data, 4), "not-");
    if (*negated)
        name = span_of(name.data + 4, name.size - 4);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (span_is(name, kinds[i].name))
            return &kinds[i];
    return NULL;
}

/* ID's numbers, from argument `*at` on, which moves behind them. `ids` has room for them. */
static bool parse_ids(struct client_condition *condition, struct request *rq, size_t *at, bool many,
                      uint64_t *ids, struct reply *out)
{
    int64_t value;

    do {
        bool negated;

        if (condition->id_count > 0 && find_kind(rq->argv[*at], &negated))
            break;
        if (num_parse_i64(rq->argv[*at], &value) < 0 || value < 1) {
            reply_error(out,
                        many ? "ERR Invalid client ID" : "ERR client-id should be greater than 0");
            return false;
        }
        ids[condition->id_count++] = (uint64_t)value;
        (*at)++;
    } while (many && *at < rq->argc);
    qsort(ids, condition->id_count, sizeof(*ids), compare_ids);
    condition->ids = ids;
    return true;
}

void client_filter_init(struct client_filter *filter, struct request *rq, bool skip_self)
{
    *filter = (struct client_filter){
        .self = request_session(rq), .skip_self = skip_self, .now_ms = rq->now_ms};
}

bool client_filter_parse(struct client_filter *filter, struct request *rq, size_t at, bool many_ids,
                         struct reply *out)
{
    uint64_t *ids = arena_array(rq->arena, rq->argc, sizeof(*ids)); /* of all conditions */

    filter->conditions = arena_array(rq->arena, CONDITIONS_LIMIT, sizeof(*filter->conditions));
    while (at < rq->argc) {
        struct client_condition *condition = &filter->conditions[filter->count];
        struct span name = rq->argv[at++];

        *condition = (struct client_condition){0};
        condition->kind = find_kind(name, &condition->negated);
        if (at == rq->argc || filter->count == CONDITIONS_LIMIT - 1)
            goto syntax;
        condition->text = rq->argv[at];
        if (!condition->kind) {
            bool yes = span_is(condition->text, "yes");

            if (!span_is(name, "skipme") || (!yes && !span_is(condition->text, "no")))
                goto syntax;
            filter->skip_self = yes;
            at++;
            continue;
        }
        if (condition->kind->parse ? !condition->kind->parse(condition, rq, out)
                                   : !parse_ids(condition, rq, &at, many_ids, ids, out))
            return false;
        ids += condition->id_count;
        at += condition->kind->parse != NULL;
        filter->count++;
    }
    return true;

syntax:
    reply_error(out, ERROR_SYNTAX);
    return false;
}

bool client_filter_fits(const struct client_filter *filter, const struct session *session)
{
    if (session->flags & SESSION_CLOSING)
        return false;
    if (filter->skip_self && session == filter->self)
        return false;
    for (size_t i = 0; i < filter->count; i++) {
        const struct client_condition *condition = &filter->conditions[i];

        if (condition->kind->fits(condition, session, filter->now_ms) == condition->negated)
            return false;
    }
    return true;
}
