/* process_title.h - what ps and top show of the server: made from `proc-title-template`, written
 * over the arguments it was started with. One a process, for there is one such place. */
#ifndef MS_BROKER_SERVER_PROCESS_TITLE_H
#define MS_BROKER_SERVER_PROCESS_TITLE_H

#include "broker/config/config.h"

/* Remembers where the kernel put the arguments, and moves the environment that follows them out of
 * the way, so that there is room. `argv` is not to be read afterwards. Before there are threads. */
void process_title_init(int argc, char **argv);

/* Writes the title if `set-proc-title` is on and there is room; else nothing. `file` is the path of
 * the configuration file, "" for none. Main thread, or exclusive. */
void process_title_set(const struct config *config, const char *file);

/* Whether the template of this configuration can be expanded. */
bool process_title_fits(const struct config *config);

#endif
