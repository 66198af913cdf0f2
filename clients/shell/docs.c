#include "clients/shell/docs.h"
#include "core/base/mem.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct docs {
    struct doc *items;
    size_t count, capacity;
};

/* --- Reading the reply: maps, or in RESP2 flat arrays of name and value. */

static const struct resp_value *field(const struct resp_value *map, const char *name)
{
    for (size_t i = 0; resp_is_aggregate(map) && i + 1 < map->count; i += 2)
        if (!resp_is_aggregate(&map->items[i]) && map->items[i].type != RESP_NULL &&
            span_is(map->items[i].text, name))
            return &map->items[i + 1];
    return NULL;
}

static struct span text_field(const struct resp_value *map, const char *name)
{
    const struct resp_value *value = field(map, name);

    if (!value || resp_is_aggregate(value) || value->type == RESP_NULL)
        return span_of("", 0);
    return value->text;
}

static bool has_flag(const struct resp_value *argument, const char *flag)
{
    const struct resp_value *flags = field(argument, "flags");

    for (size_t i = 0; flags && resp_is_aggregate(flags) && i < flags->count; i++)
        if (span_is(flags->items[i].text, flag))
            return true;
    return false;
}

static void write_list(const struct resp_value *arguments, const char *between, struct buffer *out);

/* One argument without its brackets and repetition. Depth: RESP_DEPTH_LIMIT at most. */
static void write_plain(const struct resp_value *argument, bool with_token, struct buffer *out)
{
    struct span type = text_field(argument, "type"), token = text_field(argument, "token");
    struct span name = text_field(argument, "display_text");
    const struct resp_value *inner = field(argument, "arguments");

    if (name.size == 0)
        name = text_field(argument, "name");
    if (token.size > 0 && with_token) {
        buffer_append_span(out, token);
        if (span_is(type, "pure-token"))
            return;
        buffer_append_byte(out, ' ');
    }
    if (span_is(type, "oneof") && inner) {
        bool optional = has_flag(argument, "optional") && token.size == 0;

        buffer_printf(out, "%s", optional ? "" : "<");
        write_list(inner, " | ", out);
        buffer_printf(out, "%s", optional ? "" : ">");
    } else if (span_is(type, "block") && inner) {
        write_list(inner, " ", out);
    } else {
        buffer_append_span(out, name);
    }
}

static void write_argument(const struct resp_value *argument, struct buffer *out)
{
    bool optional = has_flag(argument, "optional");

    buffer_printf(out, "%s", optional ? "[" : "");
    write_plain(argument, true, out);
    if (has_flag(argument, "multiple")) {
        buffer_printf(out, " [");
        write_plain(argument, has_flag(argument, "multiple_token"), out);
        buffer_printf(out, " ...]");
    }
    buffer_printf(out, "%s", optional ? "]" : "");
}

static void write_list(const struct resp_value *arguments, const char *between, struct buffer *out)
{
    for (size_t i = 0; resp_is_aggregate(arguments) && i < arguments->count; i++) {
        if (i > 0)
            buffer_printf(out, "%s", between);
        write_argument(&arguments->items[i], out);
    }
}

void docs_write_usage(const struct resp_value *arguments, struct buffer *out)
{
    write_list(arguments, " ", out);
}

static char *copy(struct span text)
{
    char *to = mem_alloc(text.size + 1);

    memcpy(to, text.data, text.size);
    to[text.size] = '\0';
    return to;
}

/* "xgroup|create" as people type it. */
static char *shown_name(struct span name)
{
    char *to = copy(name);

    for (char *at = to; *at; at++)
        *at = *at == '|' ? ' ' : (char)toupper((unsigned char)*at);
    return to;
}

static void add(struct docs *docs, struct span name, const struct resp_value *map)
{
    const struct resp_value *arguments = field(map, "arguments");
    const struct resp_value *subcommands = field(map, "subcommands");
    struct buffer usage = {0};
    struct doc *doc;

    if (docs->count == docs->capacity) {
        docs->capacity = docs->capacity ? docs->capacity * 2 : 256;
        docs->items = mem_realloc(docs->items, docs->capacity * sizeof(*docs->items));
    }
    if (arguments)
        docs_write_usage(arguments, &usage);
    doc = &docs->items[docs->count++];
    doc->name = shown_name(name);
    doc->usage = copy(span_of(usage.data ? usage.data : "", usage.size));
    doc->summary = copy(text_field(map, "summary"));
    doc->since = copy(text_field(map, "since"));
    doc->group = copy(text_field(map, "group"));
    buffer_release(&usage);
    for (size_t i = 0; subcommands && resp_is_aggregate(subcommands) && i + 1 < subcommands->count;
         i += 2)
        add(docs, subcommands->items[i].text, &subcommands->items[i + 1]);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct doc *)a)->name, ((const struct doc *)b)->name);
}

struct docs *docs_load(struct link *link)
{
    struct span words[] = {SPAN("COMMAND"), SPAN("DOCS")};
    const struct resp_value *reply = link_call(link, 2, words);
    struct docs *docs = mem_zalloc(sizeof(*docs));

    if (!reply || !resp_is_aggregate(reply))
        return docs;
    for (size_t i = 0; i + 1 < reply->count; i += 2)
        add(docs, reply->items[i].text, &reply->items[i + 1]);
    qsort(docs->items, docs->count, sizeof(*docs->items), by_name);
    return docs;
}

void docs_free(struct docs *docs)
{
    for (size_t i = 0; docs && i < docs->count; i++) {
        mem_free(docs->items[i].name);
        mem_free(docs->items[i].usage);
        mem_free(docs->items[i].summary);
        mem_free(docs->items[i].since);
        mem_free(docs->items[i].group);
    }
    if (docs)
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

const struct doc *docs_for_line(const struct docs *docs, struct span line)
{
    const struct doc *best = NULL;

    for (size_t i = 0; i < docs->count; i++) {
        const struct doc *doc = &docs->items[i];
        size_t size = strlen(doc->name);

        if (line.size < size || strncasecmp(line.data, doc->name, size) != 0 ||
            (line.size > size && line.data[size] != ' '))
            continue;
        if (!best || size > strlen(best->name))
            best = doc;
    }
    return best;
}

/* Behind one item of the usage: a word, or a group in brackets. */
static const char *skip_item(const char *at)
{
    int depth = 0;

    while (*at == ' ')
        at++;
    for (; *at && (depth > 0 || *at != ' '); at++) {
        depth += *at == '[' || *at == '<';
        depth -= *at == ']' || *at == '>';
    }
    return at;
}

void docs_hint(const struct doc *doc, struct span line, struct buffer *out)
{
    const char *usage = doc->usage;
    size_t at = strlen(doc->name);
    bool in_word = false;

    for (; at < line.size; at++) {
        bool blank = line.data[at] == ' ';

        /* a word that is finished, or being typed, takes one required item away; options stay */
        if (!blank && !in_word && *usage && usage[strspn(usage, " ")] != '[')
            usage = skip_item(usage);
        in_word = !blank;
    }
    buffer_printf(out, "%s", usage + strspn(usage, " "));
}
