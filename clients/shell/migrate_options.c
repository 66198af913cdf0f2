#include "clients/shell/migrate_options.h"
#include "core/base/error.h"
#include "core/num/num.h"

#include <stdlib.h>
#include <string.h>

enum {
    HOLD_S = 60,
    HOLD_LEAST_S = 10, /* a pause that was renewed before lasts so long */
    TIMEOUT_S = 600
};

/* "host:port", "[::1]:6379". */
static bool read_address(const char *text, char *host, size_t host_size, int *port)
{
    const char *colon = strrchr(text, ':');
    size_t size = colon ? (size_t)(colon - text) : 0;
    int64_t number;

    if (size > 1 && text[0] == '[' && text[size - 1] == ']') {
        text++;
        size -= 2;
    }
    if (size == 0 || size >= host_size || num_parse_i64(span_text(colon + 1), &number) < 0 ||
        number < 1 || number > 65535)
        return false;
    memcpy(host, text, size);
    host[size] = '\0';
    *port = (int)number;
    return true;
}

static bool read_seconds(const char *text, int low, int *to)
{
    int64_t number;

    if (num_parse_i64(span_text(text), &number) < 0 || number < low || number > 1000000)
        return false;
    *to = (int)number;
    return true;
}

struct flag {
    const char *name;
    const char *value; /* the word for it in the help, NULL: takes none */
    const char *help;
    size_t at; /* of a bool, or of a text, in the options; NOWHERE: it is read by its name */
};

#define AT(member) offsetof(struct migrate_options, member)
#define NOWHERE    SIZE_MAX

static const struct flag flags[] = {
    {"--from-user", "name", "user on the Redis", AT(redis.username)},
    {"--from-pass", "password", "its password; safer in MILLSTREAMCLI_FROM_AUTH",
     AT(redis.password)},
    {"--from-tls", NULL, "the Redis speaks TLS (our server needs tls-ca-cert-file, too)",
     AT(use_tls)},
    {"--from-cacert", "file", "who may have signed its certificate", AT(tls.ca_file)},
    {"--from-cert", "file", "certificate to show to it", AT(tls.certificate_file)},
    {"--from-key", "file", "the private key of that", AT(tls.key_file)},
    {"--from-sni", "name", "its name, if it is not the host's", AT(tls.server_name)},
    {"--from-insecure", NULL, "do not check its certificate", NOWHERE},
    {"--seen-as", "host:port", "where our server finds the Redis, if not where you do", NOWHERE},
    {"--dry-run", NULL, "check, say what would be done, change nothing", AT(dry_run)},
    {"--compare-only", NULL, "compare the two, change nothing", AT(compare_only)},
    {"--replace", NULL, "our server's own data may go", AT(replace)},
    {"--force", NULL, "go on where a check would refuse", AT(force)},
    {"--pause", NULL, "pause writers on the Redis, then switch", AT(pause)},
    {"--switch", NULL, "switch once nobody writes: you stop the writers", AT(switches)},
    {"--fence", NULL, "after the switch the Redis refuses writes", AT(fence)},
    {"--hold", "seconds", "how long it stays paused after the switch (60; at least 10)", NOWHERE},
    {"--thorough", NULL, "compare everything once more before the switch", AT(thorough)},
    {"--no-compare", NULL, "do not compare", AT(no_compare)},
    {"--timeout", "seconds", "the longest wait without progress (600)", NOWHERE},
    {"--help", NULL, "print this and exit", AT(help)},
};

static const struct flag *find_flag(const char *name)
{
    for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
        if (strcmp(flags[i].name, name) == 0)
            return &flags[i];
    return NULL;
}

static bool set_flag(struct migrate_options *options, const struct flag *flag, const char *value)
{
    if (flag->at != NOWHERE) {
        char *member = (char *)options + flag->at;

        if (flag->value)
            memcpy(member, &value, sizeof(value));
        else
            *(bool *)member = true;
        return true;
    }
    if (strcmp(flag->name, "--from-insecure") == 0) {
        options->tls.insecure = 1;
        return true;
    }
    if (strcmp(flag->name, "--seen-as") == 0)
        return read_address(value, options->seen_host, sizeof(options->seen_host),
                            &options->seen_port);
    if (strcmp(flag->name, "--hold") == 0)
        return read_seconds(value, HOLD_LEAST_S, &options->hold_s);
    return read_seconds(value, 1, &options->timeout_s);
}

/* What makes no sense together; NULL when all does. */
static const char *contradiction(const struct migrate_options *options)
{
    if (options->compare_only && (options->pause || options->switches || options->no_compare))
        return "--compare-only neither pauses, switches nor leaves out the comparison";
    if (options->fence && !options->pause && !options->switches)
        return "--fence is for after the switch: add --pause or --switch";
    if (options->thorough && options->no_compare)
        return "--thorough and --no-compare contradict each other";
    return NULL;
}

static int read_flags(struct migrate_options *options, int argc, char **argv, char *error,
                      size_t error_size)
{
    for (int at = 0; at < argc; at++) {
        const struct flag *flag = find_flag(argv[at]);

        if (!flag) {
            snprintf(error, error_size, "migrate from-redis does not know '%s'", argv[at]);
            return ERR_SYNTAX;
        }
        if (flag->value && at + 1 == argc) {
            snprintf(error, error_size, "%s needs a value: %s", flag->name, flag->value);
            return ERR_SYNTAX;
        }
        if (!set_flag(options, flag, argv[at + 1])) {
            snprintf(error, error_size, "'%s' is no good value for %s", argv[at + 1], flag->name);
            return ERR_SYNTAX;
        }
        at += flag->value != NULL;
    }
    return 0;
}

int migrate_options_parse(struct migrate_options *options, int argc, char **argv, char *error,
                          size_t error_size)
{
    const char *wrong;

    memset(options, 0, sizeof(*options));
    ms_options_init(&options->redis);
    options->redis.password = getenv("MILLSTREAMCLI_FROM_AUTH");
    options->redis.host = options->host;
    options->hold_s = HOLD_S;
    options->timeout_s = TIMEOUT_S;
    if (argc < 1 || strcmp(argv[0], "from-redis") != 0) {
        snprintf(error, error_size, "Usage: millstream-cli migrate from-redis HOST:PORT [options]");
        return ERR_SYNTAX;
    }
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        options->help = true;
        return 0;
    }
    if (argc < 2 ||
        !read_address(argv[1], options->host, sizeof(options->host), &options->redis.port)) {
        snprintf(error, error_size, "migrate from-redis needs HOST:PORT of the Redis%s%s",
                 argc < 2 ? "" : ", not ", argc < 2 ? "" : argv[1]);
        return ERR_SYNTAX;
    }
    if (read_flags(options, argc - 2, argv + 2, error, error_size) < 0)
        return ERR_SYNTAX;
    wrong = contradiction(options);
    if (wrong) {
        snprintf(error, error_size, "%s", wrong);
        return ERR_SYNTAX;
    }
    if (options->seen_port == 0) {
        memcpy(options->seen_host, options->host, sizeof(options->host));
        options->seen_port = options->redis.port;
    }
    options->switches |= options->pause;
    return 0;
}

void migrate_options_help(FILE *to)
{
    fprintf(to,
            "Usage: millstream-cli [-h host] [-p port] [...] migrate from-redis HOST:PORT "
            "[options]\n\n"
            "Makes the server of -h and -p a replica of the Redis at HOST:PORT, compares the two\n"
            "key by key, and makes it the primary once both have the same. Run it again to go on\n"
            "after an interruption.\n\n");
    for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
        char left[40];

        snprintf(left, sizeof(left), "%s%s%s%s", flags[i].name, flags[i].value ? " <" : "",
                 flags[i].value ? flags[i].value : "", flags[i].value ? ">" : "");
        fprintf(to, "  %-24s %s\n", left, flags[i].help);
    }
    fprintf(to,
            "\nExit code:\n"
            "  0    done as asked\n"
            "  1    wrong usage, or a server does not answer or refuses a command\n"
            "  2    a check says no; nothing was changed\n"
            "  3    the two do not hold the same; not switched\n"
            "  4    it took longer than --timeout; not switched\n"
            "  5    switched, but the Redis has taken writes that are not here\n"
            "  130  interrupted; not switched\n\n"
            "Without --pause and --switch our server is left following, and you are told how to "
            "go on.\n");
}
