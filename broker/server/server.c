#include "broker/server/server.h"
#include "broker/command/registry.h"
#include "broker/pubsub/pubsub.h"
#include "broker/persistence/persistence.h"
#include "broker/reactor/world.h"
#include "broker/server/acceptor.h"
#include "broker/server/log.h"
#include "broker/server/values.h"
#include "broker/session/session.h"
#include "broker/tracking/tracking.h"
#include "broker/transaction/watch.h"
#include "broker/wait/wait.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/hash/key_hash.h"
#include "core/time/clock.h"
#include "storage/keyspace/keyspace.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    RESERVED_DESCRIPTORS = 32
};

static int available_cpus(void)
{
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof(set), &set) < 0)
        return 1;
    return CPU_COUNT(&set);
}

static void fill_random(void *to, size_t size)
{
    if (getrandom(to, size, 0) != (ssize_t)size)
        memset(to, 0x5a, size); /* only on kernels without a seeded pool */
}

static void random_hex(char *to, size_t size)
{
    unsigned char byte;

    for (size_t i = 0; i < size; i++) {
        fill_random(&byte, 1);
        to[i] = "0123456789abcdef"[byte & 15];
    }
    to[size] = '\0';
}

/* One descriptor a client and some for ourselves; a limit that can't be raised is said, not fatal.
 */
static void raise_descriptor_limit(struct server *server)
{
    rlim_t wanted = (rlim_t)server_config(server)->maxclients + RESERVED_DESCRIPTORS;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = wanted;
    if (limit.rlim_max < wanted)
        limit.rlim_max = wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
        return;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    log_line(server->log, LOG_WARNING,
             "The limit of open files is %llu, below the %llu that maxclients needs.",
             (unsigned long long)limit.rlim_cur, (unsigned long long)wanted);
}

static int daemonize(struct diag *diag)
{
    pid_t child = fork();

    if (child < 0)
        return diag_errno(diag, "fork");
    if (child > 0)
        _exit(0);
    if (setsid() < 0)
        return diag_errno(diag, "setsid");
    if (!freopen("/dev/null", "r", stdin) || !freopen("/dev/null", "w", stdout) ||
        !freopen("/dev/null", "w", stderr))
        return diag_errno(diag, "detach from the terminal");
    return 0;
}

static void write_pidfile(struct server *server)
{
    const struct config *config = server_config(server);
    FILE *file;

    if (!config->pidfile[0] && !config->daemonize)
        return;
    file = fopen(config->pidfile[0] ? config->pidfile : "/var/run/millstream.pid", "we");
    if (!file) {
        log_line(server->log, LOG_WARNING, "Can't write the pid file %s: %s", config->pidfile,
                 strerror(errno));
        return;
    }
    fprintf(file, "%d\n", (int)getpid());
    fclose(file);
}

static int build_reactors(struct server *server, struct diag *diag)
{
    int count = server_config(server)->reactors;

    if (count == 0)
        count = available_cpus();
    if (count > REACTORS_LIMIT)
        count = REACTORS_LIMIT;
    server->reactor_count = count;
    server->world = world_new(count + 1); /* and one for the thread that loads */
    server->keyspace = keyspace_new(server_config(server)->settings.databases, count > 1);
    values_register(&server->loaders);
    keyspace_set_loaders(server->keyspace, &server->loaders);
    server->persistence = persistence_new(server);
    server->waits = wait_table_new();
    server->watches = watch_table_new();
    server->tracking = tracking_new();
    server->pubsub = pubsub_new();
    for (int i = 0; i < count; i++) {
        server->reactors[i] = reactor_new(server, i);
        if (!server->reactors[i])
            return diag_set(diag, ERR_IO, "no event loop for reactor %d", i);
    }
    return 0;
}

static void fill_identity(struct server *server)
{
    unsigned char seed[16];
    ssize_t size;

    workers_init(&server->workers);
    fill_random(seed, sizeof(seed));
    key_hash_seed(seed);
    random_hex(server->run_id, RUN_ID_SIZE);
    random_hex(server->replication_id, RUN_ID_SIZE);
    size = readlink("/proc/self/exe", server->executable, sizeof(server->executable) - 1);
    server->executable[size > 0 ? size : 0] = '\0';
    server->started_ms = server->stats_reset_ms = server->last_save_ms = clock_now_ms();
    server->started_ns = clock_monotonic_ns();
    atomic_init(&server->next_session_id, 1);
    server->active_expire = true;
}

struct server *server_new(int argc, char **argv, struct diag *diag)
{
    struct server *server = mem_zalloc(sizeof(*server));
    const struct config *config;

    server->config = config_new();
    fill_identity(server);
    if (config_load(server->config, argc, argv, diag) < 0)
        goto fail;
    config = server_config(server);
    if (config->dir[0] && chdir(config->dir) < 0) {
        diag_errno(diag, "change to directory %s", config->dir);
        goto fail;
    }
    if (config->daemonize && daemonize(diag) < 0)
        goto fail;
    server->log = log_open(config->logfile, config->loglevel, diag);
    if (!server->log)
        goto fail;
    server->registry = registry_new(registry_families);
    if (build_reactors(server, diag) < 0)
        goto fail;
    return server;

fail:
    server_free(server);
    return NULL;
}

static void on_signal(void *owner, int signal)
{
    struct server *server = owner;

    if (atomic_load_explicit(&server->stopping, memory_order_relaxed)) {
        log_line(server->log, LOG_WARNING, "You insist... exiting now.");
        _exit(1);
    }
    log_line(server->log, LOG_WARNING, "Received %s scheduling shutdown...",
             signal == SIGINT ? "SIGINT" : "SIGTERM");
    server_stop(server);
}

static void announce(struct server *server)
{
    const struct config *config = server_config(server);

    log_line(server->log, LOG_NOTICE, "Millstream %s, %d reactors, port %d, PID: %d", MS_VERSION,
             server->reactor_count, config->port, (int)getpid());
    if (!config_file(server->config)[0])
        log_line(server->log, LOG_WARNING,
                 "No config file given, using the defaults. To give one: %s /path/to/file",
                 server->executable);
    log_line(server->log, LOG_NOTICE, "Server initialized");
}

int server_run(struct server *server)
{
    struct reactor *first = server->reactors[0];
    struct diag diag = {0};

    raise_descriptor_limit(server);
    announce(server);
    server->acceptor = acceptor_open(server, &diag);
    if (!server->acceptor) {
        log_line(server->log, LOG_WARNING, "Can't listen: %s", diag.text);
        return 1;
    }
    write_pidfile(server);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    loop_on_signal(first->loop, SIGTERM, on_signal, server);
    loop_on_signal(first->loop, SIGINT, on_signal, server);
    server->memory_startup = mem_used();
    for (int i = 1; i < server->reactor_count; i++) {
        if (reactor_start(server->reactors[i]) != 0) {
            log_line(server->log, LOG_WARNING, "Can't start a thread for reactor %d", i);
            return 1;
        }
    }
    persistence_start(server->persistence);
    reactor_run(first);
    for (int i = 1; i < server->reactor_count; i++)
        pthread_join(server->reactors[i]->thread, NULL);
    persistence_stop(server->persistence);
    if (server_config(server)->pidfile[0])
        unlink(server_config(server)->pidfile);
    if (server_config(server)->unixsocket[0])
        unlink(server_config(server)->unixsocket);
    log_line(server->log, LOG_WARNING, "Millstream is now ready to exit, bye bye...");
    return server->exit_code;
}

void server_stop(struct server *server)
{
    atomic_store_explicit(&server->stopping, 1, memory_order_relaxed);
    for (int i = 0; i < server->reactor_count; i++)
        reactor_stop(server->reactors[i]);
}

void server_unpause(struct server *server)
{
    server->pause = PAUSE_NONE;
    server->pause_until_ms = 0;
    for (int i = 0; i < server->reactor_count; i++) {
        struct reactor *reactor = server->reactors[i];

        for (struct session *at = reactor->sessions.first; at; at = at->next[LINK_ALL]) {
            if (!(at->flags & SESSION_PAUSED))
                continue;
            at->flags &= ~(unsigned)SESSION_PAUSED;
            session_link(at, LINK_RESUME);
        }
        loop_wake(reactor->loop);
    }
}

void server_free(struct server *server)
{
    if (!server)
        return;
    acceptor_close(server->acceptor);
    workers_stop(&server->workers);
    persistence_free(server->persistence);
    for (int i = 0; i < server->reactor_count; i++)
        reactor_free(server->reactors[i]);
    wait_table_free(server->waits);
    watch_table_free(server->watches);
    tracking_free(server->tracking);
    pubsub_free(server->pubsub);
    keyspace_free(server->keyspace);
    registry_free(server->registry);
    world_free(server->world);
    log_close(server->log);
    config_free(server->config);
    mem_free(server);
}
