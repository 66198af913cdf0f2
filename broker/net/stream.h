/* stream.h - what a session reads from and writes to: a connected socket, plain or with TLS. The
 * calls behave as those of stream_socket.h; a plain connection pays one branch. Belongs to one
 * thread. */
#ifndef MS_BROKER_NET_STREAM_H
#define MS_BROKER_NET_STREAM_H

#include "broker/net/stream_socket.h"
#include "broker/net/tls.h"

struct stream {
    int fd;
    struct tls *tls; /* NULL: plain */
};

static inline long stream_read(const struct stream *stream, char *to, size_t room)
{
    return stream->tls ? tls_read(stream->tls, to, room) : socket_read(stream->fd, to, room);
}

static inline long stream_write(const struct stream *stream, const char *bytes, size_t size)
{
    return stream->tls ? tls_write(stream->tls, bytes, size)
                       : socket_write(stream->fd, bytes, size);
}

static inline long stream_write_parts(const struct stream *stream, struct iovec *parts, int count)
{
    return stream->tls ? tls_write_parts(stream->tls, parts, count)
                       : socket_write_parts(stream->fd, parts, count);
}

static inline void stream_close(struct stream *stream)
{
    tls_free(stream->tls);
    stream->tls = NULL;
    socket_close(stream->fd);
    stream->fd = -1;
}

#endif
