/* entry_internal.h - the layout of an entry, for the keyspace's own files.
 *
 *   byte 0        4      5          6          8
 *       +--------+------+----------+----------+------+------+------------+------+-----+-------+
 *       | access | kind | embedded | key size | word | type | expire, at | size | key | bytes |
 *       | 4      | 1    | 1        | 2        | 8    | 8    | 8 + 4      | 4    |     |       |
 *       +--------+------+----------+----------+------+------+------------+------+-----+-------+
 *
 *   embedded, bytes: a short string and its size, only with FORM_EMBEDDED
 *   word    not with FORM_EMBEDDED: the integer, or a pointer to `struct raw`, or the type's value
 *   type    only with FORM_VALUE: a pointer to the struct value_type
 *   expire  only with ENTRY_EXPIRES: Unix ms, and the entry's place in its database's expiry heap
 *   size    only with ENTRY_LONG_KEY: the key's size, when it does not fit 16 bits
 *
 * Pointers come first so that they stay aligned (leak checkers look for them there). A key of 10
 * bytes with a value of 16 takes 34 bytes, one block of the allocator's class of 48. */
#ifndef MS_STORAGE_KEYSPACE_ENTRY_INTERNAL_H
#define MS_STORAGE_KEYSPACE_ENTRY_INTERNAL_H

#include "core/command/settings.h"
#include "storage/keyspace/entry.h"

#include <string.h>

struct random;

enum entry_form {
    FORM_INTEGER = 0,
    FORM_EMBEDDED = 1,
    FORM_RAW = 2,
    FORM_VALUE = 3,
};

enum {
    ENTRY_FORM_MASK = 3,
    ENTRY_EXPIRES = 1 << 2,
    ENTRY_LONG_KEY = 1 << 3,
    ENTRY_KINDS = 1 << 4,
    ENTRY_EMBED_LIMIT = UINT8_MAX, /* one block is always smaller than two, up to what fits */
    ENTRY_EMBSTR_LIMIT = 44,       /* what OBJECT ENCODING calls embstr; longer ones are raw */
    ENTRY_SHORT_KEY_LIMIT = UINT16_MAX,
    ENTRY_EXPIRE_SIZE = 12,
};

struct entry {
    uint32_t access; /* access.c says what it means */
    uint8_t kind;    /* form and flags */
    uint8_t embedded;
    uint16_t key_size; /* 0 with ENTRY_LONG_KEY */
    char tail[];
};

_Static_assert(sizeof(struct entry) == 8, "the word behind the header is aligned");

/* A string in a block of its own; what mem_size says beyond it is room to grow. */
struct raw {
    size_t size;
    char bytes[];
};

/* Where the key begins, by kind. */
extern const uint8_t entry_key_offset[ENTRY_KINDS];

static inline enum entry_form entry_form(const struct entry *entry)
{
    return (enum entry_form)(entry->kind & ENTRY_FORM_MASK);
}

static inline bool entry_expires(const struct entry *entry)
{
    return entry->kind & ENTRY_EXPIRES;
}

static inline char *entry_key_data(const struct entry *entry)
{
    return (char *)(uintptr_t)entry + entry_key_offset[entry->kind];
}

static inline size_t entry_key_size(const struct entry *entry)
{
    uint32_t size = entry->key_size;

    if (__builtin_expect(entry->kind & ENTRY_LONG_KEY, 0))
        memcpy(&size, entry_key_data(entry) - sizeof(size), sizeof(size));
    return size;
}

static inline char *entry_embedded_data(const struct entry *entry)
{
    return entry_key_data(entry) + entry_key_size(entry);
}

/* The word behind the header; not with FORM_EMBEDDED. */
static inline uint64_t entry_word(const struct entry *entry)
{
    uint64_t word;

    memcpy(&word, entry->tail, sizeof(word));
    return word;
}

static inline void entry_set_word(struct entry *entry, uint64_t word)
{
    memcpy(entry->tail, &word, sizeof(word));
}

static inline struct raw *entry_raw(const struct entry *entry)
{
    return (struct raw *)(uintptr_t)entry_word(entry);
}

/* Where expire and heap place are; only with ENTRY_EXPIRES. */
static inline char *entry_expire_data(const struct entry *entry)
{
    size_t back = ENTRY_EXPIRE_SIZE + (entry->kind & ENTRY_LONG_KEY ? sizeof(uint32_t) : 0);

    return entry_key_data(entry) - back;
}

static inline int64_t entry_expire_get(const struct entry *entry)
{
    int64_t at_ms;

    memcpy(&at_ms, entry_expire_data(entry), sizeof(at_ms));
    return at_ms;
}

static inline void entry_expire_put(struct entry *entry, int64_t at_ms)
{
    memcpy(entry_expire_data(entry), &at_ms, sizeof(at_ms));
}

static inline uint32_t entry_heap_at(const struct entry *entry)
{
    uint32_t at;

    memcpy(&at, entry_expire_data(entry) + sizeof(int64_t), sizeof(at));
    return at;
}

static inline void entry_set_heap_at(struct entry *entry, uint32_t at)
{
    memcpy(entry_expire_data(entry) + sizeof(int64_t), &at, sizeof(at));
}

static inline bool entry_is_expired(const struct entry *entry, int64_t now_ms)
{
    return entry_expires(entry) && entry_expire_get(entry) <= now_ms;
}

/* A new entry with a copy of `key`; word, type, expiry and embedded bytes are the caller's to fill.
 * `embedded` at most ENTRY_EMBED_LIMIT, and 0 unless FORM_EMBEDDED. */
struct entry *entry_new(enum entry_form form, bool expires, struct span key, size_t embedded);

/* Gives an entry another form. Key and access record stay, and so do the expiry if it `expires`
 * before and after, the word if there is one before and after, and the embedded bytes that fit.
 * What is new is the caller's to fill. Works in place where the block has the room, else moves: the
 * old block is freed then, and whoever points to it must be told. Frees no value. */
struct entry *entry_reform(struct entry *entry, enum entry_form form, bool expires,
                           size_t embedded);

/* Frees the block, not the value. */
void entry_free_shell(struct entry *entry);

/* Frees value and block. */
void entry_free(void *entry);

/* A raw string of these bytes, without room to grow. `bytes.data` may be NULL: then the bytes are
 * the caller's to fill. */
struct raw *raw_new(struct span bytes);

/* Makes it `size` bytes; new ones are zero. Grows ahead, so that appending is O(1) amortised. */
struct raw *raw_resize(struct raw *raw, size_t size);

/* Reuses `raw` if its block fits `bytes` well, else frees it; returns what holds them. `bytes` may
 * lie inside. */
struct raw *raw_assign(struct raw *raw, struct span bytes);

/* --- The access record. */

static inline bool policy_is_lfu(enum eviction_policy policy)
{
    return policy == EVICT_VOLATILE_LFU || policy == EVICT_ALLKEYS_LFU;
}

static inline bool policy_is_lrm(enum eviction_policy policy)
{
    return policy == EVICT_VOLATILE_LRM || policy == EVICT_ALLKEYS_LRM;
}

/* For a new key. */
void entry_access_start(struct entry *entry, const struct settings *settings, int64_t now_ms);

/* For a key that was read, or written. */
void entry_access_read(struct entry *entry, const struct settings *settings, int64_t now_ms,
                       struct random *random);
void entry_access_write(struct entry *entry, const struct settings *settings, int64_t now_ms,
                        struct random *random);

/* How long ago, in ticks of ENTRY_TICK_MS. */
enum {
    ENTRY_TICK_MS = 100
};
uint32_t entry_idle_ticks(const struct entry *entry, int64_t now_ms);

#endif
