/* TLS as a transport, by OpenSSL. Bytes go through a BIO of our own: OpenSSL's would raise SIGPIPE.
 * Nothing is read ahead and a read has room for a whole record, so that nothing ever waits inside
 * OpenSSL while the socket has nothing to announce. */
#include "clients/c/millstream.h"
#include "core/base/mem.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <arpa/inet.h>

enum {
    REASON_SIZE = 256
};

struct ms_tls {
    SSL_CTX *context;
    char *server_name; /* NULL: the host */
    bool insecure;
};

struct tls_session {
    SSL *ssl;
    int fd;
    bool is_open; /* the handshake is done and nothing has gone wrong */
    char reason[REASON_SIZE];
};

/* ---- The socket, as OpenSSL sees it ---- */

static BIO_METHOD *socket_method;
static pthread_once_t socket_method_once = PTHREAD_ONCE_INIT;

static int socket_bio_write(BIO *bio, const char *bytes, int size)
{
    const struct tls_session *session = BIO_get_data(bio);
    ssize_t sent = send(session->fd, bytes, (size_t)size, MSG_NOSIGNAL);

    BIO_clear_retry_flags(bio);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR))
        BIO_set_retry_write(bio);
    return (int)sent;
}

static int socket_bio_read(BIO *bio, char *to, int size)
{
    const struct tls_session *session = BIO_get_data(bio);
    ssize_t got = recv(session->fd, to, (size_t)size, 0);

    BIO_clear_retry_flags(bio);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        BIO_set_retry_read(bio);
    if (got == 0)
        BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    return (int)got;
}

static long socket_bio_control(BIO *bio, int command, long number, void *pointer)
{
    (void)number;
    (void)pointer;
    if (command == BIO_CTRL_FLUSH)
        return 1;
    return command == BIO_CTRL_EOF ? BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 : 0;
}

static void make_socket_method(void)
{
    socket_method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "millstream socket");
    if (!socket_method)
        return;
    BIO_meth_set_write(socket_method, socket_bio_write);
    BIO_meth_set_read(socket_method, socket_bio_read);
    BIO_meth_set_ctrl(socket_method, socket_bio_control);
}

/* ---- The context ---- */

/* OpenSSL's first error in words. */
static void take_reason(const char *what, const char *which, char *error, size_t error_size)
{
    unsigned long code = ERR_get_error();
    const char *reason = code ? ERR_reason_error_string(code) : NULL;

    if (code && ERR_SYSTEM_ERROR(code))
        reason = strerror(ERR_GET_REASON(code));
    snprintf(error, error_size, "%s%s%s: %s", what, which[0] ? " " : "", which,
             reason ? reason : "failed");
    ERR_clear_error();
}

static bool load_authorities(SSL_CTX *context, const struct ms_tls_options *options, char *error,
                             size_t error_size)
{
    if (options->insecure)
        return true;
    if (options->ca_file && SSL_CTX_load_verify_file(context, options->ca_file) != 1) {
        take_reason("CA certificates", options->ca_file, error, error_size);
        return false;
    }
    if (options->ca_directory && SSL_CTX_load_verify_dir(context, options->ca_directory) != 1) {
        take_reason("CA certificates in", options->ca_directory, error, error_size);
        return false;
    }
    if (!options->ca_file && !options->ca_directory &&
        SSL_CTX_set_default_verify_paths(context) != 1) {
        take_reason("the system's CA certificates", "", error, error_size);
        return false;
    }
    return true;
}

static bool load_own(SSL_CTX *context, const struct ms_tls_options *options, char *error,
                     size_t error_size)
{
    if (!options->certificate_file != !options->key_file) {
        snprintf(error, error_size, "a certificate and its key need each other");
        return false;
    }
    if (!options->certificate_file)
        return true;
    if (SSL_CTX_use_certificate_chain_file(context, options->certificate_file) != 1) {
        take_reason("certificate", options->certificate_file, error, error_size);
        return false;
    }
    if (SSL_CTX_use_PrivateKey_file(context, options->key_file, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(context) != 1) {
        take_reason("key", options->key_file, error, error_size);
        return false;
    }
    return true;
}

static bool choose_ciphers(SSL_CTX *context, const struct ms_tls_options *options, char *error,
                           size_t error_size)
{
    if (options->ciphers && SSL_CTX_set_cipher_list(context, options->ciphers) != 1) {
        take_reason("ciphers", options->ciphers, error, error_size);
        return false;
    }
    if (options->ciphersuites && SSL_CTX_set_ciphersuites(context, options->ciphersuites) != 1) {
        take_reason("ciphersuites", options->ciphersuites, error, error_size);
        return false;
    }
    return true;
}

struct ms_tls *ms_tls_new(const struct ms_tls_options *options, char *error, size_t error_size)
{
    static const struct ms_tls_options defaults;
    struct ms_tls *tls;
    SSL_CTX *context;

    pthread_once(&socket_method_once, make_socket_method);
    ERR_clear_error();
    if (!options)
        options = &defaults;
    context = SSL_CTX_new(TLS_client_method());
    if (!context || !socket_method) {
        take_reason("TLS", "", error, error_size);
        SSL_CTX_free(context);
        return NULL;
    }
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_verify(context, options->insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, NULL);
    if (!load_authorities(context, options, error, error_size) ||
        !load_own(context, options, error, error_size) ||
        !choose_ciphers(context, options, error, error_size)) {
        SSL_CTX_free(context);
        return NULL;
    }
    tls = mem_zalloc(sizeof(*tls));
    tls->context = context;
    tls->server_name = options->server_name ? mem_strdup(options->server_name) : NULL;
    tls->insecure = options->insecure;
    return tls;
}

void ms_tls_free(struct ms_tls *tls)
{
    if (!tls)
        return;
    SSL_CTX_free(tls->context);
    mem_free(tls->server_name);
    mem_free(tls);
}

/* ---- A session ---- */

static bool is_address(const char *host)
{
    unsigned char bytes[16];

    return inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1;
}

/* Asks for the server by name, and wants its certificate to be for it. */
static bool expect_peer(SSL *ssl, const char *name, bool insecure)
{
    if (is_address(name))
        return insecure || X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name) == 1;
    return SSL_set_tlsext_host_name(ssl, name) == 1 && (insecure || SSL_set1_host(ssl, name) == 1);
}

static void *tls_open(void *context, int fd, const char *host, char *error, size_t error_size)
{
    const struct ms_tls *tls = context;
    struct tls_session *session = mem_zalloc(sizeof(*session));
    BIO *bio = BIO_new(socket_method);

    ERR_clear_error();
    session->fd = fd;
    session->ssl = SSL_new(tls->context);
    if (!bio || !session->ssl ||
        !expect_peer(session->ssl, tls->server_name ? tls->server_name : host, tls->insecure)) {
        take_reason("TLS", "", error, error_size);
        BIO_free(bio);
        SSL_free(session->ssl);
        mem_free(session);
        return NULL;
    }
    BIO_set_data(bio, session);
    BIO_set_init(bio, 1);
    SSL_set_bio(session->ssl, bio, bio);
    SSL_set_connect_state(session->ssl);
    return session;
}

/* What a call that moved nothing means; keeps the reason of a failure. */
static int failed(struct tls_session *session, int rc)
{
    long verdict = SSL_get_verify_result(session->ssl);
    unsigned long code;

    switch (SSL_get_error(session->ssl, rc)) {
    case SSL_ERROR_WANT_READ:
        return MS_TRANSPORT_WANT_READ;
    case SSL_ERROR_WANT_WRITE:
        return MS_TRANSPORT_WANT_WRITE;
    case SSL_ERROR_ZERO_RETURN:
        return MS_TRANSPORT_END;
    default:
        break;
    }
    session->is_open = false;
    code = ERR_peek_error();
    if (ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) == SSL_R_CERTIFICATE_VERIFY_FAILED)
        snprintf(session->reason, sizeof(session->reason),
                 "the server's certificate is refused: %s", X509_verify_cert_error_string(verdict));
    else if (code)
        take_reason("TLS", "", session->reason, sizeof(session->reason));
    else
        snprintf(session->reason, sizeof(session->reason), "TLS: %s",
                 errno ? strerror(errno) : "the server closed the connection");
    ERR_clear_error();
    return MS_TRANSPORT_FAILED;
}

static int tls_start(void *object, char *error, size_t error_size)
{
    struct tls_session *session = object;
    int rc;

    ERR_clear_error();
    errno = 0;
    rc = SSL_do_handshake(session->ssl);
    if (rc == 1) {
        session->is_open = true;
        return MS_TRANSPORT_END;
    }
    rc = failed(session, rc);
    if (rc == MS_TRANSPORT_END) { /* which would mean success here */
        snprintf(session->reason, sizeof(session->reason), "TLS: the server closed the connection");
        rc = MS_TRANSPORT_FAILED;
    }
    if (rc == MS_TRANSPORT_FAILED)
        snprintf(error, error_size, "%s", session->reason);
    return rc;
}

static ptrdiff_t tls_read(void *object, void *to, size_t size)
{
    struct tls_session *session = object;
    size_t got = 0;
    int rc;

    ERR_clear_error();
    errno = 0;
    rc = SSL_read_ex(session->ssl, to, size, &got);
    return rc == 1 ? (ptrdiff_t)got : failed(session, rc);
}

static ptrdiff_t tls_write(void *object, const void *from, size_t size)
{
    struct tls_session *session = object;
    size_t put = 0;
    int rc;

    ERR_clear_error();
    errno = 0;
    rc = SSL_write_ex(session->ssl, from, size, &put);
    if (rc == 1)
        return (ptrdiff_t)put;
    rc = failed(session, rc);
    return rc == MS_TRANSPORT_END ? MS_TRANSPORT_FAILED : rc;
}

static void tls_close(void *object)
{
    struct tls_session *session = object;

    ERR_clear_error();
    if (session->is_open)
        SSL_shutdown(session->ssl);
    SSL_free(session->ssl);
    ERR_clear_error();
    mem_free(session);
}

static const char *tls_reason(void *object)
{
    const struct tls_session *session = object;

    return session->reason;
}

const struct ms_transport *ms_tls_transport(void)
{
    static const struct ms_transport transport = {.open = tls_open,
                                                  .start = tls_start,
                                                  .read = tls_read,
                                                  .write = tls_write,
                                                  .close = tls_close,
                                                  .reason = tls_reason};

    return &transport;
}
