#include "broker/replication/apply.h"
#include "broker/command/dispatch.h"
#include "broker/command/registry.h"
#include "broker/observe/observe.h"
#include "broker/persistence/persistence.h"
#include "broker/persistence/replicated.h"
#include "broker/pubsub/pubsub.h"
#include "broker/reactor/world.h"
#include "broker/server/server.h"
#include "broker/tracking/tracking.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/num/num.h"
#include "storage/keyspace/keyspace.h"

#include <string.h>

enum {
    CALLS_TOGETHER = 32, /* that share a lock and an append; a transaction has as many as it has */
    SHOWN_LIMIT = 96,    /* bytes of a call that can't be carried out, in the log's line */
    QUEUE_KEEP = 1 << 20,
};

struct apply_call {
    const struct command *command; /* NULL: a message, or a mark that is only to be logged */
    struct span *argv;             /* in the reactor's arena */
    size_t argc;                   /* 0: a mark */
    int db;
    size_t end;    /* bytes behind it, from the first call's first one */
    uint64_t hash; /* of its only key, which is argument `key_at` */
    uint32_t key_at;
    const uint64_t *hashes; /* or of all, by argument */
};

void applier_init(struct applier *self, struct reactor *reactor, int db)
{
    *self = (struct applier){.reactor = reactor, .db = db};
    self->calls = mem_alloc(CALLS_TOGETHER * sizeof(*self->calls));
    self->keys = mem_alloc(sizeof(*self->keys));
    request_init(self->keys);
    self->keys->arena = reactor->arena;
}

void applier_release(struct applier *self)
{
    mem_free(self->calls);
    mem_free(self->keys);
    buffer_release(&self->queued);
    buffer_release(&self->reply);
    *self = (struct applier){0};
}

/* --- What can't be carried out. */

/* The beginning of the call, for people; what is in it is the users' own. */
static int diverged(const struct applier *self, const char *why, struct span detail, size_t argc,
                    const struct span *argv, struct diag *diag)
{
    char shown[SHOWN_LIMIT + 1];
    size_t size = 0;
    size_t words = server_config(self->reactor->server)->hide_user_data_from_log ? 1 : argc;

    for (size_t i = 0; i < words && size + 1 < SHOWN_LIMIT; i++) {
        if (i > 0)
            shown[size++] = ' ';
        for (size_t j = 0; j < argv[i].size && size < SHOWN_LIMIT; j++)
            shown[size++] =
                argv[i].data[j] >= ' ' && argv[i].data[j] <= '~' ? argv[i].data[j] : '.';
    }
    shown[size] = '\0';
    return diag_set(diag, ERR_DAMAGED, "%s%.*s, called by the primary as: %s", why,
                    (int)(detail.size < SHOWN_LIMIT ? detail.size : SHOWN_LIMIT), detail.data,
                    shown);
}

/* --- Running. */

static void prepare(const struct applier *self, const struct apply_call *call, uint64_t shards,
                    struct request *rq)
{
    dispatch_prepare(self->reactor, rq, self->reactor->arena);
    rq->flags = REQUEST_REPLAY | REQUEST_NO_WAIT;
    rq->spec = call->command->spec;
    rq->argc = call->argc;
    rq->argv = call->argv;
    rq->db = call->db;
    rq->held_shards = shards;
    rq->host = self->reactor->server; /* of scripts and functions: see scripts_of */
    rq->hashes = call->hashes;
    if (call->key_at > 0) {
        rq->known[0].at = call->key_at;
        rq->known[0].hash = call->hash;
        rq->known_count = 1;
    }
}

static int run_call(struct applier *self, const struct apply_call *call, uint64_t shards,
                    struct diag *diag)
{
    struct reactor *reactor = self->reactor;
    struct observe *observe = reactor->server->observe;
    const struct request *outer;
    struct request rq;
    struct reply out;

    prepare(self, call, shards, &rq);
    buffer_clear(&self->reply);
    reply_init(&out, &self->reply, 2);
    outer = doing_begin(&reactor->doing, &rq, NULL);
    call->command->spec->run(&rq, &out);
    doing_end(&reactor->doing, outer);
    if (out.failed && self->reply.size > 3)
        return diverged(self, "", span_of(self->reply.data + 1, self->reply.size - 3), call->argc,
                        call->argv, diag);
    if (rq.effect_count > 0)
        dispatch_effects_of_part(reactor, &rq);
    if (observe_is_watched(observe)) {
        struct observed_call seen = observed_call_of(NULL, call->command, &rq);

        observe_shown(reactor, &seen);
    }
    reactor->stats.commands[call->command->number].calls++;
    reactor->stats.commands_processed++;
    self->records++;
    return 0;
}

static void take_message(struct applier *self, size_t argc, const struct span *argv)
{
    if (argc == 3 && span_is(argv[0], "publish"))
        pubsub_publish(self->reactor, PUBSUB_CHANNEL, argv[1], argv[2]);
    else if (argc == 3 && span_is(argv[0], "spublish"))
        pubsub_publish(self->reactor, PUBSUB_SHARD, argv[1], argv[2]);
    else if (argc >= 2 && span_is(argv[0], "replconf") && span_is(argv[1], "getack"))
        self->wants_ack = true;
}

/* Runs the calls, which are `bytes`, and puts them into the log as far as they could be run. */
static int run_held(struct applier *self, struct span bytes, uint64_t shards, struct diag *diag)
{
    struct server *server = self->reactor->server;
    size_t done = 0;
    int rc = 0, db = self->db;

    for (size_t i = 0; i < self->count && rc == 0; i++) {
        const struct apply_call *call = &self->calls[i];

        if (call->command)
            rc = run_call(self, call, shards, diag);
        else if (call->argc > 0)
            take_message(self, call->argc, call->argv);
        if (rc == 0) {
            done = call->end;
            db = call->db;
        }
    }
    if (done > 0)
        persistence_follow(server->persistence, self->reactor, shards, span_of(bytes.data, done),
                           db, false);
    tracking_broadcast(self->reactor, NULL);
    return rc;
}

static void forget_calls(struct applier *self)
{
    self->count = 0;
    self->shards = 0;
    self->exclusive = false;
    arena_reset(self->reactor->arena);
}

/* Locks what the calls need and runs them. With `must_wait` set nothing has been done. */
static int run_calls(struct applier *self, struct span bytes, struct diag *diag)
{
    struct reactor *reactor = self->reactor;
    struct server *server = reactor->server;
    uint64_t started_ns = reactor->now_ns;
    int rc;

    if (self->count == 0)
        return 0;
    if (self->exclusive) {
        world_stop(server->world, reactor->index);
        if (atomic_load_explicit(&server->busy, memory_order_relaxed)) {
            world_resume(server->world, reactor->index);
            self->must_wait = true;
            forget_calls(self);
            return 0;
        }
        rc = run_held(self, bytes, SHARDS_ALL, diag);
        world_resume(server->world, reactor->index);
    } else {
        keyspace_lock(server->keyspace, self->shards);
        rc = run_held(self, bytes, self->shards, diag);
        keyspace_unlock(server->keyspace, self->shards);
    }
    reactor->stats.command_nanoseconds += reactor_tick(reactor) - started_ns;
    forget_calls(self);
    if (reactor->ready)
        dispatch_serve_ready(reactor);
    return rc;
}

/* --- Understanding. */

static const struct command *find_command(const struct server *server, size_t argc,
                                          const struct span *argv)
{
    const struct command *command = registry_find_logged(server->registry, argv[0]);

    if (command && command->subcommand_count && argc > 1 && !command->spec->run)
        command = registry_find_sub(command, argv[1]);
    return command;
}

static struct apply_call *next_call(struct applier *self, bool grows)
{
    if (grows && self->count >= CALLS_TOGETHER && (self->count & (self->count - 1)) == 0)
        self->calls = mem_realloc(self->calls, 2 * self->count * sizeof(*self->calls));
    self->calls[self->count] = (struct apply_call){0};
    return &self->calls[self->count++];
}

static int choose_db(struct applier *self, size_t argc, const struct span *argv, struct diag *diag)
{
    int64_t db;

    if (argc != 2 || num_parse_i64(argv[1], &db) < 0 || db < 0 ||
        db >= keyspace_databases(self->reactor->server->keyspace))
        return diverged(self, "there is no such database here", SPAN(""), argc, argv, diag);
    self->db = (int)db;
    return 0;
}

/* Messages are sent when their place in the stream has come; for others than their receivers they
 * are nothing. */
enum word {
    WORD_CALL,
    WORD_MULTI,
    WORD_EXEC,
    WORD_SELECT,
    WORD_MESSAGE
};

static enum word word_of(struct span name)
{
    switch (name.size) {
    case 4:
        return span_is(name, "exec") ? WORD_EXEC : span_is(name, "ping") ? WORD_MESSAGE : WORD_CALL;
    case 5:
        return span_is(name, "multi") ? WORD_MULTI : WORD_CALL;
    case 6:
        return span_is(name, "select") ? WORD_SELECT : WORD_CALL;
    case 7:
        return span_is(name, "publish") ? WORD_MESSAGE : WORD_CALL;
    case 8:
        return span_is(name, "spublish") || span_is(name, "replconf") ? WORD_MESSAGE : WORD_CALL;
    default:
        return WORD_CALL;
    }
}

static void keep_words(const struct applier *self, struct apply_call *call, size_t argc,
                       const struct span *argv)
{
    call->argc = argc;
    call->argv = arena_array(self->reactor->arena, argc, sizeof(*argv));
    memcpy(call->argv, argv, argc * sizeof(*argv));
}

/* Adds a call to those to be run; what it names is copied, but not its bytes. */
static int add_call(struct applier *self, size_t argc, const struct span *argv, size_t end,
                    bool grows, struct diag *diag)
{
    const struct command *command = find_command(self->reactor->server, argc, argv);
    struct apply_call *call;
    struct request *rq = self->keys;
    uint64_t shards = 0;

    if (!command || !command->spec->run || command->spec->flags & CMD_SESSION ||
        !command_arity_fits(command->spec, argc))
        return diverged(self, "there is no such call here", SPAN(""), argc, argv, diag);
    call = next_call(self, grows);
    call->command = command;
    keep_words(self, call, argc, argv);
    call->db = self->db;
    call->end = end;
    rq->argc = argc;
    rq->argv = call->argv;
    rq->hashes = NULL;
    rq->known_count = 0;
    if (dispatch_find_keys(rq, command, &shards) < 0 || !(command->spec->flags & CMD_SHARDED))
        self->exclusive = true;
    call->hashes = rq->hashes;
    if (rq->known_count > 0) {
        call->key_at = rq->known[0].at;
        call->hash = rq->known[0].hash;
    }
    self->shards |= shards;
    return 0;
}

/* A record of a transaction, or one outside. */
static int add_record(struct applier *self, size_t argc, const struct span *argv, size_t end,
                      bool grows, struct diag *diag)
{
    enum word word = word_of(argv[0]);
    struct apply_call *call;

    if (word == WORD_CALL)
        return add_call(self, argc, argv, end, grows, diag);
    if (word == WORD_SELECT && choose_db(self, argc, argv, diag) < 0)
        return ERR_DAMAGED;
    call = next_call(self, grows);
    call->db = self->db;
    call->end = end;
    if (word == WORD_MESSAGE)
        keep_words(self, call, argc, argv);
    return 0;
}

/* --- Transactions. */

/* EXEC has come: all of it is there. */
static int run_transaction(struct applier *self, struct diag *diag)
{
    struct request_parser parser = {.limits = {.bulk_bytes = (int64_t)self->queued.size}};
    struct span bytes = span_of(self->queued.data, self->queued.size);
    int db = self->db, rc = 0;
    size_t at = 0;

    while (at < bytes.size && rc == 0) {
        size_t consumed = 0;

        if (request_parser_feed(&parser, bytes.data + at, bytes.size - at, &consumed) <= 0)
            rc = diag_set(diag, ERR_DAMAGED, "a transaction can't be read again");
        at += consumed;
        if (rc == 0 && parser.argc > 0)
            rc = add_record(self, parser.argc, parser.argv, at, true, diag);
        request_parser_reset(&parser);
    }
    request_parser_release(&parser);
    if (rc < 0) {
        forget_calls(self);
        return rc;
    }
    rc = run_calls(self, bytes, diag);
    if (self->must_wait) {
        self->db = db;
        return 0;
    }
    self->in_multi = false;
    buffer_clear(&self->queued);
    if (self->queued.capacity > QUEUE_KEEP)
        buffer_release(&self->queued);
    return rc;
}

/* --- The stream. */

struct taking {
    const char *data;
    size_t at;    /* behind what has been gone through */
    size_t begin; /* behind what has been carried out */
    int db;       /* chosen there */
};

static void settle(struct applier *self, struct taking *taking)
{
    taking->begin = taking->at;
    taking->db = self->db;
}

/* Carries out what has come together. */
static int flush(struct applier *self, struct taking *taking, struct diag *diag)
{
    int rc =
        run_calls(self, span_of(taking->data + taking->begin, taking->at - taking->begin), diag);

    if (self->must_wait)
        self->db = taking->db;
    else
        settle(self, taking);
    return rc;
}

/* Newlines and messages outside of transactions: bytes that are not stored. */
static void pass_message(struct applier *self, struct taking *taking, size_t size, size_t argc,
                         const struct span *argv)
{
    if (argc > 0)
        take_message(self, argc, argv);
    persistence_follow(self->reactor->server->persistence, self->reactor, 0,
                       span_of(taking->data + taking->at, size), self->db, true);
    taking->at += size;
    settle(self, taking);
}

/* The log takes what belongs together in one piece. A snapshot has it all the same. */
static int too_large(struct diag *diag)
{
    return diag_set(diag, ERR_DAMAGED, "a call or transaction has more than %d bytes",
                    (int)COMMIT_RECORD_LIMIT);
}

static int queue_record(struct applier *self, struct taking *taking, size_t size,
                        const struct span *argv, struct diag *diag)
{
    bool last = argv && word_of(argv[0]) == WORD_EXEC;
    int rc;

    if (self->queued.size + size > COMMIT_RECORD_LIMIT)
        return too_large(diag);
    buffer_append(&self->queued, taking->data + taking->at, size);
    taking->at += size;
    rc = last ? run_transaction(self, diag) : 0;
    settle(self, taking);
    return rc;
}

/* Newlines stand for messages that a primary has no more: often many, one behind the other. */
static size_t count_newlines(const struct taking *taking, size_t size)
{
    size_t count = 0;

    while (taking->at + count < size && taking->data[taking->at + count] == '\n')
        count++;
    return count;
}

/* One request of the stream; argc 0: an empty line. */
static int take_one(struct applier *self, struct taking *taking, size_t size, size_t argc,
                    const struct span *argv, struct diag *diag)
{
    enum word word = argc > 0 ? word_of(argv[0]) : WORD_MESSAGE;
    bool begins = !self->in_multi && word == WORD_MULTI;
    bool apart = !self->in_multi && word == WORD_MESSAGE;
    int rc = 0;

    if (argc > 0 && taking->data[taking->at] != '*')
        return diverged(self, "this is no record", SPAN(""), argc, argv, diag);
    if (size > COMMIT_RECORD_LIMIT)
        return too_large(diag);
    if (begins || apart || self->count == CALLS_TOGETHER ||
        taking->at + size - taking->begin > COMMIT_RECORD_LIMIT)
        rc = flush(self, taking, diag);
    if (rc < 0 || self->must_wait)
        return rc;
    self->in_multi |= begins;
    if (self->in_multi)
        return queue_record(self, taking, size, argc > 0 ? argv : NULL, diag);
    if (apart) {
        pass_message(self, taking, size, argc, argv);
        return 0;
    }
    rc = add_record(self, argc, argv, taking->at + size - taking->begin, false, diag);
    if (rc < 0)
        return rc;
    taking->at += size;
    return self->exclusive ? flush(self, taking, diag) : 0;
}

int applier_take(struct applier *self, struct request_parser *parser, const char *data, size_t size,
                 size_t *used, struct diag *diag)
{
    struct taking taking = {.data = data, .db = self->db};
    bool again = self->must_wait && self->in_multi;
    struct diag ignored = {0};
    int rc;

    self->must_wait = false;
    rc = again ? run_transaction(self, diag) : 0;
    taking.db = self->db;
    parser->limits = (struct request_limits){.bulk_bytes = COMMIT_RECORD_LIMIT};
    while (rc == 0 && !self->must_wait && taking.at < size) {
        size_t newlines = self->in_multi ? 0 : count_newlines(&taking, size), consumed = 0;
        int got;

        if (newlines > 0) {
            rc = take_one(self, &taking, newlines, 0, NULL, diag);
            continue;
        }
        got = request_parser_feed(parser, data + taking.at, size - taking.at, &consumed);
        if (got == 0 && size - taking.at <= COMMIT_RECORD_LIMIT)
            break;
        if (got == 0)
            rc = too_large(diag);
        else if (got < 0)
            rc = diag_set(diag, ERR_DAMAGED, "the primary's stream can't be understood: %s",
                          parser->error);
        else
            rc = take_one(self, &taking, consumed, parser->argc, parser->argv, diag);
        request_parser_reset(parser);
    }
    if (rc == 0 && !self->must_wait)
        rc = flush(self, &taking, diag);
    else if (rc < 0)
        flush(self, &taking, &ignored); /* what came before was right */
    if (self->must_wait)
        request_parser_reset(parser); /* it may have looked at what follows already */
    *used = taking.begin;
    return rc;
}
