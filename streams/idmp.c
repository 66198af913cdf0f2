/* idmp.c - producers in a dict by name; each has a list of its iids in the order they came and a
 * dict of them by bytes, so that look-up, recording and dropping the oldest are O(1). The producers
 * are in a list too: an append looks at a few of its head for what has expired and puts them behind
 * the rest, so it costs the same with any number of producers, and all get their turn. */
#include "streams/idmp.h"
#include "core/base/check.h"
#include "core/base/mem.h"
#include "core/dict/dict.h"
#include "core/hash/key_hash.h"
#include "streams/stream.h"
#include "streams/stream_internal.h"

#include <string.h>
#include <xxhash.h>

enum {
    SWEEP_PRODUCERS = 4 /* an append adds one producer at most, so the sweep is faster */
};

struct record { /* one iid */
    struct record *newer;
    struct stream_id id;
    uint32_t size;
    char iid[];
};

struct producer {
    struct dict records; /* struct record, by iid */
    struct record *oldest, *newest;
    struct producer *before, *after;
    uint32_t name_size;
    char name[];
};

struct stream_idmp {
    struct dict producers;
    struct producer *first, *last; /* the order of the sweep */
    uint64_t iids;
};

static struct span record_key(const void *entry)
{
    const struct record *record = entry;

    return span_of(record->iid, record->size);
}

static struct span producer_key(const void *entry)
{
    const struct producer *producer = entry;

    return span_of(producer->name, producer->name_size);
}

static void producer_free(void *entry)
{
    struct producer *producer = entry;

    dict_release(&producer->records);
    mem_free(producer);
}

static const struct dict_type record_type = {record_key, key_hash, mem_free};
static const struct dict_type producer_type = {producer_key, key_hash, producer_free};

void stream_idmp_free(struct stream_idmp *idmp)
{
    if (!idmp)
        return;
    dict_release(&idmp->producers);
    mem_free(idmp);
}

static struct stream_idmp *idmp_new(void)
{
    struct stream_idmp *idmp = mem_zalloc(sizeof(*idmp));

    dict_init(&idmp->producers, &producer_type);
    return idmp;
}

static struct producer *find_producer(const struct stream_idmp *idmp, struct span pid)
{
    return idmp ? dict_find((struct dict *)&idmp->producers, key_hash(pid), pid) : NULL;
}

/* Puts the producer at the end of the list. */
static void link_producer(struct stream_idmp *idmp, struct producer *producer)
{
    producer->before = idmp->last;
    producer->after = NULL;
    if (idmp->last)
        idmp->last->after = producer;
    else
        idmp->first = producer;
    idmp->last = producer;
}

static void unlink_producer(struct stream_idmp *idmp, struct producer *producer)
{
    if (producer->before)
        producer->before->after = producer->after;
    else
        idmp->first = producer->after;
    if (producer->after)
        producer->after->before = producer->before;
    else
        idmp->last = producer->before;
}

static struct producer *get_producer(struct stream_idmp *idmp, struct span pid)
{
    struct producer *producer = find_producer(idmp, pid);

    if (producer)
        return producer;
    producer = mem_zalloc(sizeof(*producer) + pid.size);
    dict_init(&producer->records, &record_type);
    producer->name_size = (uint32_t)pid.size;
    if (pid.size)
        memcpy(producer->name, pid.data, pid.size);
    dict_add(&idmp->producers, key_hash(pid), producer);
    link_producer(idmp, producer);
    return producer;
}

static void add_record(struct stream_idmp *idmp, struct producer *producer, struct span iid,
                       struct stream_id id)
{
    struct record *record = mem_alloc(sizeof(*record) + iid.size);

    *record = (struct record){.id = id, .size = (uint32_t)iid.size};
    if (iid.size)
        memcpy(record->iid, iid.data, iid.size);
    dict_add(&producer->records, key_hash(iid), record);
    if (producer->newest)
        producer->newest->newer = record;
    else
        producer->oldest = record;
    producer->newest = record;
    idmp->iids++;
}

static void drop_oldest(struct stream_idmp *idmp, struct producer *producer)
{
    struct record *record = producer->oldest;

    producer->oldest = record->newer;
    if (!producer->oldest)
        producer->newest = NULL;
    dict_remove(&producer->records, key_hash(record_key(record)), record_key(record));
    mem_free(record);
    idmp->iids--;
}

struct stream_idmp *stream_idmp_copy(const struct stream_idmp *idmp)
{
    struct stream_idmp *copy;
    struct producer *producer;
    struct dict_walk walk;

    if (!idmp)
        return NULL;
    copy = idmp_new();
    dict_walk_begin(&walk, (struct dict *)&idmp->producers);
    while ((producer = dict_walk_next(&walk))) {
        struct producer *to = get_producer(copy, producer_key(producer));

        for (struct record *at = producer->oldest; at; at = at->newer)
            add_record(copy, to, record_key(at), at->id);
    }
    dict_walk_end(&walk);
    return copy;
}

size_t stream_idmp_memory(const struct stream_idmp *idmp)
{
    struct producer *producer;
    struct dict_walk walk;
    size_t total;

    if (!idmp)
        return 0;
    total = mem_size(idmp) + dict_memory(&idmp->producers);
    dict_walk_begin(&walk, (struct dict *)&idmp->producers);
    while ((producer = dict_walk_next(&walk))) {
        total += mem_size(producer) + dict_memory(&producer->records);
        for (struct record *at = producer->oldest; at; at = at->newer)
            total += mem_size(at);
    }
    dict_walk_end(&walk);
    return total;
}

bool stream_idmp_find(const struct stream *stream, struct span pid, struct span iid,
                      struct stream_id *id)
{
    struct producer *producer = find_producer(stream->idmp, pid);
    struct record *record = producer ? dict_find(&producer->records, key_hash(iid), iid) : NULL;

    if (!record)
        return false;
    *id = record->id;
    return true;
}

void stream_idmp_count_duplicate(struct stream *stream)
{
    stream->iids_duplicates++;
}

void stream_idmp_record(struct stream *stream, struct span pid, struct span iid,
                        struct stream_id id)
{
    struct producer *producer;

    if (!stream->idmp)
        stream->idmp = idmp_new();
    producer = get_producer(stream->idmp, pid);
    add_record(stream->idmp, producer, iid, id);
    stream->iids_added++;
    while (dict_count(&producer->records) > stream->idmp_max_size)
        drop_oldest(stream->idmp, producer);
}

/* Drops what the producer recorded up to `border`, and the producer if nothing is left. Returns
 * whether it stayed. */
static bool expire_producer(struct stream_idmp *idmp, struct producer *producer, uint64_t border)
{
    while (producer->oldest && producer->oldest->id.ms <= border)
        drop_oldest(idmp, producer);
    if (producer->oldest)
        return true;
    unlink_producer(idmp, producer);
    dict_remove(&idmp->producers, key_hash(producer_key(producer)), producer_key(producer));
    producer_free(producer);
    return false;
}

/* The newest ms that has expired; false if none can have. */
static bool find_border(const struct stream *stream, int64_t now_ms, uint64_t *border)
{
    int64_t at = now_ms - (int64_t)stream->idmp_duration_s * 1000;

    *border = (uint64_t)at;
    return stream->idmp && at >= 0;
}

static void drop_if_empty(struct stream *stream)
{
    if (stream->idmp->first)
        return;
    stream_idmp_free(stream->idmp);
    stream->idmp = NULL;
}

void stream_idmp_expire(struct stream *stream, int64_t now_ms)
{
    struct producer *producer, *after;
    uint64_t border;

    if (!find_border(stream, now_ms, &border))
        return;
    for (producer = stream->idmp->first; producer; producer = after) {
        after = producer->after;
        expire_producer(stream->idmp, producer, border);
    }
    drop_if_empty(stream);
}

void stream_idmp_expire_some(struct stream *stream, int64_t now_ms, struct span pid)
{
    struct stream_idmp *idmp = stream->idmp;
    struct producer *producer;
    uint64_t border;

    if (!find_border(stream, now_ms, &border))
        return;
    producer = find_producer(idmp, pid);
    if (producer)
        expire_producer(idmp, producer, border);
    for (int i = 0; i < SWEEP_PRODUCERS && idmp->first; i++) {
        producer = idmp->first;
        if (!expire_producer(idmp, producer, border))
            continue;
        unlink_producer(idmp, producer);
        link_producer(idmp, producer);
    }
    drop_if_empty(stream);
}

void stream_idmp_forget_upto(struct stream *stream, struct span pid, struct span iid)
{
    struct producer *producer = find_producer(stream->idmp, pid);

    while (producer && dict_find(&producer->records, key_hash(iid), iid))
        drop_oldest(stream->idmp, producer);
}

bool stream_idmp_configure(struct stream *stream, uint32_t duration_s, uint32_t max_size)
{
    if (stream->idmp_duration_s == duration_s && stream->idmp_max_size == max_size)
        return false;
    stream->idmp_duration_s = duration_s;
    stream->idmp_max_size = max_size;
    stream_idmp_free(stream->idmp);
    stream->idmp = NULL;
    return true;
}

void stream_idmp_facts(const struct stream *stream, struct stream_idmp_facts *facts)
{
    *facts = (struct stream_idmp_facts){
        .duration_s = stream->idmp_duration_s,
        .max_size = stream->idmp_max_size,
        .pids = stream->idmp ? dict_count(&stream->idmp->producers) : 0,
        .iids = stream->idmp ? stream->idmp->iids : 0,
        .added = stream->iids_added,
        .duplicates = stream->iids_duplicates,
    };
}

void stream_idmp_set_counts(struct stream *stream, uint64_t added, uint64_t duplicates)
{
    stream->iids_added = added;
    stream->iids_duplicates = duplicates;
}

void stream_idmp_each(const struct stream *stream,
                      void (*producer)(void *context, struct span pid, size_t iids),
                      void (*iid)(void *context, struct span iid, struct stream_id id),
                      void *context)
{
    if (!stream->idmp)
        return;
    for (const struct producer *at = stream->idmp->first; at; at = at->after) {
        producer(context, producer_key(at), dict_count(&at->records));
        for (const struct record *record = at->oldest; record; record = record->newer)
            iid(context, record_key(record), record->id);
    }
}

struct stream_idmp *stream_idmp(const struct stream *stream)
{
    return stream->idmp;
}

/* Each pair is hashed by itself (with the field's length, so that "ab","c" is not "a","bc"); the
 * sums of the halves are the result, which no order of the pairs changes. */
void stream_idmp_hash(size_t count, const struct span *fields, unsigned char iid[IDMP_HASH_SIZE])
{
    XXH128_hash_t sum = {0, 0};
    XXH3_state_t *state = XXH3_createState();

    CHECK(state);
    for (size_t i = 0; i < count; i += 2) {
        uint64_t size = fields[i].size;
        XXH128_hash_t one;

        XXH3_128bits_reset(state);
        XXH3_128bits_update(state, &size, sizeof(size));
        XXH3_128bits_update(state, fields[i].data, fields[i].size);
        XXH3_128bits_update(state, fields[i + 1].data, fields[i + 1].size);
        one = XXH3_128bits_digest(state);
        sum.low64 += one.low64;
        sum.high64 += one.high64;
    }
    XXH3_freeState(state);
    sum.high64 += count;
    memcpy(iid, &sum.low64, 8);
    memcpy(iid + 8, &sum.high64, 8);
}
