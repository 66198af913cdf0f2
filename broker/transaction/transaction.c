#include "broker/transaction/transaction.h"
#include "broker/acl/acl.h"
#include "broker/command/dispatch.h"
#include "broker/command/registry.h"
#include "broker/command/unit.h"
#include "broker/reactor/reactor.h"
#include "broker/persistence/persistence.h"
#include "broker/reactor/world.h"
#include "broker/script/busy.h"
#include "broker/server/server.h"
#include "broker/session/execute.h"
#include "broker/session/session.h"
#include "broker/tracking/tracking.h"
#include "broker/transaction/transaction_commands.h"
#include "core/base/mem.h"
#include "storage/keyspace/keyspace.h"

#include <string.h>

enum {
    CALLS_AT_FIRST = 8
};

struct transaction *transaction_get(struct session *session)
{
    if (!session->transaction)
        session->transaction = mem_zalloc(sizeof(struct transaction));
    return session->transaction;
}

bool transaction_is_open(const struct session *session)
{
    return session->transaction && session->transaction->open;
}

bool transaction_ends_with(const struct session *session, const struct command *command)
{
    return transaction_is_open(session) && transaction_is_exec(command->spec);
}

unsigned transaction_flags(const struct session *session, const struct command *command)
{
    return transaction_ends_with(session, command) ? session->transaction->flags : 0;
}

size_t transaction_watched(const struct session *session)
{
    return !session->transaction || transaction_is_dirty(session)
               ? 0
               : session->transaction->watcher.count;
}

bool transaction_is_dirty(const struct session *session)
{
    return session->transaction &&
           atomic_load_explicit(&session->transaction->watcher.dirty, memory_order_relaxed);
}

size_t transaction_memory(const struct session *session)
{
    const struct transaction *self = session->transaction;

    return self ? sizeof(*self) + self->bytes + self->capacity * sizeof(*self->calls) +
                      self->watcher.bytes
                : 0;
}

/* --- The queue. */

static void drop_calls(struct transaction *self)
{
    for (size_t i = 0; i < self->count; i++)
        mem_free(self->calls[i].argv);
    if (self->capacity > CALLS_AT_FIRST) {
        mem_free(self->calls);
        self->calls = NULL;
        self->capacity = 0;
    }
    self->count = 0;
    self->bytes = 0;
    self->flags = 0;
    self->open = self->failed = false;
}

/* Copies arguments into one block, whose size is added to the queue's. */
static struct span *copy_argv(struct transaction *self, size_t argc, const struct span *argv)
{
    size_t size = argc * sizeof(struct span);
    struct span *copy;
    char *to;

    for (size_t i = 0; i < argc; i++)
        size += argv[i].size;
    copy = mem_alloc(size);
    to = (char *)(copy + argc);
    for (size_t i = 0; i < argc; i++) {
        copy[i] = span_of(to, argv[i].size);
        if (argv[i].size)
            memcpy(to, argv[i].data, argv[i].size);
        to += argv[i].size;
    }
    self->bytes += size;
    return copy;
}

static void add_call(struct transaction *self, const struct command *command, size_t argc,
                     const struct span *argv)
{
    if (self->count == self->capacity) {
        self->capacity = self->capacity ? self->capacity * 2 : CALLS_AT_FIRST;
        self->calls = mem_realloc(self->calls, self->capacity * sizeof(*self->calls));
    }
    self->bytes += sizeof(*self->calls);
    self->calls[self->count].command = command;
    self->calls[self->count].argc = argc;
    self->calls[self->count++].argv = copy_argv(self, argc, argv);
    if ((command->spec->flags & (CMD_SESSION | CMD_COUNTS_AS_WRITE)) != CMD_SESSION)
        self->flags |= command->spec->flags;
}

bool transaction_queue(struct session *session, const struct command *command, size_t argc,
                       const struct span *argv, struct reply *out)
{
    struct reactor *reactor = session->reactor;
    struct transaction *self = session->transaction;

    if (!transaction_is_open(session) || (command->spec->flags & CMD_NEVER_QUEUED))
        return false;
    /* What would only be thrown away is not kept. */
    if (!self->failed && !transaction_is_dirty(session))
        add_call(self, command, argc, argv);
    reply_simple(out, "QUEUED");
    /* EXEC will need a request for each call, too */
    if ((int64_t)(self->bytes + self->count * sizeof(struct request) + session->input.size) >
        server_config(reactor->server)->client_query_buffer_limit) {
        reactor->stats.query_buffer_disconnections++;
        session_close(session);
    }
    return true;
}

/* The text of the error reply in `out`, without '-' and line end, in the arena. */
static struct span error_text(const struct session *session, const struct reply *out)
{
    struct span text = span_of(out->out->data + out->start, reply_size(out));

    if (text.size > 3)
        text = span_of(text.data + 1, text.size - 3);
    return arena_span(session->reactor->arena, text);
}

void transaction_refused(struct session *session, const struct command *command, struct reply *out)
{
    struct span text;

    if (command && transaction_is_exec(command->spec)) {
        text = error_text(session, out);
        if (text.size > 4 && memcmp(text.data, "ERR ", 4) == 0)
            text = span_of(text.data + 4, text.size - 4);
        reply_restart(out);
        reply_error_format(out, "EXECABORT Transaction discarded because of: %.*s",
                           SPAN_ARGS(text));
        arena_reset(session->reactor->arena);
        transaction_discard(session);
    } else if (transaction_is_open(session)) {
        session->transaction->failed = true;
    }
}

/* --- The end. */

void transaction_unwatch(struct session *session)
{
    struct server *server = session->reactor->server;
    struct transaction *self = session->transaction;
    uint64_t shards;

    if (!self || !self->watcher.marks)
        return;
    shards = self->watcher.shards;
    keyspace_lock(server->keyspace, shards);
    watch_clear(server->watches, &self->watcher);
    keyspace_unlock(server->keyspace, shards);
}

void transaction_discard(struct session *session)
{
    if (!session->transaction)
        return;
    drop_calls(session->transaction);
    transaction_unwatch(session);
}

void transaction_free(struct session *session)
{
    if (!session->transaction)
        return;
    transaction_discard(session);
    mem_free(session->transaction->calls);
    mem_free(session->transaction);
    session->transaction = NULL;
}

/* --- EXEC. */

struct run {
    struct session *session;
    struct transaction *transaction;
    struct request *requests; /* one for each call, in the arena */
    uint64_t shards;
    bool sharded;
};

/* Makes the requests and finds out what has to be held for all of them. */
static void prepare(struct run *run)
{
    struct reactor *reactor = run->session->reactor;
    struct transaction *self = run->transaction;

    run->requests = arena_alloc(reactor->arena, (self->count + 1) * sizeof(*run->requests));
    run->shards = self->watcher.shards;
    run->sharded = !atomic_load_explicit(&reactor->server->loading, memory_order_relaxed);
    for (size_t i = 0; i < self->count; i++) {
        struct request *rq = &run->requests[i];
        uint64_t shards;

        dispatch_prepare(reactor, rq, reactor->arena);
        rq->spec = self->calls[i].command->spec;
        rq->argc = self->calls[i].argc;
        rq->argv = self->calls[i].argv;
        rq->host = run->session;
        if (!(rq->spec->flags & CMD_SHARDED) ||
            dispatch_find_keys(rq, self->calls[i].command, &shards) < 0)
            run->sharded = false;
        else
            run->shards |= shards;
    }
}

/* The user's rules may have changed since the call was queued, or the user: by AUTH, just now. */
static bool is_still_permitted(struct run *run, size_t at, struct reply *out)
{
    static const char *const reasons[] = {
        [ACL_DENIED_COMMAND] = "no permission to execute the command or subcommand",
        [ACL_DENIED_KEY] = "no permission to touch the specified keys",
        [ACL_DENIED_CHANNEL] = "no permission to access one of the channels used as arguments to "
                               "the command",
    };
    struct session *session = run->session;
    struct reactor *reactor = session->reactor;
    const struct acl_user *user = session->user;
    const struct transaction_call *call = &run->transaction->calls[at];
    const char *error;
    struct acl_denial why;

    if (user->unrestricted)
        return true;
    if (acl_check(user, call->command, call->argc, call->argv, reactor->arena, &why) !=
        ACL_ALLOWED) {
        acl_refuse(reactor, session, user, call->command, call->argv, &why, ACL_MULTI, NULL);
        reply_error_format(out,
                           "NOPERM ACLs rules changed between the moment the transaction was "
                           "accumulated and the EXEC call. This command is no longer allowed for "
                           "the following reason: %s",
                           reasons[why.verdict]);
        reactor->stats.commands[call->command->number].rejected++;
        return false;
    }
    error = acl_check_options(user, call->command, call->argc, call->argv);
    if (error)
        reply_error(out, error);
    return !error;
}

/* One call of the transaction. What earlier ones did to the connection (SELECT, HELLO) and to the
 * configuration counts. */
static void run_call(struct run *run, size_t at, uint64_t held, struct reply *out)
{
    struct session *session = run->session;
    struct reactor *reactor = session->reactor;
    const struct command *command = run->transaction->calls[at].command;
    struct request *rq = &run->requests[at];
    struct reply reply;

    reactor->acting = session->tracker;
    rq->db = session->db;
    rq->flags |= REQUEST_NO_WAIT | (session->flags & SESSION_NO_TOUCH ? REQUEST_NO_TOUCH : 0);
    rq->held_shards = held;
    reply_init(&reply, out->out, out->protocol);
    if (!is_still_permitted(run, at, &reply))
        return;
    unit_run(reactor, session, command, rq, &reply);
    out->protocol = reply.protocol;
}

/* All calls, with everything held. */
static void run_all(struct run *run, struct reply *out)
{
    struct reactor *reactor = run->session->reactor;
    struct transaction *self = run->transaction;
    uint64_t held = run->sharded ? run->shards : SHARDS_ALL;
    struct request look;
    bool clean;

    dispatch_prepare(reactor, &look, reactor->arena);
    look.held_shards = held;
    clean = watch_is_clean(&self->watcher, &look);
    watch_clear(reactor->server->watches, &self->watcher);
    if (!clean) {
        reply_null_array(out);
        return;
    }
    reply_array(out, self->count);
    unit_begin(reactor);
    for (size_t i = 0; i < self->count; i++)
        run_call(run, i, held, out);
    unit_end(reactor);
    for (size_t i = 0; i < self->count; i++)
        persistence_note(reactor->server->persistence, &run->session->gate, &run->requests[i]);
}

void transaction_execute(struct session *session, struct reply *out)
{
    struct reactor *reactor = session->reactor;
    struct server *server = reactor->server;
    struct run run = {.session = session, .transaction = session->transaction};
    bool busy = false;

    if (run.transaction->failed) {
        reply_error(out, "EXECABORT Transaction discarded because of previous errors.");
        transaction_discard(session);
        return;
    }
    prepare(&run);
    run.transaction->open = false; /* the calls are about a connection outside of MULTI again */
    if (run.sharded) {
        keyspace_lock(server->keyspace, run.shards);
        run_all(&run, out);
        keyspace_unlock(server->keyspace, run.shards);
    } else {
        world_stop(server->world, reactor->index);
        busy = atomic_load_explicit(&server->busy, memory_order_relaxed) != 0;
        if (!busy) /* a script may have begun meanwhile, see dispatch.c */
            run_all(&run, out);
        world_resume(server->world, reactor->index);
    }
    if (busy) {
        script_busy_reply(server, out);
        transaction_unwatch(session);
    }
    reactor->acting = NULL;
    drop_calls(run.transaction);
    if (reactor->ready)
        dispatch_serve_ready(reactor);
}
