/* A hash is one word, which is what its key's entry points to: a pointer to a packed list or a
 * table, which of them and of what form being told by the two low bits, always 0 in a pointer.
 * Small hashes come by the million, and a header of two words would cost each 8 bytes more. In the
 * list each field takes `stride` elements. */
#include "types/hash/hash.h"

#include "core/base/check.h"
#include "core/base/mem.h"
#include "core/hash/random.h"
#include "core/packed/listpack.h"
#include "storage/keyspace/digest.h"
#include "types/hash/hash_table.h"

#include <string.h>

enum {
    STEPS_PER_COUNT = 10, /* buckets a scan looks at for each field wanted */
    DENSE_PART = 3,       /* from a third of the fields on, a sample goes through all of them */
};

struct hash {
    uintptr_t word;
};

enum {
    IS_TABLE = 1,
    WITH_TIMES = 2, /* a list: field, value, time */
    FORM_MASK = 3,
};

/* --- The word. */

static bool is_table(const struct hash *hash)
{
    return hash->word & IS_TABLE;
}

static bool with_times(const struct hash *hash)
{
    return hash->word & WITH_TIMES;
}

static struct hash_table *table_of(const struct hash *hash)
{
    return (struct hash_table *)(hash->word & ~(uintptr_t)FORM_MASK);
}

static struct listpack *list_of(const struct hash *hash)
{
    return (struct listpack *)(hash->word & ~(uintptr_t)FORM_MASK);
}

static void set_word(struct hash *hash, void *pointer, unsigned form)
{
    CHECK(((uintptr_t)pointer & FORM_MASK) == 0);
    hash->word = (uintptr_t)pointer | form;
}

/* The list after a change that may have moved it. */
static void set_list(struct hash *hash, struct listpack *list)
{
    set_word(hash, list, hash->word & FORM_MASK);
}

/* --- The list. */

static size_t stride(const struct hash *hash)
{
    return with_times(hash) ? 3 : 2;
}

static size_t list_find(const struct hash *hash, struct span name)
{
    return listpack_find(list_of(hash), listpack_first(list_of(hash)), name,
                         (unsigned)stride(hash) - 1);
}

static int64_t list_time(const struct listpack *list, size_t at)
{
    struct span bytes;
    int64_t at_ms;

    CHECK(listpack_get(list, at, &at_ms, &bytes));
    return at_ms > 0 ? at_ms : -1;
}

/* Reads the field at `at`; returns the place of the next one. */
static size_t list_read(const struct hash *hash, size_t at, struct hash_item *item)
{
    const struct listpack *list = list_of(hash);

    item->name = listpack_text(list, at, item->name_scratch);
    at = listpack_next(list, at);
    item->value = listpack_text(list, at, item->value_scratch);
    at = listpack_next(list, at);
    item->expire_ms = -1;
    if (with_times(hash)) {
        item->expire_ms = list_time(list, at);
        at = listpack_next(list, at);
    }
    return at;
}

/* Where a field that expires at `at_ms` (-1: never) belongs: before the first later one. */
static size_t list_place_for(const struct listpack *list, int64_t at_ms)
{
    size_t at = listpack_first(list);

    if (at_ms < 0)
        return LISTPACK_END;
    while (at != LISTPACK_END) {
        size_t time_at = listpack_next(list, listpack_next(list, at));
        int64_t other = list_time(list, time_at);

        if (other < 0 || other > at_ms)
            return at;
        at = listpack_next(list, time_at);
    }
    return LISTPACK_END;
}

static void list_add(struct hash *hash, struct span name, struct span value, int64_t at_ms)
{
    struct listpack *list = list_of(hash);
    char text[NUM_TEXT_LIMIT];
    size_t at = with_times(hash) ? list_place_for(list, at_ms) : LISTPACK_END;

    if (at == LISTPACK_END) {
        listpack_append(&list, name);
        listpack_append(&list, value);
        if (with_times(hash))
            listpack_append_integer(&list, at_ms > 0 ? at_ms : 0);
    } else {
        /* each goes before the one that was put there last */
        listpack_insert(&list, at, span_of(text, num_format_i64(text, at_ms)));
        listpack_insert(&list, at, value);
        listpack_insert(&list, at, name);
    }
    set_list(hash, list);
}

static void list_remove(struct hash *hash, size_t at)
{
    struct listpack *list = list_of(hash);

    listpack_remove(&list, at, stride(hash));
    set_list(hash, list);
}

/* The second form of a list in the first. */
static void list_give_times(struct hash *hash)
{
    struct listpack *old = list_of(hash);
    struct listpack *list;
    size_t at;

    if (with_times(hash))
        return;
    list = listpack_new(listpack_bytes(old) + listpack_count(old));
    for (at = listpack_first(old); at != LISTPACK_END;) {
        size_t next = listpack_next(old, listpack_next(old, at));

        listpack_append_range(&list, old, at, next);
        listpack_append_integer(&list, 0);
        at = next;
    }
    listpack_free(old);
    listpack_shrink(&list);
    set_word(hash, list, WITH_TIMES);
}

static void make_table(struct hash *hash)
{
    struct hash_table *table = hash_table_new();
    struct listpack *list = list_of(hash);
    size_t at = listpack_first(list);
    struct hash_item item;

    while (at != LISTPACK_END) {
        at = list_read(hash, at, &item);
        hash_table_add(table, item.name, item.value, item.expire_ms);
    }
    listpack_free(list);
    set_word(hash, table, IS_TABLE);
}

/* --- Life. */

struct hash *hash_new_take(struct listpack *list, bool times)
{
    struct hash *hash = mem_alloc(sizeof(*hash));

    set_word(hash, list, times ? WITH_TIMES : 0);
    return hash;
}

struct hash *hash_new(void)
{
    return hash_new_take(listpack_new(0), false);
}

void hash_free(struct hash *hash)
{
    if (is_table(hash))
        hash_table_free(table_of(hash));
    else
        listpack_free(list_of(hash));
    mem_free(hash);
}

size_t hash_count(const struct hash *hash)
{
    if (is_table(hash))
        return dict_count(&table_of(hash)->fields);
    return listpack_count(list_of(hash)) / stride(hash);
}

/* --- Finding. */

static void item_of_field(const struct field *field, struct hash_item *item)
{
    item->name = field_name(field);
    item->value = field_value(field);
    item->expire_ms = field_time(field);
}

bool hash_find(const struct hash *hash, struct span name, struct hash_item *item)
{
    if (is_table(hash)) {
        const struct field *field = hash_table_find(table_of(hash), name);

        if (field)
            item_of_field(field, item);
        return field != NULL;
    } else {
        size_t at = list_find(hash, name);

        if (at != LISTPACK_END)
            list_read(hash, at, item);
        return at != LISTPACK_END;
    }
}

struct span hash_get(const struct hash *hash, struct span name, int64_t now_ms, char *scratch)
{
    struct hash_item item;

    if (!hash_find(hash, name, &item) || hash_item_is_expired(&item, now_ms))
        return (struct span){0};
    if (item.value.data == item.value_scratch) {
        memcpy(scratch, item.value_scratch, item.value.size);
        item.value.data = scratch;
    }
    return item.value;
}

/* --- Changing. */

void hash_make_room(struct hash *hash, const struct settings *settings, size_t more, size_t longest)
{
    if (is_table(hash))
        return;
    if ((int64_t)longest > settings->hash_max_listpack_value ||
        (int64_t)more > settings->hash_max_listpack_entries ||
        !listpack_fits(list_of(hash), 2 * (longest + NUM_TEXT_LIMIT)))
        make_table(hash);
}

static void keep_small(struct hash *hash, const struct settings *settings)
{
    if (!is_table(hash) && (int64_t)hash_count(hash) > settings->hash_max_listpack_entries)
        make_table(hash);
}

bool hash_set(struct hash *hash, const struct settings *settings, struct span name,
              struct span value, bool keep_ttl)
{
    struct listpack *list;
    size_t at, value_at;

    hash_make_room(hash, settings, 1, name.size > value.size ? name.size : value.size);
    if (is_table(hash))
        return hash_table_set(table_of(hash), name, value, keep_ttl);
    at = list_find(hash, name);
    if (at == LISTPACK_END) {
        list_add(hash, name, value, -1);
        keep_small(hash, settings);
        return true;
    }
    list = list_of(hash);
    value_at = listpack_next(list, at);
    if (with_times(hash) && !keep_ttl && list_time(list, listpack_next(list, value_at)) >= 0) {
        list_remove(hash, at);
        list_add(hash, name, value, -1);
    } else {
        listpack_replace(&list, value_at, value);
        set_list(hash, list);
    }
    return false;
}

void hash_add(struct hash *hash, const struct settings *settings, struct span name,
              struct span value, int64_t expire_ms)
{
    hash_make_room(hash, settings, 1, name.size > value.size ? name.size : value.size);
    if (is_table(hash)) {
        hash_table_add(table_of(hash), name, value, expire_ms);
        return;
    }
    if (expire_ms >= 0)
        list_give_times(hash);
    list_add(hash, name, value, expire_ms);
    keep_small(hash, settings);
}

bool hash_delete(struct hash *hash, struct span name)
{
    size_t at;

    if (is_table(hash))
        return hash_table_remove(table_of(hash), name);
    at = list_find(hash, name);
    if (at != LISTPACK_END)
        list_remove(hash, at);
    return at != LISTPACK_END;
}

static bool list_set_expire(struct hash *hash, struct span name, int64_t at_ms)
{
    struct hash_item item;
    struct span value;
    size_t at = list_find(hash, name);
    char *copy;

    if (at == LISTPACK_END)
        return false;
    if (at_ms < 0 && !with_times(hash))
        return true;
    list_give_times(hash);
    at = list_find(hash, name);
    list_read(hash, at, &item);
    if (item.expire_ms == at_ms)
        return true;
    copy = mem_dup(item.value.data, item.value.size ? item.value.size : 1);
    value = span_of(copy, item.value.size);
    list_remove(hash, at);
    list_add(hash, name, value, at_ms);
    mem_free(copy);
    return true;
}

bool hash_set_expire(struct hash *hash, struct span name, int64_t at_ms)
{
    struct field *field;

    /* 0 stands for "never" in a list, and is just as long ago as 1 */
    if (at_ms == 0)
        at_ms = 1;
    if (!is_table(hash))
        return list_set_expire(hash, name, at_ms);
    field = hash_table_find(table_of(hash), name);
    if (field)
        hash_table_set_time(table_of(hash), field, at_ms);
    return field != NULL;
}

bool hash_first_to_expire(const struct hash *hash, struct hash_item *item)
{
    size_t at;

    if (is_table(hash)) {
        const struct field *field = hash_table_first(table_of(hash));

        if (field)
            item_of_field(field, item);
        return field != NULL;
    }
    at = with_times(hash) ? listpack_first(list_of(hash)) : LISTPACK_END;
    if (at == LISTPACK_END)
        return false;
    list_read(hash, at, item);
    return item->expire_ms >= 0;
}

int64_t hash_next_expire_ms(const struct hash *hash)
{
    struct hash_item item;

    if (!is_table(hash) && !with_times(hash))
        return -1;
    return hash_first_to_expire(hash, &item) ? item.expire_ms : -1;
}

/* --- Going through it. */

void hash_walk_begin(struct hash_walk *walk, const struct hash *hash)
{
    walk->hash = hash;
    if (is_table(hash))
        dict_walk_begin(&walk->dict, &table_of(hash)->fields);
    else
        walk->at = listpack_first(list_of(hash));
}

bool hash_walk_next(struct hash_walk *walk, struct hash_item *item)
{
    if (is_table(walk->hash)) {
        const struct field *field = dict_walk_next(&walk->dict);

        if (field)
            item_of_field(field, item);
        return field != NULL;
    }
    if (walk->at == LISTPACK_END)
        return false;
    walk->at = list_read(walk->hash, walk->at, item);
    return true;
}

void hash_walk_end(struct hash_walk *walk)
{
    if (is_table(walk->hash))
        dict_walk_end(&walk->dict);
}

struct scan {
    void (*visit)(void *context, const struct hash_item *item);
    void *context;
    size_t visited;
};

static void scan_field(void *context, void *field)
{
    struct scan *scan = context;
    struct hash_item item;

    item_of_field(field, &item);
    scan->visited++;
    scan->visit(scan->context, &item);
}

uint64_t hash_scan(const struct hash *hash, uint64_t cursor, size_t count,
                   void (*visit)(void *context, const struct hash_item *item), void *context)
{
    struct scan scan = {.visit = visit, .context = context};
    size_t steps = count < SIZE_MAX / STEPS_PER_COUNT ? count * STEPS_PER_COUNT : SIZE_MAX;
    struct hash_item item;

    if (!is_table(hash)) {
        for (size_t at = listpack_first(list_of(hash)); at != LISTPACK_END;) {
            at = list_read(hash, at, &item);
            visit(context, &item);
        }
        return 0;
    }
    do {
        cursor = dict_scan(&table_of(hash)->fields, cursor, scan_field, &scan);
    } while (cursor != 0 && scan.visited < count && --steps > 0);
    return cursor;
}

void hash_random(const struct hash *hash, struct random *random, struct hash_item *item)
{
    size_t count = hash_count(hash);

    CHECK(count > 0);
    if (is_table(hash)) {
        item_of_field(dict_random(&table_of(hash)->fields, random), item);
    } else {
        size_t at = random_below(random, count) * stride(hash);

        list_read(hash, listpack_seek(list_of(hash), (int64_t)at), item);
    }
}

/* Goes through all fields, taking each with the chance that leaves `count` in the end. */
static void pick_from_all(const struct hash *hash, struct random *random, struct scan *scan,
                          size_t count)
{
    size_t left = hash_count(hash);
    struct hash_item item;
    struct hash_walk walk;

    hash_walk_begin(&walk, hash);
    for (; count > 0 && hash_walk_next(&walk, &item); left--) {
        if (random_below(random, left) < count) {
            scan->visit(scan->context, &item);
            count--;
        }
    }
    hash_walk_end(&walk);
}

/* Notes a field in a table of `mask` + 1 places, at least a half of which are free; false if it is
 * noted already. */
static bool note(const void **seen, size_t mask, const void *field)
{
    size_t at = (size_t)((uint64_t)(uintptr_t)field * UINT64_C(0x9e3779b97f4a7c15) >> 20) & mask;

    while (seen[at] && seen[at] != field)
        at = (at + 1) & mask;
    if (seen[at])
        return false;
    seen[at] = field;
    return true;
}

/* Draws fields until `count` different ones have come. */
static void pick_some(const struct hash *hash, struct random *random, struct scan *scan,
                      size_t count)
{
    size_t size = 8;
    const void **seen;

    while (size < count * 2)
        size *= 2;
    seen = mem_zalloc(size * sizeof(*seen));
    while (count > 0) {
        void *field = dict_random(&table_of(hash)->fields, random);

        if (note(seen, size - 1, field)) {
            scan_field(scan, field);
            count--;
        }
    }
    mem_free(seen);
}

void hash_random_some(const struct hash *hash, struct random *random, size_t count,
                      void (*visit)(void *context, const struct hash_item *item), void *context)
{
    struct scan scan = {.visit = visit, .context = context};

    CHECK(count < hash_count(hash));
    if (is_table(hash) && count < hash_count(hash) / DENSE_PART)
        pick_some(hash, random, &scan, count);
    else
        pick_from_all(hash, random, &scan, count);
}

const struct listpack *hash_listpack(const struct hash *hash, bool *times)
{
    *times = with_times(hash);
    return is_table(hash) ? NULL : list_of(hash);
}

/* --- What the keyspace wants to know. */

static void value_free(void *value)
{
    hash_free(value);
}

static void *value_copy(const void *value)
{
    const struct hash *hash = value;
    struct hash_table *table;
    struct hash *copy;
    struct dict_walk walk;
    const struct field *field;

    if (!is_table(hash))
        return hash_new_take(listpack_copy(list_of(hash)), with_times(hash));
    table = hash_table_new();
    dict_walk_begin(&walk, &table_of(hash)->fields);
    while ((field = dict_walk_next(&walk)) != NULL)
        hash_table_add(table, field_name(field), field_value(field), field_time(field));
    dict_walk_end(&walk);
    copy = mem_alloc(sizeof(*copy));
    set_word(copy, table, IS_TABLE);
    return copy;
}

static const char *value_encoding(const void *value)
{
    const struct hash *hash = value;

    return is_table(hash) ? "hashtable" : with_times(hash) ? "listpackex" : "listpack";
}

static size_t value_memory(const void *value, size_t samples)
{
    const struct hash *hash = value;
    size_t count = hash_count(hash), seen = 0, bytes = 0;
    struct dict_walk walk;
    const struct field *field;

    if (!is_table(hash))
        return mem_size(hash) + listpack_memory(list_of(hash));
    dict_walk_begin(&walk, &table_of(hash)->fields);
    while ((samples == 0 || seen < samples) && (field = dict_walk_next(&walk)) != NULL) {
        bytes += mem_size(field);
        seen++;
    }
    dict_walk_end(&walk);
    if (seen > 0 && seen < count)
        bytes = (size_t)((double)bytes / (double)seen * (double)count);
    return mem_size(hash) + mem_size(table_of(hash)) + dict_memory(&table_of(hash)->fields) +
           time_heap_memory(&table_of(hash)->times) + bytes;
}

static size_t value_free_effort(const void *value)
{
    const struct hash *hash = value;

    return is_table(hash) ? dict_count(&table_of(hash)->fields) : 1;
}

static void value_digest(const void *value, struct value_digest *to)
{
    struct hash_item item;
    struct hash_walk walk;

    hash_walk_begin(&walk, value);
    while (hash_walk_next(&walk, &item)) {
        struct value_digest field = {{0}};

        value_digest_mix(&field, item.name);
        value_digest_mix(&field, item.value);
        if (item.expire_ms >= 0)
            value_digest_mix(&field, span_of((const char *)&item.expire_ms, sizeof(int64_t)));
        value_digest_add_digest(to, &field);
    }
    hash_walk_end(&walk);
}

static int64_t value_next_expire_ms(const void *value)
{
    return hash_next_expire_ms(value);
}

const struct value_type hash_type = {
    .name = "hash",
    .id = VALUE_HASH,
    .free = value_free,
    .copy = value_copy,
    .encoding = value_encoding,
    .memory = value_memory,
    .free_effort = value_free_effort,
    .digest = value_digest,
    .rdb_version = hash_rdb_version,
    .rdb_type = hash_rdb_type,
    .save = hash_rdb_save,
    .rdb_types = hash_rdb_types,
    .load = hash_rdb_load,
    .next_expire_ms = value_next_expire_ms,
    .expire_parts = hash_expire_fields,
};
