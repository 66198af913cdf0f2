/* line.h - the line editor: libedit with a history file, completion by TAB, and hints behind the
 * cursor. One per process. */
#ifndef MS_CLIENTS_SHELL_LINE_H
#define MS_CLIENTS_SHELL_LINE_H

#include "clients/shell/docs.h"

struct line;

enum line_result {
    LINE_READY,
    LINE_END,         /* end of input */
    LINE_INTERRUPTED, /* Ctrl-C: the line is dropped */
};

/* NULL when the terminal cannot be edited on. `history_path` may be NULL: nothing is kept. */
struct line *line_new(const char *history_path);

/* Gives the terminal back. */
void line_free(struct line *line);

/* `docs` is borrowed until the next call; NULL: no hints and no completion. */
void line_set_docs(struct line *line, const struct docs *docs);

/* Hints can be switched off; they are on at first. */
void line_set_hints(struct line *line, int on);

/* Reads one line; *text is borrowed until the next call and has no line feed. */
enum line_result line_read(struct line *line, const char *prompt, const char **text);

/* Adds to the history and its file. */
void line_remember(struct line *line, const char *text);

#endif
