#include "broker/persistence/aof_manifest.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/bytes/buffer.h"
#include "core/num/num.h"
#include "core/resp/request_parser.h"

#include <stdbool.h>

/* What one line says. */
struct aof_entry {
    char name[AOF_NAME_LIMIT];
    uint64_t number;
    char type;
    bool has_number;
};

void aof_manifest_release(struct aof_manifest *manifest)
{
    mem_free(manifest->files);
    *manifest = (struct aof_manifest){0};
}

/* A file in the same directory. */
static bool take_name(struct aof_entry *entry, struct span name)
{
    if (name.size == 0 || name.size >= sizeof(entry->name) || memchr(name.data, '/', name.size) ||
        memchr(name.data, '\0', name.size) || span_is(name, ".."))
        return false;
    memcpy(entry->name, name.data, name.size);
    entry->name[name.size] = '\0';
    return true;
}

/* Pairs of words; those that a newer Redis may add are passed over. */
static bool take_words(struct aof_entry *entry, size_t count, const struct span *words)
{
    *entry = (struct aof_entry){0};
    for (size_t i = 0; i + 1 < count; i += 2) {
        struct span value = words[i + 1];

        if (span_is(words[i], "file") && !take_name(entry, value))
            return false;
        if (span_is(words[i], "seq"))
            entry->has_number = num_parse_u64(value, &entry->number) == 0;
        if (span_is(words[i], "type") && value.size == 1)
            entry->type = value.data[0];
    }
    return count % 2 == 0 && entry->name[0] && entry->has_number &&
           (entry->type == 'b' || entry->type == 'i' || entry->type == 'h');
}

/* Words may stand in quotation marks, as in a request typed by hand. */
static bool read_line(struct aof_entry *entry, struct span line)
{
    struct request_parser parser = {.limits = {.bulk_bytes = AOF_MANIFEST_LIMIT}};
    struct buffer text = {0};
    size_t consumed;
    bool right;

    buffer_append_span(&text, line);
    buffer_append_span(&text, SPAN("\r\n"));
    right = line.data[0] != '*' &&
            request_parser_feed(&parser, text.data, text.size, &consumed) > 0 &&
            take_words(entry, parser.argc, parser.argv);
    request_parser_release(&parser);
    buffer_release(&text);
    return right;
}

struct aof_order {
    bool has_base;
    uint64_t last; /* number of the last one that came since */
};

/* True if the file comes where it may. */
static bool add_entry(struct aof_manifest *manifest, struct aof_order *order,
                      const struct aof_entry *entry)
{
    if (entry->type == 'h')
        return true;
    if (entry->type == 'b') {
        if (order->has_base || manifest->count > 0)
            return false;
        order->has_base = true;
    } else {
        if (order->last > 0 && entry->number <= order->last)
            return false;
        order->last = entry->number;
    }
    manifest->files =
        mem_realloc(manifest->files, (manifest->count + 1) * sizeof(manifest->files[0]));
    memcpy(manifest->files[manifest->count++], entry->name, AOF_NAME_LIMIT);
    return true;
}

int aof_manifest_read(struct aof_manifest *manifest, struct span text, struct diag *diag)
{
    struct aof_order order = {0};
    unsigned number = 0;

    *manifest = (struct aof_manifest){0};
    for (size_t at = 0, next; at < text.size; at = next) {
        const char *end = memchr(text.data + at, '\n', text.size - at);
        struct span line =
            span_of(text.data + at, (end ? (size_t)(end - text.data) : text.size) - at);
        struct aof_entry entry;

        next = at + line.size + 1;
        number++;
        if (line.size > 0 && line.data[line.size - 1] == '\r')
            line.size--;
        if (line.size == 0 || line.data[0] == '#')
            continue;
        if (!read_line(&entry, line) || !add_entry(manifest, &order, &entry)) {
            aof_manifest_release(manifest);
            return diag_set(diag, ERR_DAMAGED, "line %u makes no sense: %.*s", number,
                            (int)(line.size < 200 ? line.size : 200), line.data);
        }
    }
    if (manifest->count == 0)
        return diag_set(diag, ERR_DAMAGED, "it lists no files");
    return 0;
}
