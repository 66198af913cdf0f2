/* pending_owner.c - for each owner the blocks that hold its entries, in id order, with a count.
 *
 * A pair is block number << 7 | entries there. Pairs lie in chunks of at most 126, so that adding
 * or dropping one moves at most 500 bytes and now and then the array of chunk pointers. Order is
 * that of the blocks' bases, which is why a block's number must stand in the table while a pair has
 * it. */
#include "groups/pending_internal.h"

#include "core/base/mem.h"

#include <string.h>

enum {
    FIRST_CHUNK_PAIRS = 2,
    CHUNK_SPARSE_PAIRS = 16, /* a chunk that shrinks to this looks for a neighbour to join */
    CHUNK_MERGE_PAIRS = 96,  /* and joins it if both together have no more than this */
};

static uint32_t pair_block(uint32_t pair)
{
    return pair >> PENDING_SLOT_BITS;
}

static struct stream_id pair_base(const struct pending *list, uint32_t pair)
{
    return list->table[pair_block(pair)]->base;
}

static size_t chunk_size(uint32_t capacity)
{
    return sizeof(struct owner_chunk) + capacity * sizeof(uint32_t);
}

/* Finds the last pair whose block's base is <= `base`. False if there is none. */
static bool search(const struct pending *list, struct pending_owner *owner, struct stream_id base,
                   uint32_t *chunk, uint32_t *at)
{
    uint32_t low = 0, high = owner->chunk_count;
    const struct owner_chunk *in;

    while (low < high) { /* the first chunk that begins above `base` */
        uint32_t middle = (low + high) / 2;

        if (stream_id_compare(pair_base(list, owner->chunks[middle]->pairs[0]), base) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return false;
    *chunk = low - 1;
    in = owner->chunks[low - 1];
    low = 1;
    high = in->count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;

        if (stream_id_compare(pair_base(list, in->pairs[middle]), base) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    *at = low - 1;
    return true;
}

/* Finds the block's own pair; tries the last place found, the end, and the front first. */
static bool find(const struct pending *list, struct pending_owner *owner,
                 const struct pending_block *block, uint32_t *chunk, uint32_t *at)
{
    const struct owner_chunk *in;

    if (owner->chunk_count == 0)
        return false;
    *chunk = owner->hint_chunk;
    *at = owner->hint_at;
    if (*chunk < owner->chunk_count && *at < owner->chunks[*chunk]->count &&
        pair_block(owner->chunks[*chunk]->pairs[*at]) == block->number)
        return true;
    *chunk = owner->chunk_count - 1;
    in = owner->chunks[*chunk];
    *at = in->count - 1;
    if (pair_block(in->pairs[*at]) == block->number)
        goto found;
    if (pair_block(owner->chunks[0]->pairs[0]) == block->number) {
        *chunk = *at = 0;
        goto found;
    }
    if (!search(list, owner, block->base, chunk, at) ||
        pair_block(owner->chunks[*chunk]->pairs[*at]) != block->number)
        return false;
found:
    owner->hint_chunk = *chunk;
    owner->hint_at = *at;
    return true;
}

/* Puts a new empty chunk at `chunk`. */
static struct owner_chunk *insert_chunk(struct pending_owner *owner, uint32_t chunk,
                                        uint32_t capacity)
{
    struct owner_chunk *in = mem_alloc(chunk_size(capacity));

    if (owner->chunk_count == owner->chunk_capacity) {
        owner->chunk_capacity = owner->chunk_capacity ? 2 * owner->chunk_capacity : 1;
        owner->chunks =
            mem_realloc(owner->chunks, owner->chunk_capacity * sizeof(struct owner_chunk *));
    }
    memmove(owner->chunks + chunk + 1, owner->chunks + chunk,
            (owner->chunk_count - chunk) * sizeof(struct owner_chunk *));
    owner->chunk_count++;
    owner->chunks[chunk] = in;
    in->count = 0;
    in->capacity = capacity;
    return in;
}

/* Opens a gap at *at of *chunk; both may change when the chunk is full. */
static struct owner_chunk *open_gap(struct pending_owner *owner, uint32_t *chunk, uint32_t *at)
{
    struct owner_chunk *in = owner->chunks[*chunk];

    if (in->count == in->capacity && in->capacity < OWNER_CHUNK_PAIRS) {
        uint32_t capacity = in->capacity * 2 + 2;

        if (capacity > OWNER_CHUNK_PAIRS)
            capacity = OWNER_CHUNK_PAIRS;
        in = mem_realloc(in, chunk_size(capacity));
        in->capacity = capacity;
        owner->chunks[*chunk] = in;
    } else if (in->count == in->capacity && *at == in->count) { /* appending leaves chunks full */
        in = insert_chunk(owner, ++*chunk, OWNER_CHUNK_PAIRS);
        *at = 0;
    } else if (in->count == in->capacity) {
        uint32_t half = in->count / 2;
        struct owner_chunk *right = insert_chunk(owner, *chunk + 1, OWNER_CHUNK_PAIRS);

        memcpy(right->pairs, in->pairs + half, (in->count - half) * sizeof(uint32_t));
        right->count = in->count - half;
        in->count = half;
        if (*at > half) {
            in = right;
            ++*chunk;
            *at -= half;
        }
    }
    memmove(in->pairs + *at + 1, in->pairs + *at, (in->count - *at) * sizeof(uint32_t));
    in->count++;
    return in;
}

static void insert_pair(struct pending *list, struct pending_owner *owner,
                        const struct pending_block *block)
{
    uint32_t chunk = 0, at = 0;
    struct owner_chunk *in;

    if (owner->chunk_count == 0)
        insert_chunk(owner, 0, FIRST_CHUNK_PAIRS);
    else if (search(list, owner, block->base, &chunk, &at))
        at++;
    in = open_gap(owner, &chunk, &at);
    in->pairs[at] = block->number << PENDING_SLOT_BITS | 1;
    owner->hint_chunk = chunk;
    owner->hint_at = at;
}

void pending_owner_add(struct pending *list, uint32_t number, const struct pending_block *block)
{
    struct pending_owner *owner = list->owners[number];
    uint32_t chunk, at;

    owner->count++;
    if (find(list, owner, block, &chunk, &at))
        owner->chunks[chunk]->pairs[at]++;
    else
        insert_pair(list, owner, block);
}

static void drop_chunk(struct pending_owner *owner, uint32_t chunk)
{
    mem_free(owner->chunks[chunk]);
    owner->chunk_count--;
    memmove(owner->chunks + chunk, owner->chunks + chunk + 1,
            (owner->chunk_count - chunk) * sizeof(struct owner_chunk *));
}

/* Appends the chunk behind `chunk` to it if both are sparse. */
static void merge_chunks(struct pending_owner *owner, uint32_t chunk)
{
    struct owner_chunk *left, *right;
    uint32_t count;

    if (chunk + 1 >= owner->chunk_count)
        return;
    left = owner->chunks[chunk];
    right = owner->chunks[chunk + 1];
    count = left->count + right->count;
    if (count > CHUNK_MERGE_PAIRS)
        return;
    if (left->capacity < count) {
        left = owner->chunks[chunk] = mem_realloc(left, chunk_size(count));
        left->capacity = count;
    }
    memcpy(left->pairs + left->count, right->pairs, right->count * sizeof(uint32_t));
    left->count = count;
    drop_chunk(owner, chunk + 1);
}

void pending_owner_subtract(struct pending *list, uint32_t number,
                            const struct pending_block *block)
{
    struct pending_owner *owner = list->owners[number];
    struct owner_chunk *in;
    uint32_t chunk, at;

    CHECK(find(list, owner, block, &chunk, &at));
    in = owner->chunks[chunk];
    owner->count--;
    if ((--in->pairs[at] & PENDING_SLOT_MASK) > 0)
        return;
    in->count--;
    memmove(in->pairs + at, in->pairs + at + 1, (in->count - at) * sizeof(uint32_t));
    if (in->count == CHUNK_SPARSE_PAIRS && owner->chunk_count > 1) {
        merge_chunks(owner, chunk);
        if (chunk > 0)
            merge_chunks(owner, chunk - 1);
    } else if (in->count == 0) {
        drop_chunk(owner, chunk);
        if (owner->chunk_count == 0)
            pending_owner_release(owner);
    }
}

bool pending_owner_pair(const struct pending *list, struct pending_owner *owner,
                        struct stream_id id, uint32_t *chunk, uint32_t *at)
{
    if (owner->chunk_count == 0)
        return false;
    if (!search(list, owner, id, chunk, at))
        *chunk = *at = 0;
    return true;
}

void pending_owner_release(struct pending_owner *owner)
{
    for (uint32_t i = 0; i < owner->chunk_count; i++)
        mem_free(owner->chunks[i]);
    mem_free(owner->chunks);
    owner->chunks = NULL;
    owner->chunk_count = owner->chunk_capacity = 0;
    owner->hint_chunk = owner->hint_at = 0;
}

void pending_owner_copy(struct pending_owner *to, const struct pending_owner *from)
{
    *to = *from;
    to->chunks = NULL;
    if (from->chunk_count == 0)
        return;
    to->chunks = mem_alloc(from->chunk_capacity * sizeof(struct owner_chunk *));
    for (uint32_t i = 0; i < from->chunk_count; i++)
        to->chunks[i] = mem_dup(from->chunks[i], chunk_size(from->chunks[i]->capacity));
}

size_t pending_owner_memory(const struct pending_owner *owner)
{
    size_t size = mem_size(owner->chunks);

    for (uint32_t i = 0; i < owner->chunk_count; i++)
        size += mem_size(owner->chunks[i]);
    return size;
}
