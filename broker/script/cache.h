/* cache.h - the scripts EVALSHA knows, by digest. Those that came by SCRIPT LOAD stay; of those
 * that came by EVAL the SCRIPT_CACHE_LIMIT used last do. Exclusive. */
#ifndef MS_BROKER_SCRIPT_CACHE_H
#define MS_BROKER_SCRIPT_CACHE_H

#include "core/base/diag.h"
#include "core/bytes/span.h"
#include "core/dict/dict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scripts;

enum {
    SCRIPT_CACHE_LIMIT = 500,
    SCRIPT_DIGEST_SIZE = 40
};

struct script {
    char digest[SCRIPT_DIGEST_SIZE + 1];
    unsigned flags;               /* enum script_flag */
    int function;                 /* reference */
    bool loaded;                  /* by SCRIPT LOAD: stays */
    struct script *newer, *older; /* of those that may go, by use */
    uint64_t text_hash;
    size_t size;
    char text[];
};

/* Zeroed is not empty: script_cache_init. */
struct script_cache {
    struct dict by_digest, by_text;
    struct script *newest, *oldest;
    size_t evictable;
    size_t bytes;
    uint64_t evicted;
};

void script_cache_init(struct script_cache *cache);

/* Forgets all scripts. The interpreter is to be freed, too: references are not given back. */
void script_cache_clear(struct script_cache *cache);

/* The script of this text, compiled if it is new. NULL with the reason. `loaded`: by SCRIPT LOAD.
 */
struct script *script_cache_add(struct scripts *scripts, struct span text, bool loaded,
                                struct diag *diag);

/* The script of this digest in any case; NULL if unknown. It counts as used. */
struct script *script_cache_find(struct scripts *scripts, struct span digest);

/* Is it known? Changes nothing. */
bool script_cache_has(const struct script_cache *cache, struct span digest);

/* Its flags, SCRIPT_COMPATIBLE if it is unknown. Changes nothing. */
unsigned script_cache_flags(const struct script_cache *cache, struct span digest);

#endif
