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

const char *script_flag_name(size_t at)
{
    return at < FLAG_COUNT ? flags[at].name : NULL;
}

/* The next word of the line, without quotes around it; false at the end. */
static bool next_word(struct span *rest, struct span *word)
{
    size_t at = 0, end;

    while (at < rest->size &&
           (rest->data[at] == ' ' || rest->data[at] == '\t' || rest->data[at] == '\r'))
        at++;
    for (end = at; end < rest->size && rest->data[end] != ' ' && rest->data[end] != '\t' &&
                   rest->data[end] != '\r';
         end++)
        ;
    *word = span_of(rest->data + at, end - at);
    *rest = span_of(rest->data + end, rest->size - end);
    return word->size > 0;
}

/* "a,b" behind "flags=". */
static int read_flags(struct script_head *head, struct span list, struct diag *diag)
{
    if (list.size == 0)
        return 0;
    for (;;) {
        const char *comma = list.size ? memchr(list.data, ',', list.size) : NULL;
        struct span name = span_of(list.data, comma ? (size_t)(comma - list.data) : list.size);
        unsigned flag = script_flag_find(name);

        if (!flag)
            return diag_set(diag, ERR_SYNTAX, "Unexpected flag in script shebang: %.*s",
                            SPAN_ARGS(name));
        head->flags |= flag;
        if (!comma)
            return 0;
        list = span_of(comma + 1, list.size - name.size - 1);
    }
}

static bool take_prefix(struct span *word, struct span prefix)
{
    if (word->size < prefix.size || memcmp(word->data, prefix.data, prefix.size) != 0)
        return false;
    *word = span_of(word->data + prefix.size, word->size - prefix.size);
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

    *head = (struct script_head){.flags = SCRIPT_COMPATIBLE};
    if (text.size < 2 || memcmp(text.data, "#!", 2) != 0)
        return 0;
    line = first_line(text);
    *head = (struct script_head){.size = line.size};
    if (line.size == 0)
        return diag_set(diag, ERR_SYNTAX, "Invalid script shebang");
    next_word(&line, &word);
    if (!span_is(word, "#!lua"))
        return diag_set(diag, ERR_SYNTAX, "Unexpected engine in script shebang: %.*s",
                        SPAN_ARGS(word));
    while (next_word(&line, &word)) {
        struct span list = word;
        int rc =
            take_prefix(&list, SPAN("flags="))
                ? read_flags(head, list, diag)
                : diag_set(diag, ERR_SYNTAX, "Unknown lua shebang option: %.*s", SPAN_ARGS(word));
        if (rc < 0)
            return rc;
    }
    return 0;
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

    *head = (struct script_head){.size = line.size};
    if (text.size < 2 || memcmp(text.data, "#!", 2) != 0)
        return diag_set(diag, ERR_SYNTAX, "Missing library metadata");
    if (line.size == 0)
        return diag_set(diag, ERR_SYNTAX, "Invalid library metadata");
    next_word(&line, &word);
    if (!span_is(word, "#!lua"))
        return diag_set(diag, ERR_SYNTAX, "Engine '%.*s' not found", (int)(word.size - 2),
                        word.data + 2);
    while (next_word(&line, &word)) {
        struct span value = word;

        if (!take_prefix(&value, SPAN("name=")))
            return diag_set(diag, ERR_SYNTAX, "Invalid metadata value given: %.*s",
                            SPAN_ARGS(word));
        if (named)
            return diag_set(diag, ERR_SYNTAX,
                            "Invalid metadata value, name argument was given multiple times");
        named = true;
        head->name = value;
    }
    if (!named)
        return diag_set(diag, ERR_SYNTAX, "Library name was not given");
    if (!is_library_name(head->name))
        return diag_set(
            diag, ERR_SYNTAX,
            "Library names can only contain letters, numbers, or underscores(_) and must "
            "be at least one character long");
    return 0;
}
