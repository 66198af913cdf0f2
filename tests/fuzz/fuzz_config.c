/* Configuration files: whatever the text, each line is split into words that lie in the scratch
 * buffer, the file is taken or refused with a reason, and the snapshot that comes of it can be
 * copied and shown. Lines that include other files are not tried: an input must stand by itself. */
#include "broker/config/config.h"
#include "broker/config/directive.h"
#include "core/base/check.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>
#include <strings.h>

enum {
    INPUT_LIMIT = 16 * 1024
};

/* The word "include", bare or with quotes or escapes: then the letters may be anything. */
static bool may_include(struct span text)
{
    struct buffer scratch = {0};
    bool found = false;

    for (size_t at = 0; at < text.size && !found;) {
        const char *end = memchr(text.data + at, '\n', text.size - at);
        size_t size = end ? (size_t)(end - text.data) - at : text.size - at;
        struct span words[DIRECTIVE_WORDS_LIMIT];
        int count =
            config_split(span_of(text.data + at, size), &scratch, words, DIRECTIVE_WORDS_LIMIT);

        CHECK(count <= DIRECTIVE_WORDS_LIMIT);
        for (int i = 0; i < count; i++) {
            CHECK(words[i].data >= scratch.data);
            CHECK(words[i].data + words[i].size <= scratch.data + scratch.size);
            found = found || (words[i].size >= 7 && strncasecmp(words[i].data, "include", 7) == 0);
        }
        at += size + 1;
    }
    buffer_release(&scratch);
    return found;
}

static void show_all(const struct config *config, struct buffer *to)
{
    for (int i = 0; i < directive_count; i++) {
        directive_get(config, &directives[i], to);
        buffer_append_byte(to, '\n');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = span_of((const char *)data, size);
    struct buffer before = {0}, after = {0};
    struct config_store *store;
    struct config *copy, *again;
    struct diag diag = {0};

    if (size > INPUT_LIMIT || may_include(text))
        return 0;
    store = config_new();
    copy = config_copy(config_current(store));
    if (config_read_text(copy, text, "fuzz", 0, &diag) < 0)
        CHECK(diag.text[0]);
    again = config_copy(copy);
    show_all(copy, &before);
    show_all(again, &after);
    CHECK(before.size == after.size && memcmp(before.data, after.data, before.size) == 0);
    config_drop(again);
    config_drop(copy);
    config_free(store);
    buffer_release(&before);
    buffer_release(&after);
    return 0;
}
