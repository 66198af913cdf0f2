#include "broker/session/execute.h"
#include "broker/acl/acl.h"
#include "broker/command/dispatch.h"
#include "broker/command/eviction.h"
#include "broker/command/registry.h"
#include "broker/observe/monitor.h"
#include "broker/persistence/persistence.h"
#include "broker/pubsub/pubsub.h"
#include "broker/replication/followers.h"
#include "broker/replication/replication.h"
#include "broker/script/busy.h"
#include "broker/script/script.h"
#include "broker/reactor/reactor.h"
#include "broker/server/log.h"
#include "broker/server/server.h"
#include "broker/tracking/tracking.h"
#include "broker/transaction/transaction.h"
#include "core/base/check.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum {
    UNKNOWN_TEXT_LIMIT = 128,
    EXECUTE_LOG_SLACK = 64 << 20,
};

struct session *request_session(const struct request *rq)
{
    CHECK(rq->spec->flags & CMD_SESSION);
    return rq->host;
}

static void reply_unknown(struct reply *out, size_t argc, const struct span *argv)
{
    char args[UNKNOWN_TEXT_LIMIT + 4];
    size_t used = 0;

    args[0] = '\0';
    for (size_t i = 1; i < argc && used < UNKNOWN_TEXT_LIMIT; i++) {
        size_t room = UNKNOWN_TEXT_LIMIT - used;
        int size = (int)(argv[i].size < room ? argv[i].size : room);

        used += (size_t)snprintf(args + used, sizeof(args) - used, "'%.*s' ", size, argv[i].data);
        if (used > UNKNOWN_TEXT_LIMIT)
            used = UNKNOWN_TEXT_LIMIT;
    }
    reply_error_format(out, "ERR unknown command '%.*s', with args beginning with: %s",
                       (int)(argv[0].size < UNKNOWN_TEXT_LIMIT ? argv[0].size : UNKNOWN_TEXT_LIMIT),
                       argv[0].data, args);
}

/* A web page may make a browser send requests here. Their first lines are no commands of anybody
 * else's client, so the connection ends before a line of the body is taken for one. */
static bool is_from_a_browser(struct span word)
{
    return span_is(word, "post") || span_is(word, "host:");
}

/* The command or subcommand of the call, or NULL after writing the error. */
static const struct command *find_command(struct session *session, const struct call *call,
                                          struct reply *out)
{
    const struct command *command = call->command, *sub;
    const struct span *argv = call->argv;
    size_t argc = call->argc;

    if (!command) {
        reply_unknown(out, argc, argv);
        if (is_from_a_browser(argv[0])) {
            log_line(session->reactor->server->log, LOG_WARNING,
                     "Possible SECURITY ATTACK detected: %s sends HTTP. Connection closed.",
                     session->peer);
            session_close(session);
        }
        return NULL;
    }
    if (!command->subcommand_count)
        return command;
    if (argc < 2) {
        if (command->spec->run)
            return command;
        reply_error_format(out, "ERR wrong number of arguments for '%s' command",
                           command->full_name);
        return NULL;
    }
    sub = registry_find_sub(command, argv[1]);
    if (!sub) {
        char upper[64]; /* as it was called: rename-command */
        size_t i = 0;

        for (; i < argv[0].size && i < sizeof(upper) - 1; i++)
            upper[i] = (char)toupper((unsigned char)argv[0].data[i]);
        upper[i] = '\0';
        reply_error_format(
            out, "ERR unknown subcommand '%.*s'. Try %s HELP.",
            (int)(argv[1].size < UNKNOWN_TEXT_LIMIT ? argv[1].size : UNKNOWN_TEXT_LIMIT),
            argv[1].data, upper);
    }
    return sub;
}

/* Beside a subscriber's messages, RESP2 can tell apart the replies of these commands only. */
static bool may_run_subscribed(const struct command *command)
{
    static const char *const names[] = {"ping",         "subscribe",    "unsubscribe",
                                        "psubscribe",   "punsubscribe", "ssubscribe",
                                        "sunsubscribe", "quit",         "reset"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(command->full_name, names[i]) == 0)
            return true;
    return false;
}

/* A replica acknowledges and asks for nothing: a reply would stand in the middle of its stream. So
 * whoever calls anything else is let go. `command` is NULL for what is unknown. */
static bool is_odd_for_replica(const struct session *session, const struct command *command)
{
    static const char *const names[] = {"replconf", "psync", "sync"};

    if (!session->replica || !followers_is_replica(session))
        return false;
    for (size_t i = 0; command && i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(command->full_name, names[i]) == 0)
            return false;
    log_line(session->reactor->server->log, LOG_WARNING,
             "Replica %s calls '%s', which is not for replicas. Connection closed.", session->peer,
             command ? command->full_name : "what nobody knows");
    return true;
}

/* The flags of the call: EXEC has those of what is queued too, a script those it has declared. */
static unsigned flags_of_call(const struct session *session, const struct command *command,
                              size_t argc, const struct span *argv)
{
    return command->spec->flags | transaction_flags(session, command) |
           scripts_declared_flags(session->reactor->server->scripts, command->spec, argc, argv);
}

/* A queue takes memory whatever is in it, and EXEC needs what the queued calls need. */
static bool needs_memory(const struct session *session, unsigned flags)
{
    if (transaction_is_open(session) && !(flags & CMD_NEVER_QUEUED))
        return true;
    return flags & CMD_DENYOOM;
}

/* What can't be made durable isn't done. */
static bool is_refused_by_disk(struct session *session, unsigned flags, struct reply *out)
{
    struct reactor *reactor = session->reactor;
    const char *why;

    if (!(flags & CMD_WRITE))
        return false;
    why = persistence_refusal(reactor->server->persistence, reactor);
    if (why)
        reply_error(out, why);
    return why != NULL;
}

/* As a replica, or as a primary that lacks replicas. */
static bool is_refused_by_role(struct session *session, unsigned flags, struct reply *out)
{
    const char *why = replication_refusal(session->reactor->server->replication, flags);

    if (why)
        reply_error(out, why);
    return why != NULL;
}

/* The log takes what belongs together in one piece. What is logged may be longer than what was sent
 * (an id instead of '*'), so a transaction gets no more than half of that. */
static bool fits_log(const struct session *session, const struct command *command,
                     struct reply *out)
{
    bool queued = transaction_is_open(session);
    size_t limit = queued ? COMMIT_RECORD_LIMIT / 2 + EXECUTE_LOG_SLACK
                          : COMMIT_RECORD_LIMIT - EXECUTE_LOG_SLACK;
    size_t size = session->argv_bytes + (queued ? session->transaction->bytes : 0);

    if (!(command->spec->flags & CMD_WRITE) || size <= limit)
        return true;
    reply_error_format(out, "ERR %s is too large for the log, which takes %zu MiB at once",
                       queued ? "the transaction" : "the call", limit >> 20);
    return false;
}

/* The user's rules allow it. */
static bool is_permitted(struct session *session, const struct command *command, size_t argc,
                         const struct span *argv, struct reply *out)
{
    struct reactor *reactor = session->reactor;
    const struct acl_user *user = session->user;
    const char *error = NULL;
    struct acl_denial why;

    if (user->unrestricted)
        return true;
    if (acl_check(user, command, argc, argv, reactor->arena, &why) != ACL_ALLOWED)
        acl_refuse(reactor, session, user, command, argv, &why, ACL_TOPLEVEL, out);
    else if (!transaction_is_open(session))
        error = acl_check_options(user, command, argc, argv);
    if (error)
        reply_error(out, error);
    if (out->failed || transaction_is_open(session)) /* else the call goes on to use it */
        arena_reset(reactor->arena);
    return !out->failed;
}

static bool may_run(struct session *session, const struct command *command, size_t argc,
                    const struct span *argv, struct reply *out)
{
    const struct command_spec *spec = command->spec;
    struct reactor *reactor = session->reactor;
    const struct settings *settings = &server_config(reactor->server)->settings;
    unsigned flags;

    if (!command_arity_fits(spec, argc)) {
        reply_error_format(out, "ERR wrong number of arguments for '%s' command",
                           command->full_name);
        return false;
    }
    if (!(session->flags & SESSION_AUTHENTICATED) && !(spec->flags & CMD_NO_AUTH) &&
        acl_session_is_stranger(session)) {
        reply_error(out, "NOAUTH Authentication required.");
        return false;
    }
    if ((spec->flags & CMD_NO_MULTI) && transaction_is_open(session)) {
        reply_error(out, "ERR Command not allowed inside a transaction");
        return false;
    }
    if (!is_permitted(session, command, argc, argv, out))
        return false;
    if (atomic_load_explicit(&reactor->server->busy, memory_order_relaxed))
        return script_busy_allows(reactor->server, command, out);
    if (atomic_load_explicit(&reactor->server->loading, memory_order_relaxed) &&
        !(spec->flags & CMD_LOADING)) {
        reply_error(out, "LOADING Redis is loading the dataset in memory");
        return false;
    }
    flags = flags_of_call(session, command, argc, argv);
    if (is_refused_by_disk(session, flags, out) || is_refused_by_role(session, flags, out) ||
        !fits_log(session, command, out))
        return false;
    reactor->lacks_memory = settings->maxmemory > 0 && !eviction_make_room(reactor);
    if (reactor->lacks_memory && needs_memory(session, flags)) {
        reply_error(out, "OOM command not allowed when used memory > 'maxmemory'.");
        return false;
    }
    if (session->protocol < 3 && pubsub_is_subscriber(session) && !may_run_subscribed(command)) {
        reply_error_format(out,
                           "ERR Can't execute '%s': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING "
                           "/ QUIT / RESET are allowed in this context",
                           command->full_name);
        return false;
    }
    return true;
}

/* CLIENT PAUSE holds the command back, or the server itself does: see write_hold. */
static bool is_paused(struct session *session, const struct command *command, size_t argc,
                      const struct span *argv)
{
    struct server *server = session->reactor->server;
    enum pause_mode mode = server_pause_mode(server, session->reactor->now_ms);
    unsigned queued;

    if (mode == PAUSE_NONE || atomic_load_explicit(&server->busy, memory_order_relaxed))
        return false;
    queued = transaction_flags(session, command);
    if (queued)
        return mode == PAUSE_ALL || (queued & CMD_COUNTS_AS_WRITE) != 0;
    if ((command->spec->flags & (CMD_SESSION | CMD_WRITE | CMD_PASSED_ON)) == CMD_SESSION)
        return false; /* so that CLIENT UNPAUSE gets through */
    return mode == PAUSE_ALL || (command->spec->flags & CMD_COUNTS_AS_WRITE) != 0 ||
           scripts_may_write(server->scripts, command->spec, argc, argv);
}

/* What the reply flags make of the bytes a command wrote. */
static void settle_reply(struct session *session, struct reply *out)
{
    bool pushed = session->flags & SESSION_PUSH_REPLY;

    session->flags &= ~(unsigned)SESSION_PUSH_REPLY;
    if (session->flags & SESSION_REPLY_OFF) {
        if (!pushed)
            session->output.own.size = out->start;
    } else if (session->flags & SESSION_REPLY_SKIP) {
        if (!pushed)
            session->output.own.size = out->start;
        if (!session->waiter && !session->suspension)
            session->flags &= ~(unsigned)SESSION_REPLY_SKIP;
    }
    if (session->flags & SESSION_REPLY_SKIP_NEXT) {
        session->flags &= ~(unsigned)SESSION_REPLY_SKIP_NEXT;
        session->flags |= SESSION_REPLY_SKIP;
    }
    if (session->pushes.size > 0) {
        buffer_append(&session->output.own, session->pushes.data, session->pushes.size);
        buffer_clear(&session->pushes);
    }
    if (session_output_size(session) > 0)
        session_wrote(session);
}

void execute_count_call(struct reactor *reactor, const struct observed_call *call,
                        const struct reply *out, uint64_t started_ns)
{
    struct command_stats *stats = &reactor->stats.commands[call->command->number];
    uint64_t took = reactor_tick(reactor) - started_ns;

    stats->calls++;
    stats->nanoseconds += took;
    reactor->stats.command_nanoseconds += took;
    reactor->stats.commands_processed++;
    if (out->failed) {
        stats->failed++;
        if (!out->counted)
            stats_count_error(&reactor->stats, out->out->data + out->error,
                              out->out->size - out->error);
    }
    if (!call->is_blocked)
        observe_took(reactor, call, took, reply_size(out));
}

static void run_command(struct session *session, const struct command *command,
                        const struct call *made, struct reply *out)
{
    struct reactor *reactor = session->reactor;
    uint64_t started_ns = reactor->now_ns;
    struct observed_call call;
    struct request rq;

    dispatch_prepare(reactor, &rq, reactor->arena);
    rq.argc = made->argc;
    rq.argv = made->argv;
    if (made->key_at) {
        rq.known[0].at = made->key_at;
        rq.known[0].hash = made->key_hash;
        rq.known_count = 1;
    }
    rq.db = session->db;
    rq.flags |= session->flags & SESSION_NO_TOUCH ? REQUEST_NO_TOUCH : 0;
    rq.flags |= made->goes_on ? REQUEST_GOES_ON : 0;
    rq.host = session;
    call = observed_call_of(session, command, &rq);
    if (observe_is_watched(reactor->server->observe))
        observe_begin(reactor, &call);
    session->flags |= SESSION_IN_COMMAND;
    if (transaction_ends_with(session, command)) {
        transaction_execute(session, out);
        if (observe_is_watched(reactor->server->observe))
            observe_shown(reactor, &call);
    } else {
        dispatch_run(reactor, session, command, &rq, out);
    }
    session->flags &= ~(unsigned)SESSION_IN_COMMAND;
    arena_reset(reactor->arena);
    call.is_blocked = rq.wait != NULL;
    execute_count_call(reactor, &call, out, started_ns);
}

/* The error is in `out`; `command` may be NULL. */
static void refused(struct session *session, const struct command *command, struct reply *out)
{
    struct reactor *reactor = session->reactor;

    if (command)
        reactor->stats.commands[command->number].rejected++;
    transaction_refused(session, command, out);
    stats_count_error(&reactor->stats, out->out->data + out->start, reply_size(out));
    reactor->stats.commands_processed++;
}

bool session_execute(struct session *session, const struct call *call)
{
    size_t argc = call->argc;
    struct span *argv = call->argv;
    const struct command *command;
    struct reply out;
    bool ran = false;

    reply_init(&out, &session->output.own, session->protocol);
    command = find_command(session, call, &out);
    if (is_odd_for_replica(session, command)) {
        session->output.own.size = out.start;
        session_close(session);
        return true;
    }
    if (command && is_paused(session, command, argc, argv)) {
        session->flags |= SESSION_PAUSED;
        return false;
    }
    session->argv_bytes = call->size;
    if (command) {
        session->last_command = command;
        if (registry_has_renames(session->reactor->server->registry))
            argv[0] = registry_original_name(command, argv[0]);
        ran = may_run(session, command, argc, argv, &out);
    }
    if (!ran)
        refused(session, command, &out);
    else if (!transaction_queue(session, command, argc, argv, &out))
        run_command(session, command, call, &out);
    session->commands++;
    settle_reply(session, &out);
    if (session->linked & (1u << LINK_MONITOR))
        monitors_receive(session->reactor); /* it sees its own calls behind their replies */
    tracking_after_command(session, command);
    return true;
}
