#include "broker/pubsub/pubsub_commands.h"
#include "broker/command/help.h"
#include "broker/persistence/replicated.h"
#include "broker/pubsub/pubsub.h"
#include "broker/replication/followers.h"
#include "broker/replication/replication.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "core/resp/value.h"
#include "core/text/glob.h"

#include <string.h>

static const struct {
    const char *subscribe, *unsubscribe;
} words[PUBSUB_KINDS] = {
    [PUBSUB_CHANNEL] = {"subscribe", "unsubscribe"},
    [PUBSUB_PATTERN] = {"psubscribe", "punsubscribe"},
    [PUBSUB_SHARD] = {"ssubscribe", "sunsubscribe"},
};

static struct pubsub *table_of(const struct request *rq)
{
    return request_session(rq)->reactor->server->pubsub;
}

/* --- Subscribing. */

/* Its replies are pushes: they come in one order with messages, and even when replies are off. In
 * a transaction they are elements of its reply, so messages have to wait. */
static void begin_pushes(const struct request *rq)
{
    if (!(rq->flags & REQUEST_NO_WAIT))
        request_session(rq)->flags |= SESSION_PUSH_REPLY;
}

/* How many subscriptions the confirmations count: shard channels apart from the others. */
static int64_t counted(const struct session *session, enum pubsub_kind kind)
{
    if (kind == PUBSUB_SHARD)
        return (int64_t)pubsub_count(session, PUBSUB_SHARD);
    return (int64_t)(pubsub_count(session, PUBSUB_CHANNEL) + pubsub_count(session, PUBSUB_PATTERN));
}

/* One confirmation; `name` NULL: there was nothing to unsubscribe from. */
static void confirm(const struct session *session, enum pubsub_kind kind, const char *word,
                    const struct span *name, struct reply *out)
{
    reply_push(out, 3);
    reply_bulk_text(out, word);
    if (name)
        reply_bulk(out, *name);
    else
        reply_null(out);
    reply_integer(out, counted(session, kind));
}

static void subscribe_all(struct request *rq, enum pubsub_kind kind, struct reply *out)
{
    struct session *session = request_session(rq);

    begin_pushes(rq);
    for (size_t i = 1; i < rq->argc; i++) {
        pubsub_subscribe(session, kind, rq->argv[i]);
        confirm(session, kind, words[kind].subscribe, &rq->argv[i], out);
    }
}

static struct span copy_name(struct request *rq, struct span name)
{
    char *copy = arena_alloc(rq->arena, name.size + 1);

    if (name.size)
        memcpy(copy, name.data, name.size);
    return span_of(copy, name.size);
}

static void unsubscribe_some(struct request *rq, enum pubsub_kind kind, struct reply *out)
{
    struct session *session = request_session(rq);
    struct span name;

    begin_pushes(rq);
    for (size_t i = 1; i < rq->argc; i++) {
        pubsub_unsubscribe(session, kind, rq->argv[i]);
        confirm(session, kind, words[kind].unsubscribe, &rq->argv[i], out);
    }
    if (rq->argc > 1)
        return;
    if (!pubsub_first(session, kind, &name)) {
        confirm(session, kind, words[kind].unsubscribe, NULL, out);
        return;
    }
    while (pubsub_first(session, kind, &name)) {
        name = copy_name(rq, name);
        pubsub_unsubscribe(session, kind, name);
        confirm(session, kind, words[kind].unsubscribe, &name, out);
    }
}

static void subscribe(struct request *rq, struct reply *out)
{
    subscribe_all(rq, PUBSUB_CHANNEL, out);
}

static void psubscribe(struct request *rq, struct reply *out)
{
    subscribe_all(rq, PUBSUB_PATTERN, out);
}

static void ssubscribe(struct request *rq, struct reply *out)
{
    subscribe_all(rq, PUBSUB_SHARD, out);
}

static void unsubscribe(struct request *rq, struct reply *out)
{
    unsubscribe_some(rq, PUBSUB_CHANNEL, out);
}

static void punsubscribe(struct request *rq, struct reply *out)
{
    unsubscribe_some(rq, PUBSUB_PATTERN, out);
}

static void sunsubscribe(struct request *rq, struct reply *out)
{
    unsubscribe_some(rq, PUBSUB_SHARD, out);
}

/* --- Publishing. */

/* Subscribers of our replicas get it too. */
static void pass_on(const struct request *rq)
{
    struct reactor *reactor = request_session(rq)->reactor;
    const struct replication *replication = reactor->server->replication;
    struct buffer record = {0};

    if (replication_is_replica(replication) || followers_count(replication->followers) == 0)
        return;
    resp_write_command(&record, rq->argc, rq->argv);
    persistence_say(reactor->server->persistence, reactor, span_of(record.data, record.size));
    buffer_release(&record);
}

static void publish(struct request *rq, struct reply *out)
{
    pass_on(rq);
    reply_integer(out, pubsub_publish(request_session(rq)->reactor, PUBSUB_CHANNEL, rq->argv[1],
                                      rq->argv[2]));
}

static void spublish(struct request *rq, struct reply *out)
{
    pass_on(rq);
    reply_integer(
        out, pubsub_publish(request_session(rq)->reactor, PUBSUB_SHARD, rq->argv[1], rq->argv[2]));
}

/* --- PUBSUB. */

struct channels {
    struct reply *out;
    const struct span *pattern; /* NULL: all */
    size_t count;
};

static void visit_channel(void *context, struct span name)
{
    struct channels *channels = context;

    if (channels->pattern && !glob_match(*channels->pattern, name, false))
        return;
    reply_bulk(channels->out, name);
    channels->count++;
}

static void list_channels(struct request *rq, enum pubsub_kind kind, struct reply *out)
{
    struct channels channels = {.out = out, .pattern = rq->argc == 3 ? &rq->argv[2] : NULL};
    size_t mark;

    if (rq->argc > 3) {
        reply_error_format(out,
                           "ERR unknown subcommand or wrong number of arguments for '%.*s'. Try "
                           "PUBSUB HELP.",
                           SPAN_ARGS(rq->argv[1]));
        return;
    }
    mark = reply_defer(out);
    pubsub_each_topic(table_of(rq), kind, visit_channel, &channels);
    reply_defer_array(out, mark, channels.count);
}

static void count_subscribers(struct request *rq, enum pubsub_kind kind, struct reply *out)
{
    reply_array(out, (rq->argc - 2) * 2);
    for (size_t i = 2; i < rq->argc; i++) {
        reply_bulk(out, rq->argv[i]);
        reply_integer(out, (int64_t)pubsub_subscribers(table_of(rq), kind, rq->argv[i]));
    }
}

static void pubsub_channels(struct request *rq, struct reply *out)
{
    list_channels(rq, PUBSUB_CHANNEL, out);
}

static void pubsub_shardchannels(struct request *rq, struct reply *out)
{
    list_channels(rq, PUBSUB_SHARD, out);
}

static void pubsub_numsub(struct request *rq, struct reply *out)
{
    count_subscribers(rq, PUBSUB_CHANNEL, out);
}

static void pubsub_shardnumsub(struct request *rq, struct reply *out)
{
    count_subscribers(rq, PUBSUB_SHARD, out);
}

static void pubsub_numpat(struct request *rq, struct reply *out)
{
    reply_integer(out, (int64_t)pubsub_topics(table_of(rq), PUBSUB_PATTERN));
}

#define ASK_FLAGS         (CMD_PUBSUB | CMD_LOADING | CMD_STALE | CMD_SESSION | CMD_SHARDED)
#define UNSUBSCRIBE_FLAGS (ASK_FLAGS | CMD_NOSCRIPT)
#define SUBSCRIBE_FLAGS   (UNSUBSCRIBE_FLAGS | CMD_DENYOOM)
#define PUBLISH_FLAGS     (ASK_FLAGS | CMD_FAST | CMD_PASSED_ON)

static const struct command_spec pubsub_subcommands[] = {
    {.name = "channels",
     .usage = "[pattern]",
     .since = "2.8.0",
     .arity = -2,
     .summary = "Lists the channels that have subscribers.",
     .group = "pubsub",
     .complexity = "O(N) in the number of channels",
     .flags = ASK_FLAGS,
     .run = pubsub_channels},
    {.name = "help",
     .usage = "",
     .since = "6.2.0",
     .arity = 2,
     .summary = "Describes the subcommands.",
     .group = "pubsub",
     .complexity = "O(1)",
     .flags = CMD_LOADING | CMD_STALE | CMD_SESSION | CMD_SHARDED,
     .run = command_help},
    {.name = "numpat",
     .usage = "",
     .since = "2.8.0",
     .arity = 2,
     .summary = "Counts the different patterns subscribed to.",
     .group = "pubsub",
     .complexity = "O(1)",
     .flags = ASK_FLAGS,
     .run = pubsub_numpat},
    {.name = "numsub",
     .usage = "[channel [channel ...]]",
     .since = "2.8.0",
     .arity = -2,
     .summary = "Counts the subscribers of channels.",
     .group = "pubsub",
     .complexity = "O(N) in the number of channels asked for",
     .flags = ASK_FLAGS,
     .run = pubsub_numsub},
    {.name = "shardchannels",
     .usage = "[pattern]",
     .since = "7.0.0",
     .arity = -2,
     .summary = "Lists the shard channels that have subscribers.",
     .group = "pubsub",
     .complexity = "O(N) in the number of shard channels",
     .flags = ASK_FLAGS,
     .run = pubsub_shardchannels},
    {.name = "shardnumsub",
     .usage = "[shardchannel [shardchannel ...]]",
     .since = "7.0.0",
     .arity = -2,
     .summary = "Counts the subscribers of shard channels.",
     .group = "pubsub",
     .complexity = "O(N) in the number of shard channels asked for",
     .flags = ASK_FLAGS,
     .run = pubsub_shardnumsub},
    {.name = NULL},
};

const struct command_spec pubsub_commands[] = {
    {.name = "psubscribe",
     .usage = "pattern [pattern ...]",
     .since = "2.0.0",
     .arity = -2,
     .summary = "Subscribes to all channels that fit the patterns.",
     .group = "pubsub",
     .complexity = "O(N) in the number of patterns",
     .flags = SUBSCRIBE_FLAGS,
     .run = psubscribe},
    {.name = "publish",
     .usage = "channel message",
     .since = "2.0.0",
     .arity = 3,
     .summary = "Sends a message to the subscribers of a channel.",
     .group = "pubsub",
     .complexity = "O(N+M) in the channel's subscribers and the patterns of all clients",
     .flags = PUBLISH_FLAGS,
     .run = publish},
    {.name = "pubsub",
     .usage = "",
     .since = "2.8.0",
     .arity = -2,
     .summary = "Holds commands that tell who listens to what.",
     .group = "pubsub",
     .complexity = "Depends on subcommand.",
     .subcommands = pubsub_subcommands},
    {.name = "punsubscribe",
     .usage = "[pattern [pattern ...]]",
     .since = "2.0.0",
     .arity = -1,
     .summary = "Ends subscriptions to patterns, all of them if none is named.",
     .group = "pubsub",
     .complexity = "O(N) in the number of patterns",
     .flags = UNSUBSCRIBE_FLAGS,
     .run = punsubscribe},
    {.name = "spublish",
     .usage = "shardchannel message",
     .since = "7.0.0",
     .arity = 3,
     .summary = "Sends a message to the subscribers of a shard channel.",
     .group = "pubsub",
     .complexity = "O(N) in the shard channel's subscribers",
     .flags = PUBLISH_FLAGS,
     .keys = {KEY_AT(1, KEY_NOT_KEY)},
     .run = spublish},
    {.name = "ssubscribe",
     .usage = "shardchannel [shardchannel ...]",
     .since = "7.0.0",
     .arity = -2,
     .summary = "Subscribes to shard channels.",
     .group = "pubsub",
     .complexity = "O(N) in the number of shard channels",
     .flags = SUBSCRIBE_FLAGS,
     .keys = {KEYS_FROM(1, -1, 1, KEY_NOT_KEY)},
     .run = ssubscribe},
    {.name = "subscribe",
     .usage = "channel [channel ...]",
     .since = "2.0.0",
     .arity = -2,
     .summary = "Subscribes to channels.",
     .group = "pubsub",
     .complexity = "O(N) in the number of channels",
     .flags = SUBSCRIBE_FLAGS,
     .run = subscribe},
    {.name = "sunsubscribe",
     .usage = "[shardchannel [shardchannel ...]]",
     .since = "7.0.0",
     .arity = -1,
     .summary = "Ends subscriptions to shard channels, all of them if none is named.",
     .group = "pubsub",
     .complexity = "O(N) in the number of shard channels",
     .flags = UNSUBSCRIBE_FLAGS,
     .keys = {KEYS_FROM(1, -1, 1, KEY_NOT_KEY)},
     .run = sunsubscribe},
    {.name = "unsubscribe",
     .usage = "[channel [channel ...]]",
     .since = "2.0.0",
     .arity = -1,
     .summary = "Ends subscriptions to channels, all of them if none is named.",
     .group = "pubsub",
     .complexity = "O(N) in the number of channels",
     .flags = UNSUBSCRIBE_FLAGS,
     .run = unsubscribe},
    {.name = NULL},
};
