/* script.h - the server's scripts and functions: what other parts may know of them.
 *
 * EVAL's scripts and functions have an interpreter each. A script runs with the world stopped, so
 * there is never more than one. Belongs to the server; exclusive, unless said otherwise. */
#ifndef MS_BROKER_SCRIPT_SCRIPT_H
#define MS_BROKER_SCRIPT_SCRIPT_H

#include "core/base/diag.h"
#include "core/bytes/buffer.h"
#include "core/bytes/span.h"
#include "core/command/request.h"

#include <stdbool.h>
#include <stdint.h>

struct scripts;
struct server;

/* After the registry. The interpreters are made when first needed. */
struct scripts *scripts_new(struct server *server);
void scripts_free(struct scripts *scripts); /* NULL is allowed */

/* For RDB files and checkpoints. A library's code, in place of the one of its name: 0, or an error
 * with the reason. `scripts` is a struct scripts. */
int scripts_load_library(void *scripts, struct span code, struct diag *diag);

/* The code of one library after the other, in order of loading; `*at` begins as NULL. False at the
 * end. */
bool scripts_next_library(void *scripts, const void **at, struct span *code);

/* The call runs a script that may write: CLIENT PAUSE WRITE holds it. The world lock is held. */
bool scripts_may_write(const struct scripts *scripts, const struct command_spec *spec, size_t argc,
                       const struct span *argv);

/* What a script that says by flags what it does adds to the flags of the call that runs it:
 * CMD_WRITE and CMD_DENYOOM, or 0. The world lock is held. */
unsigned scripts_declared_flags(const struct scripts *scripts, const struct command_spec *spec,
                                size_t argc, const struct span *argv);

/* All libraries go. */
void scripts_drop_libraries(struct scripts *scripts);

/* For INFO: bytes and counts. */
struct scripts_report {
    uint64_t vm_eval, vm_functions; /* held by the interpreters */
    uint64_t eval_overhead, functions_overhead;
    uint64_t cached_scripts, functions, libraries;
    uint64_t evicted; /* scripts, since the start or the last CONFIG RESETSTAT */
};

void scripts_report(const struct scripts *scripts, struct scripts_report *report);
void scripts_reset_stats(struct scripts *scripts);

#endif
