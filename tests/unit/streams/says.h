/* says.h - tests of the stream commands that read as transcripts: says(f, "XLEN s", "0"). */
#ifndef MS_TESTS_UNIT_STREAMS_SAYS_H
#define MS_TESTS_UNIT_STREAMS_SAYS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "storage/keyspace/keyspace.h"
#include "streams/append_commands.h"
#include "streams/change_commands.h"
#include "streams/read_commands.h"
#include "streams/stream.h"
#include "tests/lib/unit/fake_request.h"

/* The call gives exactly this reply, as fake_request.h shows it. */
#define says(fake, line, reply) assert_string_equal(fake_line((fake), (line)), (reply))

/* The last call would be logged as this one call; "as sent" when no rewrite was made. */
#define logged_as(fake, line)                                                                      \
    do {                                                                                           \
        assert_non_null(fake_rewrite((fake), 0));                                                  \
        assert_string_equal(fake_rewrite((fake), 0), (line));                                      \
        assert_null(fake_rewrite((fake), 1));                                                      \
    } while (0)

#define WRONGTYPE   "-WRONGTYPE Operation against a key holding the wrong kind of value"
#define BAD_ID      "-ERR Invalid stream ID specified as stream command argument"
#define SYNTAX      "-ERR syntax error"
#define NOT_INTEGER "-ERR value is not an integer or out of range"
#define NO_KEY      "-ERR no such key"
#define TOO_SMALL                                                                                  \
    "-ERR The ID specified in XADD is equal or smaller than the target stream top item"

static inline struct fake *start(void)
{
    struct fake *fake = fake_new();

    fake_add_commands(fake, stream_append_commands);
    fake_add_commands(fake, stream_change_commands);
    fake_add_commands(fake, stream_read_commands);
    keyspace_set_string(fake_request(fake), fake_key(fake, "text"), SPAN("x"), false);
    return fake;
}

/* Entries 1-0 .. n-0 of key s, field f, values v1 .. vn. */
static inline void add_entries(struct fake *fake, int count)
{
    char line[64], id[32];

    for (int i = 1; i <= count; i++) {
        snprintf(line, sizeof(line), "XADD s %d-0 f v%d", i, i);
        snprintf(id, sizeof(id), "\"%d-0\"", i);
        says(fake, line, id);
    }
}

/* The stream at key s. */
static inline struct stream *stream_s(struct fake *fake)
{
    struct buffer nothing = {0};
    struct reply out;
    void *value = NULL;

    reply_init(&out, &nothing, 2);
    keyspace_find_value(fake_request(fake), fake_key(fake, "s"), FIND_WRITE, &stream_type, &value,
                        &out);
    buffer_release(&nothing);
    return value;
}

/* Flags of the effects that the last call recorded, all together. */
static inline unsigned effects(const struct fake *fake)
{
    unsigned flags = 0;

    for (size_t i = 0; i < fake->rq.effect_count; i++)
        flags |= fake->rq.effects[i].flags;
    return flags;
}

/* --- Groups of the tests: ids that divide by `every` are referenced until dropped. */

struct test_groups {
    uint64_t every;
    size_t dropped;
};

static inline void test_groups_free(void *groups)
{
    (void)groups;
}

static inline bool test_groups_is_referenced(const void *groups, struct stream_id id)
{
    const struct test_groups *test = groups;

    return test->every && id.ms % test->every == 0;
}

static inline size_t test_groups_drop(void *groups, struct stream_id id)
{
    bool held = test_groups_is_referenced(groups, id);

    ((struct test_groups *)groups)->dropped += held;
    return held;
}

static const struct stream_group_ops test_group_ops = {.free = test_groups_free,
                                                       .is_referenced = test_groups_is_referenced,
                                                       .drop_references = test_groups_drop};

#endif
