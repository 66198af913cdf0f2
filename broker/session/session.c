/* session.c - the life of a connection.
 *
 *   readable -> read -> parse a request -> session_execute -> ... until the input is used up,
 *   the session is parked (blocking command), paused (CLIENT PAUSE) or to be closed.
 *
 * Small requests are parsed and run straight from the reactor's read buffer; only what is left over
 * is copied into the session's own. Replies gather in `output` and are written once at the end of
 * the round, so that a pipeline costs one write and a waiter is served before its waker's reply
 * leaves. */
#include "broker/session/session.h"
#include "broker/acl/acl.h"
#include "broker/command/dispatch.h"
#include "broker/net/stream.h"
#include "broker/observe/monitor.h"
#include "broker/pubsub/pubsub.h"
#include "broker/reactor/reactor.h"
#include "broker/replication/followers.h"
#include "broker/replication/link.h"
#include "broker/server/log.h"
#include "broker/server/server.h"
#include "broker/session/client_eviction.h"
#include "broker/session/execute.h"
#include "broker/session/handshake.h"
#include "broker/session/suspension.h"
#include "broker/session/himport_commands.h"
#include "broker/tracking/tracking.h"
#include "broker/transaction/transaction.h"
#include "broker/wait/wait.h"
#include "core/base/check.h"
#include "core/base/error.h"
#include "core/base/mem.h"

#include <string.h>

enum {
    STRANGER_OUTPUT_LIMIT = 16 * 1024, /* of who has not authenticated and reads no replies */
    INPUT_CHUNK = 16 * 1024,           /* what is read at a time into a session's own buffer */
    INPUT_PARKED_LIMIT = 256 * 1024,   /* what a parked session may send ahead */
    OUTPUT_BACKPRESSURE = 1024 * 1024, /* unwritten output above which no more input is run, when no
                                          hard output limit cuts the client off */
    PUSH_SIZE = 32 * 1024,             /* messages above this wait for no others */
    OUTPUT_KEEP = 64 * 1024,           /* an emptied output buffer larger than this is freed */
};

/* --- Lists. */

static struct session_list *list_of(struct session *session, enum session_link list)
{
    struct reactor *reactor = session->reactor;

    switch (list) {
    case LINK_FLUSH:
        return &reactor->flush;
    case LINK_PUSH:
        return &reactor->pushed;
    case LINK_RESUME:
        return &reactor->resume;
    case LINK_CLOSING:
        return &reactor->closing;
    case LINK_MONITOR:
        return &reactor->monitors;
    case LINK_REPLICA:
        return &reactor->replicas;
    case LINK_GATED:
        return &reactor->gated;
    case LINK_PENDING:
        return &reactor->pending;
    case LINK_CHARGED:
        return &reactor->charges.buckets[session->bucket - 1];
    default:
        return &reactor->sessions;
    }
}

void session_link(struct session *session, enum session_link list)
{
    struct session_list *at = list_of(session, list);

    if (session->linked & (1u << list))
        return;
    session->linked |= 1u << list;
    at->count++;
    session->next[list] = NULL;
    session->previous[list] = at->last;
    if (at->last)
        at->last->next[list] = session;
    else
        at->first = session;
    at->last = session;
}

void session_unlink(struct session *session, enum session_link list)
{
    struct session_list *at = list_of(session, list);

    if (!(session->linked & (1u << list)))
        return;
    session->linked &= ~(1u << list);
    at->count--;
    if (session->next[list])
        session->next[list]->previous[list] = session->previous[list];
    else
        at->last = session->previous[list];
    if (session->previous[list])
        session->previous[list]->next[list] = session->next[list];
    else
        at->first = session->next[list];
}

/* --- Reading. */

/* The session takes no further command now. */
static bool is_held_back(const struct session *session)
{
    return session->waiter || session->suspension ||
           (session->flags & (SESSION_CLOSE_AFTER_REPLY | SESSION_CLOSING | SESSION_PAUSED));
}

static bool is_clogged(const struct session *session)
{
    const struct config *config = server_config(session->reactor->server);

    return config->output_limits[CLIENT_NORMAL].hard == 0 &&
           session_output_size(session) > OUTPUT_BACKPRESSURE;
}

static bool wants_input(struct session *session)
{
    bool read = true;

    if (session->flags & SESSION_CLOSE_AFTER_REPLY)
        read = false;
    if (is_held_back(session) && session->input.size >= INPUT_PARKED_LIMIT)
        read = false;
    if (is_clogged(session)) {
        session->flags |= SESSION_CLOGGED;
        read = false;
    }
    return read;
}

/* What the socket should be watched for follows from the state. */
static void update_interest(struct session *session)
{
    bool read, write = session->flags & SESSION_WRITING;

    if (session->flags & SESSION_CLOSING)
        return;
    read = wants_input(session);
    if (session->stream.tls) {
        if (read && tls_has_pending(session->stream.tls))
            session_link(session, LINK_PENDING);
        tls_interest(session->stream.tls, &read, &write);
    }
    loop_io_want(session->io, read, write);
}

static void protocol_error(struct session *session)
{
    struct reply out;

    reply_init(&out, &session->output.own, session->protocol);
    reply_error_format(&out, "ERR %s", session->parser.error);
    stats_count_error(&session->reactor->stats, session->output.own.data + out.start,
                      reply_size(&out));
    session_wrote(session);
    session_close_after_reply(session);
}

static void apply_limits(struct session *session)
{
    const struct config *config = server_config(session->reactor->server);

    session->parser.limits = (struct request_limits){
        .bulk_bytes = config->settings.proto_max_bulk_len,
        .unauthenticated =
            !(session->flags & SESSION_AUTHENTICATED) && acl_session_is_stranger(session),
    };
}

/* Runs the calls as long as they may; *at moves behind them. Returns how many have run. */
static size_t run_calls(struct session *session, const struct lookahead *ahead, size_t *at)
{
    size_t done = 0;

    for (; done < ahead->count; done++) {
        const struct call *call = &ahead->calls[done];

        if (done > 0 && (is_held_back(session) || is_clogged(session)))
            break;
        if (call->argc > 0 && !session_execute(session, call))
            break;
        *at += call->size;
        /* left by the call before, as this one was to append, which was refused */
        if (session->reactor->ready && !call->goes_on)
            dispatch_serve_ready(session->reactor);
    }
    if (session->reactor->ready)
        dispatch_serve_ready(session->reactor);
    return done;
}

/* Runs the requests in data[0 .. size); returns the bytes used. What is not used is a request's
 * beginning, or belongs to a session that is held back. */
static size_t run_requests(struct session *session, const char *data, size_t size)
{
    size_t at = 0;

    /* what was published before this input was sent comes before its replies */
    reactor_receive(session->reactor);
    pubsub_receive(session->reactor);
    monitors_receive(session->reactor);
    if (session->primary)
        return link_receive(session, data, size);
    while (at < size && !is_held_back(session) && !is_clogged(session)) {
        struct lookahead ahead;
        size_t done;
        int rc;

        apply_limits(session);
        rc = lookahead_read(&ahead, session, data + at, size - at);
        if (rc == 0)
            break;
        if (rc < 0) {
            protocol_error(session);
            return size;
        }
        done = run_calls(session, &ahead, &at);
        if (ahead.is_borrowed || done < ahead.count)
            request_parser_reset(&session->parser);
        if (done < ahead.count)
            break; /* they will be parsed again when they may run */
    }
    return at;
}

static void run_input(struct session *session)
{
    size_t used = run_requests(session, session->input.data, session->input.size);

    buffer_consume(&session->input, used);
    if (session->input.size == 0 && session->input.capacity > INPUT_CHUNK)
        buffer_release(&session->input);
}

/* Closes a session whose unparsed input has grown over the limit. */
static bool input_fits(struct session *session)
{
    const struct config *config = server_config(session->reactor->server);

    if ((int64_t)session->input.size <= config->client_query_buffer_limit || session->primary)
        return true;
    session->reactor->stats.query_buffer_disconnections++;
    session_close(session);
    return false;
}

/* Reads straight into the session's buffer: there is the beginning of a request in it. */
static long read_more(struct session *session)
{
    size_t room = request_parser_wanted(&session->parser);
    long got;

    if (room < INPUT_CHUNK)
        room = INPUT_CHUNK;
    if (room > 1024 * 1024 && session->input.capacity - session->input.size < room)
        room = session->input.size > 1024 * 1024 ? session->input.size : 1024 * 1024;
    buffer_reserve(&session->input, room);
    got = stream_read(&session->stream, session->input.data + session->input.size,
                      session->input.capacity - session->input.size);
    if (got > 0) {
        session->input.size += (size_t)got;
        if (!is_held_back(session))
            run_input(session);
    }
    return got;
}

static long read_first(struct session *session)
{
    struct reactor *reactor = session->reactor;
    long got = stream_read(&session->stream, reactor->read_buffer, REACTOR_READ_SIZE);

    if (session->reads == 0 && got > 0 && !session->stream.tls &&
        tls_is_hello(reactor->read_buffer, (size_t)got)) {
        handshake_refuse_plain(session);
        return ERR_CLOSED;
    }
    if (got > 0) {
        size_t used = run_requests(session, reactor->read_buffer, (size_t)got);

        if ((size_t)got > used)
            buffer_append(&session->input, reactor->read_buffer + used, (size_t)got - used);
    }
    return got;
}

static void on_readable(struct session *session)
{
    struct reactor *reactor = session->reactor;
    long got = session->input.size > 0 ? read_more(session) : read_first(session);

    if (got == ERR_AGAIN) {
        if (session->stream.tls) /* it may wait for something else now */
            update_interest(session);
        return;
    }
    if (got < 0) {
        session_close(session);
        return;
    }
    session->active_ms = reactor->now_ms;
    session->net_input_bytes += (uint64_t)got;
    session->reads++;
    reactor->stats.net_input_bytes += (uint64_t)got;
    reactor->stats.reads++;
    if (input_fits(session))
        update_interest(session);
    client_touch(session);
}

void session_hold(struct session *session)
{
    session->flags |= SESSION_HELD;
    if (!(session->flags & SESSION_CLOSING))
        loop_io_want(session->io, false, false);
    session_unlink(session, LINK_GATED);
}

void session_release(struct session *session)
{
    session->flags &= ~(unsigned)SESSION_HELD;
    update_interest(session);
    if ((session_output_size(session) > 0 || session->flags & SESSION_CLOSE_AFTER_REPLY) &&
        !(session->flags & SESSION_CLOSING))
        session_link(session, LINK_FLUSH);
}

void session_resume(struct session *session)
{
    session_unlink(session, LINK_RESUME);
    if (session->flags & SESSION_HELD)
        return; /* its input is being run: who runs it goes on when the command is over */
    if (session->input.size > 0)
        run_input(session);
    update_interest(session);
    client_touch(session);
}

/* --- Writing. */

/* One write of what comes next; as stream_write. */
static long write_some(struct session *session)
{
    const struct output *output = &session->output;
    struct iovec parts[OUTPUT_PARTS];
    int count;

    if (output->share_count == 0)
        return stream_write(&session->stream, output->own.data + output->sent,
                            output->own.size - output->sent);
    count = output_gather(output, parts);
    return stream_write_parts(&session->stream, parts, count);
}

/* Goes on with what a replica gets, behind what the session itself has said. False if it is closed.
 */
static bool write_stream(struct session *session)
{
    bool full = false;
    long put;

    do {
        put = followers_write(session, &full);
        if (put < 0) {
            session_close(session);
            return false;
        }
        session->net_output_bytes += (uint64_t)put;
        session->reactor->stats.net_output_bytes += (uint64_t)put;
        session->reactor->stats.writes += put > 0;
    } while (put > 0 && !full);
    if (full)
        session->flags |= SESSION_WRITING;
    return true;
}

/* What the output shows is durable. If it is not, the session waits for the log; that is noted
 * before the log is looked at once more, so that its progress is not missed. */
static bool may_leave(struct session *session)
{
    struct reactor *reactor = session->reactor;
    struct persistence *persistence = reactor->server->persistence;

    if (session->replica && followers_is_replica(session))
        return true; /* others may wait for what it says */
    if (!persistence_is_open(persistence, &session->gate)) {
        session_link(session, LINK_GATED);
        persistence_set_waiting(persistence, reactor, true);
        if (!persistence_is_open(persistence, &session->gate))
            return false;
    }
    session_unlink(session, LINK_GATED);
    return true;
}

static void flush(struct session *session)
{
    struct reactor *reactor = session->reactor;
    struct output *output = &session->output;

    session_unlink(session, LINK_FLUSH);
    session_unlink(session, LINK_PUSH);
    if (session->flags & SESSION_SILENT && !(session->flags & SESSION_HELD))
        session_close(session); /* once it is not held any more */
    if (session->flags & (SESSION_HELD | SESSION_SILENT) || !may_leave(session))
        return;
    while (output_size(output) > 0) {
        long put = write_some(session);

        if (put < 0) {
            session_close(session);
            return;
        }
        if (put == 0)
            break;
        output_wrote(output, (size_t)put, OUTPUT_KEEP);
        session->net_output_bytes += (uint64_t)put;
        reactor->stats.net_output_bytes += (uint64_t)put;
        reactor->stats.writes++;
    }
    if (output_size(output) == 0) {
        bool held_back = session->flags & (SESSION_WRITING | SESSION_CLOGGED);

        session->flags &= ~(unsigned)(SESSION_WRITING | SESSION_CLOGGED);
        session->over_soft_limit_since_ms = 0;
        if (session->flags & SESSION_CLOSE_AFTER_REPLY)
            session_close(session);
        else if (held_back && session->input.size > 0)
            session_link(session, LINK_RESUME); /* input held back by the backlog */
        if (session->replica && !write_stream(session))
            return;
        if (!held_back && !(session->flags & SESSION_WRITING))
            return;
    } else {
        session->flags |= SESSION_WRITING;
    }
    update_interest(session);
}

void session_flush(struct session *session)
{
    flush(session);
    client_touch(session);
}

void session_read_pending(struct session *session)
{
    session_unlink(session, LINK_PENDING);
    if (!(session->flags & (SESSION_CLOSING | SESSION_HELD)) &&
        tls_has_pending(session->stream.tls) && wants_input(session))
        on_readable(session);
}

/* With TLS a read may wait for the socket to take bytes, and a write for some to come. */
static void on_tls_ready(struct session *session, bool readable, bool writable)
{
    const struct tls *tls = session->stream.tls;
    bool reads = tls_reads_on(tls, readable, writable);

    if (session->flags & SESSION_HANDSHAKING) {
        handshake_step(session);
        update_interest(session);
        return;
    }
    if ((session->flags & SESSION_WRITING) && tls_writes_on(tls, readable, writable))
        session_flush(session);
    if (reads && !(session->flags & SESSION_CLOSING))
        on_readable(session);
}

static void on_ready(void *owner, bool readable, bool writable)
{
    struct session *session = owner;

    if (session->flags & SESSION_CLOSING)
        return;
    if (session->stream.tls) {
        on_tls_ready(session, readable, writable);
        return;
    }
    if (writable)
        session_flush(session);
    if (readable && !(session->flags & SESSION_CLOSING))
        on_readable(session);
}

/* Who watches with MONITOR is a normal client to Redis. But what it is sent does not depend on what
 * it asks, so where normal clients have no limits it has those of subscribers. */
static const struct config_output_limit *output_limit(const struct session *session)
{
    const struct config_output_limit *limits =
        server_config(session->reactor->server)->output_limits;
    const struct config_output_limit *normal = &limits[CLIENT_NORMAL];

    if (pubsub_is_subscriber(session))
        return &limits[CLIENT_PUBSUB];
    if ((session->linked & (1u << LINK_MONITOR)) && !normal->hard && !normal->soft)
        return &limits[CLIENT_PUBSUB];
    return normal;
}

/* Cuts off a client whose unwritten output is over its class's limit. */
static void check_output_limit(struct session *session)
{
    const struct config_output_limit *limit = output_limit(session);
    int64_t size = (int64_t)session_output_size(session);
    int64_t now_ms = session->reactor->now_ms;
    bool cut = limit->hard && size > limit->hard;

    if (limit->soft && size > limit->soft) {
        if (!session->over_soft_limit_since_ms)
            session->over_soft_limit_since_ms = now_ms;
        cut |= now_ms - session->over_soft_limit_since_ms > limit->soft_seconds * 1000;
    } else {
        session->over_soft_limit_since_ms = 0;
    }
    if (!(session->flags & SESSION_AUTHENTICATED) && size > STRANGER_OUTPUT_LIMIT)
        cut |= acl_session_is_stranger(session);
    if (!cut)
        return;
    log_line(session->reactor->server->log, LOG_WARNING,
             "Client id=%llu addr=%s scheduled to be closed ASAP for overcoming of output buffer "
             "limits.",
             (unsigned long long)session->id, session->peer);
    session->reactor->stats.output_buffer_disconnections++;
    session_close(session);
}

void session_wrote(struct session *session)
{
    if (session->flags & SESSION_CLOSING) {
        output_clear(&session->output);
        return;
    }
    if (session_output_size(session) > 0 && !(session->flags & SESSION_WRITING))
        session_link(session, LINK_FLUSH);
    if (session_output_size(session) > INPUT_CHUNK) {
        check_output_limit(session);
        client_touch(session);
    }
}

void session_push(struct session *session, struct span head, struct span tail,
                  struct shared_bytes *shared)
{
    bool waits = (session->flags & (SESSION_IN_COMMAND | SESSION_PUSH_REPLY)) == SESSION_IN_COMMAND;
    struct buffer *to = waits ? &session->pushes : &session->output.own;
    bool copied = waits || !shared;
    char *at;

    if (session->flags & (SESSION_CLOSING | SESSION_CLOSE_AFTER_REPLY))
        return;
    at = buffer_reserve(to, head.size + (copied ? tail.size : 0));
    memcpy(at, head.data, head.size);
    if (session->protocol >= 3)
        at[0] = '>';
    to->size += head.size;
    if (!copied) {
        output_share(&session->output, shared);
    } else if (tail.size) {
        memcpy(at + head.size, tail.data, tail.size);
        to->size += tail.size;
    }
    if (waits)
        return;
    if (session->flags & SESSION_WRITING)
        client_touch(session); /* else when it is written */
    else if (!(session->linked & (1u << LINK_FLUSH)))
        session_link(session, session_output_size(session) > PUSH_SIZE ? LINK_FLUSH : LINK_PUSH);
    check_output_limit(session);
}

void session_deliver(struct session *session, const struct buffer *reply)
{
    if (session->flags & SESSION_CLOSING)
        return;
    if (session->flags & SESSION_REPLY_SKIP)
        session->flags &= ~(unsigned)SESSION_REPLY_SKIP;
    else if (!(session->flags & SESSION_REPLY_OFF))
        buffer_append(&session->output.own, reply->data, reply->size);
    session_wrote(session);
    session->active_ms = session->reactor->now_ms;
    session_link(session, LINK_RESUME);
}

/* --- Beginning and end. */

struct session *session_new(struct reactor *reactor, struct stream stream, uint64_t id,
                            const char *unix_path)
{
    const struct config *config = server_config(reactor->server);
    struct session *session = mem_zalloc(sizeof(*session));

    session->id = id;
    session->reactor = reactor;
    session->stream = stream;
    session->protocol = config->client_default_resp;
    session->created_ms = session->active_ms = reactor->now_ms;
    session->flags = (unix_path ? SESSION_UNIX : 0) |
                     (socket_is_local(stream.fd) ? SESSION_LOCAL : 0) |
                     (stream.tls ? SESSION_HANDSHAKING : 0);
    acl_session_begin(session);
    if (!unix_path)
        socket_tune(stream.fd, config->tcp_keepalive);
    socket_peer_text(stream.fd, unix_path, session->peer);
    socket_local_text(stream.fd, unix_path, session->local);
    session->io = loop_io_new(reactor->loop, stream.fd, on_ready, session);
    session_link(session, LINK_ALL);
    reactor->stats.connections_received++;
    update_interest(session);
    return session;
}

void session_close(struct session *session)
{
    if (session->flags & SESSION_CLOSING)
        return;
    if (session->flags & SESSION_HELD) {
        session->flags |= SESSION_CLOSE_AFTER_REPLY;
        return;
    }
    session->flags |= SESSION_CLOSING;
    client_discharge(session); /* before it is freed, others go for those who stay only */
    loop_io_want(session->io, false, false);
    session_link(session, LINK_CLOSING);
    loop_wake(session->reactor->loop);
}

void session_close_after_reply(struct session *session)
{
    session->flags |= SESSION_CLOSE_AFTER_REPLY;
    if (session_output_size(session) == 0 && !(session->flags & SESSION_IN_COMMAND))
        session_close(session);
    else
        session_link(session, LINK_FLUSH);
}

void session_free(struct session *session)
{
    struct server *server = session->reactor->server;

    if (session->waiter)
        wait_end(session, WAIT_END_GONE, false);
    suspension_abandon(session);
    transaction_free(session);
    tracking_session_gone(session);
    pubsub_unsubscribe_all(session);
    monitors_stop(session);
    if (session->replica)
        followers_session_gone(session);
    if (session->primary)
        link_session_gone(session);
    session_unlink(session, LINK_ALL);
    session_unlink(session, LINK_FLUSH);
    session_unlink(session, LINK_PUSH);
    session_unlink(session, LINK_RESUME);
    session_unlink(session, LINK_CLOSING);
    session_unlink(session, LINK_GATED);
    session_unlink(session, LINK_PENDING);
    client_discharge(session);
    loop_io_free(session->io);
    stream_close(&session->stream);
    request_parser_release(&session->parser);
    buffer_release(&session->input);
    output_release(&session->output);
    buffer_release(&session->pushes);
    buffer_release(&session->name);
    buffer_release(&session->library_name);
    buffer_release(&session->library_version);
    himport_free(session->himport);
    acl_session_end(session);
    atomic_fetch_sub_explicit(&session->reactor->session_count, 1, memory_order_relaxed);
    atomic_fetch_sub_explicit(&server->client_count, 1, memory_order_relaxed);
    mem_free(session);
}

void session_reset(struct session *session)
{
    const struct config *config = server_config(session->reactor->server);

    transaction_discard(session);
    tracker_stop(session->reactor->server->tracking, session->tracker);
    pubsub_unsubscribe_all(session);
    monitors_stop(session);
    session->db = 0;
    session->protocol = config->client_default_resp;
    buffer_clear(&session->name);
    himport_free(session->himport);
    session->himport = NULL;
    session->flags &= ~(unsigned)(SESSION_NO_EVICT | SESSION_NO_TOUCH | SESSION_REPLY_OFF |
                                  SESSION_REPLY_SKIP | SESSION_REPLY_SKIP_NEXT);
    acl_session_begin(session);
}

void session_cron(struct session *session, int64_t now_ms)
{
    const struct config *config = server_config(session->reactor->server);

    if (session->flags & SESSION_HANDSHAKING) {
        handshake_cron(session, now_ms);
        return;
    }
    if (config->timeout > 0 && !session->waiter && !pubsub_is_subscriber(session) &&
        !session->replica && !session->primary && !(session->flags & SESSION_PAUSED) &&
        !(session->linked & (1u << LINK_MONITOR)) &&
        now_ms - session->active_ms > (int64_t)config->timeout * 1000) {
        session_close(session);
        return;
    }
    if (session->over_soft_limit_since_ms)
        check_output_limit(session);
    if (session->input.size == 0 && session->input.capacity > 0 &&
        now_ms - session->active_ms > 2000)
        buffer_release(&session->input);
    if (session_output_size(session) == 0 && session->output.own.capacity > 0 &&
        now_ms - session->active_ms > 2000)
        buffer_release(&session->output.own);
    if (session->pushes.capacity > 0 && now_ms - session->active_ms > 2000)
        buffer_release(&session->pushes);
    client_touch(session);
}
