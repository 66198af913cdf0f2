#include "broker/session/output.h"
#include "core/base/check.h"
#include "core/base/mem.h"

enum {
    SHARES_MIN = 8
};

struct shared_bytes *shared_bytes_new(size_t size)
{
    struct shared_bytes *bytes = mem_alloc(sizeof(*bytes) + size);

    atomic_init(&bytes->references, 1);
    bytes->size = size;
    return bytes;
}

void shared_bytes_keep(struct shared_bytes *bytes)
{
    /* whoever keeps has a reference already, so nothing is to be ordered */
    atomic_fetch_add_explicit(&bytes->references, 1, memory_order_relaxed);
}

void shared_bytes_release(struct shared_bytes *bytes)
{
    /* the last one frees: acquire-release so that all reads of the others lie before it */
    if (atomic_fetch_sub_explicit(&bytes->references, 1, memory_order_acq_rel) == 1)
        mem_free(bytes);
}

static struct output_share *share_at(const struct output *output, size_t n)
{
    return &output->shares[(output->share_first + n) & (output->share_capacity - 1)];
}

static void drop_shares(struct output *output)
{
    for (size_t i = 0; i < output->share_count; i++)
        shared_bytes_release(share_at(output, i)->bytes);
    output->share_count = output->share_first = 0;
    output->share_sent = output->shared_bytes = 0;
}

void output_release(struct output *output)
{
    drop_shares(output);
    mem_free(output->shares);
    buffer_release(&output->own);
    *output = (struct output){0};
}

void output_clear(struct output *output)
{
    drop_shares(output);
    output->dropped += output->own.size;
    output->sent = 0;
    buffer_clear(&output->own);
}

/* Twice the room; the ring's entries come to lie in order. */
static void grow_shares(struct output *output)
{
    size_t capacity = output->share_capacity ? output->share_capacity * 2 : SHARES_MIN;
    struct output_share *shares = mem_alloc(capacity * sizeof(*shares));

    for (size_t i = 0; i < output->share_count; i++)
        shares[i] = *share_at(output, i);
    mem_free(output->shares);
    output->shares = shares;
    output->share_capacity = capacity;
    output->share_first = 0;
}

void output_share(struct output *output, struct shared_bytes *bytes)
{
    if (bytes->size == 0)
        return;
    if (output->share_count == output->share_capacity)
        grow_shares(output);
    shared_bytes_keep(bytes);
    *share_at(output, output->share_count) =
        (struct output_share){.at = output->dropped + output->own.size, .bytes = bytes};
    output->share_count++;
    output->shared_bytes += bytes->size;
}

int output_gather(const struct output *output, struct iovec *parts)
{
    size_t own = output->sent;
    size_t skip = output->share_sent;
    int count = 0;

    for (size_t i = 0; i < output->share_count && count < OUTPUT_PARTS; i++) {
        const struct output_share *share = share_at(output, i);
        size_t at = (size_t)(share->at - output->dropped);

        if (at > own) {
            parts[count++] = (struct iovec){output->own.data + own, at - own};
            own = at;
        }
        if (count == OUTPUT_PARTS)
            return count;
        parts[count++] = (struct iovec){share->bytes->data + skip, share->bytes->size - skip};
        skip = 0;
    }
    if (output->own.size > own && count < OUTPUT_PARTS)
        parts[count++] = (struct iovec){output->own.data + own, output->own.size - own};
    return count;
}

/* Moves on by at most `size` bytes, to the end of a stretch at most; returns the bytes moved. */
static size_t advance(struct output *output, size_t size)
{
    const struct output_share *share = output->share_count ? share_at(output, 0) : NULL;
    size_t own_end = share ? (size_t)(share->at - output->dropped) : output->own.size;
    size_t left;

    if (output->sent < own_end) {
        left = own_end - output->sent;
        left = left < size ? left : size;
        output->sent += left;
        return left;
    }
    CHECK(share);
    left = share->bytes->size - output->share_sent;
    left = left < size ? left : size;
    output->share_sent += left;
    output->shared_bytes -= left;
    if (output->share_sent == share->bytes->size) {
        shared_bytes_release(share->bytes);
        output->share_first = (output->share_first + 1) & (output->share_capacity - 1);
        output->share_count--;
        output->share_sent = 0;
    }
    return left;
}

void output_wrote(struct output *output, size_t size, size_t keep)
{
    while (size > 0)
        size -= advance(output, size);
    if (output_size(output) == 0) {
        output->dropped += output->own.size;
        output->sent = 0;
        buffer_clear(&output->own);
        if (output->own.capacity > keep)
            buffer_release(&output->own);
        if (output->share_capacity * sizeof(*output->shares) > keep) {
            mem_free(output->shares);
            output->shares = NULL;
            output->share_first = output->share_capacity = 0;
        }
    } else if (output->sent > output->own.size / 2) {
        buffer_consume(&output->own, output->sent);
        output->dropped += output->sent;
        output->sent = 0;
    }
}

size_t output_memory(const struct output *output)
{
    return output->own.capacity + output->share_capacity * sizeof(*output->shares);
}
