#include "broker/replication/replication.h"
#include "broker/config/directive.h"
#include "broker/persistence/replicated.h"
#include "broker/replication/acknowledge.h"
#include "broker/replication/failover.h"
#include "broker/replication/followers.h"
#include "broker/replication/link.h"
#include "broker/server/log.h"
#include "broker/server/oom_score.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "broker/wait/wait.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/num/num.h"

#include <stdio.h>
#include <string.h>

enum {
    SAMPLE_EVERY_NS = 100 * 1000 * 1000
};

struct replication *replication_new(struct server *server)
{
    struct replication *self = mem_zalloc(sizeof(*self));

    self->server = server;
    atomic_init(&self->role, ROLE_PRIMARY);
    atomic_init(&self->tell_at, UINT64_MAX);
    self->followers = followers_new(self);
    self->failover = failover_new(self);
    return self;
}

void replication_stop(struct replication *self)
{
    followers_stop(self->followers);
    link_retire(self->link);
    if (self->link)
        link_join(self->link);
    for (struct primary_link *at = self->retired; at; at = link_next(at))
        link_join(at);
}

void replication_free(struct replication *self)
{
    if (!self)
        return;
    while (self->retired) {
        struct primary_link *link = self->retired;

        self->retired = link_next(link);
        link_free(link);
    }
    link_free(self->link);
    followers_free(self->followers);
    failover_free(self->failover);
    mem_free(self);
}

/* --- Whom to follow. */

/* "host port", or nothing, as `replicaof` says. False if it says something else. */
static bool read_configured(const struct replication *self, char host[REPLICATION_HOST_LIMIT],
                            int *port, bool *any)
{
    struct span words[DIRECTIVE_WORDS_LIMIT];
    struct buffer text = {0}, scratch = {0};
    int64_t number = 0;
    int count;
    bool ok;

    config_get_text(server_config(self->server), "replicaof", &text);
    count = config_split(span_of(text.data, text.size), &scratch, words, DIRECTIVE_WORDS_LIMIT);
    *any = count != 0 && !(count == 2 && span_is(words[0], "no") && span_is(words[1], "one"));
    ok = !*any || (count == 2 && words[0].size < REPLICATION_HOST_LIMIT &&
                   num_parse_i64(words[1], &number) == 0 && number > 0 && number < 65536);
    if (ok && *any) {
        memcpy(host, words[0].data, words[0].size);
        host[words[0].size] = '\0';
        *port = (int)number;
    }
    buffer_release(&text);
    buffer_release(&scratch);
    return ok;
}

/* So that CONFIG GET and REWRITE say it. */
static void note_in_config(struct replication *self, const char *host, int port)
{
    struct config *next = config_copy(server_config(self->server));
    struct buffer text = {0};

    if (host) {
        config_quote(&text, span_text(host));
        buffer_printf(&text, " %d", port);
    }
    directive_set_text(next, "replicaof", span_of(text.data, text.size));
    config_replace(self->server->config, next);
    buffer_release(&text);
}

static void set_role(struct replication *self, enum replication_role role)
{
    struct diag diag = {0};

    atomic_store_explicit(&self->role, role, memory_order_relaxed);
    if (oom_score_apply(self->server, &diag) < 0)
        log_line(self->server->log, LOG_WARNING, "oom-score-adj can't be set: %s", diag.text);
}

static void retire(struct replication *self)
{
    if (!self->link)
        return;
    link_retire(self->link);
    link_set_next(self->link, self->retired);
    self->retired = self->link;
    self->link = NULL;
}

/* Nobody else writes now who waited to: calls that were parked as a primary's could write here. */
static void end_waiting(struct server *server)
{
    for (int i = 0; i < server->reactor_count; i++)
        for (struct session *at = server->reactors[i]->sessions.first; at;
             at = at->next[LINK_ALL]) {
            if (!wait_is_parked(at))
                continue;
            wait_end(at, WAIT_END_ROLE_CHANGED, true);
            at->flags |= SESSION_CLOSE_AFTER_REPLY;
        }
}

void replication_reconnect(struct replication *self)
{
    char host[REPLICATION_HOST_LIMIT];
    int port;

    failover_abort(self->failover, "the log is another one now");
    if (!self->link)
        return;
    snprintf(host, sizeof(host), "%s", link_host(self->link));
    port = link_port(self->link);
    retire(self);
    self->link = link_new(self, host, port);
}

int replication_follow(struct replication *self, const char *host, int port, struct diag *diag)
{
    bool was_primary = !replication_is_replica(self);
    /* the log may be missing because the last snapshot could not be put on the disk: it comes with
     * the next one, and nobody needs another one until then */
    bool starts_over = !was_primary && atomic_load_explicit(&self->asks_all, memory_order_relaxed);
    int rc = starts_over ? 0 : persistence_need_stream(self->server->persistence, diag);

    if (rc < 0)
        return rc;
    retire(self);
    if (was_primary)
        acknowledge_give_up(self->followers);
    set_role(self, ROLE_REPLICA);
    if (was_primary) {
        end_waiting(self->server);
        followers_drop_all(self->followers, "this server follows another one now");
    }
    note_in_config(self, host, port);
    self->link = link_new(self, host, port);
    log_line(self->server->log, LOG_NOTICE, "Following %s:%d from now on", host, port);
    return 0;
}

void replication_step_down(struct replication *self, const char *host, int port, bool force)
{
    acknowledge_give_up(self->followers);
    set_role(self, ROLE_REPLICA);
    end_waiting(self->server);
    acknowledge_reset(self->followers);
    self->link = link_new_failover(self, host, port, force);
}

void replication_stepped_down(struct replication *self)
{
    followers_drop_all(self->followers, "this server follows another one now");
    note_in_config(self, link_host(self->link), link_port(self->link));
}

void replication_step_up(struct replication *self)
{
    retire(self);
    set_role(self, ROLE_PRIMARY);
    acknowledge_reset(self->followers);
    acknowledge_configure(self->followers);
}

/* The data got lost on the way, or is not what the log on the disk says: that begins anew with what
 * there is. Replicas would get what is in it. */
static int fill_log(struct replication *self, struct diag *diag)
{
    struct persistence *persistence = self->server->persistence;
    struct commit_log *log = persistence_stream(persistence);

    return persistence_checkpoint_here(persistence, log, diag);
}

static int begin_history(struct replication *self, bool goes_on, struct diag *diag)
{
    struct persistence *persistence = self->server->persistence;
    struct commit_log *log = persistence_stream(persistence);
    struct commit_history history;
    char id[COMMIT_ID_SIZE + 1];

    commit_log_history(log, &history);
    server_random_hex(id, COMMIT_ID_SIZE);
    commit_history_begin(&history, id, commit_log_position(log));
    if (!goes_on)
        history.past_count = 0;
    return commit_log_set_history(log, &history, diag);
}

int replication_start_over(struct replication *self, struct diag *diag)
{
    int rc = 0;

    persistence_give_up_backup(self->server->persistence);
    if (replication_is_replica(self)) {
        atomic_store_explicit(&self->asks_all, true, memory_order_relaxed);
        replication_reconnect(self);
    } else if (persistence_stream(self->server->persistence)) {
        failover_abort(self->failover, "the data is another now");
        rc = begin_history(self, false, diag);
        if (rc == 0)
            rc = fill_log(self, diag);
        followers_drop_all(self->followers, "the data is another now");
    }
    return rc;
}

int replication_lead(struct replication *self, struct diag *diag)
{
    struct persistence *persistence = self->server->persistence;
    bool other;
    int rc;

    if (!replication_is_replica(self))
        return 0;
    if (!persistence_stream(persistence))
        return diag_set(diag, ERR_IO,
                        "there is no log: the last synchronisation could not put one "
                        "on the disk");
    other = self->is_hollow || atomic_load_explicit(&self->is_astray, memory_order_relaxed);
    if (other)
        persistence_give_up_backup(persistence);
    rc = begin_history(self, !other, diag);
    if (rc == 0 && other) /* behind it: other data never has the old name */
        rc = fill_log(self, diag);
    if (rc < 0)
        return rc;
    self->is_hollow = self->was_linked = false;
    atomic_store_explicit(&self->is_astray, false, memory_order_relaxed);
    atomic_store_explicit(&self->asks_all, false, memory_order_relaxed);
    retire(self);
    set_role(self, ROLE_PRIMARY);
    persistence_forget_db(persistence);
    followers_drop_all(self->followers, "this server leads from now on, under a new history");
    note_in_config(self, NULL, 0);
    persistence_configure(persistence); /* a log that a synchronisation could not begin */
    log_line(self->server->log, LOG_NOTICE, "Following nobody any more, from position %llu on",
             (unsigned long long)persistence_position(persistence));
    return 0;
}

void replication_start(struct replication *self)
{
    char host[REPLICATION_HOST_LIMIT];
    struct diag diag = {0};
    bool any;
    int port, rc = 0;

    if (!read_configured(self, host, &port, &any)) {
        log_line(self->server->log, LOG_WARNING,
                 "The directive replicaof wants a host and a port, or 'no one'");
        self->server->exit_code = 1;
        server_stop(self->server);
        return;
    }
    if (any) {
        rc = replication_follow(self, host, port, &diag);
    } else {
        persistence_forget_db(self->server->persistence);
        if (persistence_has_past(self->server->persistence))
            rc = begin_history(self, true, &diag);
    }
    followers_configure(self->followers);
    if (rc == 0)
        return;
    log_line(self->server->log, LOG_WARNING, "Can't begin to replicate: %s", diag.text);
    self->server->exit_code = 1;
    server_stop(self->server);
}

/* --- What may run. */

static bool lacks_replicas(const struct replication *self)
{
    const struct config *config = server_config(self->server);

    if (config->min_replicas_to_write > 0 && config->min_replicas_max_lag > 0 &&
        followers_good(self->followers) < (size_t)config->min_replicas_to_write)
        return true;
    return config->sync_replicas > 0 && followers_are_missing(self->followers);
}

bool replication_is_stale(const struct replication *self)
{
    return replication_is_replica(self) && !server_config(self->server)->replica_serve_stale_data &&
           !link_is_up(self->link);
}

const char *replication_refusal(const struct replication *self, unsigned flags)
{
    if (!replication_is_replica(self)) {
        if (flags & CMD_WRITE && lacks_replicas(self))
            return "NOREPLICAS Not enough good replicas to write.";
        return NULL;
    }
    if (flags & CMD_WRITE && server_config(self->server)->replica_read_only)
        return "READONLY You can't write against a read only replica.";
    if (!(flags & CMD_STALE) && replication_is_stale(self))
        return "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.";
    return NULL;
}

/* --- In between. */

/* Links that have ended; those that have not yet come again. */
static void reap(struct replication *self)
{
    struct primary_link *link = self->retired, *left = NULL;

    while (link) {
        struct primary_link *next = link_next(link);

        if (link_has_ended(link)) {
            link_free(link);
        } else {
            link_set_next(link, left);
            left = link;
        }
        link = next;
    }
    self->retired = left;
}

void replication_received(struct replication *self, uint64_t bytes)
{
    atomic_fetch_add_explicit(&self->received, bytes, memory_order_relaxed);
}

uint64_t replication_received_bytes(const struct replication *self)
{
    return atomic_load_explicit(&self->received, memory_order_relaxed) +
           (self->link ? link_received_bytes(self->link) : 0);
}

static void sample_rates(struct replication *self)
{
    uint64_t now_ns = self->server->reactors[0]->now_ns, passed = now_ns - self->sampled_ns;
    uint64_t input, output;

    if (passed < SAMPLE_EVERY_NS)
        return;
    input = replication_received_bytes(self);
    output = followers_sent_bytes(self->followers);
    if (input < self->sampled_input)
        input = self->sampled_input; /* a session that ends counts for nobody, for a moment */
    self->input_kbps = (double)(input - self->sampled_input) * 1e9 / 1024 / (double)passed;
    self->output_kbps = (double)(output - self->sampled_output) * 1e9 / 1024 / (double)passed;
    self->sampled_ns = now_ns;
    self->sampled_input = input;
    self->sampled_output = output;
}

void replication_cron(struct replication *self)
{
    followers_cron(self->followers);
    failover_cron(self->failover);
    if (self->link)
        link_cron(self->link);
    if (self->retired)
        reap(self);
    sample_rates(self);
}

static void on_tell(void *receiver, struct inbox_message *message)
{
    struct reactor *reactor = receiver;
    struct replication *self = reactor->server->replication;

    (void)message;
    atomic_store(&self->telling, false);
    if (self->link && !atomic_load_explicit(&self->server->stopping, memory_order_relaxed))
        link_acknowledge(self->link);
}

void replication_tell_durable(struct replication *self, uint64_t position)
{
    if (!persistence_log(self->server->persistence))
        return;
    atomic_store(&self->tell_at, position);
    if (persistence_synced(self->server->persistence) >= position)
        replication_durable(self); /* it was on the disk already, or got so just now */
}

void replication_durable(struct replication *self)
{
    uint64_t at = atomic_load(&self->tell_at);

    followers_durable(self->followers, persistence_durable(self->server->persistence));
    if (at == UINT64_MAX || persistence_synced(self->server->persistence) < at ||
        !atomic_compare_exchange_strong(&self->tell_at, &at, UINT64_MAX) ||
        atomic_exchange(&self->telling, true))
        return;
    self->tell.deliver = on_tell;
    reactor_post(self->server->reactors[0], NULL, &self->tell);
}

void replication_configure(struct replication *self)
{
    followers_configure(self->followers);
    if (self->link)
        link_configure(self->link);
}
