/* Strings in the keyspace. Setting one looks the key up once and reuses the entry's block whenever
 * the new bytes fit it well, so overwriting a value by another of its size allocates nothing. */
#include "storage/keyspace/keyspace.h"
#include "core/base/mem.h"
#include "core/num/num.h"
#include "storage/keyspace/keyspace_internal.h"

enum {
    INTEGER_TEXT_LIMIT = 20
}; /* characters of the longest 64-bit integer */

/* What a string becomes: its form and what it is filled with. */
struct content {
    enum entry_form form;
    int64_t integer;
    struct span bytes;
};

static struct content content_of(struct span bytes)
{
    struct content content = {.form = FORM_EMBEDDED, .bytes = bytes};

    if (bytes.size <= INTEGER_TEXT_LIMIT && num_parse_i64(bytes, &content.integer) == 0)
        content.form = FORM_INTEGER;
    else if (bytes.size > ENTRY_EMBED_LIMIT)
        content.form = FORM_RAW;
    return content;
}

static size_t embedded_size(const struct content *content)
{
    return content->form == FORM_EMBEDDED ? content->bytes.size : 0;
}

/* Fills an entry of the right form and size whose word owns nothing. */
static void fill(struct entry *entry, const struct content *content)
{
    if (content->form == FORM_INTEGER)
        entry_set_word(entry, (uint64_t)content->integer);
    else if (content->form == FORM_RAW)
        entry_set_word(entry, (uint64_t)(uintptr_t)raw_new(content->bytes));
    else if (content->bytes.size)
        memcpy(entry_embedded_data(entry), content->bytes.data, content->bytes.size);
}

static struct entry *add(struct request *rq, struct key key, const struct content *content)
{
    struct entry *entry = entry_new(content->form, false, key.name, embedded_size(content));

    fill(entry, content);
    entry_access_start(entry, rq->settings, rq->now_ms);
    dict_add(&database_get(rq, key)->dict, key.hash, entry);
    return entry;
}

/* True if the bytes lie in what the entry owns, so that changing it would spoil them. */
static bool overlaps(const struct entry *entry, struct span bytes)
{
    const char *block = (const char *)entry;
    const char *end = entry_embedded_data(entry) + entry->embedded;

    if (entry_form(entry) == FORM_RAW) {
        block = entry_raw(entry)->bytes;
        end = block + entry_raw(entry)->size;
    }
    return bytes.data >= block && bytes.data < end;
}

static struct entry *set(struct request *rq, struct key key, struct content content, bool keep_ttl)
{
    struct entry *old = keyspace_live(rq, key);
    struct database *database;
    struct entry *entry;

    if (!old)
        return add(rq, key, &content);
    database = database_find(rq, key);
    if (content.form != FORM_INTEGER && __builtin_expect(overlaps(old, content.bytes), 0))
        content.bytes = arena_span(rq->arena, content.bytes);
    if (!keep_ttl)
        database_forget_expiry(database, old);
    if (entry_form(old) == FORM_VALUE)
        database_forget_parts(database, key.hash, key.name);
    if (entry_form(old) == FORM_RAW && content.form == FORM_RAW) {
        struct raw *raw = raw_assign(entry_raw(old), content.bytes);

        entry_set_word(old, (uint64_t)(uintptr_t)raw);
        entry = entry_reform(old, FORM_RAW, keep_ttl && entry_expires(old), 0);
    } else {
        keyspace_free_value(rq->keyspace, old, rq->settings->lazyfree_lazy_server_del);
        entry = entry_reform(old, content.form, keep_ttl && entry_expires(old),
                             embedded_size(&content));
        fill(entry, &content);
    }
    database_entry_moved(database, key.hash, old, entry);
    entry_access_write(entry, rq->settings, rq->now_ms, rq->random);
    return entry;
}

struct entry *keyspace_set_string(struct request *rq, struct key key, struct span bytes,
                                  bool keep_ttl)
{
    return set(rq, key, content_of(bytes), keep_ttl);
}

struct entry *keyspace_set_integer(struct request *rq, struct key key, int64_t value, bool keep_ttl)
{
    return set(rq, key, (struct content){.form = FORM_INTEGER, .integer = value}, keep_ttl);
}

char *keyspace_resize_string(struct request *rq, struct key key, size_t size)
{
    char scratch[NUM_TEXT_LIMIT];
    struct entry *old = keyspace_live(rq, key);
    struct entry *entry;
    struct raw *raw;

    if (!old) {
        struct content none = {.form = FORM_RAW};

        old = add(rq, key, &none);
    }
    CHECK(entry_form(old) != FORM_VALUE);
    raw = entry_form(old) == FORM_RAW ? entry_raw(old) : raw_new(entry_string(old, scratch));
    raw = raw_resize(raw, size);
    entry = entry_reform(old, FORM_RAW, entry_expires(old), 0);
    entry_set_word(entry, (uint64_t)(uintptr_t)raw);
    database_entry_moved(database_find(rq, key), key.hash, old, entry);
    entry_access_write(entry, rq->settings, rq->now_ms, rq->random);
    return raw->bytes;
}
