/* rdb_file.h - whole keyspaces in RDB files: what SAVE writes and Redis reads, and checkpoints.
 *
 * Reading takes every version from 1 to RDB_VERSION_NEWEST; what has no meaning here (modules' aux
 * fields) is skipped, what can't be read is an error that names the position. Writing uses the
 * oldest version that can hold all values, or with `complete` the newest and everything we know.
 *
 * Source: the RDB format as publicly described. Needs all shards, or a keyspace nobody else uses.
 */
#ifndef MS_STORAGE_RDB_RDB_FILE_H
#define MS_STORAGE_RDB_RDB_FILE_H

#include "core/base/diag.h"
#include "core/command/settings.h"
#include "storage/io/io.h"
#include "storage/keyspace/keyspace.h"
#include "storage/rdb/rdb_value.h"

#include <stdbool.h>
#include <stdint.h>

/* Named facts in front of the keys ("redis-ver", "ctime", "repl-id", ...). */
struct rdb_aux {
    const char *name;
    struct span value;
};

struct rdb_save {
    struct io *io;
    struct keyspace *keyspace;
    const struct settings *settings;
    int64_t now_ms;
    bool complete;             /* for ourselves: checkpoints */
    bool compress;             /* rdbcompression */
    bool checksum;             /* rdbchecksum */
    bool to_pipe;              /* the path is that of a pipe: nothing is synced there, or removed */
    bool syncs_often;          /* every 4 MiB: there is never much to be written at once */
    const struct rdb_aux *aux; /* ended by a NULL name; may be NULL */
    /* Gives the code of one library of functions after the other: `*at` starts as NULL and is the
     * callee's; false at the end. May be NULL. */
    bool (*function)(void *functions, const void **at, struct span *code);
    void *functions;
    /* Called about every megabyte with the keys written so far; false gives up (ERR_CLOSED). May be
     * NULL. */
    bool (*progress)(void *context, uint64_t keys, uint64_t bytes);
    void *context;
    uint64_t keys, bytes; /* after success */
};

/* Writes the file at `path` whole and synced; on failure nothing is left there. The caller renames
 * it to where it belongs. */
int rdb_save_file(struct rdb_save *save, const char *path, struct diag *diag);

struct rdb_load {
    struct io *io;
    struct keyspace *keyspace;
    const struct settings *settings;
    const struct rdb_loaders *loaders;
    int64_t
        now_ms; /* keys and parts that have expired by then are dropped, unless `keep_expired` */
    bool keep_expired;   /* a log follows that says when they went */
    bool check_checksum; /* as rdbchecksum */
    void (*aux)(void *context, struct span name, struct span value); /* may be NULL */
    /* A library of functions: 0, or an error with the reason, which ends the loading. May be NULL.
     */
    int (*function)(void *context, struct span code, struct diag *diag);
    bool (*progress)(void *context, uint64_t bytes, uint64_t of, uint64_t keys); /* may be NULL */
    void *context;
    uint64_t keys, expired, bytes; /* after success */
    int version;
    uint64_t end; /* bytes of the RDB part: an AOF may follow behind it */
};

/* Reads a file into a keyspace, whose locks are held or not needed. On failure the keyspace holds
 * what was read so far. */
int rdb_load_file(struct rdb_load *load, const char *path, struct diag *diag);

#endif
