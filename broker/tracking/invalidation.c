#include "broker/tracking/invalidation.h"
#include "broker/net/inbox.h"
#include "broker/pubsub/pubsub.h"
#include "broker/reactor/reactor.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "broker/tracking/tracking.h"
#include "core/base/mem.h"
#include "core/command/reply.h"

#include <string.h>

struct invalidation {
    struct inbox_message message;
    struct tracker *to;   /* referenced */
    struct tracker *from; /* referenced: the one whose redirection leads to `to`; NULL: none */
    enum invalidation_kind kind;
    bool own;
    struct shared_bytes *names; /* referenced; NULL: everything */
};

struct shared_bytes *invalidation_names(const struct span *names, size_t count)
{
    struct buffer text = {0};
    struct shared_bytes *bytes;
    struct reply out;

    reply_init(&out, &text, 2);
    reply_array(&out, count);
    for (size_t i = 0; i < count; i++)
        reply_bulk(&out, names[i]);
    bytes = shared_bytes_new(text.size);
    memcpy(bytes->data, text.data, text.size);
    buffer_release(&text);
    return bytes;
}

static void invalidation_free(struct invalidation *self)
{
    tracker_release(self->to);
    tracker_release(self->from);
    if (self->names)
        shared_bytes_release(self->names);
    mem_free(self);
}

/* --- What the client is sent. */

static void push_names(struct session *session, const struct invalidation *self)
{
    struct reply out;

    reply_init(&out, &session->output.own, session->protocol);
    if (session->protocol >= 3) {
        reply_push(&out, 2);
        reply_bulk_text(&out, "invalidate");
    } else {
        reply_array(&out, 3);
        reply_bulk_text(&out, "message");
        reply_bulk_text(&out, "__redis__:invalidate");
    }
    if (!self->names)
        reply_null(&out);
    else if (self->names->size >= OUTPUT_SHARE_MIN)
        output_share(&session->output, self->names);
    else
        buffer_append(&session->output.own, self->names->data, self->names->size);
    session_wrote(session);
}

static void push_broken(struct session *session, uint64_t target)
{
    struct reply out;

    if (session->protocol < 3)
        return;
    reply_init(&out, &session->output.own, session->protocol);
    reply_push(&out, 2);
    reply_bulk_text(&out, "tracking-redir-broken");
    reply_integer(&out, (int64_t)target);
    session_wrote(session);
}

/* --- The way of a message. */

static bool is_there(const struct tracker *tracker)
{
    return tracker->session && !(tracker->session->flags & SESSION_CLOSING);
}

static bool is_stopping(const struct reactor *reactor)
{
    return atomic_load_explicit(&reactor->server->stopping, memory_order_relaxed);
}

/* Back at the tracker: the connection it redirects to is gone. */
static void deliver_broken(void *receiver, struct inbox_message *message)
{
    struct invalidation *self = (struct invalidation *)message;
    struct tracker *tracker = self->from;

    (void)receiver;
    if (is_there(tracker) && tracker->redirect == self->to) {
        tracker->flags |= TRACKER_BROKEN;
        push_broken(tracker->session, self->to->id);
    }
    invalidation_free(self);
}

/* At the connection that a tracker redirects to. RESP2 has no push: there it must be subscribed, so
 * that it expects messages. */
static void deliver_redirected(void *receiver, struct inbox_message *message)
{
    struct invalidation *self = (struct invalidation *)message;
    struct session *session = self->to->session;

    if (is_stopping(receiver)) {
        invalidation_free(self);
    } else if (!is_there(self->to)) {
        self->message.deliver = deliver_broken;
        reactor_post(self->from->home, receiver, &self->message);
    } else {
        if (session->protocol >= 3 || pubsub_is_subscriber(session))
            push_names(session, self);
        invalidation_free(self);
    }
}

static bool concerns(const struct tracker *tracker, const struct invalidation *self)
{
    if (!is_there(tracker) || !(tracker->flags & TRACKER_ON))
        return false;
    if (self->kind == INVALIDATE_ALL)
        return true;
    if (self->own && (tracker->flags & TRACKER_NOLOOP))
        return false;
    return (self->kind == INVALIDATE_PREFIX) == ((tracker->flags & TRACKER_BCAST) != 0);
}

/* At the tracker. */
static void deliver(void *receiver, struct inbox_message *message)
{
    struct invalidation *self = (struct invalidation *)message;
    struct tracker *tracker = self->to;

    if (is_stopping(receiver) || !concerns(tracker, self)) {
        invalidation_free(self);
    } else if (tracker->redirect) {
        self->from = tracker;
        self->to = tracker->redirect;
        tracker_keep(self->to);
        self->message.deliver = deliver_redirected;
        reactor_post(self->to->home, receiver, &self->message);
    } else {
        if (tracker->session->protocol >= 3)
            push_names(tracker->session, self);
        invalidation_free(self);
    }
}

void invalidation_post(struct reactor *from, struct tracker *to, enum invalidation_kind kind,
                       struct shared_bytes *names, bool own)
{
    struct invalidation *self = mem_zalloc(sizeof(*self));

    self->message.deliver = deliver;
    self->to = to;
    tracker_keep(to);
    self->kind = kind;
    self->own = own;
    self->names = names;
    if (names)
        shared_bytes_keep(names);
    reactor_post(to->home, from, &self->message);
}
