/* deliver.h - how entries come to a consumer. All ways are here: new entries, its own history, what
 * others left lying (claims). Whatever decides later who gets what and when (a policy: waiting
 * times, limits, keyed order) decides here, and what is logged of a delivery is logged here.
 *
 * A delivery lives on the stack of one command, zeroed at first, and serves one consumer of one
 * group. Entries are written to the reply one by one; the caller writes the headers around them.
 * Replay of the log goes the same ways without a reply (record_commands.c). */
#ifndef MS_GROUPS_DELIVER_H
#define MS_GROUPS_DELIVER_H

#include "groups/group.h"
#include "groups/group_record.h"
#include "streams/args.h"

struct delivery {
    struct request *rq;
    struct reply *out;                     /* NULL: replay, nobody reads it */
    const struct stream_read_args *limits; /* of XREADGROUP; NULL: none */
    bool no_ack;                           /* new entries do not become pending */
    int64_t given;                         /* entries the command has written so far */
    struct key key;
    struct stream *stream;
    struct group *group;
    struct consumer *consumer;
    bool changed;               /* more than when the consumer was seen */
    struct group_record record; /* the same for the log; empty if nobody reads it */
    int64_t retry_at_ms;        /* when the first entry not idle enough will be; 0: none was met */
    /* Looking up entries, mostly in id order. */
    struct stream_cursor cursor;
    struct stream_id sought; /* no live entry is between this and the cursor's */
    enum {
        CURSOR_UNUSED,
        CURSOR_AT_ENTRY,
        CURSOR_AT_END
    } state;
};

/* Turns to the consumer of that name, which is created (with its event) if absent and has been seen
 * now. `given` goes on counting. */
void deliver_to(struct delivery *delivery, struct key key, struct stream *stream,
                struct group *group, struct span consumer);

/* Ends what deliver_to began, and its cursor: if anything changed, this is noted as an effect, and
 * the record of it for log and replicas is written. A consumer that was only seen is no change. */
void deliver_end(struct delivery *delivery);

/* Entries the group has not seen yet, at most `limit` of them. They become pending unless no_ack.
 * Returns how many. */
int64_t deliver_new(struct delivery *delivery, int64_t limit);

/* The consumer's own pending entries above `after` again, at most `limit`; those deleted from the
 * stream come with a null in place of their fields. Returns how many. */
int64_t deliver_history(struct delivery *delivery, struct stream_id after, int64_t limit);

/* Pending entries of anybody that are idle for `min_idle_ms`, the released ones first, then by
 * idle time; deleted ones are passed over. At most `limit`. Returns how many; retry_at_ms is set.
 */
int64_t deliver_idle(struct delivery *delivery, int64_t min_idle_ms, int64_t limit);

/* --- For claims of single entries. */

/* True if the entry is live; then the delivery's cursor is at it. */
bool deliver_find(struct delivery *delivery, struct stream_id id);

/* How a command claims; one way for all its entries. */
struct claim_way {
    int64_t delivered_ms; /* as delivered at that time */
    enum record_rule rule;
    int64_t count; /* RECORD_COUNT_SET */
};

/* The entry at `place` goes to the consumer. */
void deliver_claim(struct delivery *delivery, uint32_t place, const struct claim_way *way);

/* An entry that is not pending becomes so, nobody's, delivered once. Returns its place. */
uint32_t deliver_force(struct delivery *delivery, struct stream_id id);

/* The record of a pending entry whose stream entry is gone. False if it is not pending. */
bool deliver_drop(struct delivery *delivery, struct stream_id id);

/* The group has read up to there, whatever was delivered. */
void deliver_set_last(struct delivery *delivery, struct stream_id id);

#endif
