/* acl_session.c - what users mean to connections: logging in, being refused, being ended. */
#include "broker/acl/acl_internal.h"
#include "broker/pubsub/pubsub.h"
#include "broker/reactor/reactor.h"
#include "broker/server/server.h"
#include "broker/session/client_commands.h"
#include "broker/session/session.h"
#include "broker/transaction/transaction.h"
#include "broker/wait/wait.h"

#include <stdio.h>
#include <string.h>

/* --- Who somebody is. */

static struct acl *acl_of(const struct session *session)
{
    return session->reactor->server->acl;
}

static void set_user(struct session *session, struct acl_user *user)
{
    struct acl_user *before = session->user;

    session->user = acl_user_hold(user);
    acl_user_release(before);
}

void acl_session_begin(struct session *session)
{
    set_user(session, acl_default(acl_of(session)));
    if (acl_default_is_open(acl_of(session)))
        session->flags |= SESSION_AUTHENTICATED;
    else
        session->flags &= ~(unsigned)SESSION_AUTHENTICATED;
}

void acl_session_end(struct session *session)
{
    acl_user_release(session->user);
    session->user = NULL;
}

void acl_session_login(struct session *session, struct acl_user *user)
{
    set_user(session, user);
    session->flags |= SESSION_AUTHENTICATED;
}

bool acl_session_is_stranger(const struct session *session)
{
    return !(session->flags & SESSION_AUTHENTICATED) && !acl_default_is_open(acl_of(session));
}

/* --- Refusing. */

static enum acl_context context_of(const struct session *session)
{
    return transaction_is_open(session) ? ACL_MULTI : ACL_TOPLEVEL;
}

static void note(struct reactor *reactor, const struct session *session, struct span user,
                 struct span object, enum acl_verdict reason, enum acl_context context)
{
    struct server *server = reactor->server;
    struct acl_log_entry what = {
        .reason = reason, .context = context, .updated_ms = reactor->now_ms};

    buffer_append_span(&what.user, user);
    buffer_append_span(&what.object, object);
    if (session) {
        client_describe(session, reactor->now_ms, &what.client);
        what.client.size--; /* the line's end */
    }
    acl_log_add(&server->acl->log, &what, (size_t)server_config(server)->acllog_max_len);
    buffer_release(&what.user);
    buffer_release(&what.object);
    buffer_release(&what.client);
}

bool acl_session_authenticate(struct session *session, struct span name, struct span password,
                              struct span word)
{
    struct acl_user *user = acl_find(acl_of(session), name);
    /* the same work for a name that nobody has: the time must not tell */
    const struct acl_user *asked = user ? user : acl_default(acl_of(session));
    bool knows = acl_rules_know_password(asked->rules, password);

    if (user && knows && acl_user_is_on(user)) {
        acl_session_login(session, user);
        return true;
    }
    session->reactor->stats.acl_denied_auth++;
    note(session->reactor, session, name, word, ACL_DENIED_AUTH, context_of(session));
    return false;
}

void acl_session_certify(struct session *session, struct span name)
{
    struct acl_user *user = acl_find(acl_of(session), name);

    if (user && acl_user_is_on(user)) {
        acl_session_login(session, user);
        return;
    }
    session->reactor->stats.acl_denied_certificate++;
    note(session->reactor, session, name, span_of("", 0), ACL_DENIED_CERTIFICATE, ACL_TOPLEVEL);
}

void acl_denial_text(const struct acl_user *user, const struct command *command,
                     const struct span *argv, const struct acl_denial *why, struct buffer *out)
{
    const char *what = why->verdict == ACL_DENIED_KEY ? "key" : "channel";

    if (why->verdict == ACL_DENIED_COMMAND)
        buffer_printf(out, "User %s has no permissions to run the '%s' command", user->name,
                      command->full_name);
    else if (argv)
        buffer_printf(out, "User %s has no permissions to access the '%.*s' %s", user->name,
                      SPAN_ARGS(argv[why->at]), what);
    else
        buffer_printf(out, "No permissions to access a %s", what);
}

void acl_reply_denial(const struct acl_user *user, const struct command *command,
                      const struct acl_denial *why, struct reply *out)
{
    struct buffer text = {0};

    acl_denial_text(user, command, NULL, why, &text);
    reply_error_format(out, "NOPERM %.*s", (int)text.size, text.data);
    buffer_release(&text);
}

void acl_refuse(struct reactor *reactor, const struct session *session, const struct acl_user *user,
                const struct command *command, const struct span *argv,
                const struct acl_denial *why, enum acl_context context, struct reply *out)
{
    struct span object = why->at ? argv[why->at] : span_text(command->full_name);

    if (why->verdict == ACL_DENIED_KEY)
        reactor->stats.acl_denied_key++;
    else if (why->verdict == ACL_DENIED_CHANNEL)
        reactor->stats.acl_denied_channel++;
    else
        reactor->stats.acl_denied_command++;
    if (session && context == ACL_TOPLEVEL)
        context = context_of(session);
    note(reactor, session, acl_user_name(user), object, why->verdict, context);
    if (out)
        acl_reply_denial(user, command, why, out);
}

/* --- Ending connections. */

static void kill_session(struct session *session, const struct session *self)
{
    if (session == self) {
        session_close_after_reply(session);
        return;
    }
    session_close(session);
    wait_end(session, WAIT_END_GONE, true); /* else the next entry would go to it */
    pubsub_unsubscribe_all(session);        /* it receives nothing: PUBLISH won't count it */
}

void acl_kill_sessions(struct server *server, const struct acl_user *user, struct session *self)
{
    for (int i = 0; i < server->reactor_count; i++)
        for (struct session *at = server->reactors[i]->sessions.first; at; at = at->next[LINK_ALL])
            if (at->user == user && !(at->flags & SESSION_CLOSING))
                kill_session(at, self);
}

/* Whether `now` allows whatever `before` did: then nobody has to be looked at. */
static bool allows_as_much(const struct acl_rules *before, const struct acl_rules *now)
{
    bool all_before = false;

    for (size_t i = 0; i < now->selector_count; i++)
        if (now->selectors[i]->all_channels)
            return true;
    for (size_t i = 0; i < before->selector_count; i++) {
        const struct acl_selector *selector = before->selectors[i];

        all_before |= selector->all_channels;
        for (size_t j = 0; j < selector->channels.count; j++)
            if (!acl_rules_allow_channel(now, selector->channels.items[j].text, true))
                return false;
    }
    return !all_before;
}

struct channel_check {
    const struct acl_rules *rules;
    bool literal;
};

static bool is_allowed(void *context, struct span name)
{
    const struct channel_check *check = context;

    return acl_rules_allow_channel(check->rules, name, check->literal);
}

static bool keeps_subscriptions(const struct session *session, const struct acl_rules *rules)
{
    for (int kind = 0; kind < PUBSUB_KINDS; kind++) {
        struct channel_check check = {.rules = rules, .literal = kind == PUBSUB_PATTERN};

        if (!pubsub_each_of(session, (enum pubsub_kind)kind, is_allowed, &check))
            return false;
    }
    return true;
}

void acl_kill_subscribers(struct server *server, const struct acl_user *user,
                          const struct acl_rules *before, const struct acl_rules *now,
                          struct session *self)
{
    if (allows_as_much(before, now))
        return;
    for (int i = 0; i < server->reactor_count; i++)
        for (struct session *at = server->reactors[i]->sessions.first; at; at = at->next[LINK_ALL])
            if (at->user == user && !(at->flags & SESSION_CLOSING) && pubsub_is_subscriber(at) &&
                !keeps_subscriptions(at, now))
                kill_session(at, self);
}
