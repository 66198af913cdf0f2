/* command_info.c - COMMAND INFO's ten fields of a command, and ACL categories, from the table. */
#include "broker/command/command_commands.h"
#include "broker/command/registry.h"

#include <string.h>

struct flag_name {
    unsigned flag;
    const char *name;
};

static const struct flag_name command_flags[] = {
    {CMD_WRITE, "write"},
    {CMD_READONLY, "readonly"},
    {CMD_DENYOOM, "denyoom"},
    {CMD_ADMIN, "admin"},
    {CMD_PUBSUB, "pubsub"},
    {CMD_NOSCRIPT, "noscript"},
    {CMD_BLOCKING, "blocking"},
    {CMD_LOADING, "loading"},
    {CMD_STALE, "stale"},
    {CMD_SKIP_MONITOR, "skip_monitor"},
    {CMD_SKIP_SLOWLOG, "skip_slowlog"},
    {CMD_ASKING, "asking"},
    {CMD_FAST, "fast"},
    {CMD_NO_AUTH, "no_auth"},
    {CMD_MAY_REPLICATE, "may_replicate"},
    {CMD_NO_ASYNC_LOADING, "no_async_loading"},
    {CMD_NO_MULTI, "no_multi"},
    {CMD_MOVABLEKEYS, "movablekeys"},
    {CMD_ALLOW_BUSY, "allow_busy"},
    {CMD_NO_MANDATORY_KEYS, "no_mandatory_keys"},
    {0, NULL},
};

static const struct flag_name key_flags[] = {
    {KEY_RO, "RO"},
    {KEY_RW, "RW"},
    {KEY_OW, "OW"},
    {KEY_RM, "RM"},
    {KEY_ACCESS, "access"},
    {KEY_UPDATE, "update"},
    {KEY_INSERT, "insert"},
    {KEY_DELETE, "delete"},
    {KEY_NOT_KEY, "not_key"},
    {KEY_INCOMPLETE, "incomplete"},
    {KEY_VARIABLE_FLAGS, "variable_flags"},
    {0, NULL},
};

static const struct flag_name categories[] = {
    {ACL_KEYSPACE, "keyspace"},
    {ACL_SET, "set"},
    {ACL_SORTEDSET, "sortedset"},
    {ACL_LIST, "list"},
    {ACL_HASH, "hash"},
    {ACL_STRING, "string"},
    {ACL_BITMAP, "bitmap"},
    {ACL_HYPERLOGLOG, "hyperloglog"},
    {ACL_GEO, "geo"},
    {ACL_STREAM, "stream"},
    {ACL_CONNECTION, "connection"},
    {ACL_TRANSACTION, "transaction"},
    {ACL_SCRIPTING, "scripting"},
    {ACL_DANGEROUS, "dangerous"},
    {ACL_ARRAY, "array"},
    {ACL_ADMIN, "admin"},
    {0, NULL},
};

/* Categories that follow from the command's flags. */
static const struct flag_name derived[] = {
    {CMD_READONLY, "read"},     {CMD_WRITE, "write"},
    {CMD_ADMIN, "admin"},       {CMD_ADMIN, "dangerous"},
    {CMD_PUBSUB, "pubsub"},     {CMD_FAST, "fast"},
    {CMD_BLOCKING, "blocking"}, {0, NULL},
};

static void write_set(const struct flag_name *names, unsigned flags, struct reply *out)
{
    size_t mark = reply_defer(out);
    size_t count = 0;

    for (; names->name; names++) {
        if (!(flags & names->flag))
            continue;
        reply_simple(out, names->name);
        count++;
    }
    reply_defer_set(out, mark, count);
}

void command_key_flags_write(unsigned flags, struct reply *out)
{
    write_set(key_flags, flags, out);
}

/* All categories of a command, each once; `visit` returns true to stop. */
static bool each_category(const struct command_spec *spec,
                          bool (*visit)(void *context, const char *name), void *context)
{
    bool dangerous = false, admin = false;

    for (const struct flag_name *at = derived; at->name; at++) {
        if (!(spec->flags & at->flag))
            continue;
        dangerous |= strcmp(at->name, "dangerous") == 0;
        admin |= strcmp(at->name, "admin") == 0;
        if (visit(context, at->name))
            return true;
    }
    if (!(spec->flags & CMD_FAST) && visit(context, "slow"))
        return true;
    for (const struct flag_name *at = categories; at->name; at++) {
        if (!(spec->acl & at->flag) || (dangerous && at->flag == ACL_DANGEROUS) ||
            (admin && at->flag == ACL_ADMIN))
            continue;
        if (visit(context, at->name))
            return true;
    }
    return false;
}

struct category_writer {
    struct reply *out;
    size_t count;
};

static bool write_category(void *context, const char *name)
{
    struct category_writer *writer = context;
    char text[32] = "@";

    strncat(text, name, sizeof(text) - 2);
    reply_simple(writer->out, text);
    writer->count++;
    return false;
}

static bool is_category(void *context, const char *name)
{
    return span_is(*(const struct span *)context, name);
}

bool command_in_category(const struct command *command, struct span category)
{
    return each_category(command->spec, is_category, &category);
}

bool command_category_exists(struct span category)
{
    for (const struct flag_name *at = categories; at->name; at++)
        if (span_is(category, at->name))
            return true;
    for (const struct flag_name *at = derived; at->name; at++)
        if (span_is(category, at->name))
            return true;
    return span_is(category, "slow");
}

static void write_begin(const struct key_spec *spec, struct reply *out)
{
    reply_bulk_text(out, "begin_search");
    reply_map(out, 2);
    reply_bulk_text(out, "type");
    switch (spec->begin) {
    case KEY_BEGIN_INDEX:
        reply_bulk_text(out, "index");
        reply_bulk_text(out, "spec");
        reply_map(out, 1);
        reply_bulk_text(out, "index");
        reply_integer(out, spec->index);
        break;
    case KEY_BEGIN_KEYWORD:
        reply_bulk_text(out, "keyword");
        reply_bulk_text(out, "spec");
        reply_map(out, 2);
        reply_bulk_text(out, "keyword");
        reply_bulk_text(out, spec->keyword);
        reply_bulk_text(out, "startfrom");
        reply_integer(out, spec->start_from);
        break;
    default:
        reply_bulk_text(out, "unknown");
        reply_bulk_text(out, "spec");
        reply_map(out, 0);
    }
}

static void write_find(const struct key_spec *spec, struct reply *out)
{
    bool range = spec->find == KEY_FIND_RANGE;

    reply_bulk_text(out, "find_keys");
    reply_map(out, 2);
    reply_bulk_text(out, "type");
    if (spec->find == KEY_FIND_UNKNOWN) {
        reply_bulk_text(out, "unknown");
        reply_bulk_text(out, "spec");
        reply_map(out, 0);
        return;
    }
    reply_bulk_text(out, range ? "range" : "keynum");
    reply_bulk_text(out, "spec");
    reply_map(out, 3);
    reply_bulk_text(out, range ? "lastkey" : "keynumidx");
    reply_integer(out, range ? spec->last : spec->count_at);
    if (!range) {
        reply_bulk_text(out, "firstkey");
        reply_integer(out, spec->first);
    }
    reply_bulk_text(out, "keystep");
    reply_integer(out, spec->step);
    if (range) {
        reply_bulk_text(out, "limit");
        reply_integer(out, spec->limit);
    }
}

static void write_key_specs(const struct command_spec *spec, struct reply *out)
{
    size_t count = 0;

    while (count < COMMAND_KEY_SPECS && spec->keys[count].begin != KEY_BEGIN_NONE)
        count++;
    reply_set(out, count);
    for (size_t i = 0; i < count; i++) {
        reply_map(out, 3);
        reply_bulk_text(out, "flags");
        command_key_flags_write(spec->keys[i].flags, out);
        write_begin(&spec->keys[i], out);
        write_find(&spec->keys[i], out);
    }
}

/* First, last and step as before key specs: of a range at a fixed place, over all specs. */
static void write_legacy_range(const struct command_spec *spec, struct reply *out)
{
    int first = 0, last = 0, step = 0;

    for (int i = 0; i < COMMAND_KEY_SPECS && spec->keys[i].begin != KEY_BEGIN_NONE; i++) {
        const struct key_spec *keys = &spec->keys[i];
        int end;

        if (keys->begin != KEY_BEGIN_INDEX || keys->find != KEY_FIND_RANGE)
            continue;
        end = keys->last < 0 ? keys->last : keys->index + keys->last;
        if (first == 0 || keys->index < first)
            first = keys->index;
        if (end < 0 || (last >= 0 && end > last))
            last = end;
        if (step == 0 || keys->step > 1)
            step = keys->step;
    }
    reply_integer(out, first);
    reply_integer(out, last);
    reply_integer(out, step);
}

void command_info_write(const struct command *command, struct reply *out)
{
    const struct command_spec *spec = command->spec;
    struct category_writer writer = {.out = out};
    size_t mark, tips = 0;

    reply_array(out, 10);
    reply_bulk_text(out, command->full_name);
    reply_integer(out, spec->arity);
    write_set(command_flags, spec->flags, out);
    write_legacy_range(spec, out);
    mark = reply_defer(out);
    each_category(spec, write_category, &writer);
    reply_defer_set(out, mark, writer.count);
    while (tips < COMMAND_TIPS && spec->tips[tips])
        tips++;
    reply_array(out, tips);
    for (size_t i = 0; i < tips; i++)
        reply_bulk_text(out, spec->tips[i]);
    write_key_specs(spec, out);
    reply_array(out, command->subcommand_count);
    for (unsigned i = 0; i < command->subcommand_count; i++) {
        const struct command *sub = &command->subcommands[i];

        command_info_write(sub, out); /* two levels deep at most */
    }
}
