/* suspension.h - a session whose command is being worked on by another thread: it takes no further
 * input until the answer is there. What works on it outlives the session if that goes first.
 *
 * The home reactor makes it; the worker fills in `reply` and posts it; the home delivers. Whoever
 * embeds it puts it first. */
#ifndef MS_BROKER_SESSION_SUSPENSION_H
#define MS_BROKER_SESSION_SUSPENSION_H

#include "broker/net/inbox.h"
#include "core/bytes/buffer.h"

struct reactor;
struct session;

struct suspension {
    struct inbox_message message;
    struct reactor *home;
    struct session *session;                    /* home only; NULL once the session is gone */
    void (*finish)(struct suspension *self);    /* home: fills in `reply` or goes on; see below */
    void (*abandoned)(struct suspension *self); /* home: the session goes; NULL: nothing to do. May
                                                   free it, if it will not be posted */
    struct buffer reply;
};

/* Holds the session back. Its reactor's thread, in the session's command. */
void suspension_begin(struct suspension *self, struct session *session,
                      void (*finish)(struct suspension *self));

/* The worker's end: `finish` runs in the home's thread, holding nothing. Any thread. */
void suspension_post(struct suspension *self);

/* Gives `reply` to the session, if it is still there, which goes on with its input. Home. The
 * caller frees the rest. */
void suspension_end(struct suspension *self);

/* The session goes: nobody waits for the answer any more. Home. */
void suspension_abandon(struct session *session);

#endif
