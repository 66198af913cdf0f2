#include "types/sort/sort_pattern.h"

#include "core/num/num.h"
#include "storage/keyspace/keyspace.h"
#include "types/hash/hash.h"

#include <string.h>

void sort_pattern_parse(struct sort_pattern *pattern, struct span text)
{
    const char *star = text.size ? memchr(text.data, '*', text.size) : NULL;
    const char *end = text.data + text.size, *arrow;

    *pattern = (struct sort_pattern){.prefix = text, .has_star = star != NULL};
    pattern->is_element = span_equal(text, SPAN("#"));
    if (!star)
        return;
    pattern->prefix = span_of(text.data, (size_t)(star - text.data));
    pattern->postfix = span_of(star + 1, (size_t)(end - star - 1));
    arrow = memmem(star + 1, (size_t)(end - star - 1), "->", 2);
    if (!arrow || arrow + 2 == end)
        return;
    pattern->postfix.size = (size_t)(arrow - star - 1);
    pattern->field = span_of(arrow + 2, (size_t)(end - arrow - 2));
}

static char *put(char *to, struct span bytes)
{
    if (bytes.size)
        memcpy(to, bytes.data, bytes.size);
    return to + bytes.size;
}

/* The value in the entry that a pattern led to. */
static struct span value_in(const struct request *rq, const struct sort_pattern *pattern,
                            struct entry *entry, char *scratch)
{
    /* a replay meets fields that expired long ago as its call did */
    int64_t now_ms = rq->flags & REQUEST_REPLAY ? -1 : rq->now_ms;

    if (pattern->field.data) {
        if (entry_type(entry) != &hash_type)
            return (struct span){0};
        return hash_get(entry_value(entry), pattern->field, now_ms, scratch);
    }
    if (entry_type(entry)->id != VALUE_STRING)
        return (struct span){0};
    return entry_string(entry, scratch);
}

struct span sort_pattern_find(struct request *rq, const struct sort_pattern *pattern,
                              struct span element)
{
    size_t size = pattern->prefix.size + element.size + pattern->postfix.size;
    char scratch[NUM_TEXT_LIMIT];
    struct entry *entry;
    struct span value;
    char *name;

    if (pattern->is_element)
        return element;
    if (!pattern->has_star)
        return (struct span){0};
    name = arena_alloc(rq->arena, size ? size : 1); /* an effect may keep it */
    put(put(put(name, pattern->prefix), element), pattern->postfix);
    entry = keyspace_find(rq, request_key_of(rq, span_of(name, size), rq->db), FIND_READ);
    if (!entry)
        return (struct span){0};
    value = value_in(rq, pattern, entry, scratch);
    if (value.data == scratch)
        value = arena_span(rq->arena, value);
    return value;
}
