/* notify.h - tells the service manager that started us how it goes: systemd by datagrams to the
 * socket in $NOTIFY_SOCKET (sd_notify(3) has the protocol), upstart by stopping once. Any thread.
 */
#ifndef MS_BROKER_SERVER_NOTIFY_H
#define MS_BROKER_SERVER_NOTIFY_H

#include "broker/config/config.h"

struct server;

/* Which manager it is: `auto` is decided by the environment. Says in the log when the one that is
 * asked for is not there; then the answer is SUPERVISED_NO. Before there are threads. */
enum config_supervised notify_find_manager(struct server *server);

/* Lines of sd_notify's format, formatted and sent as one message. Nothing if the manager is not
 * systemd; failures are ignored, as the protocol asks for. At most 256 bytes. */
void notify_send(const struct server *server, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* All data is there and the sockets are open. */
void notify_ready(const struct server *server);

/* As INFO's process_supervised shows it. */
const char *notify_manager_name(enum config_supervised manager);

#endif
