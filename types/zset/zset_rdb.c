#include "types/zset/zset_rdb.h"
#include "core/base/error.h"
#include "core/hash/key_hash.h"
#include "storage/rdb/rdb_reader.h"
#include "storage/rdb/rdb_types.h"
#include "storage/rdb/rdb_writer.h"
#include "types/zset/zset_gather.h"
#include "types/zset/zset_internal.h"
#include "types/zset/zset_pack.h"

#include <math.h>

enum {
    QUICK_COUNT = 256, /* elements of a listpack that is checked without a dict */
    QUICK_SLOTS = 1024,
};

const uint8_t zset_rdb_types[] = {RDB_ZSET, RDB_ZSET_2, RDB_ZSET_ZIPLIST, RDB_ZSET_LISTPACK,
                                  RDB_NO_TYPE};

unsigned zset_rdb_version(const void *value)
{
    (void)value;
    return RDB_VERSION_OLDEST;
}

uint8_t zset_rdb_type(const void *value)
{
    return zset_is_small(value) ? RDB_ZSET_LISTPACK : RDB_ZSET_2;
}

void zset_rdb_save(const void *value, struct rdb_writer *out)
{
    const struct zset *zset = value;
    struct zset_walk walk;
    struct span member;
    double score;

    if (zset->pack) {
        rdb_write_string(out, listpack_span(zset->pack));
        return;
    }
    rdb_write_length(out, zset_count(zset));
    zset_walk_begin(&walk, zset, zset_count(zset) - 1, true);
    while (zset_walk_next(&walk, &member, &score)) {
        rdb_write_string(out, member);
        rdb_write_double(out, score);
    }
}

static int load_element(struct rdb_reader *in, struct zset_gather *gather, struct span member,
                        double score)
{
    bool added;
    double *place;

    if (isnan(score))
        return rdb_reader_damaged(in, "a sorted set's score is not a number");
    place = zset_gather_score(gather, member, &added);
    if (!added)
        return rdb_reader_damaged(in, "a sorted set has a member twice");
    *place = score;
    return 0;
}

static int load_plain(struct rdb_reader *in, uint8_t rdb_type, struct zset_gather *gather)
{
    uint64_t count;
    int rc = rdb_read_count(in, UINT32_MAX, &count);

    for (uint64_t i = 0; i < count && rc == 0; i++) {
        struct span member;
        double score = 0, *place;
        bool added;

        rc = rdb_read_string(in, &member);
        if (rc < 0)
            break;
        /* The member is only good until the next read, so it is added before its score is known. */
        place = zset_gather_score(gather, member, &added);
        if (!added)
            return rdb_reader_damaged(in, "a sorted set has a member twice");
        rc = rdb_type == RDB_ZSET ? rdb_read_text_double(in, &score) : rdb_read_double(in, &score);
        if (rc == 0 && isnan(score))
            rc = rdb_reader_damaged(in, "a sorted set's score is not a number");
        *place = score;
    }
    return rc;
}

static int load_ziplist(struct rdb_reader *in, struct zset_gather *gather)
{
    struct ziplist_cursor cursor;
    struct span bytes, member, text;
    char scratch[2][NUM_TEXT_LIMIT];
    double score;
    int rc = rdb_read_string(in, &bytes);

    if (rc < 0)
        return rc;
    rc = ziplist_begin(&cursor, bytes);
    while (rc >= 0) {
        rc = ziplist_next(&cursor, &member, scratch[0]);
        if (rc == 0)
            return 0;
        if (rc < 0 || ziplist_next(&cursor, &text, scratch[1]) != 1)
            break;
        if (num_parse_double(text, &score) < 0)
            score = (double)NAN;
        rc = load_element(in, gather, member, score);
        if (rc < 0)
            return rc;
    }
    return rdb_reader_damaged(in, "a sorted set's ziplist is not sound");
}

/* True if a hash was not in the table yet. Two members with the same hash are rare, and only make
 * the load take the slow way. */
static bool note_hash(uint64_t *slots, uint64_t hash)
{
    uint64_t at = hash % QUICK_SLOTS;

    hash |= 1;
    for (; slots[at]; at = (at + 1) % QUICK_SLOTS)
        if (slots[at] == hash)
            return false;
    slots[at] = hash;
    return true;
}

/* True if a listpack with an even number of elements can be used as it is: short enough, in order,
 * every member once. */
static bool pack_is_sound(const struct listpack *pack, const struct settings *settings)
{
    uint64_t slots[QUICK_SLOTS] = {0};
    char scratch[2][NUM_TEXT_LIMIT];
    struct span before = {0};
    double last = -(double)INFINITY;
    size_t count = zset_pack_count(pack);
    unsigned turn = 0;

    if (count > QUICK_COUNT)
        return false;
    for (size_t at = listpack_first(pack); at != LISTPACK_END;) {
        struct span member = listpack_text(pack, at, scratch[turn ^= 1]);
        double score = zset_pack_score(pack, at);

        if (isnan(score) || !zset_fits_small(count, member.size, settings))
            return false;
        if (before.data && (score < last || (score == last && span_compare(before, member) >= 0)))
            return false;
        if (!note_hash(slots, key_hash(member)))
            return false;
        before = member;
        last = score;
        at = listpack_next(pack, listpack_next(pack, at));
    }
    return true;
}

static int load_listpack(struct rdb_reader *in, struct zset_gather *gather, struct zset **zset)
{
    struct listpack *pack;
    struct span bytes;
    size_t count;
    int rc = rdb_read_string(in, &bytes);

    if (rc < 0)
        return rc;
    if (listpack_load(bytes, &pack, &count) < 0)
        return rdb_reader_damaged(in, "a sorted set's listpack is not sound");
    if (count % 2 != 0) {
        rc = rdb_reader_damaged(in, "a sorted set's listpack has a member without a score");
    } else if (count > 0 && pack_is_sound(pack, in->settings)) {
        *zset = zset_new_take(pack);
        return 0;
    }
    for (size_t at = listpack_first(pack); at != LISTPACK_END && rc == 0;) {
        char scratch[NUM_TEXT_LIMIT];

        rc = load_element(in, gather, listpack_text(pack, at, scratch), zset_pack_score(pack, at));
        at = listpack_next(pack, listpack_next(pack, at));
    }
    listpack_free(pack);
    return rc;
}

int zset_rdb_load(struct rdb_reader *in, uint8_t rdb_type, void **value)
{
    struct zset_gather *gather = zset_gather_new();
    struct zset *zset = NULL;
    int rc;

    *value = NULL;
    if (rdb_type == RDB_ZSET_LISTPACK)
        rc = load_listpack(in, gather, &zset);
    else if (rdb_type == RDB_ZSET_ZIPLIST)
        rc = load_ziplist(in, gather);
    else
        rc = load_plain(in, rdb_type, gather);
    if (rc < 0 || zset) {
        zset_gather_free(gather);
        *value = zset;
        return rc;
    }
    zset = zset_gather_finish(gather, in->settings);
    if (zset_count(zset) == 0) {
        zset_free(zset);
        zset = NULL;
    }
    *value = zset;
    return 0;
}
