/* aof_file.h - reads an append only file of Redis: commands as clients send them, with transactions
 * and "#" annotations, perhaps behind an RDB part. The file is only read. One thread.
 *
 * Source: the format as publicly described, and files of redis-server 7.0. */
#ifndef MS_BROKER_PERSISTENCE_AOF_FILE_H
#define MS_BROKER_PERSISTENCE_AOF_FILE_H

#include "core/base/diag.h"
#include "core/bytes/span.h"
#include "storage/io/io.h"

#include <stdbool.h>
#include <stdint.h>

/* Bytes of one argument. Redis has no limit but what its proto-max-bulk-len was at the time; beyond
 * this a number is taken for damage, and not for an argument whose end is missing. */
#define AOF_BULK_LIMIT (INT64_C(1) << 40)

struct aof_file {
    struct io *io;
    const char *path;
    uint64_t from;         /* bytes of an RDB part to be passed over */
    bool may_be_cut_short; /* the end may be missing: then `cut_bytes` are left out */
    uint64_t damage_limit; /* what is no command is left out, too, if no more bytes than these are
                              behind the last one that is; 0: never */
    void *context;
    /* True if a command is to be left out. May be NULL. */
    bool (*skip)(void *context, size_t argc, const struct span *argv);
    /* Commands that belong together, one or a whole transaction, in the form of the wire; `at` is
     * where they begin. 0, or an error that ends the reading. */
    int (*commands)(void *context, uint64_t at, struct span bytes, struct diag *diag);
    /* About every megabyte; false gives up (ERR_CLOSED). May be NULL. */
    bool (*progress)(void *context, uint64_t bytes, uint64_t of);

    /* Results: */
    uint64_t bytes, cut_bytes; /* of the file; of its end that was left out */
    bool is_damaged;           /* something there is no command */
};

/* True if the file begins with an RDB part. 0 or an error. */
int aof_file_has_rdb(struct io *io, const char *path, bool *has_rdb, struct diag *diag);

/* 0; ERR_DAMAGED for what is no command, or an end that is missing and must not be; or another
 * error. The diag names file and byte. */
int aof_file_read(struct aof_file *file, struct diag *diag);

#endif
