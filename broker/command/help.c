#include "broker/command/help.h"
#include "broker/command/registry.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "core/bytes/buffer.h"

#include <ctype.h>

static void put_upper(struct buffer *line, const char *name)
{
    for (; *name; name++)
        buffer_append_byte(line, (char)toupper((unsigned char)*name));
}

static void put_line(struct reply *out, struct buffer *line)
{
    buffer_append_byte(line, '\0');
    reply_simple(out, line->data);
    buffer_clear(line);
}

void command_help(struct request *rq, struct reply *out)
{
    const struct registry *registry = request_session(rq)->reactor->server->registry;
    const struct command *container = registry_find_original(registry, rq->argv[0]);
    struct buffer line = {0};

    reply_array(out, 1 + 2 * (size_t)container->subcommand_count);
    put_upper(&line, container->spec->name);
    buffer_printf(&line, " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
    put_line(out, &line);
    for (unsigned i = 0; i < container->subcommand_count; i++) {
        const struct command_spec *spec = container->subcommands[i].spec;

        put_upper(&line, spec->name);
        buffer_printf(&line, "%s%s", *spec->usage ? " " : "", spec->usage);
        put_line(out, &line);
        buffer_printf(&line, "    %s", spec->summary);
        put_line(out, &line);
    }
    buffer_release(&line);
}
