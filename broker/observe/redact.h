/* redact.h - which arguments of a call are secrets, that no log of commands may show: passwords of
 * AUTH, HELLO, MIGRATE and CONFIG SET, and the rules of ACL SETUSER. Reads the arguments only. */
#ifndef MS_BROKER_OBSERVE_REDACT_H
#define MS_BROKER_OBSERVE_REDACT_H

#include "core/bytes/span.h"

#include <stdbool.h>
#include <stddef.h>

struct command;

#define REDACTED_TEXT "(redacted)"

/* The secrets of one call; where there are several, what is between them is hidden too. */
struct redaction {
    size_t first, end; /* arguments [first, end) */
    bool directives;   /* values of directives that are secret, wherever they stand */
};

/* Looks for the secrets of a call. O(argc) for HELLO and MIGRATE, else O(1). */
struct redaction redaction_of(const struct command *command, size_t argc, const struct span *argv);

/* The argument `at`, or REDACTED_TEXT instead of it. */
struct span redaction_argument(const struct redaction *redaction, const struct span *argv,
                               size_t at);

#endif
