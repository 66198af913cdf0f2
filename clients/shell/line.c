/* libedit has no hints of its own. They are drawn while it waits for a key: our function for
 * reading a key (EL_GETCFN) writes the hint behind the cursor in a dim colour, moves the cursor
 * back, reads, and erases it again before libedit sees the key. So libedit never knows of it. */
#include "clients/shell/line.h"
#include "clients/shell/words.h"
#include "core/base/mem.h"

#include <ctype.h>
#include <errno.h>
#include <histedit.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>

enum {
    HISTORY_LIMIT = 1000
};

struct line {
    EditLine *edit;
    History *history;
    char *history_path;
    const struct docs *docs;
    struct arena *arena; /* for the words of one key press */
    const char *prompt;
    int hints;
    int interrupted;
    struct buffer text; /* the line read last */
};

static const char *prompt_of(EditLine *edit)
{
    struct line *line;

    el_get(edit, EL_CLIENTDATA, &line);
    return line->prompt;
}

/* Splits what is left of the cursor; *prefix is the word it stands in or right behind (maybe
 * empty). False when the text cannot be split yet (an open quotation mark). */
static bool split_line(struct line *line, struct words *words, struct span *prefix)
{
    const LineInfo *info = el_line(line->edit);
    struct span left = span_of(info->buffer, (size_t)(info->cursor - info->buffer));

    arena_reset(line->arena);
    if (words_split(line->arena, left, words) < 0)
        return false;
    *prefix = span_of("", 0);
    if (words->count > 0 && !isspace((unsigned char)left.data[left.size - 1]))
        *prefix = words->items[--words->count];
    return true;
}

/* ---- Hints ---- */

static size_t columns(void)
{
    struct winsize size;

    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

static void make_hint(struct line *line, struct buffer *out)
{
    const LineInfo *info = el_line(line->edit);
    const struct doc *doc;
    struct words words;
    struct span prefix;
    size_t used;

    if (!line->docs || info->cursor != info->lastchar || info->cursor == info->buffer ||
        !split_line(line, &words, &prefix))
        return;
    if (prefix.size > 0)
        words.count++; /* a word not ended yet counts */
    doc = docs_find(line->docs, words.items, words.count, &used);
    if (!doc)
        return;
    if (prefix.size > 0)
        buffer_append_byte(out, ' ');
    docs_hint(doc->usage, words.items + used, words.count - used, out);
}

/* Shows the hint if it fits into the line of the terminal. Returns whether one is shown. */
static bool show_hint(struct line *line)
{
    const LineInfo *info = el_line(line->edit);
    size_t taken = strlen(line->prompt) + (size_t)(info->lastchar - info->buffer);
    struct pollfd more = {.fd = STDIN_FILENO, .events = POLLIN};
    struct buffer hint = {0};
    bool shown = false;

    if (!line->hints || poll(&more, 1, 0) > 0) /* keys are waiting already: pasted text */
        return false;
    make_hint(line, &hint);
    if (taken + 2 < columns() && hint.size > columns() - taken - 1)
        hint.size = columns() - taken - 1;
    if (hint.size > 1 && taken + 2 < columns()) {
        printf("\033[2m%.*s\033[0m\033[%zuD", (int)hint.size, hint.data, hint.size);
        fflush(stdout);
        shown = true;
    }
    buffer_release(&hint);
    return shown;
}

/* Waits for input or an interrupt. Interrupts are held back everywhere else while a line is read,
 * so that one which comes a moment before the wait ends it all the same. */
static int wait_for_input(void)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    sigset_t none;

    sigemptyset(&none);
    return ppoll(&input, 1, NULL, &none);
}

static void hold_interrupts(bool hold)
{
    sigset_t interrupts;

    sigemptyset(&interrupts);
    sigaddset(&interrupts, SIGINT);
    sigprocmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &interrupts, NULL);
}

/* One character from the terminal, by bytes. 1, 0 at the end, -1 after a signal. */
static int read_character(wchar_t *to)
{
    mbstate_t state;

    if (wait_for_input() < 0)
        return -1;
    memset(&state, 0, sizeof(state));
    for (;;) {
        char byte;
        ssize_t got = read(STDIN_FILENO, &byte, 1);
        size_t size;

        if (got <= 0)
            return got < 0 ? -1 : 0;
        size = mbrtowc(to, &byte, 1, &state);
        if (size == (size_t)-2)
            continue;
        if (size == (size_t)-1 || size == 0)
            *to = (wchar_t)(unsigned char)byte;
        return 1;
    }
}

static int read_key(EditLine *edit, wchar_t *to)
{
    struct line *line;
    bool shown;
    int rc;

    el_get(edit, EL_CLIENTDATA, &line);
    shown = show_hint(line);
    rc = read_character(to);
    if (rc < 0 && errno == EINTR)
        line->interrupted = 1;
    if (shown) {
        fputs("\033[K", stdout);
        fflush(stdout);
    }
    return rc;
}

/* ---- Completion ---- */

static size_t common_prefix(struct span list)
{
    const char *end = memchr(list.data, '\n', list.size);
    size_t common = end ? (size_t)(end - list.data) : 0;

    for (const char *at = list.data; at < list.data + list.size;) {
        size_t same = 0;

        end = memchr(at, '\n', (size_t)(list.data + list.size - at));
        while (same < common && same < (size_t)(end - at) && at[same] == list.data[same])
            same++;
        common = same;
        at = end + 1;
    }
    return common;
}

static void list_choices(struct span list)
{
    size_t column = 0;

    putchar('\n');
    for (const char *at = list.data; at < list.data + list.size;) {
        const char *end = memchr(at, '\n', (size_t)(list.data + list.size - at));

        if (column + 24 > columns()) {
            putchar('\n');
            column = 0;
        }
        printf("%-24.*s", (int)(end - at), at);
        column += 24;
        at = end + 1;
    }
    putchar('\n');
    fflush(stdout);
}

static unsigned char complete(EditLine *edit, int key)
{
    struct line *line;
    struct buffer choices = {0};
    struct words words;
    struct span prefix;
    unsigned char result = CC_ERROR;
    size_t common;
    struct span list;

    (void)key;
    el_get(edit, EL_CLIENTDATA, &line);
    if (!line->docs || !split_line(line, &words, &prefix))
        return CC_ERROR;
    docs_complete(line->docs, words.items, words.count, prefix, &choices);
    list = span_of(choices.data, choices.size);
    common = list.size ? common_prefix(list) : 0;
    if (common > prefix.size ||
        (common > 0 && list.data[common] == '\n' && common + 1 == list.size)) {
        char word[256];

        snprintf(word, sizeof(word), "%.*s%s", (int)(common - prefix.size), list.data + prefix.size,
                 common + 1 == list.size ? " " : "");
        result = el_insertstr(edit, word) == 0 ? CC_REFRESH : CC_ERROR;
    } else if (list.size > 0) {
        list_choices(list);
        result = CC_REDISPLAY;
    }
    buffer_release(&choices);
    return result;
}

/* ---- Life ---- */

struct line *line_new(const char *history_path)
{
    struct line *line = mem_zalloc(sizeof(*line));
    HistEvent event;

    line->edit = el_init("millstream-cli", stdin, stdout, stderr);
    line->history = history_init();
    if (!line->edit || !line->history) {
        line_free(line);
        return NULL;
    }
    line->arena = arena_new();
    line->hints = 1;
    line->prompt = "";
    history(line->history, &event, H_SETSIZE, HISTORY_LIMIT);
    history(line->history, &event, H_SETUNIQUE, 1);
    if (history_path) {
        line->history_path = mem_strdup(history_path);
        history(line->history, &event, H_LOAD, history_path);
    }
    el_set(line->edit, EL_CLIENTDATA, line);
    el_set(line->edit, EL_PROMPT, prompt_of);
    el_set(line->edit, EL_EDITOR, "emacs");
    el_set(line->edit, EL_HIST, history, line->history);
    el_set(line->edit, EL_GETCFN, read_key);
    el_set(line->edit, EL_ADDFN, "ms-complete", "Complete a command or keyword", complete);
    el_set(line->edit, EL_BIND, "^I", "ms-complete", NULL);
    el_set(line->edit, EL_BIND, "^R", "em-inc-search-prev", NULL);
    el_source(line->edit, NULL);
    return line;
}

void line_free(struct line *line)
{
    if (!line)
        return;
    if (line->edit)
        el_end(line->edit);
    if (line->history)
        history_end(line->history);
    arena_free(line->arena);
    buffer_release(&line->text);
    mem_free(line->history_path);
    mem_free(line);
}

void line_set_docs(struct line *line, const struct docs *docs)
{
    line->docs = docs;
}

void line_set_hints(struct line *line, int on)
{
    line->hints = on;
}

enum line_result line_read(struct line *line, const char *prompt, const char **text)
{
    const char *got;
    int size = 0;

    line->prompt = prompt;
    line->interrupted = 0;
    hold_interrupts(true);
    got = el_gets(line->edit, &size);
    hold_interrupts(false);
    if (line->interrupted) {
        el_reset(line->edit);
        return LINE_INTERRUPTED;
    }
    if (!got || size <= 0)
        return LINE_END;
    while (size > 0 && (got[size - 1] == '\n' || got[size - 1] == '\r'))
        size--;
    buffer_clear(&line->text);
    buffer_append(&line->text, got, (size_t)size);
    buffer_append_byte(&line->text, '\0');
    *text = line->text.data;
    return LINE_READY;
}

void line_remember(struct line *line, const char *text)
{
    HistEvent event;

    history(line->history, &event, H_ENTER, text);
    if (!line->history_path)
        return;
    history(line->history, &event, H_SAVE, line->history_path);
    chmod(line->history_path, 0600); /* commands may hold what others should not read */
}
