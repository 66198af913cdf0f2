#include "broker/config/config.h"
#include "broker/config/directive.h"
#include "core/base/check.h"
#include "core/base/error.h"
#include "core/base/mem.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    FILE_SIZE_LIMIT = 16 * 1024 * 1024,
    INCLUDE_DEPTH_LIMIT = 16
};

struct config_store {
    struct config *current;
    char *file; /* absolute; "" none */
};

static void set_defaults(struct config *config)
{
    settings_init(&config->settings);
    for (int i = 0; i < directive_count; i++) {
        struct buffer scratch = {0};
        struct span words[DIRECTIVE_WORDS_LIMIT];
        struct diag diag = {0};
        struct span whole = span_text(directives[i].initial);
        int count;

        if (directives[i].kind == DIRECTIVE_STRING || directives[i].kind == DIRECTIVE_WORDS) {
            words[0] = whole;
            count = 1;
        } else {
            count = config_split(whole, &scratch, words, DIRECTIVE_WORDS_LIMIT);
        }
        if (directive_set(config, &directives[i], (size_t)count, words, &diag) < 0) {
            fprintf(stderr, "default of %s: %s\n", directives[i].name, diag.text);
            CHECK(!"a default is refused");
        }
        buffer_release(&scratch);
    }
}

struct config_store *config_new(void)
{
    struct config_store *store = mem_zalloc(sizeof(*store));
    char *here;

    store->current = mem_zalloc(sizeof(struct config));
    store->current->extra = mem_zalloc(sizeof(char *) * (size_t)directive_count);
    set_defaults(store->current);
    here = getcwd(NULL, 0);
    if (here) {
        mem_free(store->current->dir);
        store->current->dir = mem_strdup(here);
        free(here);
    }
    store->file = mem_strdup("");
    return store;
}

void config_free(struct config_store *store)
{
    if (!store)
        return;
    config_drop(store->current);
    mem_free(store->file);
    mem_free(store);
}

const struct config *config_current(const struct config_store *store)
{
    return store->current;
}

void config_replace(struct config_store *store, struct config *config)
{
    struct config *old = store->current;

    store->current = config;
    config_drop(old);
}

const char *config_file(const struct config_store *store)
{
    return store->file;
}

/* --- Text. */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static char unescape(char c)
{
    switch (c) {
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case 'b':
        return '\b';
    case 'a':
        return '\a';
    default:
        return c;
    }
}

/* One quoted word from *at, which is behind the opening quote. */
static int split_quoted(struct span line, size_t *at, char quote, struct buffer *scratch)
{
    while (*at < line.size && line.data[*at] != quote) {
        char c = line.data[(*at)++];

        if (c == '\\' && *at < line.size) {
            c = line.data[(*at)++];
            if (quote == '\'') {
                if (c != '\'')
                    buffer_append_byte(scratch, '\\');
            } else if (c == 'x' && *at + 1 < line.size && hex_digit(line.data[*at]) >= 0 &&
                       hex_digit(line.data[*at + 1]) >= 0) {
                c = (char)(hex_digit(line.data[*at]) * 16 + hex_digit(line.data[*at + 1]));
                *at += 2;
            } else {
                c = unescape(c);
            }
        }
        buffer_append_byte(scratch, c);
    }
    if (*at == line.size)
        return ERR_SYNTAX;
    (*at)++;
    if (*at < line.size && line.data[*at] != ' ' && line.data[*at] != '\t')
        return ERR_SYNTAX;
    return 0;
}

int config_split(struct span line, struct buffer *scratch, struct span *words, size_t limit)
{
    size_t at = 0, count = 0;

    buffer_clear(scratch);
    buffer_reserve(scratch, line.size + 1); /* never moves: what is read only gets shorter */
    for (;;) {
        size_t start = scratch->size;

        while (at < line.size && (line.data[at] == ' ' || line.data[at] == '\t'))
            at++;
        if (at == line.size)
            return (int)count;
        if (count == limit)
            return ERR_SYNTAX;
        if (line.data[at] == '"' || line.data[at] == '\'') {
            char quote = line.data[at++];

            if (split_quoted(line, &at, quote, scratch) < 0)
                return ERR_SYNTAX;
        } else {
            while (at < line.size && line.data[at] != ' ' && line.data[at] != '\t')
                buffer_append_byte(scratch, line.data[at++]);
        }
        words[count++] = span_of(scratch->data + start, scratch->size - start);
    }
}

static int read_file(struct config *config, const char *path, int depth, struct diag *diag);

static int include(struct config *config, struct span pattern, int depth, struct diag *diag)
{
    char path[4096];
    glob_t found;
    int rc = 0;

    if (depth >= INCLUDE_DEPTH_LIMIT)
        return diag_set(diag, ERR_RANGE, "includes nest deeper than %d", INCLUDE_DEPTH_LIMIT);
    snprintf(path, sizeof(path), "%.*s", SPAN_ARGS(pattern));
    if (!strpbrk(path, "*?["))
        return read_file(config, path, depth + 1, diag);
    if (glob(path, 0, NULL, &found) != 0)
        return 0; /* a pattern may match nothing */
    for (size_t i = 0; i < found.gl_pathc && rc == 0; i++)
        rc = read_file(config, found.gl_pathv[i], depth + 1, diag);
    globfree(&found);
    return rc;
}

/* Lines of `save` add up, and an empty one forgets those before it. */
static int apply_save(struct config *config, const struct directive *directive, size_t count,
                      const struct span *words, struct diag *diag)
{
    struct span all[DIRECTIVE_WORDS_LIMIT];
    struct buffer before = {0}, scratch = {0};
    int known = 0, rc;

    if (config->save_given && words[0].size > 0) {
        directive_get(config, directive, &before);
        known = config_split(span_of(before.data, before.size), &scratch, all,
                             DIRECTIVE_WORDS_LIMIT - count);
    }
    if (known < 0) {
        rc = diag_set(diag, ERR_RANGE, "too many save points");
    } else {
        memcpy(all + known, words, count * sizeof(*words));
        rc = directive_set(config, directive, (size_t)known + count, all, diag);
    }
    config->save_given |= rc == 0;
    buffer_release(&before);
    buffer_release(&scratch);
    return rc;
}

/* One directive with its words, from a file or the command line. */
static int apply(struct config *config, size_t count, const struct span *words, int depth,
                 struct diag *diag)
{
    const struct directive *directive;
    static const struct span empty = {.data = "", .size = 0};

    if (span_is(words[0], "include") && count == 2)
        return include(config, words[1], depth, diag);
    directive = directive_find(words[0]);
    if (!directive)
        return diag_set(diag, ERR_SYNTAX, "Bad directive or wrong number of arguments");
    if (strcmp(directive->name, "save") == 0)
        return apply_save(config, directive, count > 1 ? count - 1 : 1,
                          count > 1 ? words + 1 : &empty, diag);
    if (count == 1 && (directive->kind >= DIRECTIVE_WORDS || directive->flags & DIRECTIVE_MULTI))
        return directive_set(config, directive, 1, &empty, diag);
    return directive_set(config, directive, count - 1, words + 1, diag);
}

int config_read_text(struct config *config, struct span text, const char *name, int depth,
                     struct diag *diag)
{
    struct buffer scratch = {0};
    size_t at = 0;
    int rc = 0;

    for (int number = 1; at < text.size && rc == 0; number++) {
        const char *start = text.data + at;
        const char *end = memchr(start, '\n', text.size - at);
        struct span line = span_of(start, end ? (size_t)(end - start) : text.size - at);
        struct span words[DIRECTIVE_WORDS_LIMIT];
        int count;

        at += line.size + 1;
        while (line.size && (line.data[line.size - 1] == '\r' || line.data[line.size - 1] == ' '))
            line.size--;
        while (line.size && (*line.data == ' ' || *line.data == '\t')) {
            line.data++;
            line.size--;
        }
        if (line.size == 0 || line.data[0] == '#')
            continue;
        count = config_split(line, &scratch, words, DIRECTIVE_WORDS_LIMIT);
        if (count < 0)
            rc = diag_set(diag, ERR_SYNTAX, "Unbalanced quotes in configuration line");
        else
            rc = apply(config, (size_t)count, words, depth, diag);
        if (rc < 0)
            diag_wrap(diag, "%s line %d '%.*s'", name, number,
                      (int)(line.size < 128 ? line.size : 128), line.data);
    }
    buffer_release(&scratch);
    return rc;
}

static int read_stream(FILE *file, struct buffer *text, const char *name, struct diag *diag)
{
    size_t got;

    do {
        buffer_reserve(text, 64 * 1024);
        got = fread(text->data + text->size, 1, 64 * 1024, file);
        text->size += got;
        if (text->size > FILE_SIZE_LIMIT)
            return diag_set(diag, ERR_RANGE, "%s is larger than %d bytes", name, FILE_SIZE_LIMIT);
    } while (got > 0);
    return ferror(file) ? diag_errno(diag, "read %s", name) : 0;
}

static int read_file(struct config *config, const char *path, int depth, struct diag *diag)
{
    struct buffer text = {0};
    bool standard_input = strcmp(path, "-") == 0;
    FILE *file = standard_input ? stdin : fopen(path, "re");
    int rc;

    if (!file)
        return diag_errno(diag, "open configuration file %s", path);
    rc = read_stream(file, &text, path, diag);
    if (rc == 0)
        rc = config_read_text(config, span_of(text.data, text.size), path, depth, diag);
    if (!standard_input)
        fclose(file);
    buffer_release(&text);
    return rc;
}

/* --- The command line: a file first, if it does not look like an option, then --name value ... */

static int read_options(struct config *config, int argc, char **argv, struct diag *diag)
{
    int at = 0;

    while (at < argc) {
        struct span words[DIRECTIVE_WORDS_LIMIT];
        size_t count = 0;
        struct buffer scratch = {0};
        struct span split[DIRECTIVE_WORDS_LIMIT];
        int rc;

        if (strncmp(argv[at], "--", 2) != 0)
            return diag_set(diag, ERR_SYNTAX,
                            "expected an option of the form --directive, got '%s'", argv[at]);
        words[count++] = span_text(argv[at++] + 2);
        while (at < argc && strncmp(argv[at], "--", 2) != 0 && count < DIRECTIVE_WORDS_LIMIT)
            words[count++] = span_text(argv[at++]);
        /* one argument may hold several words, as in --save "60 1" */
        if (count == 2 && strchr(words[1].data, ' ')) {
            const struct directive *directive = directive_find(words[0]);
            int parts = config_split(words[1], &scratch, split, DIRECTIVE_WORDS_LIMIT - 1);

            if (parts > 0 && directive && directive->kind != DIRECTIVE_STRING)
                for (count = 1; count <= (size_t)parts; count++)
                    words[count] = split[count - 1];
        }
        rc = apply(config, count, words, 0, diag);
        buffer_release(&scratch);
        if (rc < 0) {
            diag_wrap(diag, "option --%.*s", SPAN_ARGS(words[0]));
            return rc;
        }
    }
    return 0;
}

/* Where the log has everything, RDB files beside it are written for who asks for them. */
static int settle_save(struct config *config, struct diag *diag)
{
    static const struct span none = {.data = "", .size = 0};

    if (config->save_given || !config->appendonly)
        return 0;
    return directive_set(config, directive_find(SPAN("save")), 1, &none, diag);
}

int config_load(struct config_store *store, int argc, char **argv, struct diag *diag)
{
    int at = 1, rc;

    if (argc > 1 && strncmp(argv[1], "--", 2) != 0) {
        char *path = strcmp(argv[1], "-") == 0 ? NULL : realpath(argv[1], NULL);

        rc = read_file(store->current, argv[1], 0, diag);

        if (path) {
            mem_free(store->file);
            store->file = mem_strdup(path);
            free(path);
        }
        if (rc < 0)
            return rc;
        at = 2;
    }
    rc = read_options(store->current, argc - at, argv + at, diag);
    return rc < 0 ? rc : settle_save(store->current, diag);
}

bool config_is_secret(struct span name)
{
    const struct directive *directive = directive_find(name);

    return directive && (directive->flags & DIRECTIVE_SENSITIVE);
}

static bool is_without_effect(const struct directive *directive)
{
    return directive->field == DIRECTIVE_NO_FIELD &&
           !(directive->flags & (DIRECTIVE_TEXT | DIRECTIVE_IGNORED));
}

const char *config_next_without_effect(const struct config *config, const struct config *before,
                                       int *at)
{
    while (*at < directive_count) {
        int number = (*at)++;

        if (!is_without_effect(&directives[number]))
            continue;
        if (before ? strcmp(before->extra[number], config->extra[number]) != 0
                   : directive_is_changed(config, &directives[number]))
            return directives[number].name;
    }
    return NULL;
}

void config_get_text(const struct config *config, const char *name, struct buffer *out)
{
    const struct directive *directive = directive_find(span_text(name));

    CHECK(directive);
    directive_get(config, directive, out);
}
