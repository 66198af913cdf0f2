/* acl_category.c - the categories of ACL rules and which commands are in them. */
#include "broker/acl/acl_internal.h"
#include "broker/command/command_commands.h"
#include "core/base/check.h"

static const char *const names[] = {
    "keyspace",  "read",       "write",       "set",       "sortedset",   "list",
    "hash",      "string",     "array",       "bitmap",    "hyperloglog", "geo",
    "stream",    "pubsub",     "admin",       "fast",      "slow",        "blocking",
    "dangerous", "connection", "transaction", "scripting", NULL,
};

const char *acl_category_name(unsigned at)
{
    return names[at];
}

int acl_category_find(struct span name)
{
    for (int i = 0; names[i]; i++)
        if (span_is(name, names[i]))
            return i;
    return -1;
}

void acl_terms_init(struct acl_terms *terms, const struct registry *registry)
{
    unsigned total = registry_total(registry);

    CHECK(total <= ACL_COMMANDS_LIMIT);
    CHECK(sizeof(names) / sizeof(names[0]) <= ACL_CATEGORIES_LIMIT);
    *terms = (struct acl_terms){.registry = registry};
    for (unsigned number = 0; number < total; number++) {
        const struct command *command = registry_by_number(registry, number);

        if (command->spec->flags & CMD_INTERNAL)
            continue;
        for (int i = 0; names[i]; i++)
            if (command_in_category(command, span_text(names[i])))
                acl_commands_put(&terms->categories[i], number, true);
    }
}
