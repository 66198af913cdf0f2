#include "broker/tracking/tracking_commands.h"
#include "broker/reactor/reactor.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "broker/tracking/tracking.h"
#include "core/num/num.h"

enum {
    FLAG_NAMES = 8
};

/* What CLIENT TRACKING was asked for. */
struct wish {
    unsigned flags;
    struct session *redirect; /* NULL: none */
    struct span *prefixes;
    size_t prefix_count;
};

static bool is_on(const struct tracker *tracker)
{
    return tracker && (tracker->flags & TRACKER_ON);
}

static struct session *find_session(struct server *server, int64_t id)
{
    for (int i = 0; i < server->reactor_count; i++)
        for (struct session *at = server->reactors[i]->sessions.first; at; at = at->next[LINK_ALL])
            if (at->id == (uint64_t)id && !(at->flags & SESSION_CLOSING))
                return at;
    return NULL;
}

static bool parse_redirect(struct request *rq, struct span word, struct wish *wish,
                           struct reply *out)
{
    int64_t id;

    if (wish->redirect) {
        reply_error(out, "ERR A client can only redirect to a single other client");
        return false;
    }
    if (num_parse_i64(word, &id) < 0) {
        reply_error(out, ERROR_NOT_INTEGER);
        return false;
    }
    wish->redirect = find_session(request_session(rq)->reactor->server, id);
    if (!wish->redirect)
        reply_error(out, "ERR The client ID you want redirect to does not exist");
    return wish->redirect != NULL;
}

static bool parse_options(struct request *rq, struct wish *wish, struct reply *out)
{
    static const struct {
        const char *name;
        unsigned flag;
    } names[] = {{"bcast", TRACKER_BCAST},
                 {"optin", TRACKER_OPTIN},
                 {"optout", TRACKER_OPTOUT},
                 {"noloop", TRACKER_NOLOOP}};

    wish->prefixes = arena_array(rq->arena, rq->argc, sizeof(struct span));
    for (size_t at = 3; at < rq->argc; at++) {
        bool more = at + 1 < rq->argc;
        size_t i = 0;

        if (span_is(rq->argv[at], "redirect") && more) {
            if (!parse_redirect(rq, rq->argv[++at], wish, out))
                return false;
            continue;
        }
        if (span_is(rq->argv[at], "prefix") && more) {
            wish->prefixes[wish->prefix_count++] = rq->argv[++at];
            continue;
        }
        while (i < sizeof(names) / sizeof(names[0]) && !span_is(rq->argv[at], names[i].name))
            i++;
        if (i == sizeof(names) / sizeof(names[0])) {
            reply_error(out, ERROR_SYNTAX);
            return false;
        }
        wish->flags |= names[i].flag;
    }
    return true;
}

/* The options fit each other and what the connection does already. */
static bool check_modes(const struct tracker *tracker, const struct wish *wish, struct reply *out)
{
    const unsigned opts = TRACKER_OPTIN | TRACKER_OPTOUT;
    unsigned flags = is_on(tracker) ? tracker->flags : 0;

    if (!(wish->flags & TRACKER_BCAST) && wish->prefix_count > 0) {
        reply_error(out, "ERR PREFIX option requires BCAST mode to be enabled");
    } else if (flags && ((flags ^ wish->flags) & TRACKER_BCAST)) {
        reply_error(out,
                    "ERR You can't switch BCAST mode on/off before disabling tracking for this "
                    "client, and then re-enabling it with a different mode.");
    } else if ((wish->flags & TRACKER_BCAST) && (wish->flags & opts)) {
        reply_error(out, "ERR OPTIN and OPTOUT are not compatible with BCAST");
    } else if ((wish->flags & opts) == opts) {
        reply_error(out, "ERR You can't specify both OPTIN mode and OPTOUT mode");
    } else if (((wish->flags & TRACKER_OPTIN) && (flags & TRACKER_OPTOUT)) ||
               ((wish->flags & TRACKER_OPTOUT) && (flags & TRACKER_OPTIN))) {
        reply_error(out,
                    "ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this "
                    "client, and then re-enabling it with a different mode.");
    } else {
        return true;
    }
    return false;
}

static bool overlaps(struct span a, struct span b)
{
    size_t size = a.size < b.size ? a.size : b.size;

    return span_equal(span_of(a.data, size), span_of(b.data, size));
}

static bool check_prefixes(const struct tracker *tracker, const struct wish *wish,
                           struct reply *out)
{
    size_t had = is_on(tracker) ? tracker->prefix_count : 0;

    if (had + wish->prefix_count > TRACKER_PREFIXES_LIMIT) {
        reply_error_format(out, "ERR a connection can have at most %d prefixes",
                           TRACKER_PREFIXES_LIMIT);
        return false;
    }
    for (size_t i = 0; i < wish->prefix_count; i++) {
        struct span prefix = wish->prefixes[i];

        for (size_t j = 0; j < had; j++) {
            struct span other = tracking_prefix_name(tracker->prefixes[j]);

            if (!overlaps(prefix, other))
                continue;
            reply_error_format(out,
                               "ERR Prefix '%.*s' overlaps with an existing prefix '%.*s'. "
                               "Prefixes for a single client must not overlap.",
                               SPAN_ARGS(prefix), SPAN_ARGS(other));
            return false;
        }
        for (size_t j = i + 1; j < wish->prefix_count; j++) {
            if (!overlaps(prefix, wish->prefixes[j]))
                continue;
            reply_error_format(out,
                               "ERR Prefix '%.*s' overlaps with another provided prefix '%.*s'. "
                               "Prefixes for a single client must not overlap.",
                               SPAN_ARGS(prefix), SPAN_ARGS(wish->prefixes[j]));
            return false;
        }
    }
    return true;
}

static void start(struct session *session, const struct wish *wish)
{
    struct tracking *tracking = session->reactor->server->tracking;
    struct tracker *tracker = tracker_get(session);
    struct tracker *before = tracker->redirect;

    tracker->redirect = wish->redirect ? tracker_get(wish->redirect) : NULL;
    tracker_keep(tracker->redirect);
    tracker_release(before);
    tracker->flags = TRACKER_ON | wish->flags | (tracker->flags & TRACKER_CACHING);
    if (!(wish->flags & TRACKER_BCAST))
        return;
    if (wish->prefix_count == 0)
        tracker_add_prefix(tracking, tracker, SPAN(""));
    for (size_t i = 0; i < wish->prefix_count; i++)
        tracker_add_prefix(tracking, tracker, wish->prefixes[i]);
}

/* CLIENT TRACKING <ON | OFF> [REDIRECT client-id] [PREFIX prefix ...] [BCAST] [OPTIN] [OPTOUT]
 * [NOLOOP] -> OK. Repeated with ON it changes redirection and NOLOOP and adds prefixes; the mode
 * stays until OFF. */
void client_tracking(struct request *rq, struct reply *out)
{
    struct session *session = request_session(rq);
    struct wish wish = {0};

    if (!parse_options(rq, &wish, out))
        return;
    if (span_is(rq->argv[2], "on")) {
        if (!check_modes(session->tracker, &wish, out) ||
            !check_prefixes(session->tracker, &wish, out))
            return;
        start(session, &wish);
    } else if (span_is(rq->argv[2], "off")) {
        tracker_stop(session->reactor->server->tracking, session->tracker);
    } else {
        reply_error(out, ERROR_SYNTAX);
        return;
    }
    reply_ok(out);
}

/* CLIENT CACHING <YES | NO> -> OK: what the next command reads is (or is not) tracked. */
void client_caching(struct request *rq, struct reply *out)
{
    struct tracker *tracker = request_session(rq)->tracker;

    if (!is_on(tracker)) {
        reply_error(out, "ERR CLIENT CACHING can be called only when the client is in tracking "
                         "mode with OPTIN or OPTOUT mode enabled");
    } else if (span_is(rq->argv[2], "yes")) {
        if (!(tracker->flags & TRACKER_OPTIN)) {
            reply_error(out, "ERR CLIENT CACHING YES is only valid when tracking is enabled in "
                             "OPTIN mode.");
            return;
        }
        tracker->flags |= TRACKER_CACHING;
        reply_ok(out);
    } else if (span_is(rq->argv[2], "no")) {
        if (!(tracker->flags & TRACKER_OPTOUT)) {
            reply_error(out, "ERR CLIENT CACHING NO is only valid when tracking is enabled in "
                             "OPTOUT mode.");
            return;
        }
        tracker->flags |= TRACKER_CACHING;
        reply_ok(out);
    } else {
        reply_error(out, ERROR_SYNTAX);
    }
}

/* CLIENT GETREDIR -> the connection redirected to; 0: none; -1: not tracking. */
void client_getredir(struct request *rq, struct reply *out)
{
    reply_integer(out, tracker_redirect_id(request_session(rq)->tracker));
}

static size_t list_flags(const struct tracker *tracker, const char *names[FLAG_NAMES])
{
    unsigned flags = tracker ? tracker->flags : 0;
    size_t count = 0;

    names[count++] = flags & TRACKER_ON ? "on" : "off";
    if (flags & TRACKER_BCAST)
        names[count++] = "bcast";
    if (flags & TRACKER_OPTIN)
        names[count++] = "optin";
    if ((flags & TRACKER_OPTIN) && (flags & TRACKER_CACHING))
        names[count++] = "caching-yes";
    if (flags & TRACKER_OPTOUT)
        names[count++] = "optout";
    if ((flags & TRACKER_OPTOUT) && (flags & TRACKER_CACHING))
        names[count++] = "caching-no";
    if (flags & TRACKER_NOLOOP)
        names[count++] = "noloop";
    if (flags & TRACKER_BROKEN)
        names[count++] = "broken_redirect";
    return count;
}

/* CLIENT TRACKINGINFO -> what CLIENT TRACKING has set up. */
void client_trackinginfo(struct request *rq, struct reply *out)
{
    const struct tracker *tracker = request_session(rq)->tracker;
    const char *names[FLAG_NAMES];
    size_t count = list_flags(tracker, names);
    size_t prefixes = is_on(tracker) ? tracker->prefix_count : 0;

    reply_map(out, 3);
    reply_bulk_text(out, "flags");
    reply_set(out, count);
    for (size_t i = 0; i < count; i++)
        reply_bulk_text(out, names[i]);
    reply_bulk_text(out, "redirect");
    reply_integer(out, tracker_redirect_id(tracker));
    reply_bulk_text(out, "prefixes");
    reply_array(out, prefixes);
    for (size_t i = 0; i < prefixes; i++)
        reply_bulk(out, tracking_prefix_name(tracker->prefixes[i]));
}
