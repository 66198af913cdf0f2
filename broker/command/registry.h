/* registry.h - all commands by name. Built once at start from the families' arrays; read-only after
 * that, any thread. */
#ifndef MS_BROKER_COMMAND_REGISTRY_H
#define MS_BROKER_COMMAND_REGISTRY_H

#include "core/base/diag.h"
#include "core/bytes/span.h"
#include "core/command/command.h"

#include <stddef.h>

/* A command or subcommand with its number, by which statistics are kept. */
struct command {
    const struct command_spec *spec;
    const struct command *parent; /* container of a subcommand, or NULL */
    unsigned number;
    char full_name[64];                /* "xadd", "xgroup|create" */
    const struct command *subcommands; /* of a container, `subcommand_count` of them */
    unsigned subcommand_count;
    bool is_plain;      /* its only key, if any, is always at `key_at`, used as `key_flags` say */
    unsigned key_at;    /* 0: it has none */
    unsigned key_flags; /* enum key_flag */
};

struct registry;

/* Arrays ended by an entry without a name; `arrays` ended by NULL. */
struct registry *registry_new(const struct command_spec *const *arrays);
void registry_free(struct registry *registry);

/* A top-level command by name, in any case; NULL if unknown. */
const struct command *registry_find(const struct registry *registry, struct span name);

/* Clients find a command under another name from now on, or not at all if that is "". Rules of
 * users and the log keep the original one. At start only. ERR_MISSING if there is no such command,
 * ERR_EXISTS if the new name is taken. */
int registry_rename(struct registry *registry, struct span from, struct span to, struct diag *diag);

/* True if a command has another name than its own. */
bool registry_has_renames(const struct registry *registry);

/* True if a command, or the one it is a subcommand of, has no name any more. */
bool registry_is_disabled(const struct registry *registry, const struct command *command);

/* `word` if it is the command's own name, else that: the log outlives `rename-command`. */
struct span registry_original_name(const struct command *command, struct span word);

/* By its original name, "xgroup|create" too, however clients call it. */
const struct command *registry_find_original(const struct registry *registry, struct span name);

/* The same, or one that only the log may call (CMD_INTERNAL). */
const struct command *registry_find_logged(const struct registry *registry, struct span name);

/* A subcommand of a container. */
const struct command *registry_find_sub(const struct command *container, struct span name);

/* The command or subcommand of a call, as clients name it; NULL if there is none. */
const struct command *registry_find_call(const struct registry *registry, size_t argc,
                                         const struct span *argv);

/* "xgroup|create" or "get". */
const struct command *registry_find_full(const struct registry *registry, struct span name);

/* How many there are with subcommands; numbers are 0 .. count - 1. */
unsigned registry_total(const struct registry *registry);
const struct command *registry_by_number(const struct registry *registry, unsigned number);

/* How many top-level ones there are that clients can call. */
unsigned registry_count(const struct registry *registry);

/* The arrays of all layers. */
extern const struct command_spec *const registry_families[];

#endif
