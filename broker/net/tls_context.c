/* tls_context.c - from the configuration to an SSL_CTX. Every file is read and every list parsed
 * before the context is handed out, so one that exists works. */
#include "broker/net/tls_internal.h"
#include "core/base/error.h"
#include "core/base/mem.h"

#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Sessions of one server must not be taken up at another one that shares its cache with it. */
static const unsigned char session_id_context[] = "millstream";

void tls_take_error(const char *otherwise, char text[DIAG_TEXT_LIMIT])
{
    unsigned long code = ERR_get_error();
    const char *reason = code ? ERR_reason_error_string(code) : NULL;

    if (code && ERR_SYSTEM_ERROR(code))
        reason = strerror(ERR_GET_REASON(code));
    snprintf(text, DIAG_TEXT_LIMIT, "%s", reason ? reason : otherwise);
    ERR_clear_error();
}

static int fail(struct diag *diag, const char *what, const char *which)
{
    char reason[DIAG_TEXT_LIMIT];

    tls_take_error("not usable", reason);
    return diag_set(diag, ERR_IO, "%s %s: %s", what, which, reason);
}

/* Never asks at the terminal. */
static int give_password(char *to, int room, int for_writing, void *password)
{
    size_t size = password ? strlen(password) : 0;

    (void)for_writing;
    if (room < 0 || size > (size_t)room)
        return -1;
    memcpy(to, password ? password : "", size);
    return (int)size;
}

static int load_pair(SSL_CTX *ssl, const char *cert_file, const char *key_file, const char *pass,
                     struct diag *diag)
{
    int rc = 0;

    SSL_CTX_set_default_passwd_cb(ssl, give_password);
    SSL_CTX_set_default_passwd_cb_userdata(ssl, (void *)(uintptr_t)pass);
    if (SSL_CTX_use_certificate_chain_file(ssl, cert_file) != 1)
        rc = fail(diag, "certificate", cert_file);
    else if (SSL_CTX_use_PrivateKey_file(ssl, key_file, SSL_FILETYPE_PEM) != 1)
        rc = fail(diag, "private key", key_file);
    else if (SSL_CTX_check_private_key(ssl) != 1)
        rc = fail(diag, "the key does not belong to the certificate", key_file);
    SSL_CTX_set_default_passwd_cb_userdata(ssl, NULL);
    return rc;
}

/* OpenSSL notes in a certificate what verifying wants to know of it, when that is asked first. Here
 * that is before threads share it, and not by several of them at the same time. */
static void examine_authorities(SSL_CTX *ssl)
{
    STACK_OF(X509_OBJECT) *objects = X509_STORE_get0_objects(SSL_CTX_get_cert_store(ssl));

    for (int i = 0; i < sk_X509_OBJECT_num(objects); i++) {
        X509 *certificate = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(objects, i));

        if (certificate)
            X509_check_purpose(certificate, -1, 0);
    }
    ERR_clear_error();
}

static int load_authorities(SSL_CTX *ssl, const struct tls_settings *settings, struct diag *diag)
{
    const char *file = settings->ca_cert_file[0] ? settings->ca_cert_file : NULL;
    const char *folder = settings->ca_cert_dir[0] ? settings->ca_cert_dir : NULL;

    if (file && SSL_CTX_load_verify_file(ssl, file) != 1)
        return fail(diag, "CA certificates", file);
    if (folder && SSL_CTX_load_verify_dir(ssl, folder) != 1)
        return fail(diag, "CA certificates in", folder);
    examine_authorities(ssl);
    return 0;
}

static int choose_protocols(SSL_CTX *ssl, const char *words, struct diag *diag)
{
    static const struct {
        const char *name;
        uint64_t forbid;
    } known[] = {{"TLSv1", SSL_OP_NO_TLSv1},
                 {"TLSv1.1", SSL_OP_NO_TLSv1_1},
                 {"TLSv1.2", SSL_OP_NO_TLSv1_2},
                 {"TLSv1.3", SSL_OP_NO_TLSv1_3}};
    enum {
        KNOWN = sizeof(known) / sizeof(known[0])
    };
    uint64_t forbidden = SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1;

    if (words[strspn(words, " ")])
        forbidden |= SSL_OP_NO_TLSv1_2 | SSL_OP_NO_TLSv1_3;
    for (const char *at = words + strspn(words, " "); *at; at += strspn(at, " ")) {
        size_t size = strcspn(at, " ");
        int found = -1;

        for (int i = 0; i < KNOWN; i++)
            if (strlen(known[i].name) == size && strncasecmp(at, known[i].name, size) == 0)
                found = i;
        if (found < 0)
            return diag_set(diag, ERR_SYNTAX,
                            "tls-protocols knows TLSv1, TLSv1.1, TLSv1.2 and TLSv1.3, not '%.*s'",
                            (int)size, at);
        forbidden &= ~known[found].forbid;
        at += size;
    }
    SSL_CTX_set_options(ssl, SSL_OP_NO_SSLv3 | forbidden);
    return 0;
}

static int choose_ciphers(SSL_CTX *ssl, const struct tls_settings *settings, struct diag *diag)
{
    if (settings->ciphers[0] && SSL_CTX_set_cipher_list(ssl, settings->ciphers) != 1)
        return fail(diag, "tls-ciphers", settings->ciphers);
    if (settings->ciphersuites[0] && SSL_CTX_set_ciphersuites(ssl, settings->ciphersuites) != 1)
        return fail(diag, "tls-ciphersuites", settings->ciphersuites);
    if (settings->groups[0] && SSL_CTX_set1_groups_list(ssl, settings->groups) != 1)
        return fail(diag, "tls-groups", settings->groups);
    return 0;
}

/* Diffie-Hellman parameters for clients that know no elliptic curves. */
static int load_dh(SSL_CTX *ssl, const char *path, struct diag *diag)
{
    EVP_PKEY *parameters = NULL;
    OSSL_DECODER_CTX *decoder;
    BIO *file;
    int ok;

    if (!path[0]) {
        SSL_CTX_set_dh_auto(ssl, 1);
        return 0;
    }
    file = BIO_new_file(path, "r");
    if (!file)
        return fail(diag, "DH parameters", path);
    decoder = OSSL_DECODER_CTX_new_for_pkey(&parameters, "PEM", NULL, "DH",
                                            OSSL_KEYMGMT_SELECT_DOMAIN_PARAMETERS, NULL, NULL);
    ok = decoder && OSSL_DECODER_from_bio(decoder, file) == 1 &&
         SSL_CTX_set0_tmp_dh_pkey(ssl, parameters) == 1;
    OSSL_DECODER_CTX_free(decoder);
    BIO_free(file);
    if (ok)
        return 0;
    EVP_PKEY_free(parameters);
    return fail(diag, "DH parameters", path);
}

static void configure_sessions(SSL_CTX *ssl, const struct tls_settings *settings)
{
    SSL_CTX_set_session_id_context(ssl, session_id_context, sizeof(session_id_context) - 1);
    if (settings->session_caching) {
        SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_SERVER);
        SSL_CTX_sess_set_cache_size(ssl, settings->session_cache_size);
        SSL_CTX_set_timeout(ssl, settings->session_cache_timeout_s);
    } else {
        /* Tickets are a cache too, one that the client keeps. */
        SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
        SSL_CTX_set_options(ssl, SSL_OP_NO_TICKET);
        SSL_CTX_set_num_tickets(ssl, 0);
    }
}

static void configure_peers(SSL_CTX *ssl, const struct tls_settings *settings)
{
    int mode = SSL_VERIFY_NONE;

    if (settings->auth_clients == TLS_AUTH_YES)
        mode = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    else if (settings->auth_clients == TLS_AUTH_OPTIONAL)
        mode = SSL_VERIFY_PEER;
    SSL_CTX_set_verify(ssl, mode, NULL);
}

static SSL_CTX *make_common(const SSL_METHOD *method, const struct tls_settings *settings,
                            struct diag *diag)
{
    SSL_CTX *ssl = SSL_CTX_new(method);

    if (!ssl) {
        fail(diag, "TLS", "context");
        return NULL;
    }
    /* A renegotiation costs us a signature whenever the client likes; nobody needs it. Peers that
     * leave without a goodbye are ordinary here: the protocol above knows where its messages end.
     */
    SSL_CTX_set_options(ssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                 SSL_OP_SINGLE_DH_USE | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                              SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(ssl, 1); /* a record by one system call instead of two */
    if (choose_protocols(ssl, settings->protocols, diag) == 0 &&
        choose_ciphers(ssl, settings, diag) == 0 && load_authorities(ssl, settings, diag) == 0)
        return ssl;
    SSL_CTX_free(ssl);
    return NULL;
}

static SSL_CTX *make_server(const struct tls_settings *settings, struct diag *diag)
{
    SSL_CTX *ssl = make_common(TLS_server_method(), settings, diag);

    if (!ssl)
        return NULL;
    if (settings->prefer_server_ciphers)
        SSL_CTX_set_options(ssl, SSL_OP_CIPHER_SERVER_PREFERENCE);
    configure_sessions(ssl, settings);
    configure_peers(ssl, settings);
    if (load_pair(ssl, settings->cert_file, settings->key_file, settings->key_file_pass, diag) ==
            0 &&
        load_dh(ssl, settings->dh_params_file, diag) == 0)
        return ssl;
    SSL_CTX_free(ssl);
    return NULL;
}

/* A certificate of its own for this side is checked even if nothing uses it yet. */
static bool needs_client(const struct tls_settings *settings)
{
    return settings->verifies_peers || settings->client_cert_file[0];
}

static SSL_CTX *make_client(const struct tls_settings *settings, struct diag *diag)
{
    bool own = settings->client_cert_file[0];
    SSL_CTX *ssl = make_common(TLS_client_method(), settings, diag);

    if (!ssl)
        return NULL;
    SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER, NULL);
    if (load_pair(ssl, own ? settings->client_cert_file : settings->cert_file,
                  own ? settings->client_key_file : settings->key_file,
                  own ? settings->client_key_file_pass : settings->key_file_pass, diag) == 0)
        return ssl;
    SSL_CTX_free(ssl);
    return NULL;
}

static int check(const struct tls_settings *settings, struct diag *diag)
{
    if (!settings->cert_file[0])
        return diag_set(diag, ERR_SYNTAX, "no tls-cert-file is configured");
    if (!settings->key_file[0])
        return diag_set(diag, ERR_SYNTAX, "no tls-key-file is configured");
    if (!settings->client_cert_file[0] != !settings->client_key_file[0])
        return diag_set(diag, ERR_SYNTAX,
                        "tls-client-cert-file and tls-client-key-file need each other");
    if ((settings->auth_clients != TLS_AUTH_NO || settings->verifies_peers) &&
        !settings->ca_cert_file[0] && !settings->ca_cert_dir[0])
        return diag_set(diag, ERR_SYNTAX,
                        "tls-auth-clients, tls-replication and tls-cluster need tls-ca-cert-file "
                        "or tls-ca-cert-dir to check certificates with");
    return 0;
}

struct tls_context *tls_context_new(const struct tls_settings *settings, struct diag *diag)
{
    struct tls_context *context;

    if (check(settings, diag) < 0)
        return NULL;
    ERR_clear_error();
    context = mem_zalloc(sizeof(*context));
    context->server = make_server(settings, diag);
    if (context->server && needs_client(settings))
        context->client = make_client(settings, diag);
    if (settings->expected_peer_name[0])
        context->expected_peer_name = mem_strdup(settings->expected_peer_name);
    if (context->server && (context->client || !needs_client(settings)))
        return context;
    tls_context_free(context);
    return NULL;
}

void tls_context_free(struct tls_context *context)
{
    if (!context)
        return;
    SSL_CTX_free(context->server);
    SSL_CTX_free(context->client);
    mem_free(context->expected_peer_name);
    mem_free(context);
}
