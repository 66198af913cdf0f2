/* hiredis_types.c - Debian's hiredis on every core type: replies' types, pipelines, transactions,
 * pub/sub, blocking pops of several clients, SCAN, binary and large values, reconnecting. Usage:
 * hiredis_types PORT. Debian 12's hiredis (0.14) reads RESP2 only; client-side caching therefore
 * goes by REDIRECT. */
#include <hiredis/hiredis.h>

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

enum {
    MANY = 3000,
    TAKERS = 3,
    JOBS = 300,
    DEADLINE_S = 10,
    LARGE_SIZE = 10 * 1000 * 1000,
    TEXT_SIZE = 4096,
};

static int port;

static void require(int holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "hiredis_types: %s\n", what);
    exit(1);
}

static redisContext *open_connection(void)
{
    redisContext *context = redisConnect("127.0.0.1", port);
    struct timeval limit = {.tv_sec = DEADLINE_S};

    require(context && !context->err, "cannot connect");
    require(redisSetTimeout(context, limit) == REDIS_OK, "cannot set a timeout");
    return context;
}

/* Appends one reply to `text` as redis-cli would shorten it: "s" strings, numbers, nil, [a b]. The
 * depth of what we ask for is at most 3, so recursion is bounded. */
static size_t describe(const redisReply *reply, char *text, size_t at)
{
    size_t room = TEXT_SIZE - at;

    switch (reply->type) {
    case REDIS_REPLY_STRING:
        return at + (size_t)snprintf(text + at, room, "\"%.200s\"", reply->str);
    case REDIS_REPLY_STATUS:
        return at + (size_t)snprintf(text + at, room, "%.200s", reply->str);
    case REDIS_REPLY_ERROR:
        return at + (size_t)snprintf(text + at, room, "-%.200s", reply->str);
    case REDIS_REPLY_INTEGER:
        return at + (size_t)snprintf(text + at, room, "%lld", reply->integer);
    case REDIS_REPLY_NIL:
        return at + (size_t)snprintf(text + at, room, "nil");
    default:
        break;
    }
    require(reply->type == REDIS_REPLY_ARRAY, "a reply of an unknown type");
    at += (size_t)snprintf(text + at, room, "[");
    for (size_t i = 0; i < reply->elements; i++) {
        require(at + 300 < TEXT_SIZE, "a reply is longer than expected");
        at += (size_t)snprintf(text + at, TEXT_SIZE - at, "%s", i ? " " : "");
        at = describe(reply->element[i], text, at);
    }
    return at + (size_t)snprintf(text + at, TEXT_SIZE - at, "]");
}

static void expect_reply(redisContext *context, redisReply *reply, const char *wanted,
                         const char *what)
{
    char got[TEXT_SIZE];

    if (!reply)
        fprintf(stderr, "hiredis_types: %s: %s\n", what, context->errstr);
    require(reply != NULL, "no reply");
    describe(reply, got, 0);
    if (strcmp(got, wanted) != 0) {
        fprintf(stderr, "hiredis_types: %s\n  expected %s\n  got      %s\n", what, wanted, got);
        exit(1);
    }
    freeReplyObject(reply);
}

static void expect(redisContext *context, const char *wanted, const char *command)
{
    expect_reply(context, redisCommand(context, command), wanted, command);
}

/* The next reply of what was sent, or the next message. */
static void expect_next(redisContext *context, const char *wanted, const char *what)
{
    void *reply = NULL;

    if (redisGetReply(context, &reply) != REDIS_OK)
        reply = NULL;
    expect_reply(context, reply, wanted, what);
}

static void send_only(redisContext *context, const char *command)
{
    int done = 0;

    require(redisAppendCommand(context, command) == REDIS_OK, "cannot append");
    while (!done)
        require(redisBufferWrite(context, &done) == REDIS_OK, "cannot write");
}

/* Asks again and again until the reply is `wanted`. */
static void await_reply(redisContext *context, const char *wanted, const char *command)
{
    time_t deadline = time(NULL) + DEADLINE_S;
    char got[TEXT_SIZE];

    do {
        redisReply *reply = redisCommand(context, command);

        require(reply != NULL, context->errstr);
        describe(reply, got, 0);
        freeReplyObject(reply);
        if (strcmp(got, wanted) == 0)
            return;
    } while (time(NULL) < deadline);
    fprintf(stderr, "hiredis_types: %s gave %s, never %s\n", command, got, wanted);
    exit(1);
}

static void await_blocked(redisContext *context, int count)
{
    time_t deadline = time(NULL) + DEADLINE_S;
    char wanted[64];
    int found;

    snprintf(wanted, sizeof(wanted), "\nblocked_clients:%d\r", count);
    do {
        redisReply *reply = redisCommand(context, "INFO clients");

        require(reply && reply->type == REDIS_REPLY_STRING, "INFO gives a string");
        found = strstr(reply->str, wanted) != NULL;
        freeReplyObject(reply);
        require(found || time(NULL) < deadline, "clients do not block in time");
    } while (!found);
}

static const struct {
    const char *command, *wanted;
} calls[] = {
    {"SET str v NX", "OK"},
    {"SET str w NX", "nil"},
    {"APPEND str !", "2"},
    {"INCRBYFLOAT float 3.5", "\"3.5\""},
    {"GETDEL str", "\"v!\""},
    {"RPUSH list a b c d", "4"},
    {"LRANGE list 0 -1", "[\"a\" \"b\" \"c\" \"d\"]"},
    {"LMPOP 2 none list RIGHT COUNT 2", "[\"list\" [\"d\" \"c\"]]"},
    {"LMOVE list other LEFT RIGHT", "\"a\""},
    {"LPOP none", "nil"},
    {"HSET hash a 1 b two", "2"},
    {"HGETALL hash", "[\"a\" \"1\" \"b\" \"two\"]"},
    {"HMGET hash a none", "[\"1\" nil]"},
    {"HINCRBYFLOAT hash a 0.5", "\"1.5\""},
    {"SADD set 3 1 2", "3"},
    {"SMEMBERS set", "[\"1\" \"2\" \"3\"]"},
    {"SMISMEMBER set 1 9", "[1 0]"},
    {"SPOP none", "nil"},
    {"ZADD zset 1 a 2.5 b +inf c", "3"},
    {"ZRANGE zset 0 -1 WITHSCORES", "[\"a\" \"1\" \"b\" \"2.5\" \"c\" \"inf\"]"},
    {"ZADD zset NX INCR 1 a", "nil"},
    {"ZMSCORE zset b none", "[\"2.5\" nil]"},
    {"ZMPOP 1 zset MAX", "[\"zset\" [[\"c\" \"inf\"]]]"},
    {"ZRANK zset none", "nil"},
    {"SETBIT bits 7 1", "0"},
    {"BITFIELD bits INCRBY u8 0 9 OVERFLOW FAIL INCRBY u8 0 255", "[10 nil]"},
    {"PFADD hll a b a", "1"},
    {"PFCOUNT hll", "2"},
    {"GEOADD geo 13.361389 38.115556 Palermo 15.087269 37.502669 Catania", "2"},
    {"GEODIST geo Palermo Catania km", "\"166.2742\""},
    {"GEOSEARCH geo FROMLONLAT 15 37 BYRADIUS 100 km WITHDIST", "[[\"Catania\" \"56.4413\"]]"},
    {"GEOPOS geo none", "[nil]"},
    {"LPUSH hash x", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"HINCRBY hash b 1", "-ERR hash value is not an integer"},
    {"TYPE zset", "zset"},
    {"OBJECT ENCODING hash", "\"listpack\""},
    {"EXPIRE hash 100 NX", "1"},
    {"PERSIST hash", "1"},
    {"TTL hash", "-1"},
    {"SORT set DESC LIMIT 0 2", "[\"3\" \"2\"]"},
    {"COPY set set:2", "1"},
    {"SINTERCARD 2 set set:2 LIMIT 2", "2"},
};

static void check_calls(redisContext *context)
{
    redisReply *payload;

    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
        expect(context, calls[i].wanted, calls[i].command);
    payload = redisCommand(context, "DUMP hash");
    require(payload && payload->type == REDIS_REPLY_STRING, "DUMP gives a string");
    expect_reply(context, redisCommand(context, "RESTORE hash:2 0 %b", payload->str, payload->len),
                 "OK", "RESTORE");
    freeReplyObject(payload);
    expect(context, "[\"a\" \"1.5\" \"b\" \"two\"]", "HGETALL hash:2");
    expect(context, "OK", "SET gone v PX 20");
    await_reply(context, "nil", "GET gone");
}

static void check_pipelines_and_scan(redisContext *context)
{
    static char seen[MANY];
    char cursor[32] = "0";
    int found = 0;

    for (int i = 0; i < MANY; i++) {
        redisAppendCommand(context, "SADD scan m%d", i);
        redisAppendCommand(context, "ZADD scan:z %d z%d", i, i);
    }
    for (int i = 0; i < 2 * MANY; i++)
        expect_next(context, "1", "a pipeline's reply");
    do {
        redisReply *reply = redisCommand(context, "SSCAN scan %s COUNT 100", cursor);

        require(reply && reply->type == REDIS_REPLY_ARRAY && reply->elements == 2, "SSCAN");
        snprintf(cursor, sizeof(cursor), "%s", reply->element[0]->str);
        for (size_t i = 0; i < reply->element[1]->elements; i++) {
            int at = atoi(reply->element[1]->element[i]->str + 1);

            require(at >= 0 && at < MANY, "SSCAN gives what nobody added");
            found += !seen[at];
            seen[at] = 1;
        }
        freeReplyObject(reply);
    } while (strcmp(cursor, "0") != 0);
    require(found == MANY, "SSCAN left members out");
}

static void check_transactions(redisContext *context)
{
    redisContext *other = open_connection();

    expect(context, "OK", "MULTI");
    expect(context, "QUEUED", "SET tx 1");
    expect(context, "QUEUED", "LPUSH tx x");
    expect(context, "QUEUED", "INCR tx");
    expect(other, "nil", "GET tx");
    expect(context, "[OK -WRONGTYPE Operation against a key holding the wrong kind of value 2]",
           "EXEC");
    expect(context, "OK", "WATCH tx");
    expect(other, "OK", "SET tx other");
    expect(context, "OK", "MULTI");
    expect(context, "QUEUED", "SET tx mine");
    expect(context, "nil", "EXEC");
    expect(context, "\"other\"", "GET tx");
    expect(context, "OK", "MULTI");
    expect(context, "-ERR wrong number of arguments for 'get' command", "GET");
    expect(context, "-EXECABORT Transaction discarded because of previous errors.", "EXEC");
    expect(context, "OK", "MULTI");
    expect(context, "OK", "DISCARD");
    redisFree(other);
}

static void check_messages(redisContext *context)
{
    redisContext *own = open_connection();

    expect(own, "[\"subscribe\" \"news\" 1]", "SUBSCRIBE news");
    expect(own, "[\"psubscribe\" \"n?ws\" 2]", "PSUBSCRIBE n?ws");
    expect(own, "[\"ssubscribe\" \"shard\" 1]", "SSUBSCRIBE shard");
    expect(context, "2", "PUBLISH news hello");
    expect(context, "1", "SPUBLISH shard part");
    expect_next(own, "[\"message\" \"news\" \"hello\"]", "a message");
    expect_next(own, "[\"pmessage\" \"n?ws\" \"news\" \"hello\"]", "a message of a pattern");
    expect_next(own, "[\"smessage\" \"shard\" \"part\"]", "a message of a shard channel");
    expect(context, "[\"news\" 1 \"none\" 0]", "PUBSUB NUMSUB news none");
    expect(own, "[\"pong\" \"\"]", "PING");
    expect(own, "[\"unsubscribe\" \"news\" 1]", "UNSUBSCRIBE");
    expect(own, "[\"punsubscribe\" \"n?ws\" 0]", "PUNSUBSCRIBE");
    expect(own, "[\"sunsubscribe\" \"shard\" 0]", "SUNSUBSCRIBE");
    expect(own, "OK", "SET out yes");
    redisFree(own);
}

static void check_notifications_and_tracking(redisContext *context)
{
    redisContext *own = open_connection(), *cached = open_connection();
    redisReply *id = redisCommand(own, "CLIENT ID");

    require(id && id->type == REDIS_REPLY_INTEGER, "CLIENT ID gives an integer");
    expect(context, "OK", "CONFIG SET notify-keyspace-events KEA");
    expect(own, "[\"psubscribe\" \"__key*@0__:*\" 1]", "PSUBSCRIBE __key*@0__:*");
    expect(context, "1", "HSET note f 1");
    expect_next(own, "[\"pmessage\" \"__key*@0__:*\" \"__keyspace@0__:note\" \"hset\"]",
                "an event");
    expect_next(own, "[\"pmessage\" \"__key*@0__:*\" \"__keyevent@0__:hset\" \"note\"]",
                "an event");
    expect_reply(context, redisCommand(context, "CONFIG SET notify-keyspace-events %s", ""), "OK",
                 "CONFIG SET");
    expect(own, "[\"subscribe\" \"__redis__:invalidate\" 2]", "SUBSCRIBE __redis__:invalidate");
    expect_reply(cached, redisCommand(cached, "CLIENT TRACKING ON REDIRECT %lld", id->integer),
                 "OK", "CLIENT TRACKING");
    freeReplyObject(id);
    expect(cached, "[\"f\" \"1\"]", "HGETALL note");
    expect(context, "1", "HSET note g 1");
    expect_next(own, "[\"message\" \"__redis__:invalidate\" [\"note\"]]", "an invalidation");
    redisFree(cached);
    redisFree(own);
}

static void *take_jobs(void *argument)
{
    int *times = argument;
    redisContext *own = open_connection();

    for (;;) {
        redisReply *reply = redisCommand(own, "BLPOP queue %d", DEADLINE_S - 1);
        int job;

        require(reply && reply->type == REDIS_REPLY_ARRAY && reply->elements == 2, "no job came");
        job = atoi(reply->element[1]->str);
        freeReplyObject(reply);
        if (job < 0)
            break;
        require(job < JOBS, "a job nobody added");
        __atomic_add_fetch(&times[job], 1,
                           __ATOMIC_RELAXED); /* read after the threads are joined */
    }
    redisFree(own);
    return NULL;
}

static void check_blocking(redisContext *context)
{
    static int times[JOBS];
    redisContext *waiting[4];
    pthread_t takers[TAKERS];

    for (int i = 0; i < 4; i++)
        waiting[i] = open_connection();
    send_only(waiting[0], "BLPOP b:a b:b 9");
    await_blocked(context, 1);
    send_only(waiting[1], "BRPOP b:b 9");
    await_blocked(context, 2);
    send_only(waiting[2], "BLMOVE b:start b:b LEFT RIGHT 9");
    await_blocked(context, 3);
    send_only(waiting[3], "BZPOPMIN b:zset 9");
    await_blocked(context, 4);
    expect(context, "1", "RPUSH b:b x");
    expect_next(waiting[0], "[\"b:b\" \"x\"]", "the first waiter is served first");
    expect(context, "1", "RPUSH b:start chained");
    expect_next(waiting[2], "\"chained\"", "BLMOVE");
    expect_next(waiting[1], "[\"b:b\" \"chained\"]", "a move feeds the next waiter");
    expect(context, "2", "ZADD b:zset 1.5 m 2 n");
    expect_next(waiting[3], "[\"b:zset\" \"m\" \"1.5\"]", "BZPOPMIN");
    expect(context, "0", "EXISTS b:a b:b b:start");
    expect(waiting[0], "nil", "BLPOP b:none 0.02");
    for (int i = 0; i < 4; i++)
        redisFree(waiting[i]);
    for (int i = 0; i < TAKERS; i++)
        require(pthread_create(&takers[i], NULL, take_jobs, times) == 0, "pthread_create");
    for (int i = 0; i < JOBS; i++)
        freeReplyObject(redisCommand(context, "RPUSH queue %d", i));
    for (int i = 0; i < TAKERS; i++)
        freeReplyObject(redisCommand(context, "RPUSH queue -1"));
    for (int i = 0; i < TAKERS; i++)
        pthread_join(takers[i], NULL);
    for (int i = 0; i < JOBS; i++)
        require(times[i] == 1, "a job was lost or done twice");
}

static void check_bytes(redisContext *context)
{
    static const char awkward[] = "a\0b\r\n$-1\r\n\xff\xfe";
    size_t size = sizeof(awkward) - 1;
    char *large = malloc(LARGE_SIZE);
    redisReply *reply;

    require(large != NULL, "no memory");
    for (size_t i = 0; i < LARGE_SIZE; i++)
        large[i] = (char)((i * 2654435761U) >> 13);
    reply = redisCommand(context, "SET %b %b", awkward, size, large, (size_t)LARGE_SIZE);
    expect_reply(context, reply, "OK", "SET of a large value");
    reply = redisCommand(context, "GET %b", awkward, size);
    require(reply && reply->type == REDIS_REPLY_STRING && reply->len == LARGE_SIZE,
            "a large value");
    require(memcmp(reply->str, large, LARGE_SIZE) == 0, "a large value is not what we set");
    freeReplyObject(reply);
    free(large);
    reply = redisCommand(context, "HSET bin %b %b", awkward, size, awkward, size);
    expect_reply(context, reply, "1", "HSET of bytes");
    reply = redisCommand(context, "HGETALL bin");
    require(reply && reply->type == REDIS_REPLY_ARRAY && reply->elements == 2, "HGETALL of bytes");
    for (size_t i = 0; i < 2; i++)
        require(reply->element[i]->len == size && !memcmp(reply->element[i]->str, awkward, size),
                "bytes of a hash are not what we set");
    freeReplyObject(reply);
}

static void check_reconnecting(redisContext *context)
{
    redisContext *own = open_connection();
    redisReply *id = redisCommand(own, "CLIENT ID");

    require(id && id->type == REDIS_REPLY_INTEGER, "CLIENT ID gives an integer");
    expect_reply(context, redisCommand(context, "CLIENT KILL ID %lld", id->integer), "1", "KILL");
    freeReplyObject(id);
    require(redisCommand(own, "PING") == NULL && own->err, "a killed connection still answers");
    require(redisReconnect(own) == REDIS_OK, "cannot reconnect");
    expect(own, "PONG", "PING");
    redisFree(own);
}

int main(int argc, char **argv)
{
    redisContext *context;

    require(argc == 2, "usage: hiredis_types PORT");
    port = atoi(argv[1]);
    context = open_connection();
    check_calls(context);
    check_pipelines_and_scan(context);
    check_transactions(context);
    check_messages(context);
    check_notifications_and_tracking(context);
    check_blocking(context);
    check_bytes(context);
    check_reconnecting(context);
    redisFree(context);
    printf("hiredis %d.%d: 8 groups of calls as they should be\n", HIREDIS_MAJOR, HIREDIS_MINOR);
    return 0;
}
