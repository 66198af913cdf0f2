#include "clients/shell/docs.h"
#include "core/base/mem.h"
#include "core/bytes/arena.h"

#include <ctype.h>
#include <stdlib.h>

enum {
    NESTING_LIMIT = 16, /* of arguments in arguments */
    NAME_LIMIT = 128,
    UNITS_LIMIT = 64 /* parts of a usage that hints look at */
};

struct docs {
    struct arena *arena;
    struct doc *items;
    size_t count;
    size_t capacity;
};

static struct span text_of(const struct ms_value *value)
{
    size_t size;
    const char *text = ms_value_text(value, &size);

    return span_of(text ? text : "", size);
}

/* ---- Usage from the tree of arguments ---- */

static bool has_flag(const struct ms_value *argument, const char *name)
{
    const struct ms_value *list = ms_value_get(argument, "flags");

    for (size_t i = 0; i < ms_value_count(list); i++)
        if (span_is(text_of(ms_value_at(list, i)), name))
            return true;
    return false;
}

static void append_arguments(struct buffer *out, const struct ms_value *list, const char *between,
                             int depth);

/* What stands for the argument without its token. */
static void append_body(struct buffer *out, const struct ms_value *argument, int depth)
{
    struct span type = text_of(ms_value_get(argument, "type"));
    const struct ms_value *inner = ms_value_get(argument, "arguments");
    struct span shown = text_of(ms_value_get(argument, "display_text"));

    if (span_is(type, "pure-token"))
        return;
    if (span_is(type, "block")) {
        append_arguments(out, inner, " ", depth + 1);
        return;
    }
    if (span_is(type, "oneof")) {
        bool bare = has_flag(argument, "optional") && !ms_value_get(argument, "token");

        buffer_append(out, "<", bare ? 0 : 1);
        append_arguments(out, inner, " | ", depth + 1);
        buffer_append(out, ">", bare ? 0 : 1);
        return;
    }
    buffer_append_span(out, shown.size ? shown : text_of(ms_value_get(argument, "name")));
}

static void append_argument(struct buffer *out, const struct ms_value *argument, int depth)
{
    struct span token = text_of(ms_value_get(argument, "token"));
    bool optional = has_flag(argument, "optional");
    struct buffer body = {0};
    size_t start;

    append_body(&body, argument, depth);
    buffer_append(out, "[", optional ? 1 : 0);
    start = out->size;
    buffer_append_span(out, token);
    if (token.size > 0 && body.size > 0)
        buffer_append_byte(out, ' ');
    buffer_append(out, body.data, body.size);
    if (has_flag(argument, "multiple")) {
        if (has_flag(argument, "multiple_token")) {
            buffer_clear(&body);
            buffer_append(&body, out->data + start, out->size - start);
        }
        buffer_append(out, " [", 2);
        buffer_append(out, body.data, body.size);
        buffer_append(out, " ...]", 5);
    }
    buffer_append(out, "]", optional ? 1 : 0);
    buffer_release(&body);
}

/* Calls itself by way of append_body: the tree is the server's, and NESTING_LIMIT bounds it. */
static void append_arguments(struct buffer *out, const struct ms_value *list, const char *between,
                             int depth)
{
    if (depth > NESTING_LIMIT)
        return;
    for (size_t i = 0; i < ms_value_count(list); i++) {
        if (i > 0)
            buffer_append_span(out, span_text(between));
        append_argument(out, ms_value_at(list, i), depth);
    }
}

/* ---- The table ---- */

static void add(struct docs *docs, struct span name, const struct ms_value *about)
{
    struct buffer usage = {0};
    struct doc *doc;

    if (name.size == 0 || name.size > NAME_LIMIT)
        return;
    if (docs->count == docs->capacity) {
        docs->capacity = docs->capacity ? docs->capacity * 2 : 256;
        docs->items = mem_realloc(docs->items, docs->capacity * sizeof(*docs->items));
    }
    append_arguments(&usage, ms_value_get(about, "arguments"), " ", 0);
    doc = &docs->items[docs->count++];
    doc->name = arena_printf(docs->arena, "%.*s", SPAN_ARGS(name));
    for (size_t i = 0; i < doc->name.size; i++) {
        char *c = (char *)(uintptr_t)doc->name.data + i; /* ours, in the arena */

        *c = *c == '|' ? ' ' : (char)tolower((unsigned char)*c);
    }
    doc->usage = arena_span(docs->arena, span_of(usage.data, usage.size));
    doc->summary = arena_span(docs->arena, text_of(ms_value_get(about, "summary")));
    doc->since = arena_span(docs->arena, text_of(ms_value_get(about, "since")));
    doc->group = arena_span(docs->arena, text_of(ms_value_get(about, "group")));
    buffer_release(&usage);
}

static int compare_docs(const void *a, const void *b)
{
    return span_compare(((const struct doc *)a)->name, ((const struct doc *)b)->name);
}

struct docs *docs_new(const struct ms_value *reply)
{
    struct docs *docs = mem_zalloc(sizeof(*docs));

    docs->arena = arena_new();
    for (size_t i = 0; i + 1 < ms_value_count(reply); i += 2) {
        const struct ms_value *about = ms_value_at(reply, i + 1);
        const struct ms_value *subs = ms_value_get(about, "subcommands");

        add(docs, text_of(ms_value_at(reply, i)), about);
        for (size_t j = 0; j + 1 < ms_value_count(subs); j += 2)
            add(docs, text_of(ms_value_at(subs, j)), ms_value_at(subs, j + 1));
    }
    if (docs->count > 0)
        qsort(docs->items, docs->count, sizeof(*docs->items), compare_docs);
    return docs;
}

void docs_free(struct docs *docs)
{
    if (!docs)
        return;
    arena_free(docs->arena);
    mem_free(docs->items);
    mem_free(docs);
}

size_t docs_count(const struct docs *docs)
{
    return docs->count;
}

const struct doc *docs_at(const struct docs *docs, size_t at)
{
    return &docs->items[at];
}

static const struct doc *find_name(const struct docs *docs, struct span name)
{
    size_t low = 0;
    size_t high = docs->count;

    while (low < high) {
        size_t at = low + (high - low) / 2;
        int order = span_compare(docs->items[at].name, name);

        if (order == 0)
            return &docs->items[at];
        if (order < 0)
            low = at + 1;
        else
            high = at;
    }
    return NULL;
}

const struct doc *docs_find(const struct docs *docs, const struct span *words, size_t count,
                            size_t *used)
{
    for (size_t take = count < 2 ? count : 2; take > 0; take--) {
        char name[2 * NAME_LIMIT + 2];
        size_t size = 0;
        const struct doc *doc;

        for (size_t i = 0; i < take; i++) {
            if (words[i].size > NAME_LIMIT)
                return NULL;
            if (i > 0)
                name[size++] = ' ';
            for (size_t j = 0; j < words[i].size; j++)
                name[size++] = (char)tolower((unsigned char)words[i].data[j]);
        }
        doc = find_name(docs, span_of(name, size));
        if (doc) {
            *used = take;
            return doc;
        }
    }
    return NULL;
}

/* ---- Hints ---- */

/* The end of the part of a usage that begins at `at`: up to a blank outside brackets. */
static size_t unit_end(struct span usage, size_t at)
{
    int open = 0;

    for (; at < usage.size; at++) {
        char c = usage.data[at];

        if (c == '[' || c == '<')
            open++;
        else if (c == ']' || c == '>')
            open--;
        else if (c == ' ' && open == 0)
            break;
    }
    return at;
}

static size_t split_units(struct span usage, struct span units[UNITS_LIMIT])
{
    size_t count = 0;

    for (size_t at = 0; at < usage.size && count < UNITS_LIMIT;) {
        size_t end = unit_end(usage, at);

        if (end > at)
            units[count++] = span_of(usage.data + at, end - at);
        at = end + 1;
    }
    return count;
}

static bool in_name(char c)
{
    return isalnum((unsigned char)c) || c == '-' || c == '_' || c == '.' || c == '*';
}

/* Calls for each word of the unit that is a keyword (upper case); stops at the first that equals
 * `word`. */
static bool unit_has_keyword(struct span unit, struct span word)
{
    for (size_t at = 0; at < unit.size;) {
        size_t end = at;

        while (end < unit.size && in_name(unit.data[end]))
            end++;
        if (end > at && isupper((unsigned char)unit.data[at]) &&
            span_equal_nocase(span_of(unit.data + at, end - at), word))
            return true;
        at = end > at ? end : at + 1;
    }
    return false;
}

/* How many arguments an optional unit takes when it is used, not counting options inside it. */
static size_t unit_arguments(struct span unit)
{
    struct span inner = span_of(unit.data + 1, unit.size > 2 ? unit.size - 2 : 0);
    struct span parts[UNITS_LIMIT];
    size_t count = split_units(inner, parts);
    size_t arguments = 0;

    for (size_t i = 0; i < count; i++) {
        if (parts[i].data[0] == '|') /* the alternative takes no more than the first choice */
            return arguments ? arguments : 1;
        if (parts[i].data[0] != '[')
            arguments++;
    }
    return arguments;
}

void docs_hint(struct span usage, const struct span *typed, size_t count, struct buffer *out)
{
    struct span units[UNITS_LIMIT];
    bool answered[UNITS_LIMIT] = {false};
    size_t units_count = split_units(usage, units);
    size_t next = 0; /* everything mandatory before it is answered */
    size_t skip = 0; /* arguments that belong to an option */
    bool first = true;

    for (size_t i = 0; i < count; i++) {
        size_t at = next;

        if (skip > 0) {
            if (!span_is(typed[i], "~") && !span_is(typed[i], "="))
                skip--;
            continue;
        }
        while (at < units_count && units[at].data[0] == '[' &&
               (answered[at] || !unit_has_keyword(units[at], typed[i])))
            at++;
        if (at == units_count)
            break; /* more of a repeated part */
        answered[at] = true;
        if (units[at].data[0] == '[') {
            skip = unit_arguments(units[at]) - 1;
            continue;
        }
        while (next <= at)
            answered[next++] = true;
    }
    for (size_t i = 0; i < units_count; i++) {
        if (answered[i])
            continue;
        if (!first)
            buffer_append_byte(out, ' ');
        buffer_append_span(out, units[i]);
        first = false;
    }
}

/* ---- Completion ---- */

static bool begins_with(struct span text, struct span prefix)
{
    return text.size >= prefix.size && span_equal_nocase(span_of(text.data, prefix.size), prefix);
}

static void offer(struct buffer *out, struct span word, bool upper)
{
    for (size_t i = 0; i < word.size; i++)
        buffer_append_byte(out, upper ? (char)toupper((unsigned char)word.data[i])
                                      : (char)tolower((unsigned char)word.data[i]));
    buffer_append_byte(out, '\n');
}

/* Whether what is typed is in capitals decides how names are offered. */
static bool wants_upper(struct span prefix)
{
    return prefix.size > 0 && isupper((unsigned char)prefix.data[0]);
}

static void complete_names(const struct docs *docs, const struct span *container,
                           struct span prefix, struct buffer *out)
{
    for (size_t i = 0; i < docs->count; i++) {
        struct span name = docs->items[i].name;
        const char *blank = memchr(name.data, ' ', name.size);

        if (container) {
            size_t head = blank ? (size_t)(blank - name.data) : 0;

            if (!blank || !span_equal_nocase(span_of(name.data, head), *container))
                continue;
            name = span_of(blank + 1, name.size - head - 1);
        } else if (blank) {
            continue;
        }
        if (begins_with(name, prefix))
            offer(out, name, wants_upper(prefix));
    }
}

static void complete_keywords(struct span usage, struct span prefix, struct buffer *out)
{
    for (size_t at = 0; at < usage.size;) {
        size_t end = at;
        struct span word;

        while (end < usage.size && in_name(usage.data[end]))
            end++;
        word = span_of(usage.data + at, end - at);
        if (word.size > 1 && isupper((unsigned char)*word.data) && begins_with(word, prefix))
            offer(out, word, prefix.size == 0 || wants_upper(prefix));
        at = end > at ? end : at + 1;
    }
}

void docs_complete(const struct docs *docs, const struct span *before, size_t count,
                   struct span prefix, struct buffer *out)
{
    const struct doc *doc;
    size_t used;

    if (count > 0 && span_is(before[0], "help")) {
        before++;
        count--;
    }
    if (count == 0) {
        complete_names(docs, NULL, prefix, out);
        return;
    }
    if (count == 1)
        complete_names(docs, before, prefix, out);
    doc = docs_find(docs, before, count, &used);
    if (doc)
        complete_keywords(doc->usage, prefix, out);
}
