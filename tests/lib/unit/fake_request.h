/* fake_request.h - a broker's stand-in for unit tests of handlers: a keyspace, a clock that only
 * the test moves, chance with a fixed seed, and a request that is made ready for each call. One
 * thread.
 *
 *     struct fake *fake = fake_new();
 *     fake_add_commands(fake, string_commands);
 *     assert_string_equal(fake_run(fake, "SET", "k", "v"), "OK");
 *     assert_string_equal(fake_line(fake, "MGET k \"no such\""), "[\"v\" nil]");
 *     fake_free(fake);
 *
 * Replies are shown as one line of text, so that an expectation reads like a protocol trace:
 *   simple string OK | error -ERR words | integer 5 | bulk "v" with \" \\ \r \n \xHH
 *   null nil | array and set [a b] | push >[a b] | map {k v k v} | double ,1.5 | boolean #t #f
 *   verbatim =txt:"words" | a call that parks (waits)
 * The bytes themselves are in fake->reply. */
#ifndef MS_TESTS_LIB_UNIT_FAKE_REQUEST_H
#define MS_TESTS_LIB_UNIT_FAKE_REQUEST_H

#include "core/bytes/buffer.h"
#include "core/command/command.h"
#include "core/command/reply.h"
#include "core/command/request.h"
#include "core/command/settings.h"
#include "core/hash/random.h"

enum {
    FAKE_TABLES_LIMIT = 96,
    FAKE_ARGUMENTS_LIMIT = 4096
};

#define FAKE_START_MS INT64_C(1700000000000) /* what the clock says at first */

struct fake {
    struct request rq; /* of the last call: effects, rewrites and wait are there to look at */
    struct settings settings;  /* Redis's defaults; a test may change them */
    struct random random;      /* seeded with 1 */
    struct keyspace *keyspace; /* 16 databases, no locking */
    struct arena *arena;       /* reset before each call */
    struct buffer reply;       /* the bytes of the last reply */
    struct buffer shown;       /* the same as text */
    struct buffer shown_rewrite;
    int64_t now_ms; /* the clock */
    unsigned flags; /* of each request; REQUEST_LOGGED at first */
    int protocol;   /* 2 at first */
    int db;         /* 0 at first */
    const struct command_spec *tables[FAKE_TABLES_LIMIT];
    size_t table_count;
};

struct fake *fake_new(void);
void fake_free(struct fake *fake);

/* Commands that can be called from now on; `table` ends with an entry without a name. */
void fake_add_commands(struct fake *fake, const struct command_spec *table);

/* Makes fake->rq ready for a call without running anything, all shards held: for tests that call
 * keyspace or value functions themselves. Effects of the call before are gone. */
struct request *fake_request(struct fake *fake);

/* A key in the current database. */
struct key fake_key(struct fake *fake, const char *name);

/* Calls a command by name (subcommands as in "OBJECT", "ENCODING", "k"), checking its arity first.
 * Returns the reply as text, good until the next call. CHECKs that the command is known. */
#define fake_run(fake, ...) fake_run_words((fake), __VA_ARGS__, (const char *)NULL)
const char *fake_run_words(struct fake *fake, ...);

/* The same with arguments that may hold any bytes. */
const char *fake_run_spans(struct fake *fake, size_t argc, const struct span *argv);

/* The same with one line: words parted by blanks; "quoted words" know \" \\ \n \r \t and \xHH. */
const char *fake_line(struct fake *fake, const char *line);

/* What the last call would have put into the log, as text: the n-th rewrite ("XADD s 1-1 f v"), or
 * NULL if there are not so many. Good until the next call of this function. */
const char *fake_rewrite(struct fake *fake, size_t at);

/* How many effects of the last call name this event. */
size_t fake_events(const struct fake *fake, const char *event);

/* True if the last call recorded an effect that makes it logged. */
bool fake_is_dirty(const struct fake *fake);

/* Shows reply bytes as the text above. Returns the bytes read of one whole reply. */
size_t fake_show(struct buffer *out, struct span bytes);

#endif
