#include "tests/lib/unit/fake_request.h"
#include "core/base/check.h"
#include "core/base/mem.h"
#include "core/hash/key_hash.h"
#include "storage/keyspace/keyspace.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum {
    FAKE_DATABASES = 16,
    FAKE_DEPTH_LIMIT = 32
};

struct fake *fake_new(void)
{
    struct fake *fake = mem_zalloc(sizeof(*fake));

    settings_init(&fake->settings);
    random_init(&fake->random, 1);
    fake->keyspace = keyspace_new(FAKE_DATABASES, false);
    fake->arena = arena_new();
    fake->now_ms = FAKE_START_MS;
    fake->flags = REQUEST_LOGGED;
    fake->protocol = 2;
    fake_request(fake);
    return fake;
}

void fake_free(struct fake *fake)
{
    if (!fake)
        return;
    keyspace_free(fake->keyspace);
    arena_free(fake->arena);
    buffer_release(&fake->reply);
    buffer_release(&fake->shown);
    buffer_release(&fake->shown_rewrite);
    mem_free(fake);
}

void fake_add_commands(struct fake *fake, const struct command_spec *table)
{
    CHECK(fake->table_count < FAKE_TABLES_LIMIT);
    fake->tables[fake->table_count++] = table;
}

struct request *fake_request(struct fake *fake)
{
    struct request *rq = &fake->rq;

    arena_reset(fake->arena);
    request_init(rq);
    rq->db = fake->db;
    rq->flags = fake->flags;
    rq->now_ms = fake->now_ms;
    rq->held_shards = SHARDS_ALL;
    rq->keyspace = fake->keyspace;
    rq->settings = &fake->settings;
    rq->arena = fake->arena;
    rq->random = &fake->random;
    return rq;
}

struct key fake_key(struct fake *fake, const char *name)
{
    struct span bytes = span_text(name);

    return (struct key){.name = bytes, .hash = key_hash(bytes), .db = fake->db};
}

/* --- Showing replies. */

static void show_bytes(struct buffer *out, struct span bytes)
{
    buffer_append_byte(out, '"');
    for (size_t i = 0; i < bytes.size; i++) {
        unsigned char c = (unsigned char)bytes.data[i];

        if (c == '"' || c == '\\')
            buffer_printf(out, "\\%c", c);
        else if (c == '\n')
            buffer_printf(out, "\\n");
        else if (c == '\r')
            buffer_printf(out, "\\r");
        else if (c < 32 || c > 126)
            buffer_printf(out, "\\x%02x", c);
        else
            buffer_append_byte(out, (char)c);
    }
    buffer_append_byte(out, '"');
}

/* One item without the elements of an aggregate. `*at` moves on behind it; the elements that follow
 * are returned, and `*end` is the bracket that closes them. */
static long show_item(struct buffer *out, struct span bytes, size_t *at, char *end)
{
    const char *line = bytes.data + *at;
    /* not memmem: sanitizers take it to read everything, each time */
    const char *stop = memchr(line, '\r', bytes.size - *at);
    char kind;
    long number;

    CHECK(*at < bytes.size && stop && stop + 1 < bytes.data + bytes.size && stop[1] == '\n');
    kind = line[0];
    number = strtol(line + 1, NULL, 10);
    *at = (size_t)(stop + 2 - bytes.data);
    if (kind == '*' || kind == '~' || kind == '>' || kind == '%') {
        if (number < 0) {
            buffer_printf(out, "nil");
            return 0;
        }
        buffer_printf(out, "%s", kind == '>' ? ">[" : kind == '%' ? "{" : "[");
        *end = kind == '%' ? '}' : ']';
        return kind == '%' ? number * 2 : number;
    }
    if (kind == '$' || kind == '=') {
        if (number < 0) {
            buffer_printf(out, "nil");
            return 0;
        }
        CHECK(*at + (size_t)number + 2 <= bytes.size);
        if (kind == '=') {
            buffer_printf(out, "=%.4s", stop + 2);
            show_bytes(out, span_of(stop + 6, (size_t)number - 4));
        } else {
            show_bytes(out, span_of(stop + 2, (size_t)number));
        }
        *at += (size_t)number + 2;
    } else if (kind == '_') {
        buffer_printf(out, "nil");
    } else if (kind == '+' || kind == ':') {
        buffer_append(out, line + 1, (size_t)(stop - line - 1));
    } else {
        buffer_append(out, line, (size_t)(stop - line)); /* -error ,double #boolean (big */
    }
    return 0;
}

size_t fake_show(struct buffer *out, struct span bytes)
{
    struct {
        long left;
        char end;
    } stack[FAKE_DEPTH_LIMIT];
    size_t at = 0, depth = 0;
    bool first = true;

    do {
        char end = 0;
        long elements;

        if (!first)
            buffer_append_byte(out, ' ');
        elements = show_item(out, bytes, &at, &end);
        first = false;
        if (end) {
            CHECK(depth < FAKE_DEPTH_LIMIT);
            stack[depth].left = elements;
            stack[depth++].end = end;
            first = true;
        } else if (depth > 0) {
            stack[depth - 1].left--;
        }
        while (depth > 0 && stack[depth - 1].left == 0) {
            buffer_append_byte(out, stack[--depth].end);
            first = false;
            if (depth > 0)
                stack[depth - 1].left--;
        }
    } while (depth > 0);
    return at;
}

/* --- Calls. */

static const struct command_spec *find_command(const struct command_spec *table, struct span name)
{
    for (; table && table->name; table++)
        if (span_is(name, table->name))
            return table;
    return NULL;
}

static const struct command_spec *find_spec(struct fake *fake, size_t argc, const struct span *argv)
{
    const struct command_spec *spec = NULL;

    for (size_t i = 0; i < fake->table_count && !spec; i++)
        spec = find_command(fake->tables[i], argv[0]);
    if (spec && spec->subcommands && argc > 1)
        spec = find_command(spec->subcommands, argv[1]);
    return spec;
}

const char *fake_run_spans(struct fake *fake, size_t argc, const struct span *argv)
{
    struct request *rq = fake_request(fake);
    struct reply reply;
    size_t at = 0;

    CHECK(argc > 0);
    buffer_clear(&fake->reply);
    buffer_clear(&fake->shown);
    reply_init(&reply, &fake->reply, fake->protocol);
    rq->argc = argc;
    rq->argv = arena_array(fake->arena, argc, sizeof(*argv));
    for (size_t i = 0; i < argc; i++)
        rq->argv[i] = arena_span(fake->arena, argv[i]);
    rq->spec = find_spec(fake, argc, rq->argv);
    CHECK(rq->spec); /* the test's mistake: fake_add_commands was not called for this one */
    if (command_arity_fits(rq->spec, argc) && rq->spec->run)
        rq->spec->run(rq, &reply);
    else
        reply_error(&reply, "ERR wrong number of arguments");
    if (rq->wait && fake->reply.size == 0)
        buffer_printf(&fake->shown, "(waits)");
    while (at < fake->reply.size) { /* one reply; more than one is shown, so that a test fails */
        if (at > 0)
            buffer_append_byte(&fake->shown, ' ');
        at += fake_show(&fake->shown, span_of(fake->reply.data + at, fake->reply.size - at));
    }
    buffer_append_byte(&fake->shown, '\0');
    return fake->shown.data;
}

const char *fake_run_words(struct fake *fake, ...)
{
    struct span argv[FAKE_ARGUMENTS_LIMIT];
    size_t argc = 0;
    const char *word;
    va_list words;

    va_start(words, fake);
    while ((word = va_arg(words, const char *)) != NULL) {
        CHECK(argc < FAKE_ARGUMENTS_LIMIT);
        argv[argc++] = span_text(word);
    }
    va_end(words);
    return fake_run_spans(fake, argc, argv);
}

static char read_escape(const char **at)
{
    char hex[3] = {0};
    char c = *(*at)++;

    switch (c) {
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case 'x':
        CHECK((*at)[0] && (*at)[1]);
        hex[0] = (*at)[0];
        hex[1] = (*at)[1];
        *at += 2;
        return (char)strtol(hex, NULL, 16);
    default:
        return c;
    }
}

/* Reads one word at `*at` into `to`; returns its bytes. */
static size_t read_word(const char **at, char *to)
{
    size_t size = 0;

    if (**at != '"') {
        while (**at && **at != ' ')
            to[size++] = *(*at)++;
        return size;
    }
    ++*at;
    while (**at && **at != '"') {
        char c = *(*at)++;

        to[size++] = c == '\\' ? read_escape(at) : c;
    }
    CHECK(**at == '"');
    ++*at;
    return size;
}

const char *fake_line(struct fake *fake, const char *line)
{
    struct span argv[FAKE_ARGUMENTS_LIMIT];
    char *text = mem_alloc(strlen(line) + 1);
    char *to = text;
    size_t argc = 0;
    const char *shown;

    for (const char *at = line;;) {
        size_t size;

        while (*at == ' ')
            at++;
        if (!*at)
            break;
        CHECK(argc < FAKE_ARGUMENTS_LIMIT);
        size = read_word(&at, to);
        argv[argc++] = span_of(to, size);
        to += size;
    }
    shown = fake_run_spans(fake, argc, argv);
    mem_free(text);
    return shown;
}

/* --- What must follow. */

const char *fake_rewrite(struct fake *fake, size_t at)
{
    const struct request_rewrite_form *form;

    if (at >= fake->rq.rewrite_count)
        return NULL;
    form = &fake->rq.rewrites[at];
    buffer_clear(&fake->shown_rewrite);
    for (size_t i = 0; i < form->argc; i++) {
        if (i > 0)
            buffer_append_byte(&fake->shown_rewrite, ' ');
        buffer_append_span(&fake->shown_rewrite, form->argv[i]);
    }
    buffer_append_byte(&fake->shown_rewrite, '\0');
    return fake->shown_rewrite.data;
}

size_t fake_events(const struct fake *fake, const char *event)
{
    size_t count = 0;

    for (size_t i = 0; i < fake->rq.effect_count; i++)
        if (fake->rq.effects[i].event && strcmp(fake->rq.effects[i].event, event) == 0)
            count++;
    return count;
}

bool fake_is_dirty(const struct fake *fake)
{
    for (size_t i = 0; i < fake->rq.effect_count; i++)
        if (fake->rq.effects[i].flags & EFFECT_DIRTY)
            return true;
    return false;
}
