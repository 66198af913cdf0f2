#include "broker/net/tls.h"
#include "broker/net/tls_internal.h"
#include "core/base/error.h"
#include "core/base/mem.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

/* What an operation waits for before it can go on. */
enum wait_for {
    WAIT_NOTHING,
    WAIT_READABLE,
    WAIT_WRITABLE
};

struct tls {
    SSL *ssl;
    bool is_shaken;                 /* the handshake is done */
    bool is_broken;                 /* nothing may be sent any more, not even a goodbye */
    bool has_pending;               /* see tls_has_pending */
    enum wait_for reading, writing; /* the handshake is `reading` */
};

struct tls *tls_accept(const struct tls_context *context, int fd)
{
    struct tls *tls;
    SSL *ssl;

    ERR_clear_error();
    ssl = SSL_new(context->server);
    if (!ssl || SSL_set_fd(ssl, fd) != 1) {
        SSL_free(ssl);
        ERR_clear_error();
        return NULL;
    }
    SSL_set_accept_state(ssl);
    tls = mem_zalloc(sizeof(*tls));
    tls->ssl = ssl;
    tls->reading = WAIT_READABLE;
    return tls;
}

struct tls *tls_dial(const struct tls_context *context)
{
    const char *name = context->expected_peer_name;
    struct tls *tls;
    SSL *ssl;

    if (!context->client)
        return NULL;
    ERR_clear_error();
    ssl = SSL_new(context->client);
    if (!ssl ||
        (name && (SSL_set1_host(ssl, name) != 1 || SSL_set_tlsext_host_name(ssl, name) != 1))) {
        SSL_free(ssl);
        ERR_clear_error();
        return NULL;
    }
    SSL_set_connect_state(ssl);
    tls = mem_zalloc(sizeof(*tls));
    tls->ssl = ssl;
    tls->reading = WAIT_WRITABLE; /* it has the first word */
    return tls;
}

int tls_connect(struct tls *tls, int fd)
{
    ERR_clear_error();
    return SSL_set_fd(tls->ssl, fd) == 1 ? 0 : ERR_NOMEM;
}

void tls_free(struct tls *tls)
{
    if (!tls)
        return;
    ERR_clear_error();
    if (tls->is_shaken && !tls->is_broken)
        SSL_shutdown(tls->ssl); /* a full socket loses the goodbye, which is no loss */
    SSL_free(tls->ssl);
    ERR_clear_error();
    mem_free(tls);
}

/* --- The handshake. */

static const char *peer_word(const struct tls *tls)
{
    return SSL_is_server(tls->ssl) ? "client" : "server";
}

/* Words for what usually goes wrong; OpenSSL's own are for those who know its insides. */
static void explain(struct tls *tls, struct diag *diag)
{
    unsigned long code = ERR_peek_error();
    long verdict = SSL_get_verify_result(tls->ssl);
    const char *peer = peer_word(tls);
    char text[DIAG_TEXT_LIMIT];

    tls_take_error("the connection broke", text);
    switch (ERR_GET_LIB(code) == ERR_LIB_SSL ? ERR_GET_REASON(code) : 0) {
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_UNKNOWN_PROTOCOL:
    case SSL_R_BAD_RECORD_TYPE:
        diag_set(diag, ERR_IO, "what the %s sends is not TLS (%s)", peer, text);
        break;
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
        diag_set(diag, ERR_IO, "the %s's certificate is refused: %s", peer,
                 X509_verify_cert_error_string(verdict));
        break;
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
        diag_set(diag, ERR_IO, "the client has no certificate, and tls-auth-clients wants one");
        break;
    case SSL_R_UNEXPECTED_EOF_WHILE_READING:
        diag_set(diag, ERR_CLOSED, "the %s left in the middle of it", peer);
        break;
    default:
        if (ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) > SSL_AD_REASON_OFFSET)
            diag_set(diag, ERR_IO, "the %s ended it (%s)", peer, text);
        else
            diag_set(diag, ERR_IO, "%s", text);
    }
}

int tls_handshake(struct tls *tls, struct diag *diag)
{
    int rc;

    ERR_clear_error();
    errno = 0;
    rc = SSL_do_handshake(tls->ssl);
    if (rc == 1) {
        tls->is_shaken = true;
        tls->reading = WAIT_NOTHING;
        tls->has_pending = SSL_has_pending(tls->ssl);
        return 0;
    }
    switch (SSL_get_error(tls->ssl, rc)) {
    case SSL_ERROR_WANT_READ:
        tls->reading = WAIT_READABLE;
        return ERR_AGAIN;
    case SSL_ERROR_WANT_WRITE:
        tls->reading = WAIT_WRITABLE;
        return ERR_AGAIN;
    case SSL_ERROR_ZERO_RETURN:
        tls->is_broken = true;
        return diag_set(diag, ERR_CLOSED, "the %s left in the middle of it", peer_word(tls));
    case SSL_ERROR_SYSCALL:
        tls->is_broken = true;
        ERR_clear_error();
        if (errno != 0 && errno != ECONNRESET && errno != EPIPE)
            return diag_errno(diag, "the connection broke");
        return diag_set(diag, ERR_CLOSED, "the %s left in the middle of it", peer_word(tls));
    default:
        tls->is_broken = true;
        explain(tls, diag);
        return ERR_IO;
    }
}

/* --- Bytes. */

/* What a read or write that moved nothing means. `full` is the result when it has to wait. */
static long failed(struct tls *tls, int rc, enum wait_for *waits, long again)
{
    switch (SSL_get_error(tls->ssl, rc)) {
    case SSL_ERROR_WANT_READ:
        *waits = WAIT_READABLE;
        return again;
    case SSL_ERROR_WANT_WRITE:
        *waits = WAIT_WRITABLE;
        return again;
    case SSL_ERROR_ZERO_RETURN:
        return ERR_CLOSED;
    case SSL_ERROR_SYSCALL:
        tls->is_broken = true;
        ERR_clear_error();
        return errno == 0 || errno == ECONNRESET || errno == EPIPE ? ERR_CLOSED : ERR_IO;
    default:
        tls->is_broken = true;
        ERR_clear_error();
        return ERR_IO;
    }
}

/* One call gives one record at most; several may have come at once. What is left over stays noted
 * as pending, since the socket does not announce it again. */
long tls_read(struct tls *tls, char *to, size_t room)
{
    size_t total = 0;

    tls->reading = WAIT_NOTHING;
    tls->has_pending = false;
    do {
        size_t got = 0;
        int rc;

        ERR_clear_error();
        errno = 0;
        rc = SSL_read_ex(tls->ssl, to + total, room - total, &got);
        if (rc != 1) {
            long result = failed(tls, rc, &tls->reading, ERR_AGAIN);

            /* an end after bytes is met again by the next read */
            tls->has_pending = total > 0 && result != ERR_AGAIN;
            return total > 0 ? (long)total : result;
        }
        total += got;
        if (!SSL_has_pending(tls->ssl))
            return (long)total;
    } while (total < room);
    tls->has_pending = true;
    return (long)total;
}

/* At most one record a call, so that what a full socket has not taken is always the beginning of
 * what comes next, however the caller cuts it. */
long tls_write(struct tls *tls, const char *bytes, size_t size)
{
    size_t put = 0;
    int rc;

    tls->writing = WAIT_NOTHING;
    if (size == 0)
        return 0;
    ERR_clear_error();
    errno = 0;
    rc = SSL_write_ex(tls->ssl, bytes, size < TLS_RECORD_LIMIT ? size : TLS_RECORD_LIMIT, &put);
    return rc == 1 ? (long)put : failed(tls, rc, &tls->writing, 0);
}

long tls_write_parts(struct tls *tls, const struct iovec *parts, int count)
{
    char record[TLS_RECORD_LIMIT];
    size_t size = 0;

    if (count == 1 || (count > 0 && parts[0].iov_len >= sizeof(record)))
        return tls_write(tls, parts[0].iov_base, parts[0].iov_len);
    for (int i = 0; i < count && size < sizeof(record); i++) {
        size_t room = sizeof(record) - size;
        size_t part = parts[i].iov_len < room ? parts[i].iov_len : room;

        memcpy(record + size, parts[i].iov_base, part);
        size += part;
    }
    return tls_write(tls, record, size);
}

/* --- Readiness. */

bool tls_has_pending(const struct tls *tls)
{
    return tls->has_pending;
}

void tls_interest(const struct tls *tls, bool *read, bool *write)
{
    bool wants_read = *read || !tls->is_shaken, wants_write = *write;

    *read = (wants_read && tls->reading != WAIT_WRITABLE) ||
            (wants_write && tls->writing == WAIT_READABLE);
    *write = (wants_write && tls->writing != WAIT_READABLE) ||
             (wants_read && tls->reading == WAIT_WRITABLE);
}

bool tls_reads_on(const struct tls *tls, bool readable, bool writable)
{
    return tls->reading == WAIT_WRITABLE ? writable : readable;
}

bool tls_writes_on(const struct tls *tls, bool readable, bool writable)
{
    return tls->writing == WAIT_READABLE ? readable : writable;
}

/* --- Who it is. */

static bool copy_name(const ASN1_STRING *value, char name[TLS_NAME_LIMIT])
{
    unsigned char *text = NULL;
    int size = ASN1_STRING_to_UTF8(&text, value);
    bool fits = size > 0 && size < TLS_NAME_LIMIT && !memchr(text, 0, (size_t)size);

    if (fits) {
        memcpy(name, text, (size_t)size);
        name[size] = '\0';
    }
    OPENSSL_free(text);
    return fits;
}

bool tls_peer_name(const struct tls *tls, char name[TLS_NAME_LIMIT])
{
    X509 *certificate = SSL_get0_peer_certificate(tls->ssl);
    X509_NAME *subject;
    int at;

    if (!certificate || SSL_get_verify_mode(tls->ssl) == SSL_VERIFY_NONE ||
        SSL_get_verify_result(tls->ssl) != X509_V_OK)
        return false;
    subject = X509_get_subject_name(certificate);
    at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (at < 0 || !copy_name(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)), name)) {
        ERR_clear_error();
        return false;
    }
    return true;
}

bool tls_is_hello(const char *bytes, size_t size)
{
    enum {
        RECORD_HANDSHAKE = 0x16,
        VERSION_MAJOR = 3
    };

    return size >= 2 && bytes[0] == RECORD_HANDSHAKE && bytes[1] == VERSION_MAJOR;
}
