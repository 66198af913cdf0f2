#include "storage/keyspace/part_expiry.h"
#include "core/base/check.h"
#include "core/base/mem.h"
#include "core/hash/key_hash.h"

struct record {
    int64_t at_ms;
    uint32_t heap_at;
    uint32_t name_size;
    char name[];
};

static struct span record_name(const void *thing)
{
    const struct record *record = thing;

    return span_of(record->name, record->name_size);
}

static int64_t record_time(const void *thing)
{
    return ((const struct record *)thing)->at_ms;
}

static void record_placed(void *thing, uint32_t at)
{
    ((struct record *)thing)->heap_at = at;
}

static const struct dict_type record_dict = {
    .key = record_name, .hash = key_hash, .free = mem_free};
static const struct time_heap_type record_heap = {.time = record_time, .placed = record_placed};

void part_expiry_init(struct part_expiry *parts)
{
    dict_init(&parts->names, &record_dict);
}

void part_expiry_release(struct part_expiry *parts)
{
    time_heap_release(&parts->heap);
    dict_release(&parts->names);
}

static void add(struct part_expiry *parts, uint64_t hash, struct span name, int64_t at_ms)
{
    struct record *record;

    CHECK(name.size <= UINT32_MAX);
    record = mem_alloc(sizeof(*record) + name.size);
    record->at_ms = at_ms;
    record->name_size = (uint32_t)name.size;
    if (name.size)
        memcpy(record->name, name.data, name.size);
    dict_add(&parts->names, hash, record);
    time_heap_add(&parts->heap, &record_heap, record);
}

void part_expiry_set(struct part_expiry *parts, uint64_t hash, struct span name, int64_t at_ms)
{
    struct record *record = dict_find(&parts->names, hash, name);

    if (!record) {
        if (at_ms >= 0)
            add(parts, hash, name, at_ms);
    } else if (at_ms < 0) {
        time_heap_remove(&parts->heap, &record_heap, record->heap_at);
        dict_remove(&parts->names, hash, name);
        mem_free(record);
    } else if (record->at_ms != at_ms) {
        record->at_ms = at_ms;
        time_heap_changed(&parts->heap, &record_heap, record->heap_at);
    }
}

struct span part_expiry_first(const struct part_expiry *parts, int64_t *at_ms)
{
    const struct record *record = time_heap_first(&parts->heap);

    *at_ms = record ? record->at_ms : -1;
    return record ? record_name(record) : (struct span){0};
}

size_t part_expiry_memory(const struct part_expiry *parts)
{
    const struct record *record = time_heap_first(&parts->heap);

    return dict_memory(&parts->names) + time_heap_memory(&parts->heap) +
           (record ? parts->heap.count * mem_size(record) : 0);
}
