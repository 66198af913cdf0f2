#include "clients/shell/migrate_internal.h"
#include "core/base/mem.h"
#include "core/bytes/buffer.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Every check says a line: "ok", "note" for what to know, "no" for what stands in the way; with
 * --force those of the third kind that are only risks become notes. */

enum {
    UNKNOWN_SHOWN = 10,
    FIELD_SIZE = 256
};

struct checks {
    struct migration *m;
    char *redis; /* INFO everything of each */
    char *ours;
    int refusals;
};

static void say(struct checks *checks, const char *kind, const char *format, va_list values)
{
    struct buffer text = {0};
    char *end;
    int size;
    va_list copy;

    va_copy(copy, values);
    size = vsnprintf(NULL, 0, format, copy);
    va_end(copy);
    end = buffer_reserve(&text, (size_t)size + 1);
    vsnprintf(end, (size_t)size + 1, format, values);
    migrate_say(checks->m, "%-5s %s", kind, end);
    buffer_release(&text);
}

__attribute__((format(printf, 2, 3))) static void ok(struct checks *checks, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    say(checks, "ok", format, values);
    va_end(values);
}

__attribute__((format(printf, 2, 3))) static void note(struct checks *checks, const char *format,
                                                       ...)
{
    va_list values;

    va_start(values, format);
    say(checks, "note", format, values);
    va_end(values);
}

__attribute__((format(printf, 2, 3))) static void refuse(struct checks *checks, const char *format,
                                                         ...)
{
    va_list values;

    va_start(values, format);
    say(checks, "no", format, values);
    va_end(values);
    checks->refusals++;
}

/* What may go well all the same. */
__attribute__((format(printf, 2, 3))) static void risk(struct checks *checks, const char *format,
                                                       ...)
{
    bool force = checks->m->options->force;
    va_list values;

    va_start(values, format);
    say(checks, force ? "note" : "no", format, values);
    va_end(values);
    checks->refusals += !force;
}

static int read_version(const char *info)
{
    char text[FIELD_SIZE];
    char *end;
    long major;

    info_text(info, "redis_version", text, sizeof(text));
    major = strtol(text, &end, 10);
    return (int)(100 * major + (*end == '.' ? strtol(end + 1, NULL, 10) : 0));
}

static void check_versions(struct checks *checks)
{
    struct migration *m = checks->m;
    char redis[FIELD_SIZE];
    char valkey[FIELD_SIZE];
    char ours[FIELD_SIZE];
    char run_ids[2][FIELD_SIZE];

    info_text(checks->redis, "redis_version", redis, sizeof(redis));
    info_text(checks->redis, "valkey_version", valkey, sizeof(valkey));
    if (!info_text(checks->ours, "millstream_version", ours, sizeof(ours)))
        info_text(checks->ours, "redis_version", ours, sizeof(ours));
    m->version = read_version(checks->redis);
    ok(checks, "the Redis at %s answers: version %s%s%s", m->redis.address, redis,
       *valkey ? ", Valkey " : "", valkey);
    ok(checks, "this server at %s answers: version %s", m->ours.address, ours);
    info_text(checks->redis, "run_id", run_ids[0], FIELD_SIZE);
    info_text(checks->ours, "run_id", run_ids[1], FIELD_SIZE);
    if (*run_ids[0] && strcmp(run_ids[0], run_ids[1]) == 0)
        refuse(checks, "both addresses are the same server");
    if (m->version < VERSION_7_0)
        note(checks, "before Redis 7.0 only whether a key expires is compared, not when");
    if (m->options->pause && m->version < VERSION_6_2)
        refuse(checks, "--pause needs Redis 6.2 or later: stop the writers, then use --switch");
    if (info_number(checks->redis, "loading", 0) == 1)
        refuse(checks, "the Redis is loading its data: wait until it is done");
}

static void check_redis_role(struct checks *checks)
{
    char role[FIELD_SIZE];
    char host[FIELD_SIZE];

    info_text(checks->redis, "role", role, sizeof(role));
    if (strcmp(role, "master") == 0) {
        int64_t replicas = info_number(checks->redis, "connected_slaves", 0);

        ok(checks, "the Redis is a primary");
        if (replicas > checks->m->following)
            note(checks, "other replicas of the Redis stay with it (connected: %" PRId64 ")",
                 replicas);
        return;
    }
    info_text(checks->redis, "master_host", host, sizeof(host));
    if (checks->m->options->switches)
        refuse(checks,
               "the Redis is a replica of %s:%" PRId64 ", where writers cannot be watched: migrate "
               "from there",
               host, info_number(checks->redis, "master_port", 0));
    else
        risk(checks, "the Redis is a replica of %s:%" PRId64 ": migrate from there", host,
             info_number(checks->redis, "master_port", 0));
}

static bool follows_the_redis(const struct checks *checks)
{
    const struct migrate_options *options = checks->m->options;
    char role[FIELD_SIZE];
    char host[FIELD_SIZE];

    info_text(checks->ours, "role", role, sizeof(role));
    info_text(checks->ours, "master_host", host, sizeof(host));
    return strcmp(role, "slave") == 0 && strcmp(host, options->seen_host) == 0 &&
           info_number(checks->ours, "master_port", 0) == options->seen_port;
}

static void check_our_role(struct checks *checks)
{
    const struct migrate_options *options = checks->m->options;
    int64_t keys = 0;
    char role[FIELD_SIZE];

    for (int db = 0; db <= info_last_database(checks->ours); db++)
        keys += info_keys(checks->ours, db);
    info_text(checks->ours, "role", role, sizeof(role));
    if (checks->m->following) {
        ok(checks, "this server follows the Redis already");
    } else if (options->compare_only) {
        note(checks, "this server does not follow the Redis");
    } else if (strcmp(role, "slave") == 0 && !options->replace) {
        refuse(checks, "this server is a replica of another one: --replace ends that");
    } else if (keys > 0 && !options->replace) {
        refuse(checks, "this server holds keys already (%" PRId64 "): --replace lets them go",
               keys);
    } else if (keys > 0) {
        note(checks, "what this server holds will be gone (keys: %" PRId64 ")", keys);
    } else {
        ok(checks, "this server is empty");
    }
}

static void check_databases(struct checks *checks)
{
    struct migration *m = checks->m;
    char text[CONFIG_SIZE];
    int ours = side_config(&m->ours, "databases", text, sizeof(text)) ? atoi(text) : 16;
    int redis = side_config(&m->redis, "databases", text, sizeof(text)) ? atoi(text) : 0;
    int last = info_last_database(checks->redis);

    m->databases = ours;
    if (last >= ours)
        refuse(checks, "the Redis uses database %d, this server has %d: set databases to %d", last,
               ours, redis > last ? redis : last + 1);
    else if (redis > ours)
        risk(checks, "the Redis has %d databases, this server %d: set databases to %d", redis, ours,
             redis);
    else
        ok(checks, "databases: %d here, the highest in use there is %d", ours, last < 0 ? 0 : last);
}

static void check_memory(struct checks *checks)
{
    struct migration *m = checks->m;
    char text[CONFIG_SIZE];
    char policies[2][CONFIG_SIZE];
    int64_t needed = info_number(checks->redis, "used_memory", 0);
    int64_t limit = side_config(&m->ours, "maxmemory", text, sizeof(text)) ? atoll(text) : 0;
    int64_t system = info_number(checks->ours, "total_system_memory", 0);

    needed -= info_number(checks->redis, "mem_clients_slaves", 0) +
              info_number(checks->redis, "mem_replication_backlog", 0);
    if (limit > 0 && needed > limit)
        risk(checks, "the Redis uses %" PRId64 " MB, maxmemory here is %" PRId64 " MB",
             needed >> 20, limit >> 20);
    else if (limit == 0 && system > 0 && needed > system)
        risk(checks, "the Redis uses %" PRId64 " MB, this machine has %" PRId64 " MB", needed >> 20,
             system >> 20);
    else
        ok(checks, "memory: the Redis uses %" PRId64 " MB, maxmemory here is %s", needed >> 20,
           limit > 0 ? text : "not set");
    if (side_config(&m->redis, "maxmemory-policy", policies[0], CONFIG_SIZE) &&
        side_config(&m->ours, "maxmemory-policy", policies[1], CONFIG_SIZE) &&
        strcmp(policies[0], policies[1]) != 0)
        note(checks, "maxmemory-policy is %s there, %s here", policies[0], policies[1]);
}

static void check_modules(struct checks *checks)
{
    struct migration *m = checks->m;
    struct ms_reply *reply;
    struct buffer names = {0};

    if (ms_commandf(m->redis.connection, &reply, "MODULE LIST") != MS_OK) {
        note(checks, "whether the Redis uses modules cannot be told: %s",
             ms_connection_error(m->redis.connection));
    } else {
        const struct ms_value *modules = ms_reply_value(reply);

        for (size_t i = 0; i < ms_value_count(modules); i++) {
            const char *name = ms_value_text(ms_value_get(ms_value_at(modules, i), "name"), NULL);

            buffer_printf(&names, "%s%s", i ? ", " : "", name ? name : "?");
        }
    }
    ms_reply_free(reply);
    if (names.size > 0)
        risk(checks, "the Redis has modules (%.*s): keys of their types cannot be taken over",
             (int)names.size, names.data);
    else
        ok(checks, "the Redis has no modules");
    buffer_release(&names);
    if (info_number(checks->redis, "cluster_enabled", 0) == 1)
        risk(checks, "the Redis is a node of a cluster: only the keys of this node would come");
}

/* The name of the next command in INFO commandstats after `at`; NULL when there is none. */
static const char *next_command(const char *at, char *name, size_t size, int64_t *calls)
{
    const char *end;

    at = at ? strstr(at, "cmdstat_") : NULL;
    if (!at)
        return NULL;
    at += strlen("cmdstat_");
    end = strstr(at, ":calls=");
    if (!end)
        return NULL;
    snprintf(name, size, "%.*s", (int)(end - at), at);
    *calls = strtoll(end + strlen(":calls="), NULL, 10);
    return end;
}

/* Commands that clients call there and that are not known here. */
static void check_commands(struct checks *checks)
{
    struct ms_connection *ours = checks->m->ours.connection;
    struct buffer unknown = {0};
    int count = 0;
    char name[FIELD_SIZE];
    int64_t calls;

    for (const char *at = checks->redis;
         (at = next_command(at, name, sizeof(name), &calls)) != NULL;) {
        struct ms_reply *reply;
        int rc = ms_commandf(ours, &reply, "COMMAND INFO %s", name);
        const struct ms_value *value = ms_reply_value(reply);

        if (rc == MS_OK && ms_value_count(ms_value_at(value, 0)) == 0 && ++count <= UNKNOWN_SHOWN)
            buffer_printf(&unknown, "%s%s (%" PRId64 " calls)", count > 1 ? ", " : "", name, calls);
        ms_reply_free(reply);
    }
    if (count > 0)
        note(checks, "commands called there and not known here: %.*s%s", (int)unknown.size,
             unknown.data, count > UNKNOWN_SHOWN ? ", ..." : "");
    else if (strstr(checks->redis, "cmdstat_"))
        ok(checks, "every command that clients have called there is known here");
    else
        note(checks, "the Redis does not say which commands are called");
    buffer_release(&unknown);
}

static void check_connection(struct checks *checks)
{
    struct migration *m = checks->m;
    char text[CONFIG_SIZE];

    if (m->options->use_tls && !m->options->compare_only) {
        bool known = side_config(&m->ours, "tls-ca-cert-file", text, sizeof(text)) && *text;

        known |= side_config(&m->ours, "tls-ca-cert-dir", text, sizeof(text)) && *text;
        if (!known)
            refuse(checks, "--from-tls: this server has no tls-ca-cert-file to check the Redis by");
    }
    if (side_config(&m->ours, "replica-read-only", text, sizeof(text)) && strcmp(text, "no") == 0)
        note(checks, "replica-read-only is no here: do not let clients write before the switch");
    note(checks, "users (ACL) and configuration are not taken over; data, functions and scripts' "
                 "effects are");
}

int migrate_check(struct migration *m)
{
    struct checks checks = {.m = m};
    int rc = MIGRATE_DONE;

    checks.redis = side_info(&m->redis, "everything");
    checks.ours = checks.redis ? side_info(&m->ours, "everything") : NULL;
    if (!checks.redis || !checks.ours) {
        rc = migrate_failed(m, checks.redis ? &m->ours : &m->redis);
    } else {
        m->following = follows_the_redis(&checks);
        check_versions(&checks);
        check_redis_role(&checks);
        check_our_role(&checks);
        check_databases(&checks);
        check_memory(&checks);
        check_modules(&checks);
        check_commands(&checks);
        check_connection(&checks);
        if (checks.refusals > 0)
            rc = MIGRATE_REFUSED;
    }
    mem_free(checks.redis);
    mem_free(checks.ours);
    return rc;
}
