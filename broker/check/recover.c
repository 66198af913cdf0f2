/* recover.c - the state at a point, written somewhere else: as a new log directory, or as the
 * append only directory of a Redis. The log it comes from is only read. */
#include "broker/check/check.h"
#include "broker/check/state.h"
#include "broker/script/script.h"
#include "core/base/error.h"
#include "core/num/num.h"
#include "core/time/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

enum {
    PATH_LIMIT = 4096,
    RDB_MAGIC_SIZE = 9 /* "REDIS0010" */
};

/* --- What both do. */

static int write_rdb(struct check_state *state, const char *path, bool complete, struct diag *diag)
{
    char now[NUM_TEXT_LIMIT];
    int64_t now_ms = complete && state->last_ms ? state->last_ms : clock_now_ms();
    struct rdb_aux aux[] = {
        {"redis-ver", SPAN("8.10.0")},
        {"redis-bits", SPAN("64")},
        {"ctime", span_of(now, num_format_i64(now, now_ms / 1000))},
        {"aof-base", SPAN("1")},
        {NULL, {0}},
    };
    struct rdb_save save = {
        .io = io_disk(),
        .keyspace = state->server.keyspace,
        .settings = &server_config(&state->server)->settings,
        .now_ms = now_ms,
        .complete = complete,
        .compress = true,
        .checksum = true,
        .aux = aux,
        .function = scripts_next_library,
        .functions = state->server.scripts,
    };

    if (complete)
        aux[3] = aux[4];
    return rdb_save_file(&save, path, diag);
}

/* The state at the point asked for, NULL with a code in *rc. */
static struct check_state *recover(const struct check_options *options, struct walk *walk, int *rc,
                                   struct diag *diag)
{
    struct check_state *state;

    *rc = walk_open(walk, options->path, diag);
    if (*rc == ERR_MISSING)
        diag_set(diag, *rc, "%s is no log directory: it has no manifest", options->path);
    if (*rc < 0)
        return NULL;
    state = check_state_new(diag);
    *rc = state ? check_state_recover(state, walk, &options->until, diag) : ERR_IO;
    if (*rc == ERR_DAMAGED && state && state->position > walk->manifest.checkpoint_position)
        diag_wrap(diag, "the state up to position %" PRIu64 " can be had with --until",
                  state->position);
    if (*rc < 0) {
        check_state_free(state);
        return NULL;
    }
    return state;
}

static void print_result(struct check_state *state, const struct check_options *options)
{
    char time[CHECK_TIME_SIZE];
    struct buffer text = {0};

    check_state_describe(state, &text);
    printf("%s: the state at position %" PRIu64, options->target, state->position);
    if (state->last_ms > 0) {
        check_format_time(state->last_ms, time);
        printf(", written at %s", time);
    }
    printf(": %.*s\n", (int)text.size, text.data);
    if (options->until.kind == POINT_POSITION && options->until.position > state->end)
        printf("The log ends there: position %" PRIu64 " is not in it yet.\n",
               options->until.position);
    buffer_release(&text);
}

static int make_target(const char *path, struct diag *diag)
{
    int rc = io_make_directory(io_disk(), path, diag);

    if (rc == ERR_EXISTS)
        diag_set(diag, rc, "%s is there already: it has to be a new directory", path);
    return rc;
}

/* --- A new log. */

static void make_id(char id[COMMIT_ID_SIZE + 1])
{
    unsigned char bytes[COMMIT_ID_SIZE / 2] = {0};

    if (getrandom(bytes, sizeof(bytes), 0) < 0)
        memcpy(bytes, &(int64_t){clock_now_us()}, sizeof(int64_t));
    for (size_t i = 0; i < sizeof(bytes); i++)
        snprintf(id + 2 * i, 3, "%02x", bytes[i]);
}

/* Another history begins at the point, so it has an id of its own; it remembers of which one it was
 * part until then. */
static int write_log(struct check_state *state, const struct manifest *from,
                     const struct check_options *options, struct diag *diag)
{
    struct manifest manifest = {.checkpoint_position = state->position, .next_number = 1};
    char path[PATH_LIMIT], id[COMMIT_ID_SIZE + 1];
    struct io_file *file;
    int rc;

    make_id(id);
    manifest.history = from->history;
    commit_history_begin(&manifest.history, id, state->position);
    snprintf(manifest.checkpoint_file, sizeof(manifest.checkpoint_file),
             "checkpoint-%" PRIu64 ".rdb", state->position);
    snprintf(path, sizeof(path), "%s/%s", options->target, manifest.checkpoint_file);
    rc = write_rdb(state, path, true, diag);
    if (rc == 0)
        rc = io_open(io_disk(), path, IO_READ, &file, diag);
    if (rc < 0)
        return rc;
    rc = io_size(file, &manifest.checkpoint_bytes, diag);
    io_close(file);
    if (rc == 0)
        rc = io_sync_directory(io_disk(), options->target, diag);
    return rc < 0 ? rc : manifest_store(&manifest, io_disk(), options->target, diag);
}

enum check_exit check_write(const struct check_options *options, struct diag *diag)
{
    struct walk walk;
    int rc;
    struct check_state *state = recover(options, &walk, &rc, diag);

    if (state)
        rc = make_target(options->target, diag);
    if (state && rc == 0)
        rc = write_log(state, &walk.manifest, options, diag);
    if (state && rc == 0)
        print_result(state, options);
    check_state_free(state);
    walk_release(&walk);
    return check_exit_of(rc);
}

/* --- For Redis. */

static int write_file(const char *directory, const char *name, struct span bytes, struct diag *diag)
{
    char path[PATH_LIMIT];

    snprintf(path, sizeof(path), "%s/%s", directory, name);
    return io_replace_file(io_disk(), path, bytes, diag);
}

/* What it takes to read the file, for who wonders why an older server refuses it. */
static int print_version(const char *path, struct diag *diag)
{
    char head[RDB_MAGIC_SIZE + 1] = "";
    struct io_file *file;
    size_t got;
    int rc = io_open(io_disk(), path, IO_READ, &file, diag);

    if (rc < 0)
        return rc;
    rc = io_read(file, 0, head, RDB_MAGIC_SIZE, &got, diag);
    io_close(file);
    if (rc == 0)
        printf("Its RDB version is %s%s\n", head + 5 + strspn(head + 5, "0"),
               strcmp(head + 5, "0010") == 0
                   ? ": Redis 7.0 and later load it."
                   : ": values in it need a newer server than Redis 7.0.");
    return rc;
}

static int write_aof(struct check_state *state, const char *directory, struct diag *diag)
{
    static const char base[] = "appendonly.aof.1.base.rdb",
                      increments[] = "appendonly.aof.1.incr.aof";
    char path[PATH_LIMIT], manifest[256];
    int size = snprintf(manifest, sizeof(manifest), "file %s seq 1 type b\nfile %s seq 1 type i\n",
                        base, increments);
    int rc;

    snprintf(path, sizeof(path), "%s/%s", directory, base);
    rc = write_rdb(state, path, false, diag);
    if (rc == 0)
        rc = write_file(directory, increments, SPAN(""), diag);
    if (rc == 0)
        rc =
            write_file(directory, "appendonly.aof.manifest", span_of(manifest, (size_t)size), diag);
    return rc < 0 ? rc : print_version(path, diag);
}

enum check_exit check_export(const struct check_options *options, struct diag *diag)
{
    struct walk walk;
    int rc;
    struct check_state *state = recover(options, &walk, &rc, diag);

    if (state)
        rc = make_target(options->target, diag);
    if (state && rc == 0)
        rc = write_aof(state, options->target, diag);
    if (state && rc == 0)
        print_result(state, options);
    check_state_free(state);
    walk_release(&walk);
    return check_exit_of(rc);
}
