/* cron.h - a reactor's timer work: expiry, rehashing, its sessions, and (reactor 0) the server's.
 */
#ifndef MS_BROKER_REACTOR_CRON_H
#define MS_BROKER_REACTOR_CRON_H

struct reactor;

/* Milliseconds between two runs, by `hz`. */
int cron_interval_ms(const struct reactor *reactor);

/* Goes on with what has expired: reactor->expiry has fired. As cron_run. */
void cron_expire(struct reactor *reactor);

/* Goes on moving tables that grow or shrink: reactor->rehashing has fired. As cron_run. */
void cron_rehash(struct reactor *reactor);

/* One run. The reactor's thread, no shard held. */
void cron_run(struct reactor *reactor);

#endif
