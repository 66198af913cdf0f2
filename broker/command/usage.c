#include "broker/command/usage.h"

#include <string.h>

/* A hand-written descent over the text. Depth is limited and the text is our own, so recursion is
 * bounded by what stands in the command tables. */
struct reader {
    struct arena *arena;
    const char *at;
    int depth;
    bool failed;
};

static void skip_blanks(struct reader *reader)
{
    while (*reader->at == ' ')
        reader->at++;
}

static bool ends_item(const char *at)
{
    return *at == '\0' || *at == ']' || *at == '>' || *at == '|';
}

static bool is_word_byte(char c)
{
    return c != '\0' && !strchr(" []<>|", c);
}

static struct span read_word(struct reader *reader)
{
    const char *start = reader->at;

    while (is_word_byte(*reader->at))
        reader->at++;
    return span_of(start, (size_t)(reader->at - start));
}

/* Tokens are written in capitals (or are the signs of XADD and its like). */
static bool is_token(struct span word)
{
    bool letter = false;

    for (size_t i = 0; i < word.size; i++) {
        char c = word.data[i];

        if (c >= 'a' && c <= 'z')
            return false;
        letter |= c >= 'A' && c <= 'Z';
    }
    return letter || strchr("=~*$+-", word.data[0]) != NULL;
}

static struct span lower(struct arena *arena, struct span word)
{
    char *to = arena_alloc(arena, word.size + 1);

    for (size_t i = 0; i < word.size; i++)
        to[i] =
            (char)(word.data[i] >= 'A' && word.data[i] <= 'Z' ? word.data[i] + 32 : word.data[i]);
    return span_of(to, word.size);
}

static bool is_one_of(struct span word, const char *const *names)
{
    for (; *names; names++)
        if (span_is(word, *names))
            return true;
    return false;
}

/* What kind of value an argument's name stands for. */
static enum usage_type type_of_name(struct span name)
{
    static const char *const keys[] = {"key",    "key1",        "key2", "newkey",
                                       "source", "destination", NULL};
    static const char *const integers[] = {"count",
                                           "maxcount",
                                           "maxsize",
                                           "milliseconds",
                                           "seconds",
                                           "numids",
                                           "numkeys",
                                           "index",
                                           "index1",
                                           "index2",
                                           "db",
                                           "offset",
                                           "decrement",
                                           "min-idle-time",
                                           "ms",
                                           "entries-read",
                                           "entries-added",
                                           "protover",
                                           "client-id",
                                           "timeout",
                                           "start",
                                           "end",
                                           "min-match-len",
                                           "destination-db",
                                           "cursor",
                                           "idmp-maxsize",
                                           "maxage",
                                           "idmp-duration",
                                           NULL};
    static const char *const times[] = {"unix-time-seconds", "unix-time-milliseconds", NULL};

    if (is_one_of(name, keys))
        return USAGE_KEY;
    if (is_one_of(name, integers))
        return USAGE_INTEGER;
    if (is_one_of(name, times))
        return USAGE_UNIX_TIME;
    return span_is(name, "pattern") ? USAGE_PATTERN : USAGE_STRING;
}

static struct usage_argument *new_argument(struct reader *reader, enum usage_type type,
                                           struct span name)
{
    struct usage_argument *argument = arena_array(reader->arena, 1, sizeof(*argument));

    argument->type = type;
    argument->name = name;
    return argument;
}

static struct usage_argument *read_alternatives(struct reader *reader, char closing);

/* Items between two places, apart from the dots at the end. */
static size_t count_items(const char *at, const char *end)
{
    size_t count = 0;
    int depth = 0;

    for (const char *before = " "; at < end; before = at++) {
        if (depth == 0 && *before == ' ' && *at != ' ')
            count++;
        depth += *at == '[' || *at == '<';
        depth -= *at == ']' || *at == '>';
    }
    return count;
}

/* "[item ...]" behind an item repeats it, and "[a b ...]" the last two. Returns how many items it
 * repeats, 0 and *at left alone if what follows is something else. */
static size_t skip_repetition(struct reader *reader)
{
    const char *at = reader->at;
    int depth = 0;

    while (*at == ' ')
        at++;
    if (*at != '[')
        return 0;
    for (const char *scan = at; *scan; scan++) {
        if (*scan == '[' || *scan == '<')
            depth++;
        if (*scan == ']' || *scan == '>')
            depth--;
        if (depth == 0) {
            if (scan - at < 5 || strncmp(scan - 4, " ...", 4) != 0)
                return 0;
            reader->at = scan + 1;
            return count_items(at + 1, scan - 4);
        }
    }
    return 0;
}

static struct usage_argument *read_group(struct reader *reader, char closing)
{
    struct usage_argument *inner;

    reader->at++;
    if (++reader->depth > USAGE_DEPTH_LIMIT) {
        reader->failed = true;
        return NULL;
    }
    inner = read_alternatives(reader, closing);
    reader->depth--;
    if (*reader->at != closing) {
        reader->failed = true;
        return NULL;
    }
    reader->at++;
    return inner;
}

/* A word: a token alone, a token with its argument, or an argument. */
static struct usage_argument *read_worded(struct reader *reader)
{
    struct span word = read_word(reader);
    struct usage_argument *argument;
    struct span next;
    const char *before;

    if (word.size == 0) {
        reader->failed = true;
        return NULL;
    }
    if (!is_token(word))
        return new_argument(reader, type_of_name(word), word);
    before = reader->at;
    skip_blanks(reader);
    if (*reader->at == '<') {
        argument = read_group(reader, '>');
        if (argument)
            argument->token = word;
        return argument;
    }
    next = read_word(reader);
    if (next.size == 0 || is_token(next)) {
        reader->at = before;
        argument = new_argument(reader, USAGE_PURE_TOKEN, lower(reader->arena, word));
        argument->token = word;
        return argument;
    }
    argument = new_argument(reader, type_of_name(next), next);
    argument->token = word;
    return argument;
}

static struct usage_argument *read_item(struct reader *reader)
{
    struct usage_argument *argument;

    skip_blanks(reader);
    if (*reader->at == '[') {
        argument = read_group(reader, ']');
        if (argument)
            argument->optional = true;
    } else if (*reader->at == '<') {
        argument = read_group(reader, '>');
    } else {
        argument = read_worded(reader);
    }
    return argument;
}

/* Makes the last `count` arguments of the list one that repeats: "field value [field value ...]" is
 * a block of two. A token before a value that is repeated with it, as in "GET pattern [GET pattern
 * ...]", is the value's own. */
static void repeat_last(struct reader *reader, struct usage_argument **first, size_t length,
                        size_t count)
{
    struct usage_argument **at = first, *block;

    if (count > 1 && length >= 1) {
        struct usage_argument *last = *first;

        while (last->next)
            last = last->next;
        if (last->token.size > 0 && last->type != USAGE_PURE_TOKEN) {
            last->multiple = last->multiple_token = true;
            return;
        }
    }
    if (count > length)
        count = length;
    for (size_t i = 0; i < length - count; i++)
        at = &(*at)->next;
    if (count == 1) {
        (*at)->multiple = true;
        return;
    }
    block = new_argument(reader, USAGE_BLOCK, SPAN("data"));
    block->first = *at;
    block->multiple = true;
    *at = block;
}

/* Items up to '|' or the end; several become one block. */
static struct usage_argument *read_sequence(struct reader *reader, bool top)
{
    struct usage_argument *first = NULL, **tail = &first;
    size_t count = 0, repeated;

    for (skip_blanks(reader); !ends_item(reader->at) && !reader->failed; skip_blanks(reader)) {
        struct usage_argument *argument = read_item(reader);

        if (!argument)
            break;
        *tail = argument;
        count++;
        repeated = skip_repetition(reader);
        if (repeated > 0) {
            repeat_last(reader, &first, count, repeated);
            for (count = 0, tail = &first; *tail; tail = &(*tail)->next)
                count++;
        } else {
            tail = &argument->next;
        }
    }
    if (top || count <= 1)
        return first;
    {
        struct usage_argument *block = new_argument(reader, USAGE_BLOCK, first->name);

        block->first = first;
        return block;
    }
}

static struct usage_argument *read_alternatives(struct reader *reader, char closing)
{
    struct usage_argument *first = read_sequence(reader, false);
    struct usage_argument *oneof, **tail;

    if (*reader->at != '|' || !first)
        return first;
    oneof = new_argument(reader, USAGE_ONEOF, first->name);
    oneof->first = first;
    tail = &first->next;
    while (*reader->at == '|' && !reader->failed) {
        reader->at++;
        *tail = read_sequence(reader, false);
        if (*tail)
            tail = &(*tail)->next;
    }
    if (*reader->at != closing)
        reader->failed = true;
    return oneof;
}

struct usage_argument *usage_parse(struct arena *arena, const char *text)
{
    struct reader reader = {.arena = arena, .at = text};
    struct usage_argument *first = read_sequence(&reader, true);

    return reader.failed || *reader.at ? NULL : first;
}

const char *usage_type_name(enum usage_type type)
{
    static const char *const names[] = {"string",    "integer",    "double", "key",  "pattern",
                                        "unix-time", "pure-token", "oneof",  "block"};

    return names[type];
}
