#include "broker/script/function_commands.h"
#include "broker/command/help.h"
#include "broker/script/busy.h"
#include "broker/script/engine.h"
#include "core/num/num.h"
#include "core/text/glob.h"
#include "core/time/clock.h"

#include <stdlib.h>

/* --- Calling. */

static void call_function(struct request *rq, bool must_not_write, struct reply *out)
{
    struct scripts *scripts = scripts_of(rq);
    struct function *function = function_find(scripts, rq->argv[1]);
    struct script_target target;
    int64_t count;
    size_t keys;

    if (!function) {
        reply_error(out, "ERR Function not found");
        return;
    }
    if (num_parse_i64(rq->argv[2], &count) < 0) {
        reply_error(out, "ERR Bad number of keys provided");
        return;
    }
    if (!script_parse_keys(rq, &keys, out))
        return;
    target = (struct script_target){
        .engine = &scripts->functions,
        .function = function->reference,
        .name = function->name,
        .flags = function->flags,
        .is_function = true,
        .must_not_write = must_not_write,
    };
    script_run(scripts, &target, rq, keys, out);
}

/* FCALL function numkeys [key ...] [arg ...] -> what the function returns. */
static void fcall(struct request *rq, struct reply *out)
{
    call_function(rq, false, out);
}

static void fcall_ro(struct request *rq, struct reply *out)
{
    call_function(rq, true, out);
}

/* --- Changing. The calls are logged as they are. */

static void changed(struct request *rq)
{
    request_effect(rq, (struct key){.db = rq->db}, EFFECT_DIRTY, 0, NULL);
}

/* FUNCTION LOAD [REPLACE] function-code -> the library's name. */
static void function_load(struct request *rq, struct reply *out)
{
    struct diag diag = {0};
    struct library *library;
    bool replace = false;

    for (size_t i = 2; i + 1 < rq->argc; i++) {
        if (!span_is(rq->argv[i], "replace")) {
            reply_error_format(out, "ERR Unknown option given: %.*s", SPAN_ARGS(rq->argv[i]));
            return;
        }
        replace = true;
    }
    library = library_load(scripts_of(rq), rq->argv[rq->argc - 1], replace,
                           !(rq->flags & REQUEST_REPLAY), &diag);
    if (!library) {
        reply_error_format(out, "ERR %s", diag.text);
        return;
    }
    changed(rq);
    reply_bulk(out, span_of(library->name, library->name_size));
}

/* FUNCTION DELETE library-name */
static void function_delete(struct request *rq, struct reply *out)
{
    struct scripts *scripts = scripts_of(rq);
    struct library *library = library_find(scripts, rq->argv[2]);

    if (!library) {
        reply_error(out, "ERR Library not found");
        return;
    }
    library_delete(scripts, library);
    changed(rq);
    reply_ok(out);
}

/* FUNCTION FLUSH [ASYNC|SYNC] */
static void function_flush(struct request *rq, struct reply *out)
{
    if (rq->argc > 3) {
        reply_error(out, "ERR unknown subcommand or wrong number of arguments for 'flush'. Try "
                         "FUNCTION HELP.");
        return;
    }
    if (rq->argc == 3 && !span_is(rq->argv[2], "async") && !span_is(rq->argv[2], "sync")) {
        reply_error(out, "ERR FUNCTION FLUSH only supports SYNC|ASYNC option");
        return;
    }
    library_flush(scripts_of(rq));
    changed(rq);
    reply_ok(out);
}

/* FUNCTION RESTORE payload [FLUSH|APPEND|REPLACE] */
static void function_restore(struct request *rq, struct reply *out)
{
    enum function_policy policy = FUNCTION_APPEND;
    struct diag diag = {0};

    if (rq->argc > 4) {
        reply_error(out, "ERR unknown subcommand or wrong number of arguments for 'restore'. Try "
                         "FUNCTION HELP.");
        return;
    }
    if (rq->argc == 4) {
        if (span_is(rq->argv[3], "replace"))
            policy = FUNCTION_REPLACE;
        else if (span_is(rq->argv[3], "flush"))
            policy = FUNCTION_FLUSH;
        else if (!span_is(rq->argv[3], "append")) {
            reply_error(out, "ERR Wrong restore policy given, value should be either FLUSH, APPEND "
                             "or REPLACE.");
            return;
        }
    }
    if (library_restore(scripts_of(rq), rq->argv[2], policy, !(rq->flags & REQUEST_REPLAY), &diag) <
        0) {
        reply_error_format(out, "ERR %s", diag.text);
        return;
    }
    changed(rq);
    reply_ok(out);
}

/* --- Looking. */

static void function_dump(struct request *rq, struct reply *out)
{
    struct buffer payload = {0};

    library_dump(scripts_of(rq), &payload);
    reply_bulk(out, span_of(payload.data, payload.size));
    buffer_release(&payload);
}

static void list_function(const struct function *function, struct reply *out)
{
    size_t flags = 0;

    reply_map(out, 3);
    reply_bulk_text(out, "name");
    reply_bulk(out, span_of(function->name, function->name_size));
    reply_bulk_text(out, "description");
    if (function->description)
        reply_bulk_text(out, function->description);
    else
        reply_null(out);
    reply_bulk_text(out, "flags");
    for (size_t i = 0; script_flag_name(i); i++)
        flags += (function->flags >> i) & 1;
    reply_set(out, flags);
    for (size_t i = 0; script_flag_name(i); i++)
        if ((function->flags >> i) & 1)
            reply_simple(out, script_flag_name(i));
}

static void list_library(const struct library *library, bool with_code, struct reply *out)
{
    reply_map(out, with_code ? 4 : 3);
    reply_bulk_text(out, "library_name");
    reply_bulk(out, span_of(library->name, library->name_size));
    reply_bulk_text(out, "engine");
    reply_bulk_text(out, "LUA");
    reply_bulk_text(out, "functions");
    reply_array(out, library->function_count);
    for (const struct function *function = library->functions; function; function = function->next)
        list_function(function, out);
    if (with_code) {
        reply_bulk_text(out, "library_code");
        reply_bulk(out, span_of(library->code, library->code_size));
    }
}

struct list_options {
    bool with_code;
    struct span pattern; /* no data: all */
};

static bool parse_list(const struct request *rq, struct list_options *options, struct reply *out)
{
    *options = (struct list_options){0};
    for (size_t i = 2; i < rq->argc; i++) {
        if (!options->with_code && span_is(rq->argv[i], "withcode")) {
            options->with_code = true;
        } else if (!options->pattern.data && span_is(rq->argv[i], "libraryname")) {
            if (i + 1 == rq->argc) {
                reply_error(out, "ERR library name argument was not given");
                return false;
            }
            options->pattern = rq->argv[++i];
        } else {
            reply_error_format(out, "ERR Unknown argument %.*s", SPAN_ARGS(rq->argv[i]));
            return false;
        }
    }
    return true;
}

/* FUNCTION LIST [LIBRARYNAME pattern] [WITHCODE] -> the libraries with their functions. */
static void function_list(struct request *rq, struct reply *out)
{
    struct list_options options;
    const struct library *library;
    size_t mark = reply_defer(out), count = 0;

    if (!parse_list(rq, &options, out))
        return;
    for (library = scripts_of(rq)->table.first; library; library = library->next) {
        if (options.pattern.data &&
            !glob_match(options.pattern, span_of(library->name, library->name_size), true))
            continue;
        list_library(library, options.with_code, out);
        count++;
    }
    reply_defer_array(out, mark, count);
}

/* FUNCTION STATS -> the function that is running, if any, and how many there are. */
static void function_stats(struct request *rq, struct reply *out)
{
    struct scripts *scripts = scripts_of(rq);
    const struct script_run *run = scripts->run;

    if (run && !run->target->is_function) {
        script_busy_kill(scripts, true, out); /* it answers that a script runs */
        return;
    }
    reply_map(out, 2);
    reply_bulk_text(out, "running_script");
    if (run) {
        reply_map(out, 3);
        reply_bulk_text(out, "name");
        reply_bulk_text(out, run->target->name);
        reply_bulk_text(out, "command");
        reply_array(out, run->rq->argc);
        for (size_t i = 0; i < run->rq->argc; i++)
            reply_bulk(out, run->rq->argv[i]);
        reply_bulk_text(out, "duration_ms");
        reply_integer(out, (int64_t)((clock_monotonic_ns() - run->started_ns) / 1000000));
    } else {
        reply_null(out);
    }
    reply_bulk_text(out, "engines");
    reply_map(out, 1);
    reply_bulk_text(out, "LUA");
    reply_map(out, 2);
    reply_bulk_text(out, "libraries_count");
    reply_integer(out, (int64_t)dict_count(&scripts->table.libraries));
    reply_bulk_text(out, "functions_count");
    reply_integer(out, (int64_t)dict_count(&scripts->table.functions));
}

static void function_kill(struct request *rq, struct reply *out)
{
    script_busy_kill(scripts_of(rq), true, out);
}

#define SUB(sub_name, sub_usage, sub_summary, sub_arity, sub_flags, handler)                       \
    .name = (sub_name), .usage = (sub_usage), .summary = (sub_summary), .group = "scripting",      \
    .since = "7.0.0", .arity = (sub_arity), .flags = (sub_flags), .acl = ACL_SCRIPTING,            \
    .run = (handler)

static const struct command_spec function_subcommands[] = {
    {SUB("delete", "library-name", "Deletes a library with its functions.", 3,
         CMD_NOSCRIPT | CMD_WRITE, function_delete),
     .complexity = "O(N) for N functions of the library.",
     .tips = {"request_policy:all_shards", "response_policy:all_succeeded"}},
    {SUB("dump", "", "Returns all libraries in the form RESTORE takes.", 2, CMD_NOSCRIPT,
         function_dump),
     .complexity = "O(N) for N bytes of code."},
    {SUB("flush", "[ASYNC | SYNC]", "Deletes all libraries.", -2, CMD_NOSCRIPT | CMD_WRITE,
         function_flush),
     .complexity = "O(N) for N functions.",
     .tips = {"request_policy:all_shards", "response_policy:all_succeeded"}},
    {SUB("help", "", "Returns help about the subcommands.", 2,
         CMD_LOADING | CMD_STALE | CMD_SESSION | CMD_SHARDED, command_help),
     .complexity = "O(1)"},
    {SUB("kill", "", "Ends the function that is running.", 2, CMD_NOSCRIPT | CMD_ALLOW_BUSY,
         function_kill),
     .complexity = "O(1)", .tips = {"request_policy:all_shards", "response_policy:one_succeeded"}},
    {SUB("list", "[LIBRARYNAME library-name-pattern] [WITHCODE]", "Returns the libraries.", -2,
         CMD_NOSCRIPT, function_list),
     .complexity = "O(N) for N functions.", .tips = {"nondeterministic_output_order"}},
    {SUB("load", "[REPLACE] function-code", "Makes a library of functions.", -3,
         CMD_NOSCRIPT | CMD_WRITE | CMD_DENYOOM, function_load),
     .complexity = "O(N) for N bytes of code, and what the code does.",
     .tips = {"request_policy:all_shards", "response_policy:all_succeeded"}},
    {SUB("restore", "serialized-value [FLUSH | APPEND | REPLACE]",
         "Brings back libraries that DUMP gave.", -3, CMD_NOSCRIPT | CMD_WRITE | CMD_DENYOOM,
         function_restore),
     .complexity = "O(N) for N bytes of code, and what the code does.",
     .tips = {"request_policy:all_shards", "response_policy:all_succeeded"}},
    {SUB("stats", "", "Returns what runs now and how many functions there are.", 2,
         CMD_NOSCRIPT | CMD_ALLOW_BUSY, function_stats),
     .complexity = "O(1)",
     .tips = {"nondeterministic_output", "request_policy:all_shards", "response_policy:special"}},
    {.name = NULL},
};

enum {
    RUNNER_FLAGS =
        CMD_NOSCRIPT | CMD_SKIP_MONITOR | CMD_STALE | CMD_MOVABLEKEYS | CMD_NO_MANDATORY_KEYS
};

const struct command_spec function_commands[] = {
    {.name = "fcall",
     .usage = "function numkeys [key [key ...]] [arg [arg ...]]",
     .summary = "Calls a function.",
     .group = "scripting",
     .since = "7.0.0",
     .complexity = "Depends on the function.",
     .arity = -3,
     .flags = RUNNER_FLAGS,
     .acl = ACL_SCRIPTING,
     .keys = {KEYS_COUNTED(2, 1, KEY_RW | KEY_ACCESS | KEY_UPDATE)},
     .run = fcall},
    {.name = "fcall_ro",
     .usage = "function numkeys [key [key ...]] [arg [arg ...]]",
     .summary = "Calls a function that only reads.",
     .group = "scripting",
     .since = "7.0.0",
     .complexity = "Depends on the function.",
     .arity = -3,
     .flags = RUNNER_FLAGS | CMD_READONLY,
     .acl = ACL_SCRIPTING,
     .keys = {KEYS_COUNTED(2, 1, KEY_RO | KEY_ACCESS)},
     .run = fcall_ro},
    {.name = "function",
     .usage = "",
     .summary = "Container of commands about libraries of functions.",
     .group = "scripting",
     .since = "7.0.0",
     .complexity = "Depends on subcommand.",
     .arity = -2,
     .subcommands = function_subcommands},
    {.name = NULL},
};
