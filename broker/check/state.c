#include "broker/check/state.h"
#include "broker/check/records.h"
#include "broker/command/registry.h"
#include "broker/script/script.h"
#include "broker/server/values.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/hash/key_hash.h"
#include "core/num/num.h"
#include "storage/keyspace/keyspace.h"

#include <stdio.h>
#include <sys/random.h>

/* As many databases as a log may well have: one that is not used costs 512 bytes. */
static char databases_flag[] = "--databases", databases[] = "4096", program[] = "millstream-check";

struct check_state *check_state_new(struct diag *diag)
{
    struct check_state *state = mem_zalloc(sizeof(*state));
    struct server *server = &state->server;
    char *argv[] = {program, databases_flag, databases, NULL};
    unsigned char seed[16];

    if (getrandom(seed, sizeof(seed), 0) == (ssize_t)sizeof(seed))
        key_hash_seed(seed);
    server->config = config_new();
    if (config_load(server->config, 3, argv, diag) < 0) {
        config_free(server->config);
        mem_free(state);
        return NULL;
    }
    server->registry = registry_new(registry_families);
    server->scripts = scripts_new(server);
    server->keyspace = keyspace_new(server_config(server)->settings.databases, false);
    values_register(&server->loaders);
    keyspace_set_loaders(server->keyspace, &server->loaders);
    replay_init(&state->replay, server, diag);
    return state;
}

void check_state_free(struct check_state *state)
{
    if (!state)
        return;
    replay_release(&state->replay);
    keyspace_free(state->server.keyspace);
    scripts_free(state->server.scripts);
    registry_free(state->server.registry);
    config_free(state->server.config);
    mem_free(state);
}

/* --- RDB files. */

static void on_aux(void *context, struct span name, struct span value)
{
    struct check_state *state = context;
    int64_t seconds;

    if (span_is(name, "ctime") && num_parse_i64(value, &seconds) == 0 && seconds > 0 &&
        seconds < INT64_MAX / 1000)
        state->made_ms = seconds * 1000;
}

static int on_function(void *context, struct span code, struct diag *diag)
{
    struct check_state *state = context;

    state->functions++;
    return scripts_load_library(state->server.scripts, code, diag);
}

int check_state_load(struct check_state *state, const char *path, struct rdb_load *facts,
                     struct diag *diag)
{
    struct server *server = &state->server;

    state->made_ms = 0;
    *facts = (struct rdb_load){
        .io = io_disk(),
        .keyspace = server->keyspace,
        .settings = &server_config(server)->settings,
        .loaders = &server->loaders,
        .now_ms = 0,
        .keep_expired = true,
        .check_checksum = true,
        .aux = on_aux,
        .function = on_function,
        .context = state,
    };
    return rdb_load_file(facts, path, diag);
}

/* --- The log. */

struct recovery {
    struct check_state *state;
    const struct check_point *until;
    uint64_t checkpoint;
};

static int on_frame(void *context, const struct frame *frame, struct span records,
                    struct diag *diag)
{
    struct recovery *recovery = context;
    const struct check_point *until = recovery->until;
    struct check_state *state = recovery->state;
    size_t size = records.size;
    int rc;

    if (frame->end <= recovery->checkpoint)
        return 0;
    if (until->kind == POINT_TIME && frame->written_ms > until->time_ms)
        return 1;
    if (until->kind == POINT_POSITION && until->position <= frame->begin)
        return 1;
    if (until->kind == POINT_POSITION && until->position < frame->end)
        size = records_prefix(records, (size_t)(until->position - frame->begin));
    state->replay.diag = diag;
    rc = replay_records(&state->replay, frame->end, span_of(records.data, size));
    if (rc < 0)
        return rc;
    state->position = frame->begin + size;
    state->last_ms = frame->written_ms;
    return size < records.size;
}

static int load_checkpoint(struct check_state *state, const struct walk *walk,
                           const struct check_point *until, struct diag *diag)
{
    const struct manifest *manifest = &walk->manifest;
    struct rdb_load facts;
    char path[4096];
    int rc;

    if (until->kind == POINT_POSITION && until->position < manifest->checkpoint_position)
        return diag_set(diag, ERR_RANGE,
                        "the log begins with the checkpoint at position %llu: what was before it "
                        "is in older backups only",
                        (unsigned long long)manifest->checkpoint_position);
    if (!manifest->checkpoint_file[0])
        return 0;
    snprintf(path, sizeof(path), "%s/%s", walk->directory, manifest->checkpoint_file);
    rc = check_state_load(state, path, &facts, diag);
    if (rc == ERR_MISSING)
        rc = ERR_DAMAGED;
    if (rc == 0 && until->kind == POINT_TIME && state->made_ms > until->time_ms) {
        char made[CHECK_TIME_SIZE];

        check_format_time(state->made_ms, made);
        return diag_set(diag, ERR_RANGE,
                        "the log begins with the checkpoint made at %s: what was before it is in "
                        "older backups only",
                        made);
    }
    return rc;
}

int check_state_recover(struct check_state *state, struct walk *walk,
                        const struct check_point *until, struct diag *diag)
{
    const struct manifest *manifest = &walk->manifest;
    struct recovery recovery = {state, until, manifest->checkpoint_position};
    struct walk_visitor visitor = {.context = &recovery, .frame = on_frame};
    int rc = load_checkpoint(state, walk, until, diag);

    state->position = manifest->checkpoint_position;
    if (rc < 0)
        return rc;
    if (manifest->segment_count > 0 && manifest->segments[0].first > manifest->checkpoint_position)
        return diag_set(diag, ERR_DAMAGED, "%s: segments before position %llu are missing",
                        walk->directory, (unsigned long long)manifest->segments[0].first);
    rc = walk_run(walk, manifest->checkpoint_position, &visitor, diag);
    if (rc == ERR_DAMAGED && manifest->segment_count > 0)
        diag_wrap(diag, "%s/%s, byte %llu (position %llu)", walk->directory,
                  manifest->segments[walk->at_segment].file, (unsigned long long)walk->at_byte,
                  (unsigned long long)walk->end);
    state->end = walk->end;
    state->replay.diag = NULL;
    return rc;
}

/* --- What is in it. */

struct census {
    uint64_t total, of[VALUE_TYPE_LIMIT];
    const char *names[VALUE_TYPE_LIMIT];
};

static void count_entry(void *context, struct entry *entry)
{
    struct census *census = context;
    const struct value_type *type = entry_type(entry);

    census->total++;
    census->of[type->id]++;
    census->names[type->id] = type->name;
}

void check_state_describe(struct check_state *state, struct buffer *out)
{
    struct keyspace *keyspace = state->server.keyspace;
    struct census census = {0};
    const char *separator = " (";

    for (int db = 0; db < keyspace_databases(keyspace); db++)
        keyspace_each(keyspace, db, count_entry, &census);
    buffer_printf(out, "%llu keys", (unsigned long long)census.total);
    for (int i = 0; i < VALUE_TYPE_LIMIT; i++) {
        if (census.of[i] == 0)
            continue;
        buffer_printf(out, "%s%llu %s", separator, (unsigned long long)census.of[i],
                      census.names[i]);
        separator = ", ";
    }
    if (census.total > 0)
        buffer_append_byte(out, ')');
}
