#include "broker/server/server.h"
#include "broker/acl/acl.h"
#include "broker/command/registry.h"
#include "broker/config/directive.h"
#include "broker/net/tls.h"
#include "broker/observe/crash_report.h"
#include "broker/observe/watchdog.h"
#include "broker/observe/observe.h"
#include "broker/pubsub/pubsub.h"
#include "broker/persistence/persistence.h"
#include "broker/reactor/world.h"
#include "broker/replication/replication.h"
#include "broker/script/script.h"
#include "broker/server/acceptor.h"
#include "broker/server/daemon.h"
#include "broker/server/log.h"
#include "broker/server/notify.h"
#include "broker/server/oom_score.h"
#include "broker/server/process_title.h"
#include "broker/server/shutdown.h"
#include "broker/server/tls_setup.h"
#include "broker/server/values.h"
#include "broker/session/client_eviction.h"
#include "broker/session/session.h"
#include "broker/tracking/tracking.h"
#include "broker/transaction/watch.h"
#include "broker/wait/wait.h"
#include "core/base/cpus.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/hash/key_hash.h"
#include "core/time/clock.h"
#include "storage/keyspace/keyspace.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    RESERVED_DESCRIPTORS = 32
};

/* Lists of CPUs that can't be read say so, and are as if they were not there. */
static void take_cpu_lists(struct server *server)
{
    const struct config *config = server_config(server);
    const struct {
        const char *name, *list;
    } lists[CPUS_USES] = {
        [CPUS_SERVER] = {"server-cpulist", config->server_cpulist},
        [CPUS_BACKGROUND] = {"bio-cpulist", config->bio_cpulist},
        [CPUS_REWRITE] = {"aof-rewrite-cpulist", config->aof_rewrite_cpulist},
        [CPUS_SAVE] = {"bgsave-cpulist", config->bgsave_cpulist},
    };
    struct diag diag = {0};

    for (int use = 0; use < CPUS_USES; use++)
        if (cpus_set(use, lists[use].list, &diag) < 0)
            log_line(server->log, LOG_WARNING, "%s \"%s\" can't be used: %s", lists[use].name,
                     lists[use].list, diag.text);
    if (cpus_take(CPUS_BACKGROUND, &diag) < 0) /* until reactors run: threads inherit it */
        log_line(server->log, LOG_WARNING, "bio-cpulist can't be had: %s", diag.text);
}

static void fill_random(void *to, size_t size)
{
    if (getrandom(to, size, 0) != (ssize_t)size)
        memset(to, 0x5a, size); /* only on kernels without a seeded pool */
}

void server_random_hex(char *to, size_t size)
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

static int build_reactors(struct server *server, struct diag *diag)
{
    int count = server_config(server)->reactors;

    if (count == 0)
        count = cpus_count(CPUS_SERVER);
    if (count > REACTORS_LIMIT)
        count = REACTORS_LIMIT;
    server->reactor_count = count;
    server->world = world_new(count + 1); /* and one for the thread that loads */
    server->keyspace = keyspace_new(server_config(server)->settings.databases, count > 1);
    values_register(&server->loaders);
    keyspace_set_loaders(server->keyspace, &server->loaders);
    server->persistence = persistence_new(server);
    server->replication = replication_new(server);
    server->waits = wait_table_new();
    server->watches = watch_table_new();
    server->tracking = tracking_new();
    server->pubsub = pubsub_new();
    server->observe = observe_new();
    for (int i = 0; i < count; i++) {
        server->reactors[i] = reactor_new(server, i);
        if (!server->reactors[i])
            return diag_set(diag, ERR_IO, "no event loop for reactor %d", i);
    }
    client_eviction_configure(server);
    return 0;
}

static void fill_identity(struct server *server)
{
    unsigned char seed[16];
    ssize_t size;

    workers_init(&server->workers);
    fill_random(seed, sizeof(seed));
    key_hash_seed(seed);
    server_random_hex(server->run_id, RUN_ID_SIZE);
    server_random_hex(server->replication_id, RUN_ID_SIZE);
    size = readlink("/proc/self/exe", server->executable, sizeof(server->executable) - 1);
    server->executable[size > 0 ? size : 0] = '\0';
    server->started_ms = server->stats_reset_ms = server->last_save_ms = clock_now_ms();
    server->started_ns = clock_monotonic_ns();
    atomic_init(&server->next_session_id, 1);
    server->active_expire = true;
}

/* `rename-command` lines: a new name each, or "" for none. */
static int rename_commands(struct server *server, struct diag *diag)
{
    struct span words[DIRECTIVE_WORDS_LIMIT];
    struct buffer all = {0}, scratch = {0};
    struct span lines;
    int rc = 0;

    config_get_text(server_config(server), "rename-command", &all);
    lines = span_of(all.data, all.size);
    while (lines.size > 0 && rc == 0) {
        const char *end = memchr(lines.data, '\n', lines.size);
        struct span line = span_of(lines.data, end ? (size_t)(end - lines.data) : lines.size);

        lines = end ? span_of(end + 1, lines.size - line.size - 1) : span_of(NULL, 0);
        if (config_split(line, &scratch, words, DIRECTIVE_WORDS_LIMIT) != 2)
            rc = diag_set(diag, ERR_SYNTAX, "rename-command wants a command and its new name");
        else
            rc = registry_rename(server->registry, words[0], words[1], diag);
    }
    buffer_release(&all);
    buffer_release(&scratch);
    return rc;
}

struct server *server_new(int argc, char **argv, struct diag *diag)
{
    struct server *server = mem_zalloc(sizeof(*server));
    const struct config *config;

    server->daemon_fd = -1;
    server->config = config_new();
    fill_identity(server);
    if (config_load(server->config, argc, argv, diag) < 0)
        goto fail;
    config = server_config(server);
    if (!process_title_fits(config)) {
        diag_set(diag, ERR_SYNTAX, "proc-title-template has an unknown variable, or an open brace");
        goto fail;
    }
    if (config->dir[0] && chdir(config->dir) < 0) {
        diag_errno(diag, "change to directory %s", config->dir);
        goto fail;
    }
    server->log = log_open(config, diag);
    if (!server->log)
        goto fail;
    take_cpu_lists(server);
    server->supervised = notify_find_manager(server);
    if (config->daemonize && server->supervised == SUPERVISED_NO) {
        if (daemon_start(&server->daemon_fd, diag) < 0)
            goto fail;
        log_forked(server->log);
    }
    server->registry = registry_new(registry_families);
    if (rename_commands(server, diag) < 0)
        goto fail;
    server->acl = acl_new(server->registry);
    if (acl_load_at_start(server, diag) < 0)
        goto fail;
    server->scripts = scripts_new(server);
    if (build_reactors(server, diag) < 0)
        goto fail;
    return server;

fail:
    server_free(server);
    return NULL;
}

void server_say_without_effect(struct server *server, const struct config *before)
{
    const char *name;

    for (int at = 0; (name = config_next_without_effect(server_config(server), before, &at));)
        log_line(server->log, LOG_WARNING,
                 "%s is accepted and has no effect: COMPATIBILITY.md says why", name);
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
    server_say_without_effect(server, NULL);
    log_line(server->log, LOG_NOTICE, "Server initialized");
}

int server_run(struct server *server)
{
    struct reactor *first = server->reactors[0];
    struct diag diag = {0};

    raise_descriptor_limit(server);
    if (server_config(server)->disable_thp)
        prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0); /* where there are any: a small change copies 2 MB */
    if (oom_score_apply(server, &diag) < 0)
        log_line(server->log, LOG_WARNING, "oom-score-adj can't be set: %s", diag.text);
    crash_report_install(server);
    server->watchdog = watchdog_new(server);
    announce(server);
    if (tls_setup(server_config(server), &server->tls, &diag) < 0) {
        log_line(server->log, LOG_WARNING, "Can't set up TLS: %s", diag.text);
        return 1;
    }
    server->acceptor = acceptor_open(server, &diag);
    if (!server->acceptor) {
        log_line(server->log, LOG_WARNING, "Can't listen: %s", diag.text);
        return 1;
    }
    process_title_set(server_config(server), config_file(server->config));
    daemon_write_pid_file(server);
    daemon_ready(&server->daemon_fd);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    loop_on_signal(first->loop, SIGTERM, shutdown_on_signal, server);
    loop_on_signal(first->loop, SIGINT, shutdown_on_signal, server);
    server->memory_startup = mem_used();
    for (int i = 1; i < server->reactor_count; i++) {
        if (reactor_start(server->reactors[i]) != 0) {
            log_line(server->log, LOG_WARNING, "Can't start a thread for reactor %d", i);
            return 1;
        }
    }
    watchdog_configure(server->watchdog);
    mem_purge_in_background(server_config(server)->jemalloc_bg_thread);
    notify_send(server, "STATUS=Loading the data\n");
    persistence_start(server->persistence);
    if (cpus_take(CPUS_SERVER, &diag) < 0)
        log_line(server->log, LOG_WARNING, "server-cpulist can't be had: %s", diag.text);
    reactor_run(first);
    notify_send(server, "STOPPING=1\nSTATUS=Stopping\n");
    for (int i = 1; i < server->reactor_count; i++)
        pthread_join(server->reactors[i]->thread, NULL);
    replication_stop(server->replication);
    persistence_stop(server->persistence);
    reactor_receive(first); /* the loader's last word lies in what goes before the reactors do */
    daemon_remove_pid_file(server);
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

/* Who has to wait for something else still finds that out. */
static void resume_sessions(struct server *server)
{
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

void server_unpause(struct server *server)
{
    server->pause = PAUSE_NONE;
    server->pause_until_ms = 0;
    resume_sessions(server);
}

void server_hold_writes(struct server *server, enum write_hold why)
{
    server->holds |= why;
}

void server_release_writes(struct server *server, enum write_hold why)
{
    server->holds &= ~(unsigned)why;
    resume_sessions(server);
}

void server_free(struct server *server)
{
    if (!server)
        return;
    watchdog_free(server->watchdog);
    acceptor_close(server->acceptor);
    workers_stop(&server->workers);
    persistence_free(server->persistence);
    for (int i = 0; i < server->reactor_count; i++)
        reactor_free(server->reactors[i]);
    replication_free(server->replication);
    wait_table_free(server->waits);
    watch_table_free(server->watches);
    tracking_free(server->tracking);
    pubsub_free(server->pubsub);
    observe_free(server->observe);
    keyspace_free(server->keyspace);
    scripts_free(server->scripts);
    acl_free(server->acl);
    registry_free(server->registry);
    world_free(server->world);
    tls_context_free(server->tls);
    log_close(server->log);
    config_free(server->config);
    mem_free(server);
}
