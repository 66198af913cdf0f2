/* Connections that we begin, stepped by hand from both ends, without ever waiting. Certificates are
 * made here, in files that are gone afterwards. */
#include "broker/net/dial.h"
#include "core/base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    LONG_SIZE = 4 * 1024 * 1024,
    WAIT_MS = 10000
};

/* A certificate that signs itself, as an authority and as who it is. */
struct own {
    char folder[64], cert[80], key[80];
};

static void make_certificate(struct own *own)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = X509_new();
    X509_NAME *name;
    FILE *file;

    strcpy(own->folder, "/tmp/millstream-dial-XXXXXX");
    assert_non_null(mkdtemp(own->folder));
    snprintf(own->cert, sizeof(own->cert), "%s/cert", own->folder);
    snprintf(own->key, sizeof(own->key), "%s/key", own->folder);
    assert_non_null(key);
    assert_non_null(cert);
    X509_set_version(cert, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
    X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
    X509_set_pubkey(cert, key);
    name = X509_get_subject_name(cert);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"test", -1, -1, 0);
    X509_set_issuer_name(cert, name);
    assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
    file = fopen(own->cert, "w");
    assert_non_null(file);
    PEM_write_X509(file, cert);
    fclose(file);
    file = fopen(own->key, "w");
    assert_non_null(file);
    PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL);
    fclose(file);
    X509_free(cert);
    EVP_PKEY_free(key);
}

static void drop_certificate(const struct own *own)
{
    unlink(own->cert);
    unlink(own->key);
    rmdir(own->folder);
}

/* What is not given is nothing. */
static struct tls_settings settings_of(const struct own *own)
{
    return (struct tls_settings){.cert_file = own->cert,
                                 .key_file = own->key,
                                 .key_file_pass = "",
                                 .client_cert_file = "",
                                 .client_key_file = "",
                                 .client_key_file_pass = "",
                                 .ca_cert_file = own->cert,
                                 .ca_cert_dir = "",
                                 .protocols = "",
                                 .ciphers = "",
                                 .ciphersuites = "",
                                 .groups = "",
                                 .dh_params_file = "",
                                 .expected_peer_name = "",
                                 .auth_clients = TLS_AUTH_YES,
                                 .verifies_peers = true};
}

static int listen_here(struct sockaddr_in *address)
{
    socklen_t size = sizeof(*address);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    *address = (struct sockaddr_in){.sin_family = AF_INET};
    address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)address, sizeof(*address)), 0);
    assert_int_equal(listen(fd, 4), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)address, &size), 0);
    return fd;
}

static int dial_to(struct dial *dial, const struct sockaddr_in *address, struct tls *tls,
                   struct diag *diag)
{
    int fd = dial_socket((const struct sockaddr *)address, sizeof(*address), NULL, diag);

    if (fd < 0)
        return fd;
    dial_begin(dial, fd, tls);
    return 0;
}

/* Waits as dial_interest says, which must not be for nothing. */
static void wait_for_dial(const struct dial *dial)
{
    struct pollfd ready = {.fd = dial->stream.fd};
    bool read, write;

    dial_interest(dial, &read, &write);
    assert_true(read || write);
    ready.events = (short)((read ? POLLIN : 0) | (write ? POLLOUT : 0));
    assert_int_equal(poll(&ready, 1, WAIT_MS), 1);
}

static int finish(struct dial *dial, struct diag *diag)
{
    int rc;

    while ((rc = dial_step(dial, diag)) == ERR_AGAIN)
        wait_for_dial(dial);
    return rc;
}

static void test_a_plain_stream_works_once_it_is_connected(void **state)
{
    struct sockaddr_in address;
    int listener = listen_here(&address);
    struct diag diag = {0};
    struct dial dial;
    char got[8];
    int there;

    (void)state;
    assert_int_equal(dial_to(&dial, &address, NULL, &diag), 0);
    assert_int_equal(finish(&dial, &diag), 0);
    there = accept(listener, NULL, NULL);
    assert_int_equal(stream_write(&dial.stream, "hello", 5), 5);
    assert_int_equal(read(there, got, sizeof(got)), 5);
    assert_int_equal(stream_read(&dial.stream, got, sizeof(got)), ERR_AGAIN);
    close(there);
    dial_end(&dial);
    close(listener);
}

static void test_a_refusal_is_told(void **state)
{
    struct sockaddr_in address;
    struct diag diag = {0};
    struct dial dial;
    int rc;

    (void)state;
    close(listen_here(&address));
    rc = dial_to(&dial, &address, NULL, &diag);
    if (rc == 0) {
        rc = finish(&dial, &diag);
        dial_end(&dial);
    }
    assert_int_equal(rc, ERR_IO);
    assert_non_null(strstr(diag.text, "refused"));
}

/* Both ends by turns: neither waits for the other one. */
static void shake_hands(struct dial *dial, struct tls *there)
{
    struct diag diag = {0};
    int ours = ERR_AGAIN, theirs = ERR_AGAIN;

    for (int turn = 0; turn < 1000 && (ours != 0 || theirs != 0); turn++) {
        if (ours == ERR_AGAIN)
            ours = dial_step(dial, &diag);
        if (theirs == ERR_AGAIN)
            theirs = tls_handshake(there, &diag);
        assert_true(ours == 0 || ours == ERR_AGAIN);
        assert_true(theirs == 0 || theirs == ERR_AGAIN);
    }
    assert_int_equal(ours, 0);
    assert_int_equal(theirs, 0);
}

/* So that a long write fills them, whatever the system would give. */
static void make_small(int fd)
{
    int size = 16 * 1024;

    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)), 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)), 0);
}

/* All bytes arrive, though the sockets take only a part of them at a time. */
static void send_long(const struct stream *from, const struct stream *to)
{
    char *out = malloc(LONG_SIZE), *in = malloc(LONG_SIZE);
    size_t sent = 0, got = 0;
    bool was_full = false;

    for (size_t i = 0; i < LONG_SIZE; i++)
        out[i] = (char)(i * 7 + i / 251);
    while (got < LONG_SIZE) {
        long put = sent < LONG_SIZE ? stream_write(from, out + sent, LONG_SIZE - sent) : 0;
        long took;

        assert_true(put >= 0);
        was_full |= put == 0 && sent < LONG_SIZE;
        sent += (size_t)put;
        if (put > 0)
            continue;
        took = stream_read(to, in + got, LONG_SIZE - got);
        assert_true(took > 0 || took == ERR_AGAIN);
        got += took > 0 ? (size_t)took : 0;
    }
    assert_true(was_full);
    assert_memory_equal(in, out, LONG_SIZE);
    free(out);
    free(in);
}

static void test_both_ends_of_tls_step_by_turns_and_carry_much(void **state)
{
    const struct own *own = *state;
    struct tls_settings settings = settings_of(own);
    struct sockaddr_in address;
    struct diag diag = {0};
    struct tls_context *context = tls_context_new(&settings, &diag);
    int listener = listen_here(&address);
    struct stream there;
    struct dial dial;
    char name[TLS_NAME_LIMIT], byte;

    assert_non_null(context);
    assert_int_equal(dial_to(&dial, &address, tls_dial(context), &diag), 0);
    there.fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    make_small(there.fd);
    make_small(dial.stream.fd);
    there.tls = tls_accept(context, there.fd);
    tls_context_free(context); /* neither needs it any more */
    shake_hands(&dial, there.tls);
    assert_true(tls_peer_name(there.tls, name));
    assert_string_equal(name, "test");
    send_long(&dial.stream, &there);
    send_long(&there, &dial.stream);
    stream_close(&there);
    assert_int_equal(stream_read(&dial.stream, &byte, 1), ERR_CLOSED);
    dial_end(&dial);
    close(listener);
}

/* The name is looked for in the certificate, which has no other one than "test". */
static void test_a_server_of_another_name_is_refused(void **state)
{
    struct tls_settings settings = settings_of(*state);
    struct sockaddr_in address;
    struct diag diag = {0}, theirs = {0};
    struct tls_context *context;
    int listener = listen_here(&address);
    struct stream there;
    struct dial dial;
    int rc = ERR_AGAIN;

    settings.expected_peer_name = "elsewhere";
    context = tls_context_new(&settings, &diag);
    assert_non_null(context);
    assert_int_equal(dial_to(&dial, &address, tls_dial(context), &diag), 0);
    there.fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    there.tls = tls_accept(context, there.fd);
    for (int turn = 0; turn < 1000 && rc == ERR_AGAIN; turn++) {
        tls_handshake(there.tls, &theirs);
        rc = dial_step(&dial, &diag);
    }
    assert_int_equal(rc, ERR_IO);
    assert_non_null(strstr(diag.text, "the server's certificate is refused: hostname mismatch"));
    dial_end(&dial);
    stream_close(&there);
    tls_context_free(context);
    close(listener);
}

static void test_who_checks_no_servers_dials_none(void **state)
{
    struct tls_settings settings = settings_of(*state);
    struct diag diag = {0};
    struct tls_context *context;

    settings.verifies_peers = false;
    context = tls_context_new(&settings, &diag);
    assert_non_null(context);
    assert_null(tls_dial(context));
    tls_context_free(context);
}

static int set_up(void **state)
{
    struct own *own = malloc(sizeof(*own));

    signal(SIGPIPE, SIG_IGN);
    make_certificate(own);
    *state = own;
    return 0;
}

static int tear_down(void **state)
{
    drop_certificate(*state);
    free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_plain_stream_works_once_it_is_connected),
        cmocka_unit_test(test_a_refusal_is_told),
        cmocka_unit_test(test_both_ends_of_tls_step_by_turns_and_carry_much),
        cmocka_unit_test(test_a_server_of_another_name_is_refused),
        cmocka_unit_test(test_who_checks_no_servers_dials_none),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
