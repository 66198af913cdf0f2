/* group_record.h - what one call of a consumer did to its group, as one record of the log:
 *
 *     ms.group key group consumer <record>
 *
 * A delivery of a hundred new entries is not a hundred records but the id of the last one: replay
 * delivers the same again, since it meets the same group and the same stream. Whatever depended on
 * the clock is in the record. The record, numbers as varints (7 bits a byte, low first), signed
 * ones folded (0, -1, 1, -2 ...):
 *
 *   version 1 | flags 1 (1: the consumer was created, 2: it was active) | seen ms
 *   then parts, each at most once and in this order:
 *   'L' id                       the group's last id was set (XCLAIM LASTID)
 *   'C' ms rule [count] n ids    claimed: delivered at `seen` - ms (signed); rule 0 keeps the count
 *                                of deliveries, 1 adds one, 2 sets it to `count`
 *   'D' n ids                    no longer pending, because their entries are gone
 *   'N' owned n id read          the next n live entries were delivered as new, up to id; owned 0
 *                                means NOACK; `read` is entries_read + 1 afterwards
 *   'H' n id                     the consumer got n of its own again, those above id
 *
 *   id: ms (signed, from the id before) | seq (signed, from that of the id before if ms is the
 *   same, else as it is). The first id of each part counts from `seen`-0.
 *
 * 14 bytes or so for a delivery of any size, 2 or 3 more for each entry claimed. Bytes come from
 * disk: the reader checks all of them. One thread. */
#ifndef MS_GROUPS_GROUP_RECORD_H
#define MS_GROUPS_GROUP_RECORD_H

#include "core/bytes/arena.h"
#include "core/bytes/span.h"
#include "streams/id.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GROUP_RECORD_COMMAND "ms.group"

/* What a claim does to the count of deliveries. */
enum record_rule {
    RECORD_COUNT_KEEP,
    RECORD_COUNT_UP,
    RECORD_COUNT_SET
};

/* --- Writing. */

/* Ids already in their encoding; in the arena. */
struct record_ids {
    unsigned char *bytes;
    size_t size, capacity;
    uint64_t count;
    struct stream_id previous;
};

/* What has been noted of a call so far. */
struct group_record {
    struct arena *arena;
    int64_t seen_ms;
    bool created, active;
    bool has_last_id;
    struct stream_id last_id;
    struct record_ids claimed, dropped;
    int64_t delivered_ms, claim_count; /* of all that was claimed */
    enum record_rule rule;
    bool owned; /* the new entries */
    uint64_t new_count;
    struct stream_id new_last;
    int64_t entries_read;
    uint64_t again_count; /* its own ones */
    struct stream_id again_after;
};

/* Nothing noted yet. The arena must live until the record is written. */
void group_record_begin(struct group_record *record, struct arena *arena, int64_t now_ms);

/* One more entry claimed, in the order of the calls, all of one call with the same time and rule.
 */
void group_record_claim(struct group_record *record, struct stream_id id, int64_t delivered_ms,
                        enum record_rule rule, int64_t count);
void group_record_drop(struct group_record *record, struct stream_id id);

/* The record's bytes, in the arena. */
struct span group_record_write(const struct group_record *record);

/* --- Reading. */

enum record_part_kind {
    RECORD_LAST_ID = 'L',
    RECORD_CLAIMED = 'C',
    RECORD_DROPPED = 'D',
    RECORD_NEW = 'N',
    RECORD_AGAIN = 'H',
};

/* One part; `id` of L, N and H, `count` of all others than L. */
struct record_part {
    enum record_part_kind kind;
    uint64_t count;
    struct stream_id id;
    int64_t delivered_ms, claim_count;
    enum record_rule rule;
    bool owned;
    int64_t entries_read;
};

struct group_record_reader {
    const unsigned char *at, *end;
    int64_t seen_ms;
    bool created, active;
    int last_kind;     /* the place in the order of the part read last */
    uint64_t ids_left; /* of that part */
    struct stream_id previous;
};

/* Reads the head. 0 or ERR_DAMAGED. The bytes are borrowed. */
int group_record_read(struct group_record_reader *reader, struct span bytes);

/* The next part: 1, 0 at the end, ERR_DAMAGED. Ids of the part before that were not read are passed
 * over. */
int group_record_next(struct group_record_reader *reader, struct record_part *part);

/* The next id of the part (C, D): 1, 0 after the last one, ERR_DAMAGED. */
int group_record_next_id(struct group_record_reader *reader, struct stream_id *id);

/* Reads all of it. 0 if every byte makes sense, else ERR_DAMAGED. */
int group_record_check(struct span bytes);

#endif
