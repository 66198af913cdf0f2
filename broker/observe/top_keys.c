/* top_keys.c - Space-Saving over weighted keys: a dict finds a key's counter, a heap the smallest
 * one. See hotkeys.h for what it guarantees. */
#include "broker/observe/hotkeys.h"
#include "core/base/check.h"
#include "core/base/mem.h"
#include "core/dict/dict.h"
#include "core/hash/key_hash.h"

#include <stdlib.h>
#include <string.h>

enum {
    NAME_LIMIT = 64 * 1024 /* a longer key is counted under its beginning */
};

struct counter {
    uint64_t weight;
    size_t at; /* in the heap */
    size_t name_size;
    char name[];
};

struct top_keys {
    struct dict dict;
    struct counter **heap; /* smallest first */
    size_t count, capacity;
    size_t name_bytes;
};

static struct span counter_name(const void *entry)
{
    const struct counter *counter = entry;

    return span_of(counter->name, counter->name_size);
}

static const struct dict_type counter_type = {.key = counter_name, .hash = key_hash};

struct top_keys *top_keys_new(size_t counters)
{
    struct top_keys *keys = mem_zalloc(sizeof(*keys));

    CHECK(counters > 0);
    dict_init(&keys->dict, &counter_type);
    keys->heap = mem_alloc(counters * sizeof(struct counter *));
    keys->capacity = counters;
    return keys;
}

void top_keys_free(struct top_keys *keys)
{
    if (!keys)
        return;
    dict_release(&keys->dict);
    for (size_t i = 0; i < keys->count; i++)
        mem_free(keys->heap[i]);
    mem_free(keys->heap);
    mem_free(keys);
}

static void put(struct top_keys *keys, size_t at, struct counter *counter)
{
    keys->heap[at] = counter;
    counter->at = at;
}

static void rise(struct top_keys *keys, struct counter *counter)
{
    size_t at = counter->at;

    while (at > 0 && keys->heap[(at - 1) / 2]->weight > counter->weight) {
        put(keys, at, keys->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    put(keys, at, counter);
}

static void sink(struct top_keys *keys, struct counter *counter)
{
    size_t at = counter->at;

    for (;;) {
        size_t child = at * 2 + 1;

        if (child >= keys->count)
            break;
        if (child + 1 < keys->count && keys->heap[child + 1]->weight < keys->heap[child]->weight)
            child++;
        if (keys->heap[child]->weight >= counter->weight)
            break;
        put(keys, at, keys->heap[child]);
        at = child;
    }
    put(keys, at, counter);
}

static struct counter *make(struct top_keys *keys, struct span name)
{
    struct counter *counter = mem_alloc(sizeof(*counter) + name.size);

    counter->name_size = name.size;
    if (name.size)
        memcpy(counter->name, name.data, name.size);
    keys->name_bytes += sizeof(*counter) + name.size;
    return counter;
}

/* Takes the smallest out; returns what it holds. */
static uint64_t replace_smallest(struct top_keys *keys)
{
    struct counter *smallest = keys->heap[0];
    struct span name = counter_name(smallest);
    uint64_t weight = smallest->weight;

    dict_remove(&keys->dict, key_hash(name), name);
    keys->name_bytes -= sizeof(*smallest) + smallest->name_size;
    mem_free(smallest);
    return weight;
}

void top_keys_add(struct top_keys *keys, struct span name, uint64_t weight)
{
    struct counter *counter;
    uint64_t hash;

    if (name.size > NAME_LIMIT)
        name.size = NAME_LIMIT;
    hash = key_hash(name);
    counter = dict_find(&keys->dict, hash, name);
    if (counter) {
        counter->weight += weight;
        sink(keys, counter);
        return;
    }
    counter = make(keys, name);
    if (keys->count < keys->capacity) {
        counter->weight = weight;
        counter->at = keys->count++;
        rise(keys, counter);
    } else {
        counter->weight = replace_smallest(keys) + weight;
        counter->at = 0;
        sink(keys, counter);
    }
    dict_add(&keys->dict, hash, counter);
}

/* Heavier first; then by name, so that the order is always the same. */
static int compare(const void *a, const void *b)
{
    const struct top_key *x = a, *y = b;

    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    return span_compare(x->name, y->name);
}

size_t top_keys_list(const struct top_keys *keys, struct top_key *list, size_t limit)
{
    struct top_key *all;
    size_t count = keys->count < limit ? keys->count : limit;

    if (count == 0)
        return 0;
    all = mem_alloc(keys->count * sizeof(*all));
    for (size_t i = 0; i < keys->count; i++)
        all[i] =
            (struct top_key){.name = counter_name(keys->heap[i]), .weight = keys->heap[i]->weight};
    qsort(all, keys->count, sizeof(*all), compare);
    memcpy(list, all, count * sizeof(*list));
    mem_free(all);
    return count;
}

size_t top_keys_memory(const struct top_keys *keys)
{
    return sizeof(*keys) + keys->capacity * sizeof(struct counter *) + keys->name_bytes +
           dict_memory(&keys->dict);
}
