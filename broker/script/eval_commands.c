#include "broker/script/eval_commands.h"
#include "broker/command/help.h"
#include "broker/script/busy.h"
#include "broker/script/engine.h"
#include "broker/session/session.h"

static void run_script(struct scripts *scripts, struct script *script, struct request *rq,
                       size_t keys, bool must_not_write, struct reply *out)
{
    struct script_target target = {
        .engine = &scripts->eval,
        .function = script->function,
        .name = script->digest,
        .flags = script->flags,
        .must_not_write = must_not_write,
    };

    script_run(scripts, &target, rq, keys, out);
}

static void run_text(struct request *rq, bool must_not_write, struct reply *out)
{
    struct scripts *scripts = scripts_of(rq);
    struct script *script;
    struct diag diag = {0};
    size_t keys;

    if (!script_parse_keys(rq, &keys, out))
        return;
    script = script_cache_add(scripts, rq->argv[1], false, &diag);
    if (script)
        run_script(scripts, script, rq, keys, must_not_write, out);
    else
        reply_error_format(out, "ERR %s", diag.text);
}

static void run_digest(struct request *rq, bool must_not_write, struct reply *out)
{
    struct scripts *scripts = scripts_of(rq);
    bool is_digest = rq->argv[1].size == SCRIPT_DIGEST_SIZE; /* else the keys do not matter */
    struct script *script;
    size_t keys = 0;

    if (is_digest && !script_parse_keys(rq, &keys, out))
        return;
    script = script_cache_find(scripts, rq->argv[1]);
    if (script)
        run_script(scripts, script, rq, keys, must_not_write, out);
    else
        reply_error(out, "NOSCRIPT No matching script. Please use EVAL.");
}

/* EVAL script numkeys [key ...] [arg ...] -> what the script returns. */
static void eval(struct request *rq, struct reply *out)
{
    run_text(rq, false, out);
}

static void eval_ro(struct request *rq, struct reply *out)
{
    run_text(rq, true, out);
}

/* EVALSHA sha1 numkeys [key ...] [arg ...] -> what the script returns. */
static void evalsha(struct request *rq, struct reply *out)
{
    run_digest(rq, false, out);
}

static void evalsha_ro(struct request *rq, struct reply *out)
{
    run_digest(rq, true, out);
}

/* SCRIPT LOAD script -> its digest. */
static void script_load(struct request *rq, struct reply *out)
{
    struct diag diag = {0};
    struct script *script = script_cache_add(scripts_of(rq), rq->argv[2], true, &diag);

    if (script)
        reply_bulk(out, span_of(script->digest, SCRIPT_DIGEST_SIZE));
    else
        reply_error_format(out, "ERR %s", diag.text);
}

/* SCRIPT EXISTS sha1 [sha1 ...] -> for each one 1 or 0. */
static void script_exists(struct request *rq, struct reply *out)
{
    const struct script_cache *cache = &scripts_of(rq)->cache;

    reply_array(out, rq->argc - 2);
    for (size_t i = 2; i < rq->argc; i++)
        reply_integer(out, script_cache_has(cache, rq->argv[i]));
}

/* SCRIPT FLUSH [ASYNC|SYNC]. Freeing the interpreter is quick enough to be done at once. */
static void script_flush(struct request *rq, struct reply *out)
{
    struct scripts *scripts = scripts_of(rq);

    if (rq->argc > 3 ||
        (rq->argc == 3 && !span_is(rq->argv[2], "async") && !span_is(rq->argv[2], "sync"))) {
        reply_error(out, "ERR SCRIPT FLUSH only support SYNC|ASYNC option");
        return;
    }
    script_cache_clear(&scripts->cache);
    engine_release(&scripts->eval);
    reply_ok(out);
}

static void script_kill(struct request *rq, struct reply *out)
{
    script_busy_kill(scripts_of(rq), false, out);
}

/* There is no debugger: only NO has a meaning. */
static void script_debug(struct request *rq, struct reply *out)
{
    if (span_is(rq->argv[2], "no"))
        reply_ok(out);
    else if (span_is(rq->argv[2], "yes") || span_is(rq->argv[2], "sync"))
        reply_error(out, "ERR The Lua debugger is not available");
    else
        reply_error(out, "ERR Use SCRIPT DEBUG YES/SYNC/NO");
}

#define SCRIPT_SUB(sub_name, sub_usage, sub_summary, sub_arity, sub_flags, handler)                \
    .name = (sub_name), .usage = (sub_usage), .summary = (sub_summary), .group = "scripting",      \
    .arity = (sub_arity), .flags = (sub_flags), .acl = ACL_SCRIPTING, .run = (handler)

static const struct command_spec script_subcommands[] = {
    {SCRIPT_SUB("debug", "<YES | SYNC | NO>", "Would choose how scripts are debugged.", 3,
                CMD_NOSCRIPT, script_debug),
     .since = "3.2.0", .complexity = "O(1)"},
    {SCRIPT_SUB("exists", "sha1 [sha1 ...]", "Tells which scripts are in the cache.", -3,
                CMD_NOSCRIPT, script_exists),
     .since = "2.6.0", .complexity = "O(N) for N digests.",
     .tips = {"request_policy:all_shards", "response_policy:agg_logical_and"}},
    {SCRIPT_SUB("flush", "[ASYNC | SYNC]", "Empties the cache of scripts.", -2, CMD_NOSCRIPT,
                script_flush),
     .since = "2.6.0", .complexity = "O(N) for N scripts in the cache.",
     .tips = {"request_policy:all_nodes", "response_policy:all_succeeded"}},
    {SCRIPT_SUB("help", "", "Returns help about the subcommands.", 2,
                CMD_LOADING | CMD_STALE | CMD_SESSION | CMD_SHARDED, command_help),
     .since = "5.0.0", .complexity = "O(1)"},
    {SCRIPT_SUB("kill", "", "Ends the script that is running.", 2, CMD_NOSCRIPT | CMD_ALLOW_BUSY,
                script_kill),
     .since = "2.6.0", .complexity = "O(1)",
     .tips = {"request_policy:all_shards", "response_policy:one_succeeded"}},
    {SCRIPT_SUB("load", "script", "Puts a script into the cache without running it.", 3,
                CMD_NOSCRIPT | CMD_STALE, script_load),
     .since = "2.6.0", .complexity = "O(N) for N bytes of the script.",
     .tips = {"request_policy:all_nodes", "response_policy:all_succeeded"}},
    {.name = NULL},
};

enum {
    RUNNER_FLAGS =
        CMD_NOSCRIPT | CMD_SKIP_MONITOR | CMD_STALE | CMD_MOVABLEKEYS | CMD_NO_MANDATORY_KEYS
};

#define RUNNER(runner_name, runner_usage, runner_summary, runner_flags, handler)                   \
    .name = (runner_name), .usage = (runner_usage), .summary = (runner_summary),                   \
    .group = "scripting", .complexity = "Depends on the script.", .arity = -3,                     \
    .flags = (runner_flags), .acl = ACL_SCRIPTING, .run = (handler)
#define WRITING                                                                                    \
    {                                                                                              \
        KEYS_COUNTED(2, 1, KEY_RW | KEY_ACCESS | KEY_UPDATE)                                       \
    }
#define READING                                                                                    \
    {                                                                                              \
        KEYS_COUNTED(2, 1, KEY_RO | KEY_ACCESS)                                                    \
    }

const struct command_spec eval_commands[] = {
    {RUNNER("eval", "script numkeys [key [key ...]] [arg [arg ...]]", "Runs a Lua script.",
            RUNNER_FLAGS, eval),
     .since = "2.6.0", .keys = WRITING},
    {RUNNER("evalsha", "sha1 numkeys [key [key ...]] [arg [arg ...]]",
            "Runs a Lua script of the cache.", RUNNER_FLAGS, evalsha),
     .since = "2.6.0", .keys = WRITING},
    {RUNNER("eval_ro", "script numkeys [key [key ...]] [arg [arg ...]]",
            "Runs a Lua script that only reads.", RUNNER_FLAGS | CMD_READONLY, eval_ro),
     .since = "7.0.0", .keys = READING},
    {RUNNER("evalsha_ro", "sha1 numkeys [key [key ...]] [arg [arg ...]]",
            "Runs a Lua script of the cache that only reads.", RUNNER_FLAGS | CMD_READONLY,
            evalsha_ro),
     .since = "7.0.0", .keys = READING},
    {.name = "script",
     .usage = "",
     .summary = "Container of commands about the cache of scripts.",
     .group = "scripting",
     .since = "2.6.0",
     .complexity = "Depends on subcommand.",
     .arity = -2,
     .subcommands = script_subcommands},
    {.name = NULL},
};
