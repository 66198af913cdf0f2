#include "broker/replication/backlog.h"
#include "core/base/check.h"
#include "core/base/mem.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

enum {
    BLOCK_BYTES = 64 * 1024
};

struct backlog_block {
    atomic_uint references;
    uint64_t begin;             /* position */
    struct backlog_block *next; /* guarded by the backlog's lock; the list's, not counted */
    size_t capacity;
    _Atomic size_t used; /* release by who appends, acquire by who reads */
    char data[];
};

struct backlog {
    size_t limit; /* the appending thread's */
    _Atomic uint64_t begin, end;
    _Atomic size_t memory; /* of the blocks in the list; relaxed, a figure only */
    /* The list. A leaf; taken once a block and not once a record. */
    pthread_mutex_t lock;
    struct backlog_block *first, *last;
};

static struct backlog_block *block_new(uint64_t begin, size_t capacity)
{
    struct backlog_block *block = mem_alloc(sizeof(*block) + capacity);

    block->capacity = capacity;
    atomic_init(&block->references, 1);
    atomic_init(&block->used, 0);
    block->begin = begin;
    block->next = NULL;
    return block;
}

static void block_release(struct backlog_block *block)
{
    if (atomic_fetch_sub_explicit(&block->references, 1, memory_order_acq_rel) == 1)
        mem_free(block);
}

static size_t block_memory(const struct backlog_block *block)
{
    return sizeof(*block) + block->capacity;
}

static size_t block_used(const struct backlog_block *block)
{
    return atomic_load_explicit(&block->used, memory_order_acquire);
}

struct backlog *backlog_new(uint64_t position, size_t limit)
{
    struct backlog *self = mem_zalloc(sizeof(*self));

    self->limit = limit;
    self->first = self->last = block_new(position, BLOCK_BYTES);
    atomic_init(&self->memory, block_memory(self->first));
    atomic_init(&self->begin, position);
    atomic_init(&self->end, position);
    CHECK(pthread_mutex_init(&self->lock, NULL) == 0);
    return self;
}

void backlog_free(struct backlog *self)
{
    if (!self)
        return;
    while (self->first) {
        struct backlog_block *block = self->first;

        self->first = block->next;
        block_release(block);
    }
    pthread_mutex_destroy(&self->lock);
    mem_free(self);
}

uint64_t backlog_begin(const struct backlog *self)
{
    return atomic_load_explicit(&self->begin, memory_order_acquire);
}

uint64_t backlog_end(const struct backlog *self)
{
    return atomic_load_explicit(&self->end, memory_order_acquire);
}

size_t backlog_memory(const struct backlog *self)
{
    return sizeof(*self) + atomic_load_explicit(&self->memory, memory_order_relaxed);
}

void backlog_set_limit(struct backlog *self, size_t limit)
{
    self->limit = limit;
}

/* Another block follows the last one, and the first ones go as long as the rest is enough. */
static void add_block(struct backlog *self, size_t capacity)
{
    struct backlog_block *block = block_new(self->last->begin + block_used(self->last), capacity);
    struct backlog_block *dropped = NULL;
    size_t memory = atomic_load_explicit(&self->memory, memory_order_relaxed);

    memory += block_memory(block);
    pthread_mutex_lock(&self->lock);
    self->last->next = block;
    self->last = block;
    while (self->first != block && block->begin - self->first->next->begin >= self->limit) {
        struct backlog_block *next = self->first->next;

        memory -= block_memory(self->first);
        self->first->next = dropped;
        dropped = self->first;
        self->first = next;
    }
    atomic_store_explicit(&self->begin, self->first->begin, memory_order_release);
    pthread_mutex_unlock(&self->lock);
    atomic_store_explicit(&self->memory, memory, memory_order_relaxed);
    while (dropped) {
        struct backlog_block *next = dropped->next;

        block_release(dropped);
        dropped = next;
    }
}

static size_t room_left(const struct backlog *self)
{
    return self->last->capacity - block_used(self->last);
}

/* Puts into the last block what fits; returns how much that was. */
static size_t fill(struct backlog *self, struct span bytes)
{
    struct backlog_block *last = self->last;
    size_t used = block_used(last);
    size_t part = room_left(self) < bytes.size ? room_left(self) : bytes.size;

    memcpy(last->data + used, bytes.data, part);
    atomic_store_explicit(&last->used, used + part, memory_order_release);
    return part;
}

void backlog_append(struct backlog *self, struct span bytes)
{
    uint64_t end = backlog_end(self) + bytes.size;

    while (bytes.size > 0) {
        size_t part;

        if (room_left(self) == 0)
            add_block(self, BLOCK_BYTES);
        part = fill(self, bytes);
        bytes = span_of(bytes.data + part, bytes.size - part);
    }
    atomic_store_explicit(&self->end, end, memory_order_release);
}

void backlog_append_whole(struct backlog *self, struct span bytes)
{
    if (room_left(self) < bytes.size)
        add_block(self, bytes.size < BLOCK_BYTES ? BLOCK_BYTES : bytes.size);
    backlog_append(self, bytes);
}

/* --- Reading. */

void backlog_leave(struct backlog_cursor *cursor)
{
    if (cursor->block)
        block_release(cursor->block);
    cursor->block = NULL;
}

bool backlog_seek(struct backlog *self, struct backlog_cursor *cursor, uint64_t position)
{
    struct backlog_block *found;

    backlog_leave(cursor);
    cursor->position = position;
    pthread_mutex_lock(&self->lock);
    found = position < self->first->begin ? NULL : self->first;
    while (found && position >= found->begin + block_used(found) && found->next)
        found = found->next;
    if (found && position > found->begin + block_used(found))
        found = NULL;
    if (found)
        atomic_fetch_add_explicit(&found->references, 1, memory_order_relaxed);
    pthread_mutex_unlock(&self->lock);
    cursor->block = found;
    return found != NULL;
}

bool backlog_peek(struct backlog *self, struct backlog_cursor *cursor, struct span *bytes)
{
    struct backlog_block *block = cursor->block;
    size_t at;

    *bytes = (struct span){0};
    if (!block)
        return false;
    at = (size_t)(cursor->position - block->begin);
    if (at == block_used(block)) { /* it is followed by another one, or by nothing yet */
        if (cursor->position == backlog_end(self))
            return true;
        if (!backlog_seek(self, cursor, cursor->position))
            return false;
        block = cursor->block;
        at = (size_t)(cursor->position - block->begin);
    }
    *bytes = span_of(block->data + at, block_used(block) - at);
    return true;
}

void backlog_advance(struct backlog_cursor *cursor, size_t size)
{
    cursor->position += size;
}
