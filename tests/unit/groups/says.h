/* says.h - tests of handlers that read as transcripts: says(fake, "XLEN s", "0"). */
#ifndef MS_TESTS_UNIT_GROUPS_SAYS_H
#define MS_TESTS_UNIT_GROUPS_SAYS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "groups/group_commands.h"
#include "streams/append_commands.h"
#include "streams/change_commands.h"
#include "streams/read_commands.h"
#include "storage/keyspace/keyspace.h"
#include "tests/lib/unit/fake_request.h"

/* The call gives exactly this reply, as fake_request.h shows it. */
#define says(fake, line, reply) assert_string_equal(fake_line((fake), (line)), (reply))

/* The reply begins like this. */
#define says_like(fake, line, beginning)                                                           \
    assert_int_equal(strncmp(fake_line((fake), (line)), (beginning), strlen(beginning)), 0)

#define WRONGTYPE "-WRONGTYPE Operation against a key holding the wrong kind of value"
#define BAD_ID    "-ERR Invalid stream ID specified as stream command argument"

static inline struct fake *start(void)
{
    struct fake *fake = fake_new();

    fake_add_commands(fake, group_commands);
    fake_add_commands(fake, group_read_commands);
    fake_add_commands(fake, group_ack_commands);
    fake_add_commands(fake, group_claim_commands);
    fake_add_commands(fake, group_pending_commands);
    fake_add_commands(fake, group_info_commands);
    fake_add_commands(fake, stream_append_commands);
    fake_add_commands(fake, stream_change_commands);
    fake_add_commands(fake, stream_read_commands);
    return fake;
}

/* A string at key "text". */
static inline void add_text(struct fake *fake)
{
    keyspace_set_string(fake_request(fake), fake_key(fake, "text"), SPAN("x"), false);
}

/* Entries 1-0 .. n-0 with field f, and group g at 0. */
static inline void add_entries(struct fake *fake, int count)
{
    char line[64];

    for (int i = 1; i <= count; i++) {
        snprintf(line, sizeof(line), "XADD s %d-0 f v%d", i, i);
        assert_string_not_equal(fake_line(fake, line), "nil");
    }
    says(fake, "XGROUP CREATE s g 0 MKSTREAM", "OK");
}

/* Flags of the effects that the last call recorded, all together. */
static inline unsigned effects(const struct fake *fake)
{
    unsigned flags = 0;

    for (size_t i = 0; i < fake->rq.effect_count; i++)
        flags |= fake->rq.effects[i].flags;
    return flags;
}

#endif
