/* acl.c - users and their table: an array in the order of their names, searched by halves. */
#include "broker/acl/acl_internal.h"
#include "core/base/check.h"
#include "core/base/mem.h"

#include <ctype.h>
#include <string.h>

/* --- Users. */

struct acl_user *acl_user_new(const struct acl_terms *terms, struct span name)
{
    struct acl_user *user = mem_zalloc(sizeof(*user) + name.size + 1);

    atomic_init(&user->references, 1);
    user->name_size = name.size;
    if (name.size)
        memcpy(user->name, name.data, name.size);
    acl_user_set_rules_take(user, acl_rules_new(terms));
    return user;
}

struct acl_user *acl_user_hold(struct acl_user *user)
{
    atomic_fetch_add_explicit(&user->references, 1, memory_order_relaxed);
    return user;
}

void acl_user_release(struct acl_user *user)
{
    /* the last one frees: acquire-release so that it sees all that the others wrote */
    if (!user || atomic_fetch_sub_explicit(&user->references, 1, memory_order_acq_rel) > 1)
        return;
    acl_rules_free(user->rules);
    mem_free(user);
}

void acl_user_set_rules_take(struct acl_user *user, struct acl_rules *rules)
{
    acl_rules_free(user->rules);
    user->rules = rules;
    user->unrestricted = !user->deleted && acl_rules_unrestricted(rules);
}

bool acl_user_is_on(const struct acl_user *user)
{
    return user->rules->flags & ACL_USER_ON;
}

void acl_user_describe(const struct acl_user *user, struct buffer *out)
{
    buffer_append_span(out, SPAN("user "));
    buffer_append_span(out, acl_user_name(user));
    buffer_append_byte(out, ' ');
    acl_rules_describe(user->rules, out);
}

bool acl_name_fits(struct span name)
{
    for (size_t i = 0; i < name.size; i++)
        if (isspace((unsigned char)name.data[i]) || name.data[i] == '\0')
            return false;
    return true;
}

/* --- The table. */

/* Where a user of this name is, or would be. */
static size_t place_of(const struct acl *acl, struct span name)
{
    size_t low = 0, high = acl->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (span_compare(acl_user_name(acl->users[middle]), name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct acl_user *acl_find(const struct acl *acl, struct span name)
{
    size_t at = place_of(acl, name);

    if (at < acl->count && span_equal(acl_user_name(acl->users[at]), name))
        return acl->users[at];
    return NULL;
}

void acl_add_take(struct acl *acl, struct acl_user *user)
{
    size_t at = place_of(acl, acl_user_name(user));

    CHECK(!acl_find(acl, acl_user_name(user)));
    if (!(acl->count & (acl->count - 1)))
        acl->users =
            mem_realloc(acl->users, (acl->count ? 2 * acl->count : 1) * sizeof(*acl->users));
    memmove(&acl->users[at + 1], &acl->users[at], (acl->count - at) * sizeof(*acl->users));
    acl->users[at] = user;
    acl->count++;
}

void acl_remove(struct acl *acl, struct acl_user *user)
{
    size_t at = place_of(acl, acl_user_name(user));

    CHECK(user != acl->default_user && acl->users[at] == user);
    acl->count--;
    memmove(&acl->users[at], &acl->users[at + 1], (acl->count - at) * sizeof(*acl->users));
    user->deleted = true;
    acl_user_set_rules_take(user, acl_rules_new(&(struct acl_terms){0}));
    acl_user_release(user);
}

static void rules_must_take(struct acl *acl, struct acl_user *user, struct span rule)
{
    struct acl_rules *rules = acl_rules_copy(user->rules);
    const char *why = acl_rules_apply(&acl->terms, rules, rule);

    CHECK(!why);
    acl_user_set_rules_take(user, rules);
}

struct acl *acl_new(const struct registry *registry)
{
    static const char *const rules[] = {"on", "nopass", "~*", "&*", "+@all"};
    struct acl *acl = mem_zalloc(sizeof(*acl));

    acl_terms_init(&acl->terms, registry);
    acl_log_init(&acl->log);
    acl->default_user = acl_user_new(&acl->terms, SPAN("default"));
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
        rules_must_take(acl, acl->default_user, span_text(rules[i]));
    acl_add_take(acl, acl->default_user);
    return acl;
}

void acl_free(struct acl *acl)
{
    if (!acl)
        return;
    for (size_t i = 0; i < acl->count; i++)
        acl_user_release(acl->users[i]);
    mem_free(acl->users);
    acl_log_release(&acl->log);
    mem_free(acl);
}

void acl_set_pubsub_default(struct acl *acl, bool all_channels)
{
    acl->terms.new_users_get_all_channels = all_channels;
}

void acl_set_default_password(struct acl *acl, const char *password)
{
    struct buffer rule = {0};

    rules_must_take(acl, acl->default_user, SPAN("resetpass"));
    if (password[0])
        buffer_printf(&rule, ">%s", password);
    else
        buffer_printf(&rule, "nopass");
    rules_must_take(acl, acl->default_user, span_of(rule.data, rule.size));
    memset(rule.data, 0, rule.size);
    buffer_release(&rule);
}

struct acl_user *acl_default(const struct acl *acl)
{
    return acl->default_user;
}

bool acl_default_is_open(const struct acl *acl)
{
    unsigned flags = acl->default_user->rules->flags;

    return (flags & ACL_USER_NOPASS) && (flags & ACL_USER_ON);
}

bool acl_default_has_password(const struct acl *acl)
{
    return !(acl->default_user->rules->flags & ACL_USER_NOPASS);
}

void acl_trim_log(struct acl *acl, size_t limit)
{
    acl_log_trim(&acl->log, limit);
}
