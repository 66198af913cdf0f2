#include "broker/server/shutdown.h"
#include "broker/persistence/persistence.h"
#include "broker/reactor/world.h"
#include "broker/replication/farewell.h"
#include "broker/script/busy.h"
#include "broker/server/log.h"
#include "broker/server/server.h"
#include "core/base/error.h"

#include <signal.h>
#include <unistd.h>

static bool is_loading(const struct server *server)
{
    return atomic_load_explicit(&server->loading, memory_order_relaxed);
}

int shutdown_begin(struct server *server, unsigned flags, struct session *session)
{
    struct farewell_end end = {.settles = !is_loading(server), .force = flags & SHUTDOWN_FORCE};
    struct diag diag = {0};

    end.save = flags & SHUTDOWN_SAVE ||
               (!(flags & SHUTDOWN_NOSAVE) && persistence_has_save_points(server->persistence));
    if (!session && !end.save)
        end.force = true; /* a log that can't be written is no reason to stay: it said so before */
    if (!(flags & SHUTDOWN_NOW) && farewell_begin(server, session, &end))
        return ERR_AGAIN;
    if (end.settles && persistence_settle(server->persistence, end.save, &diag) < 0) {
        log_line(server->log, LOG_WARNING, "Errors trying to shut down: %s", diag.text);
        if (!end.force)
            return ERR_IO;
    }
    server_stop(server);
    return 0;
}

static void end_by_signal(struct server *server, int signal)
{
    const struct config *config = server_config(server);
    unsigned flags = signal == SIGINT ? config->shutdown_on_sigint : config->shutdown_on_sigterm;

    if (is_loading(server)) {
        server_stop(server); /* the disk has all there is */
        return;
    }
    world_stop(server->world, 0);
    if (farewell_is_on(server))
        flags |= SHUTDOWN_NOW;
    shutdown_begin(server, flags, NULL);
    world_resume(server->world, 0);
}

void shutdown_on_signal(void *owner, int signal)
{
    struct server *server = owner;

    if (atomic_load_explicit(&server->stopping, memory_order_relaxed) ||
        atomic_load_explicit(&server->stop_after_script, memory_order_relaxed)) {
        log_line(server->log, LOG_WARNING, "You insist... exiting now.");
        _exit(1);
    }
    log_line(server->log, LOG_WARNING, "Received %s scheduling shutdown...",
             signal == SIGINT ? "SIGINT" : "SIGTERM");
    if (!script_busy_stops_later(server, signal))
        end_by_signal(server, signal);
}

void shutdown_after_script(struct server *server)
{
    int signal = atomic_load_explicit(&server->stop_after_script, memory_order_relaxed);

    if (!signal || atomic_load_explicit(&server->busy, memory_order_relaxed))
        return;
    atomic_store_explicit(&server->stop_after_script, 0, memory_order_relaxed);
    end_by_signal(server, signal);
}
