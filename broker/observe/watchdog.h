/* watchdog.h - a thread that says in the log where a reactor is when it has not come back to its
 * loop for `watchdog-period` milliseconds, which is raised to WATCHDOG_MIN_MS. For finding what
 * makes a server stand still; off by default. */
#ifndef MS_BROKER_OBSERVE_WATCHDOG_H
#define MS_BROKER_OBSERVE_WATCHDOG_H

struct server;
struct watchdog;

enum {
    WATCHDOG_MIN_MS = 200
};

struct watchdog *watchdog_new(struct server *server);

/* Ends the thread. Reactors are at rest or gone. */
void watchdog_free(struct watchdog *watchdog);

/* Starts, changes or ends the watch as the configuration says now. Exclusive, or before reactors
 * run. */
void watchdog_configure(struct watchdog *watchdog);

#endif
