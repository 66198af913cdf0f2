/* key_reader.h - reads keys of one server and digests them, many small ones at a time and a large
 * one in pages, so that neither this program nor the server holds much more than a page. A key is
 * read by several commands: whoever compares has to read again what was changed meanwhile. One
 * thread. */
#ifndef MS_CLIENTS_SHELL_KEY_READER_H
#define MS_CLIENTS_SHELL_KEY_READER_H

#include "clients/shell/digest.h"
#include "clients/shell/side.h"

enum {
    KEY_BATCH = 512 /* keys at a time, at most */
};

enum key_kind {
    KEY_MISSING,
    KEY_STRING,
    KEY_LIST,
    KEY_SET,
    KEY_ZSET,
    KEY_HASH,
    KEY_STREAM,
    KEY_OTHER, /* of a type that cannot be compared */
};

struct key_state {
    enum key_kind kind;
    char type[24];      /* as TYPE says */
    int64_t expires_ms; /* Unix time; -1: never. Without `expiry_times` 0: some time */
    int64_t size;       /* bytes of a string, items of others */
    unsigned char content[DIGEST_SIZE];
    unsigned char groups[DIGEST_SIZE]; /* of a stream that has some */
    bool failed;                       /* it changed while it was read: equal to nothing */
};

/* What both servers can tell; the same has to be given for both. */
struct key_abilities {
    bool expiry_times;    /* PEXPIRETIME, since 7.0 */
    bool stream_counters; /* entries-added and so on, since 7.0 */
};

struct key_reader;

/* Borrows the side. */
struct key_reader *key_reader_new(struct side *side, struct key_abilities abilities);
void key_reader_free(struct key_reader *reader); /* NULL is allowed */

/* The four steps of a batch; between them the other server's reader does the same, so that both
 * work. Names are borrowed until the last step. Each gives MS_OK or a status after which the batch
 * has to be begun anew (the connection is closed). */
enum {
    KEY_READER_STEPS = 4
};
int key_reader_begin(struct key_reader *reader, const struct span *names, size_t count);
int key_reader_step(struct key_reader *reader, int step);
const struct key_state *key_reader_state(const struct key_reader *reader, size_t at);

/* In words of static storage what is not the same ("type: list, set"; the Redis first), NULL when
 * all is. */
const char *key_state_difference(const struct key_state *redis, const struct key_state *ours);

#endif
