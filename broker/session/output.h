/* output.h - what a client is still to be sent: bytes of its own, and between them stretches that
 * it shares with other clients (a published message), in one order.
 *
 *     own:     [reply][head of message][reply.............]
 *     shares:         ^ at: bytes A    ^ at: bytes A (again)
 *
 * Replies are written straight into `own`; a share only notes where it stands, so that a long
 * message is held once however many clients get it, and leaves by writev. Belongs to its session's
 * reactor, or to whoever is exclusive; the shared bytes themselves are read-only and counted. */
#ifndef MS_BROKER_SESSION_OUTPUT_H
#define MS_BROKER_SESSION_OUTPUT_H

#include "core/bytes/buffer.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

enum {
    OUTPUT_SHARE_MIN = 1024, /* shorter ones are cheaper to copy than to count and to gather */
    OUTPUT_PARTS = 64        /* stretches that one write gathers */
};

/* Bytes that several clients are sent. Freed with its last reference, in any thread. */
struct shared_bytes {
    atomic_uint references;
    size_t size;
    char data[];
};

struct output_share {
    uint64_t at; /* stands before this byte of `own`, counted from the connection's first */
    struct shared_bytes *bytes;
};

/* Starts zeroed; ended by output_release. */
struct output {
    struct buffer own;
    size_t sent;                 /* of `own`, already written */
    uint64_t dropped;            /* bytes taken from the front of `own` so far */
    struct output_share *shares; /* a ring */
    size_t share_first, share_count, share_capacity;
    size_t share_sent;   /* of the first share, already written */
    size_t shared_bytes; /* of all shares, not written yet */
};

/* One reference, for the caller; the bytes are to be filled in before anybody else sees it. */
struct shared_bytes *shared_bytes_new(size_t size);
void shared_bytes_keep(struct shared_bytes *bytes);
void shared_bytes_release(struct shared_bytes *bytes);

void output_release(struct output *output);

/* Drops everything not written yet. */
void output_clear(struct output *output);

/* Appends shared bytes; takes a reference of its own. */
void output_share(struct output *output, struct shared_bytes *bytes);

/* The next stretches to write, at most OUTPUT_PARTS. Returns how many. */
int output_gather(const struct output *output, struct iovec *parts);

/* So many bytes have been written. When all are, the buffers are empty, and large ones are given
 * back (above `keep` bytes). */
void output_wrote(struct output *output, size_t size, size_t keep);

/* Bytes not written yet: what the limits of client-output-buffer-limit count, shared ones too. */
static inline size_t output_size(const struct output *output)
{
    return output->own.size - output->sent + output->shared_bytes;
}

/* Bytes that this client alone causes to be allocated. */
size_t output_memory(const struct output *output);

#endif
