/* module_commands.c - there are no modules: every type is built in, and a program that loads code
 * at run time is one more way in. So the list is empty, and the others say why they refuse. */
#include "broker/observe/memory_commands.h"
#include "broker/command/help.h"

/* MODULE LIST -> nothing. */
static void list(struct request *rq, struct reply *out)
{
    (void)rq;
    reply_array(out, 0);
}

static void refuse(struct request *rq, struct reply *out)
{
    (void)rq;
    reply_error(out, "ERR Millstream loads no modules: all its data types are built in");
}

/* No module can be there to be unloaded: the text is the one that clients know. */
static void unload(struct request *rq, struct reply *out)
{
    (void)rq;
    reply_error(out, "ERR Error unloading module: no such module with that name");
}

#define CHANGE_FLAGS (CMD_ADMIN | CMD_NO_ASYNC_LOADING | CMD_NOSCRIPT | CMD_SHARDED)

static const struct command_spec module_subcommands[] = {
    {.name = "help",
     .usage = "",
     .since = "5.0.0",
     .arity = 2,
     .summary = "Describes the subcommands.",
     .group = "server",
     .complexity = "O(1)",
     .flags = CMD_LOADING | CMD_STALE | CMD_SESSION | CMD_SHARDED,
     .run = command_help},
    {.name = "list",
     .usage = "",
     .since = "4.0.0",
     .arity = 2,
     .summary = "Shows the modules that are loaded: none.",
     .group = "server",
     .complexity = "O(1)",
     .flags = CMD_ADMIN | CMD_NOSCRIPT | CMD_SHARDED,
     .tips = {"nondeterministic_output_order"},
     .run = list},
    {.name = "load",
     .usage = "path [arg [arg ...]]",
     .since = "4.0.0",
     .arity = -3,
     .summary = "Refused: there are no modules.",
     .group = "server",
     .complexity = "O(1)",
     .flags = CHANGE_FLAGS,
     .run = refuse},
    {.name = "loadex",
     .usage = "path [CONFIG name value [CONFIG name value ...]] [ARGS args [args ...]]",
     .since = "7.0.0",
     .arity = -3,
     .summary = "Refused: there are no modules.",
     .group = "server",
     .complexity = "O(1)",
     .flags = CHANGE_FLAGS,
     .run = refuse},
    {.name = "unload",
     .usage = "name",
     .since = "4.0.0",
     .arity = 3,
     .summary = "Finds no module to unload.",
     .group = "server",
     .complexity = "O(1)",
     .flags = CHANGE_FLAGS,
     .run = unload},
    {.name = NULL},
};

const struct command_spec module_commands[] = {
    {.name = "module",
     .usage = "",
     .since = "4.0.0",
     .arity = -2,
     .summary = "Container of commands about modules.",
     .group = "server",
     .complexity = "Depends on subcommand.",
     .subcommands = module_subcommands},
    {.name = NULL},
};
