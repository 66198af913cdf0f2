/* deliver.h - how entries come to a consumer. All ways are here: new entries, its own history, what
 * others left lying (claims). Whatever decides later who gets what and when (a policy: waiting
 * times, limits, keyed order) decides here, and what is logged of a delivery is logged here.
 *
 * A delivery lives on the stack of one command and serves one consumer of one group. Entries are
 * written to the reply one by one; the caller writes the headers around them. */
#ifndef MS_GROUPS_DELIVER_H
#define MS_GROUPS_DELIVER_H

#include "groups/group.h"
#include "streams/args.h"

struct delivery {
    struct request *rq;
    struct reply *out;
    const struct stream_read_args *limits; /* of XREADGROUP; NULL: none */
    int64_t given;                         /* entries the command has written so far */
    struct stream *stream;
    struct group *group;
    struct consumer *consumer;
    int64_t retry_at_ms; /* when the first entry not idle enough will be; 0: none was met */
    /* Looking up entries, mostly in id order. */
    struct stream_cursor cursor;
    struct stream_id sought; /* no live entry is between this and the cursor's */
    enum {
        CURSOR_UNUSED,
        CURSOR_AT_ENTRY,
        CURSOR_AT_END
    } state;
};

/* Turns to a consumer; `given` goes on counting. */
void deliver_to(struct delivery *delivery, struct stream *stream, struct group *group,
                struct consumer *consumer);

/* Entries the group has not seen yet, at most `limit` of them. They become pending unless the
 * consumer reads without acknowledging. Returns how many. */
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

/* The entry at `place` goes to the consumer as delivered at that time, for the `count`-th time. */
void deliver_claim(struct delivery *delivery, uint32_t place, int64_t delivered_ms, int64_t count);

/* One more delivery, saturating. */
static inline int64_t deliver_count_up(int64_t count)
{
    return count < INT64_MAX ? count + 1 : count;
}

#endif
