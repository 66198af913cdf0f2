/* tls_setup.h - the TLS context that the configuration asks for. */
#ifndef MS_BROKER_SERVER_TLS_SETUP_H
#define MS_BROKER_SERVER_TLS_SETUP_H

#include "core/base/diag.h"

struct config;
struct tls_context;

/* Makes a context from the configuration, reading its files; *context is NULL where nothing uses
 * TLS. The caller owns it. 0, or ERR_SYNTAX and ERR_IO with the reason. */
int tls_setup(const struct config *config, struct tls_context **context, struct diag *diag);

#endif
