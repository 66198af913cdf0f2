/* expiry.h - the keys of one database in one shard that expire, ordered by their time.
 *
 * A heap of pointers to entries with four children to a node; each entry knows its place in it, so
 * that a key is taken out or given another time without a search. Costs 12 bytes in the entry (time
 * and place) and 8 here with at most a quarter of slack: 20 to 22 bytes a key that expires. The
 * next key to expire is at hand in O(1), a slice of active expiry costs what it deletes, and a
 * sample or the average are exact. A new time later than most others (the usual case) moves
 * nothing, and so does taking out a leaf (three keys of four); the worst case is O(log n).
 *
 * Entries belong to the dict. The shard must be held. */
#ifndef MS_STORAGE_KEYSPACE_EXPIRY_H
#define MS_STORAGE_KEYSPACE_EXPIRY_H

#include <stddef.h>
#include <stdint.h>

struct entry;
struct random;

/* Embeddable; starts zeroed. */
struct expiry {
    struct entry **heap;
    size_t count, capacity;
    __int128 sum_ms; /* of all times */
};

/* Frees the heap; entries are left alone. */
void expiry_release(struct expiry *expiry);

/* Puts in an entry that has the field; its time becomes `at_ms`. */
void expiry_add(struct expiry *expiry, struct entry *entry, int64_t at_ms);

/* Takes an entry out; its field is no longer valid. */
void expiry_remove(struct expiry *expiry, struct entry *entry);

/* Gives an entry that is in another time. */
void expiry_change(struct expiry *expiry, struct entry *entry, int64_t at_ms);

/* The entry moved in memory. O(1). */
void expiry_moved(struct expiry *expiry, struct entry *entry);

/* The next to expire; NULL if there is none. */
struct entry *expiry_first(const struct expiry *expiry);

/* Any one by chance, uniformly; NULL if there is none. */
struct entry *expiry_random(const struct expiry *expiry, struct random *random);

#endif
