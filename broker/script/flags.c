#include "broker/script/flags.h"
#include "core/base/error.h"

static const struct {
    const char *name;
    unsigned flag;
} flags[] = {
    {"no-writes", SCRIPT_NO_WRITES},
    {"allow-oom", SCRIPT_ALLOW_OOM},
    {"allow-stale", SCRIPT_ALLOW_STALE},
    {"no-cluster", SCRIPT_NO_CLUSTER},
    {"allow-cross-slot-keys", SCRIPT_ALLOW_CROSS_SLOT},
};

enum {
    FLAG_COUNT = sizeof(flags) / sizeof(flags[0])
};

unsigned script_flag_find(struct span name)
{
    for (size_t i = 0; i < FLAG_COUNT; i++)
        if (span_is(name, flags[i].name))
            return flags[i].flag;
    return 0;
}

/* In a first line the case matters, unlike in redis.register_function. */
static unsigned find_exactly(struct span name)
{
    for (size_t i = 0; i < FLAG_COUNT; i++)
        if (span_equal(name, span_text(flags[i].name)))
            return flags[i].flag;
    return 0;
}

const char *script_flag_name(size_t at)
{
    return at < FLAG_COUNT ? flags[at].name : NULL;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of the line. Blanks in quotes belong to it; a quote ends at a blank, or the line is
 * wrong (ERR_SYNTAX). 1, or 0 at the end. */
static int next_word(struct span *rest, struct span *word)
{
    size_t at = 0, end;

    while (at < rest->size && is_blank(rest->data[at]))
        at++;
    for (end = at; end < rest->size && !is_blank(rest->data[end]); end++) {
        char quote = rest->data[end];
        const char *close;

        if (quote != '"' && quote != '\'')
            continue;
        close = memchr(rest->data + end + 1, quote, rest->size - end - 1);
        if (!close)
            return ERR_SYNTAX;
        end = (size_t)(close - rest->data);
        if (end + 1 < rest->size && !is_blank(close[1]))
            return ERR_SYNTAX;
    }
    *word = span_of(rest->data + at, end - at);
    *rest = span_of(rest->data + end, rest->size - end);
    return word->size > 0;
}

/* Without the quotes around it. */
static struct span unquoted(struct span word)
{
    if (word.size >= 2 && (word.data[0] == '"' || word.data[0] == '\''))
        return span_of(word.data + 1, word.size - 2);
    return word;
}

/* "a,b" behind "flags=". */
static int read_flags(struct script_head *head, struct span list, struct diag *diag)
{
    if (list.size == 0)
        return 0;
    for (;;) {
        const char *comma = list.size ? memchr(list.data, ',', list.size) : NULL;
        struct span name = span_of(list.data, comma ? (size_t)(comma - list.data) : list.size);
        unsigned flag = find_exactly(name);

        if (!flag)
            return diag_set(diag, ERR_SYNTAX, "Unexpected flag in script shebang: %.*s",
                            SPAN_ARGS(name));
        head->flags |= flag;
        if (!comma)
            return 0;
        list = span_of(comma + 1, list.size - name.size - 1);
    }
}

/* Takes "prefix=" off the word, and quotes around all of it or around what follows. */
static bool take_prefix(struct span *word, struct span prefix, bool any_case)
{
    struct span whole = unquoted(*word), head = span_of(whole.data, prefix.size);

    if (whole.size < prefix.size ||
        !(any_case ? span_equal_nocase(head, prefix) : span_equal(head, prefix)))
        return false;
    *word = unquoted(span_of(whole.data + prefix.size, whole.size - prefix.size));
    return true;
}

static struct span first_line(struct span text)
{
    const char *end = text.size ? memchr(text.data, '\n', text.size) : NULL;

    return span_of(text.data, end ? (size_t)(end - text.data) : 0);
}

int script_head_read(struct script_head *head, struct span text, struct diag *diag)
{
    struct span line, word;
    int rc;

    *head = (struct script_head){.flags = SCRIPT_COMPATIBLE};
    if (text.size < 2 || memcmp(text.data, "#!", 2) != 0)
        return 0;
    line = first_line(text);
    *head = (struct script_head){.size = line.size};
    if (line.size == 0)
        return diag_set(diag, ERR_SYNTAX, "Invalid script shebang");
    rc = next_word(&line, &word);
    if (rc > 0 && !span_equal(word, SPAN("#!lua")))
        return diag_set(diag, ERR_SYNTAX, "Unexpected engine in script shebang: %.*s",
                        SPAN_ARGS(word));
    while (rc > 0 && (rc = next_word(&line, &word)) > 0) {
        struct span list = word;

        if (!take_prefix(&list, SPAN("flags="), false))
            return diag_set(diag, ERR_SYNTAX, "Unknown lua shebang option: %.*s",
                            SPAN_ARGS(unquoted(word)));
        if (read_flags(head, list, diag) < 0)
            return ERR_SYNTAX;
    }
    return rc < 0 ? diag_set(diag, rc, "Invalid engine in script shebang") : 0;
}

static bool is_library_name(struct span name)
{
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '_'))
            return false;
    }
    return name.size > 0;
}

int script_head_read_library(struct script_head *head, struct span text, struct diag *diag)
{
    struct span line = first_line(text), word;
    bool named = false;
    int rc;

    *head = (struct script_head){.size = line.size};
    if (text.size < 2 || memcmp(text.data, "#!", 2) != 0)
        return diag_set(diag, ERR_SYNTAX, "Missing library metadata");
    if (line.size == 0)
        return diag_set(diag, ERR_SYNTAX, "Invalid library metadata");
    rc = next_word(&line, &word);
    if (rc > 0 && !span_is(word, "#!lua"))
        return diag_set(diag, ERR_SYNTAX, "Engine '%.*s' not found", (int)(word.size - 2),
                        word.data + 2);
    while (rc > 0 && (rc = next_word(&line, &word)) > 0) {
        struct span value = word;

        if (!take_prefix(&value, SPAN("name="), true))
            return diag_set(diag, ERR_SYNTAX, "Invalid metadata value given: %.*s",
                            SPAN_ARGS(unquoted(word)));
        if (named)
            return diag_set(diag, ERR_SYNTAX,
                            "Invalid metadata value, name argument was given multiple times");
        named = true;
        head->name = value;
    }
    if (rc < 0)
        return diag_set(diag, rc, "Invalid library metadata");
    if (!named)
        return diag_set(diag, ERR_SYNTAX, "Library name was not given");
    if (!is_library_name(head->name))
        return diag_set(
            diag, ERR_SYNTAX,
            "Library names can only contain letters, numbers, or underscores(_) and must "
            "be at least one character long");
    return 0;
}
