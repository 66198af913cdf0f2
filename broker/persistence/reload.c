/* reload.c - DEBUG RELOAD and LOADAOF: what is on the disk takes the place of what is in memory, so
 * that tests can see that it is the same. Exclusive. */
#include "broker/persistence/persistence_internal.h"
#include "broker/replication/replication.h"
#include "broker/script/script.h"
#include "broker/server/server.h"
#include "core/base/error.h"
#include "core/time/clock.h"
#include "storage/io/io.h"
#include "storage/keyspace/keyspace.h"
#include "storage/rdb/rdb_file.h"

#include <stdio.h>

static int read_rdb(struct persistence *self, const char *path, bool keep_expired,
                    struct diag *diag)
{
    struct server *server = self->server;
    const struct config *config = server_config(server);
    struct rdb_load load = {
        .io = io_disk(),
        .keyspace = server->keyspace,
        .settings = &config->settings,
        .loaders = &server->loaders,
        .now_ms = clock_now_ms(),
        .keep_expired = keep_expired,
        .check_checksum = config->rdbchecksum,
        .aux = persistence_on_aux,
        .function = persistence_on_function,
        .context = self,
    };

    self->loaded_db = 0;
    return rdb_load_file(&load, path, diag);
}

int persistence_reload(struct persistence *self, bool save, bool flush, struct diag *diag)
{
    int rc = save ? persistence_save_now(self, diag) : 0;

    if (rc < 0)
        return rc;
    if (flush) {
        keyspace_flush(self->server->keyspace, -1, false);
        scripts_drop_libraries(self->server->scripts);
    }
    /* What has just been saved is all there is: with what has expired, which replicas have, too. */
    rc = read_rdb(self, server_config(self->server)->dbfilename, save && flush, diag);
    if (rc == 0 && save && flush)
        return 0;
    return replication_start_over(self->server->replication, rc < 0 ? NULL : diag) < 0 ? ERR_IO
                                                                                       : rc;
}

/* From the checkpoint on, as recovery would. */
static int read_log(struct persistence *self, const struct commit_facts *facts, struct diag *diag)
{
    const char *directory = server_config(self->server)->log_directory;
    struct commit_reader *reader;
    struct commit_frame frame;
    struct replay replay;
    char path[4096];
    int rc = 0;

    self->loaded_db = 0;
    if (commit_log_checkpoint_file(self->log, path, sizeof(path)))
        rc = read_rdb(self, path, true, diag);
    if (rc == 0)
        rc = commit_reader_open(io_disk(), directory, facts->checkpoint, &reader, diag);
    if (rc < 0)
        return rc;
    replay_init(&replay, self->server, diag);
    replay.db = self->loaded_db;
    while (rc == 0 && (rc = commit_reader_next(reader, &frame, diag)) == 0)
        rc = replay_records(&replay, frame.end, frame.records);
    replay_release(&replay);
    commit_reader_free(reader);
    return rc == ERR_MISSING ? 0 : rc;
}

int persistence_reload_log(struct persistence *self, struct diag *diag)
{
    struct commit_facts facts;
    int rc;

    if (!self->log)
        return diag_set(diag, ERR_UNSUPPORTED, "there is no log: appendonly is 'no'");
    rc = commit_log_flush(self->log, diag);
    if (rc < 0)
        return rc;
    commit_log_facts(self->log, &facts);
    keyspace_flush(self->server->keyspace, -1, false);
    scripts_drop_libraries(self->server->scripts);
    return read_log(self, &facts, diag);
}
