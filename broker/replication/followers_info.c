/* followers_info.c - what is said of the replicas: INFO, ROLE, figures. Exclusive. */
#include "broker/persistence/replicated.h"
#include "broker/replication/failover.h"
#include "broker/replication/followers_internal.h"
#include "broker/server/server.h"
#include "broker/session/session.h"

#include <stdio.h>
#include <string.h>

const char *replica_address(const struct replica *replica, char to[ADDRESS_TEXT_LIMIT])
{
    const char *peer = replica->session->peer, *end = strrchr(peer, ':');

    if (replica->address[0])
        return replica->address;
    snprintf(to, ADDRESS_TEXT_LIMIT, "%.*s", (int)(end ? end - peer : (long)strlen(peer)), peer);
    return to;
}

void followers_role(const struct followers *self, struct reply *out)
{
    size_t mark, count = 0;

    reply_array(out, 3);
    reply_bulk_text(out, "master");
    reply_integer(out, (int64_t)persistence_position(self->server->persistence));
    mark = reply_defer(out);
    for (const struct replica *at = self->first; at; at = at->next) {
        char address[ADDRESS_TEXT_LIMIT];

        if (replica_state(at) != REPLICA_ONLINE)
            continue;
        reply_array(out, 3);
        reply_bulk_text(out, replica_address(at, address));
        reply_bulk_integer(out, at->port);
        reply_bulk_integer(out, (int64_t)atomic_load_explicit(&at->acked, memory_order_relaxed));
        count++;
    }
    reply_defer_array(out, mark, count);
}

static void put_replica(const struct replica *replica, int number, struct buffer *out)
{
    static const char *const states[] = {"greeting", "wait_bgsave", "send_bulk", "online",
                                         "rdb_transmitted"};
    int64_t now_ms = replica->owner->server->reactors[0]->now_ms;
    int64_t acked_ms = atomic_load_explicit(&replica->acked_ms, memory_order_relaxed);
    char address[ADDRESS_TEXT_LIMIT];

    buffer_printf(out, "slave%d:ip=%s,port=%lld,state=%s,offset=%llu,lag=%lld,io-thread=%d\r\n",
                  number, replica_address(replica, address), (long long)replica->port,
                  states[replica_state(replica)],
                  (unsigned long long)atomic_load_explicit(&replica->acked, memory_order_relaxed),
                  acked_ms && now_ms > acked_ms ? (long long)(now_ms - acked_ms) / 1000 : 0,
                  replica->session->reactor->index);
}

static void put_history(const struct followers *self, struct buffer *out)
{
    const struct persistence *persistence = self->server->persistence;
    struct commit_log *log = persistence_stream(persistence);
    struct commit_history history = {0};

    if (log)
        commit_log_history(log, &history);
    buffer_printf(out, "master_replid:%s\r\nmaster_replid2:%s\r\nmaster_repl_offset:%llu\r\n",
                  log ? history.id : self->server->replication_id,
                  history.past_count > 0 ? history.past[0].id
                                         : "0000000000000000000000000000000000000000",
                  (unsigned long long)persistence_position(persistence));
    buffer_printf(out, "second_repl_offset:%lld\r\n",
                  history.past_count > 0 ? (long long)history.past[0].end + 1 : -1);
}

/* What a replica can go on from is on the disk, so that is the backlog that is told of. */
static void put_backlog(const struct followers *self, struct buffer *out)
{
    const struct persistence *persistence = self->server->persistence;
    struct commit_log *log = persistence_stream(persistence);
    uint64_t oldest = log ? commit_log_oldest(log) : 0,
             position = persistence_position(persistence);
    bool active = persistence_backlog(persistence) != NULL;

    buffer_printf(out,
                  "repl_backlog_active:%d\r\nrepl_backlog_size:%lld\r\n"
                  "repl_backlog_first_byte_offset:%llu\r\nrepl_backlog_histlen:%llu\r\n",
                  active, (long long)server_config(self->server)->repl_backlog_size,
                  active ? (unsigned long long)oldest + 1 : 0,
                  active ? (unsigned long long)(position - oldest) : 0);
}

void followers_info(const struct followers *self, struct buffer *out)
{
    const struct config *config = server_config(self->server);
    int number = 0;

    buffer_printf(out, "connected_slaves:%zu\r\n", followers_count(self));
    if (config->min_replicas_to_write > 0 && config->min_replicas_max_lag > 0)
        buffer_printf(out, "min_slaves_good_slaves:%zu\r\n", followers_good(self));
    for (const struct replica *at = self->first; at; at = at->next)
        put_replica(at, number++, out);
    if (config->sync_replicas > 0)
        buffer_printf(out, "sync_replicas_position:%llu\r\nsync_replicas_missing:%d\r\n",
                      (unsigned long long)followers_synced(self), followers_are_missing(self));
    buffer_printf(out, "master_failover_state:%s\r\n",
                  failover_state_text(self->replication->failover));
    put_history(self, out);
    put_backlog(self, out);
}

uint64_t followers_sent_bytes(const struct followers *self)
{
    return atomic_load_explicit(&self->sent_bytes, memory_order_relaxed);
}

void followers_totals(const struct followers *self, struct followers_totals *totals)
{
    const struct backlog *backlog = persistence_backlog(self->server->persistence);

    *totals = (struct followers_totals){
        .full = self->full,
        .partial_ok = self->partial_ok,
        .partial_err = self->partial_err,
        .backlog_bytes = backlog ? backlog_memory(backlog) : 0,
    };
    totals->buffer_bytes = totals->backlog_bytes;
    for (const struct replica *at = self->first; at; at = at->next)
        if (at->feeder)
            totals->buffer_bytes += feeder_memory(at->feeder);
}
