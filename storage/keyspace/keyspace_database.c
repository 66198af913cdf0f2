/* Whole databases: counts, flush, swap, scan. */
#include "storage/keyspace/keyspace.h"
#include "core/hash/random.h"
#include "storage/keyspace/keyspace_internal.h"

/* The n-th shard's part of a database; NULL if it never had a key. */
static struct database *part_of(const struct keyspace *keyspace, unsigned shard, int db)
{
    CHECK(db >= 0 && db < keyspace->databases);
    return keyspace->shards[shard].databases[db];
}

static size_t part_count(const struct database *part)
{
    return part ? dict_count(&part->dict) : 0;
}

/* --- Counts. */

size_t keyspace_count(const struct keyspace *keyspace, int db)
{
    size_t count = 0;

    for (unsigned shard = 0; shard < KEY_SHARDS; shard++)
        count += part_count(part_of(keyspace, shard, db));
    return count;
}

size_t keyspace_expiring_count(const struct keyspace *keyspace, int db)
{
    size_t count = 0;

    for (unsigned shard = 0; shard < KEY_SHARDS; shard++) {
        const struct database *part = part_of(keyspace, shard, db);

        count += part ? part->expiry.count : 0;
    }
    return count;
}

size_t keyspace_part_expiring_count(const struct keyspace *keyspace, int db)
{
    size_t count = 0;

    for (unsigned shard = 0; shard < KEY_SHARDS; shard++) {
        const struct database *part = part_of(keyspace, shard, db);

        count += part ? part_expiry_count(&part->parts) : 0;
    }
    return count;
}

int64_t keyspace_average_ttl_ms(const struct keyspace *keyspace, int db, int64_t now_ms)
{
    __int128 sum = 0, average;
    size_t count = 0;

    for (unsigned shard = 0; shard < KEY_SHARDS; shard++) {
        const struct database *part = part_of(keyspace, shard, db);

        if (part) {
            sum += part->expiry.sum_ms;
            count += part->expiry.count;
        }
    }
    if (count == 0)
        return 0;
    average = sum / (__int128)count - now_ms;
    return average > 0 ? (int64_t)average : 0;
}

void keyspace_tables_get(const struct keyspace *keyspace, int db, struct keyspace_tables *tables)
{
    *tables = (struct keyspace_tables){0};
    for (unsigned shard = 0; shard < KEY_SHARDS; shard++) {
        const struct database *part = part_of(keyspace, shard, db);

        if (!part)
            continue;
        tables->main += sizeof(*part) + dict_memory(&part->dict);
        tables->expires +=
            part->expiry.capacity * sizeof(struct entry *) + part_expiry_memory(&part->parts);
        if (part->dict.table[1].buckets) {
            tables->resizing_count++;
            tables->resizing_memory += dict_memory(&part->dict);
        }
    }
}

size_t keyspace_table_memory(const struct keyspace *keyspace, int db)
{
    struct keyspace_tables tables;

    keyspace_tables_get(keyspace, db, &tables);
    return tables.main + tables.expires;
}

void keyspace_describe_tables(const struct keyspace *keyspace, int db, struct buffer *out)
{
    size_t keys = 0, buckets = 0, children = 0, resizing = 0, largest = 0, expiring = 0;

    for (unsigned shard = 0; shard < KEY_SHARDS; shard++) {
        const struct database *part = part_of(keyspace, shard, db);
        size_t count = part_count(part);

        if (!part)
            continue;
        keys += count;
        largest = count > largest ? count : largest;
        buckets += dict_bucket_count(&part->dict);
        children += part->dict.children;
        resizing += part->dict.table[1].buckets != NULL;
        expiring += part->expiry.count;
    }
    buffer_printf(out, "[Keys of database %d, in %d shards]\n", db, KEY_SHARDS);
    buffer_printf(out, " keys: %zu (largest shard: %zu)\n", keys, largest);
    buffer_printf(out, " buckets: %zu of 7 keys, chained on full ones: %zu\n", buckets, children);
    buffer_printf(out, " tables being resized: %zu\n", resizing);
    buffer_printf(out, " bytes of tables: %zu\n", keyspace_table_memory(keyspace, db));
    buffer_printf(out, "[Keys that expire]\n keys: %zu\n", expiring);
}

/* --- Flush and swap. */

static size_t flush_part(struct keyspace *keyspace, unsigned shard, int db, bool lazy)
{
    struct database *part = part_of(keyspace, shard, db);
    size_t count = part_count(part);

    keyspace->shards[shard].databases[db] = NULL;
    if (lazy && count > 0)
        lazyfree_take(keyspace->lazyfree, database_free, part, count);
    else
        database_free(part);
    return count;
}

size_t keyspace_flush(struct keyspace *keyspace, int db, bool lazy)
{
    int first = db < 0 ? 0 : db, last = db < 0 ? keyspace->databases - 1 : db;
    size_t count = 0;

    for (int at = first; at <= last; at++)
        for (unsigned shard = 0; shard < KEY_SHARDS; shard++)
            count += flush_part(keyspace, shard, at, lazy);
    return count;
}

void keyspace_swap(struct keyspace *keyspace, int a, int b)
{
    for (unsigned i = 0; i < KEY_SHARDS; i++) {
        struct database *part = part_of(keyspace, i, a);

        keyspace->shards[i].databases[a] = part_of(keyspace, i, b);
        keyspace->shards[i].databases[b] = part;
    }
}

void keyspace_exchange(struct keyspace *keyspace, struct keyspace *other)
{
    CHECK(keyspace->databases == other->databases);
    for (unsigned i = 0; i < KEY_SHARDS; i++) {
        struct database **databases = keyspace->shards[i].databases;

        keyspace->shards[i].databases = other->shards[i].databases;
        other->shards[i].databases = databases;
    }
}

/* --- Going through the keys. */

enum {
    HIDDEN_LIMIT = 100 /* expired keys met by chance on a replica, where they stay */
};

static void note_entry(void *context, struct entry *entry)
{
    *(struct entry **)context = entry;
}

static struct entry *any_live(struct request *rq, int db)
{
    struct entry *entry = NULL;
    uint64_t cursor = 0;

    do
        cursor = keyspace_scan(rq, db, cursor, 1, note_entry, &entry);
    while (!entry && cursor != 0);
    return entry;
}

struct entry *keyspace_random(struct request *rq, int db)
{
    struct keyspace *keyspace = rq->keyspace;
    int hidden = 0;

    CHECK(rq->held_shards == SHARDS_ALL);
    for (;;) {
        size_t count = keyspace_count(keyspace, db);
        struct database *part = NULL;
        struct entry *entry;
        struct key key;
        uint64_t at;

        if (count == 0)
            return NULL;
        at = random_below(rq->random, count);
        for (unsigned shard = 0; shard < KEY_SHARDS; shard++) {
            part = part_of(keyspace, shard, db);
            if (at < part_count(part))
                break;
            at -= part_count(part);
        }
        entry = dict_random(&part->dict, rq->random);
        if (!entry_is_expired(entry, rq->now_ms) || rq->flags & REQUEST_REPLAY)
            return entry;
        if (request_hides_expired(rq)) {
            if (++hidden >= HIDDEN_LIMIT)
                return any_live(rq, db);
            continue;
        }
        /* It goes, so this ends. The effect's name must outlive it. */
        key = request_key_of(rq, arena_span(rq->arena, entry_key(entry)), db);
        keyspace_drop_expired(rq, key, part, entry);
    }
}

struct scan {
    int64_t now_ms;
    size_t visited;
    void (*visit)(void *context, struct entry *entry);
    void *context;
};

static void scan_visit(void *context, void *item)
{
    struct scan *scan = context;
    struct entry *entry = item;

    if (entry_is_expired(entry, scan->now_ms))
        return;
    scan->visited++;
    scan->visit(scan->context, entry);
}

/* The cursor is the dict's cursor above the shard's number in the low 6 bits. A dict's cursor has
 * fewer than 58 bits, and 0 with shard 0 is the one place where a scan starts. */
uint64_t keyspace_scan(struct request *rq, int db, uint64_t cursor, size_t count,
                       void (*visit)(void *context, struct entry *entry), void *context)
{
    enum {
        BUCKETS_AN_ENTRY = 10
    };
    struct scan scan = {.now_ms = rq->now_ms, .visit = visit, .context = context};
    unsigned shard = (unsigned)(cursor & (KEY_SHARDS - 1));
    uint64_t place = cursor >> KEY_SHARD_BITS;
    size_t buckets;

    CHECK(rq->held_shards == SHARDS_ALL);
    if (count == 0)
        count = 1;
    buckets = count < SIZE_MAX / BUCKETS_AN_ENTRY ? count * BUCKETS_AN_ENTRY : SIZE_MAX;
    while (scan.visited < count && buckets > 0) {
        struct database *part = part_of(rq->keyspace, shard, db);

        if (part_count(part) > 0) {
            place = dict_scan(&part->dict, place, scan_visit, &scan);
            buckets--;
        } else {
            place = 0;
        }
        if (place == 0 && ++shard == KEY_SHARDS)
            return 0;
    }
    return place << KEY_SHARD_BITS | shard;
}

void keyspace_each(struct keyspace *keyspace, int db,
                   void (*visit)(void *context, struct entry *entry), void *context)
{
    for (unsigned shard = 0; shard < KEY_SHARDS; shard++) {
        struct database *part = part_of(keyspace, shard, db);
        struct dict_walk walk;
        struct entry *entry;

        if (part_count(part) == 0)
            continue;
        dict_walk_begin(&walk, &part->dict);
        while ((entry = dict_walk_next(&walk)) != NULL)
            visit(context, entry);
        dict_walk_end(&walk);
    }
}
