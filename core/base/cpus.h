/* cpus.h - which CPUs the threads and children of this process may run on, by what they are for:
 * the lists of `server-cpulist` and its like. One setting a process, as its affinity is; made once,
 * before there are threads, and read by any of them. */
#ifndef MS_CORE_BASE_CPUS_H
#define MS_CORE_BASE_CPUS_H

#include "core/base/diag.h"

enum cpus_use {
    CPUS_SERVER,     /* threads that serve clients */
    CPUS_BACKGROUND, /* all other threads */
    CPUS_REWRITE,    /* a child that writes a checkpoint */
    CPUS_SAVE,       /* a child that writes an RDB file, or sends one */
    CPUS_USES
};

/* Takes a list: "0,2,4-7", and "0-7:2" for every second one of them; "" for what the process was
 * started with. 0, or ERR_SYNTAX or ERR_RANGE with the reason, and nothing has changed. */
int cpus_set(enum cpus_use use, const char *list, struct diag *diag);

/* How many there are for a use: at least 1. */
int cpus_count(enum cpus_use use);

/* Moves the calling thread to its CPUs. Does nothing unless a list was given, for this use or for
 * another: threads inherit the CPUs of those that start them. 0, or ERR_IO if the system refuses,
 * as it does if none of them is to be had. */
int cpus_take(enum cpus_use use, struct diag *diag);

#endif
