#include "clients/shell/prompt.h"
#include "clients/shell/docs.h"
#include "core/base/mem.h"
#include "core/resp/request_parser.h"

#include <histedit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    HISTORY_LINES = 1000,
    WORDS_LIMIT = 1024,
    PATH_ROOM = 4096,
    HINT_COLUMNS = 60
};

/* What the call-backs of libedit need; they get it by EL_CLIENTDATA. */
struct shell {
    struct link *link;
    struct docs *docs;
    char prompt[256], hint[512];
};

int prompt_split(struct span line, struct buffer *scratch, struct span *words, size_t limit)
{
    struct request_parser parser = {0};
    struct buffer whole = {0};
    size_t consumed, count = 0;
    int rc;

    buffer_append_span(&whole, line);
    buffer_append_byte(&whole, '\n');
    if (whole.data[0] == '*')
        buffer_insert(&whole, 0, 1)[0] = ' '; /* else it would be read as protocol */
    parser.limits.bulk_bytes = INT64_MAX;
    rc = request_parser_feed(&parser, whole.data, whole.size, &consumed);
    if (rc == 1) {
        size_t offset[WORDS_LIMIT];

        buffer_clear(scratch);
        for (; count < parser.argc && count < limit && count < WORDS_LIMIT; count++) {
            offset[count] = scratch->size;
            buffer_append_span(scratch, parser.argv[count]);
        }
        for (size_t i = 0; i < count; i++)
            words[i] = span_of(scratch->data + offset[i],
                               (i + 1 < count ? offset[i + 1] : scratch->size) - offset[i]);
    }
    request_parser_release(&parser);
    buffer_release(&whole);
    return rc == 1 ? (int)count : -1;
}

static bool goes_on(struct span word)
{
    return span_is(word, "subscribe") || span_is(word, "psubscribe") ||
           span_is(word, "ssubscribe") || span_is(word, "monitor");
}

static void print_reply(const struct resp_value *value, enum format_style style)
{
    struct buffer text = {0};

    format_reply(&text, value, style);
    fwrite(text.data, 1, text.size, stdout);
    fflush(stdout);
    buffer_release(&text);
}

int prompt_call(struct link *link, size_t argc, const struct span *argv, enum format_style style)
{
    const struct resp_value *value = link_call(link, argc, argv);
    int code = 0;

    while (value) {
        print_reply(value, style);
        if (value->type == RESP_ERROR)
            code = 1;
        if (value->type != RESP_PUSH && (!goes_on(argv[0]) || code))
            return code;
        value = link_read(link);
    }
    if (span_is(argv[0], "shutdown"))
        return 0; /* the end of the connection is the reply */
    fprintf(stderr, "%s\n", link->error);
    return 1;
}

/* --- libedit. */

static struct shell *shell_of(EditLine *editor)
{
    void *shell = NULL;

    el_get(editor, EL_CLIENTDATA, &shell);
    return shell;
}

static char *show_prompt(EditLine *editor)
{
    struct shell *shell = shell_of(editor);
    const struct shell_options *options = shell->link->options;

    if (shell->link->fd < 0)
        return (char *)(uintptr_t) "not connected> ";
    if (options->socket_path)
        snprintf(shell->prompt, sizeof(shell->prompt), "millstream %s> ", options->socket_path);
    else
        snprintf(shell->prompt, sizeof(shell->prompt), "%s:%d%s> ", options->host, options->port,
                 "");
    return shell->prompt;
}

/* The right-hand prompt is drawn anew with every key: what is left to type of the usage. */
static char *show_hint(EditLine *editor)
{
    struct shell *shell = shell_of(editor);
    const LineInfo *info = el_line(editor);
    struct span line = span_of(info->buffer, (size_t)(info->lastchar - info->buffer));
    const struct doc *doc = docs_for_line(shell->docs, line);
    struct buffer text = {0};

    shell->hint[0] = '\0';
    if (doc) {
        docs_hint(doc, line, &text);
        snprintf(shell->hint, sizeof(shell->hint), "%.*s",
                 (int)(text.size < HINT_COLUMNS ? text.size : HINT_COLUMNS),
                 text.data ? text.data : "");
        buffer_release(&text);
    }
    return shell->hint;
}

/* TAB: completes the command's name as far as it is sure, and lists what is possible. */
static unsigned char complete(EditLine *editor, int key)
{
    struct shell *shell = shell_of(editor);
    const LineInfo *info = el_line(editor);
    size_t size = (size_t)(info->cursor - info->buffer), sure = 0, hits = 0;
    const char *first = NULL;

    (void)key;
    for (size_t i = 0; i < docs_count(shell->docs); i++) {
        const char *name = docs_at(shell->docs, i)->name;

        if (strlen(name) < size || strncasecmp(name, info->buffer, size) != 0)
            continue;
        if (hits++ == 0) {
            first = name;
            sure = strlen(name);
            continue;
        }
        for (size_t at = 0; at < sure; at++)
            if (name[at] != first[at])
                sure = at;
    }
    if (hits == 0)
        return CC_ERROR;
    if (sure > size) {
        char more[128];

        snprintf(more, sizeof(more), "%.*s%s", (int)(sure - size), first + size,
                 hits == 1 ? " " : "");
        return el_insertstr(editor, more) < 0 ? CC_ERROR : CC_REFRESH;
    }
    if (hits > 1) {
        printf("\n");
        for (size_t i = 0; i < docs_count(shell->docs); i++) {
            const char *name = docs_at(shell->docs, i)->name;

            if (strlen(name) >= size && strncasecmp(name, info->buffer, size) == 0)
                printf("%s  ", name);
        }
        printf("\n");
    }
    return CC_REDISPLAY;
}

static void history_path(char path[PATH_ROOM])
{
    const char *given = getenv("MILLSTREAMCLI_HISTFILE"), *home = getenv("HOME");

    if (given)
        snprintf(path, PATH_ROOM, "%s", given);
    else
        snprintf(path, PATH_ROOM, "%s/.millstreamcli_history", home ? home : ".");
}

static void print_help(const struct docs *docs, size_t argc, const struct span *argv)
{
    bool found = false;

    if (argc < 2) {
        printf("Type a command, TAB to complete it; what it takes is shown at the right.\n"
               "  help <command>   what the server says about it\n"
               "  clear            an empty screen\n"
               "  quit             the end (Ctrl-D too)\n");
        return;
    }
    for (size_t i = 0; i < docs_count(docs); i++) {
        const struct doc *doc = docs_at(docs, i);

        if (strncasecmp(doc->name, argv[1].data, argv[1].size) != 0 ||
            (doc->name[argv[1].size] != '\0' && doc->name[argv[1].size] != ' '))
            continue;
        printf("\n  %s %s\n  %s\n  since %s, group %s\n", doc->name, doc->usage, doc->summary,
               doc->since, doc->group);
        found = true;
    }
    printf("%s\n", found ? "" : "The server says nothing about that.");
}

/* One line; false when the shell is to end. */
static bool run_line(struct shell *shell, struct span line, enum format_style style)
{
    struct buffer scratch = {0};
    struct span words[WORDS_LIMIT];
    int count = prompt_split(line, &scratch, words, WORDS_LIMIT);
    bool go_on = true;

    if (count < 0) {
        printf("Invalid argument(s): the quotes are not balanced\n");
    } else if (count == 0) {
        ;
    } else if (span_is(words[0], "quit") || span_is(words[0], "exit")) {
        go_on = false;
    } else if (span_is(words[0], "clear")) {
        printf("\033[H\033[2J");
    } else if (span_is(words[0], "help") || span_is(words[0], "?")) {
        print_help(shell->docs, (size_t)count, words);
    } else {
        prompt_call(shell->link, (size_t)count, words, style);
    }
    buffer_release(&scratch);
    return go_on;
}

int prompt_run(struct link *link, enum format_style style)
{
    struct shell shell = {.link = link};
    EditLine *editor = el_init("millstream-cli", stdin, stdout, stderr);
    History *past = history_init();
    HistEvent event;
    char path[PATH_ROOM];
    const char *line;
    int size = 0;

    if (link->fd < 0 && !link_open(link))
        fprintf(stderr, "%s\n", link->error);
    shell.docs = docs_load(link);
    history_path(path);
    history(past, &event, H_SETSIZE, HISTORY_LINES);
    history(past, &event, H_SETUNIQUE, 1);
    history(past, &event, H_LOAD, path);
    el_set(editor, EL_CLIENTDATA, &shell);
    el_set(editor, EL_PROMPT, show_prompt);
    el_set(editor, EL_RPROMPT, show_hint);
    el_set(editor, EL_EDITOR, "emacs");
    el_set(editor, EL_SIGNAL, 1);
    el_set(editor, EL_HIST, history, past);
    el_set(editor, EL_ADDFN, "complete", "Complete a command", complete);
    el_set(editor, EL_BIND, "\t", "complete", NULL);
    el_source(editor, NULL);
    while ((line = el_gets(editor, &size)) && size > 0) {
        struct span text = span_of(line, (size_t)size);

        while (text.size > 0 &&
               (text.data[text.size - 1] == '\n' || text.data[text.size - 1] == ' '))
            text.size--;
        if (text.size > 0 && strncasecmp(line, "auth", 4) != 0)
            history(past, &event, H_ENTER, line); /* passwords are not kept */
        if (!run_line(&shell, text, style))
            break;
    }
    history(past, &event, H_SAVE, path);
    history_end(past);
    el_end(editor);
    docs_free(shell.docs);
    return 0;
}
