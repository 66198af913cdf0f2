/* replay.h - records of the log, repeated on a keyspace: at start, by DEBUG LOADAOF, by
 * millstream-check. Needs everything at rest. */
#ifndef MS_BROKER_PERSISTENCE_REPLAY_H
#define MS_BROKER_PERSISTENCE_REPLAY_H

#include "core/base/diag.h"
#include "core/bytes/arena.h"
#include "core/bytes/buffer.h"
#include "core/hash/random.h"

#include <stdint.h>

struct server;

/* Embeddable. Of the server it uses keyspace, registry and configuration. */
struct replay {
    struct server *server;
    int db; /* of the records that follow */
    uint64_t records, position;
    int64_t now_ms; /* of the frame being repeated */
    struct arena *arena;
    struct buffer reply;
    struct random random;
    struct diag *diag;
};

void replay_init(struct replay *replay, struct server *server, struct diag *diag);
void replay_release(struct replay *replay);

/* Repeats a frame's records; `replay` is a struct replay. 0, or ERR_DAMAGED with the reason. */
int replay_records(void *replay, uint64_t position, struct span records);

#endif
