/* state.h - a keyspace without a server around it, into which checkpoints are loaded and records
 * are repeated, by the server's own code. One thread. */
#ifndef MS_BROKER_CHECK_STATE_H
#define MS_BROKER_CHECK_STATE_H

#include "broker/check/check.h"
#include "broker/check/walk.h"
#include "broker/persistence/replay.h"
#include "broker/server/server.h"
#include "storage/rdb/rdb_file.h"

struct check_state {
    struct server server; /* configuration, commands, loaders and keyspace; the rest is missing */
    struct replay replay;
    int64_t made_ms; /* when the RDB file loaded last was made, by its own word; 0: it has none */
    uint64_t functions; /* libraries in it */
    uint64_t position;  /* up to which the log was repeated */
    uint64_t end;       /* up to which the log is sound */
    int64_t last_ms;    /* when the last frame repeated was written; 0: none was */
};

struct check_state *check_state_new(struct diag *diag);
void check_state_free(struct check_state *state);

/* Reads an RDB file; *facts (keys, bytes, version, end) are filled in. Keys that have expired are
 * kept. */
int check_state_load(struct check_state *state, const char *path, struct rdb_load *facts,
                     struct diag *diag);

/* Brings the state to that of the log at a point, or at its end. Positions within a transaction are
 * before it. ERR_RANGE if the log does not reach back to there; ERR_DAMAGED; and others. */
int check_state_recover(struct check_state *state, struct walk *walk,
                        const struct check_point *until, struct diag *diag);

/* Appends "10 keys (6 string, 4 stream)". */
void check_state_describe(struct check_state *state, struct buffer *out);

#endif
