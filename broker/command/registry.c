#include "broker/command/registry.h"
#include "core/base/check.h"
#include "core/base/error.h"
#include "core/base/mem.h"

#include <stdio.h>
#include <string.h>

enum {
    NAME_LIMIT = 48,
    WHOLE_LIMIT = 16, /* a name that is not longer is all in its key */
    BUCKETS = 2048,   /* a power of two well above the commands */
};

/* What tells names apart, whatever their case. */
struct name_key {
    uint64_t head, tail; /* the first 8 bytes and the last 8, which may overlap; lower case */
    size_t size;
};

struct named {
    struct name_key key;
    const struct command *command; /* NULL: the bucket is free */
};

struct rename {
    const struct command *command;
    char *name; /* owned; "": there is none */
};

/* Names in an open-addressing table; subcommands of one container in an array, few enough to walk.
 */
struct registry {
    struct named buckets[BUCKETS];
    struct command *commands; /* all, subcommands too, by number */
    unsigned total, top_level;
    struct rename *renames;
    size_t rename_count;
};

static inline uint64_t load(const char *from, size_t size)
{
    uint64_t word = 0;

    switch (size) { /* of constant size each, so that none is a call */
    case 8:
        memcpy(&word, from, 8);
        break;
    case 7:
        word = (uint64_t)(unsigned char)from[6] << 48; /* fall through */
    case 6:
        word |= (uint64_t)(unsigned char)from[5] << 40; /* fall through */
    case 5:
        word |= (uint64_t)(unsigned char)from[4] << 32; /* fall through */
    case 4:
        word |= (uint64_t)(unsigned char)from[3] << 24; /* fall through */
    case 3:
        word |= (uint64_t)(unsigned char)from[2] << 16; /* fall through */
    case 2:
        word |= (uint64_t)(unsigned char)from[1] << 8; /* fall through */
    case 1:
        word |= (unsigned char)from[0]; /* fall through */
    default:
        break;
    }
    return word;
}

/* The letters of eight bytes in lower case. What is added to a byte sets its highest bit if the
 * byte is 'A' or more, and 'Z' + 1 or more. */
static inline uint64_t lower(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
    uint64_t low = word & ~high;
    uint64_t from_a = low + ones * (0x80 - 'A'), beyond_z = low + ones * (0x7f - 'Z');

    return word | ((from_a ^ beyond_z) & ~word & high) >> 2;
}

static inline struct name_key key_of(struct span name)
{
    size_t head = name.size < 8 ? name.size : 8;
    struct name_key key = {.head = lower(load(name.data, head)), .size = name.size};

    key.tail = name.size > 8 ? lower(load(name.data + name.size - 8, 8)) : 0;
    return key;
}

static inline unsigned bucket_of(const struct name_key *key)
{
    uint64_t mixed = (key->head ^ key->tail * 31 ^ key->size) * UINT64_C(0x9e3779b97f4a7c15);

    return (unsigned)(mixed >> 32) % BUCKETS;
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
    struct name_key key = key_of(span_text(command->spec->name));
    unsigned at = bucket_of(&key);

    while (registry->buckets[at].command)
        at = (at + 1) % BUCKETS;
    registry->buckets[at] = (struct named){key, command};
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
    const struct named *at;
    struct name_key key;

    if (name.size == 0 || name.size > NAME_LIMIT)
        return NULL;
    key = key_of(name);
    for (unsigned i = bucket_of(&key); registry->buckets[i].command; i = (i + 1) % BUCKETS) {
        at = &registry->buckets[i];
        if (at->key.head == key.head && at->key.tail == key.tail && at->key.size == key.size &&
            (key.size <= WHOLE_LIMIT || span_is(name, at->command->spec->name)))
            return at->command;
    }
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
