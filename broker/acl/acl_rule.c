/* acl_rule.c - a user's rules: on or off, passwords, selectors; how words change them and how they
 * are written. */
#include "broker/acl/acl_internal.h"
#include "broker/config/directive.h"
#include "core/base/error.h"
#include "core/base/mem.h"

#include <string.h>

#define SYNTAX      "Syntax error"
#define TOO_MANY    "Too many rules of this kind"
#define NO_PASSWORD "The password you are trying to remove from the user does not exist"
#define BAD_HASH                                                                                   \
    "The password hash must be exactly 64 characters and contain only lowercase hexadecimal "      \
    "characters"

enum {
    SELECTOR_WORDS_LIMIT = 1024
};

static void *grow(void *items, size_t count, size_t size)
{
    if (count & (count - 1))
        return items;
    return mem_realloc(items, (count ? 2 * count : 1) * size);
}

static void add_selector(struct acl_rules *self, struct acl_selector *selector)
{
    self->selectors = grow(self->selectors, self->selector_count, sizeof(*self->selectors));
    self->selectors[self->selector_count++] = selector;
}

/* A new user: may not log in, and may nothing. */
struct acl_rules *acl_rules_new(const struct acl_terms *terms)
{
    struct acl_rules *rules = mem_zalloc(sizeof(*rules));

    rules->flags = ACL_USER_SANITIZE;
    add_selector(rules, acl_selector_new(terms));
    return rules;
}

struct acl_rules *acl_rules_copy(const struct acl_rules *rules)
{
    struct acl_rules *copy = mem_zalloc(sizeof(*copy));

    copy->flags = rules->flags;
    for (; copy->password_count < rules->password_count; copy->password_count++) {
        copy->passwords = grow(copy->passwords, copy->password_count, sizeof(*copy->passwords));
        copy->passwords[copy->password_count] = rules->passwords[copy->password_count];
    }
    for (size_t i = 0; i < rules->selector_count; i++)
        add_selector(copy, acl_selector_copy(rules->selectors[i]));
    return copy;
}

static void clear_selectors(struct acl_rules *self)
{
    while (self->selector_count > 1)
        acl_selector_free(self->selectors[--self->selector_count]);
}

void acl_rules_free(struct acl_rules *rules)
{
    if (!rules)
        return;
    clear_selectors(rules);
    acl_selector_free(rules->selectors[0]);
    mem_free(rules->selectors);
    mem_free(rules->passwords);
    mem_free(rules);
}

/* --- Passwords. */

static void forget_passwords(struct acl_rules *self)
{
    mem_free(self->passwords);
    self->passwords = NULL;
    self->password_count = 0;
}

static size_t find_password(const struct acl_rules *self, const char hash[ACL_HASH_TEXT])
{
    size_t found = self->password_count;

    for (size_t i = 0; i < self->password_count; i++)
        if (span_equal_secret(span_of(self->passwords[i].text, ACL_HASH_TEXT),
                              span_of(hash, ACL_HASH_TEXT)))
            found = i;
    return found;
}

static bool is_hash(struct span text)
{
    if (text.size != ACL_HASH_TEXT)
        return false;
    for (size_t i = 0; i < text.size; i++)
        if (!memchr("0123456789abcdef", text.data[i], 16))
            return false;
    return true;
}

static const char *add_password(struct acl_rules *self, const char hash[ACL_HASH_TEXT])
{
    if (self->password_count >= ACL_ITEMS_LIMIT)
        return TOO_MANY;
    if (find_password(self, hash) == self->password_count) {
        self->passwords = grow(self->passwords, self->password_count, sizeof(*self->passwords));
        memcpy(self->passwords[self->password_count++].text, hash, ACL_HASH_TEXT);
    }
    self->flags &= ~(unsigned)ACL_USER_NOPASS;
    return NULL;
}

static const char *remove_password(struct acl_rules *self, const char hash[ACL_HASH_TEXT])
{
    size_t at = find_password(self, hash);

    if (at == self->password_count)
        return NO_PASSWORD;
    self->password_count--;
    memmove(&self->passwords[at], &self->passwords[at + 1],
            (self->password_count - at) * sizeof(*self->passwords));
    return NULL;
}

/* ">password", "<password", "#hash", "!hash". */
static const char *apply_password(struct acl_rules *self, char sign, struct span secret)
{
    char hash[ACL_HASH_TEXT];
    bool add = sign == '>' || sign == '#';

    if (sign == '>' || sign == '<')
        acl_hash(secret, hash);
    else if (!is_hash(secret))
        return BAD_HASH;
    else
        memcpy(hash, secret.data, ACL_HASH_TEXT);
    return add ? add_password(self, hash) : remove_password(self, hash);
}

bool acl_rules_know_password(const struct acl_rules *rules, struct span password)
{
    char hash[ACL_HASH_TEXT];

    acl_hash(password, hash);
    return (rules->flags & ACL_USER_NOPASS) || find_password(rules, hash) < rules->password_count;
}

/* --- Selectors in parentheses. */

static const char *apply_selector(const struct acl_terms *terms, struct acl_rules *self,
                                  struct span rule)
{
    struct span words[SELECTOR_WORDS_LIMIT];
    struct buffer scratch = {0};
    struct acl_selector *selector;
    const char *why = NULL;
    int count;

    if (rule.data[rule.size - 1] != ')')
        return SYNTAX;
    if (self->selector_count >= ACL_ITEMS_LIMIT)
        return TOO_MANY;
    count =
        config_split(span_of(rule.data + 1, rule.size - 2), &scratch, words, SELECTOR_WORDS_LIMIT);
    if (count < 0) {
        buffer_release(&scratch);
        return SYNTAX;
    }
    selector = acl_selector_new(terms);
    for (int i = 0; i < count && !why; i++) {
        /* in a file it would be taken for the selector's end */
        if (words[i].size && words[i].data[words[i].size - 1] == ')')
            why = SYNTAX;
        else
            why = acl_selector_apply(terms, selector, words[i]);
    }
    buffer_release(&scratch);
    if (why)
        acl_selector_free(selector);
    else
        add_selector(self, selector);
    return why;
}

/* --- Words. */

static void set_flag(struct acl_rules *self, unsigned on, unsigned off)
{
    self->flags = (self->flags & ~off) | on;
}

static void reset(const struct acl_terms *terms, struct acl_rules *self)
{
    clear_selectors(self);
    forget_passwords(self);
    acl_selector_free(self->selectors[0]);
    self->selectors[0] = acl_selector_new(terms);
    self->flags = ACL_USER_SANITIZE;
}

static bool apply_word(const struct acl_terms *terms, struct acl_rules *self, struct span rule)
{
    if (span_is(rule, "on")) {
        set_flag(self, ACL_USER_ON, 0);
    } else if (span_is(rule, "off")) {
        set_flag(self, 0, ACL_USER_ON);
    } else if (span_is(rule, "nopass")) {
        set_flag(self, ACL_USER_NOPASS, 0);
        forget_passwords(self);
    } else if (span_is(rule, "resetpass")) {
        set_flag(self, 0, ACL_USER_NOPASS);
        forget_passwords(self);
    } else if (span_is(rule, "sanitize-payload")) {
        set_flag(self, ACL_USER_SANITIZE, ACL_USER_SKIP_SANITIZE);
    } else if (span_is(rule, "skip-sanitize-payload")) {
        set_flag(self, ACL_USER_SKIP_SANITIZE, ACL_USER_SANITIZE);
    } else if (span_is(rule, "clearselectors")) {
        clear_selectors(self);
    } else if (span_is(rule, "reset")) {
        reset(terms, self);
    } else {
        return false;
    }
    return true;
}

const char *acl_rules_apply(const struct acl_terms *terms, struct acl_rules *rules,
                            struct span rule)
{
    if (rule.size == 0 || apply_word(terms, rules, rule))
        return NULL;
    if (memchr("><#!", rule.data[0], 4))
        return apply_password(rules, rule.data[0], span_of(rule.data + 1, rule.size - 1));
    if (rule.data[0] == '(')
        return apply_selector(terms, rules, rule);
    return acl_selector_apply(terms, rules->selectors[0], rule);
}

static bool opens(struct span word)
{
    return word.size && word.data[0] == '(' && word.data[word.size - 1] != ')';
}

static bool closes(struct span word)
{
    return word.size && word.data[word.size - 1] == ')';
}

/* A rule as an error shows it. */
static struct span shown(const struct acl_words *words, struct span rule)
{
    bool is_password = rule.size && memchr("><#!", rule.data[0], 4);

    return words->from_file && is_password ? SPAN("(a password)") : rule;
}

int acl_rules_apply_words(const struct acl_terms *terms, struct acl_rules *rules,
                          const struct acl_words *words, struct diag *diag)
{
    const struct span *items = words->items;
    struct buffer whole = {0};
    int rc = 0;

    /* all parentheses first: a rule in front of an open one is not complained about */
    for (size_t i = 0; i < words->count; i++) {
        size_t start = i;

        if (!opens(items[i]))
            continue;
        while (++i < words->count && !closes(items[i]) && !opens(items[i]))
            ;
        if (i < words->count && opens(items[i]))
            start = i; /* the one before is not closed either */
        if (i == words->count || start == i)
            return diag_set(diag, ERR_SYNTAX,
                            "Unmatched parenthesis in acl selector starting at '%.*s'.",
                            SPAN_ARGS(items[start]));
    }
    for (size_t i = 0; i < words->count && rc == 0; i++) {
        struct span rule = items[i];
        const char *why;

        if (opens(rule)) {
            buffer_clear(&whole);
            buffer_append_span(&whole, rule);
            do {
                buffer_append_byte(&whole, ' ');
                buffer_append_span(&whole, items[++i]);
            } while (!closes(items[i]));
            rule = span_of(whole.data, whole.size);
        }
        why = acl_rules_apply(terms, rules, rule);
        if (why)
            rc = diag_set(diag, ERR_SYNTAX, "%s '%.*s': %s", words->what,
                          SPAN_ARGS(shown(words, rule)), why);
    }
    buffer_release(&whole);
    return rc;
}

/* --- Writing and comparing. */

void acl_rules_describe(const struct acl_rules *rules, struct buffer *out)
{
    buffer_append_span(out, rules->flags & ACL_USER_ON ? SPAN("on ") : SPAN("off "));
    if (rules->flags & ACL_USER_NOPASS)
        buffer_append_span(out, SPAN("nopass "));
    if (rules->flags & ACL_USER_SKIP_SANITIZE)
        buffer_append_span(out, SPAN("skip-sanitize-payload "));
    if (rules->flags & ACL_USER_SANITIZE)
        buffer_append_span(out, SPAN("sanitize-payload "));
    for (size_t i = 0; i < rules->password_count; i++) {
        buffer_append_byte(out, '#');
        buffer_append(out, rules->passwords[i].text, ACL_HASH_TEXT);
        buffer_append_byte(out, ' ');
    }
    for (size_t i = 0; i < rules->selector_count; i++) {
        if (i > 0)
            buffer_append_span(out, SPAN(" ("));
        acl_selector_describe(rules->selectors[i], out);
        if (i > 0)
            buffer_append_byte(out, ')');
    }
}

bool acl_rules_unrestricted(const struct acl_rules *rules)
{
    for (size_t i = 0; i < rules->selector_count; i++) {
        const struct acl_selector *at = rules->selectors[i];

        if (at->all_commands && at->all_keys && at->all_channels)
            return true;
    }
    return false;
}

bool acl_rules_equal(const struct acl_rules *a, const struct acl_rules *b)
{
    if (a->flags != b->flags || a->password_count != b->password_count ||
        a->selector_count != b->selector_count)
        return false;
    for (size_t i = 0; i < a->password_count; i++)
        if (memcmp(a->passwords[i].text, b->passwords[i].text, ACL_HASH_TEXT) != 0)
            return false;
    for (size_t i = 0; i < a->selector_count; i++)
        if (!acl_selector_equal(a->selectors[i], b->selectors[i]))
            return false;
    return true;
}
