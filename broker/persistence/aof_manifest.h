/* aof_manifest.h - the list of files that make up the append only data of a Redis since 7.0: a line
 * of words for each, "file NAME seq N type T", where T is b (what the data began with), i (what
 * came since, in the order of N) or h (history, of no use any more). "#" begins a comment. One
 * thread. */
#ifndef MS_BROKER_PERSISTENCE_AOF_MANIFEST_H
#define MS_BROKER_PERSISTENCE_AOF_MANIFEST_H

#include "core/base/diag.h"
#include "core/bytes/span.h"

#include <stddef.h>
#include <stdint.h>

enum {
    AOF_NAME_LIMIT = 256,
    AOF_MANIFEST_LIMIT = 4 * 1024 * 1024, /* bytes */
};

/* Embeddable; starts zeroed. */
struct aof_manifest {
    char (*files)[AOF_NAME_LIMIT]; /* those to be read, in their order */
    size_t count;
};

/* Reads the text. 0; or ERR_DAMAGED with the line that makes no sense, nothing to release then. */
int aof_manifest_read(struct aof_manifest *manifest, struct span text, struct diag *diag);
void aof_manifest_release(struct aof_manifest *manifest);

#endif
