/* command_docs.c - COMMAND DOCS: the table's words, and the argument tree read from the usage text.
 */
#include "broker/command/command_commands.h"
#include "broker/command/registry.h"
#include "broker/command/usage.h"

static void write_arguments(const struct usage_argument *first, struct reply *out);

static size_t argument_fields(const struct usage_argument *argument)
{
    bool children = argument->type == USAGE_ONEOF || argument->type == USAGE_BLOCK;

    return 2 + (argument->token.size > 0) + (argument->optional || argument->multiple) + children +
           (argument->type == USAGE_KEY) + (!children && argument->type != USAGE_PURE_TOKEN);
}

/* Depth is bounded by USAGE_DEPTH_LIMIT. */
static void write_argument(const struct usage_argument *argument, struct reply *out)
{
    bool children = argument->type == USAGE_ONEOF || argument->type == USAGE_BLOCK;

    reply_map(out, argument_fields(argument));
    reply_bulk_text(out, "name");
    reply_bulk(out, argument->name);
    reply_bulk_text(out, "type");
    reply_bulk_text(out, usage_type_name(argument->type));
    if (!children && argument->type != USAGE_PURE_TOKEN) {
        reply_bulk_text(out, "display_text");
        reply_bulk(out, argument->name);
    }
    if (argument->type == USAGE_KEY) {
        reply_bulk_text(out, "key_spec_index");
        reply_integer(out, 0);
    }
    if (argument->token.size > 0) {
        reply_bulk_text(out, "token");
        reply_bulk(out, argument->token);
    }
    if (argument->optional || argument->multiple) {
        reply_bulk_text(out, "flags");
        reply_set(out, argument->optional + argument->multiple + argument->multiple_token);
        if (argument->optional)
            reply_simple(out, "optional");
        if (argument->multiple)
            reply_simple(out, "multiple");
        if (argument->multiple_token)
            reply_simple(out, "multiple_token");
    }
    if (children) {
        reply_bulk_text(out, "arguments");
        write_arguments(argument->first, out);
    }
}

static void write_arguments(const struct usage_argument *first, struct reply *out)
{
    size_t count = 0;

    for (const struct usage_argument *at = first; at; at = at->next)
        count++;
    reply_array(out, count);
    for (const struct usage_argument *at = first; at; at = at->next)
        write_argument(at, out);
}

static void write_pair(struct reply *out, const char *name, const char *value)
{
    reply_bulk_text(out, name);
    reply_bulk_text(out, value);
}

void command_docs_write(const struct command *command, struct arena *arena, struct reply *out)
{
    const struct command_spec *spec = command->spec;
    const struct usage_argument *arguments =
        spec->usage && spec->usage[0] ? usage_parse(arena, spec->usage) : NULL;
    bool deprecated = spec->deprecated_since != NULL;
    bool flagged = deprecated || (spec->flags & CMD_SYSCMD);

    reply_bulk_text(out, command->full_name);
    reply_map(out, 4 + flagged + deprecated + (deprecated && spec->replaced_by) +
                       (arguments != NULL) + (command->subcommand_count > 0));
    write_pair(out, "summary", spec->summary);
    write_pair(out, "since", spec->since);
    write_pair(out, "group", spec->group);
    write_pair(out, "complexity", spec->complexity ? spec->complexity : "");
    if (flagged) {
        reply_bulk_text(out, "doc_flags");
        reply_set(out, deprecated + ((spec->flags & CMD_SYSCMD) != 0));
        if (deprecated)
            reply_simple(out, "deprecated");
        if (spec->flags & CMD_SYSCMD)
            reply_simple(out, "syscmd");
    }
    if (deprecated) {
        write_pair(out, "deprecated_since", spec->deprecated_since);
        if (spec->replaced_by)
            write_pair(out, "replaced_by", spec->replaced_by);
    }
    if (arguments) {
        reply_bulk_text(out, "arguments");
        write_arguments(arguments, out);
    }
    if (command->subcommand_count > 0) {
        reply_bulk_text(out, "subcommands");
        reply_map(out, command->subcommand_count);
        for (unsigned i = 0; i < command->subcommand_count; i++)
            command_docs_write(&command->subcommands[i], arena, out);
    }
}
