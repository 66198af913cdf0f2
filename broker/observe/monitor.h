/* monitor.h - MONITOR: every call as a line to those who watch.
 *
 * One leaf lock gives all lines one order. Under it a line is appended to the feed of each reactor
 * that has watchers; such a reactor takes its feed over, whole, and passes it to its watchers. So a
 * busy server's lines reach a watcher in large pieces, and a line is made up once. A call is shown
 * while what it depends on is still held, so the order of lines is an order in which the calls
 * could have run one after the other.
 *
 * Limits. A watcher that does not read is cut off as any client is, by client-output-buffer-limit.
 * Where class normal has no limits, those of class pubsub hold for it: what it is sent does not
 * depend on what it asks. A feed above MONITOR_FEED_LIMIT, of a reactor that does not get round to
 * it, is dropped, and its watchers with it: none ever misses lines without noticing. */
#ifndef MS_BROKER_OBSERVE_MONITOR_H
#define MS_BROKER_OBSERVE_MONITOR_H

#include <stddef.h>

enum {
    MONITOR_FEED_LIMIT = 32 * 1024 * 1024
};

struct monitors;
struct observed_call;
struct reactor;
struct session;

struct monitors *monitors_new(void);
void monitors_free(struct monitors *monitors);

/* Makes the session a watcher: it sees every call shown from now on. The session's reactor. */
void monitors_start(struct session *session);

/* Ends it, if it is one. The session's reactor, or anybody exclusive. */
void monitors_stop(struct session *session);

/* Shows a call of a session. Any reactor, shards held or not. */
void monitors_show(struct reactor *reactor, const struct observed_call *call);

/* Passes what came to the reactor's watchers. Its thread, between two calls. */
void monitors_receive(struct reactor *reactor);

#endif
