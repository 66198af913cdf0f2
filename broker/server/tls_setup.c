#include "broker/server/tls_setup.h"
#include "broker/config/config.h"
#include "broker/net/tls.h"

int tls_setup(const struct config *config, struct tls_context **context, struct diag *diag)
{
    struct tls_settings settings = {
        .cert_file = config->tls_cert_file,
        .key_file = config->tls_key_file,
        .key_file_pass = config->tls_key_file_pass,
        .client_cert_file = config->tls_client_cert_file,
        .client_key_file = config->tls_client_key_file,
        .client_key_file_pass = config->tls_client_key_file_pass,
        .ca_cert_file = config->tls_ca_cert_file,
        .ca_cert_dir = config->tls_ca_cert_dir,
        .protocols = config->tls_protocols,
        .ciphers = config->tls_ciphers,
        .ciphersuites = config->tls_ciphersuites,
        .groups = config->tls_groups,
        .dh_params_file = config->tls_dh_params_file,
        .expected_peer_name = config->tls_expected_peer_name,
        .auth_clients = config->tls_auth_clients,
        .verifies_peers = config->tls_replication || config->tls_cluster,
        .prefer_server_ciphers = config->tls_prefer_server_ciphers,
        .session_caching = config->tls_session_caching,
        .session_cache_size = config->tls_session_cache_size,
        .session_cache_timeout_s = config->tls_session_cache_timeout,
    };

    *context = NULL;
    if (config->tls_port == 0 && !config->tls_replication && !config->tls_cluster)
        return 0;
    *context = tls_context_new(&settings, diag);
    return *context ? 0 : diag->code;
}
