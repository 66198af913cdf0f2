#include "streams/pack.h"
#include "core/base/check.h"
#include "core/base/mem.h"

#include <pthread.h>
#include <string.h>
#include <zstd.h>

enum {
    /* Of 1, 2 and 3 the smallest and the quickest with blocks of 4 KiB like JSON (README.md). */
    LEVEL = 1
};

/* A block that was unpacked, and from what: a share of both, so that no other block can come to
 * lie at the same address. */
struct remembered {
    struct stream_block *packed, *plain;
    uint64_t used; /* when, by the count of uses */
};

/* What a thread needs; made at its first use, freed when the thread ends. */
struct packer {
    ZSTD_CCtx *compressor;
    ZSTD_DCtx *decompressor;
    void *room; /* for what the compressor writes */
    size_t room_size;
    struct remembered remembered[PACK_CACHE_BLOCKS];
    size_t count, bytes; /* remembered blocks, and bytes of them unpacked */
    uint64_t uses;
};

static _Thread_local struct packer *my_packer;
static pthread_key_t key; /* only for its destructor */
static pthread_once_t key_once = PTHREAD_ONCE_INIT;

/* Of the whole process; only ever added to and read, so no order is needed. */
static _Atomic uint64_t total_blocks, total_bytes, total_plain_bytes;

static void forget_at(struct packer *self, size_t at)
{
    struct remembered *gone = &self->remembered[at];

    self->bytes -= gone->plain->size;
    block_free(gone->packed);
    block_free(gone->plain);
    *gone = self->remembered[--self->count];
}

static void forget_all(struct packer *self)
{
    while (self->count > 0)
        forget_at(self, self->count - 1);
}

static void packer_free(void *packer)
{
    struct packer *self = packer;

    forget_all(self);
    ZSTD_freeCCtx(self->compressor);
    ZSTD_freeDCtx(self->decompressor);
    mem_free(self->room);
    mem_free(self);
    my_packer = NULL;
}

static void make_key(void)
{
    CHECK(pthread_key_create(&key, packer_free) == 0);
}

static struct packer *packer_get(void)
{
    if (my_packer)
        return my_packer;
    pthread_once(&key_once, make_key);
    my_packer = mem_zalloc(sizeof(*my_packer));
    CHECK(pthread_setspecific(key, my_packer) == 0);
    return my_packer;
}

void pack_forget(void)
{
    if (my_packer)
        forget_all(my_packer);
}

/* --- The dictionary of a packed block, and where its frame begins. */

static struct stream_block *dictionary_of(const struct stream_block *packed)
{
    struct stream_block *dictionary = NULL;

    if (packed->data[0])
        memcpy(&dictionary, packed->data + 1, sizeof(dictionary));
    return dictionary;
}

static size_t frame_at(const struct stream_block *packed)
{
    return packed->data[0] ? 1 + sizeof(struct stream_block *) : 1;
}

void pack_before_free(const struct stream_block *packed)
{
    block_free(dictionary_of(packed));
    atomic_fetch_sub_explicit(&total_blocks, 1, memory_order_relaxed);
    atomic_fetch_sub_explicit(&total_bytes, block_memory(packed), memory_order_relaxed);
    atomic_fetch_sub_explicit(&total_plain_bytes, mem_good_size(sizeof(*packed) + packed->size),
                              memory_order_relaxed);
}

void pack_totals_get(struct pack_totals *totals)
{
    totals->blocks = atomic_load_explicit(&total_blocks, memory_order_relaxed);
    totals->bytes = atomic_load_explicit(&total_bytes, memory_order_relaxed);
    totals->plain_bytes = atomic_load_explicit(&total_plain_bytes, memory_order_relaxed);
}

/* --- Packing. */

static void open_compressor(struct packer *self)
{
    if (self->compressor)
        return;
    self->compressor = ZSTD_createCCtx();
    CHECK(self->compressor);
    ZSTD_CCtx_setParameter(self->compressor, ZSTD_c_compressionLevel, LEVEL);
    ZSTD_CCtx_setParameter(self->compressor, ZSTD_c_contentSizeFlag, 0); /* the header has it */
}

/* Compresses the block's data into the room, of which it may use `limit` bytes. Returns how many it
 * took, 0 if they do not suffice. */
static size_t compress(struct packer *self, const struct stream_block *block,
                       const struct stream_block *dictionary, size_t limit)
{
    size_t size;

    open_compressor(self);
    if (self->room_size < limit) {
        mem_free(self->room);
        self->room = mem_alloc(limit);
        self->room_size = limit;
    }
    /* A frame that found no room is still open: a context in that state takes no dictionary. */
    ZSTD_CCtx_reset(self->compressor, ZSTD_reset_session_only);
    if (dictionary)
        CHECK(!ZSTD_isError(
            ZSTD_CCtx_refPrefix(self->compressor, dictionary->data, dictionary->size)));
    size = ZSTD_compress2(self->compressor, self->room, limit, block->data, block->size);
    return ZSTD_isError(size) ? 0 : size;
}

struct stream_block *pack_block(const struct stream_block *block, struct stream_block *dictionary)
{
    struct packer *self = packer_get();
    size_t head = dictionary ? 1 + sizeof(dictionary) : 1;
    size_t allowed = block_memory(block) / 4 * 3, size;
    struct stream_block *packed;

    CHECK(!block->packed && !(dictionary && dictionary->packed));
    if (block->size > PACK_SIZE_LIMIT || allowed <= sizeof(*block) + head)
        return NULL;
    size = compress(self, block, dictionary, allowed - sizeof(*block) - head);
    if (size == 0 || mem_good_size(sizeof(*block) + head + size) > allowed)
        return NULL;
    packed = mem_alloc(sizeof(*block) + head + size);
    memcpy(packed, block, offsetof(struct stream_block, sharers));
    atomic_init(&packed->sharers, 0);
    packed->capacity = (uint32_t)(head + size);
    packed->packed = true;
    packed->data[0] = dictionary != NULL;
    if (dictionary) {
        block_share(dictionary);
        memcpy(packed->data + 1, &dictionary, sizeof(dictionary));
    }
    memcpy(packed->data + head, self->room, size);
    atomic_fetch_add_explicit(&total_blocks, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&total_bytes, block_memory(packed), memory_order_relaxed);
    atomic_fetch_add_explicit(&total_plain_bytes, mem_good_size(sizeof(*packed) + packed->size),
                              memory_order_relaxed);
    return packed;
}

/* --- Unpacking. */

static struct stream_block *unpack(struct packer *self, const struct stream_block *packed)
{
    struct stream_block *dictionary = dictionary_of(packed);
    size_t head = frame_at(packed), size = mem_good_size(sizeof(*packed) + packed->size);
    struct stream_block *plain = mem_alloc(size);

    memcpy(plain, packed, offsetof(struct stream_block, sharers));
    atomic_init(&plain->sharers, 0);
    plain->packed = false;
    plain->capacity = (uint32_t)(size - sizeof(*plain));
    if (!self->decompressor) {
        self->decompressor = ZSTD_createDCtx();
        CHECK(self->decompressor);
    }
    if (dictionary)
        CHECK(!ZSTD_isError(
            ZSTD_DCtx_refPrefix(self->decompressor, dictionary->data, dictionary->size)));
    size = ZSTD_decompressDCtx(self->decompressor, plain->data, plain->size, packed->data + head,
                               packed->capacity - head);
    CHECK(size == plain->size);
    return plain;
}

static struct remembered *find(struct packer *self, const struct stream_block *packed)
{
    for (size_t i = 0; i < self->count; i++)
        if (self->remembered[i].packed == packed)
            return &self->remembered[i];
    return NULL;
}

static void forget_oldest(struct packer *self)
{
    size_t oldest = 0;

    for (size_t i = 1; i < self->count; i++)
        if (self->remembered[i].used < self->remembered[oldest].used)
            oldest = i;
    forget_at(self, oldest);
}

struct stream_block *pack_unpacked_once(const struct stream_block *packed)
{
    return unpack(packer_get(), packed);
}

struct stream_block *pack_unpacked(const struct stream_block *packed)
{
    struct packer *self = packer_get();
    struct remembered *known = find(self, packed);
    struct stream_block *plain;

    if (known) {
        known->used = ++self->uses;
        return block_share(known->plain);
    }
    plain = unpack(self, packed);
    if (plain->size > PACK_CACHE_BYTES / 2)
        return plain;
    while (self->count == PACK_CACHE_BLOCKS ||
           (self->count > 0 && self->bytes + plain->size > PACK_CACHE_BYTES))
        forget_oldest(self);
    /* A share is no change of what the block holds, so it may be taken by a reader. */
    self->remembered[self->count++] =
        (struct remembered){.packed = block_share((struct stream_block *)(uintptr_t)packed),
                            .plain = plain,
                            .used = ++self->uses};
    self->bytes += plain->size;
    return block_share(plain);
}
