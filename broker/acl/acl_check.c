/* acl_check.c - the check of one call against a user's rules. On the path of every command of a
 * user with limits: no allocation for calls with one key, patterns compared by the cheapest means,
 * a command looked up by its number. */
#include "broker/acl/acl_internal.h"
#include "core/text/glob.h"

#include <string.h>

uint64_t acl_head(struct span text)
{
    uint64_t head = 0;

    if (text.size >= sizeof(head))
        memcpy(&head, text.data, sizeof(head));
    else if (text.size > 0)
        memcpy(&head, text.data, text.size);
    return head;
}

bool acl_pattern_fits(const struct acl_pattern *pattern, struct span text, uint64_t head)
{
    size_t size = pattern->text.size;

    if ((head & pattern->head_mask) != pattern->head || text.size < pattern->head_size)
        return false;
    switch (pattern->kind) {
    case ACL_PATTERN_WORD:
        return span_equal(pattern->text, text);
    case ACL_PATTERN_PREFIX:
        if (size - 1 == pattern->head_size)
            return true;
        return text.size >= size - 1 && memcmp(text.data, pattern->text.data, size - 1) == 0;
    default:
        return glob_match(pattern->text, text, false);
    }
}

/* --- Keys. */

/* BITFIELD reads if it has nothing but GET, and OVERFLOW, which concerns writing. */
static unsigned bitfield_use(size_t argc, const struct span *argv)
{
    size_t i = 2;

    while (i < argc) {
        size_t size = span_is(argv[i], "get") ? 3 : span_is(argv[i], "overflow") ? 2 : 0;

        if (size == 0 || argc - i < size)
            return ACL_READ_WRITE;
        i += size;
    }
    return ACL_READ;
}

/* What a call does to a key: the spec's flags where they say it, and where they vary, what the
 * arguments say. As long as that is not known, both. */
static unsigned varying_use(const struct command *command, size_t argc, const struct span *argv)
{
    const char *name = command->spec->name;

    if (strcmp(name, "set") == 0) {
        for (size_t i = 3; i < argc; i++)
            if (span_is(argv[i], "get") || span_is(argv[i], "ifeq") || span_is(argv[i], "ifne") ||
                span_is(argv[i], "ifdeq") || span_is(argv[i], "ifdne"))
                return ACL_READ_WRITE;
        return ACL_WRITE;
    }
    if (strcmp(name, "delex") == 0)
        return argc > 2 ? ACL_READ_WRITE : ACL_WRITE;
    if (strcmp(name, "bitfield") == 0)
        return bitfield_use(argc, argv);
    return ACL_READ_WRITE;
}

static unsigned fixed_use(unsigned flags)
{
    unsigned use = 0;

    if (flags & KEY_ACCESS)
        use |= ACL_READ;
    if (flags & (KEY_INSERT | KEY_DELETE | KEY_UPDATE))
        use |= ACL_WRITE;
    return use;
}

static unsigned key_use(const struct command *command, size_t argc, const struct span *argv,
                        unsigned flags)
{
    return flags & KEY_VARIABLE_FLAGS ? varying_use(command, argc, argv) : fixed_use(flags);
}

static bool allows_key(const struct acl_selector *selector, struct span key, unsigned use)
{
    const struct acl_pattern *end = selector->keys.items + selector->keys.count;
    uint64_t head = acl_head(key);

    for (const struct acl_pattern *at = selector->keys.items; at < end; at++) {
        if ((head & at->head_mask) != at->head) /* most of them, so here and not in a call */
            continue;
        if ((at->permissions & use) == use && acl_pattern_fits(at, key, head))
            return true;
    }
    return false;
}

/* The keys of a call, found when the first selector asks. */
struct found_keys {
    bool asked;
    int count; /* negative: the arguments do not fit the specs */
    struct command_key *keys;
    struct command_key one;
};

static void find_keys(const struct command *command, size_t argc, const struct span *argv,
                      struct arena *arena, struct found_keys *found)
{
    found->asked = true;
    if (!command_arity_fits(command->spec, argc)) /* it will not run: redis.acl_check_cmd asks */
        return;
    if (!command->is_plain || command->key_at >= argc) {
        found->count = command_find_keys(command->spec, argc, argv, arena, &found->keys);
        return;
    }
    found->keys = &found->one;
    found->one = (struct command_key){.at = (int)command->key_at, .flags = command->key_flags};
    found->count = command->key_at > 0;
}

/* 0 if all keys are allowed, else the position of the first that is not. */
static int refused_key(const struct acl_selector *selector, const struct command *command,
                       size_t argc, const struct span *argv, const struct found_keys *found)
{
    for (int i = 0; i < found->count; i++) {
        unsigned use = key_use(command, argc, argv, found->keys[i].flags);

        if (!allows_key(selector, argv[found->keys[i].at], use))
            return found->keys[i].at;
    }
    return 0;
}

/* --- Channels. */

/* Which arguments are channels. */
struct channel_command {
    const char *name;
    bool all; /* every argument; else the first only */
    bool pattern;
};

static const struct channel_command channel_commands[] = {
    {"subscribe", true, false}, {"psubscribe", true, true}, {"ssubscribe", true, false},
    {"publish", false, false},  {"spublish", false, false}, {NULL, false, false},
};

static const struct channel_command *find_channel_command(const struct command *command)
{
    if (!(command->spec->flags & CMD_PUBSUB))
        return NULL;
    for (const struct channel_command *at = channel_commands; at->name; at++)
        if (strcmp(at->name, command->full_name) == 0)
            return at;
    return NULL;
}

/* A subscription to a pattern needs that very pattern: what it matches can't be compared with what
 * another one does. */
static bool allows_channel(const struct acl_selector *selector, struct span name, bool literal)
{
    uint64_t head = acl_head(name);

    if (selector->all_channels)
        return true;
    for (size_t i = 0; i < selector->channels.count; i++) {
        const struct acl_pattern *at = &selector->channels.items[i];

        if (literal ? span_equal(at->text, name) : acl_pattern_fits(at, name, head))
            return true;
    }
    return false;
}

bool acl_rules_allow_channel(const struct acl_rules *rules, struct span name, bool literal)
{
    for (size_t i = 0; i < rules->selector_count; i++)
        if (allows_channel(rules->selectors[i], name, literal))
            return true;
    return false;
}

static int refused_channel(const struct acl_selector *selector, const struct command *command,
                           size_t argc, const struct span *argv)
{
    const struct channel_command *channels = find_channel_command(command);
    size_t end = !channels ? 0 : channels->all ? argc : 2;

    for (size_t i = 1; i < end && i < argc; i++)
        if (!allows_channel(selector, argv[i], channels->pattern))
            return (int)i;
    return 0;
}

/* --- The call. */

static bool allows_command(const struct acl_selector *selector, const struct command *command,
                           size_t argc, const struct span *argv)
{
    if (selector->all_commands || acl_commands_has(&selector->commands, command->number) ||
        (command->spec->flags & CMD_NO_AUTH))
        return true;
    for (size_t i = 0; argc > 1 && i < selector->first_arg_count; i++)
        if (selector->first_args[i].number == command->number &&
            span_equal_nocase(selector->first_args[i].word, argv[1]))
            return true;
    return false;
}

static struct acl_denial check_selector(const struct acl_selector *selector,
                                        const struct command *command, size_t argc,
                                        const struct span *argv, struct arena *arena,
                                        struct found_keys *found)
{
    int at;

    if (!allows_command(selector, command, argc, argv))
        return (struct acl_denial){.verdict = ACL_DENIED_COMMAND};
    if (!selector->all_keys) {
        if (!found->asked)
            find_keys(command, argc, argv, arena, found);
        at = refused_key(selector, command, argc, argv, found);
        if (at)
            return (struct acl_denial){.verdict = ACL_DENIED_KEY, .at = at};
    }
    if (!selector->all_channels) {
        at = refused_channel(selector, command, argc, argv);
        if (at)
            return (struct acl_denial){.verdict = ACL_DENIED_CHANNEL, .at = at};
    }
    return (struct acl_denial){.verdict = ACL_ALLOWED};
}

/* What nearly every call is: of a command with one key or none, allowed by the root selector. False
 * says nothing. */
static bool is_plainly_allowed(const struct acl_selector *root, const struct command *command,
                               size_t argc, const struct span *argv)
{
    if (!command->is_plain || !acl_commands_has(&root->commands, command->number) ||
        (command->spec->flags & CMD_PUBSUB) || command->key_at >= argc)
        return false;
    return root->all_keys || command->key_at == 0 ||
           allows_key(root, argv[command->key_at], fixed_use(command->key_flags));
}

/* Selector by selector. Not inline: the usual call needs none of its room. */
__attribute__((noinline)) static enum acl_verdict
check_selectors(const struct acl_rules *rules, const struct command *command, size_t argc,
                const struct span *argv, struct arena *arena, struct acl_denial *why)
{
    struct found_keys found = {0};

    *why = (struct acl_denial){.verdict = ACL_DENIED_COMMAND};
    for (size_t i = 0; i < rules->selector_count; i++) {
        struct acl_denial one =
            check_selector(rules->selectors[i], command, argc, argv, arena, &found);

        if (one.verdict == ACL_ALLOWED)
            return ACL_ALLOWED;
        if (one.verdict > why->verdict || (one.verdict == why->verdict && one.at > why->at))
            *why = one;
    }
    return why->verdict;
}

enum acl_verdict acl_check_rules(const struct acl_user *user, const struct command *command,
                                 size_t argc, const struct span *argv, struct arena *arena,
                                 struct acl_denial *why)
{
    if (is_plainly_allowed(user->rules->selectors[0], command, argc, argv))
        return ACL_ALLOWED;
    return check_selectors(user->rules, command, argc, argv, arena, why);
}

/* --- SORT. */

static bool reads_all_keys(const struct acl_user *user, const struct command *command, size_t argc,
                           const struct span *argv)
{
    if (user->unrestricted)
        return true;
    for (size_t i = 0; i < user->rules->selector_count; i++) {
        const struct acl_selector *selector = user->rules->selectors[i];

        if (!allows_command(selector, command, argc, argv))
            continue;
        if (selector->all_keys)
            return true;
        for (size_t j = 0; j < selector->keys.count; j++)
            if ((selector->keys.items[j].permissions & ACL_READ) &&
                span_equal(selector->keys.items[j].text, SPAN("*")))
                return true;
    }
    return false;
}

const char *acl_check_sort(const struct acl_user *user, const struct command *command, size_t argc,
                           const struct span *argv)
{
    if ((strcmp(command->full_name, "sort") != 0 && strcmp(command->full_name, "sort_ro") != 0) ||
        reads_all_keys(user, command, argc, argv))
        return NULL;
    for (size_t i = 2; i < argc; i++) {
        bool by = span_is(argv[i], "by");

        if (span_is(argv[i], "limit")) {
            i += 2;
        } else if (span_is(argv[i], "store")) {
            i++;
        } else if (by && i + 1 < argc) {
            i++;
            /* without a star nothing is looked up: that is how sorting is switched off */
            if (argv[i].size && memchr(argv[i].data, '*', argv[i].size))
                return "ERR BY option of SORT denied due to insufficient ACL permissions.";
        } else if (span_is(argv[i], "get") && i + 1 < argc) {
            return "ERR GET option of SORT denied due to insufficient ACL permissions.";
        }
    }
    return NULL;
}
