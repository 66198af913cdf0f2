#include "types/hash/hash_table.h"

#include "core/base/check.h"
#include "core/base/mem.h"
#include "core/hash/key_hash.h"

static struct span name_of(const void *thing)
{
    return field_name(thing);
}

static int64_t time_of(const void *thing)
{
    return field_time(thing);
}

static void placed(void *thing, uint32_t at)
{
    field_set_place(thing, at);
}

static const struct dict_type field_dict = {.key = name_of, .hash = key_hash, .free = mem_free};
static const struct time_heap_type field_times = {.time = time_of, .placed = placed};

struct hash_table *hash_table_new(void)
{
    struct hash_table *table = mem_zalloc(sizeof(*table));

    dict_init(&table->fields, &field_dict);
    return table;
}

void hash_table_free(struct hash_table *table)
{
    time_heap_release(&table->times);
    dict_release(&table->fields);
    mem_free(table);
}

struct field *hash_table_find(struct hash_table *table, struct span name)
{
    return dict_find(&table->fields, key_hash(name), name);
}

static void add(struct hash_table *table, uint64_t hash, struct field *field, int64_t at_ms)
{
    dict_add(&table->fields, hash, field);
    if (at_ms >= 0) {
        field_set_time(field, at_ms);
        time_heap_add(&table->times, &field_times, field);
    }
}

void hash_table_add(struct hash_table *table, struct span name, struct span value, int64_t at_ms)
{
    add(table, key_hash(name), field_new(name, value, at_ms >= 0), at_ms);
}

/* `old` was the field's block before it may have moved to `field`. */
static void moved(struct hash_table *table, uint64_t hash, const struct field *old,
                  struct field *field)
{
    if (field != old)
        dict_replace(&table->fields, hash, old, field);
}

static void forget_time(struct hash_table *table, struct field *field)
{
    if (field_expires(field))
        time_heap_remove(&table->times, &field_times, field_place(field));
}

bool hash_table_set(struct hash_table *table, struct span name, struct span value, bool keep_ttl)
{
    uint64_t hash = key_hash(name);
    struct field *old = dict_find(&table->fields, hash, name);
    struct field *field = old;

    if (!old) {
        add(table, hash, field_new(name, value, false), -1);
        return true;
    }
    if (!keep_ttl && field_expires(old)) {
        forget_time(table, old);
        field = field_set_expires(field, false);
        moved(table, hash, old, field);
        old = field;
    }
    field = field_set_value(field, value);
    moved(table, hash, old, field);
    if (field != old && field_expires(field))
        time_heap_moved(&table->times, field_place(field), field);
    return false;
}

bool hash_table_remove(struct hash_table *table, struct span name)
{
    struct field *field = dict_remove(&table->fields, key_hash(name), name);

    if (!field)
        return false;
    forget_time(table, field);
    mem_free(field);
    return true;
}

void hash_table_set_time(struct hash_table *table, struct field *field, int64_t at_ms)
{
    struct field *old = field;

    if (at_ms >= 0 && field_expires(field)) {
        field_set_time(field, at_ms);
        time_heap_changed(&table->times, &field_times, field_place(field));
        return;
    }
    if (at_ms < 0 && !field_expires(field))
        return;
    forget_time(table, field);
    field = field_set_expires(field, at_ms >= 0);
    moved(table, key_hash(field_name(field)), old, field);
    if (at_ms >= 0) {
        field_set_time(field, at_ms);
        time_heap_add(&table->times, &field_times, field);
    }
}
