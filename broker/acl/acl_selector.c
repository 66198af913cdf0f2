/* acl_selector.c - one selector: which commands, keys and channels it allows, how rules change it,
 * and how it is written.
 *
 * What is written back are the rules as they came, not what they amount to: "+@read -get" stays
 * that when the server learns new commands. A rule makes earlier ones for the same thing
 * meaningless, so these are dropped: "+@all" all of them, "+config" also "-config|set". What is
 * left gives the same selector when it is read again. */
#include "broker/acl/acl_internal.h"
#include "core/base/mem.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define UNKNOWN_COMMAND "Unknown command or category name in ACL"
#define SYNTAX          "Syntax error"
#define TOO_MANY        "Too many rules of this kind"
#define AFTER_ALL_KEYS                                                                             \
    "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have " \
    "any effect. Try 'resetkeys' to start with an empty list of patterns"
#define AFTER_ALL_CHANNELS                                                                         \
    "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and does not "  \
    "have any effect. Try 'resetchannels' to start with an empty list of channels"
#define FIRST_ARG_OF_SUB "Allowing first-arg of a subcommand is not supported"

static struct span own(struct span text)
{
    char *copy = mem_alloc(text.size + 1);

    if (text.size)
        memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    return span_of(copy, text.size);
}

static void disown(struct span text)
{
    mem_free((char *)text.data);
}

/* Room for one more behind `count` things of `size` bytes, doubled at powers of two. A block may be
 * larger than its count says, never smaller. */
static void *grow(void *items, size_t count, size_t size)
{
    if (count & (count - 1))
        return items;
    return mem_realloc(items, (count ? 2 * count : 1) * size);
}

/* --- Patterns. */

static enum acl_pattern_kind pattern_kind(struct span text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (!memchr("*?[\\", text.data[i], 4))
            continue;
        if (text.data[i] == '*' && i == text.size - 1)
            return ACL_PATTERN_PREFIX;
        return ACL_PATTERN_GLOB;
    }
    return ACL_PATTERN_WORD;
}

/* What every text that fits begins with, at most ACL_HEAD_SIZE bytes of it: most patterns are ruled
 * out by that alone. */
static void set_head(struct acl_pattern *pattern)
{
    struct span text = pattern->text;
    size_t size = 0;

    while (size < text.size && size < ACL_HEAD_SIZE && !memchr("*?[\\", text.data[size], 4))
        size++;
    pattern->head_size = size;
    pattern->head = acl_head(span_of(text.data, size));
    pattern->head_mask = acl_head(span_of("\xff\xff\xff\xff\xff\xff\xff\xff", size));
}

static void patterns_clear(struct acl_patterns *patterns)
{
    for (size_t i = 0; i < patterns->count; i++)
        disown(patterns->items[i].text);
    mem_free(patterns->items);
    *patterns = (struct acl_patterns){0};
}

static const char *patterns_add(struct acl_patterns *patterns, struct span text,
                                unsigned permissions)
{
    for (size_t i = 0; i < patterns->count; i++) {
        if (span_equal(patterns->items[i].text, text)) {
            patterns->items[i].permissions |= permissions;
            return NULL;
        }
    }
    if (patterns->count >= ACL_ITEMS_LIMIT)
        return TOO_MANY;
    patterns->items = grow(patterns->items, patterns->count, sizeof(*patterns->items));
    patterns->items[patterns->count++] = (struct acl_pattern){
        .kind = pattern_kind(text), .permissions = permissions, .text = own(text)};
    set_head(&patterns->items[patterns->count - 1]);
    return NULL;
}

static void patterns_copy(struct acl_patterns *to, const struct acl_patterns *from)
{
    for (; to->count < from->count; to->count++) {
        to->items = grow(to->items, to->count, sizeof(*to->items));
        to->items[to->count] = from->items[to->count];
        to->items[to->count].text = own(from->items[to->count].text);
    }
}

static bool patterns_equal(const struct acl_patterns *a, const struct acl_patterns *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (a->items[i].permissions != b->items[i].permissions ||
            !span_equal(a->items[i].text, b->items[i].text))
            return false;
    return true;
}

/* What could not be told apart when it is read back from a line. */
static bool has_spaces(struct span text)
{
    for (size_t i = 0; i < text.size; i++)
        if (isspace((unsigned char)text.data[i]) || text.data[i] == '\0')
            return true;
    return false;
}

/* --- Beginning and end. */

static void first_args_clear(struct acl_selector *self)
{
    for (size_t i = 0; i < self->first_arg_count; i++)
        disown(self->first_args[i].word);
    mem_free(self->first_args);
    self->first_args = NULL;
    self->first_arg_count = 0;
}

static void rules_clear(struct acl_selector *self)
{
    for (size_t i = 0; i < self->rule_count; i++)
        disown(self->rules[i].what);
    mem_free(self->rules);
    self->rules = NULL;
    self->rule_count = 0;
}

struct acl_selector *acl_selector_new(const struct acl_terms *terms)
{
    struct acl_selector *self = mem_zalloc(sizeof(*self));

    self->all_channels = terms->new_users_get_all_channels;
    return self;
}

static void add_rule(struct acl_selector *self, bool allow, struct span what)
{
    self->rules = grow(self->rules, self->rule_count, sizeof(*self->rules));
    self->rules[self->rule_count++] = (struct acl_command_rule){.allow = allow, .what = own(what)};
}

/* Numbers that no command has yet are in the set only after +@all. */
static bool has_all_commands(const struct acl_selector *self)
{
    for (int i = 0; i < ACL_COMMAND_WORDS; i++)
        if (self->commands.words[i] != UINT64_MAX)
            return false;
    return true;
}

static void add_first_arg(struct acl_selector *self, unsigned number, struct span word)
{
    self->first_args = grow(self->first_args, self->first_arg_count, sizeof(*self->first_args));
    self->first_args[self->first_arg_count++] =
        (struct acl_first_arg){.number = number, .word = own(word)};
}

struct acl_selector *acl_selector_copy(const struct acl_selector *selector)
{
    struct acl_selector *copy = mem_alloc(sizeof(*copy));

    *copy = *selector;
    copy->keys = copy->channels = (struct acl_patterns){0};
    copy->first_args = NULL;
    copy->rules = NULL;
    copy->first_arg_count = copy->rule_count = 0;
    patterns_copy(&copy->keys, &selector->keys);
    patterns_copy(&copy->channels, &selector->channels);
    for (size_t i = 0; i < selector->first_arg_count; i++)
        add_first_arg(copy, selector->first_args[i].number, selector->first_args[i].word);
    for (size_t i = 0; i < selector->rule_count; i++)
        add_rule(copy, selector->rules[i].allow, selector->rules[i].what);
    return copy;
}

void acl_selector_free(struct acl_selector *selector)
{
    patterns_clear(&selector->keys);
    patterns_clear(&selector->channels);
    first_args_clear(selector);
    rules_clear(selector);
    mem_free(selector);
}

/* --- Rules about commands. */

/* Of a command: one of them, or all if `word` is NULL. */
static void forget_first_args(struct acl_selector *self, unsigned number, const struct span *word)
{
    size_t kept = 0;

    for (size_t i = 0; i < self->first_arg_count; i++) {
        if (self->first_args[i].number == number &&
            (!word || span_equal_nocase(self->first_args[i].word, *word)))
            disown(self->first_args[i].word);
        else
            self->first_args[kept++] = self->first_args[i];
    }
    self->first_arg_count = kept;
}

static void set_command(struct acl_selector *self, const struct command *command, bool allow)
{
    acl_commands_put(&self->commands, command->number, allow);
    if (self->first_arg_count)
        forget_first_args(self, command->number, NULL);
    for (unsigned i = 0; i < command->subcommand_count; i++)
        acl_commands_put(&self->commands, command->subcommands[i].number, allow);
}

/* True if a rule for `later` leaves nothing of one for `earlier`. */
static bool covers(struct span later, struct span earlier)
{
    if (earlier.size < later.size || memcmp(earlier.data, later.data, later.size) != 0)
        return false;
    return earlier.size == later.size || earlier.data[later.size] == '|';
}

static void note_rule(struct acl_selector *self, bool allow, struct span what)
{
    size_t kept = 0;

    for (size_t i = 0; i < self->rule_count; i++) {
        if (covers(what, self->rules[i].what))
            disown(self->rules[i].what);
        else
            self->rules[kept++] = self->rules[i];
    }
    self->rule_count = kept;
    add_rule(self, allow, what);
}

static void all_commands(struct acl_selector *self, bool allow)
{
    memset(&self->commands, allow ? 0xff : 0, sizeof(self->commands));
    self->future_commands = allow;
    first_args_clear(self);
    rules_clear(self);
}

static const char *apply_category(const struct acl_terms *terms, struct acl_selector *self,
                                  struct span name, bool allow)
{
    char what[32] = "@";
    unsigned total = registry_total(terms->registry);
    int category = acl_category_find(name);

    if (category < 0)
        return UNKNOWN_COMMAND;
    for (unsigned number = 0; number < total; number++)
        if (acl_commands_has(&terms->categories[category], number))
            set_command(self, registry_by_number(terms->registry, number), allow);
    strncat(what, acl_category_name((unsigned)category), sizeof(what) - 2);
    note_rule(self, allow, span_text(what));
    return NULL;
}

/* "+select|0": `name` is no command, but perhaps one with a first argument. */
static const char *apply_first_arg(const struct acl_terms *terms, struct acl_selector *self,
                                   struct span name)
{
    size_t bar = name.size;
    const struct command *command;
    char *lower;
    struct span word;

    while (bar > 0 && name.data[bar - 1] != '|')
        bar--;
    if (bar == 0)
        return UNKNOWN_COMMAND;
    command = registry_find_original(terms->registry, span_of(name.data, bar - 1));
    if (!command)
        return UNKNOWN_COMMAND;
    if (command->parent)
        return FIRST_ARG_OF_SUB;
    if (command->subcommand_count)
        return UNKNOWN_COMMAND;
    word = span_of(name.data + bar, name.size - bar);
    if (word.size == 0 || has_spaces(word))
        return SYNTAX;
    if (self->first_arg_count >= ACL_ITEMS_LIMIT)
        return TOO_MANY;
    forget_first_args(self, command->number, &word);
    add_first_arg(self, command->number, word);
    lower = mem_alloc(name.size);
    for (size_t i = 0; i < name.size; i++)
        lower[i] = (char)tolower((unsigned char)name.data[i]);
    note_rule(self, true, span_of(lower, name.size));
    mem_free(lower);
    return NULL;
}

static const char *apply_command(const struct acl_terms *terms, struct acl_selector *self,
                                 struct span name, bool allow)
{
    const struct command *command = registry_find_original(terms->registry, name);

    if (self->rule_count >= ACL_ITEMS_LIMIT)
        return TOO_MANY;
    if (command) {
        set_command(self, command, allow);
        note_rule(self, allow, span_text(command->full_name));
        return NULL;
    }
    return allow ? apply_first_arg(terms, self, name) : UNKNOWN_COMMAND;
}

/* --- Rules about keys and channels. */

/* "~pattern" or "%RW~pattern". */
static const char *apply_key(struct acl_selector *self, struct span rule)
{
    unsigned permissions = ACL_READ_WRITE;
    size_t at = 1;
    struct span text;

    if (self->all_keys)
        return AFTER_ALL_KEYS;
    if (rule.data[0] == '%') {
        for (permissions = 0; at < rule.size && rule.data[at] != '~'; at++) {
            int letter = toupper((unsigned char)rule.data[at]);
            unsigned one = letter == 'R' ? ACL_READ : letter == 'W' ? ACL_WRITE : 0;

            if (!one || (permissions & one))
                return SYNTAX;
            permissions |= one;
        }
        if (!permissions || at++ == rule.size)
            return SYNTAX;
    }
    text = span_of(rule.data + at, rule.size - at);
    if (has_spaces(text))
        return SYNTAX;
    return patterns_add(&self->keys, text, permissions);
}

static const char *apply_channel(struct acl_selector *self, struct span text)
{
    if (self->all_channels)
        return AFTER_ALL_CHANNELS;
    if (has_spaces(text))
        return SYNTAX;
    return patterns_add(&self->channels, text, ACL_READ_WRITE);
}

/* The rules that are whole words. */
static bool apply_word(struct acl_selector *self, struct span rule)
{
    if (span_is(rule, "allkeys") || span_is(rule, "~*")) {
        patterns_clear(&self->keys);
        self->all_keys = true;
    } else if (span_is(rule, "resetkeys")) {
        patterns_clear(&self->keys);
        self->all_keys = false;
    } else if (span_is(rule, "allchannels") || span_is(rule, "&*")) {
        patterns_clear(&self->channels);
        self->all_channels = true;
    } else if (span_is(rule, "resetchannels")) {
        patterns_clear(&self->channels);
        self->all_channels = false;
    } else if (span_is(rule, "allcommands") || span_is(rule, "+@all")) {
        all_commands(self, true);
    } else if (span_is(rule, "nocommands") || span_is(rule, "-@all")) {
        all_commands(self, false);
    } else {
        return false;
    }
    return true;
}

static const char *apply_prefixed(const struct acl_terms *terms, struct acl_selector *selector,
                                  struct span rule)
{
    struct span rest;
    bool allow;

    rest = span_of(rule.data + 1, rule.size - 1);
    switch (rule.data[0]) {
    case '~':
    case '%':
        return apply_key(selector, rule);
    case '&':
        return apply_channel(selector, rest);
    case '+':
    case '-':
        allow = rule.data[0] == '+';
        if (rest.size && rest.data[0] == '@')
            return apply_category(terms, selector, span_of(rest.data + 1, rest.size - 1), allow);
        return apply_command(terms, selector, rest, allow);
    default:
        return SYNTAX;
    }
}

const char *acl_selector_apply(const struct acl_terms *terms, struct acl_selector *selector,
                               struct span rule)
{
    const char *why = NULL;

    if (rule.size && !apply_word(selector, rule))
        why = apply_prefixed(terms, selector, rule);
    selector->all_commands = has_all_commands(selector);
    return why;
}

/* --- Writing. */

static void begin_word(struct buffer *out, size_t start)
{
    if (out->size > start)
        buffer_append_byte(out, ' ');
}

void acl_selector_describe_keys(const struct acl_selector *selector, struct buffer *out)
{
    size_t start = out->size;

    if (selector->all_keys)
        buffer_append_span(out, SPAN("~*"));
    for (size_t i = 0; i < selector->keys.count; i++) {
        const struct acl_pattern *at = &selector->keys.items[i];

        begin_word(out, start);
        if (at->permissions == ACL_READ)
            buffer_append_span(out, SPAN("%R~"));
        else if (at->permissions == ACL_WRITE)
            buffer_append_span(out, SPAN("%W~"));
        else if (span_equal(at->text, SPAN("*")))
            buffer_append_span(out, SPAN("%RW~")); /* "~*" would forbid the patterns behind it */
        else
            buffer_append_byte(out, '~');
        buffer_append_span(out, at->text);
    }
}

void acl_selector_describe_channels(const struct acl_selector *selector, struct buffer *out)
{
    size_t start = out->size;

    if (selector->all_channels)
        buffer_append_span(out, SPAN("&*"));
    for (size_t i = 0; i < selector->channels.count; i++) {
        begin_word(out, start);
        buffer_append_byte(out, '&');
        buffer_append_span(out, selector->channels.items[i].text);
    }
}

void acl_selector_describe_commands(const struct acl_selector *selector, struct buffer *out)
{
    buffer_append_span(out, selector->future_commands ? SPAN("+@all") : SPAN("-@all"));
    for (size_t i = 0; i < selector->rule_count; i++) {
        buffer_append_byte(out, ' ');
        buffer_append_byte(out, selector->rules[i].allow ? '+' : '-');
        buffer_append_span(out, selector->rules[i].what);
    }
}

void acl_selector_describe(const struct acl_selector *selector, struct buffer *out)
{
    size_t start = out->size;

    acl_selector_describe_keys(selector, out);
    begin_word(out, start);
    if (!selector->all_channels) {
        /* whatever acl-pubsub-default is when this is read again */
        buffer_append_span(out, SPAN("resetchannels "));
    }
    if (selector->all_channels || selector->channels.count) {
        acl_selector_describe_channels(selector, out);
        buffer_append_byte(out, ' ');
    }
    acl_selector_describe_commands(selector, out);
}

bool acl_selector_equal(const struct acl_selector *a, const struct acl_selector *b)
{
    if (a->all_commands != b->all_commands || a->future_commands != b->future_commands ||
        a->all_keys != b->all_keys || a->all_channels != b->all_channels ||
        a->rule_count != b->rule_count || a->first_arg_count != b->first_arg_count ||
        memcmp(&a->commands, &b->commands, sizeof(a->commands)) != 0)
        return false;
    for (size_t i = 0; i < a->rule_count; i++)
        if (a->rules[i].allow != b->rules[i].allow ||
            !span_equal(a->rules[i].what, b->rules[i].what))
            return false;
    for (size_t i = 0; i < a->first_arg_count; i++)
        if (a->first_args[i].number != b->first_args[i].number ||
            !span_equal_nocase(a->first_args[i].word, b->first_args[i].word))
            return false;
    return patterns_equal(&a->keys, &b->keys) && patterns_equal(&a->channels, &b->channels);
}
