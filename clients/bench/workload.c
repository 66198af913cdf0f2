#include "clients/bench/workload.h"
#include "clients/bench/jobs.h"
#include "clients/bench/streams.h"

#include <stdio.h>
#include <string.h>

enum {
    WORDS_LIMIT = 32,
    WORD_SIZE = 64 /* of one that is drawn */
};

/* --- Plain tests: one command over and over. */

/* A word with %r or %k in it: a number, or a key's name, drawn from -r many. */
static struct span drawn(struct bench *bench, struct span word, const char *mark, char *to)
{
    int64_t range = bench->options->keyspace > 0 ? bench->options->keyspace : 1;
    unsigned long long number = random_below(&bench->random, (uint64_t)range);
    int before = (int)(mark - word.data);
    int written = snprintf(to, WORD_SIZE, mark[1] == 'k' ? "%.*skey:%012llu" : "%.*s%llu", before,
                           word.data, number);

    return span_of(to, (size_t)written);
}

static void send_plain(struct bench_connection *connection)
{
    struct bench *bench = connection->bench;
    const char *at = bench->workload->command;
    struct span words[WORDS_LIMIT];
    char texts[WORDS_LIMIT][WORD_SIZE];
    size_t count = 0;

    if (bench->issued >= bench->options->requests)
        return;
    bench->issued++;
    while (*at && count < WORDS_LIMIT) {
        const char *end = strchr(at, ' ');
        struct span word = span_of(at, end ? (size_t)(end - at) : strlen(at));
        const char *mark = memchr(word.data, '%', word.size);

        if (!mark)
            words[count] = word;
        else if (mark[1] == 'v')
            words[count] = span_of(bench->value, (size_t)bench->options->size);
        else
            words[count] = drawn(bench, word, mark, texts[count]);
        count++;
        at += word.size + (end != NULL);
    }
    bench_send(connection, count, words);
}

void workload_plain_start(struct bench_connection *connection)
{
    for (int i = 0; i < connection->bench->options->pipeline; i++)
        send_plain(connection);
}

void workload_plain_reply(struct bench_connection *connection, const struct resp_value *value,
                          uint64_t sent_ns)
{
    (void)value;
    bench_count(connection->bench, 1, sent_ns);
    send_plain(connection);
}

/* --- The table. */

static void list_prepare(struct bench *bench)
{
    bench_ask(bench, "DEL millstream-benchmark:list");
    for (int i = 0; i < 100 && !bench->failed; i++)
        bench_ask(bench, "LPUSH millstream-benchmark:list element-%d", i);
}

const struct workload workloads[] = {
    {.name = "ping", .summary = "PING", .command = "PING", .usual = true},
    {.name = "set", .summary = "SET of a key", .command = "SET %k %v", .usual = true},
    {.name = "get", .summary = "GET of a key", .command = "GET %k", .usual = true},
    {.name = "incr", .summary = "INCR of a counter", .command = "INCR counter:%r", .usual = true},
    {.name = "mset",
     .summary = "MSET of ten keys",
     .command = "MSET %k %v %k %v %k %v %k %v %k %v %k %v %k %v %k %v %k %v %k %v",
     .usual = true},
    {.name = "xadd",
     .summary = "XADD to one stream",
     .prepare = stream_prepare,
     .command = "XADD millstream-benchmark:stream * f %v",
     .usual = true},
    {.name = "group",
     .summary = "producers and a consumer group that reads and acknowledges",
     .prepare = group_prepare,
     .start = group_start,
     .reply = group_reply,
     .usual = true},
    {.name = "drain",
     .summary = "XREADGROUP COUNT 100 and XACK over a full stream",
     .prepare = drain_prepare,
     .start = drain_start,
     .reply = drain_reply,
     .usual = true},
    {.name = "autoclaim",
     .summary = "XAUTOCLAIM COUNT 100 over pending entries",
     .prepare = autoclaim_prepare,
     .start = autoclaim_start,
     .reply = autoclaim_reply,
     .usual = true},
    {.name = "blocked",
     .summary = "each XADD wakes one of many readers blocked on a group",
     .prepare = blocked_prepare,
     .start = blocked_start,
     .reply = blocked_reply,
     .usual = true},
    {.name = "fanout",
     .summary = "each XADD reaches every reader blocked in XREAD",
     .prepare = fanout_prepare,
     .start = fanout_start,
     .reply = fanout_reply,
     .usual = true},
    {.name = "queue",
     .summary = "workers that take, and acknowledge, one message at a time",
     .prepare = group_prepare,
     .start = queue_start,
     .reply = queue_reply,
     .usual = true},
    {.name = "jobs",
     .summary = "a reliable queue of lists: LPUSH, BLMOVE to those in hand, LREM",
     .prepare = jobs_prepare,
     .start = jobs_start,
     .reply = jobs_reply,
     .usual = true},
    {.name = "xrange",
     .summary = "XRANGE of 100 entries",
     .prepare = hundred_prepare,
     .command = "XRANGE millstream-benchmark:stream - +"},
    {.name = "lpush", .summary = "LPUSH to one list", .command = "LPUSH mylist %v"},
    {.name = "rpush", .summary = "RPUSH to one list", .command = "RPUSH mylist %v"},
    {.name = "lpop", .summary = "LPOP from one list", .command = "LPOP mylist"},
    {.name = "rpop", .summary = "RPOP from one list", .command = "RPOP mylist"},
    {.name = "sadd", .summary = "SADD to one set", .command = "SADD myset element:%r"},
    {.name = "spop", .summary = "SPOP from one set", .command = "SPOP myset"},
    {.name = "hset", .summary = "HSET of one hash", .command = "HSET myhash element:%r %v"},
    {.name = "hget", .summary = "HGET of one hash", .command = "HGET myhash element:%r"},
    {.name = "zadd", .summary = "ZADD to one sorted set", .command = "ZADD myzset %r element:%r"},
    {.name = "zrange",
     .summary = "ZRANGE of ten elements by score",
     .command = "ZRANGE myzset %r +inf BYSCORE LIMIT 0 10"},
    {.name = "zpopmin", .summary = "ZPOPMIN from one sorted set", .command = "ZPOPMIN myzset"},
    {.name = "lrange",
     .summary = "LRANGE of 100 elements",
     .prepare = list_prepare,
     .command = "LRANGE millstream-benchmark:list 0 99"},
    {.name = NULL},
};

const struct workload *workload_find(const char *name)
{
    for (const struct workload *at = workloads; at->name; at++)
        if (strcmp(at->name, name) == 0)
            return at;
    return NULL;
}
