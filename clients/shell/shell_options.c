#include "clients/shell/shell_options.h"
#include "core/base/error.h"
#include "core/num/num.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Flags by what they take. Each sets its part of the options; false for a value that is no good. */
struct flag {
    const char *name;
    const char *value; /* the word for it in the help, NULL: takes none */
    const char *help;
    bool (*set)(struct shell_options *options, const char *value);
};

static bool set_int(const char *text, int64_t low, int64_t high, int *out)
{
    int64_t number;

    if (num_parse_i64(span_text(text), &number) < 0 || number < low || number > high)
        return false;
    *out = (int)number;
    return true;
}

static bool set_host(struct shell_options *options, const char *value)
{
    options->connection.host = value;
    return *value != '\0';
}

static bool set_port(struct shell_options *options, const char *value)
{
    return set_int(value, 1, 65535, &options->connection.port);
}

static bool set_socket(struct shell_options *options, const char *value)
{
    options->connection.unix_path = value;
    return *value != '\0';
}

static bool set_password(struct shell_options *options, const char *value)
{
    options->connection.password = value;
    return true;
}

static bool set_user(struct shell_options *options, const char *value)
{
    options->connection.username = value;
    return true;
}

static bool set_database(struct shell_options *options, const char *value)
{
    return set_int(value, 0, INT32_MAX, &options->connection.database);
}

/* Copies text[0 .. size) with %XX resolved; false when it does not fit or is malformed. */
static bool copy_decoded(char *to, size_t capacity, const char *text, size_t size)
{
    size_t used = 0;

    for (size_t i = 0; i < size; i++) {
        char byte = text[i];

        if (byte == '%') {
            char hex[3] = {0};
            char *end;

            if (size - i < 3)
                return false;
            memcpy(hex, text + i + 1, 2);
            byte = (char)strtol(hex, &end, 16);
            if (end != hex + 2)
                return false;
            i += 2;
        }
        if (used + 1 >= capacity)
            return false;
        to[used++] = byte;
    }
    to[used] = '\0';
    return true;
}

/* The scheme of an URI: true when known, with *tls. */
static bool known_scheme(const char *uri, bool *tls)
{
    *tls = strncmp(uri, "rediss:", 7) == 0 || strncmp(uri, "millstreams:", 12) == 0;
    return *tls || strncmp(uri, "redis:", 6) == 0 || strncmp(uri, "millstream:", 11) == 0;
}

/* redis://[[user]:password@]host[:port][/database], rediss:// with TLS */
static bool set_uri(struct shell_options *options, const char *value)
{
    const char *rest = strstr(value, "://");
    const char *at;
    const char *slash;
    const char *colon;
    size_t size;
    bool tls;

    if (!rest || !known_scheme(value, &tls))
        return false;
    options->use_tls |= tls;
    rest += 3;
    at = strrchr(rest, '@');
    if (at) {
        colon = memchr(rest, ':', (size_t)(at - rest));
        if (colon && colon > rest) {
            if (!copy_decoded(options->user, sizeof(options->user), rest, (size_t)(colon - rest)))
                return false;
            options->connection.username = options->user;
        }
        colon = colon ? colon + 1 : rest;
        if (!copy_decoded(options->password, sizeof(options->password), colon,
                          (size_t)(at - colon)))
            return false;
        options->connection.password = options->password;
        rest = at + 1;
    }
    slash = strchr(rest, '/');
    if (slash && slash[1] && !set_database(options, slash + 1))
        return false;
    size = slash ? (size_t)(slash - rest) : strlen(rest);
    colon = memchr(rest, ':', size);
    if (colon) {
        char port[8] = {0};
        size_t port_size = size - (size_t)(colon - rest) - 1;

        if (port_size >= sizeof(port))
            return false;
        memcpy(port, colon + 1, port_size);
        if (!set_port(options, port))
            return false;
        size = (size_t)(colon - rest);
    }
    if (size == 0)
        return true;
    options->connection.host = options->host;
    return copy_decoded(options->host, sizeof(options->host), rest, size);
}

static bool set_resp2(struct shell_options *options, const char *value)
{
    (void)value;
    options->connection.protocol = 2;
    return true;
}

static bool set_resp3(struct shell_options *options, const char *value)
{
    (void)value;
    options->connection.protocol = 3;
    return true;
}

static bool set_repeat(struct shell_options *options, const char *value)
{
    int64_t number;

    if (num_parse_i64(span_text(value), &number) < 0 || number < -1)
        return false;
    options->repeat = number;
    return true;
}

static bool set_interval(struct shell_options *options, const char *value)
{
    return num_parse_double(span_text(value), &options->interval_s) == 0 &&
           options->interval_s >= 0 && options->interval_s < 1e9;
}

static bool set_format(struct shell_options *options, enum format format)
{
    options->format = format;
    options->format_given = true;
    return true;
}

static bool set_raw(struct shell_options *options, const char *value)
{
    (void)value;
    return set_format(options, FORMAT_RAW);
}

static bool set_no_raw(struct shell_options *options, const char *value)
{
    (void)value;
    return set_format(options, FORMAT_TERMINAL);
}

static bool set_csv(struct shell_options *options, const char *value)
{
    (void)value;
    return set_format(options, FORMAT_CSV);
}

static bool set_json(struct shell_options *options, const char *value)
{
    (void)value;
    return set_format(options, FORMAT_JSON);
}

static bool set_quoted_json(struct shell_options *options, const char *value)
{
    options->ascii_json = true;
    return set_json(options, value);
}

static bool set_read_last(struct shell_options *options, const char *value)
{
    (void)value;
    options->read_last = true;
    return true;
}

static bool set_read_at(struct shell_options *options, const char *value)
{
    options->read_at = value;
    return true;
}

static bool set_fail(struct shell_options *options, const char *value)
{
    (void)value;
    options->fail_on_error = true;
    return true;
}

static bool set_quoted_input(struct shell_options *options, const char *value)
{
    (void)value;
    options->quoted_input = true;
    return true;
}

static bool set_pipe(struct shell_options *options, const char *value)
{
    (void)value;
    options->pipe = true;
    return true;
}

static bool set_pipe_timeout(struct shell_options *options, const char *value)
{
    return set_int(value, 0, 1000000, &options->pipe_timeout_s);
}

static bool set_pushes(struct shell_options *options, const char *value)
{
    options->show_pushes = *value == 'y' || *value == 'Y';
    return *value == 'y' || *value == 'Y' || *value == 'n' || *value == 'N';
}

static bool set_no_warning(struct shell_options *options, const char *value)
{
    (void)value;
    options->auth_warning = false;
    return true;
}

static bool set_tls(struct shell_options *options, const char *value)
{
    (void)value;
    options->use_tls = true;
    return true;
}

static bool set_insecure(struct shell_options *options, const char *value)
{
    (void)value;
    options->tls.insecure = 1;
    return true;
}

static bool set_ca_file(struct shell_options *options, const char *value)
{
    options->tls.ca_file = value;
    return true;
}

static bool set_ca_directory(struct shell_options *options, const char *value)
{
    options->tls.ca_directory = value;
    return true;
}

static bool set_certificate(struct shell_options *options, const char *value)
{
    options->tls.certificate_file = value;
    return true;
}

static bool set_key(struct shell_options *options, const char *value)
{
    options->tls.key_file = value;
    return true;
}

static bool set_server_name(struct shell_options *options, const char *value)
{
    options->tls.server_name = value;
    return *value != '\0';
}

static bool set_ciphers(struct shell_options *options, const char *value)
{
    options->tls.ciphers = value;
    return true;
}

static bool set_ciphersuites(struct shell_options *options, const char *value)
{
    options->tls.ciphersuites = value;
    return true;
}

static bool set_help(struct shell_options *options, const char *value)
{
    (void)value;
    options->help = true;
    return true;
}

static bool set_version(struct shell_options *options, const char *value)
{
    (void)value;
    options->version = true;
    return true;
}

static const struct flag flags[] = {
    {"-h", "host", "server to connect to (127.0.0.1)", set_host},
    {"-p", "port", "its port (6379)", set_port},
    {"-s", "socket", "Unix socket to connect to instead", set_socket},
    {"-u", "uri", "redis://user:password@host:port/database; rediss:// for TLS", set_uri},
    {"-a", "password", "password; safer in MILLSTREAMCLI_AUTH or REDISCLI_AUTH", set_password},
    {"--pass", "password", "the same as -a", set_password},
    {"--user", "name", "user that the password belongs to", set_user},
    {"-n", "database", "database number", set_database},
    {"-2", NULL, "speak RESP2", set_resp2},
    {"-3", NULL, "speak RESP3", set_resp3},
    {"-r", "count", "run the command so many times (-1: for ever)", set_repeat},
    {"-i", "seconds", "pause between the repetitions, fractions allowed", set_interval},
    {"-x", NULL, "take the last argument from standard input", set_read_last},
    {"-X", "tag", "take the argument that is <tag> from standard input", set_read_at},
    {"-e", NULL, "accepted: error replies always end the command with exit code 1", set_fail},
    {"--raw", NULL, "print replies raw (the default when not on a terminal)", set_raw},
    {"--no-raw", NULL, "print replies as on a terminal", set_no_raw},
    {"--csv", NULL, "print replies as CSV", set_csv},
    {"--json", NULL, "print replies as JSON (speaks RESP3 unless -2)", set_json},
    {"--quoted-json", NULL, "the same in ASCII", set_quoted_json},
    {"--quoted-input", NULL, "command-line arguments are quoted strings", set_quoted_input},
    {"--show-pushes", "yes|no", "print RESP3 pushes", set_pushes},
    {"--pipe", NULL, "send standard input, which is RESP, and count the replies", set_pipe},
    {"--pipe-timeout", "seconds", "how long --pipe waits for the last reply (30; 0: for ever)",
     set_pipe_timeout},
    {"--tls", NULL, "speak TLS; the server's certificate and name are checked", set_tls},
    {"--cacert", "file", "who may have signed it (what the system trusts)", set_ca_file},
    {"--cacertdir", "folder", "the same from a folder with hashed names", set_ca_directory},
    {"--insecure", NULL, "do not check it", set_insecure},
    {"--sni", "name", "the server's name, if it is not that of -h", set_server_name},
    {"--cert", "file", "certificate to show to the server", set_certificate},
    {"--key", "file", "its private key", set_key},
    {"--tls-ciphers", "list", "ciphers of TLS 1.2, as OpenSSL names them", set_ciphers},
    {"--tls-ciphersuites", "list", "those of TLS 1.3", set_ciphersuites},
    {"--no-auth-warning", NULL, "no warning about a password on the command line", set_no_warning},
    {"--help", NULL, "print this and exit", set_help},
    {"--version", NULL, "print the version and exit", set_version},
};

static const struct flag *find_flag(const char *name)
{
    for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
        if (strcmp(flags[i].name, name) == 0)
            return &flags[i];
    return NULL;
}

static void set_defaults(struct shell_options *options)
{
    const char *password = getenv("MILLSTREAMCLI_AUTH");

    memset(options, 0, sizeof(*options));
    ms_options_init(&options->connection);
    options->connection.password = password ? password : getenv("REDISCLI_AUTH");
    options->connection.protocol = 0; /* not said yet */
    options->connection.command_timeout_ms = 0;
    options->connection.reconnect_limit = 0;
    options->pipe_timeout_s = 30;
    options->repeat = 1;
    options->auth_warning = true;
    options->show_pushes = isatty(STDOUT_FILENO);
    options->format = isatty(STDOUT_FILENO) ? FORMAT_TERMINAL : FORMAT_RAW;
}

int shell_options_parse(struct shell_options *options, int argc, char **argv, char *error,
                        size_t error_size)
{
    const char *password;
    int at;

    set_defaults(options);
    password = options->connection.password;
    for (at = 1; at < argc && argv[at][0] == '-'; at++) {
        const struct flag *flag = find_flag(argv[at]);

        if (!flag) {
            snprintf(error, error_size, "Unrecognized option or bad number of args for: '%s'",
                     argv[at]);
            return ERR_SYNTAX;
        }
        if (flag->value && at + 1 == argc) {
            snprintf(error, error_size, "%s needs a value: %s", flag->name, flag->value);
            return ERR_SYNTAX;
        }
        if (!flag->set(options, flag->value ? argv[at + 1] : NULL)) {
            snprintf(error, error_size, "'%s' is no good value for %s", argv[at + 1], flag->name);
            return ERR_SYNTAX;
        }
        if (flag->value)
            at++;
    }
    if (options->connection.password == password)
        options->auth_warning = false;
    if (options->connection.protocol == 0)
        options->connection.protocol = options->format == FORMAT_JSON ? 3 : 2;
    options->argc = argc - at;
    options->argv = argv + at;
    return 0;
}

void shell_options_help(FILE *to)
{
    fprintf(to,
            "millstream-cli %s\n\nUsage: millstream-cli [options] [command [argument ...]]\n\n"
            "Without a command, reads commands from the terminal or from standard input.\n"
            "Exit code: 0, or 1 after an error reply or when the server cannot be reached.\n\n",
            MS_VERSION);
    for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
        char left[40];

        snprintf(left, sizeof(left), "%s%s%s%s", flags[i].name, flags[i].value ? " <" : "",
                 flags[i].value ? flags[i].value : "", flags[i].value ? ">" : "");
        fprintf(to, "  %-26s %s\n", left, flags[i].help);
    }
    fprintf(to, "\nEnvironment:\n"
                "  MILLSTREAMCLI_AUTH, REDISCLI_AUTH   password\n"
                "  MILLSTREAMCLI_HISTFILE              history (~/.millstreamcli_history)\n\n"
                "Examples:\n"
                "  millstream-cli XADD orders '*' item 42\n"
                "  millstream-cli --json XRANGE orders - +\n"
                "  millstream-cli -r 10 -i 0.5 XLEN orders\n"
                "  cat body.txt | millstream-cli -x XADD orders '*' body\n"
                "  millstream-cli --pipe < commands.resp\n"
                "  millstream-cli migrate from-redis --help\n");
}
