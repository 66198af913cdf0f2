/* A bucket is one cache line:
 *
 *   byte  0         1 .. 7              8 .. 63
 *        +---------+-------------------+------------------------------------------+
 *        | present | tag of slot 0..6  | slot 0 | slot 1 | ... | slot 5 | slot 6  |
 *        +---------+-------------------+------------------------------------------+
 *          bit i: slot i holds an entry; bit 7: chained, slot 6 points to a child bucket
 *
 * A lookup compares the seven tags (8 bits of the hash) at once and follows a pointer to an entry
 * only where its tag agrees, so a hit costs two cache misses and a miss costs one.
 *
 * Hash bits:  63 .. 58 the shard (not ours) | 55 .. 48 the tag | from 0 up: the bucket's index.
 *
 * Invariants
 * 1. A bucket with bit 7 has bit 6 clear; only chained buckets have children; a child is of the
 * same form and belongs to its parent alone.
 * 2. While a resize is under way, table[0] is the old table and table[1] the new one. Buckets of
 *    table[0] below `moved` are empty and childless; each key has exactly one home: its bucket of
 *    table[0] if that is at or above `moved`, otherwise its bucket of table[1]. So a lookup looks
 * at one chain even during a resize, and additions to parts not yet moved stay in the old table.
 * 3. Without a resize table[1] has no buckets and `moved` is 0.
 * 4. After a removal (unless paused) a chain's last bucket is not empty, and no bucket before it
 *    got a hole by that removal.
 *
 * Resizing. The table doubles when there are seven entries to a bucket on average, and shrinks by
 * up to SHRINK_STEP bits when there is less than one. Each addition and removal then moves one
 * bucket (and passes over some empty ones), so a resize of n buckets is over after n changes, long
 * before the next is due. Shrinking needs no hash: the new index is the old one's low bits.
 *
 * A large table is made of fresh pages, so that beginning a resize costs nothing, and goes back to
 * the system piece by piece as it is moved.
 *
 * Scanning. The cursor counts with its bits reversed (highest index bit first). A bucket of a small
 * table holds what the buckets with the same low bits hold in a larger one, and those are
 * neighbours in this order; so whatever the size is at the next call, what came before the cursor
 * has been visited completely. With two tables, a call visits the bucket of the smaller one and all
 * buckets of the larger one that agree with it in the low bits. */
#include "core/dict/dict.h"
#include "core/base/check.h"
#include "core/base/mem.h"
#include "core/hash/random.h"

#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum {
    SLOTS = 7,
    CHAIN_SLOT = SLOTS - 1,
    CHAINED = 1 << SLOTS,
    ALL_SLOTS = CHAINED - 1,
    TAG_SHIFT = 48,
    EXPONENT_LIMIT = TAG_SHIFT, /* index bits end where the tag begins */
    EMPTY_STEP = 8,             /* empty buckets passed over for one that is moved */
    SHRINK_STEP = 3,            /* shrinks by 2^3 at most, which bounds one call of dict_scan */
    SMALL_TABLE = 64,           /* buckets that may be gone through at once */
    MAPPED_TABLE = 8192,        /* buckets from which on a table has pages of its own */
    DROP_STEP = 4096,           /* moved buckets of such a table that are given back at once */
    RANDOM_TRIES = 512,         /* a table with one entry to three buckets needs 33 */
    SAMPLE_BUCKETS = 8,         /* buckets looked at for each entry asked for */
};

struct dict_bucket {
    uint8_t bits;
    uint8_t tags[SLOTS];
    void *slots[SLOTS];
};

_Static_assert(sizeof(struct dict_bucket) == 64,
               "a bucket is one cache line (and pointers 64 bits)");

/* --- One bucket and its chain. */

static inline uint8_t tag_of(uint64_t hash)
{
    return (uint8_t)(hash >> TAG_SHIFT);
}

static inline struct dict_bucket *child_of(const struct dict_bucket *bucket)
{
    return bucket->bits & CHAINED ? bucket->slots[CHAIN_SLOT] : NULL;
}

/* A bit for each slot that holds an entry with this tag. */
static inline unsigned match(const struct dict_bucket *bucket, uint8_t tag)
{
#if defined(__SSE2__)
    __m128i line = _mm_loadl_epi64((const __m128i *)(const void *)bucket);
    unsigned equal = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(line, _mm_set1_epi8((char)tag)));

    return equal >> 1 & bucket->bits & ALL_SLOTS;
#else
    /* A byte of `zero` is 0x80 where the tags agree; the product gathers those bits in its top
     * byte. */
    const uint64_t low7 = UINT64_C(0x7f7f7f7f7f7f7f7f);
    uint64_t line, zero;

    memcpy(&line, bucket, sizeof(line));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    line = __builtin_bswap64(line);
#endif
    line ^= UINT64_C(0x0101010101010101) * tag;
    zero = ~(((line & low7) + low7) | line | low7);
    return (unsigned)((zero >> 7) * UINT64_C(0x0102040810204080) >> 57) & bucket->bits & ALL_SLOTS;
#endif
}

static inline void set_slot(struct dict_bucket *bucket, int slot, uint8_t tag, void *entry)
{
    bucket->bits |= (uint8_t)(1 << slot);
    bucket->tags[slot] = tag;
    bucket->slots[slot] = entry;
}

static inline void clear_slot(struct dict_bucket *bucket, int slot)
{
    bucket->bits &= (uint8_t) ~(1 << slot);
    bucket->slots[slot] = NULL;
}

/* Puts an entry into the first hole of the chain, lengthening it if there is none. */
static void chain_add(struct dict *dict, struct dict_bucket *bucket, uint8_t tag, void *entry)
{
    struct dict_bucket *child;

    for (;;) {
        unsigned holes =
            ~(unsigned)bucket->bits & (bucket->bits & CHAINED ? ALL_SLOTS >> 1 : ALL_SLOTS);

        if (holes) {
            set_slot(bucket, __builtin_ctz(holes), tag, entry);
            return;
        }
        child = child_of(bucket);
        if (!child)
            break;
        bucket = child;
    }
    child = mem_zalloc_aligned(sizeof(struct dict_bucket), sizeof(struct dict_bucket));
    dict->children++;
    set_slot(child, 0, bucket->tags[CHAIN_SLOT], bucket->slots[CHAIN_SLOT]);
    set_slot(child, 1, tag, entry);
    clear_slot(bucket, CHAIN_SLOT);
    bucket->bits |= CHAINED;
    bucket->slots[CHAIN_SLOT] = child;
}

/* After the removal of `slot` of `bucket`, which is in the chain that starts at `head`: fills the
 * hole from the chain's end, and drops the last bucket once what is left of it fits its parent. */
static void chain_tidy(struct dict *dict, struct dict_bucket *head, struct dict_bucket *bucket,
                       int slot)
{
    struct dict_bucket *parent = NULL, *last = head;
    unsigned present;

    while (child_of(last)) {
        parent = last;
        last = child_of(last);
    }
    if (!parent)
        return;
    present = last->bits & ALL_SLOTS;
    if (bucket != last && present) {
        int from = __builtin_ctz(present);

        set_slot(bucket, slot, last->tags[from], last->slots[from]);
        clear_slot(last, from);
        present &= present - 1;
    }
    if (present & (present - 1))
        return; /* more than one left */
    parent->bits &= (uint8_t)~CHAINED;
    parent->slots[CHAIN_SLOT] = NULL;
    if (present) {
        int from = __builtin_ctz(present);

        set_slot(parent, CHAIN_SLOT, last->tags[from], last->slots[from]);
    }
    mem_free(last);
    dict->children--;
}

static size_t chain_count(const struct dict_bucket *bucket)
{
    size_t count = 0;

    for (; bucket; bucket = child_of(bucket))
        count += (size_t)__builtin_popcount(bucket->bits & ALL_SLOTS);
    return count;
}

/* The `at`-th entry of a chain; `at` is below its count. */
static void *chain_get(const struct dict_bucket *bucket, size_t at)
{
    for (; bucket; bucket = child_of(bucket))
        for (unsigned left = bucket->bits & ALL_SLOTS; left; left &= left - 1)
            if (at-- == 0)
                return bucket->slots[__builtin_ctz(left)];
    CHECK(!"an entry beyond the chain's end");
    return NULL;
}

static inline void prefetch_entries(const struct dict_bucket *bucket)
{
    for (unsigned left = bucket->bits & ALL_SLOTS; left; left &= left - 1)
        __builtin_prefetch(bucket->slots[__builtin_ctz(left)]);
}

static void chain_visit(const struct dict_bucket *bucket, void (*visit)(void *context, void *entry),
                        void *context)
{
    for (; bucket; bucket = child_of(bucket)) {
        prefetch_entries(bucket);
        for (unsigned left = bucket->bits & ALL_SLOTS; left; left &= left - 1)
            visit(context, bucket->slots[__builtin_ctz(left)]);
    }
}

/* Frees the children; the head is empty afterwards. */
static void chain_clear(struct dict *dict, struct dict_bucket *head)
{
    struct dict_bucket *child = child_of(head);

    while (child) {
        struct dict_bucket *next = child_of(child);

        mem_free(child);
        dict->children--;
        child = next;
    }
    memset(head, 0, sizeof(*head));
}

/* --- Tables and their resize. */

static inline size_t table_size(const struct dict_table *table)
{
    return table->buckets ? (size_t)1 << table->exponent : 0;
}

static inline struct dict_bucket *table_bucket(const struct dict_table *table, uint64_t hash)
{
    return &table->buckets[hash & (((uint64_t)1 << table->exponent) - 1)];
}

static void table_init(struct dict_table *table, int exponent)
{
    size_t count = (size_t)1 << exponent, size = count * sizeof(struct dict_bucket);

    CHECK(exponent >= 0 && exponent <= EXPONENT_LIMIT);
    *table = (struct dict_table){.exponent = (signed char)exponent};
    if (count >= MAPPED_TABLE)
        table->buckets = mem_pages_new(size);
    table->is_mapped = table->buckets != NULL;
    if (!table->buckets)
        table->buckets = mem_zalloc_aligned(sizeof(struct dict_bucket), size);
}

/* Bytes of a table of which so many buckets have been moved that are given back. */
static size_t dropped_bytes(const struct dict_table *table, size_t moved)
{
    return table->is_mapped ? moved / DROP_STEP * DROP_STEP * sizeof(struct dict_bucket) : 0;
}

static size_t table_memory(const struct dict_table *table, size_t moved)
{
    if (!table->is_mapped)
        return mem_size(table->buckets);
    return table_size(table) * sizeof(struct dict_bucket) - dropped_bytes(table, moved);
}

static void table_free(struct dict_table *table, size_t moved)
{
    if (table->is_mapped)
        mem_pages_free(table->buckets, table_size(table) * sizeof(struct dict_bucket),
                       dropped_bytes(table, moved));
    else
        mem_free(table->buckets);
    *table = (struct dict_table){0};
}

static inline bool is_resizing(const struct dict *dict)
{
    return dict->table[1].buckets != NULL;
}

/* The table in which the key with this hash has its home. There is at least one table. */
static inline struct dict_table *home_table(struct dict *dict, uint64_t hash)
{
    uint64_t at = hash & (((uint64_t)1 << dict->table[0].exponent) - 1);

    return __builtin_expect(at < dict->moved, 0) ? &dict->table[1] : &dict->table[0];
}

/* Moves the chain at `moved` to the new table. Its place then has no entry and no child. */
static void move_bucket(struct dict *dict)
{
    struct dict_table *from = &dict->table[0], *to = &dict->table[1];
    struct dict_bucket *head = &from->buckets[dict->moved];
    bool growing = to->exponent > from->exponent;
    size_t count = 0;

    for (struct dict_bucket *bucket = head; bucket; bucket = child_of(bucket)) {
        if (growing)
            prefetch_entries(bucket);
        for (unsigned left = bucket->bits & ALL_SLOTS; left; left &= left - 1) {
            int slot = __builtin_ctz(left);
            void *entry = bucket->slots[slot];
            uint64_t hash =
                growing ? dict->type->hash(dict->type->key(entry)) : (uint64_t)dict->moved;

            chain_add(dict, table_bucket(to, hash), bucket->tags[slot], entry);
            count++;
        }
    }
    chain_clear(dict, head);
    from->count -= count;
    to->count += count;
    dict->moved++;
}

static void finish_resize(struct dict *dict)
{
    CHECK(dict->table[0].count == 0);
    table_free(&dict->table[0], dict->moved);
    dict->table[0] = dict->table[1];
    dict->table[1] = (struct dict_table){0};
    dict->moved = 0;
}

/* Gives back what has been moved since `before`. */
static void drop_moved(const struct dict *dict, size_t before)
{
    const struct dict_table *table = &dict->table[0];
    size_t from = dropped_bytes(table, before), to = dropped_bytes(table, dict->moved);

    if (to > from)
        mem_pages_drop(table->buckets, from, to - from);
}

bool dict_step(struct dict *dict, size_t buckets)
{
    size_t empty = buckets * EMPTY_STEP, before = dict->moved;

    if (!is_resizing(dict) || dict->paused)
        return false;
    while (buckets > 0 && empty > 0 && dict->moved < table_size(&dict->table[0])) {
        if (dict->table[0].buckets[dict->moved].bits) {
            move_bucket(dict);
            buckets--;
        } else {
            dict->moved++;
            empty--;
        }
    }
    drop_moved(dict, before);
    if (dict->moved < table_size(&dict->table[0]))
        return true;
    finish_resize(dict);
    return false;
}

/* Makes a first table, or starts growing when the table is full. */
static void grow_if_full(struct dict *dict)
{
    struct dict_table *table = &dict->table[0];

    if (!table->buckets) {
        table_init(table, 0);
        return;
    }
    if (is_resizing(dict) || dict->paused || table->exponent == EXPONENT_LIMIT)
        return;
    if (table->count >= (size_t)SLOTS << table->exponent)
        table_init(&dict->table[1], table->exponent + 1);
}

void dict_shrink_if_sparse(struct dict *dict)
{
    struct dict_table *table = &dict->table[0];
    int exponent = table->exponent;

    if (!table->buckets || dict->paused)
        return;
    if (dict_count(dict) == 0 && (dict->children == 0 || dict_bucket_count(dict) <= SMALL_TABLE)) {
        /* one bucket is kept: queues come to nothing and back all the time */
        if (exponent > 0 || dict->children > 0 || is_resizing(dict))
            dict_release(dict);
        return;
    }
    if (is_resizing(dict) || exponent == 0 || table->count >= (size_t)1 << exponent)
        return;
    while (exponent > 0 && exponent > table->exponent - SHRINK_STEP &&
           table->count <= (size_t)SLOTS / 2 << (exponent - 1))
        exponent--;
    table_init(&dict->table[1], exponent);
}

/* --- The life of a dict. */

void dict_init(struct dict *dict, const struct dict_type *type)
{
    *dict = (struct dict){.type = type};
}

void dict_release(struct dict *dict)
{
    CHECK(!dict->paused);
    for (int i = 0; i < 2; i++) {
        struct dict_table *table = &dict->table[i];

        for (size_t at = 0; at < table_size(table) && (table->count || dict->children); at++) {
            struct dict_bucket *head = &table->buckets[at];

            if (!head->bits)
                continue;
            for (struct dict_bucket *bucket = head; bucket && dict->type->free;
                 bucket = child_of(bucket))
                for (unsigned left = bucket->bits & ALL_SLOTS; left; left &= left - 1)
                    dict->type->free(bucket->slots[__builtin_ctz(left)]);
            chain_clear(dict, head);
        }
        table_free(table, i == 0 ? dict->moved : 0);
    }
    dict_init(dict, dict->type);
}

size_t dict_count(const struct dict *dict)
{
    return dict->table[0].count + dict->table[1].count;
}

size_t dict_bucket_count(const struct dict *dict)
{
    return table_size(&dict->table[0]) + table_size(&dict->table[1]);
}

size_t dict_memory(const struct dict *dict)
{
    size_t size = table_memory(&dict->table[0], dict->moved) + table_memory(&dict->table[1], 0);

    return size + dict->children * sizeof(struct dict_bucket);
}

/* --- Single entries. */

void dict_prefetch(struct dict *dict, uint64_t hash)
{
    if (dict->table[0].buckets)
        __builtin_prefetch(table_bucket(home_table(dict, hash), hash));
}

void dict_prefetch_entry(struct dict *dict, uint64_t hash)
{
    const struct dict_bucket *bucket;

    if (!dict->table[0].buckets)
        return;
    bucket = table_bucket(home_table(dict, hash), hash);
    for (unsigned hits = match(bucket, tag_of(hash)); hits; hits &= hits - 1)
        __builtin_prefetch(bucket->slots[__builtin_ctz(hits)]);
}

void *dict_find(struct dict *dict, uint64_t hash, struct span key)
{
    struct span (*key_of)(const void *entry) = dict->type->key;
    uint8_t tag = tag_of(hash);
    const struct dict_bucket *bucket;

    if (!dict->table[0].buckets)
        return NULL;
    bucket = table_bucket(home_table(dict, hash), hash);
    do {
        for (unsigned hits = match(bucket, tag); hits; hits &= hits - 1) {
            void *entry = bucket->slots[__builtin_ctz(hits)];

            if (span_equal(key_of(entry), key))
                return entry;
        }
        bucket = child_of(bucket);
    } while (__builtin_expect(bucket != NULL, 0));
    return NULL;
}

void dict_add(struct dict *dict, uint64_t hash, void *entry)
{
    struct dict_table *table;

    CHECK(entry);
    dict_step(dict, 1);
    grow_if_full(dict);
    table = home_table(dict, hash);
    chain_add(dict, table_bucket(table, hash), tag_of(hash), entry);
    table->count++;
}

void *dict_remove(struct dict *dict, uint64_t hash, struct span key)
{
    uint8_t tag = tag_of(hash);
    struct dict_table *table;
    struct dict_bucket *head;

    if (!dict->table[0].buckets)
        return NULL;
    dict_step(dict, 1);
    table = home_table(dict, hash);
    head = table_bucket(table, hash);
    for (struct dict_bucket *bucket = head; bucket; bucket = child_of(bucket)) {
        for (unsigned hits = match(bucket, tag); hits; hits &= hits - 1) {
            int slot = __builtin_ctz(hits);
            void *entry = bucket->slots[slot];

            if (!span_equal(dict->type->key(entry), key))
                continue;
            clear_slot(bucket, slot);
            table->count--;
            if (!dict->paused)
                chain_tidy(dict, head, bucket, slot);
            dict_shrink_if_sparse(dict);
            return entry;
        }
    }
    return NULL;
}

void dict_replace(struct dict *dict, uint64_t hash, const void *old, void *entry)
{
    struct dict_bucket *bucket = NULL;

    CHECK(entry);
    if (dict->table[0].buckets)
        bucket = table_bucket(home_table(dict, hash), hash);
    for (; bucket; bucket = child_of(bucket)) {
        for (unsigned hits = match(bucket, tag_of(hash)); hits; hits &= hits - 1) {
            int slot = __builtin_ctz(hits);

            if (bucket->slots[slot] == old) {
                bucket->slots[slot] = entry;
                return;
            }
        }
    }
    CHECK(!"the entry to replace is not in");
}

/* --- Many entries. */

static uint64_t reverse_bits(uint64_t v)
{
    v = (v >> 1 & UINT64_C(0x5555555555555555)) | (v & UINT64_C(0x5555555555555555)) << 1;
    v = (v >> 2 & UINT64_C(0x3333333333333333)) | (v & UINT64_C(0x3333333333333333)) << 2;
    v = (v >> 4 & UINT64_C(0x0f0f0f0f0f0f0f0f)) | (v & UINT64_C(0x0f0f0f0f0f0f0f0f)) << 4;
    return __builtin_bswap64(v);
}

/* The next index under `mask` in reversed order; 0 after the last. Bits above the mask are set so
 * that the carry runs through them. */
static uint64_t next_cursor(uint64_t cursor, uint64_t mask)
{
    return reverse_bits(reverse_bits(cursor | ~mask) + 1);
}

uint64_t dict_scan(struct dict *dict, uint64_t cursor, void (*visit)(void *context, void *entry),
                   void *context)
{
    const struct dict_table *small = &dict->table[0], *large = &dict->table[1];
    uint64_t small_mask, large_mask;

    if (!small->buckets)
        return 0;
    dict->paused++;
    if (!large->buckets) {
        small_mask = large_mask = table_size(small) - 1;
        chain_visit(&small->buckets[cursor & small_mask], visit, context);
        cursor = next_cursor(cursor, small_mask);
    } else {
        if (small->exponent > large->exponent) {
            small = &dict->table[1];
            large = &dict->table[0];
        }
        small_mask = table_size(small) - 1;
        large_mask = table_size(large) - 1;
        chain_visit(&small->buckets[cursor & small_mask], visit, context);
        do {
            chain_visit(&large->buckets[cursor & large_mask], visit, context);
            cursor = next_cursor(cursor, large_mask);
        } while (cursor & (small_mask ^ large_mask));
    }
    dict->paused--;
    return cursor;
}

/* Buckets that may hold entries, numbered from 0: what is left of the old table, then those of the
 * new one; of a table twice as large only those whose old bucket has moved. */
static size_t live_buckets(const struct dict *dict)
{
    size_t old = table_size(&dict->table[0]), new = table_size(&dict->table[1]);

    return old - dict->moved + (new > old ? 2 * dict->moved : new);
}

static struct dict_bucket *live_bucket(const struct dict *dict, size_t at)
{
    size_t old = table_size(&dict->table[0]), new = table_size(&dict->table[1]);

    if (at < old - dict->moved)
        return &dict->table[0].buckets[dict->moved + at];
    at -= old - dict->moved;
    if (new > old && at >= dict->moved)
        at += old - dict->moved;
    return &dict->table[1].buckets[at];
}

static inline size_t next_live(size_t at, size_t live)
{
    return at + 1 < live ? at + 1 : 0;
}

/* More entries than the fullest chain has, but for one in 10^9: chains are as long as chance makes
 * them (Poisson), so the average of the denser table and six times its root, and some for small
 * averages. */
static size_t chain_bound(const struct dict *dict)
{
    size_t old = table_size(&dict->table[0]) - dict->moved, new = live_buckets(dict) - old;
    size_t load = old ? (dict->table[0].count + old - 1) / old : 0;
    size_t new_load = new ? (dict->table[1].count + new - 1) / new : 0;
    size_t root = 1;

    if (new_load > load)
        load = new_load;
    while (root * root < load)
        root++;
    return load + 6 * root + 4;
}

/* Draws a bucket and accepts it in proportion to its entries, so that each entry has the same
 * chance as long as no chain is longer than the bound. */
void *dict_random(struct dict *dict, struct random *random)
{
    size_t live = live_buckets(dict), held = 0;
    const struct dict_bucket *head = NULL;
    size_t bound, at;

    if (dict_count(dict) == 0)
        return NULL;
    bound = chain_bound(dict);
    for (int i = 0; i < RANDOM_TRIES; i++) {
        head = live_bucket(dict, random_below(random, live));
        held = chain_count(head);
        if (held > random_below(random, bound))
            return chain_get(head, random_below(random, held));
    }
    /* Nearly empty, which a shrink under way will cure: the next bucket that has something. */
    for (at = random_below(random, live); held == 0; at = next_live(at, live)) {
        head = live_bucket(dict, at);
        held = chain_count(head);
    }
    return chain_get(head, random_below(random, held));
}

size_t dict_sample(struct dict *dict, struct random *random, void **entries, size_t limit)
{
    size_t live = live_buckets(dict);
    size_t look = live, count = 0, at;

    if (dict_count(dict) == 0 || limit == 0)
        return 0;
    if (limit < live / SAMPLE_BUCKETS)
        look = limit * SAMPLE_BUCKETS;
    at = random_below(random, live);
    for (; (look > 0 || count == 0) && count<limit; at = next_live(at, live), look -= look> 0) {
        for (const struct dict_bucket *bucket = live_bucket(dict, at); bucket;
             bucket = child_of(bucket)) {
            for (unsigned left = bucket->bits & ALL_SLOTS; left && count < limit; left &= left - 1)
                entries[count++] = bucket->slots[__builtin_ctz(left)];
        }
    }
    return count;
}

/* `chain` is the bucket to look at next, from `slot` on; NULL when `bucket` is yet to be entered.
 */
void dict_walk_begin(struct dict_walk *walk, struct dict *dict)
{
    *walk = (struct dict_walk){.dict = dict, .bucket = dict->moved};
    dict->paused++;
}

void *dict_walk_next(struct dict_walk *walk)
{
    struct dict *dict = walk->dict;

    for (;;) {
        const struct dict_bucket *bucket = walk->chain;

        if (!bucket) {
            if (walk->bucket == table_size(&dict->table[walk->table])) {
                if (walk->table == 1)
                    return NULL;
                walk->table = 1;
                walk->bucket = 0;
                continue;
            }
            walk->chain = &dict->table[walk->table].buckets[walk->bucket++];
            bucket = walk->chain;
        }
        if (walk->slot == 0)
            prefetch_entries(bucket);
        while (walk->slot < SLOTS) {
            int slot = walk->slot++;

            if (bucket->bits >> slot & 1)
                return bucket->slots[slot];
        }
        walk->slot = 0;
        walk->chain = child_of(bucket);
    }
}

void dict_walk_end(struct dict_walk *walk)
{
    CHECK(walk->dict->paused > 0);
    walk->dict->paused--;
    dict_shrink_if_sparse(walk->dict);
}
