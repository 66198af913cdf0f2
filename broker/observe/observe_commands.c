#include "broker/observe/observe_commands.h"
#include "broker/command/help.h"
#include "broker/observe/hotkeys.h"
#include "broker/observe/monitor.h"
#include "broker/observe/observe.h"
#include "broker/observe/slowlog.h"
#include "broker/reactor/reactor.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "core/num/num.h"

/* Nothing of the keyspace is touched and the parts guard themselves, so the world goes on. */
#define OBSERVE_FLAGS (CMD_SESSION | CMD_SHARDED)
#define ADMIN_FLAGS   (CMD_ADMIN | CMD_LOADING | CMD_STALE | OBSERVE_FLAGS)
#define HELP_FLAGS    (CMD_LOADING | CMD_STALE | OBSERVE_FLAGS)
#define HOTKEYS_FLAGS (CMD_ADMIN | CMD_NOSCRIPT | OBSERVE_FLAGS)

static struct observe *observe_of(const struct request *rq)
{
    return request_session(rq)->reactor->server->observe;
}

/* --- SLOWLOG. */

enum {
    SLOWLOG_COUNT_DEFAULT = 10
};

/* SLOWLOG GET [count] */
static void slowlog_get(struct request *rq, struct reply *out)
{
    int64_t count = SLOWLOG_COUNT_DEFAULT;

    if (rq->argc > 3) {
        reply_error_format(out,
                           "ERR unknown subcommand or wrong number of arguments for '%.*s'. Try "
                           "SLOWLOG HELP.",
                           SPAN_ARGS(rq->argv[1]));
        return;
    }
    if (rq->argc == 3 && (num_parse_i64(rq->argv[2], &count) < 0 || count < -1)) {
        reply_error(out, "ERR count should be greater than or equal to -1");
        return;
    }
    slowlog_report(observe_of(rq)->slowlog, count, out);
}

static void slowlog_len(struct request *rq, struct reply *out)
{
    reply_integer(out, (int64_t)slowlog_count(observe_of(rq)->slowlog));
}

static void slowlog_reset(struct request *rq, struct reply *out)
{
    slowlog_clear(observe_of(rq)->slowlog);
    reply_ok(out);
}

static const struct command_spec slowlog_subcommands[] = {
    {.name = "get",
     .usage = "[count]",
     .since = "2.2.12",
     .arity = -2,
     .summary = "Gives the latest slow calls.",
     .group = "server",
     .complexity = "O(N) in the calls given",
     .flags = ADMIN_FLAGS,
     .tips = {"request_policy:all_nodes", "nondeterministic_output"},
     .run = slowlog_get},
    {.name = "help",
     .usage = "",
     .since = "6.2.0",
     .arity = 2,
     .summary = "Explains the subcommands.",
     .group = "server",
     .complexity = "O(1)",
     .flags = HELP_FLAGS,
     .run = command_help},
    {.name = "len",
     .usage = "",
     .since = "2.2.12",
     .arity = 2,
     .summary = "Counts the slow calls that are kept.",
     .group = "server",
     .complexity = "O(1)",
     .flags = ADMIN_FLAGS,
     .tips = {"request_policy:all_nodes", "response_policy:agg_sum", "nondeterministic_output"},
     .run = slowlog_len},
    {.name = "reset",
     .usage = "",
     .since = "2.2.12",
     .arity = 2,
     .summary = "Forgets all slow calls.",
     .group = "server",
     .complexity = "O(N) in the calls kept",
     .flags = ADMIN_FLAGS,
     .tips = {"request_policy:all_nodes", "response_policy:all_succeeded"},
     .run = slowlog_reset},
    {.name = NULL},
};

/* --- MONITOR. */

/* MONITOR. A second one is not answered. */
static void monitor(struct request *rq, struct reply *out)
{
    struct session *session = request_session(rq);

    if (rq->flags & REQUEST_NO_WAIT) {
        reply_error(out, "ERR MONITOR isn't allowed for DENY BLOCKING client");
        return;
    }
    if (session->linked & (1u << LINK_MONITOR))
        return;
    monitors_start(session);
    reply_ok(out);
}

/* --- HOTKEYS. */

static bool parse_metrics(struct request *rq, size_t *at, struct hotkeys_options *options,
                          struct reply *out)
{
    static const char *const names[HOTKEYS_METRICS] = {"CPU", "NET"};
    int64_t count;

    if (num_parse_i64(rq->argv[*at], &count) < 0 || count < 1 || count > HOTKEYS_METRICS) {
        reply_error(out, "ERR METRICS count must be > 0 and <= 2");
        return false;
    }
    ++*at;
    if ((size_t)count > rq->argc - *at) {
        reply_error(out, "ERR METRICS count does not match number of metric types provided");
        return false;
    }
    for (; count > 0; count--, ++*at)
        for (int i = 0; i < HOTKEYS_METRICS; i++) {
            if (!span_is(rq->argv[*at], names[i]))
                continue; /* metrics still to be invented are let pass */
            if (options->wanted[i]) {
                reply_error_format(out, "ERR METRICS %s defined more than once!", names[i]);
                return false;
            }
            options->wanted[i] = true;
        }
    if (options->wanted[HOTKEYS_CPU] || options->wanted[HOTKEYS_NET])
        return true;
    reply_error(out, "ERR METRICS no valid metrics passed. Supported: CPU|NET");
    return false;
}

/* One option with a number behind it: 1 if it was that, 0 if not, -1 after an error. */
static int parse_number(struct request *rq, size_t *at, struct hotkeys_options *options,
                        struct reply *out)
{
    static const struct {
        const char *name;
        int64_t min, max;
        const char *error;
    } numbers[] = {
        {"COUNT", 1, HOTKEYS_COUNT_LIMIT, "ERR COUNT must be between 1 and 64"},
        {"DURATION", 1, 1000000, "ERR DURATION must be between 1 and 1000000"},
        {"SAMPLE", 1, INT32_MAX, "ERR SAMPLE ratio must be positive"},
    };
    int64_t *const fields[] = {&options->count, &options->duration_ms, &options->sample};

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        int64_t value;

        if (!span_is(rq->argv[*at], numbers[i].name) || *at + 1 >= rq->argc)
            continue;
        if (num_parse_i64(rq->argv[*at + 1], &value) < 0 || value < numbers[i].min ||
            value > numbers[i].max) {
            reply_error(out, numbers[i].error);
            return -1;
        }
        *fields[i] = value;
        *at += 2;
        return 1;
    }
    return 0;
}

static bool parse_options(struct request *rq, struct hotkeys_options *options, struct reply *out)
{
    size_t at = 3;

    if (rq->argc < 4 || !span_is(rq->argv[2], "METRICS")) {
        reply_error(out, "ERR METRICS parameter is required");
        return false;
    }
    if (!parse_metrics(rq, &at, options, out))
        return false;
    while (at < rq->argc) {
        int rc = parse_number(rq, &at, options, out);

        if (rc < 0)
            return false;
        if (rc > 0)
            continue;
        reply_error(out, span_is(rq->argv[at], "SLOTS")
                             ? "ERR SLOTS parameter cannot be used in non-cluster mode"
                             : ERROR_SYNTAX);
        return false;
    }
    return true;
}

/* HOTKEYS START METRICS count [CPU] [NET] [COUNT k] [DURATION seconds] [SAMPLE ratio] */
static void start(struct request *rq, struct reply *out)
{
    struct hotkeys_options options = {.count = HOTKEYS_COUNT_DEFAULT, .sample = 1};
    struct hotkeys_state state;

    hotkeys_state(observe_of(rq), rq->now_ms, &state); /* said whatever the arguments are */
    if (!state.active && !parse_options(rq, &options, out))
        return;
    options.duration_ms *= 1000;
    if (state.active || hotkeys_start(observe_of(rq), &options, rq->now_ms) < 0)
        reply_error(out, "ERR hotkey tracking session already in progress");
    else
        reply_ok(out);
}

static void stop(struct request *rq, struct reply *out)
{
    if (hotkeys_stop(observe_of(rq), rq->now_ms))
        reply_ok(out);
    else
        reply_null(out);
}

static void reset(struct request *rq, struct reply *out)
{
    if (hotkeys_reset(observe_of(rq), rq->now_ms) < 0)
        reply_error(out, "ERR hotkey tracking session in progress, stop tracking first");
    else
        reply_ok(out);
}

static void get(struct request *rq, struct reply *out)
{
    hotkeys_report(observe_of(rq), rq->now_ms, out);
}

static const struct command_spec hotkeys_subcommands[] = {
    {.name = "get",
     .usage = "",
     .since = "8.6.0",
     .arity = 2,
     .summary = "Gives the keys that cost most.",
     .group = "server",
     .complexity = "O(K) in the keys given",
     .flags = HOTKEYS_FLAGS,
     .tips = {"nondeterministic_output", "request_policy:special", "response_policy:special"},
     .run = get},
    {.name = "help",
     .usage = "",
     .since = "8.6.1",
     .arity = 2,
     .summary = "Explains the subcommands.",
     .group = "server",
     .complexity = "O(1)",
     .flags = HELP_FLAGS,
     .run = command_help},
    {.name = "reset",
     .usage = "",
     .since = "8.6.0",
     .arity = 2,
     .summary = "Forgets what was found.",
     .group = "server",
     .complexity = "O(1)",
     .flags = HOTKEYS_FLAGS,
     .tips = {"request_policy:special"},
     .run = reset},
    {.name = "start",
     .usage = "METRICS count [CPU] [NET] [COUNT k] [DURATION seconds] [SAMPLE ratio] [SLOTS count "
              "slot [slot ...]]",
     .since = "8.6.0",
     .arity = -2,
     .summary = "Begins to look for the keys that cost most.",
     .group = "server",
     .complexity = "O(1)",
     .flags = HOTKEYS_FLAGS,
     .tips = {"request_policy:special"},
     .run = start},
    {.name = "stop",
     .usage = "",
     .since = "8.6.0",
     .arity = 2,
     .summary = "Stops looking; what was found stays.",
     .group = "server",
     .complexity = "O(1)",
     .flags = HOTKEYS_FLAGS,
     .tips = {"request_policy:special"},
     .run = stop},
    {.name = NULL},
};

const struct command_spec observe_commands[] = {
    {.name = "slowlog",
     .usage = "",
     .since = "2.2.12",
     .arity = -2,
     .summary = "Holds the commands about the slow log.",
     .group = "server",
     .complexity = "Depends on subcommand.",
     .subcommands = slowlog_subcommands},
    {.name = "monitor",
     .usage = "",
     .since = "1.0.0",
     .arity = 1,
     .summary = "Shows every call as it is run.",
     .group = "server",
     .complexity = "O(1), and for every call that is run meanwhile O(its arguments)",
     .flags = ADMIN_FLAGS | CMD_NOSCRIPT,
     .run = monitor},
    {.name = "hotkeys",
     .usage = "",
     .since = "8.6.0",
     .arity = -2,
     .summary = "Holds the commands that find the keys that cost most.",
     .group = "server",
     .complexity = "Depends on subcommand.",
     .subcommands = hotkeys_subcommands},
    {.name = NULL},
};
