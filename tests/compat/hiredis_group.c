/* hiredis_group.c - Debian's hiredis works a stream: two producers that pipeline, three workers,
 * and one that is killed while its messages are pending. Usage: hiredis_group PORT. Ends with 0 if
 * every job was done, none stayed pending, and all replies had the expected shape. Debian 12's
 * hiredis (0.14) reads RESP2 only. */
#include <hiredis/hiredis.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    PRODUCERS = 2,
    PER_PRODUCER = 500,
    TOTAL = PRODUCERS * PER_PRODUCER,
    WORKERS = 3,
    TAKEN_BY_THE_DEAD = 50,
    DEADLINE_S = 60,
};

static int port;
static time_t deadline;
static pthread_mutex_t done_lock = PTHREAD_MUTEX_INITIALIZER;
static int times_done[TOTAL];
static int jobs_done;

static void require(int holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "hiredis_group: %s\n", what);
    exit(1);
}

static redisContext *open_connection(void)
{
    redisContext *context = redisConnect("127.0.0.1", port);

    require(context && !context->err, "cannot connect");
    return context;
}

/* A reply that is no error; the caller frees it. */
static redisReply *checked(redisContext *context, void *got)
{
    redisReply *reply = got;

    if (!reply)
        fprintf(stderr, "hiredis_group: %s\n", context->errstr);
    else if (reply->type == REDIS_REPLY_ERROR)
        fprintf(stderr, "hiredis_group: %s\n", reply->str);
    require(reply && reply->type != REDIS_REPLY_ERROR, "a command failed");
    return reply;
}

static void *produce(void *argument)
{
    int first = *(const int *)argument * PER_PRODUCER;
    redisContext *context = open_connection();

    for (int i = 0; i < PER_PRODUCER; i++)
        redisAppendCommand(context, "XADD jobs * job %d text %b", first + i, "a\0b", (size_t)3);
    for (int i = 0; i < PER_PRODUCER; i++) {
        void *got = NULL;

        redisGetReply(context, &got);
        freeReplyObject(checked(context, got));
    }
    redisFree(context);
    return NULL;
}

/* The entries of a reply of XREADGROUP on one stream, or NULL if there are none. */
static const redisReply *entries_read(const redisReply *reply)
{
    if (reply->type == REDIS_REPLY_NIL)
        return NULL;
    require(reply->elements == 1 && reply->element[0]->elements == 2, "not one stream");
    require(strcmp(reply->element[0]->element[0]->str, "jobs") == 0, "another stream");
    return reply->element[0]->element[1];
}

static void finish(redisContext *context, const redisReply *entries)
{
    for (size_t i = 0; i < entries->elements; i++) {
        const redisReply *entry = entries->element[i];
        const redisReply *fields = entry->element[1];
        int job = atoi(fields->element[1]->str);

        require(fields->elements == 4 && fields->element[3]->len == 3, "not the fields we added");
        require(job >= 0 && job < TOTAL, "a job nobody added");
        pthread_mutex_lock(&done_lock);
        if (times_done[job]++ == 0)
            jobs_done++;
        pthread_mutex_unlock(&done_lock);
        freeReplyObject(checked(
            context, redisCommand(context, "XACK jobs workers %s", entry->element[0]->str)));
    }
}

static int all_done(void)
{
    int all;

    pthread_mutex_lock(&done_lock);
    all = jobs_done == TOTAL;
    pthread_mutex_unlock(&done_lock);
    return all;
}

static void *work(void *argument)
{
    redisContext *context = open_connection();
    int number = *(const int *)argument;

    while (!all_done()) {
        redisReply *reply = checked(
            context, redisCommand(context, "XAUTOCLAIM jobs workers w%d 200 0 COUNT 20", number));
        const redisReply *entries;

        require(reply->elements == 3, "XAUTOCLAIM gives three elements");
        finish(context, reply->element[1]);
        freeReplyObject(reply);
        reply = checked(context, redisCommand(context,
                                              "XREADGROUP GROUP workers w%d COUNT 10 BLOCK 100 "
                                              "STREAMS jobs >",
                                              number));
        entries = entries_read(reply);
        if (entries)
            finish(context, entries);
        freeReplyObject(reply);
        require(time(NULL) < deadline, "the jobs are not done in time");
    }
    redisFree(context);
    return NULL;
}

/* The child: takes its share, says so by ending the pipe's silence, and waits to be killed. */
static void be_doomed(int ready)
{
    redisContext *context = open_connection();
    size_t taken = 0;

    while (taken < TAKEN_BY_THE_DEAD) {
        redisReply *reply =
            checked(context, redisCommand(context,
                                          "XREADGROUP GROUP workers doomed COUNT %d "
                                          "BLOCK 5000 STREAMS jobs >",
                                          (int)(TAKEN_BY_THE_DEAD - taken)));
        const redisReply *entries = entries_read(reply);

        taken += entries ? entries->elements : 0;
        freeReplyObject(reply);
    }
    require(write(ready, "x", 1) == 1, "write");
    pause();
}

static long long pending_count(redisContext *context)
{
    redisReply *reply = checked(context, redisCommand(context, "XPENDING jobs workers"));
    long long count;

    require(reply->elements == 4 && reply->element[0]->type == REDIS_REPLY_INTEGER, "XPENDING");
    count = reply->element[0]->integer;
    freeReplyObject(reply);
    return count;
}

static void run_doomed(pthread_t producers[PRODUCERS], int numbers[PRODUCERS])
{
    int ready[2];
    char byte;
    pid_t child;

    require(pipe(ready) == 0, "pipe");
    child = fork();
    require(child >= 0, "fork");
    if (child == 0)
        be_doomed(ready[1]);
    for (int i = 0; i < PRODUCERS; i++) {
        numbers[i] = i;
        pthread_create(&producers[i], NULL, produce, &numbers[i]);
    }
    close(ready[1]);
    require(read(ready[0], &byte, 1) == 1, "the doomed worker failed");
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    close(ready[0]);
}

int main(int argc, char **argv)
{
    pthread_t producers[PRODUCERS], workers[WORKERS];
    int producer_numbers[PRODUCERS], worker_numbers[WORKERS];
    redisContext *context;

    require(argc == 2, "usage: hiredis_group PORT");
    port = atoi(argv[1]);
    deadline = time(NULL) + DEADLINE_S;
    context = open_connection();
    freeReplyObject(
        checked(context, redisCommand(context, "XGROUP CREATE jobs workers 0 MKSTREAM")));
    run_doomed(producers, producer_numbers);
    require(pending_count(context) == TAKEN_BY_THE_DEAD, "not what the doomed worker took");
    for (int i = 0; i < WORKERS; i++) {
        worker_numbers[i] = i;
        pthread_create(&workers[i], NULL, work, &worker_numbers[i]);
    }
    for (int i = 0; i < PRODUCERS; i++)
        pthread_join(producers[i], NULL);
    for (int i = 0; i < WORKERS; i++)
        pthread_join(workers[i], NULL);
    require(jobs_done == TOTAL, "jobs are lost");
    require(pending_count(context) == 0, "something is left pending");
    redisFree(context);
    printf("hiredis %d.%d: %d jobs done, none lost\n", HIREDIS_MAJOR, HIREDIS_MINOR, jobs_done);
    return 0;
}
