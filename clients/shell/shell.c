/* shell.c - millstream-cli: one command from its arguments, commands from standard input, or a
 * conversation on a terminal. */
#include "clients/shell/line.h"
#include "clients/shell/migrate.h"
#include "clients/shell/pipe.h"
#include "clients/shell/session.h"
#include "clients/shell/words.h"
#include "core/base/mem.h"
#include "core/num/num.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

enum {
    PATH_SIZE = 4096,
    EXIT_FAILED = 1
};

static void pause_s(double seconds)
{
    struct timespec pause = {.tv_sec = (time_t)seconds};

    pause.tv_nsec = (long)((seconds - (double)pause.tv_sec) * 1e9);
    if (seconds > 0)
        nanosleep(&pause, NULL);
}

/* Runs the command `repeat` times (-1: for ever) with pauses; ends early when the connection
 * fails. 0, or 1 if the last run failed. */
static int repeat_command(struct session *session, long repeat, size_t argc,
                          const struct span *argv)
{
    int rc = 0;

    for (long i = 0; repeat < 0 || i < repeat; i++) {
        if (i > 0)
            pause_s(session->options->interval_s);
        rc = session_run(session, argc, argv);
        if (rc == 2)
            break;
    }
    return rc ? EXIT_FAILED : 0;
}

/* ---- One shot ---- */

static void read_all(FILE *from, struct buffer *to)
{
    size_t got;

    do {
        got = fread(buffer_reserve(to, 64 * 1024), 1, 64 * 1024, from);
        to->size += got;
    } while (got > 0);
}

/* Arguments given as quoted strings become what they mean. Each must be one word. */
static int unquote(struct arena *arena, struct span *argument)
{
    struct words words;

    if (words_split(arena, *argument, &words) < 0 || words.count != 1) {
        fprintf(stderr, "Invalid quoted string: %s\n", argument->data);
        return EXIT_FAILED;
    }
    *argument = words.items[0];
    return 0;
}

static int run_arguments(struct session *session)
{
    const struct shell_options *options = session->options;
    size_t argc = (size_t)options->argc;
    struct arena *arena = arena_new();
    struct span *argv = arena_array(arena, argc + 1, sizeof(*argv));
    struct buffer input = {0};
    int rc = 0;

    for (size_t i = 0; i < argc && rc == 0; i++) {
        argv[i] = span_text(options->argv[i]);
        if (options->quoted_input)
            rc = unquote(arena, &argv[i]);
    }
    if (options->read_last || options->read_at)
        read_all(stdin, &input);
    if (options->read_last)
        argv[argc++] = span_of(input.data, input.size);
    for (size_t i = 0; options->read_at && i < argc; i++)
        if (span_equal(argv[i], span_text(options->read_at)))
            argv[i] = span_of(input.data, input.size);
    if (rc == 0)
        rc = repeat_command(session, options->repeat, argc, argv);
    buffer_release(&input);
    arena_free(arena);
    return rc;
}

/* ---- Lines ---- */

/* Runs one line; blank lines and comments are nothing. A number in front repeats the command. 0, or
 * 1 when it failed. */
static int run_line(struct session *session, const char *text)
{
    struct arena *arena = arena_new();
    struct words words;
    int64_t repeat = 1;
    size_t skip = 0;
    int rc = 0;

    if (words_split(arena, span_text(text), &words) < 0) {
        puts("Invalid argument(s)");
        arena_free(arena);
        return EXIT_FAILED;
    }
    if (words.count > 1 && num_parse_i64(words.items[0], &repeat) == 0 && repeat > 0)
        skip = 1;
    else
        repeat = 1;
    if (words.count > 0 && words.items[0].data[0] != '#')
        rc = repeat_command(session, (long)repeat, words.count - skip, words.items + skip);
    arena_free(arena);
    return rc;
}

/* "migrate from-redis HOST:PORT" is for us; the command MIGRATE has a port of its own there. */
static bool is_migration(const struct shell_options *options)
{
    return options->argc >= 2 && strcasecmp(options->argv[0], "migrate") == 0 &&
           strcmp(options->argv[1], "from-redis") == 0 &&
           (options->argc == 2 || strpbrk(options->argv[2], ":-"));
}

static int run_lines(struct session *session, FILE *from)
{
    char *line = NULL;
    size_t capacity = 0;
    int result = 0;

    while (getline(&line, &capacity, from) >= 0) {
        int rc = run_line(session, line);

        if (rc != 0)
            result = rc;
        if (!session->connection || !ms_connection_is_open(session->connection))
            break;
    }
    free(line); /* getline's */
    return result;
}

/* ---- Conversation ---- */

static void help_about(const struct doc *doc)
{
    char name[256];

    snprintf(name, sizeof(name), "%.*s", SPAN_ARGS(doc->name));
    for (char *c = name; *c; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
    printf("\n  \033[1m%s\033[0m %.*s\n  summary: %.*s\n  since: %.*s\n  group: %.*s\n", name,
           SPAN_ARGS(doc->usage), SPAN_ARGS(doc->summary), SPAN_ARGS(doc->since),
           SPAN_ARGS(doc->group));
}

static void help_general(void)
{
    printf("millstream-cli %s\n"
           "  help <command>       about a command (TAB completes)\n"
           "  help @<group>        all commands of a group: @stream, @string, ...\n"
           "  :set hints|nohints   hints behind the cursor\n"
           "  <number> <command>   runs it so many times\n"
           "  connect <host> <port>, clear, quit\n",
           MS_VERSION);
}

static void help(const struct session *session, const struct words *words)
{
    const struct docs *docs = session->docs;
    size_t shown = 0;

    if (words->count == 1) {
        help_general();
        return;
    }
    for (size_t i = 0; docs && i < docs_count(docs); i++) {
        const struct doc *doc = docs_at(docs, i);
        struct span wanted = words->items[1];

        if (wanted.size > 1 && wanted.data[0] == '@') {
            wanted = span_of(wanted.data + 1, wanted.size - 1);
            if (!span_equal_nocase(doc->group, wanted))
                continue;
        } else {
            size_t used;
            const struct doc *named = docs_find(docs, words->items + 1, words->count - 1, &used);

            /* The command itself, and all subcommands of a container. */
            if (doc != named && !(named && words->count == 2 && doc->name.size > named->name.size &&
                                  doc->name.data[named->name.size] == ' ' &&
                                  memcmp(doc->name.data, named->name.data, named->name.size) == 0))
                continue;
        }
        help_about(doc);
        shown++;
    }
    puts(shown > 0 ? "" : docs ? "No such command or group." : "The server has no COMMAND DOCS.");
}

static void reconnect_to(struct session *session, const struct words *words)
{
    static char host[256];
    int64_t port;

    if (words->count != 3 || num_parse_i64(words->items[2], &port) < 0 || port < 1 ||
        port > 65535 || words->items[1].size >= sizeof(host)) {
        puts("Usage: connect <host> <port>");
        return;
    }
    snprintf(host, sizeof(host), "%.*s", SPAN_ARGS(words->items[1]));
    session->connect.host = host;
    session->connect.port = (int)port;
    session->connect.unix_path = NULL;
    ms_connection_free(session->connection);
    session->connection = NULL;
    session_connect(session);
}

/* Lines that are for the shell itself. 1: done, -1: leave, 0: it is for the server. */
static int own_command(struct session *session, struct line *line, const char *text)
{
    struct arena *arena = arena_new();
    struct words words;
    int result = 1;

    if (words_split(arena, span_text(text), &words) < 0 || words.count == 0)
        result = 0;
    else if (span_is(words.items[0], "quit") || span_is(words.items[0], "exit"))
        result = -1;
    else if (span_is(words.items[0], "clear"))
        fputs("\033[H\033[2J", stdout);
    else if (span_is(words.items[0], "help") || span_is(words.items[0], "?"))
        help(session, &words);
    else if (span_is(words.items[0], "connect"))
        reconnect_to(session, &words);
    else if (span_is(words.items[0], ":set") && words.count == 2)
        line_set_hints(line, span_is(words.items[1], "hints"));
    else
        result = 0;
    arena_free(arena);
    fflush(stdout);
    return result;
}

/* Lines with passwords stay out of the history. */
static bool is_secret(const char *text)
{
    while (*text == ' ')
        text++;
    return strncasecmp(text, "auth", 4) == 0 || strcasestr(text, " auth ") ||
           strcasestr(text, "requirepass") || strcasestr(text, "masterauth") ||
           strncasecmp(text, "acl setuser", 11) == 0;
}

static bool history_path(char path[PATH_SIZE])
{
    const char *given = getenv("MILLSTREAMCLI_HISTFILE");
    const char *home = getenv("HOME");

    if (given)
        snprintf(path, PATH_SIZE, "%s", given);
    else if (home)
        snprintf(path, PATH_SIZE, "%s/.millstreamcli_history", home);
    else
        return false;
    return strcmp(path, "/dev/null") != 0;
}

static int converse(struct session *session)
{
    char path[PATH_SIZE];
    struct line *line = line_new(history_path(path) ? path : NULL);

    if (!line)
        return run_lines(session, stdin);
    session->interactive = true;
    session_catch_interrupts();
    session_connect(session);
    for (;;) {
        char prompt[512];
        const char *text;
        enum line_result result;
        int own;

        session_fetch_docs(session);
        line_set_docs(line, session->docs);
        session_prompt(session, prompt, sizeof(prompt));
        result = line_read(line, prompt, &text);
        if (result == LINE_END)
            break;
        if (result == LINE_INTERRUPTED) {
            putchar('\n');
            continue;
        }
        if (text[strspn(text, " \t")] == '\0')
            continue;
        if (!is_secret(text))
            line_remember(line, text);
        own = own_command(session, line, text);
        if (own < 0)
            break;
        if (own == 0)
            run_line(session, text);
    }
    line_free(line);
    return 0;
}

int main(int argc, char **argv)
{
    struct shell_options options;
    struct ms_tls *tls = NULL;
    struct session session;
    char error[512];
    int rc;

    if (shell_options_parse(&options, argc, argv, error, sizeof(error)) < 0) {
        fprintf(stderr, "%s\nTry millstream-cli --help.\n", error);
        return EXIT_FAILED;
    }
    if (options.help || options.version) {
        if (options.help)
            shell_options_help(stdout);
        else
            printf("millstream-cli %s\n", MS_VERSION);
        return 0;
    }
    if (options.auth_warning)
        fputs("Warning: a password on the command line can be seen by others.\n", stderr);
    if (options.use_tls) {
        tls = ms_tls_new(&options.tls, error, sizeof(error));
        if (!tls) {
            fprintf(stderr, "%s\n", error);
            return EXIT_FAILED;
        }
        options.connection.transport = ms_tls_transport();
        options.connection.transport_context = tls;
    }
    session_init(&session, &options);
    if (is_migration(&options)) {
        rc = migrate_run(&options.connection, options.argc - 1, options.argv + 1);
    } else if (options.pipe) {
        rc = session_connect(&session) == MS_OK
                 ? pipe_run(session.connection, STDIN_FILENO, options.pipe_timeout_s)
                 : EXIT_FAILED;
    } else if (options.argc > 0 || options.read_last) {
        rc = run_arguments(&session);
    } else if (isatty(STDIN_FILENO)) {
        rc = converse(&session);
    } else {
        rc = run_lines(&session, stdin);
    }
    session_release(&session);
    ms_tls_free(tls);
    return rc;
}
