/* apply.h - a primary's stream, carried out: records run on the keyspace, with their shards held,
 * and go to the log as they came, at the positions that they have on the primary.
 *
 * Calls that follow each other are taken together as far as they have come: their shards are locked
 * once, and the log gets them in one piece. A transaction is one piece whatever its size: its bytes
 * are kept until EXEC has come. Messages (PING, PUBLISH, REPLCONF GETACK, newlines) take positions
 * and are not stored.
 *
 * A call that fails means that this server's data is not the primary's: nothing behind it is
 * carried out. Reactor 0's thread, which holds nothing but its world lock. */
#ifndef MS_BROKER_REPLICATION_APPLY_H
#define MS_BROKER_REPLICATION_APPLY_H

#include "core/base/diag.h"
#include "core/bytes/buffer.h"
#include "core/resp/request_parser.h"

#include <stdbool.h>
#include <stdint.h>

struct apply_call;
struct reactor;
struct request;

/* Embeddable. */
struct applier {
    struct reactor *reactor;
    int db; /* chosen by the stream */
    bool in_multi;
    struct buffer queued; /* the transaction that has begun: its bytes so far */
    struct apply_call *calls;
    struct request *keys; /* to find them */
    size_t count;         /* of the calls to be run together */
    uint64_t shards;
    bool exclusive;
    bool wants_ack;   /* REPLCONF GETACK has come since this was last cleared */
    bool must_wait;   /* a script is busy: the rest is to be offered again when it is over */
    uint64_t records; /* carried out since the start */
    struct buffer reply;
};

void applier_init(struct applier *self, struct reactor *reactor, int db);
void applier_release(struct applier *self);

/* Carries out what is complete in data[0 .. size), except when `must_wait` is set; *used are the
 * bytes done with. The others are to be offered again with more behind, to the same parser. 0, or
 * ERR_DAMAGED with the reason: nothing more can be carried out. */
int applier_take(struct applier *self, struct request_parser *parser, const char *data, size_t size,
                 size_t *used, struct diag *diag);

#endif
