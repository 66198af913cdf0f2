/* glob.h - shell-like patterns as KEYS, SCAN and CONFIG GET take them: * ? [abc] [a-z] [^a] and
 * backslash before any of these. Any thread. */
#ifndef MS_CORE_TEXT_GLOB_H
#define MS_CORE_TEXT_GLOB_H

#include "core/bytes/span.h"

#include <stdbool.h>

/* True if the whole text matches. O(pattern x text) at worst: a star never goes back behind the
 * star before it. `nocase`: ASCII letters match in any case. */
bool glob_match(struct span pattern, struct span text, bool nocase);

#endif
