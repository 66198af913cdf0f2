/* migrate_commands.c - MIGRATE.
 *
 *   home:    note the keys' values, with their shards held; suspend the session
 *   worker:  send them and hear what the target says, holding nothing
 *   home:    with the shards held again: delete what was accepted and is still what was sent
 *
 * Redis stands still meanwhile, so nothing can change under way. Here it can: a key that has
 * changed is sent once more, with its shard held until the target has it, so that what is deleted
 * here is exactly what is there. Inside a transaction everything is sent in this way. */
#include "broker/migrate/migrate_commands.h"
#include "broker/command/dispatch.h"
#include "broker/migrate/migrate.h"
#include "broker/net/tls.h"
#include "broker/reactor/reactor.h"
#include "broker/replication/replication.h"
#include "broker/server/log.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "broker/session/suspension.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/num/num.h"
#include "core/time/clock.h"
#include "storage/keyspace/keyspace.h"

#include <stdio.h>

enum {
    DEFAULT_TIMEOUT_MS = 1000,
    KEY_PLACE = 3,
    OPTIONS_AT = 6,
};

/* The call under way. */
struct migration {
    struct suspension suspension; /* first */
    struct migrate migrate;
    int db, protocol;
};

/* --- Arguments. */

/* Where the keys are: from `first`, `count` of them. */
struct named_keys {
    size_t first, count;
};

/* As the handler understands the call, whatever a password or a host is called. */
static int find_named(size_t argc, const struct span *argv, struct named_keys *keys)
{
    *keys = (struct named_keys){KEY_PLACE, 1};
    for (size_t at = OPTIONS_AT; at < argc; at++) {
        if (span_is(argv[at], "keys")) {
            if (argv[KEY_PLACE].size)
                return ERR_EXISTS;
            *keys = (struct named_keys){at + 1, argc - at - 1};
            return 0;
        }
        if (span_is(argv[at], "auth"))
            at += 1;
        else if (span_is(argv[at], "auth2"))
            at += 2;
    }
    return 0;
}

static int find_keys(size_t argc, const struct span *argv, struct arena *arena,
                     struct command_key **out)
{
    struct named_keys keys;

    if (argc < OPTIONS_AT || find_named(argc, argv, &keys) < 0)
        return ERR_SYNTAX;
    *out = arena_array(arena, keys.count + 1, sizeof(**out));
    for (size_t i = 0; i < keys.count; i++)
        (*out)[i] = (struct command_key){(int)(keys.first + i), KEY_RW | KEY_ACCESS | KEY_DELETE};
    return (int)keys.count;
}

static int fail(struct reply *out, const char *text)
{
    reply_error(out, text);
    return ERR_SYNTAX;
}

static void set_text(struct buffer *to, struct span bytes)
{
    buffer_append_span(to, bytes);
    buffer_append_byte(to, '\0');
}

static int read_options(const struct request *rq, struct migrate *migrate, struct reply *out)
{
    for (size_t at = OPTIONS_AT; at < rq->argc; at++) {
        struct span word = rq->argv[at];
        size_t more = rq->argc - at - 1;

        if (span_is(word, "copy")) {
            migrate->copy = true;
        } else if (span_is(word, "replace")) {
            migrate->replace = true;
        } else if (span_is(word, "auth") && more >= 1) {
            migrate->authenticate = true;
            buffer_clear(&migrate->password);
            buffer_append_span(&migrate->password, rq->argv[at + 1]);
            at += 1;
        } else if (span_is(word, "auth2") && more >= 2) {
            migrate->authenticate = true;
            buffer_clear(&migrate->user);
            buffer_clear(&migrate->password);
            buffer_append_span(&migrate->user, rq->argv[at + 1]);
            buffer_append_span(&migrate->password, rq->argv[at + 2]);
            at += 2;
        } else if (span_is(word, "keys")) {
            if (rq->argv[KEY_PLACE].size)
                return fail(out, "ERR When using MIGRATE KEYS option, the key argument must be "
                                 "set to the empty string");
            return 0;
        } else {
            return fail(out, ERROR_SYNTAX);
        }
    }
    return 0;
}

/* As tls-cluster says now. The context is there for as long as the world is entered, so this is not
 * for the worker. False with the error in `migrate`. */
static bool choose_tls(const struct server *server, struct migrate *migrate)
{
    if (!server_config(server)->tls_cluster)
        return true;
    migrate->tls = server->tls ? tls_dial(server->tls) : NULL;
    if (!migrate->tls)
        snprintf(migrate->error, sizeof(migrate->error), "IOERR no memory for TLS");
    return migrate->tls != NULL;
}

static int read_arguments(const struct request *rq, struct migrate *migrate, struct reply *out)
{
    int64_t timeout;

    if (read_options(rq, migrate, out) < 0)
        return ERR_SYNTAX;
    if (num_parse_i64(rq->argv[5], &timeout) < 0 ||
        num_parse_i64(rq->argv[4], &migrate->target_db) < 0)
        return fail(out, ERROR_NOT_INTEGER);
    migrate->timeout_ms = timeout <= 0 || timeout > INT32_MAX ? DEFAULT_TIMEOUT_MS : (int)timeout;
    set_text(&migrate->host, rq->argv[1]);
    set_text(&migrate->port, rq->argv[2]);
    return 0;
}

/* --- The end. */

/* Deletes what the target has, logging that instead of the call. The shards are held. */
static void delete_moved(struct request *rq, struct migrate *migrate)
{
    struct span *argv = arena_array(rq->arena, migrate->key_count + 1, sizeof(*argv));
    size_t argc = 1;

    argv[0] = SPAN("DEL");
    for (size_t i = 0; i < migrate->key_count; i++) {
        struct migrate_key *moved = &migrate->keys[i];
        struct key key;

        if (!moved->accepted)
            continue;
        key = request_key_of(rq, arena_span(rq->arena, span_of(moved->name.data, moved->name.size)),
                             rq->db);
        if (!keyspace_delete(rq, key, rq->settings->lazyfree_lazy_server_del))
            continue;
        argv[argc++] = key.name;
        request_changed(rq, key, EVENT_GENERIC, "del");
    }
    if (argc > 1 && request_is_logged(rq))
        request_rewrite(rq, argc, argv);
}

static void write_reply(const struct migrate *migrate, struct reply *out)
{
    if (migrate->error[0])
        reply_error(out, migrate->error);
    else
        reply_ok(out);
}

/* Keys that were changed on the way are noted anew, to be sent again. True if there are any. */
static bool renew_changed(struct request *rq, struct migrate *migrate, struct migrate *again)
{
    for (size_t i = 0; i < migrate->key_count; i++) {
        struct migrate_key *noted = &migrate->keys[i];
        struct key key = request_key_of(rq, span_of(noted->name.data, noted->name.size), rq->db);

        if (!noted->accepted || migrate_is_unchanged(noted, rq, key))
            continue;
        noted->accepted = false; /* as far as deleting is concerned */
        migrate_add(again, rq, key);
    }
    return again->key_count > 0;
}

/* With the shards held: sends what has changed meanwhile, and deletes. */
static void settle(const struct server *server, struct request *rq, struct migrate *migrate)
{
    struct migrate again = {.authenticate = migrate->authenticate,
                            .replace = true,
                            .target_db = migrate->target_db,
                            .timeout_ms = migrate->timeout_ms};

    if (migrate->copy)
        return;
    if (replication_is_replica(server->replication) && server_config(server)->replica_read_only) {
        /* since it began: what is deleted here now, the primary would still have */
        snprintf(migrate->error, sizeof(migrate->error),
                 "UNBLOCKED force unblock from blocking operation, instance state changed "
                 "(master -> replica?)");
        return;
    }
    if (renew_changed(rq, migrate, &again)) {
        buffer_append(&again.host, migrate->host.data, migrate->host.size);
        buffer_append(&again.port, migrate->port.data, migrate->port.size);
        buffer_append(&again.user, migrate->user.data, migrate->user.size);
        buffer_append(&again.password, migrate->password.data, migrate->password.size);
        if (choose_tls(server, &again))
            migrate_send(&again, rq->now_ms, &server->workers.stopping);
        if (again.error[0] && !migrate->error[0])
            memcpy(migrate->error, again.error, sizeof(migrate->error));
        delete_moved(rq, &again);
    }
    delete_moved(rq, migrate);
    migrate_release(&again);
}

/* The client is told that there is no connection; why, is for the operator, who has the
 * certificates.
 */
static void say_tls_failure(const struct server *server, const struct migrate *migrate)
{
    if (server_config(server)->tls_cluster && migrate->unreachable.code)
        log_line(server->log, LOG_NOTICE, "MIGRATE: %s", migrate->unreachable.text);
}

static void finish(struct suspension *suspension)
{
    struct migration *migration = (struct migration *)suspension;
    struct reactor *reactor = suspension->home;
    struct server *server = reactor->server;
    struct migrate *migrate = &migration->migrate;
    struct request rq;
    struct reply out;

    say_tls_failure(server, migrate);
    if (!atomic_load_explicit(&server->stopping, memory_order_relaxed)) {
        dispatch_prepare(reactor, &rq, reactor->serve_arena);
        rq.spec = &migrate_commands[0];
        rq.db = migration->db;
        for (size_t i = 0; i < migrate->key_count; i++) {
            struct buffer *name = &migrate->keys[i].name;
            struct key key = request_key_of(&rq, span_of(name->data, name->size), rq.db);

            rq.held_shards |= key_shard_bit(&key);
        }
        keyspace_lock(server->keyspace, rq.held_shards);
        settle(server, &rq, migrate);
        dispatch_effects(reactor, &rq);
        keyspace_unlock(server->keyspace, rq.held_shards);
        arena_reset(reactor->serve_arena);
        dispatch_serve_ready(reactor);
    }
    reply_init(&out, &suspension->reply, migration->protocol);
    write_reply(migrate, &out);
    suspension_end(suspension);
    migrate_release(migrate);
    mem_free(migration);
}

static void work(void *argument)
{
    struct migration *migration = argument;
    struct server *server = migration->suspension.home->server;

    migrate_send(&migration->migrate, clock_now_ms(), &server->workers.stopping);
    suspension_post(&migration->suspension);
}

/* --- The beginning. */

/* In a transaction: everything at once, with all shards held. */
static void run_held(const struct server *server, struct request *rq, struct migration *migration,
                     struct reply *out)
{
    migrate_send(&migration->migrate, rq->now_ms, NULL);
    say_tls_failure(server, &migration->migrate);
    if (!migration->migrate.copy)
        delete_moved(rq, &migration->migrate);
    if (request_is_logged(rq) && rq->rewrite_count == 0)
        request_rewrite(rq, 0, NULL);
    write_reply(&migration->migrate, out);
}

static void drop(struct migration *migration)
{
    migrate_release(&migration->migrate);
    mem_free(migration);
}

/* MIGRATE host port key|"" db timeout [options] -> OK when the target has all keys that exist. */
static void migrate(struct request *rq, struct reply *out)
{
    struct session *session = request_session(rq);
    struct server *server = session->reactor->server;
    struct migration *migration = mem_zalloc(sizeof(*migration));
    struct named_keys keys;

    migration->db = rq->db;
    migration->protocol = session->protocol;
    if (read_arguments(rq, &migration->migrate, out) < 0) {
        drop(migration);
        return;
    }
    find_named(rq->argc, rq->argv, &keys);
    for (size_t i = 0; i < keys.count; i++)
        migrate_add(&migration->migrate, rq, request_key(rq, keys.first + i));
    if (migration->migrate.key_count == 0) {
        reply_simple(out, "NOKEY");
        drop(migration);
    } else if (!choose_tls(server, &migration->migrate)) {
        write_reply(&migration->migrate, out);
        drop(migration);
    } else if (rq->flags & REQUEST_NO_WAIT) {
        run_held(server, rq, migration, out);
        drop(migration);
    } else {
        suspension_begin(&migration->suspension, session, finish);
        if (workers_start(&server->workers, work, migration))
            return;
        suspension_abandon(session);
        reply_error(out, "ERR too many keys are being migrated at the same time, try again later");
        drop(migration);
    }
}

const struct command_spec migrate_commands[] = {
    {.name = "migrate",
     .usage = "host port <key | \"\"> destination-db timeout [COPY] [REPLACE] [AUTH password | "
              "AUTH2 username password] [KEYS key [key ...]]",
     .summary = "Moves keys to another server.",
     .group = "generic",
     .since = "2.6.0",
     .complexity = "O(N) in the size of the values, here and at the target",
     .arity = -6,
     .flags = CMD_WRITE | CMD_MOVABLEKEYS | CMD_SHARDED | CMD_SESSION,
     .acl = ACL_KEYSPACE | ACL_DANGEROUS,
     .keys = {KEY_AT(3, KEY_RW | KEY_ACCESS | KEY_DELETE),
              KEYS_AFTER("KEYS", -2, -1, 1, 0, KEY_RW | KEY_ACCESS | KEY_DELETE | KEY_INCOMPLETE)},
     .tips = {"nondeterministic_output"},
     .run = migrate,
     .find_keys = find_keys},
    {.name = NULL},
};
