/* replay.c - records of the log, repeated. They were made by calls that had succeeded on the same
 * data, so one that fails now means that data or log are not what they were: loading stops. */
#include "broker/persistence/replay.h"
#include "broker/command/registry.h"
#include "broker/persistence/persistence_internal.h"
#include "broker/server/server.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/num/num.h"
#include "core/resp/request_parser.h"
#include "core/time/clock.h"
#include "storage/keyspace/keyspace.h"

void replay_init(struct replay *replay, struct server *server, struct diag *diag)
{
    *replay = (struct replay){.server = server, .diag = diag};
    replay->arena = arena_new();
    random_init(&replay->random, (uint64_t)clock_monotonic_ns());
}

void replay_release(struct replay *replay)
{
    arena_free(replay->arena);
    buffer_release(&replay->reply);
}

static int damaged(struct replay *replay, const char *what, struct span word)
{
    return diag_set(replay->diag, ERR_DAMAGED, "a record before position %llu: %s '%.*s'",
                    (unsigned long long)replay->position, what,
                    (int)(word.size < 64 ? word.size : 64), word.data);
}

/* What a primary has sent within a transaction is stored with it: messages, long gone. */
static bool is_message(struct span word)
{
    return span_is(word, "publish") || span_is(word, "spublish") || span_is(word, "ping") ||
           span_is(word, "replconf");
}

/* The marks of transactions, messages, and the choice of the database. 1 if it was one. */
static int run_mark(struct replay *replay, size_t argc, const struct span *argv)
{
    int64_t db;

    if (span_is(argv[0], "multi") || span_is(argv[0], "exec") || is_message(argv[0]))
        return 1;
    if (!span_is(argv[0], "select"))
        return 0;
    if (argc != 2 || num_parse_i64(argv[1], &db) < 0 || db < 0 ||
        db >= keyspace_databases(replay->server->keyspace))
        return damaged(replay, "there is no database", argc > 1 ? argv[1] : argv[0]);
    replay->db = (int)db;
    return 1;
}

static const struct command *find_command(const struct server *server, size_t argc,
                                          const struct span *argv)
{
    const struct command *command = registry_find_logged(server->registry, argv[0]);

    if (command && command->subcommand_count && argc > 1 && !command->spec->run)
        command = registry_find_sub(command, argv[1]);
    return command;
}

static int run_record(struct replay *replay, size_t argc, struct span *argv)
{
    struct server *server = replay->server;
    const struct command *command;
    struct request rq;
    struct reply out;
    int rc = run_mark(replay, argc, argv);

    if (rc != 0)
        return rc < 0 ? rc : 0;
    command = find_command(server, argc, argv);
    if (!command || !command->spec->run || command->spec->flags & CMD_SESSION ||
        !command_arity_fits(command->spec, argc))
        return damaged(replay, "no call this server knows:", argv[0]);
    request_init(&rq);
    rq.spec = command->spec;
    rq.argc = argc;
    rq.argv = argv;
    rq.db = replay->db;
    rq.flags = REQUEST_REPLAY | REQUEST_NO_WAIT;
    rq.now_ms = replay->now_ms;
    rq.held_shards = SHARDS_ALL;
    rq.keyspace = server->keyspace;
    rq.settings = &server_config(server)->settings;
    rq.arena = replay->arena;
    rq.random = &replay->random;
    rq.host = server; /* of scripts and functions: see scripts_of */
    buffer_clear(&replay->reply);
    reply_init(&out, &replay->reply, 2);
    command->spec->run(&rq, &out);
    arena_reset(replay->arena);
    if (out.failed && replay->reply.size > 3)
        return damaged(replay, "a call fails with",
                       span_of(replay->reply.data + 1, replay->reply.size - 3));
    replay->records++;
    return 0;
}

int replay_records(void *context, uint64_t position, struct span records)
{
    struct replay *replay = context;
    /* no argument is larger than what holds it, and that was checked where it was read */
    struct request_parser parser = {.limits = {.bulk_bytes = (int64_t)records.size}};
    size_t at = 0;
    int rc = 0;

    replay->position = position;
    replay->now_ms = clock_now_ms();
    while (rc >= 0 && at < records.size) {
        size_t consumed = 0;

        rc = request_parser_feed(&parser, records.data + at, records.size - at, &consumed);
        if (rc <= 0 || parser.argc == 0) {
            rc = damaged(replay, "not a call:", span_of(records.data + at, records.size - at));
            break;
        }
        rc = run_record(replay, parser.argc, parser.argv);
        at += consumed;
        request_parser_reset(&parser);
    }
    request_parser_release(&parser);
    return rc < 0 ? rc : 0;
}
