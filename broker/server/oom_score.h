/* oom_score.h - what the kernel's killer thinks of this process when memory runs out: oom-score-adj
 * and oom-score-adj-values, by the part the process has to play. */
#ifndef MS_BROKER_SERVER_OOM_SCORE_H
#define MS_BROKER_SERVER_OOM_SCORE_H

#include "core/base/diag.h"

struct server;

/* Sets it as the configuration and the present role of the server want it; with `no`, to what it
 * was at first if it has been another since. To make it less likely to be killed than it was takes
 * a privilege. 0, or ERR_IO with the reason. Main thread, or exclusive. */
int oom_score_apply(struct server *server, struct diag *diag);

/* In a child that has been forked to write a file. What can't be had is not worth a word there. */
void oom_score_apply_to_child(const struct server *server);

#endif
