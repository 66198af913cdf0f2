#include "broker/replication/replication_commands.h"
#include "broker/persistence/replicated.h"
#include "broker/reactor/reactor.h"
#include "broker/replication/acknowledge.h"
#include "broker/replication/failover.h"
#include "broker/replication/followers_internal.h"
#include "broker/replication/link.h"
#include "broker/replication/replication.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "core/base/mem.h"
#include "core/num/num.h"

#include <stdio.h>
#include <string.h>

static struct replication *replication_of(const struct request *rq)
{
    return request_session(rq)->reactor->server->replication;
}

/* --- PSYNC, SYNC. */

/* A replica whose primary is out of reach has nothing that others could follow. */
static bool may_be_followed(const struct request *rq, struct reply *out)
{
    const struct replication *replication = replication_of(rq);

    if (failover_is_on(replication->failover)) {
        reply_error(out, "NOMASTERLINK Can't SYNC while failing over");
        return false;
    }
    if (!replication_is_replica(replication) ||
        (replication->link && link_is_up(replication->link)))
        return true;
    reply_error(out, "NOMASTERLINK Can't SYNC while not connected with my master");
    return false;
}

static void psync(struct request *rq, struct reply *out)
{
    struct session *session = request_session(rq);
    bool takes_over =
        rq->argc > 3 && span_is(rq->argv[3], "failover") && !followers_is_replica(session);
    bool forced = rq->argc > 4 && span_is(rq->argv[4], "force");
    int64_t offset;

    if (!takes_over && !may_be_followed(rq, out))
        return;
    if (num_parse_i64(rq->argv[2], &offset) < 0) {
        reply_error(out, ERROR_NOT_INTEGER);
        return;
    }
    offset =
        offset > 0 ? offset - 1 : -1; /* the first byte is number 1 there, and position 0 here */
    if (takes_over && !failover_take_over(session, rq->argv[1], offset, forced, out))
        return;
    followers_sync(session, &rq->argv[1], offset, out);
}

static void sync_command(struct request *rq, struct reply *out)
{
    if (may_be_followed(rq, out))
        followers_sync(request_session(rq), NULL, -1, out);
}

/* --- REPLCONF. */

static bool take_port(struct replica *replica, struct span value, struct reply *out)
{
    int64_t port;

    if (num_parse_i64(value, &port) < 0) {
        reply_error(out, ERROR_NOT_INTEGER);
        return false;
    }
    replica->port = port;
    return true;
}

/* INFO says it in the middle of a line, and Sentinel believes what stands there. */
static bool is_address(struct span value)
{
    for (size_t i = 0; i < value.size; i++)
        if (value.data[i] <= ' ' || value.data[i] > '~' || value.data[i] == ',' ||
            value.data[i] == '=')
            return false;
    return true;
}

static bool take_address(struct replica *replica, struct span value, struct reply *out)
{
    if (value.size >= sizeof(replica->address)) {
        reply_error_format(out,
                           "ERR REPLCONF ip-address provided by replica instance is too long: "
                           "%zu bytes",
                           value.size);
        return false;
    }
    if (!is_address(value)) {
        reply_error(out, "ERR REPLCONF ip-address has characters that no address has");
        return false;
    }
    memcpy(replica->address, value.data, value.size);
    replica->address[value.size] = '\0';
    return true;
}

static bool take_capability(struct replica *replica, struct span value)
{
    if (span_is(value, "eof"))
        replica->capabilities |= CAPABLE_EOF;
    else if (span_is(value, "psync2"))
        replica->capabilities |= CAPABLE_PSYNC2;
    else if (span_is(value, "millstream"))
        replica->capabilities |= CAPABLE_MILLSTREAM;
    return true; /* others mean nothing here */
}

/* REPLCONF known-as id: ours alone. What it has up to the position that it will ask to go on from
 * bears this name, too. */
static bool take_name(struct replica *replica, struct span value, struct reply *out)
{
    char name[COMMIT_ID_SIZE + 1] = {0};

    memcpy(name, value.data, value.size < COMMIT_ID_SIZE ? value.size : COMMIT_ID_SIZE);
    if (value.size != COMMIT_ID_SIZE || !commit_id_is_sound(name) ||
        replica->name_count == COMMIT_PAST_LIMIT) {
        reply_error_format(out, "ERR REPLCONF known-as wants the id of a history, and at most %d",
                           COMMIT_PAST_LIMIT);
        return false;
    }
    if (!replica->names)
        replica->names = mem_alloc(COMMIT_PAST_LIMIT * sizeof(*replica->names));
    memcpy(replica->names[replica->name_count++], name, sizeof(name));
    return true;
}

static bool take_flag(bool *flag, struct span value, struct reply *out)
{
    int64_t number;

    if (num_parse_i64(value, &number) < 0) {
        reply_error(out, ERROR_NOT_INTEGER);
        return false;
    }
    *flag = number != 0;
    return true;
}

/* A snapshot of a part only is not made; "" asks for no filter. */
static bool take_filter(struct span value, struct reply *out)
{
    if (value.size == 0)
        return true;
    reply_error_format(out, "ERR Unsupported rdb-filter-only option: %.*s",
                       (int)(value.size < 128 ? value.size : 128), value.data);
    return false;
}

/* REPLCONF ACK position [FACK position]: nobody expects a reply. */
static void acknowledged(struct request *rq)
{
    struct session *session = request_session(rq);
    int64_t applied = 0, durable = 0;

    if (!followers_is_replica(session) || num_parse_i64(rq->argv[2], &applied) < 0 || applied < 0)
        return;
    if (rq->argc > 4 && span_is(rq->argv[3], "fack") &&
        (num_parse_i64(rq->argv[4], &durable) < 0 || durable < 0))
        durable = 0;
    acknowledge_take(session->replica, (uint64_t)applied, (uint64_t)durable);
}

static void replconf(struct request *rq, struct reply *out)
{
    struct session *session = request_session(rq);

    if (rq->argc % 2 == 0) {
        reply_error(out, ERROR_SYNTAX);
        return;
    }
    for (size_t i = 1; i < rq->argc; i += 2) {
        struct span name = rq->argv[i], value = rq->argv[i + 1];
        struct replica *replica;
        bool taken;

        if (span_is(name, "ack")) {
            acknowledged(rq);
            return;
        }
        if (span_is(name, "getack"))
            return; /* of a primary to its replica, which reads it from the stream */
        replica = replica_of(session);
        if (span_is(name, "listening-port"))
            taken = take_port(replica, value, out);
        else if (span_is(name, "ip-address"))
            taken = take_address(replica, value, out);
        else if (span_is(name, "capa"))
            taken = take_capability(replica, value);
        else if (span_is(name, "known-as"))
            taken = take_name(replica, value, out);
        else if (span_is(name, "rdb-only"))
            taken = take_flag(&replica->rdb_only, value, out);
        else if (span_is(name, "rdb-filter-only"))
            taken = take_filter(value, out);
        else {
            reply_error_format(out, "ERR Unrecognized REPLCONF option: %.*s",
                               (int)(name.size < 128 ? name.size : 128), name.data);
            return;
        }
        if (!taken)
            return;
    }
    reply_ok(out);
}

/* --- ROLE. */

static void role(struct request *rq, struct reply *out)
{
    const struct replication *replication = replication_of(rq);

    if (replication_is_replica(replication))
        link_role(replication->link, out);
    else
        followers_role(replication->followers, out);
}

/* --- WAIT, WAITAOF. */

static bool parse_count(struct span text, int64_t *count, struct reply *out)
{
    if (num_parse_i64(text, count) < 0) {
        reply_error(out, ERROR_NOT_INTEGER);
        return false;
    }
    if (*count >= 0)
        return true;
    reply_error(out, "ERR value is out of range, must be positive");
    return false;
}

static bool parse_timeout(struct span text, int64_t *timeout_ms, struct reply *out)
{
    if (num_parse_i64(text, timeout_ms) < 0) {
        reply_error(out, "ERR timeout is not an integer or out of range");
        return false;
    }
    if (*timeout_ms >= 0)
        return true;
    reply_error(out, "ERR timeout is negative");
    return false;
}

/* What the session has written. Where that is not known, everything there is by now. */
static uint64_t position_of(const struct session *session)
{
    const struct persistence *persistence = session->reactor->server->persistence;

    return persistence_stream(persistence) ? session->gate.written : 0;
}

static void wait_for(struct request *rq, struct acknowledge_wanted *wanted, int64_t timeout_ms,
                     struct reply *out)
{
    struct session *session = request_session(rq);

    wanted->position = position_of(session);
    if (acknowledge_count(replication_of(rq)->followers, wanted) || (rq->flags & REQUEST_NO_WAIT))
        acknowledge_reply(wanted, out);
    else
        acknowledge_wait(session, wanted, timeout_ms);
}

static bool is_primary(const struct request *rq, const char *name, struct reply *out)
{
    if (!replication_is_replica(replication_of(rq)))
        return true;
    reply_error_format(out,
                       "ERR %s cannot be used with replica instances. Please also note that writes "
                       "to replicas are just local and are not propagated.",
                       name);
    return false;
}

static void wait_command(struct request *rq, struct reply *out)
{
    struct acknowledge_wanted wanted = {0};
    int64_t timeout_ms;

    if (!is_primary(rq, "WAIT", out))
        return;
    if (num_parse_i64(rq->argv[1], &wanted.replicas) < 0)
        reply_error(out, ERROR_NOT_INTEGER); /* a negative one asks for none */
    else if (parse_timeout(rq->argv[2], &timeout_ms, out))
        wait_for(rq, &wanted, timeout_ms, out);
}

static void waitaof_command(struct request *rq, struct reply *out)
{
    const struct persistence *persistence = request_session(rq)->reactor->server->persistence;
    struct acknowledge_wanted wanted = {.on_disk = true};
    int64_t timeout_ms;

    if (num_parse_i64(rq->argv[1], &wanted.local) < 0) {
        reply_error(out, ERROR_NOT_INTEGER);
        return;
    }
    if (wanted.local < 0 || wanted.local > 1) {
        reply_error(out, "ERR value is out of range, value must between 0 and 1");
        return;
    }
    if (!parse_count(rq->argv[2], &wanted.replicas, out) ||
        !parse_timeout(rq->argv[3], &timeout_ms, out) || !is_primary(rq, "WAITAOF", out))
        return;
    if (wanted.local > 0 && !persistence_log(persistence)) {
        reply_error(out, "ERR WAITAOF cannot be used when numlocal is set but appendonly is "
                         "disabled.");
        return;
    }
    wait_for(rq, &wanted, timeout_ms, out);
}

/* --- The table. */

const struct command_spec replication_commands[] = {
    {.name = "psync",
     .usage = "replicationid offset",
     .summary = "Makes the connection that of a replica, which goes on from where it is or gets "
                "everything.",
     .group = "server",
     .since = "2.8.0",
     .complexity = "O(1); what is sent then goes by the size of the data.",
     .arity = -3,
     .flags = CMD_ADMIN | CMD_NO_ASYNC_LOADING | CMD_NO_MULTI | CMD_NOSCRIPT | CMD_SESSION,
     .run = psync},
    {.name = "replconf",
     .usage = "",
     .summary = "What replicas tell their primary of themselves, and how far they are.",
     .group = "server",
     .since = "3.0.0",
     .complexity = "O(1)",
     .arity = -1,
     .flags = CMD_ADMIN | CMD_ALLOW_BUSY | CMD_LOADING | CMD_NOSCRIPT | CMD_STALE | CMD_SYSCMD |
              CMD_SESSION | CMD_SHARDED,
     .run = replconf},
    {.name = "role",
     .usage = "",
     .summary = "Tells whether this server leads or follows, and how far.",
     .group = "server",
     .since = "2.8.12",
     .complexity = "O(1)",
     .arity = 1,
     .flags = CMD_FAST | CMD_LOADING | CMD_NOSCRIPT | CMD_STALE | CMD_SESSION,
     .acl = ACL_ADMIN | ACL_DANGEROUS,
     .run = role},
    {.name = "sync",
     .usage = "",
     .summary = "Makes the connection that of a replica, which gets everything.",
     .group = "server",
     .since = "1.0.0",
     .complexity = "O(1); what is sent then goes by the size of the data.",
     .arity = 1,
     .flags = CMD_ADMIN | CMD_NO_ASYNC_LOADING | CMD_NO_MULTI | CMD_NOSCRIPT | CMD_SESSION,
     .run = sync_command},
    {.name = "wait",
     .usage = "numreplicas timeout",
     .summary = "Waits until so many replicas have what the connection has written, and tells how "
                "many have.",
     .group = "generic",
     .since = "3.0.0",
     .complexity = "O(N) in the number of replicas.",
     .arity = 3,
     .flags = CMD_BLOCKING | CMD_SESSION | CMD_SHARDED,
     .acl = ACL_CONNECTION,
     .tips = {"request_policy:all_shards", "response_policy:agg_min"},
     .run = wait_command},
    {.name = "waitaof",
     .usage = "numlocal numreplicas timeout",
     .summary = "Waits until what the connection has written is synced to this server's disk and "
                "to those of so many replicas.",
     .group = "generic",
     .since = "7.2.0",
     .complexity = "O(N) in the number of replicas.",
     .arity = 4,
     .flags = CMD_BLOCKING | CMD_SESSION | CMD_SHARDED,
     .acl = ACL_CONNECTION,
     .tips = {"request_policy:all_shards", "response_policy:agg_min"},
     .run = waitaof_command},
    {.name = NULL},
};
