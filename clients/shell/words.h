/* words.h - splits a typed line into a command's arguments. */
#ifndef MS_CLIENTS_SHELL_WORDS_H
#define MS_CLIENTS_SHELL_WORDS_H

#include "core/bytes/arena.h"
#include "core/bytes/span.h"

struct words {
    size_t count;
    struct span *items; /* zero bytes behind each; in the arena */
};

/* Words are separated by blanks. "..." knows \n \r \t \a \b \\ \" and \xHH; '...' knows \' only. 0;
 * or ERR_SYNTAX for a quotation mark without its partner, or one that does not end its word. */
int words_split(struct arena *arena, struct span line, struct words *words);

#endif
