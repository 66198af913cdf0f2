#include "broker/command/registry.h"
#include "core/base/check.h"
#include "core/base/error.h"
#include "core/base/mem.h"

#include <stdio.h>
#include <string.h>

enum {
    NAME_LIMIT = 48,
    BUCKETS = 2048
}; /* buckets: a power of two well above the commands */

struct rename {
    const struct command *command;
    char *name; /* owned; "": there is none */
};

/* Names in an open-addressing table; subcommands of one container in an array, few enough to walk.
 */
struct registry {
    const struct command *buckets[BUCKETS];
    struct command *commands; /* all, subcommands too, by number */
    unsigned total, top_level;
    struct rename *renames;
    size_t rename_count;
};

/* FNV-1a over the lower-cased name. */
static unsigned hash_name(struct span name)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < name.size; i++) {
        unsigned char c = (unsigned char)name.data[i];

        if (c >= 'A' && c <= 'Z')
            c |= 32;
        hash = (hash ^ c) * 16777619u;
    }
    return hash ^ hash >> 15;
}

static unsigned count_specs(const struct command_spec *specs)
{
    unsigned count = 0;

    while (specs && specs[count].name)
        count++;
    return count;
}

static void add_to_table(struct registry *registry, const struct command *command)
{
    unsigned at = hash_name(span_text(command->spec->name));

    while (registry->buckets[at % BUCKETS])
        at++;
    registry->buckets[at % BUCKETS] = command;
}

/* The usual command, whose key is found without looking at its arguments. */
static void derive_key(struct command *command)
{
    const struct key_spec *keys = command->spec->keys;

    if (command->spec->find_keys)
        return;
    command->is_plain =
        keys[0].begin == KEY_BEGIN_NONE ||
        (keys[0].begin == KEY_BEGIN_INDEX && keys[0].find == KEY_FIND_RANGE && keys[0].last == 0 &&
         !(keys[0].flags & (KEY_NOT_KEY | KEY_VARIABLE_FLAGS | KEY_INCOMPLETE)) &&
         keys[1].begin == KEY_BEGIN_NONE);
    if (command->is_plain && keys[0].begin == KEY_BEGIN_INDEX) {
        command->key_at = (unsigned)keys[0].index;
        command->key_flags = keys[0].flags;
    }
}

static struct command *add_command(struct registry *registry, const struct command_spec *spec,
                                   const struct command *parent)
{
    struct command *command = &registry->commands[registry->total];

    command->spec = spec;
    command->parent = parent;
    command->number = registry->total++;
    derive_key(command);
    snprintf(command->full_name, sizeof(command->full_name), "%s%s%s",
             parent ? parent->spec->name : "", parent ? "|" : "", spec->name);
    return command;
}

static void add_subcommands(struct registry *registry, struct command *container)
{
    unsigned count = count_specs(container->spec->subcommands);

    if (count == 0)
        return;
    container->subcommand_count = count;
    container->subcommands = &registry->commands[registry->total];
    for (unsigned i = 0; i < count; i++)
        add_command(registry, &container->spec->subcommands[i], container);
}

struct registry *registry_new(const struct command_spec *const *arrays)
{
    struct registry *registry = mem_zalloc(sizeof(*registry));
    unsigned total = 0;

    for (const struct command_spec *const *array = arrays; *array; array++)
        for (const struct command_spec *spec = *array; spec->name; spec++)
            total += 1 + count_specs(spec->subcommands);
    CHECK(total < BUCKETS / 2);
    registry->commands = mem_zalloc(sizeof(struct command) * (total ? total : 1));
    for (const struct command_spec *const *array = arrays; *array; array++) {
        for (const struct command_spec *spec = *array; spec->name; spec++) {
            struct command *command = add_command(registry, spec, NULL);

            CHECK(!registry_find_logged(registry, span_text(spec->name)));
            add_subcommands(registry, command);
            add_to_table(registry, command);
            registry->top_level += !(spec->flags & CMD_INTERNAL);
        }
    }
    CHECK(registry->total == total);
    return registry;
}

void registry_free(struct registry *registry)
{
    if (!registry)
        return;
    for (size_t i = 0; i < registry->rename_count; i++)
        mem_free(registry->renames[i].name);
    mem_free(registry->renames);
    mem_free(registry->commands);
    mem_free(registry);
}

/* `found` is what has this name originally. */
static const struct command *find_renamed(const struct registry *registry, struct span name,
                                          const struct command *found)
{
    for (size_t i = 0; i < registry->rename_count; i++) {
        const struct rename *rename = &registry->renames[i];

        if (rename->name[0] && span_is(name, rename->name))
            return rename->command;
        if (rename->command == found)
            found = NULL;
    }
    return found && found->spec->flags & CMD_INTERNAL ? NULL : found;
}

const struct command *registry_find(const struct registry *registry, struct span name)
{
    const struct command *command = registry_find_logged(registry, name);

    if (registry->rename_count)
        return find_renamed(registry, name, command);
    return command && command->spec->flags & CMD_INTERNAL ? NULL : command;
}

static char *text_of(struct span name)
{
    char *text = mem_alloc(name.size + 1);

    if (name.size)
        memcpy(text, name.data, name.size);
    text[name.size] = '\0';
    return text;
}

int registry_rename(struct registry *registry, struct span from, struct span to, struct diag *diag)
{
    const struct command *command = registry_find(registry, from);

    if (!command)
        return diag_set(diag, ERR_MISSING, "No such command in rename-command: '%.*s'",
                        SPAN_ARGS(from));
    if (to.size && registry_find(registry, to))
        return diag_set(diag, ERR_EXISTS, "Target command name already exists: '%.*s'",
                        SPAN_ARGS(to));
    for (size_t i = 0; i < registry->rename_count; i++) {
        if (registry->renames[i].command == command) {
            mem_free(registry->renames[i].name);
            registry->renames[i].name = text_of(to);
            return 0;
        }
    }
    registry->renames =
        mem_realloc(registry->renames, (registry->rename_count + 1) * sizeof(*registry->renames));
    registry->renames[registry->rename_count++] =
        (struct rename){.command = command, .name = text_of(to)};
    return 0;
}

/* "a|b" is the subcommand b of what `find` finds for a. */
static const struct command *find_full(const struct registry *registry, struct span name,
                                       const struct command *(*find)(const struct registry *,
                                                                     struct span))
{
    const char *bar = name.size ? memchr(name.data, '|', name.size) : NULL;
    const struct command *container;

    if (!bar)
        return find(registry, name);
    container = find(registry, span_of(name.data, (size_t)(bar - name.data)));
    if (!container)
        return NULL;
    return registry_find_sub(container,
                             span_of(bar + 1, name.size - (size_t)(bar - name.data) - 1));
}

static const struct command *find_unrenamed(const struct registry *registry, struct span name)
{
    const struct command *command = registry_find_logged(registry, name);

    return command && command->spec->flags & CMD_INTERNAL ? NULL : command;
}

bool registry_has_renames(const struct registry *registry)
{
    return registry->rename_count > 0;
}

bool registry_is_disabled(const struct registry *registry, const struct command *command)
{
    const struct command *top = command->parent ? command->parent : command;

    for (size_t i = 0; i < registry->rename_count; i++)
        if (registry->renames[i].command == top)
            return registry->renames[i].name[0] == '\0';
    return false;
}

struct span registry_original_name(const struct command *command, struct span word)
{
    const char *name = (command->parent ? command->parent : command)->spec->name;

    return span_is(word, name) ? word : span_text(name);
}

const struct command *registry_find_original(const struct registry *registry, struct span name)
{
    return find_full(registry, name, find_unrenamed);
}

const struct command *registry_find_logged(const struct registry *registry, struct span name)
{
    unsigned at;

    if (name.size == 0 || name.size > NAME_LIMIT)
        return NULL;
    for (at = hash_name(name); registry->buckets[at % BUCKETS]; at++)
        if (span_is(name, registry->buckets[at % BUCKETS]->spec->name))
            return registry->buckets[at % BUCKETS];
    return NULL;
}

const struct command *registry_find_sub(const struct command *container, struct span name)
{
    for (unsigned i = 0; i < container->subcommand_count; i++)
        if (span_is(name, container->subcommands[i].spec->name))
            return &container->subcommands[i];
    return NULL;
}

const struct command *registry_find_call(const struct registry *registry, size_t argc,
                                         const struct span *argv)
{
    const struct command *command = registry_find(registry, argv[0]);

    if (command && command->subcommand_count && argc > 1)
        command = registry_find_sub(command, argv[1]);
    return command;
}

const struct command *registry_find_full(const struct registry *registry, struct span name)
{
    return find_full(registry, name, registry_find);
}

unsigned registry_total(const struct registry *registry)
{
    return registry->total;
}

const struct command *registry_by_number(const struct registry *registry, unsigned number)
{
    CHECK(number < registry->total);
    return &registry->commands[number];
}

unsigned registry_count(const struct registry *registry)
{
    unsigned count = registry->top_level;

    for (size_t i = 0; i < registry->rename_count; i++)
        count -= registry->renames[i].name[0] == '\0';
    return count;
}
