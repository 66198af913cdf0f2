/* import.c - moving in: the files of a Redis in the server's directory are read as they are, and
 * left as they are. */
#include "broker/persistence/persistence_internal.h"
#include "broker/server/log.h"
#include "broker/server/server.h"
#include "core/base/error.h"
#include "storage/io/io.h"

static bool exists(const char *path)
{
    struct io_file *file;

    if (io_open(io_disk(), path, IO_READ, &file, NULL) < 0)
        return false;
    io_close(file);
    return true;
}

int persistence_import(struct persistence *self, bool *found, struct diag *diag)
{
    const struct config *config = server_config(self->server);

    *found = exists(config->dbfilename);
    if (!*found)
        return 0;
    log_line(self->server->log, LOG_NOTICE, "Reading the RDB file %s", config->dbfilename);
    return persistence_load_rdb(self, config->dbfilename, false, diag);
}
