/* keyspace_events.h - the letters of notify-keyspace-events, and the messages that tell about
 * changes of keys: __keyspace@<db>__:<key> says which event, __keyevent@<db>__:<event> says which
 * key. */
#ifndef MS_BROKER_PUBSUB_KEYSPACE_EVENTS_H
#define MS_BROKER_PUBSUB_KEYSPACE_EVENTS_H

#include "broker/reactor/reactor.h"
#include "core/bytes/buffer.h"
#include "core/command/request.h"

/* Reads letters into a mask of enum event_class and enum event_channel. 0, or ERR_SYNTAX for a
 * letter that means nothing. */
int keyspace_events_parse(struct span letters, unsigned *mask);

/* Appends the letters of a mask: 'A' for all that it stands for, each letter once, in fixed order.
 */
void keyspace_events_format(unsigned mask, struct buffer *out);

/* Publishes an effect's event as the mask says; the effect has one, and a key. The reactor's
 * thread; the key's shard is held, so that events come in the order of the changes. */
void keyspace_events_publish(struct reactor *reactor, unsigned mask, const struct effect *effect);

#endif
