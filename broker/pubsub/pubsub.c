/* pubsub.c - topics, subscriptions, delivery.
 *
 *   table -> topic "news" -> part of reactor 0 -> [subscription, subscription]
 *                         -> part of reactor 2 -> [subscription]
 *   session -> per kind: dict and list of its subscriptions
 *
 * Guarded by the lock: dicts, list of patterns, a topic's parts and count. A part's list of
 * subscribers and a session's own are its reactor's.
 *
 * A message is head and tail. The tail (channel, payload) is the same for all and encoded once, at
 * most; the head ("message", or "pmessage" and the pattern) is the topic's. RESP3 differs from
 * RESP2 in the first byte only. */
#include "broker/pubsub/pubsub.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "core/base/check.h"
#include "core/base/mem.h"
#include "core/dict/dict.h"
#include "core/hash/key_hash.h"
#include "core/num/num.h"
#include "core/text/glob.h"

#include <pthread.h>
#include <string.h>

enum {
    PARTS_INLINE = 16,
    BULK_HEADER_LIMIT = NUM_TEXT_LIMIT + 3
};

/* What only a pattern has: its place in the list, in order of first subscription, and its head. */
struct pattern {
    struct topic *next, *previous;
    size_t head_size;
    char head[];
};

struct topic {
    uint64_t hash;
    size_t subscribers; /* of all reactors */
    struct topic_part *parts;
    struct pattern *pattern; /* NULL for channels */
    enum pubsub_kind kind;
    size_t name_size;
    char name[];
};

struct topic_part {
    struct topic_part *next;
    struct topic *topic;
    struct reactor *reactor;
    struct subscription **subscribers;
    size_t count, capacity;
};

struct subscription {
    struct topic_part *part;
    struct session *session;
    size_t at; /* in the part's list */
    struct subscription *next, *previous;
};

struct pubsub_client {
    struct dict names[PUBSUB_KINDS];
    struct subscription *first[PUBSUB_KINDS], *last[PUBSUB_KINDS];
    size_t bytes; /* of its subscriptions, with their names */
};

struct pubsub {
    pthread_mutex_t lock;
    struct dict topics[PUBSUB_KINDS];
    struct topic *first_pattern, *last_pattern;
    atomic_size_t topic_count; /* a hint for pubsub_any; written under the lock */
};

/* A message for a part of another reactor. */
struct delivery {
    struct inbox_message message;
    struct topic_part *part;
    struct shared_bytes *tail;
};

static struct span topic_key(const void *entry)
{
    const struct topic *topic = entry;

    return span_of(topic->name, topic->name_size);
}

static struct span subscription_key(const void *entry)
{
    const struct subscription *subscription = entry;

    return topic_key(subscription->part->topic);
}

static const struct dict_type topic_type = {.key = topic_key, .hash = key_hash};
static const struct dict_type subscription_type = {.key = subscription_key, .hash = key_hash};

struct pubsub *pubsub_new(void)
{
    struct pubsub *pubsub = mem_zalloc(sizeof(*pubsub));

    pthread_mutex_init(&pubsub->lock, NULL);
    for (int i = 0; i < PUBSUB_KINDS; i++)
        dict_init(&pubsub->topics[i], &topic_type);
    return pubsub;
}

void pubsub_free(struct pubsub *pubsub)
{
    if (!pubsub)
        return;
    for (int i = 0; i < PUBSUB_KINDS; i++)
        dict_release(&pubsub->topics[i]);
    pthread_mutex_destroy(&pubsub->lock);
    mem_free(pubsub);
}

static struct pubsub *pubsub_of(const struct reactor *reactor)
{
    return reactor->server->pubsub;
}

/* --- Topics. The lock is held. */

static size_t put_bulk_header(char *to, size_t size)
{
    size_t used = 1;

    to[0] = '$';
    used += num_format_i64(to + used, (int64_t)size);
    to[used++] = '\r';
    to[used++] = '\n';
    return used;
}

static struct pattern *pattern_new(struct span name)
{
    static const char begin[] = "*4\r\n$8\r\npmessage\r\n";
    struct pattern *pattern =
        mem_zalloc(sizeof(*pattern) + sizeof(begin) + BULK_HEADER_LIMIT + name.size + 2);
    size_t used = sizeof(begin) - 1;

    memcpy(pattern->head, begin, used);
    used += put_bulk_header(pattern->head + used, name.size);
    if (name.size)
        memcpy(pattern->head + used, name.data, name.size);
    used += name.size;
    memcpy(pattern->head + used, "\r\n", 2);
    pattern->head_size = used + 2;
    return pattern;
}

static struct topic *topic_new(enum pubsub_kind kind, struct span name, uint64_t hash)
{
    struct topic *topic = mem_alloc(sizeof(*topic) + name.size);

    *topic = (struct topic){.kind = kind, .hash = hash, .name_size = name.size};
    if (name.size)
        memcpy(topic->name, name.data, name.size);
    if (kind == PUBSUB_PATTERN)
        topic->pattern = pattern_new(name);
    return topic;
}

static void topic_free(struct topic *topic)
{
    mem_free(topic->pattern);
    mem_free(topic);
}

/* How a message for the topic begins, in RESP2. */
static struct span topic_head(const struct topic *topic)
{
    if (topic->pattern)
        return span_of(topic->pattern->head, topic->pattern->head_size);
    return topic->kind == PUBSUB_SHARD ? SPAN("*3\r\n$8\r\nsmessage\r\n")
                                       : SPAN("*3\r\n$7\r\nmessage\r\n");
}

static struct topic *topic_get(struct pubsub *pubsub, enum pubsub_kind kind, struct span name,
                               uint64_t hash)
{
    struct topic *topic = dict_find(&pubsub->topics[kind], hash, name);

    if (topic)
        return topic;
    topic = topic_new(kind, name, hash);
    dict_add(&pubsub->topics[kind], hash, topic);
    atomic_fetch_add_explicit(&pubsub->topic_count, 1, memory_order_release);
    if (!topic->pattern)
        return topic;
    topic->pattern->previous = pubsub->last_pattern;
    if (pubsub->last_pattern)
        pubsub->last_pattern->pattern->next = topic;
    else
        pubsub->first_pattern = topic;
    pubsub->last_pattern = topic;
    return topic;
}

/* Takes a topic without subscribers out of the table. */
static void topic_remove(struct pubsub *pubsub, struct topic *topic)
{
    const struct pattern *pattern = topic->pattern;

    dict_remove(&pubsub->topics[topic->kind], topic->hash, topic_key(topic));
    atomic_fetch_sub_explicit(&pubsub->topic_count, 1, memory_order_release);
    if (!pattern)
        return;
    if (pattern->next)
        pattern->next->pattern->previous = pattern->previous;
    else
        pubsub->last_pattern = pattern->previous;
    if (pattern->previous)
        pattern->previous->pattern->next = pattern->next;
    else
        pubsub->first_pattern = pattern->next;
}

static struct topic_part *part_get(struct topic *topic, struct reactor *reactor)
{
    struct topic_part *part;

    for (part = topic->parts; part; part = part->next)
        if (part->reactor == reactor)
            return part;
    part = mem_zalloc(sizeof(*part));
    part->topic = topic;
    part->reactor = reactor;
    part->next = topic->parts;
    topic->parts = part;
    return part;
}

static void part_unlink(struct topic_part *part)
{
    struct topic_part **at = &part->topic->parts;

    while (*at != part)
        at = &(*at)->next;
    *at = part->next;
}

/* --- Delivery. */

static void deliver_part(const struct topic_part *part, struct span tail,
                         struct shared_bytes *shared)
{
    struct span head = topic_head(part->topic);

    for (size_t i = 0; i < part->count; i++)
        session_push(part->subscribers[i]->session, head, tail, shared);
}

static void deliver_posted(struct inbox_message *message, bool drop)
{
    while (message) {
        struct delivery *delivery = (struct delivery *)message;
        struct shared_bytes *tail = delivery->tail;

        message = message->next;
        if (!drop)
            deliver_part(delivery->part, span_of(tail->data, tail->size),
                         tail->size >= OUTPUT_SHARE_MIN ? tail : NULL);
        shared_bytes_release(tail);
        mem_free(delivery);
    }
}

void pubsub_take_in(struct reactor *reactor)
{
    deliver_posted(inbox_take(&reactor->published), false);
}

void pubsub_drop_posted(struct reactor *reactor)
{
    deliver_posted(inbox_take(&reactor->published), true);
}

/* --- Subscribing. */

static void part_add(struct topic_part *part, struct subscription *subscription)
{
    if (part->count == part->capacity) {
        part->capacity = part->capacity ? part->capacity * 2 : 1;
        part->subscribers =
            mem_realloc(part->subscribers, part->capacity * sizeof(struct subscription *));
    }
    subscription->part = part;
    subscription->at = part->count;
    part->subscribers[part->count++] = subscription;
}

static void part_take_out(struct topic_part *part, const struct subscription *subscription)
{
    struct subscription *last = part->subscribers[--part->count];

    part->subscribers[subscription->at] = last;
    last->at = subscription->at;
    if (part->count * 4 <= part->capacity && part->capacity > PARTS_INLINE) {
        part->capacity /= 2;
        part->subscribers =
            mem_realloc(part->subscribers, part->capacity * sizeof(struct subscription *));
    }
}

static struct pubsub_client *client_get(struct session *session)
{
    struct pubsub_client *client = session->pubsub;

    if (client)
        return client;
    client = mem_zalloc(sizeof(*client));
    for (int i = 0; i < PUBSUB_KINDS; i++)
        dict_init(&client->names[i], &subscription_type);
    session->pubsub = client;
    session->reactor->subscribed_sessions++;
    return client;
}

/* A session without subscriptions has no client. */
static void client_settle(struct session *session)
{
    struct pubsub_client *client = session->pubsub;

    for (int i = 0; i < PUBSUB_KINDS; i++)
        if (client->first[i])
            return;
    for (int i = 0; i < PUBSUB_KINDS; i++)
        dict_release(&client->names[i]);
    mem_free(client);
    session->pubsub = NULL;
    session->reactor->subscribed_sessions--;
}

/* What a subscription costs; the topic as if it were for this one. */
static size_t subscription_size(const struct topic *topic)
{
    return sizeof(struct subscription) + sizeof(*topic) + topic->name_size;
}

bool pubsub_subscribe(struct session *session, enum pubsub_kind kind, struct span name)
{
    struct pubsub *pubsub = pubsub_of(session->reactor);
    struct pubsub_client *client = client_get(session);
    uint64_t hash = key_hash(name);
    struct subscription *subscription;
    struct inbox_message *earlier;
    struct topic *topic;
    struct topic_part *part;

    if (dict_find(&client->names[kind], hash, name))
        return false;
    subscription = mem_zalloc(sizeof(*subscription));
    subscription->session = session;
    pthread_mutex_lock(&pubsub->lock);
    earlier = inbox_take(&session->reactor->published);
    topic = topic_get(pubsub, kind, name, hash);
    topic->subscribers++;
    part = part_get(topic, session->reactor);
    pthread_mutex_unlock(&pubsub->lock);
    deliver_posted(earlier, false);
    part_add(part, subscription);
    dict_add(&client->names[kind], hash, subscription);
    subscription->previous = client->last[kind];
    if (client->last[kind])
        client->last[kind]->next = subscription;
    else
        client->first[kind] = subscription;
    client->last[kind] = subscription;
    client->bytes += subscription_size(topic);
    return true;
}

/* Ends one subscription, and the topic's or the part's life if it was the last. */
static void end_subscription(struct session *session, struct subscription *subscription)
{
    struct pubsub *pubsub = pubsub_of(session->reactor);
    struct pubsub_client *client = session->pubsub;
    struct topic_part *part = subscription->part;
    struct topic *topic = part->topic;
    enum pubsub_kind kind = topic->kind;
    struct inbox_message *earlier;
    bool last_of_part = part->count == 1, last;

    dict_remove(&client->names[kind], topic->hash, topic_key(topic));
    client->bytes -= subscription_size(topic);
    pthread_mutex_lock(&pubsub->lock);
    earlier = inbox_take(&session->reactor->published);
    last = --topic->subscribers == 0;
    if (last_of_part)
        part_unlink(part);
    if (last)
        topic_remove(pubsub, topic);
    pthread_mutex_unlock(&pubsub->lock);
    deliver_posted(earlier, false);
    part_take_out(part, subscription);
    if (subscription->next)
        subscription->next->previous = subscription->previous;
    else
        client->last[kind] = subscription->previous;
    if (subscription->previous)
        subscription->previous->next = subscription->next;
    else
        client->first[kind] = subscription->next;
    mem_free(subscription);
    if (last_of_part) {
        mem_free(part->subscribers);
        mem_free(part);
    }
    if (last)
        topic_free(topic);
}

bool pubsub_unsubscribe(struct session *session, enum pubsub_kind kind, struct span name)
{
    struct subscription *subscription;

    if (!session->pubsub)
        return false;
    subscription = dict_find(&session->pubsub->names[kind], key_hash(name), name);
    if (!subscription)
        return false;
    end_subscription(session, subscription);
    client_settle(session);
    return true;
}

void pubsub_unsubscribe_all(struct session *session)
{
    if (!session->pubsub)
        return;
    for (int i = 0; i < PUBSUB_KINDS; i++)
        while (session->pubsub->first[i])
            end_subscription(session, session->pubsub->first[i]);
    client_settle(session);
}

bool pubsub_first(const struct session *session, enum pubsub_kind kind, struct span *name)
{
    if (!session->pubsub || !session->pubsub->first[kind])
        return false;
    *name = subscription_key(session->pubsub->first[kind]);
    return true;
}

bool pubsub_each_of(const struct session *session, enum pubsub_kind kind,
                    bool (*fits)(void *context, struct span name), void *context)
{
    const struct subscription *at = session->pubsub ? session->pubsub->first[kind] : NULL;

    for (; at; at = at->next)
        if (!fits(context, subscription_key(at)))
            return false;
    return true;
}

size_t pubsub_count(const struct session *session, enum pubsub_kind kind)
{
    return session->pubsub ? dict_count(&session->pubsub->names[kind]) : 0;
}

size_t pubsub_memory(const struct session *session)
{
    return session->pubsub ? sizeof(*session->pubsub) + session->pubsub->bytes : 0;
}

bool pubsub_is_subscriber(const struct session *session)
{
    return session->pubsub != NULL;
}

/* --- Publishing. */

/* The parts a message goes to, found under the lock. The publisher's own reactor's can't change
 * after it; the others' are posted to while it is held. */
struct publication {
    struct reactor *reactor;
    struct topic_part *inline_own[PARTS_INLINE];
    struct topic_part **own;
    size_t own_count, own_capacity;
    struct delivery *away; /* newest first, linked by message.next */
    int64_t receivers;
};

static void add_own(struct publication *to, struct topic_part *part)
{
    if (to->own_count == to->own_capacity) {
        size_t capacity = to->own_capacity * 2;
        struct topic_part **own = mem_alloc(capacity * sizeof(struct topic_part *));

        memcpy(own, to->own, to->own_count * sizeof(struct topic_part *));
        if (to->own != to->inline_own)
            mem_free(to->own);
        to->own = own;
        to->own_capacity = capacity;
    }
    to->own[to->own_count++] = part;
}

static void add_topic(struct publication *to, struct topic *topic)
{
    to->receivers += (int64_t)topic->subscribers;
    for (struct topic_part *part = topic->parts; part; part = part->next) {
        struct delivery *delivery;

        if (part->reactor == to->reactor) {
            add_own(to, part);
            continue;
        }
        delivery = mem_zalloc(sizeof(*delivery));
        delivery->part = part;
        delivery->message.next = to->away ? &to->away->message : NULL;
        to->away = delivery;
    }
}

static void drop_away(struct publication *to)
{
    while (to->away) {
        struct delivery *delivery = to->away;

        to->away = (struct delivery *)delivery->message.next;
        mem_free(delivery);
    }
}

static void find_topics(struct pubsub *pubsub, struct publication *to, enum pubsub_kind kind,
                        struct span channel, uint64_t hash)
{
    struct topic *topic = dict_find(&pubsub->topics[kind], hash, channel);

    drop_away(to);
    to->own_count = 0;
    to->receivers = 0;
    if (topic)
        add_topic(to, topic);
    if (kind == PUBSUB_SHARD)
        return;
    for (topic = pubsub->first_pattern; topic; topic = topic->pattern->next)
        if (glob_match(topic_key(topic), channel, false))
            add_topic(to, topic);
}

/* "$<size>\r\n<channel>\r\n$<size>\r\n<payload>\r\n"; `to` has room for tail_limit bytes. */
static size_t encode_tail(char *to, struct span channel, struct span payload)
{
    size_t used = put_bulk_header(to, channel.size);

    if (channel.size)
        memcpy(to + used, channel.data, channel.size);
    used += channel.size;
    memcpy(to + used, "\r\n", 2);
    used += 2;
    used += put_bulk_header(to + used, payload.size);
    if (payload.size)
        memcpy(to + used, payload.data, payload.size);
    used += payload.size;
    memcpy(to + used, "\r\n", 2);
    return used + 2;
}

static size_t tail_limit(struct span channel, struct span payload)
{
    return channel.size + payload.size + 2 * BULK_HEADER_LIMIT + 4;
}

static struct shared_bytes *shared_tail(struct span channel, struct span payload)
{
    struct shared_bytes *tail = shared_bytes_new(tail_limit(channel, payload));

    tail->size = encode_tail(tail->data, channel, payload);
    return tail;
}

/* Posts to the other reactors, oldest topic first. The lock is held. */
static void post_away(struct publication *to, struct shared_bytes *tail)
{
    struct inbox_message *oldest = NULL;

    while (to->away) {
        struct inbox_message *at = &to->away->message;

        to->away = (struct delivery *)at->next;
        at->next = oldest;
        oldest = at;
    }
    while (oldest) {
        struct delivery *delivery = (struct delivery *)oldest;
        struct reactor *reactor = delivery->part->reactor;

        oldest = oldest->next;
        shared_bytes_keep(tail);
        delivery->tail = tail;
        if (inbox_push(&reactor->published, &delivery->message))
            loop_wake(reactor->loop);
    }
}

static void deliver_own(struct publication *to, struct shared_bytes *shared, struct span channel,
                        struct span payload)
{
    struct buffer *scratch = &to->reactor->publish_scratch;
    struct span tail;

    if (shared) {
        tail = span_of(shared->data, shared->size);
    } else {
        buffer_clear(scratch);
        tail.data = buffer_reserve(scratch, tail_limit(channel, payload));
        tail.size = encode_tail(scratch->data, channel, payload);
    }
    for (size_t i = 0; i < to->own_count; i++)
        deliver_part(to->own[i], tail, shared && shared->size >= OUTPUT_SHARE_MIN ? shared : NULL);
}

int64_t pubsub_publish(struct reactor *reactor, enum pubsub_kind kind, struct span channel,
                       struct span payload)
{
    struct pubsub *pubsub = pubsub_of(reactor);
    struct publication to = {.reactor = reactor, .own_capacity = PARTS_INLINE};
    bool large = channel.size + payload.size >= OUTPUT_SHARE_MIN;
    struct shared_bytes *shared = NULL;
    struct inbox_message *earlier;
    uint64_t hash = key_hash(channel);

    to.own = to.inline_own;
    pthread_mutex_lock(&pubsub->lock);
    find_topics(pubsub, &to, kind, channel, hash);
    if (to.receivers > 0 && large) { /* not copied with the lock held: look again afterwards */
        pthread_mutex_unlock(&pubsub->lock);
        shared = shared_tail(channel, payload);
        pthread_mutex_lock(&pubsub->lock);
        find_topics(pubsub, &to, kind, channel, hash);
    }
    if (to.away && !shared)
        shared = shared_tail(channel, payload);
    if (to.away)
        post_away(&to, shared);
    earlier = inbox_take(&reactor->published);
    pthread_mutex_unlock(&pubsub->lock);
    deliver_posted(earlier, false);
    if (to.own_count > 0)
        deliver_own(&to, shared, channel, payload);
    if (to.own != to.inline_own)
        mem_free(to.own);
    if (shared)
        shared_bytes_release(shared);
    return to.receivers;
}

/* --- Questions. */

bool pubsub_any(const struct pubsub *pubsub)
{
    /* acquire, with the release in topic_get: who was told of a subscription finds it */
    return atomic_load_explicit(&pubsub->topic_count, memory_order_acquire) > 0;
}

size_t pubsub_topics(struct pubsub *pubsub, enum pubsub_kind kind)
{
    size_t count;

    pthread_mutex_lock(&pubsub->lock);
    count = dict_count(&pubsub->topics[kind]);
    pthread_mutex_unlock(&pubsub->lock);
    return count;
}

size_t pubsub_subscribers(struct pubsub *pubsub, enum pubsub_kind kind, struct span name)
{
    uint64_t hash = key_hash(name);
    const struct topic *topic;
    size_t count;

    pthread_mutex_lock(&pubsub->lock);
    topic = dict_find(&pubsub->topics[kind], hash, name);
    count = topic ? topic->subscribers : 0;
    pthread_mutex_unlock(&pubsub->lock);
    return count;
}

void pubsub_each_topic(struct pubsub *pubsub, enum pubsub_kind kind,
                       void (*visit)(void *context, struct span name), void *context)
{
    struct dict_walk walk;
    struct topic *topic;

    pthread_mutex_lock(&pubsub->lock);
    dict_walk_begin(&walk, &pubsub->topics[kind]);
    while ((topic = dict_walk_next(&walk)))
        visit(context, topic_key(topic));
    dict_walk_end(&walk);
    pthread_mutex_unlock(&pubsub->lock);
}
