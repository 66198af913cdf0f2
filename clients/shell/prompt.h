/* prompt.h - the interactive shell: line editing, history, completion and hints by libedit. */
#ifndef MS_CLIENTS_SHELL_PROMPT_H
#define MS_CLIENTS_SHELL_PROMPT_H

#include "clients/shell/link.h"

/* Reads and runs commands until the end of input or "quit". Returns the exit code. */
int prompt_run(struct link *link, enum format_style style);

/* Splits a line into words as the server's inline protocol does; spans into `scratch`. Returns the
 * number, or -1 on unbalanced quotes. */
int prompt_split(struct span line, struct buffer *scratch, struct span *words, size_t limit);

/* Sends a command and prints its reply; for commands that go on answering (SUBSCRIBE, MONITOR),
 * prints until the connection ends. Returns 0, or 1 after an error. */
int prompt_call(struct link *link, size_t argc, const struct span *argv, enum format_style style);

#endif
