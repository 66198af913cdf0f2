/* tls.h - TLS over sockets (OpenSSL 3), accepted ones and those to other servers: a context made
 * from the configuration, and one object for each connection. With stream.h this is all that the
 * broker knows of it.
 *
 * A context is read-only once made. Connections keep what they need of the one they began with, so
 * it may be freed and replaced while they live. A connection belongs to one thread. Nothing here
 * ever waits: what the socket does not take or give now is tried again when it is ready. */
#ifndef MS_BROKER_NET_TLS_H
#define MS_BROKER_NET_TLS_H

#include "core/base/diag.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/uio.h>

enum tls_auth { /* of clients, by certificate */
    TLS_AUTH_NO,
    TLS_AUTH_YES,
    TLS_AUTH_OPTIONAL
};

enum {
    TLS_RECORD_LIMIT = 16 * 1024, /* bytes that one record carries */
    TLS_NAME_LIMIT = 256          /* of a certificate's subject, with its NUL */
};

/* Borrowed for the call. "" is nothing given. */
struct tls_settings {
    const char *cert_file, *key_file, *key_file_pass;
    const char *client_cert_file, *client_key_file, *client_key_file_pass;
    const char *ca_cert_file, *ca_cert_dir;
    const char *protocols; /* words: TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; "": 1.2 and 1.3 */
    const char *ciphers, *ciphersuites, *groups;
    const char *dh_params_file;
    const char *expected_peer_name; /* in the certificates of other servers; "": any they prove */
    enum tls_auth auth_clients;
    bool verifies_peers; /* there will be connections to other servers: needs a CA too */
    bool prefer_server_ciphers;
    bool session_caching;
    long session_cache_size;
    long session_cache_timeout_s;
};

struct tls_context;
struct tls;

/* Reads all files and checks what belongs together. NULL with the reason. Reads from the disk. */
struct tls_context *tls_context_new(const struct tls_settings *settings, struct diag *diag);
void tls_context_free(struct tls_context *context);

/* A connection that has just been accepted; its handshake is to be done. The socket stays the
 * caller's. NULL when out of memory. */
struct tls *tls_accept(const struct tls_context *context, int fd);

/* The client's side of a connection to another server, with `client_cert_file`, or with `cert_file`
 * if there is none: made where the context may be used, and connected in any thread. The other
 * server's certificate has to be signed by our authorities. NULL when the context was made without
 * `verifies_peers`, or out of memory. */
struct tls *tls_dial(const struct tls_context *context);

/* Its connected socket, which stays the caller's. Once. 0, or ERR_NOMEM. */
int tls_connect(struct tls *tls, int fd);

/* Says goodbye to the peer if the socket takes it, and frees. NULL is allowed. */
void tls_free(struct tls *tls);

/* Goes on with the handshake: 0 when it is done, ERR_AGAIN, or ERR_CLOSED and ERR_IO with the
 * reason. Costs up to a few milliseconds (the private key's signature). */
int tls_handshake(struct tls *tls, struct diag *diag);

/* As socket_read, socket_write and socket_write_parts. A write of many small parts becomes one
 * record. After a write that was not carried out whole, the next one must begin with the bytes
 * that were left. */
long tls_read(struct tls *tls, char *to, size_t room);
long tls_write(struct tls *tls, const char *bytes, size_t size);
long tls_write_parts(struct tls *tls, const struct iovec *parts, int count);

/* Bytes of the peer have been taken from the socket and not been read: it may never become readable
 * for them. */
bool tls_has_pending(const struct tls *tls);

/* Changes what a plain socket would be watched for into what this one is to be watched for: a read
 * may wait for the socket to take bytes, and a write for some to come. */
void tls_interest(const struct tls *tls, bool *read, bool *write);

/* Whether an event of the socket lets a read go on, and a write. */
bool tls_reads_on(const struct tls *tls, bool readable, bool writable);
bool tls_writes_on(const struct tls *tls, bool readable, bool writable);

/* The common name (CN) in the certificate that the peer has proved to have. False if there is none,
 * or it has a NUL byte inside or does not fit. */
bool tls_peer_name(const struct tls *tls, char name[TLS_NAME_LIMIT]);

/* The bytes look like the beginning of a TLS handshake, as a client sends it that takes a plain
 * port for one with TLS. */
bool tls_is_hello(const char *bytes, size_t size);

#endif
