#include "broker/observe/monitor.h"
#include "broker/command/registry.h"
#include "broker/observe/observe.h"
#include "broker/observe/redact.h"
#include "broker/reactor/reactor.h"
#include "broker/server/log.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "core/base/check.h"
#include "core/base/mem.h"
#include "core/bytes/buffer.h"
#include "core/time/clock.h"

#include <pthread.h>
#include <string.h>

/* What a reactor's watchers are to be told. */
struct feed {
    size_t watchers;
    struct buffer lines;
    bool overflowed; /* lines were dropped */
};

struct monitors {
    pthread_mutex_t lock;
    struct feed feeds[REACTORS_LIMIT];
};

struct monitors *monitors_new(void)
{
    struct monitors *monitors = mem_zalloc(sizeof(*monitors));

    pthread_mutex_init(&monitors->lock, NULL);
    return monitors;
}

void monitors_free(struct monitors *monitors)
{
    if (!monitors)
        return;
    for (int i = 0; i < REACTORS_LIMIT; i++)
        buffer_release(&monitors->feeds[i].lines);
    pthread_mutex_destroy(&monitors->lock);
    mem_free(monitors);
}

/* --- Lines. */

static void append_quoted(struct buffer *out, struct span text)
{
    static const char digits[] = "0123456789abcdef";
    char *to = buffer_reserve(out, text.size * 4 + 3);
    char *start = to;

    *to++ = ' ';
    *to++ = '"';
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        const char *plain = "\\\\\"\"\nn\rr\tt\aa\bb";

        while (*plain && (unsigned char)*plain != byte)
            plain += 2;
        if (*plain) {
            *to++ = '\\';
            *to++ = plain[1];
        } else if (byte >= ' ' && byte < 0x7f) {
            *to++ = (char)byte;
        } else {
            *to++ = '\\';
            *to++ = 'x';
            *to++ = digits[byte >> 4];
            *to++ = digits[byte & 15];
        }
    }
    *to++ = '"';
    out->size += (size_t)(to - start);
}

/* Appends a line for a call without the time: `[0 127.0.0.1:1234] "get" "k"` and CR LF. */
static void append_call(const struct observed_call *call, const char *unix_path, struct buffer *out)
{
    struct redaction redaction = redaction_of(call->command, call->argc, call->argv);

    if (call->is_nested)
        buffer_printf(out, "[%d lua]", call->db);
    else if (call->session->flags & SESSION_UNIX)
        buffer_printf(out, "[%d unix:%s]", call->session->db, unix_path);
    else
        buffer_printf(out, "[%d %s]", call->session->db, call->session->peer);
    for (size_t i = 0; i < call->argc; i++)
        append_quoted(out, redaction_argument(&redaction, call->argv, i));
    buffer_append(out, "\r\n", 2);
}

/* The line fits no feed, whatever its bytes are quoted as: it is not made up. */
static bool is_too_long(const struct observed_call *call)
{
    size_t bytes = 0;

    for (size_t i = 0; i < call->argc && bytes <= MONITOR_FEED_LIMIT; i++)
        bytes += call->argv[i].size;
    return bytes > MONITOR_FEED_LIMIT;
}

/* Appends the line to a feed; true if its reactor has to be told of it. Locked. */
static bool feed_line(struct feed *feed, int64_t now_us, const struct buffer *line, bool too_long)
{
    bool first = feed->lines.size == 0 && !feed->overflowed;

    if (feed->overflowed)
        return false;
    if (too_long || feed->lines.size + line->size > MONITOR_FEED_LIMIT) {
        buffer_release(&feed->lines);
        feed->overflowed = true;
        return true;
    }
    buffer_printf(&feed->lines, "+%lld.%06lld ", (long long)(now_us / 1000000),
                  (long long)(now_us % 1000000));
    buffer_append(&feed->lines, line->data, line->size);
    return first;
}

void monitors_show(struct reactor *reactor, const struct observed_call *call)
{
    struct server *server = reactor->server;
    struct monitors *monitors = server->observe->monitors;
    bool too_long = is_too_long(call);
    struct buffer line = {0};
    int64_t now_us;

    if (!too_long)
        append_call(call, server_config(server)->unixsocket, &line);
    pthread_mutex_lock(&monitors->lock);
    now_us = clock_now_us();
    for (int i = 0; i < server->reactor_count; i++)
        if (monitors->feeds[i].watchers > 0 &&
            feed_line(&monitors->feeds[i], now_us, &line, too_long) && i != reactor->index)
            loop_wake(server->reactors[i]->loop);
    pthread_mutex_unlock(&monitors->lock);
    buffer_release(&line);
}

/* --- Watchers. */

static void deliver_to(struct session *session, struct span lines, struct shared_bytes *shared)
{
    if (session->flags & (SESSION_CLOSING | SESSION_CLOSE_AFTER_REPLY | SESSION_REPLY_OFF))
        return;
    if (shared)
        output_share(&session->output, shared);
    else
        buffer_append_span(&session->output.own, lines);
    session_wrote(session);
}

static void deliver(struct reactor *reactor, const struct buffer *lines)
{
    struct shared_bytes *shared = NULL;

    if (lines->size >= OUTPUT_SHARE_MIN && reactor->monitors.count > 1) {
        shared = shared_bytes_new(lines->size);
        memcpy(shared->data, lines->data, lines->size);
    }
    for (struct session *at = reactor->monitors.first; at; at = at->next[LINK_MONITOR])
        deliver_to(at, span_of(lines->data, lines->size), shared);
    if (shared)
        shared_bytes_release(shared);
}

static void cut_off(struct reactor *reactor)
{
    for (struct session *at = reactor->monitors.first; at; at = at->next[LINK_MONITOR]) {
        log_line(reactor->server->log, LOG_WARNING,
                 "Client id=%llu addr=%s monitors more than its thread can pass on, closing it.",
                 (unsigned long long)at->id, at->peer);
        session_close(at);
    }
}

/* Passes on what came so far; `watchers` more are counted from now on. */
static void take_feed(struct reactor *reactor, int watchers)
{
    struct monitors *monitors = reactor->server->observe->monitors;
    struct feed *feed = &monitors->feeds[reactor->index];
    struct buffer lines;
    bool overflowed;

    pthread_mutex_lock(&monitors->lock);
    lines = feed->lines;
    overflowed = feed->overflowed;
    feed->lines = (struct buffer){0};
    feed->overflowed = false;
    feed->watchers += (size_t)watchers;
    atomic_fetch_add_explicit(&reactor->server->observe->monitor_count, watchers,
                              memory_order_relaxed);
    pthread_mutex_unlock(&monitors->lock);
    if (overflowed)
        cut_off(reactor);
    else if (lines.size > 0)
        deliver(reactor, &lines);
    buffer_release(&lines);
}

void monitors_receive(struct reactor *reactor)
{
    if (reactor->monitors.first)
        take_feed(reactor, 0);
}

void monitors_start(struct session *session)
{
    CHECK(!(session->linked & (1u << LINK_MONITOR)));
    take_feed(session->reactor, 1);
    session_link(session, LINK_MONITOR);
}

void monitors_stop(struct session *session)
{
    if (!(session->linked & (1u << LINK_MONITOR)))
        return;
    take_feed(session->reactor, -1);
    session_unlink(session, LINK_MONITOR);
}
