/* crash_report.h - what is written to the log when the server crashes: the signal, the registers,
 * every reactor's stack and what it was doing, and which build it is. Then the signal takes its
 * usual course, so that a core is made and whoever waits for us learns the truth.
 *
 * Signals have no argument of ours, so this is one of the few places with state of the process.
 * A report takes at most CRASH_REPORT_SECONDS: when something it needs is broken as well, it ends
 * there. It allocates nothing and takes no lock. */
#ifndef MS_BROKER_OBSERVE_CRASH_REPORT_H
#define MS_BROKER_OBSERVE_CRASH_REPORT_H

#include <stdint.h>

struct server;

enum {
    CRASH_REPORT_SECONDS = 20
};

/* Catches SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT and a failed CHECK, unless `crash-log-enabled`
 * is no, or a sanitizer's run-time wants them. Once, in the main thread, before the others. */
void crash_report_install(struct server *server);

/* As CONFIG SET crash-log-enabled says now. Exclusive. */
void crash_report_configure(struct server *server);

/* Puts the calling thread into the reports, as reactor `index`, with a signal stack of its own: a
 * stack overflow is reported too. */
void crash_report_thread(int index);

/* Writes to the log where reactor `index` is now, from any other thread but a reactor. Nothing if a
 * report is being written. */
void crash_report_stack_of(int index);

#endif
