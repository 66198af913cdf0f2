/* import.c - moving in: the files of a Redis in the server's directory are read as they are, and
 * left as they are. As Redis does it: with `appendonly yes` its append only files come before its
 * RDB file, and with `no` they are not looked at. */
#include "broker/command/registry.h"
#include "broker/persistence/aof_file.h"
#include "broker/persistence/aof_manifest.h"
#include "broker/persistence/persistence_internal.h"
#include "broker/script/script.h"
#include "broker/server/log.h"
#include "broker/server/server.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/time/clock.h"
#include "storage/io/io.h"
#include "storage/rdb/rdb_file.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    PATH_LIMIT = 4096
};

struct import {
    struct persistence *self;
    struct replay replay;
    uint64_t left_out; /* commands that have no meaning here */
    char first_left_out[64];
};

static bool exists(const char *path)
{
    struct io_file *file;

    if (io_open(io_disk(), path, IO_READ, &file, NULL) < 0)
        return false;
    io_close(file);
    return true;
}

static void leave_out(struct import *import, struct span what)
{
    if (import->left_out++ == 0)
        snprintf(import->first_left_out, sizeof(import->first_left_out), "%.*s", SPAN_ARGS(what));
}

static bool on_progress(void *context, uint64_t bytes, uint64_t of)
{
    struct import *import = context;
    struct persistence *self = import->self;

    atomic_store_explicit(&self->loading_bytes, bytes, memory_order_relaxed);
    atomic_store_explicit(&self->loading_of, of, memory_order_relaxed);
    atomic_store_explicit(&self->loaded_keys, import->replay.records, memory_order_relaxed);
    return persistence_loading_pause(self);
}

/* --- The RDB part of an append only file. */

static bool on_rdb_progress(void *context, uint64_t bytes, uint64_t of, uint64_t keys)
{
    struct import *import = context;

    import->replay.records = keys;
    return on_progress(context, bytes, of);
}

static int on_function(void *context, struct span code, struct diag *diag)
{
    struct import *import = context;

    return scripts_load_library(import->self->server->scripts, code, diag);
}

/* *end says where the commands begin. Keys that have expired stay: what follows may know them. */
static int load_rdb_part(struct import *import, const char *path, uint64_t *end, struct diag *diag)
{
    struct server *server = import->self->server;
    const struct config *config = server_config(server);
    struct rdb_load load = {
        .io = io_disk(),
        .keyspace = server->keyspace,
        .settings = &config->settings,
        .loaders = &server->loaders,
        .now_ms = clock_now_ms(),
        .keep_expired = true,
        .check_checksum = config->rdbchecksum,
        .function = on_function,
        .progress = on_rdb_progress,
        .context = import,
    };
    int rc = rdb_load_file(&load, path, diag);

    if (rc == ERR_MISSING)
        rc = ERR_DAMAGED; /* it was there a moment ago */
    *end = load.end;
    return rc;
}

/* --- Commands. */

static bool is_mark(struct span name)
{
    return span_is(name, "multi") || span_is(name, "exec") || span_is(name, "select");
}

/* What changes no data: calls that concern a connection or the server, which replaying has none of.
 */
static bool skip_command(void *context, size_t argc, const struct span *argv)
{
    struct import *import = context;
    const struct command *command;

    if (is_mark(argv[0]))
        return false;
    command = registry_find_call(import->self->server->registry, argc, argv);
    if (!command || !(command->spec->flags & CMD_SESSION))
        return false;
    leave_out(import, argv[0]);
    return true;
}

static int run_commands(void *context, uint64_t at, struct span bytes, struct diag *diag)
{
    struct import *import = context;

    import->replay.diag = diag;
    return replay_records(&import->replay, at + bytes.size, bytes);
}

static int load_file(struct import *import, const char *path, bool is_last, struct diag *diag)
{
    struct server *server = import->self->server;
    struct aof_file file = {
        .io = io_disk(),
        .path = path,
        .may_be_cut_short = is_last && server_config(server)->aof_load_truncated,
        .damage_limit =
            is_last ? (uint64_t)server_config(server)->aof_load_corrupt_tail_max_size : 0,
        .context = import,
        .skip = skip_command,
        .commands = run_commands,
        .progress = on_progress,
    };
    bool has_rdb = false;
    int rc = aof_file_has_rdb(io_disk(), path, &has_rdb, diag);

    if (rc == 0 && has_rdb)
        rc = load_rdb_part(import, path, &file.from, diag);
    import->replay.db = 0;
    if (rc == 0)
        rc = aof_file_read(&file, diag);
    if (rc == 0 && file.cut_bytes > 0)
        log_line(server->log, LOG_WARNING,
                 "The end of %s is %s: its last %" PRIu64 " bytes were left out", path,
                 file.is_damaged ? "damaged (see aof-load-corrupt-tail-max-size)"
                                 : "not complete (aof-load-truncated is 'yes')",
                 file.cut_bytes);
    if (rc == 0)
        log_line(server->log, LOG_NOTICE, "Read %s: %" PRIu64 " bytes", path, file.bytes);
    return rc;
}

/* --- Which files. */

static int load_manifest(struct import *import, const char *path, struct diag *diag)
{
    const struct config *config = server_config(import->self->server);
    struct aof_manifest manifest;
    char name[PATH_LIMIT], *text;
    size_t size;
    int rc = io_read_file(io_disk(), path, AOF_MANIFEST_LIMIT, &text, &size, diag);

    if (rc < 0)
        return rc;
    rc = aof_manifest_read(&manifest, span_of(text, size), diag);
    mem_free(text);
    if (rc < 0)
        return diag_wrap(diag, "%s", path);
    for (size_t i = 0; rc == 0 && i < manifest.count; i++) {
        snprintf(name, sizeof(name), "%s/%s", config->appenddirname, manifest.files[i]);
        rc = load_file(import, name, i + 1 == manifest.count, diag);
        if (rc == ERR_MISSING)
            diag_wrap(diag, "%s lists a file that is not there", path);
    }
    aof_manifest_release(&manifest);
    return rc;
}

static int import_aof(struct persistence *self, const char *path, bool is_manifest,
                      struct diag *diag)
{
    struct import import = {.self = self};
    int rc;

    log_line(self->server->log, LOG_NOTICE,
             "Moving in: reading the append only file%s of a Redis, %s", is_manifest ? "s" : "",
             path);
    replay_init(&import.replay, self->server, diag);
    rc = is_manifest ? load_manifest(&import, path, diag) : load_file(&import, path, true, diag);
    replay_release(&import.replay);
    if (rc == 0 && import.left_out > 0)
        log_line(self->server->log, LOG_WARNING,
                 "%" PRIu64 " things have been left out that have no meaning here, the first one: "
                 "%s",
                 import.left_out, import.first_left_out);
    return rc;
}

int persistence_import(struct persistence *self, bool *found, struct diag *diag)
{
    const struct config *config = server_config(self->server);
    struct log *log = self->server->log;
    char manifest[PATH_LIMIT];
    bool has_manifest, has_aof, has_rdb = exists(config->dbfilename);

    snprintf(manifest, sizeof(manifest), "%s/%s.manifest", config->appenddirname,
             config->appendfilename);
    has_manifest = exists(manifest);
    has_aof = has_manifest || exists(config->appendfilename);
    *found = has_rdb || (has_aof && config->appendonly);
    if (has_aof && config->appendonly) {
        if (has_rdb)
            log_line(log, LOG_NOTICE,
                     "%s is there, too, and is not read: append only files come first",
                     config->dbfilename);
        return import_aof(self, has_manifest ? manifest : config->appendfilename, has_manifest,
                          diag);
    }
    if (has_aof)
        log_line(log, LOG_WARNING,
                 "Append only files of a Redis are there, and are not read: appendonly is 'no'");
    if (!has_rdb)
        return 0;
    log_line(log, LOG_NOTICE, "Reading the RDB file %s", config->dbfilename);
    return persistence_load_rdb(self, config->dbfilename, false, diag);
}
