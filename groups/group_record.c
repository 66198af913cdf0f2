#include "groups/group_record.h"
#include "core/base/error.h"

#include <string.h>

enum {
    RECORD_VERSION = 1,
    RECORD_CREATED = 1,
    RECORD_ACTIVE = 2,
    VARINT_LIMIT = 10,
    ID_LIMIT = 2 * VARINT_LIMIT,
    PARTS_LIMIT = 128, /* bytes of everything but the lists of ids */
    IDS_FIRST = 128    /* bytes of a list at first */
};

static const char part_order[] = "LCDNH";

/* --- Numbers. */

static uint64_t fold(int64_t value)
{
    return (uint64_t)value << 1 ^ (uint64_t)(value >> 63);
}

static int64_t unfold(uint64_t value)
{
    return (int64_t)(value >> 1 ^ -(value & 1));
}

static unsigned char *put(unsigned char *to, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        *to++ = (unsigned char)(value | 0x80);
    *to++ = (unsigned char)value;
    return to;
}

static unsigned char *put_id(unsigned char *to, struct stream_id previous, struct stream_id id)
{
    to = put(to, fold((int64_t)(id.ms - previous.ms)));
    return put(to, id.ms == previous.ms ? fold((int64_t)(id.seq - previous.seq)) : id.seq);
}

/* --- Writing. */

static struct stream_id base_of(int64_t seen_ms)
{
    return (struct stream_id){.ms = (uint64_t)seen_ms};
}

void group_record_begin(struct group_record *record, struct arena *arena, int64_t now_ms)
{
    *record = (struct group_record){.arena = arena, .seen_ms = now_ms};
    record->claimed.previous = record->dropped.previous = base_of(now_ms);
}

static void add_id(struct group_record *record, struct record_ids *ids, struct stream_id id)
{
    if (ids->capacity - ids->size < ID_LIMIT) {
        size_t capacity = ids->capacity ? 2 * ids->capacity : IDS_FIRST;
        unsigned char *bytes = arena_alloc(record->arena, capacity);

        if (ids->size > 0)
            memcpy(bytes, ids->bytes, ids->size);
        ids->bytes = bytes;
        ids->capacity = capacity;
    }
    ids->size = (size_t)(put_id(ids->bytes + ids->size, ids->previous, id) - ids->bytes);
    ids->previous = id;
    ids->count++;
}

void group_record_claim(struct group_record *record, struct stream_id id, int64_t delivered_ms,
                        enum record_rule rule, int64_t count)
{
    record->delivered_ms = delivered_ms;
    record->rule = rule;
    record->claim_count = count;
    add_id(record, &record->claimed, id);
}

void group_record_drop(struct group_record *record, struct stream_id id)
{
    add_id(record, &record->dropped, id);
}

static unsigned char *put_ids(unsigned char *to, const struct record_ids *ids)
{
    to = put(to, ids->count);
    memcpy(to, ids->bytes, ids->size);
    return to + ids->size;
}

static unsigned char *put_claimed(unsigned char *to, const struct group_record *record)
{
    *to++ = RECORD_CLAIMED;
    to = put(to, fold(record->seen_ms - record->delivered_ms));
    *to++ = (unsigned char)record->rule;
    if (record->rule == RECORD_COUNT_SET)
        to = put(to, (uint64_t)record->claim_count);
    return put_ids(to, &record->claimed);
}

struct span group_record_write(const struct group_record *record)
{
    struct stream_id base = base_of(record->seen_ms);
    unsigned char *bytes = arena_alloc(record->arena, PARTS_LIMIT + record->claimed.size +
                                                          record->dropped.size + 5 * ID_LIMIT);
    unsigned char *to = bytes;

    *to++ = RECORD_VERSION;
    *to++ = (unsigned char)((record->created ? RECORD_CREATED : 0) |
                            (record->active ? RECORD_ACTIVE : 0));
    to = put(to, (uint64_t)record->seen_ms);
    if (record->has_last_id) {
        *to++ = RECORD_LAST_ID;
        to = put_id(to, base, record->last_id);
    }
    if (record->claimed.count > 0)
        to = put_claimed(to, record);
    if (record->dropped.count > 0) {
        *to++ = RECORD_DROPPED;
        to = put_ids(to, &record->dropped);
    }
    if (record->new_count > 0) {
        *to++ = RECORD_NEW;
        *to++ = record->owned;
        to = put(to, record->new_count);
        to = put_id(to, base, record->new_last);
        to = put(to, (uint64_t)record->entries_read + 1);
    }
    if (record->again_count > 0) {
        *to++ = RECORD_AGAIN;
        to = put(to, record->again_count);
        to = put_id(to, base, record->again_after);
    }
    return span_of((const char *)bytes, (size_t)(to - bytes));
}

/* --- Reading. Each `get` returns false if the bytes do not hold such a thing. */

static bool get(struct group_record_reader *reader, uint64_t *value)
{
    unsigned shift = 0;

    *value = 0;
    for (; reader->at < reader->end && shift < 64; shift += 7) {
        unsigned char byte = *reader->at++;

        if (shift == 63 && byte > 1)
            return false;
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

/* A number that is not negative as int64_t. */
static bool get_positive(struct group_record_reader *reader, int64_t *value)
{
    uint64_t bits;
    bool good = get(reader, &bits) && bits <= INT64_MAX;

    *value = good ? (int64_t)bits : 0;
    return good;
}

static bool get_byte(struct group_record_reader *reader, unsigned limit, unsigned *value)
{
    if (reader->at == reader->end || *reader->at >= limit)
        return false;
    *value = *reader->at++;
    return true;
}

static bool get_id(struct group_record_reader *reader, struct stream_id *id)
{
    uint64_t ms, seq;

    if (!get(reader, &ms) || !get(reader, &seq))
        return false;
    id->ms = reader->previous.ms + (uint64_t)unfold(ms);
    id->seq = id->ms == reader->previous.ms ? reader->previous.seq + (uint64_t)unfold(seq) : seq;
    reader->previous = *id;
    return true;
}

int group_record_read(struct group_record_reader *reader, struct span bytes)
{
    unsigned version, flags;

    *reader = (struct group_record_reader){.at = (const unsigned char *)bytes.data,
                                           .end = (const unsigned char *)bytes.data + bytes.size,
                                           .last_kind = -1};
    if (!get_byte(reader, RECORD_VERSION + 1, &version) || version != RECORD_VERSION ||
        !get_byte(reader, (RECORD_CREATED | RECORD_ACTIVE) + 1, &flags) ||
        !get_positive(reader, &reader->seen_ms))
        return ERR_DAMAGED;
    reader->created = flags & RECORD_CREATED;
    reader->active = flags & RECORD_ACTIVE;
    return 0;
}

/* A count of ids, each of which takes two bytes at least. */
static bool get_ids(struct group_record_reader *reader, struct record_part *part)
{
    if (!get(reader, &part->count) || part->count == 0 ||
        part->count > (uint64_t)(reader->end - reader->at) / 2)
        return false;
    reader->ids_left = part->count;
    return true;
}

static bool get_claimed(struct group_record_reader *reader, struct record_part *part)
{
    uint64_t before;
    unsigned rule;

    if (!get(reader, &before) || !get_byte(reader, RECORD_COUNT_SET + 1, &rule) ||
        __builtin_sub_overflow(reader->seen_ms, unfold(before), &part->delivered_ms) ||
        part->delivered_ms < 0)
        return false;
    part->rule = (enum record_rule)rule;
    if (part->rule == RECORD_COUNT_SET && !get_positive(reader, &part->claim_count))
        return false;
    return get_ids(reader, part);
}

static bool get_new(struct group_record_reader *reader, struct record_part *part)
{
    unsigned owned;
    uint64_t read;

    if (!get_byte(reader, 2, &owned) || !get(reader, &part->count) || !get_id(reader, &part->id) ||
        !get(reader, &read) || read > (uint64_t)INT64_MAX + 1)
        return false;
    part->owned = owned;
    part->entries_read = (int64_t)(read - 1);
    return part->count > 0 && part->count <= INT64_MAX;
}

static bool get_part(struct group_record_reader *reader, struct record_part *part)
{
    switch (part->kind) {
    case RECORD_LAST_ID:
        return get_id(reader, &part->id);
    case RECORD_CLAIMED:
        return get_claimed(reader, part);
    case RECORD_DROPPED:
        return get_ids(reader, part);
    case RECORD_NEW:
        return get_new(reader, part);
    case RECORD_AGAIN:
        return get(reader, &part->count) && part->count > 0 && part->count <= INT64_MAX &&
               get_id(reader, &part->id);
    }
    return false;
}

int group_record_next(struct group_record_reader *reader, struct record_part *part)
{
    struct stream_id passed;
    const char *kind;
    int rc;

    while ((rc = group_record_next_id(reader, &passed)) > 0)
        ;
    if (rc < 0 || reader->at == reader->end)
        return rc;
    kind = *reader->at ? strchr(part_order, *reader->at) : NULL;
    if (!kind || kind - part_order <= reader->last_kind)
        return ERR_DAMAGED;
    reader->at++;
    reader->last_kind = (int)(kind - part_order);
    reader->previous = base_of(reader->seen_ms);
    *part = (struct record_part){.kind = (enum record_part_kind) * kind};
    return get_part(reader, part) ? 1 : ERR_DAMAGED;
}

int group_record_next_id(struct group_record_reader *reader, struct stream_id *id)
{
    if (reader->ids_left == 0)
        return 0;
    reader->ids_left--;
    return get_id(reader, id) ? 1 : ERR_DAMAGED;
}

int group_record_check(struct span bytes)
{
    struct group_record_reader reader;
    struct record_part part;
    int rc = group_record_read(&reader, bytes);

    while (rc == 0 && (rc = group_record_next(&reader, &part)) > 0)
        rc = 0;
    return rc;
}
