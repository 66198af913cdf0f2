/* loop.h - one thread's event loop (libev) and its watchers. With connection.h and listener.h this
 * is the only part of the broker that knows libev.
 *
 * A loop and its watchers belong to the thread that runs it; only loop_wake may be called from
 * elsewhere. Callbacks may free their own watcher. */
#ifndef MS_BROKER_NET_LOOP_H
#define MS_BROKER_NET_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct loop_io;
struct loop_timer;

struct loop_hooks {
    void (*before_wait)(void *owner);  /* the last thing before the thread sleeps: give up locks */
    void (*after_wait)(void *owner);   /* the first thing after it slept */
    void (*end_of_round)(void *owner); /* after all callbacks of a round, before the next sleep */
    void (*woken)(void *owner);        /* loop_wake was called at least once since the last time */
};

/* NULL if the system has no usable poll mechanism. */
struct loop *loop_new(const struct loop_hooks *hooks, void *owner);
void loop_free(struct loop *loop);

/* Runs until loop_stop. */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

/* Runs one round of whatever is ready, without sleeping. */
void loop_run_once(struct loop *loop);

/* Makes the loop call `woken` soon. Any thread; cheap when a wake-up is already pending. */
void loop_wake(struct loop *loop);

/* Watches a descriptor for reading and writing as set by loop_io_want (nothing at first). */
struct loop_io *loop_io_new(struct loop *loop, int fd,
                            void (*ready)(void *owner, bool readable, bool writable), void *owner);
void loop_io_want(struct loop_io *io, bool read, bool write);
void loop_io_free(struct loop_io *io);

/* A timer, stopped at first. `repeat_ms` 0: once. */
struct loop_timer *loop_timer_new(struct loop *loop, void (*fired)(void *owner), void *owner);
void loop_timer_start(struct loop_timer *timer, int64_t after_ms, int64_t repeat_ms);
bool loop_timer_is_on(const struct loop_timer *timer);
void loop_timer_free(struct loop_timer *timer);

/* Calls `fired` in this loop's thread when the process gets the signal. At most one loop a signal.
 */
void loop_on_signal(struct loop *loop, int signal, void (*fired)(void *owner, int signal),
                    void *owner);

/* Name of the poll mechanism, for INFO. */
const char *loop_backend(const struct loop *loop);

#endif
