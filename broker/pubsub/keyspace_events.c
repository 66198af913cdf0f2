#include "broker/pubsub/keyspace_events.h"
#include "broker/pubsub/pubsub.h"
#include "broker/server/server.h"
#include "core/base/error.h"

#include <string.h>

/* What 'A' stands for: changes of data. Misses and the events that go along with others (a new key,
 * a value overwritten, a type changed) have to be asked for one by one. */
#define EVENTS_OF_A                                                                                \
    (EVENT_GENERIC | EVENT_STRING | EVENT_LIST | EVENT_SET | EVENT_HASH | EVENT_ZSET |             \
     EVENT_EXPIRED | EVENT_EVICTED | EVENT_STREAM | EVENT_MODULE | EVENT_ARRAY)

/* In the order in which CONFIG GET shows them. */
static const struct {
    char letter;
    unsigned bit;
} letters[] = {
    {'g', EVENT_GENERIC},     {'$', EVENT_STRING},       {'l', EVENT_LIST},
    {'s', EVENT_SET},         {'h', EVENT_HASH},         {'z', EVENT_ZSET},
    {'x', EVENT_EXPIRED},     {'e', EVENT_EVICTED},      {'t', EVENT_STREAM},
    {'d', EVENT_MODULE},      {'r', EVENT_ARRAY},        {'n', EVENT_NEW},
    {'o', EVENT_OVERWRITTEN}, {'c', EVENT_TYPE_CHANGED}, {'K', EVENT_TO_KEYSPACE},
    {'E', EVENT_TO_KEYEVENT}, {'m', EVENT_KEY_MISS},
};

enum {
    LETTERS = sizeof(letters) / sizeof(letters[0])
};

int keyspace_events_parse(struct span text, unsigned *mask)
{
    unsigned parsed = 0;

    for (size_t i = 0; i < text.size; i++) {
        size_t at = 0;

        if (text.data[i] == 'A') {
            parsed |= EVENTS_OF_A;
            continue;
        }
        while (at < LETTERS && letters[at].letter != text.data[i])
            at++;
        if (at == LETTERS)
            return ERR_SYNTAX;
        parsed |= letters[at].bit;
    }
    *mask = parsed;
    return 0;
}

void keyspace_events_format(unsigned mask, struct buffer *out)
{
    bool all = (mask & EVENTS_OF_A) == EVENTS_OF_A;

    if (all)
        buffer_append_byte(out, 'A');
    for (size_t i = 0; i < LETTERS; i++)
        if ((mask & letters[i].bit) && !(all && (letters[i].bit & EVENTS_OF_A)))
            buffer_append_byte(out, letters[i].letter);
}

void keyspace_events_publish(struct reactor *reactor, unsigned mask, const struct effect *effect)
{
    struct buffer *channel = &reactor->event_channel;
    struct span event = span_text(effect->event);

    if (!pubsub_any(reactor->server->pubsub))
        return;
    if (mask & EVENT_TO_KEYSPACE) {
        buffer_clear(channel);
        buffer_printf(channel, "__keyspace@%d__:", effect->key.db);
        buffer_append_span(channel, effect->key.name);
        pubsub_publish(reactor, PUBSUB_CHANNEL, span_of(channel->data, channel->size), event);
    }
    if (mask & EVENT_TO_KEYEVENT) {
        buffer_clear(channel);
        buffer_printf(channel, "__keyevent@%d__:", effect->key.db);
        buffer_append_span(channel, event);
        pubsub_publish(reactor, PUBSUB_CHANNEL, span_of(channel->data, channel->size),
                       effect->key.name);
    }
}
