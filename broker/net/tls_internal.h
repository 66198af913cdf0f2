/* tls_internal.h - what the context (tls_context.c) and the connections (tls.c) share. */
#ifndef MS_BROKER_NET_TLS_INTERNAL_H
#define MS_BROKER_NET_TLS_INTERNAL_H

#include "broker/net/tls.h"

#include <openssl/ssl.h>

struct tls_context {
    SSL_CTX *server;
    SSL_CTX *client;          /* of connections to others; NULL: there are none */
    char *expected_peer_name; /* NULL: none */
};

/* Takes the oldest of OpenSSL's errors in this thread as words and forgets the others. Words of our
 * own when there is none. */
void tls_take_error(const char *otherwise, char text[DIAG_TEXT_LIMIT]);

#endif
