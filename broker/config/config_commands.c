#include "broker/config/config_commands.h"
#include "broker/acl/acl.h"
#include "broker/command/eviction.h"
#include "broker/command/help.h"
#include "broker/persistence/persistence.h"
#include "broker/replication/replication.h"
#include "broker/config/directive.h"
#include "broker/config/rewrite.h"
#include "broker/net/tls.h"
#include "broker/observe/crash_report.h"
#include "broker/observe/watchdog.h"
#include "broker/reactor/reactor.h"
#include "broker/reactor/statistics.h"
#include "broker/server/acceptor.h"
#include "broker/server/log.h"
#include "broker/server/oom_score.h"
#include "broker/server/process_title.h"
#include "broker/server/server.h"
#include "broker/server/tls_setup.h"
#include "broker/session/client_eviction.h"
#include "broker/session/session.h"
#include "core/base/check.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/text/glob.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct server *server_of(const struct request *rq)
{
    return request_session(rq)->reactor->server;
}

static bool is_pattern(struct span name)
{
    for (size_t i = 0; i < name.size; i++)
        if (strchr("*?[", name.data[i]))
            return true;
    return false;
}

static bool asked_for(const struct directive *directive, const char *name, size_t count,
                      const struct span *patterns)
{
    for (size_t i = 0; i < count; i++) {
        if (span_is(patterns[i], name))
            return true;
        if (is_pattern(patterns[i]) && !(directive->flags & DIRECTIVE_HIDDEN) &&
            glob_match(patterns[i], span_text(name), true))
            return true;
    }
    return false;
}

static void put_pair(struct reply *out, const struct config *config,
                     const struct directive *directive, const char *name)
{
    struct buffer value = {0};

    directive_get(config, directive, &value);
    reply_bulk_text(out, name);
    reply_bulk(out, span_of(value.data, value.size));
    buffer_release(&value);
}

/* CONFIG GET pattern [pattern ...] -> each directive once, under the name it matched by. */
static void config_get(struct request *rq, struct reply *out)
{
    const struct config *config = server_config(server_of(rq));
    size_t mark = reply_defer(out);
    size_t pairs = 0;

    for (int i = 0; i < directive_count; i++) {
        const struct directive *directive = &directives[i];

        if (directive->flags & (DIRECTIVE_IGNORED | DIRECTIVE_FILE_ONLY))
            continue;
        if (asked_for(directive, directive->name, rq->argc - 2, rq->argv + 2)) {
            put_pair(out, config, directive, directive->name);
            pairs++;
        }
        if (directive->alias &&
            asked_for(directive, directive->alias, rq->argc - 2, rq->argv + 2)) {
            put_pair(out, config, directive, directive->alias);
            pairs++;
        }
    }
    reply_defer_map(out, mark, pairs);
}

static void refuse(struct reply *out, const char *name, const char *detail)
{
    if (detail && detail[0])
        reply_error_format(out, "ERR CONFIG SET failed (possibly related to argument '%s') - %s",
                           name, detail);
    else
        reply_error_format(out, "ERR CONFIG SET failed (possibly related to argument '%s')", name);
}

static bool gate_open(enum config_gate gate, const struct session *session)
{
    return gate == GATE_YES || (gate == GATE_LOCAL && (session->flags & SESSION_LOCAL));
}

/* Checks one name of CONFIG SET; NULL after writing the error. */
static const struct directive *settable(struct request *rq, size_t at, struct reply *out)
{
    const struct directive *directive = directive_find(rq->argv[at]);
    const struct session *session = request_session(rq);

    if (!directive || (directive->flags & (DIRECTIVE_IGNORED | DIRECTIVE_FILE_ONLY))) {
        reply_error_format(out, "ERR Unknown option or number of arguments for CONFIG SET - '%.*s'",
                           SPAN_ARGS(rq->argv[at]));
        return NULL;
    }
    for (size_t before = 2; before < at; before += 2) {
        if (directive_find(rq->argv[before]) == directive) {
            refuse(out, directive->name, "duplicate parameter");
            return NULL;
        }
    }
    if (directive->flags & DIRECTIVE_FIXED) {
        refuse(out, directive->name, "can't set immutable config");
        return NULL;
    }
    if ((directive->flags & DIRECTIVE_PROTECTED) &&
        !gate_open(server_config(session->reactor->server)->enable_protected_configs, session)) {
        refuse(out, directive->name, "can't set protected config");
        return NULL;
    }
    return directive;
}

static int set_one(struct config *config, const struct directive *directive, struct span value,
                   struct diag *diag)
{
    struct buffer scratch = {0};
    struct span words[DIRECTIVE_WORDS_LIMIT];
    int count = 1;
    int rc;

    words[0] = value;
    if (directive->kind >= DIRECTIVE_BIND && directive->kind != DIRECTIVE_SAVE)
        count = config_split(value, &scratch, words, DIRECTIVE_WORDS_LIMIT);
    rc = count < 0 ? diag_set(diag, ERR_SYNTAX, "unbalanced quotes")
                   : directive_set(config, directive, (size_t)count, words, diag);
    buffer_release(&scratch);
    return rc;
}

/* Whether listening addresses differ. */
static bool listens_elsewhere(const struct config *a, const struct config *b)
{
    if (a->port != b->port || a->tls_port != b->tls_port || a->bind_count != b->bind_count)
        return true;
    for (int i = 0; i < a->bind_count; i++)
        if (strcmp(a->bind[i], b->bind[i]) != 0)
            return true;
    return false;
}

/* A changed name of a file, or the same one again, has it read anew: certificates are renewed so.
 * New connections get the new context; the old one is in *before, to be freed or to be put back. */
static int renew_tls(struct server *server, struct tls_context **before, struct diag *diag)
{
    struct tls_context *context;

    if (tls_setup(server_config(server), &context, diag) < 0) {
        log_line(server->log, LOG_WARNING, "The TLS configuration can't be used: %s", diag->text);
        return diag_set(diag, ERR_SYNTAX, "Unable to update TLS configuration. Check server logs.");
    }
    *before = server->tls;
    server->tls = context;
    return 0;
}

static int listen_again(struct server *server, const struct config *old, const char **culprit,
                        struct diag *diag)
{
    const struct config *now = server_config(server);

    if (!listens_elsewhere(old, now) || acceptor_reopen(server, diag) == 0)
        return 0;
    log_line(server->log, LOG_WARNING, "Can't listen: %s", diag->text);
    if (old->port == now->port && old->tls_port == now->tls_port) {
        *culprit = "bind";
        return diag_set(diag, ERR_IO, "Failed to bind to specified addresses.");
    }
    *culprit = old->port != now->port ? "port" : "tls-port";
    return diag_set(diag, ERR_IO, "Unable to listen on this port. Check server logs.");
}

/* The first argument of CONFIG SET that is about TLS, by its name; NULL if there is none. */
static const char *tls_argument(const struct request *rq)
{
    for (size_t at = 2; at < rq->argc; at += 2) {
        const struct directive *directive = directive_find(rq->argv[at]);

        if (directive && strncmp(directive->name, "tls-", 4) == 0)
            return directive->name;
    }
    return NULL;
}

/* What a new configuration needs that may not be had: certificates, ports. On failure all is as it
 * was. */
static int take_sockets(const struct request *rq, const struct config *old, const char **culprit,
                        struct diag *diag)
{
    struct server *server = server_of(rq);
    const char *about_tls = tls_argument(rq);
    struct tls_context *tls = NULL;

    *culprit = about_tls;
    if (about_tls && renew_tls(server, &tls, diag) < 0)
        return ERR_SYNTAX;
    if (listen_again(server, old, culprit, diag) < 0) {
        if (about_tls) {
            tls_context_free(server->tls);
            server->tls = tls;
        }
        return ERR_IO;
    }
    tls_context_free(tls);
    return 0;
}

/* The same in the directory that `dir` names now, which is left again on failure. */
static int take_directory(const struct request *rq, const struct config *old, const char **culprit,
                          struct diag *diag)
{
    const struct config *now = server_config(server_of(rq));
    int before, rc;

    if (strcmp(old->dir, now->dir) == 0)
        return take_sockets(rq, old, culprit, diag);
    *culprit = "dir";
    before = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (before < 0)
        return diag_errno(diag, "Can't open the current directory");
    rc = chdir(now->dir) < 0 ? diag_errno(diag, "Can't chdir to '%s'", now->dir)
                             : take_sockets(rq, old, culprit, diag);
    if (rc < 0)
        CHECK(fchdir(before) == 0);
    close(before);
    return rc;
}

static int take_oom_score(struct server *server, const char **culprit, struct diag *diag)
{
    if (oom_score_apply(server, diag) == 0)
        return 0;
    log_line(server->log, LOG_WARNING, "oom-score-adj can't be set: %s", diag->text);
    *culprit = "oom-score-adj";
    return diag_set(diag, ERR_IO,
                    "Failed to apply new oom_score_adj configuration, check server logs.");
}

/* What follows from a new configuration outside of it. On failure the caller puts the old one back.
 */
static int take_effect(const struct request *rq, const struct config *old, const char **culprit,
                       struct diag *diag)
{
    struct server *server = server_of(rq);
    const struct config *now = server_config(server);
    int rc;

    if (!process_title_fits(now)) {
        *culprit = "proc-title-template";
        return diag_set(diag, ERR_SYNTAX,
                        "template format is invalid or contains unknown variables");
    }
    rc = take_oom_score(server, culprit, diag);
    if (rc == 0)
        rc = take_directory(rq, old, culprit, diag);
    if (rc < 0)
        return rc;
    log_configure(server->log, now);
    acl_set_pubsub_default(server->acl, now->acl_pubsub_default == ACL_PUBSUB_ALL);
    acl_trim_log(server->acl, (size_t)now->acllog_max_len);
    if (strcmp(old->requirepass, now->requirepass) != 0)
        acl_set_default_password(server->acl, now->requirepass);
    crash_report_configure(server);
    watchdog_configure(server->watchdog);
    if (old->jemalloc_bg_thread != now->jemalloc_bg_thread)
        mem_purge_in_background(now->jemalloc_bg_thread);
    if (old->settings.maxmemory != now->settings.maxmemory)
        eviction_begin(request_session(rq)->reactor);
    process_title_set(now, config_file(server->config));
    server_say_without_effect(server, old);
    return 0;
}

/* CONFIG SET name value [name value ...] -> all of it or nothing. */
static void config_set(struct request *rq, struct reply *out)
{
    struct server *server = server_of(rq);
    struct config *next, *old;
    struct diag diag = {0};
    const char *culprit = NULL;

    if (rq->argc % 2 != 0) {
        reply_error(out, "ERR wrong number of arguments for 'config|set' command");
        return;
    }
    for (size_t at = 2; at < rq->argc; at += 2)
        if (!settable(rq, at, out))
            return;
    next = config_copy(server_config(server));
    for (size_t at = 2; at < rq->argc; at += 2) {
        const struct directive *directive = directive_find(rq->argv[at]);

        if (set_one(next, directive, rq->argv[at + 1], &diag) < 0) {
            refuse(out, directive->name, diag.text);
            config_drop(next);
            return;
        }
    }
    old = config_copy(server_config(server));
    config_replace(server->config, next);
    if (take_effect(rq, old, &culprit, &diag) < 0) {
        refuse(out, culprit, diag.text);
        config_replace(server->config, old);
        oom_score_apply(server, NULL);
        if (!server->acceptor && acceptor_reopen(server, &diag) < 0)
            log_line(server->log, LOG_WARNING, "Not listening any more: %s", diag.text);
        return;
    }
    config_drop(old);
    persistence_configure(server->persistence);
    replication_configure(server->replication);
    client_eviction_configure(server);
    reply_ok(out);
}

/* The users are not in the snapshot: they change by ACL SETUSER. With a file of their own they are
 * not in this one. */
static int rewrite(struct server *server, struct diag *diag)
{
    struct config *config = config_copy(server_config(server));
    struct buffer users = {0};
    int rc;

    if (!config->aclfile[0])
        acl_config_lines(server->acl, &users);
    directive_set_text(config, "user", span_of(users.data, users.size));
    rc = config_rewrite(config, config_file(server->config), diag);
    buffer_release(&users);
    config_drop(config);
    return rc;
}

static void config_rewrite_command(struct request *rq, struct reply *out)
{
    struct server *server = server_of(rq);
    struct diag diag = {0};

    if (!config_file(server->config)[0]) {
        reply_error(out, "ERR The server is running without a config file");
        return;
    }
    if (rewrite(server, &diag) < 0) {
        log_line(server->log, LOG_WARNING, "CONFIG REWRITE failed: %s", diag.text);
        reply_error_format(out, "ERR Rewriting config file: %s", diag.text);
        return;
    }
    log_line(server->log, LOG_NOTICE, "CONFIG REWRITE executed with success.");
    reply_ok(out);
}

static void config_resetstat(struct request *rq, struct reply *out)
{
    statistics_reset(server_of(rq), rq->now_ms);
    reply_ok(out);
}

#define CONFIG_FLAGS (CMD_ADMIN | CMD_NOSCRIPT | CMD_LOADING | CMD_STALE | CMD_SESSION)

static const struct command_spec config_subcommands[] = {
    {.name = "get",
     .usage = "parameter [parameter ...]",
     .since = "2.0.0",
     .arity = -3,
     .summary = "Shows directives by name or pattern.",
     .group = "server",
     .complexity = "O(N) in the number of directives",
     .flags = CONFIG_FLAGS,
     .run = config_get},
    {.name = "help",
     .usage = "",
     .since = "5.0.0",
     .arity = 2,
     .summary = "Describes the subcommands.",
     .group = "server",
     .complexity = "O(1)",
     .flags = CMD_LOADING | CMD_STALE | CMD_SESSION | CMD_SHARDED,
     .run = command_help},
    {.name = "resetstat",
     .usage = "",
     .since = "2.0.0",
     .arity = 2,
     .summary = "Sets the server's counters to zero.",
     .group = "server",
     .complexity = "O(1)",
     .tips = {"request_policy:all_nodes", "response_policy:all_succeeded"},
     .flags = CONFIG_FLAGS,
     .run = config_resetstat},
    {.name = "rewrite",
     .usage = "",
     .since = "2.8.0",
     .arity = 2,
     .summary = "Writes the configuration in force back to its file.",
     .group = "server",
     .complexity = "O(1)",
     .tips = {"request_policy:all_nodes", "response_policy:all_succeeded"},
     .flags = CONFIG_FLAGS,
     .run = config_rewrite_command},
    {.name = "set",
     .usage = "parameter value [parameter value ...]",
     .since = "2.0.0",
     .arity = -4,
     .summary = "Changes directives while running.",
     .group = "server",
     .complexity = "O(N) in the number of directives given",
     .tips = {"request_policy:all_nodes", "response_policy:all_succeeded"},
     .flags = CONFIG_FLAGS,
     .run = config_set},
    {.name = NULL},
};

const struct command_spec config_commands[] = {
    {.name = "config",
     .usage = "",
     .since = "2.0.0",
     .arity = -2,
     .summary = "Container of commands about the configuration.",
     .group = "server",
     .complexity = "Depends on subcommand.",
     .subcommands = config_subcommands},
    {.name = NULL},
};
