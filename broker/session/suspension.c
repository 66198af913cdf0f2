#include "broker/session/suspension.h"
#include "broker/reactor/reactor.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "core/base/check.h"

static void deliver(void *receiver, struct inbox_message *message)
{
    struct suspension *self = (struct suspension *)message;

    if (atomic_load_explicit(&self->home->server->busy, memory_order_relaxed))
        reactor_keep(receiver, message);
    else
        self->finish(self);
}

void suspension_begin(struct suspension *self, struct session *session,
                      void (*finish)(struct suspension *self))
{
    CHECK(!session->suspension && !session->waiter);
    self->message.deliver = deliver;
    self->home = session->reactor;
    self->session = session;
    self->finish = finish;
    self->abandoned = NULL;
    session->suspension = self;
}

void suspension_post(struct suspension *self)
{
    reactor_post(self->home, NULL, &self->message);
}

void suspension_end(struct suspension *self)
{
    if (self->session) {
        self->session->suspension = NULL;
        session_deliver(self->session, &self->reply);
        self->session = NULL;
    }
    buffer_release(&self->reply);
}

void suspension_abandon(struct session *session)
{
    struct suspension *self = session->suspension;

    if (!self)
        return;
    self->session = NULL;
    session->suspension = NULL;
    if (self->abandoned)
        self->abandoned(self);
}
