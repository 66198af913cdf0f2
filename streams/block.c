#include "streams/block.h"
#include "core/base/check.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "streams/pack.h"

#include <string.h>

enum {
    VARINT_LIMIT = 10
};

static size_t varint_size(uint64_t value)
{
    size_t size = 1;

    while (value >= 0x80) {
        value >>= 7;
        size++;
    }
    return size;
}

static unsigned char *put_varint(unsigned char *to, uint64_t value)
{
    while (value >= 0x80) {
        *to++ = (unsigned char)(value | 0x80);
        value >>= 7;
    }
    *to++ = (unsigned char)value;
    return to;
}

static unsigned char *put_span(unsigned char *to, struct span span)
{
    to = put_varint(to, span.size);
    if (span.size)
        memcpy(to, span.data, span.size);
    return to + span.size;
}

const unsigned char *block_read_varint(const unsigned char *at, const unsigned char *end,
                                       uint64_t *value)
{
    uint64_t sum = 0;

    for (int i = 0; i < VARINT_LIMIT && at < end; i++) {
        uint64_t byte = *at++;

        if (i == VARINT_LIMIT - 1 && byte > 1)
            return NULL;
        sum |= (byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            *value = sum;
            return at;
        }
    }
    return NULL;
}

static size_t names_size(size_t count, const struct span *fields)
{
    size_t size = varint_size(count / 2);

    for (size_t i = 0; i < count; i += 2)
        size += varint_size(fields[i].size) + fields[i].size;
    return size;
}

/* A block of `room` bytes of data in a size the allocator serves without waste. */
static struct stream_block *resize(struct stream_block *block, size_t room)
{
    size_t size = mem_good_size(sizeof(*block) + room);

    block = mem_realloc(block, size);
    block->capacity = (uint32_t)(size - sizeof(*block));
    return block;
}

struct stream_block *block_new(struct stream_id first, size_t count, const struct span *fields)
{
    size_t names = names_size(count, fields);
    struct stream_block *block = resize(NULL, names + 32);
    uint32_t capacity = block->capacity;
    unsigned char *to = block->data;

    *block = (struct stream_block){.first = first, .last = first, .capacity = capacity};
    to = put_varint(to, count / 2);
    for (size_t i = 0; i < count; i += 2)
        to = put_span(to, fields[i]);
    block->names_size = names & INT32_MAX;
    block->size = block->first_live = (uint32_t)names;
    return block;
}

void block_free(void *block)
{
    struct stream_block *given = block;

    if (!given || atomic_fetch_sub_explicit(&given->sharers, 1, memory_order_acq_rel) > 0)
        return;
    if (given->packed)
        pack_before_free(given);
    mem_free(given);
}

struct stream_block *block_share(struct stream_block *block)
{
    atomic_fetch_add_explicit(&block->sharers, 1, memory_order_relaxed);
    return block;
}

bool block_is_shared(const struct stream_block *block)
{
    return atomic_load_explicit(&block->sharers, memory_order_acquire) > 0;
}

/* A block with the header of another and room for `size` bytes of data; owned once. */
static struct stream_block *copy_header(const struct stream_block *block, size_t size)
{
    struct stream_block *copy = resize(NULL, size);
    uint32_t capacity = copy->capacity;

    memcpy(copy, block, offsetof(struct stream_block, sharers));
    copy->capacity = capacity;
    atomic_init(&copy->sharers, 0);
    return copy;
}

struct stream_block *block_copy(const struct stream_block *block)
{
    struct stream_block *copy;
    struct block_view view;

    block_view_open(&view, block);
    copy = copy_header(view.block, block->size);
    memcpy(copy->data, view.block->data, block->size);
    block_view_close(&view);
    return copy;
}

size_t block_memory(const struct stream_block *block)
{
    return mem_size(block);
}

/* Whether the fields' names are those of the block, in order. */
static bool has_same_fields(const struct stream_block *block, size_t count,
                            const struct span *fields)
{
    const unsigned char *at = block->data;
    uint64_t value;

    at = block_varint(at, &value);
    if (value != count / 2)
        return false;
    for (size_t i = 0; i < count; i += 2) {
        at = block_varint(at, &value);
        if (value != fields[i].size || (value && memcmp(at, fields[i].data, value) != 0))
            return false;
        at += value;
    }
    return true;
}

static uint64_t seq_part(const struct stream_block *block, struct stream_id id)
{
    return id.ms == block->first.ms ? id.seq - block->first.seq : id.seq;
}

/* How an entry will lie in a block. */
struct shape {
    bool same; /* its names are those of the block */
    uint64_t ms, seq;
    size_t rest; /* bytes behind the size of the rest */
    size_t size; /* all bytes */
};

static struct shape measure(const struct stream_block *block, struct stream_id id, size_t count,
                            const struct span *fields)
{
    struct shape shape = {.same = has_same_fields(block, count, fields),
                          .ms = id.ms - block->first.ms,
                          .seq = seq_part(block, id)};

    shape.rest = varint_size(shape.ms);
    if (shape.seq >= BLOCK_SEQ_BEHIND)
        shape.rest += varint_size(shape.seq);
    if (!shape.same)
        shape.rest += varint_size(count / 2);
    for (size_t i = shape.same; i < count; i += 1 + shape.same)
        shape.rest += varint_size(fields[i].size) + fields[i].size;
    shape.size = 1 + shape.rest;
    if (!shape.same || count > 2)
        shape.size += varint_size(shape.rest);
    return shape;
}

/* Writes the entry; there is room. */
static void put_entry(struct stream_block *block, const struct shape *shape, size_t count,
                      const struct span *fields)
{
    unsigned char *to = block->data + block->size;
    bool one_value = shape->same && count == 2, seq_behind = shape->seq >= BLOCK_SEQ_BEHIND;
    unsigned seq = seq_behind ? BLOCK_SEQ_BEHIND : (unsigned)shape->seq;

    *to++ = (unsigned char)(seq << BLOCK_SEQ_SHIFT | (shape->same ? BLOCK_SAME_FIELDS : 0) |
                            (one_value ? BLOCK_ONE_VALUE : 0));
    if (!one_value)
        to = put_varint(to, shape->rest);
    to = put_varint(to, shape->ms);
    if (seq_behind)
        to = put_varint(to, shape->seq);
    if (!shape->same)
        to = put_varint(to, count / 2);
    for (size_t i = shape->same; i < count; i += 1 + shape->same)
        to = put_span(to, fields[i]);
}

/* Appends what was measured; `limit`: bytes the block is likely to get at most. */
static struct stream_block *append(struct stream_block *block, struct stream_id id,
                                   const struct shape *shape, size_t count,
                                   const struct span *fields, size_t limit)
{
    size_t needed = block->size + shape->size;

    if (needed > block->capacity) {
        size_t grown = block->size + block->size / 4;

        if (grown > limit - sizeof(*block))
            grown = limit - sizeof(*block);
        block = resize(block, grown > needed ? grown : needed);
    }
    put_entry(block, shape, count, fields);
    block->size = (uint32_t)needed;
    block->last = id;
    block->count++;
    block->live++;
    return block;
}

struct stream_block *block_append(struct stream_block *block, struct stream_id id, size_t count,
                                  const struct span *fields)
{
    struct shape shape = measure(block, id, count, fields);

    return append(block, id, &shape, count, fields, BLOCK_SIZE_LIMIT);
}

struct stream_block *block_append_within(struct stream_block *block, struct stream_id id,
                                         size_t count, const struct span *fields,
                                         int64_t max_entries, int64_t max_bytes)
{
    size_t limit = BLOCK_SIZE_LIMIT;
    struct shape shape;

    if (max_bytes > 0 && max_bytes < BLOCK_SIZE_LIMIT)
        limit = (size_t)max_bytes;
    if (max_entries > 0 && block->count >= (uint64_t)max_entries)
        return NULL;
    shape = measure(block, id, count, fields);
    if (sizeof(*block) + block->size + shape.size > limit)
        return NULL;
    return append(block, id, &shape, count, fields, limit);
}

struct stream_block *block_seal(struct stream_block *block)
{
    if (mem_good_size(sizeof(*block) + block->size) < mem_size(block))
        return resize(block, block->size);
    return block;
}

void block_entry_at(const struct stream_block *block, size_t at, struct block_entry *entry)
{
    const unsigned char *from = block->data + at;
    unsigned flags = *from++;
    uint64_t rest, ms, seq = flags >> BLOCK_SEQ_SHIFT;

    CHECK(at < block->size);
    entry->deleted = flags & BLOCK_DELETED;
    entry->same_fields = flags & BLOCK_SAME_FIELDS;
    if (!(flags & BLOCK_ONE_VALUE)) {
        from = block_varint(from, &rest);
        entry->next = (size_t)(from - block->data) + rest;
    }
    from = block_varint(from, &ms);
    if (seq == BLOCK_SEQ_BEHIND)
        from = block_varint(from, &seq);
    entry->id.ms = block->first.ms + ms;
    entry->id.seq = ms == 0 ? block->first.seq + seq : seq;
    entry->body = from;
    if (flags & BLOCK_ONE_VALUE) {
        from = block_varint(from, &rest);
        entry->next = (size_t)(from - block->data) + rest;
    }
}

size_t block_seek(const struct stream_block *block, struct stream_id id)
{
    struct block_entry entry;
    size_t at = block->first_live;

    if (stream_id_compare(id, block->last) > 0)
        return block->size;
    while (at < block->size) {
        block_entry_at(block, at, &entry);
        if (stream_id_compare(entry.id, id) >= 0)
            break;
        at = entry.next;
    }
    return at;
}

bool block_find(const struct stream_block *block, struct stream_id id, size_t *at)
{
    struct block_entry entry;
    size_t found = block_seek(block, id);

    if (found >= block->size)
        return false;
    block_entry_at(block, found, &entry);
    *at = found;
    return !entry.deleted && stream_id_compare(entry.id, id) == 0;
}

uint32_t block_count_upto(const struct stream_block *block, struct stream_id id)
{
    struct block_entry entry;
    uint32_t count = 0;

    if (stream_id_compare(id, block->last) >= 0)
        return block->live;
    for (size_t at = block->first_live; at < block->size; at = entry.next) {
        block_entry_at(block, at, &entry);
        if (stream_id_compare(entry.id, id) > 0)
            break;
        count += !entry.deleted;
    }
    return count;
}

void block_delete(struct stream_block *block, size_t at)
{
    struct block_entry entry;

    block_entry_at(block, at, &entry);
    CHECK(!entry.deleted && block->live > 0 && !block_is_shared(block));
    block->data[at] |= BLOCK_DELETED;
    block->dead += (uint32_t)(entry.next - at);
    block->live--;
    if (at != block->first_live)
        return;
    while (entry.deleted || at == block->first_live) {
        at = entry.next;
        if (at >= block->size)
            break;
        block_entry_at(block, at, &entry);
        if (!entry.deleted)
            break;
    }
    block->first_live = (uint32_t)at;
}

bool block_is_sparse(const struct stream_block *block)
{
    return block->live > 0 && block->dead > 256 && block->dead > block->size / 2;
}

struct stream_block *block_compact(struct stream_block *block)
{
    struct stream_block *fresh = copy_header(block, block->size - block->dead);
    struct stream_id last = block->first;
    struct block_entry entry;
    size_t to = block->names_size;

    memcpy(fresh->data, block->data, block->names_size);
    for (size_t at = block->names_size; at < block->size; at = entry.next) {
        block_entry_at(block, at, &entry);
        if (entry.deleted)
            continue;
        memcpy(fresh->data + to, block->data + at, entry.next - at);
        to += entry.next - at;
        last = entry.id;
    }
    fresh->size = (uint32_t)to;
    fresh->first_live = block->names_size;
    fresh->dead = 0;
    fresh->stubborn = false;
    fresh->last = last;
    block_free(block);
    return fresh;
}

struct stream_id block_last_live(const struct stream_block *block)
{
    struct block_entry entry;
    struct stream_id last = {0};
    bool found = false;

    for (size_t at = block->first_live; at < block->size; at = entry.next) {
        block_entry_at(block, at, &entry);
        if (entry.deleted)
            continue;
        last = entry.id;
        found = true;
    }
    CHECK(found);
    return last;
}

/* --- Blocks from outside. */

/* Skips `count` strings; NULL if they run over the end. */
static const unsigned char *skip_strings(const unsigned char *at, const unsigned char *end,
                                         uint64_t count)
{
    uint64_t size;

    for (uint64_t i = 0; i < count; i++) {
        at = block_read_varint(at, end, &size);
        if (!at || size > (uint64_t)(end - at))
            return NULL;
        at += size;
    }
    return at;
}

/* Reads the id of an entry, which may reach to `stop`; NULL if it is damaged. */
static const unsigned char *verify_id(const struct stream_block *block, unsigned flags,
                                      const unsigned char *at, const unsigned char *stop,
                                      struct stream_id *id)
{
    uint64_t ms, seq = flags >> BLOCK_SEQ_SHIFT;

    at = block_read_varint(at, stop, &ms);
    if (at && seq == BLOCK_SEQ_BEHIND)
        at = block_read_varint(at, stop, &seq);
    if (!at || ms > UINT64_MAX - block->first.ms ||
        (ms == 0 && seq > UINT64_MAX - block->first.seq))
        return NULL;
    id->ms = block->first.ms + ms;
    id->seq = ms == 0 ? block->first.seq + seq : seq;
    return at;
}

/* Checks the entry at `at`; its next place, NULL if it is damaged. */
static const unsigned char *verify_entry(const struct stream_block *block, const unsigned char *at,
                                         const unsigned char *end, uint64_t names,
                                         struct stream_id *id)
{
    unsigned flags = *at++;
    const unsigned char *stop = end;
    bool same = flags & BLOCK_SAME_FIELDS, one_value = flags & BLOCK_ONE_VALUE;
    uint64_t rest, pairs = names;

    if (one_value != (same && names == 1))
        return NULL;
    if (!one_value) {
        at = block_read_varint(at, end, &rest);
        if (!at || rest > (uint64_t)(end - at))
            return NULL;
        stop = at + rest;
    }
    at = verify_id(block, flags, at, stop, id);
    if (at && !same)
        at = block_read_varint(at, stop, &pairs);
    if (!at || pairs == 0 || pairs > (uint64_t)(end - at))
        return NULL;
    at = skip_strings(at, stop, same ? pairs : pairs * 2);
    return one_value || at == stop ? at : NULL;
}

int block_verify(const struct stream_block *block)
{
    const unsigned char *end = block->data + block->size;
    const unsigned char *at;
    struct stream_id before = {0}, id;
    uint64_t names, live = 0, stored = 0, dead = 0;
    uint64_t first_live = block->size;

    if (block->size > block->capacity || block->names_size > block->size)
        return ERR_DAMAGED;
    at = block_read_varint(block->data, end, &names);
    if (!at || names == 0 || names > block->size)
        return ERR_DAMAGED;
    at = skip_strings(at, end, names);
    if (!at || at != block->data + block->names_size)
        return ERR_DAMAGED;
    while (at < end) {
        const unsigned char *start = at;

        at = verify_entry(block, at, end, names, &id);
        if (!at || (stored > 0 && stream_id_compare(id, before) <= 0))
            return ERR_DAMAGED;
        if (*start & BLOCK_DELETED)
            dead += (uint64_t)(at - start);
        else if (live++ == 0)
            first_live = (uint64_t)(start - block->data);
        stored++;
        before = id;
    }
    if (live == 0 || live != block->live || stored > block->count || dead != block->dead ||
        first_live != block->first_live || stream_id_compare(before, block->last) > 0)
        return ERR_DAMAGED;
    return 0;
}
