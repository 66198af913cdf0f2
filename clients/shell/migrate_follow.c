#include "clients/shell/migrate_internal.h"
#include "core/base/mem.h"
#include "core/num/num.h"
#include "core/time/clock.h"

#include <stdlib.h>
#include <string.h>

enum {
    POLL_MS = 100,
    PAUSE_MS = 10000, /* short, so that a killed program does not leave writers paused for long */
    RENEW_US = 2000000,
    FENCE_REPLICAS = 1000000,
    FENCE_LAG = 10
};

static uint64_t seconds_us(int seconds)
{
    return (uint64_t)seconds * 1000000;
}

/* ---- Beginning ---- */

/* Sets a directive of ours and keeps what it was. */
static int change(struct migration *m, int which, const char *name, const char *value)
{
    struct changed_directive *changed = &m->changed[which];

    if (!side_config(&m->ours, name, changed->before, sizeof(changed->before)))
        return *value && strcmp(value, "no") != 0 ? migrate_failed(m, &m->ours) : MIGRATE_DONE;
    if (strcmp(changed->before, value) == 0)
        return MIGRATE_DONE;
    if (ms_commandf(m->ours.connection, NULL, "CONFIG SET %s %s", name, value) != MS_OK)
        return migrate_failed(m, &m->ours);
    changed->name = name;
    changed->changed = true;
    return MIGRATE_DONE;
}

static void change_back(struct migration *m)
{
    for (size_t i = 0; i < CHANGED_COUNT; i++) {
        struct changed_directive *changed = &m->changed[i];

        if (changed->changed && ms_commandf(m->ours.connection, NULL, "CONFIG SET %s %s",
                                            changed->name, changed->before) != MS_OK)
            migrate_say(m, "note  %s could not be set back: %s", changed->name,
                        side_error(&m->ours));
        changed->changed = false;
    }
}

int migrate_follow(struct migration *m)
{
    const struct migrate_options *options = m->options;
    const char *user = options->redis.username;
    const char *password = options->redis.password;
    int rc;

    if (m->following && !password)
        return MIGRATE_DONE; /* it has what an earlier run was given */
    rc = change(m, CHANGED_USER, "masteruser", user && password ? user : "");
    if (rc == MIGRATE_DONE)
        rc = change(m, CHANGED_PASSWORD, "masterauth", password ? password : "");
    if (m->following)
        return rc;
    if (rc == MIGRATE_DONE)
        rc = change(m, CHANGED_TLS, "tls-replication", options->use_tls ? "yes" : "no");
    if (rc == MIGRATE_DONE && ms_commandf(m->ours.connection, NULL, "REPLICAOF %s %d",
                                          options->seen_host, options->seen_port) != MS_OK)
        rc = migrate_failed(m, &m->ours);
    if (rc != MIGRATE_DONE) {
        change_back(m);
        return rc;
    }
    m->following = true;
    migrate_say(m, "this server follows %s:%d now", options->seen_host, options->seen_port);
    return MIGRATE_DONE;
}

/* ---- The full synchronisation ---- */

struct sync_progress {
    uint64_t begin_us;
    uint64_t moved_us; /* when anything last went on */
    int64_t moved;     /* what had come by then */
    int64_t first;
    bool loading;
};

static void show_sync(struct migration *m, const struct sync_progress *at, const char *info,
                      int64_t bytes)
{
    int64_t total = info_number(info, "master_sync_total_bytes", 0);
    double seconds = (double)(clock_monotonic_us() - at->begin_us) / 1e6;
    double rate = seconds > 0 ? (double)(bytes - at->first) / seconds / 1e6 : 0;
    char percent[32];

    if (total > 0)
        snprintf(percent, sizeof(percent), " of %.1f MB (%.1f%%)", (double)total / 1e6,
                 100 * (double)bytes / (double)total);
    else
        snprintf(percent, sizeof(percent), " MB"); /* diskless: nobody knows how much it will be */
    migrate_progress(m, "full synchronisation: %.1f%s, %.1f MB/s", (double)bytes / 1e6, percent,
                     rate);
}

/* Looks once; true when the link is up. */
static bool look_at_sync(struct migration *m, struct sync_progress *at, const char *info)
{
    char status[16];
    int64_t bytes = info_number(info, "master_sync_read_bytes", 0);
    bool loading = info_number(info, "loading", 0) == 1;
    int64_t moved = bytes + (loading ? info_number(info, "loading_loaded_bytes", 0) : 0);
    uint64_t now_us = clock_monotonic_us();

    info_text(info, "master_link_status", status, sizeof(status));
    if (strcmp(status, "up") == 0)
        return true;
    if (moved != at->moved || loading != at->loading) {
        if (at->moved == 0) {
            at->begin_us = now_us;
            at->first = bytes;
        }
        at->moved = moved;
        at->loading = loading;
        at->moved_us = now_us;
    }
    if (loading)
        migrate_progress(m, "loading what came: %lld%%",
                         (long long)info_number(info, "loading_loaded_perc", 0));
    else if (info_number(info, "master_sync_in_progress", 0) == 1)
        show_sync(m, at, info, bytes);
    else
        migrate_progress(m, "waiting for this server to reach the Redis (its log says what fails)");
    return false;
}

/* The link is up: to the server that we were told? */
static int check_history(struct migration *m, const char *info)
{
    char ids[2][64];
    char *redis = side_info(&m->control, "replication");
    int rc = MIGRATE_DONE;

    if (!redis)
        return migrate_failed(m, &m->control);
    info_text(redis, "master_replid", ids[0], sizeof(ids[0]));
    info_text(info, "master_replid", ids[1], sizeof(ids[1]));
    mem_free(redis);
    if (strcmp(ids[0], ids[1]) != 0) {
        migrate_say(m,
                    "error: what this server follows as %s:%d is not the Redis at %s "
                    "(use --seen-as)",
                    m->options->seen_host, m->options->seen_port, m->control.address);
        rc = MIGRATE_FAILED;
    }
    return rc;
}

static bool is_replica(const char *info)
{
    char role[16];

    info_text(info, "role", role, sizeof(role));
    return strcmp(role, "slave") == 0;
}

static int not_following(struct migration *m)
{
    m->following = false;
    migrate_say(m, "error: this server does not follow the Redis any more: it was restarted or "
                   "somebody ended it");
    return MIGRATE_FAILED;
}

int migrate_wait_synced(struct migration *m)
{
    struct sync_progress at = {.begin_us = clock_monotonic_us()};

    at.moved_us = at.begin_us;
    for (;;) {
        char *info = side_info(&m->ours, "everything");
        bool up;
        int rc;

        if (!info)
            return migrate_failed(m, &m->ours);
        if (!is_replica(info)) {
            mem_free(info);
            return not_following(m);
        }
        up = look_at_sync(m, &at, info);
        rc = up ? check_history(m, info) : MIGRATE_DONE;
        mem_free(info);
        if (up)
            return rc;
        if (clock_monotonic_us() - at.moved_us > seconds_us(m->options->timeout_s)) {
            migrate_say(m, "error: no progress for %d s", m->options->timeout_s);
            return MIGRATE_LATE;
        }
        if (!migrate_wait(m, POLL_MS))
            return MIGRATE_INTERRUPTED;
    }
}

/* ---- The lag ---- */

int64_t migrate_redis_offset(struct migration *m)
{
    char *info = side_info(&m->control, "replication");
    int64_t offset = info ? info_number(info, "master_repl_offset", -1) : -1;

    mem_free(info);
    return offset;
}

int migrate_wait_level(struct migration *m)
{
    int64_t wanted = migrate_redis_offset(m);
    uint64_t moved_us = clock_monotonic_us();
    int64_t moved = -1;

    if (wanted < 0)
        return migrate_failed(m, &m->control);
    for (;;) {
        char *info = side_info(&m->ours, "replication");
        char status[16];
        int64_t offset;
        bool up;

        if (!info)
            return migrate_failed(m, &m->ours);
        info_text(info, "master_link_status", status, sizeof(status));
        offset = info_number(info, "slave_repl_offset", -1);
        up = is_replica(info);
        mem_free(info);
        if (!up)
            return not_following(m);
        up = strcmp(status, "up") == 0;
        if (up && offset >= wanted)
            return MIGRATE_DONE;
        if (offset != moved)
            moved_us = clock_monotonic_us();
        moved = offset;
        if (clock_monotonic_us() - moved_us > seconds_us(m->options->timeout_s)) {
            migrate_say(m, "error: the lag did not change for %d s (%lld bytes)",
                        m->options->timeout_s, (long long)(wanted - offset));
            return MIGRATE_LATE;
        }
        migrate_progress(m, "%slag: %lld bytes", up ? "" : "the link is down; ",
                         (long long)(wanted - offset));
        if (!migrate_wait(m, up ? POLL_MS / 10 : POLL_MS))
            return MIGRATE_INTERRUPTED;
    }
}

/* ---- Writers ---- */

int migrate_pause(struct migration *m, int ms)
{
    if (ms_commandf(m->control.connection, NULL, "CLIENT PAUSE %d WRITE", ms ? ms : PAUSE_MS) !=
        MS_OK)
        return migrate_failed(m, &m->control);
    m->paused = true;
    m->paused_us = clock_monotonic_us();
    return MIGRATE_DONE;
}

void migrate_renew_pause(struct migration *m)
{
    if (m->paused && clock_monotonic_us() - m->paused_us > RENEW_US)
        migrate_pause(m, 0);
}

void migrate_unpause(struct migration *m)
{
    if (!m->paused)
        return;
    m->paused = false;
    if (ms_commandf(m->control.connection, NULL, "CLIENT UNPAUSE") == MS_OK)
        migrate_say(m, "writers on the Redis are not paused any more");
    else
        migrate_say(m, "note  CLIENT UNPAUSE failed (%s); the pause ends by itself within %d s",
                    side_error(&m->control), m->options->hold_s);
}

/* Whether `name` writes, by COMMAND INFO, asked once for each name. Containers of before 7.0 count
 * as writing when their flags say so. */
static bool command_writes(struct migration *m, const char *name)
{
    struct known_command *known;
    struct ms_reply *reply;
    const struct ms_value *flags;

    for (size_t i = 0; i < m->command_count; i++)
        if (strcmp(m->commands[i].name, name) == 0)
            return m->commands[i].writes;
    m->commands = mem_realloc(m->commands, (m->command_count + 1) * sizeof(*m->commands));
    known = &m->commands[m->command_count++];
    memset(known, 0, sizeof(*known));
    snprintf(known->name, sizeof(known->name), "%s", name);
    ms_commandf(m->control.connection, &reply, "COMMAND INFO %s", name);
    flags = ms_value_at(ms_value_at(ms_reply_value(reply), 0), 2);
    for (size_t i = 0; i < ms_value_count(flags); i++) {
        const char *flag = ms_value_text(ms_value_at(flags, i), NULL);

        known->writes |= flag && strcmp(flag, "write") == 0;
    }
    ms_reply_free(reply);
    return known->writes;
}

int64_t migrate_write_calls(struct migration *m)
{
    char *info = side_info(&m->control, "commandstats");
    int64_t sum = info && strstr(info, "cmdstat_") ? 0 : -1;

    for (const char *at = info; at && (at = strstr(at, "cmdstat_")) != NULL;) {
        const char *end = strstr(at, ":calls=");
        char name[64];

        at += strlen("cmdstat_");
        if (!end)
            break;
        snprintf(name, sizeof(name), "%.*s", (int)(end - at), at);
        if (command_writes(m, name))
            sum += strtoll(end + strlen(":calls="), NULL, 10);
    }
    mem_free(info);
    return sum;
}

/* ---- The switch ---- */

/* Whether it is a primary now, whatever became of the answer. */
static bool is_promoted(struct migration *m)
{
    char *info = side_info(&m->ours, "replication");
    char role[16];
    bool promoted =
        info && info_text(info, "role", role, sizeof(role)) && strcmp(role, "master") == 0;

    mem_free(info);
    return promoted;
}

int migrate_promote(struct migration *m)
{
    char password[CONFIG_SIZE];

    if (ms_commandf(m->ours.connection, NULL, "REPLICAOF NO ONE") != MS_OK) {
        migrate_failed(m, &m->ours);
        if (!is_promoted(m))
            return MIGRATE_FAILED;
    }
    m->switched = true;
    m->following = false;
    change_back(m);
    if (side_config(&m->ours, "masterauth", password, sizeof(password)) && *password)
        migrate_say(m, "note  masterauth is still set here");
    return MIGRATE_DONE;
}

/* A primary with fewer replicas than min-replicas-to-write refuses writes; nobody has so many. */
int migrate_fence(struct migration *m)
{
    struct ms_connection *c = m->control.connection;
    char before[CONFIG_SIZE];
    char lag[CONFIG_SIZE];

    side_config(&m->control, "min-replicas-to-write", before, sizeof(before));
    side_config(&m->control, "min-replicas-max-lag", lag, sizeof(lag));
    if (ms_commandf(c, NULL, "CONFIG SET min-replicas-to-write %d", FENCE_REPLICAS) != MS_OK ||
        (strcmp(lag, "0") == 0 &&
         ms_commandf(c, NULL, "CONFIG SET min-replicas-max-lag %d", FENCE_LAG) != MS_OK))
        return migrate_failed(m, &m->control);
    migrate_say(m, "the Redis refuses writes now (min-replicas-to-write was %s there)", before);
    return MIGRATE_DONE;
}
