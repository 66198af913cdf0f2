/* entry.h - a key with its value, expiry and access record in one allocation.
 *
 * The value is a pointer to a type's own structure, or (strings only) an integer or short bytes
 * held in the entry itself. Entries belong to their shard's dict; a pointer to one is good until
 * the next call that may replace it (setting a string or an expiry can move it; those calls return
 * the new place). The shard must be held. */
#ifndef MS_STORAGE_KEYSPACE_ENTRY_H
#define MS_STORAGE_KEYSPACE_ENTRY_H

#include "core/bytes/span.h"
#include "storage/keyspace/value.h"

#include <stdbool.h>
#include <stdint.h>

struct entry;

struct span entry_key(const struct entry *entry);
const struct value_type *entry_type(const struct entry *entry);

/* Unix time in milliseconds at which the key goes, or -1. */
int64_t entry_expire_ms(const struct entry *entry);

/* The type's structure. CHECKs that the entry is not a string. */
void *entry_value(const struct entry *entry);

/* Strings: how the bytes are held, as OBJECT ENCODING tells it: int, embstr (up to 44 bytes, and
 * not grown in place), raw. */
enum entry_string_form {
    ENTRY_INTEGER,
    ENTRY_EMBEDDED,
    ENTRY_RAW
};
enum entry_string_form entry_string_form(const struct entry *entry);
int64_t entry_integer(const struct entry *entry); /* ENTRY_INTEGER only */

/* The bytes of a string. An integer is written to `scratch` (NUM_TEXT_LIMIT bytes). */
struct span entry_string(const struct entry *entry, char *scratch);

/* Access record, for OBJECT and eviction. Idle time in seconds; frequency 0 .. 255. */
int64_t entry_idle_seconds(const struct entry *entry, int64_t now_ms);
int entry_frequency(const struct entry *entry, int64_t now_ms, int decay_minutes);
void entry_set_idle_seconds(struct entry *entry, int64_t idle, int64_t now_ms);
void entry_set_frequency(struct entry *entry, int frequency, int64_t now_ms);

/* Bytes of the entry with its value; `samples` as in value_type. */
size_t entry_memory(const struct entry *entry, size_t samples);

#endif
