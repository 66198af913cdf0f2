#include "clients/shell/words.h"
#include "core/base/error.h"
#include "core/bytes/buffer.h"

#include <ctype.h>
#include <stdint.h>

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The character after a backslash at line.data[at] inside "..."; returns how many bytes it took. */
static size_t escape(struct span line, size_t at, struct buffer *word)
{
    static const char names[] = "nrtab";
    static const char meant[] = "\n\r\t\a\b";
    char c = line.data[at];
    const char *known = c ? strchr(names, c) : NULL;

    if (c == 'x' && at + 2 < line.size && hex_value(line.data[at + 1]) >= 0 &&
        hex_value(line.data[at + 2]) >= 0) {
        int high = hex_value(line.data[at + 1]);

        buffer_append_byte(word, (char)(high * 16 + hex_value(line.data[at + 2])));
        return 3;
    }
    buffer_append_byte(word, known ? meant[known - names] : c);
    return 1;
}

/* From behind the opening mark to behind the closing one. */
static int quoted(struct span line, size_t *at, char mark, struct buffer *word)
{
    size_t i = *at;

    while (i < line.size && line.data[i] != mark) {
        if (line.data[i] == '\\' && i + 1 < line.size &&
            (mark == '"' || line.data[i + 1] == '\'')) {
            if (mark == '"')
                i += 1 + escape(line, i + 1, word);
            else {
                buffer_append_byte(word, '\'');
                i += 2;
            }
            continue;
        }
        buffer_append_byte(word, line.data[i++]);
    }
    if (i >= line.size)
        return ERR_SYNTAX;
    i++;
    if (i < line.size && !isspace((unsigned char)line.data[i]))
        return ERR_SYNTAX;
    *at = i;
    return 0;
}

static int one_word(struct span line, size_t *at, struct buffer *word)
{
    while (*at < line.size && !isspace((unsigned char)line.data[*at])) {
        char c = line.data[*at];

        if (c == '"' || c == '\'') {
            ++*at;
            return quoted(line, at, c, word);
        }
        buffer_append_byte(word, c);
        ++*at;
    }
    return 0;
}

int words_split(struct arena *arena, struct span line, struct words *words)
{
    struct buffer word = {0};
    size_t at = 0;
    int rc = 0;

    /* At most every second byte begins a word. */
    words->items = arena_array(arena, line.size / 2 + 1, sizeof(*words->items));
    words->count = 0;
    while (rc == 0) {
        while (at < line.size && isspace((unsigned char)line.data[at]))
            at++;
        if (at == line.size)
            break;
        buffer_clear(&word);
        rc = one_word(line, &at, &word);
        buffer_append_byte(&word, '\0');
        words->items[words->count] = arena_span(arena, span_of(word.data, word.size));
        words->items[words->count++].size--;
    }
    buffer_release(&word);
    return rc;
}
