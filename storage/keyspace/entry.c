#include "storage/keyspace/entry_internal.h"
#include "core/base/check.h"
#include "core/base/mem.h"
#include "core/num/num.h"

enum {
    RAW_DOUBLE_LIMIT = 1 << 20, /* a raw string grows by its own size, later by this much */
    SMALL_BLOCK = 64,           /* a block of this size is kept however little is in it */
};

#define WORD     8
#define KEY_AT_8 sizeof(struct entry)
#define LONG     sizeof(uint32_t)

const uint8_t entry_key_offset[ENTRY_KINDS] = {
    [FORM_INTEGER] = KEY_AT_8 + WORD,
    [FORM_EMBEDDED] = KEY_AT_8,
    [FORM_RAW] = KEY_AT_8 + WORD,
    [FORM_VALUE] = KEY_AT_8 + 2 * WORD,
    [FORM_INTEGER | ENTRY_EXPIRES] = KEY_AT_8 + WORD + ENTRY_EXPIRE_SIZE,
    [FORM_EMBEDDED | ENTRY_EXPIRES] = KEY_AT_8 + ENTRY_EXPIRE_SIZE,
    [FORM_RAW | ENTRY_EXPIRES] = KEY_AT_8 + WORD + ENTRY_EXPIRE_SIZE,
    [FORM_VALUE | ENTRY_EXPIRES] = KEY_AT_8 + 2 * WORD + ENTRY_EXPIRE_SIZE,
    [FORM_INTEGER | ENTRY_LONG_KEY] = KEY_AT_8 + WORD + LONG,
    [FORM_EMBEDDED | ENTRY_LONG_KEY] = KEY_AT_8 + LONG,
    [FORM_RAW | ENTRY_LONG_KEY] = KEY_AT_8 + WORD + LONG,
    [FORM_VALUE | ENTRY_LONG_KEY] = KEY_AT_8 + 2 * WORD + LONG,
    [FORM_INTEGER | ENTRY_EXPIRES | ENTRY_LONG_KEY] = KEY_AT_8 + WORD + ENTRY_EXPIRE_SIZE + LONG,
    [FORM_EMBEDDED | ENTRY_EXPIRES | ENTRY_LONG_KEY] = KEY_AT_8 + ENTRY_EXPIRE_SIZE + LONG,
    [FORM_RAW | ENTRY_EXPIRES | ENTRY_LONG_KEY] = KEY_AT_8 + WORD + ENTRY_EXPIRE_SIZE + LONG,
    [FORM_VALUE | ENTRY_EXPIRES | ENTRY_LONG_KEY] = KEY_AT_8 + 2 * WORD + ENTRY_EXPIRE_SIZE + LONG,
};

/* What strings answer to TYPE. The entry itself does the rest, so there are no methods. */
static const struct value_type string_type = {.name = "string", .id = VALUE_STRING};

/* --- Raw strings. */

struct raw *raw_new(struct span bytes)
{
    struct raw *raw = mem_alloc(sizeof(*raw) + bytes.size);

    raw->size = bytes.size;
    if (bytes.size && bytes.data)
        memcpy(raw->bytes, bytes.data, bytes.size);
    return raw;
}

struct raw *raw_resize(struct raw *raw, size_t size)
{
    size_t room = mem_size(raw) - sizeof(*raw);
    size_t before = raw->size;

    if (size > room) {
        size_t ahead = size < RAW_DOUBLE_LIMIT ? size : RAW_DOUBLE_LIMIT;

        raw = mem_realloc(raw, sizeof(*raw) + size + ahead);
    } else if (size < room / 4 && room > SMALL_BLOCK) {
        raw = mem_realloc(raw, sizeof(*raw) + size);
    }
    if (size > before)
        memset(raw->bytes + before, 0, size - before);
    raw->size = size;
    return raw;
}

/* True if a block of `have` bytes is a good place for `need`. */
static bool block_fits(size_t have, size_t need)
{
    return need <= have && (have <= SMALL_BLOCK || need >= have / 2);
}

struct raw *raw_assign(struct raw *raw, struct span bytes)
{
    struct raw *fresh;

    if (block_fits(mem_size(raw), sizeof(*raw) + bytes.size)) {
        if (bytes.size)
            memmove(raw->bytes, bytes.data, bytes.size);
        raw->size = bytes.size;
        return raw;
    }
    fresh = raw_new(bytes);
    mem_free(raw);
    return fresh;
}

/* --- The block. */

static void put_key_size(struct entry *entry, size_t size)
{
    uint32_t long_size = (uint32_t)size;

    if (entry->kind & ENTRY_LONG_KEY) {
        entry->key_size = 0;
        memcpy(entry_key_data(entry) - sizeof(long_size), &long_size, sizeof(long_size));
    } else {
        entry->key_size = (uint16_t)size;
    }
}

struct entry *entry_new(enum entry_form form, bool expires, struct span key, size_t embedded)
{
    unsigned kind = (unsigned)form | (expires ? ENTRY_EXPIRES : 0) |
                    (key.size > ENTRY_SHORT_KEY_LIMIT ? ENTRY_LONG_KEY : 0);
    struct entry *entry;

    CHECK(embedded <= ENTRY_EMBED_LIMIT && key.size <= UINT32_MAX);
    entry = mem_alloc(entry_key_offset[kind] + key.size + embedded);
    entry->access = 0;
    entry->kind = (uint8_t)kind;
    entry->embedded = (uint8_t)embedded;
    put_key_size(entry, key.size);
    if (key.size)
        memcpy(entry_key_data(entry), key.data, key.size);
    return entry;
}

struct entry *entry_reform(struct entry *entry, enum entry_form form, bool expires, size_t embedded)
{
    unsigned kind = (unsigned)form | (expires ? ENTRY_EXPIRES : 0) | (entry->kind & ENTRY_LONG_KEY);
    size_t key_size = entry_key_size(entry), keep = key_size;
    size_t need = entry_key_offset[kind] + key_size + embedded;
    const char *from = entry_key_data(entry);
    bool both_expire = expires && entry_expires(entry);
    bool both_words = form != FORM_EMBEDDED && entry_form(entry) != FORM_EMBEDDED;
    int64_t expire_ms = both_expire ? entry_expire_get(entry) : 0;
    uint32_t heap_at = both_expire ? entry_heap_at(entry) : 0;
    struct entry *to = entry;

    if (form == FORM_EMBEDDED && entry_form(entry) == FORM_EMBEDDED)
        keep += embedded < entry->embedded ? embedded : entry->embedded;
    if (!block_fits(mem_size(entry), need)) {
        to = mem_alloc(need);
        to->access = entry->access;
        if (both_words)
            entry_set_word(to, entry_word(entry));
        if (form == FORM_VALUE && entry_form(entry) == FORM_VALUE)
            memcpy(to->tail + WORD, entry->tail + WORD, WORD);
    }
    memmove((char *)to + entry_key_offset[kind], from, keep);
    to->kind = (uint8_t)kind;
    to->embedded = (uint8_t)embedded;
    put_key_size(to, key_size);
    if (both_expire) {
        entry_expire_put(to, expire_ms);
        entry_set_heap_at(to, heap_at);
    }
    if (to != entry)
        mem_free(entry);
    return to;
}

void entry_free_shell(struct entry *entry)
{
    mem_free(entry);
}

void entry_free(void *item)
{
    struct entry *entry = item;

    if (entry_form(entry) == FORM_RAW)
        mem_free(entry_raw(entry));
    else if (entry_form(entry) == FORM_VALUE)
        entry_type(entry)->free(entry_value(entry));
    mem_free(entry);
}

/* --- What others may ask. */

struct span entry_key(const struct entry *entry)
{
    return span_of(entry_key_data(entry), entry_key_size(entry));
}

const struct value_type *entry_type(const struct entry *entry)
{
    const struct value_type *type = &string_type;

    if (entry_form(entry) == FORM_VALUE)
        memcpy(&type, entry->tail + WORD, sizeof(type));
    return type;
}

int64_t entry_expire_ms(const struct entry *entry)
{
    return entry_expires(entry) ? entry_expire_get(entry) : -1;
}

void *entry_value(const struct entry *entry)
{
    CHECK(entry_form(entry) == FORM_VALUE);
    return (void *)(uintptr_t)entry_word(entry);
}

enum entry_string_form entry_string_form(const struct entry *entry)
{
    CHECK(entry_form(entry) != FORM_VALUE);
    if (entry_form(entry) == FORM_INTEGER)
        return ENTRY_INTEGER;
    if (entry_form(entry) == FORM_EMBEDDED && entry->embedded <= ENTRY_EMBSTR_LIMIT)
        return ENTRY_EMBEDDED;
    return ENTRY_RAW;
}

int64_t entry_integer(const struct entry *entry)
{
    CHECK(entry_form(entry) == FORM_INTEGER);
    return (int64_t)entry_word(entry);
}

struct span entry_string(const struct entry *entry, char *scratch)
{
    switch (entry_form(entry)) {
    case FORM_EMBEDDED:
        return span_of(entry_embedded_data(entry), entry->embedded);
    case FORM_RAW:
        return span_of(entry_raw(entry)->bytes, entry_raw(entry)->size);
    case FORM_INTEGER:
        return span_of(scratch, num_format_i64(scratch, entry_integer(entry)));
    case FORM_VALUE:
        break;
    }
    CHECK(!"not a string");
    return span_of(NULL, 0);
}

size_t entry_memory(const struct entry *entry, size_t samples)
{
    size_t size = mem_size(entry);

    if (entry_form(entry) == FORM_RAW)
        size += mem_size(entry_raw(entry));
    else if (entry_form(entry) == FORM_VALUE)
        size += entry_type(entry)->memory(entry_value(entry), samples);
    return size;
}
