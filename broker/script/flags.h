/* flags.h - the first line of a script: "#!lua name=lib flags=no-writes,allow-stale".
 *
 * Words and values may stand in quotes, in which nothing is escaped. Without such a line a script
 * may write, and is checked call by call, as before there were flags. */
#ifndef MS_BROKER_SCRIPT_FLAGS_H
#define MS_BROKER_SCRIPT_FLAGS_H

#include "core/base/diag.h"
#include "core/bytes/span.h"

#include <stdbool.h>
#include <stddef.h>

enum script_flag {
    SCRIPT_NO_WRITES = 1 << 0,
    SCRIPT_ALLOW_OOM = 1 << 1,
    SCRIPT_ALLOW_STALE = 1 << 2,
    SCRIPT_NO_CLUSTER = 1 << 3,
    SCRIPT_ALLOW_CROSS_SLOT = 1 << 4,
    SCRIPT_COMPATIBLE = 1 << 5, /* no first line */
};

struct script_head {
    unsigned flags;
    struct span name; /* of a library; borrowed from the text */
    size_t size;      /* bytes of the line without its end */
};

/* The flag of a name in any case, or 0. */
unsigned script_flag_find(struct span name);

/* The name of one of the first five flags; NULL past them. */
const char *script_flag_name(size_t at);

/* Reads the first line of a script for EVAL. 0, or ERR_SYNTAX with the reason. */
int script_head_read(struct script_head *head, struct span text, struct diag *diag);

/* Reads the first line of a library, which has to be there. */
int script_head_read_library(struct script_head *head, struct span text, struct diag *diag);

#endif
