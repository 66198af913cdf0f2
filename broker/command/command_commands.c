#include "broker/command/command_commands.h"
#include "broker/command/help.h"
#include "broker/command/registry.h"
#include "broker/reactor/reactor.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "core/text/glob.h"

static const struct registry *registry_of(const struct request *rq)
{
    return request_session(rq)->reactor->server->registry;
}

/* Goes through the top-level commands that clients may call. */
static const struct command *next_top(const struct registry *registry, unsigned *at)
{
    while (*at < registry_total(registry)) {
        const struct command *command = registry_by_number(registry, (*at)++);

        if (!command->parent && !(command->spec->flags & CMD_INTERNAL) &&
            !registry_is_disabled(registry, command))
            return command;
    }
    return NULL;
}

static void write_all_infos(const struct registry *registry, struct reply *out)
{
    const struct command *command;
    unsigned at = 0;

    reply_array(out, registry_count(registry));
    while ((command = next_top(registry, &at)))
        command_info_write(command, out);
}

static void command_all(struct request *rq, struct reply *out)
{
    write_all_infos(registry_of(rq), out);
}

static void command_count(struct request *rq, struct reply *out)
{
    reply_integer(out, registry_count(registry_of(rq)));
}

static void command_info(struct request *rq, struct reply *out)
{
    const struct registry *registry = registry_of(rq);

    if (rq->argc == 2) {
        write_all_infos(registry, out);
        return;
    }
    reply_array(out, rq->argc - 2);
    for (size_t i = 2; i < rq->argc; i++) {
        const struct command *command = registry_find_full(registry, rq->argv[i]);

        if (command)
            command_info_write(command, out);
        else
            reply_null_array(out);
    }
}

static void command_docs(struct request *rq, struct reply *out)
{
    const struct registry *registry = registry_of(rq);
    const struct command *command;
    size_t mark = reply_defer(out), pairs = 0;
    unsigned at = 0;

    if (rq->argc == 2) {
        for (; (command = next_top(registry, &at)); pairs++)
            command_docs_write(command, rq->arena, out);
    } else {
        for (size_t i = 2; i < rq->argc; i++) {
            command = registry_find_full(registry, rq->argv[i]);
            if (!command)
                continue;
            command_docs_write(command, rq->arena, out);
            pairs++;
        }
    }
    reply_defer_map(out, mark, pairs);
}

enum filter {
    FILTER_NONE,
    FILTER_CATEGORY,
    FILTER_PATTERN,
    FILTER_MODULE
};

static bool passes(const struct command *command, enum filter filter, struct span value)
{
    switch (filter) {
    case FILTER_CATEGORY:
        return command_in_category(command, value);
    case FILTER_PATTERN:
        return glob_match(value, span_text(command->full_name), true);
    case FILTER_MODULE:
        return false; /* there are no modules */
    default:
        return true;
    }
}

/* COMMAND LIST [FILTERBY (MODULE name|ACLCAT category|PATTERN pattern)]. Subcommands, too. */
static void command_list(struct request *rq, struct reply *out)
{
    const struct registry *registry = registry_of(rq);
    enum filter filter = FILTER_NONE;
    size_t mark = reply_defer(out), count = 0;

    if (rq->argc == 5 && span_is(rq->argv[2], "filterby")) {
        if (span_is(rq->argv[3], "module"))
            filter = FILTER_MODULE;
        else if (span_is(rq->argv[3], "aclcat"))
            filter = FILTER_CATEGORY;
        else if (span_is(rq->argv[3], "pattern"))
            filter = FILTER_PATTERN;
    }
    if ((rq->argc > 2 && rq->argc != 5) || (rq->argc == 5 && filter == FILTER_NONE)) {
        reply_error(out, ERROR_SYNTAX);
        return;
    }
    for (unsigned i = 0; i < registry_total(registry); i++) {
        const struct command *command = registry_by_number(registry, i);

        if (command->spec->flags & CMD_INTERNAL || registry_is_disabled(registry, command))
            continue;
        if (!passes(command, filter, rq->argc == 5 ? rq->argv[4] : span_of(NULL, 0)))
            continue;
        reply_bulk_text(out, command->full_name);
        count++;
    }
    reply_defer_set(out, mark, count);
}

/* Finds the command named by the arguments from 2 on and its keys; negative after an error. */
static int find_keys(struct request *rq, struct command_key **keys, struct reply *out)
{
    const struct command *command = registry_find(registry_of(rq), rq->argv[2]);
    int count;

    if (command && command->subcommand_count && rq->argc > 3)
        command = registry_find_sub(command, rq->argv[3]);
    if (!command) {
        reply_error(out, "ERR Invalid command specified");
        return -1;
    }
    if (command->spec->keys[0].begin == KEY_BEGIN_NONE) {
        reply_error(out, "ERR The command has no key arguments");
        return -1;
    }
    if (!command_arity_fits(command->spec, rq->argc - 2)) {
        reply_error(out, "ERR Invalid number of arguments specified for command");
        return -1;
    }
    count = command_find_keys(command->spec, rq->argc - 2, rq->argv + 2, rq->arena, keys);
    if (count < 0) {
        reply_error(out, "ERR Invalid arguments specified for command");
        return -1;
    }
    if (count == 0 && !(command->spec->flags & CMD_NO_MANDATORY_KEYS)) {
        reply_error(out, "ERR The command has no key arguments");
        return -1;
    }
    return count;
}

static void command_getkeys(struct request *rq, struct reply *out)
{
    struct command_key *keys;
    int count = find_keys(rq, &keys, out);

    if (count < 0)
        return;
    reply_array(out, (size_t)count);
    for (int i = 0; i < count; i++)
        reply_bulk(out, rq->argv[2 + keys[i].at]);
}

static void command_getkeysandflags(struct request *rq, struct reply *out)
{
    struct command_key *keys;
    int count = find_keys(rq, &keys, out);

    if (count < 0)
        return;
    reply_array(out, (size_t)count);
    for (int i = 0; i < count; i++) {
        reply_array(out, 2);
        reply_bulk(out, rq->argv[2 + keys[i].at]);
        command_key_flags_write(keys[i].flags, out);
    }
}

#define COMMAND_FLAGS (CMD_LOADING | CMD_STALE | CMD_SESSION | CMD_SHARDED)

#define COMMAND_SUB(sub_name, sub_usage, sub_since, sub_arity, sub_summary, handler)               \
    .name = (sub_name), .usage = (sub_usage), .since = (sub_since), .arity = (sub_arity),          \
    .summary = (sub_summary), .group = "server", .flags = COMMAND_FLAGS, .acl = ACL_CONNECTION,    \
    .run = (handler)

static const struct command_spec command_subcommands[] = {
    {COMMAND_SUB("count", "", "2.8.13", 2, "Counts the commands.", command_count),
     .complexity = "O(1)"},
    {COMMAND_SUB("docs", "[command-name [command-name ...]]", "7.0.0", -2, "Documents commands.",
                 command_docs),
     .complexity = "O(N) in the commands asked for", .tips = {"nondeterministic_output_order"}},
    {COMMAND_SUB("getkeys", "command [arg [arg ...]]", "2.8.13", -3,
                 "Finds the keys among the arguments of a call.", command_getkeys),
     .complexity = "O(N) in the arguments"},
    {COMMAND_SUB("getkeysandflags", "command [arg [arg ...]]", "7.0.0", -3,
                 "Finds the keys of a call and how they are used.", command_getkeysandflags),
     .complexity = "O(N) in the arguments"},
    {COMMAND_SUB("help", "", "5.0.0", 2, "Describes the subcommands.", command_help),
     .complexity = "O(1)"},
    {COMMAND_SUB("info", "[command-name [command-name ...]]", "2.8.13", -2,
                 "Describes commands to clients.", command_info),
     .complexity = "O(N) in the commands asked for", .tips = {"nondeterministic_output_order"}},
    {COMMAND_SUB("list", "[FILTERBY <MODULE module-name | ACLCAT category | PATTERN pattern>]",
                 "7.0.0", -2, "Lists the names of commands.", command_list),
     .complexity = "O(N) in all commands", .tips = {"nondeterministic_output_order"}},
    {.name = NULL},
};

const struct command_spec command_commands[] = {
    {.name = "command",
     .usage = "",
     .since = "2.8.13",
     .arity = -1,
     .summary = "Describes all commands to clients.",
     .group = "server",
     .complexity = "O(N) in all commands",
     .flags = COMMAND_FLAGS,
     .acl = ACL_CONNECTION,
     .tips = {"nondeterministic_output_order"},
     .subcommands = command_subcommands,
     .run = command_all},
    {.name = NULL},
};
