#include "broker/observe/redact.h"
#include "broker/command/registry.h"
#include "broker/config/config.h"

#include <string.h>

enum {
    MIGRATE_OPTIONS = 6, /* where the options of MIGRATE begin */
    HELLO_OPTIONS = 2,
    CONFIG_PAIRS = 2
};

/* Secrets behind the word, `count` of them; options end at the word `last`, if there is one. */
static struct redaction behind(size_t argc, const struct span *argv, size_t from)
{
    for (size_t at = from; at < argc; at++) {
        if (span_is(argv[at], "keys"))
            break;
        if (span_is(argv[at], "auth2"))
            return (struct redaction){.first = at + 1, .end = at + 3};
        if (span_is(argv[at], "auth"))
            return (struct redaction){.first = at + 1, .end = at + (from == HELLO_OPTIONS ? 3 : 2)};
    }
    return (struct redaction){0};
}

struct redaction redaction_of(const struct command *command, size_t argc, const struct span *argv)
{
    const char *name = command->full_name;

    switch (name[0]) {
    case 'a':
        if (strcmp(name, "auth") == 0)
            return (struct redaction){.first = 1, .end = argc};
        if (strcmp(name, "acl|setuser") == 0)
            return (struct redaction){.first = 2, .end = argc};
        break;
    case 'c':
        if (strcmp(name, "config|set") == 0)
            return (struct redaction){.directives = true};
        break;
    case 'h':
        if (strcmp(name, "hello") == 0)
            return behind(argc, argv, HELLO_OPTIONS);
        break;
    case 'm':
        if (strcmp(name, "migrate") == 0)
            return behind(argc, argv, MIGRATE_OPTIONS);
        break;
    default:
        break;
    }
    return (struct redaction){0};
}

struct span redaction_argument(const struct redaction *redaction, const struct span *argv,
                               size_t at)
{
    bool hidden = at >= redaction->first && at < redaction->end;

    if (redaction->directives && at > CONFIG_PAIRS && (at - CONFIG_PAIRS) % 2 == 1)
        hidden = config_is_secret(argv[at - 1]);
    return hidden ? span_text(REDACTED_TEXT) : argv[at];
}
