#include "broker/session/handshake.h"
#include "broker/acl/acl.h"
#include "broker/reactor/reactor.h"
#include "broker/server/acceptor.h"
#include "broker/server/log.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "core/base/error.h"

#include <stdio.h>
#include <string.h>

/* A line about a failure, unless there were too many this second: whoever can connect can cause
 * them. */
static void log_failure(struct session *session, const char *what, const char *why)
{
    struct reactor *reactor = session->reactor;
    struct handshakes *handshakes = &reactor->handshakes;
    int64_t second = reactor->now_ms / 1000;

    if (second != handshakes->log_second) {
        handshake_report(reactor);
        handshakes->log_second = second;
        handshakes->lines = 0;
    }
    if (handshakes->lines++ >= HANDSHAKE_LINES_A_SECOND) {
        handshakes->unlogged++;
        return;
    }
    log_line(reactor->server->log, LOG_WARNING, "%s (addr=%s laddr=%s): %s", what, session->peer,
             session->local, why);
}

void handshake_report(struct reactor *reactor)
{
    struct handshakes *handshakes = &reactor->handshakes;

    if (handshakes->unlogged == 0 || reactor->now_ms / 1000 == handshakes->log_second)
        return;
    log_line(reactor->server->log, LOG_WARNING,
             "%llu more TLS connections failed within a second; they are not listed one by one.",
             (unsigned long long)handshakes->unlogged);
    handshakes->unlogged = 0;
}

/* Whether this round has room for another step. */
static bool may_step(struct reactor *reactor)
{
    struct handshakes *handshakes = &reactor->handshakes;

    if (handshakes->round != reactor->stats.loop_rounds) {
        handshakes->round = reactor->stats.loop_rounds;
        handshakes->steps = 0;
    }
    return handshakes->steps++ < server_config(reactor->server)->max_new_tls_connections;
}

/* The user that the certificate names, where the configuration wants that. */
static void adopt_user(struct session *session)
{
    const struct config *config = server_config(session->reactor->server);
    char name[TLS_NAME_LIMIT];

    if (config->tls_auth_clients_user != TLS_USER_OFF && tls_peer_name(session->stream.tls, name))
        acl_session_certify(session, span_text(name));
}

static void finish(struct session *session)
{
    struct server *server = session->reactor->server;
    const char *objection = acceptor_objection(server, session->stream.fd);

    session->flags &= ~(unsigned)SESSION_HANDSHAKING;
    session->active_ms = session->reactor->now_ms;
    if (!objection) {
        adopt_user(session);
        return;
    }
    session->reactor->stats.connections_rejected++;
    buffer_append(&session->output.own, objection, strlen(objection));
    session_close_after_reply(session);
}

void handshake_step(struct session *session)
{
    struct diag diag = {0};
    int rc;

    if (!may_step(session->reactor))
        return;
    rc = tls_handshake(session->stream.tls, &diag);
    if (rc == ERR_AGAIN)
        return;
    if (rc == 0) {
        finish(session);
        return;
    }
    log_failure(session, "TLS handshake failed", diag.text);
    session_close(session);
}

void handshake_cron(struct session *session, int64_t now_ms)
{
    char why[64];

    if (now_ms - session->created_ms <= HANDSHAKE_LIMIT_MS)
        return;
    snprintf(why, sizeof(why), "not finished within %d ms", HANDSHAKE_LIMIT_MS);
    log_failure(session, "TLS handshake failed", why);
    session_close(session);
}

void handshake_refuse_plain(struct session *session)
{
    log_failure(session, "Connection refused",
                "the client speaks TLS to a port without it (see tls-port)");
    session_close(session);
}
