#include "broker/observe/redact.h"
#include "broker/command/registry.h"
#include "broker/config/config.h"

#include <string.h>

enum {
    MIGRATE_OPTIONS = 6, /* where the options of MIGRATE begin */
    HELLO_OPTIONS = 2,
    CONFIG_PAIRS = 2
};

/* From the first secret to the last one, of options that may come more than once. */
static void hide(struct redaction *redaction, size_t first, size_t end)
{
    if (redaction->end == 0)
        redaction->first = first;
    redaction->end = end;
}

/* HELLO [version [AUTH user password] [SETNAME name]]: a client may be called AUTH. */
static struct redaction of_hello(size_t argc, const struct span *argv)
{
    struct redaction redaction = {0};

    for (size_t at = HELLO_OPTIONS; at < argc; at++) {
        if (span_is(argv[at], "setname")) {
            at += 1;
        } else if (span_is(argv[at], "auth")) {
            hide(&redaction, at + 1, at + 3);
            at += 2;
        }
    }
    return redaction;
}

/* The options of MIGRATE end at KEYS, behind which a key may have any name. */
static struct redaction of_migrate(size_t argc, const struct span *argv)
{
    struct redaction redaction = {0};

    for (size_t at = MIGRATE_OPTIONS; at < argc && !span_is(argv[at], "keys"); at++) {
        size_t secrets = span_is(argv[at], "auth") ? 1 : span_is(argv[at], "auth2") ? 2 : 0;

        if (secrets)
            hide(&redaction, at + 1, at + 1 + secrets);
        at += secrets;
    }
    return redaction;
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
            return of_hello(argc, argv);
        break;
    case 'm':
        if (strcmp(name, "migrate") == 0)
            return of_migrate(argc, argv);
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
