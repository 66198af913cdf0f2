/* hash_test.h - what the tests of hashes share: a stand-in for the broker with all hash commands,
 * and the events of the last call as one text. One thread, one test at a time. */
#ifndef MS_TESTS_UNIT_TYPES_HASH_HASH_TEST_H
#define MS_TESTS_UNIT_TYPES_HASH_HASH_TEST_H

#include "storage/keyspace/keyspace.h"
#include "tests/lib/unit/fake_request.h"
#include "types/generic/database_commands.h"
#include "types/generic/expire_commands.h"
#include "types/generic/key_commands.h"
#include "types/generic/object_commands.h"
#include "types/hash/hash.h"
#include "types/hash/hash_commands.h"
#include "types/string/string_commands.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define RUN(line, expected) assert_string_equal(fake_line(fake, (line)), (expected))

static struct fake *fake;

static inline int hash_test_set_up(void **state)
{
    (void)state;
    fake = fake_new();
    fake_add_commands(fake, hash_commands);
    fake_add_commands(fake, hash_read_commands);
    fake_add_commands(fake, hash_scan_commands);
    fake_add_commands(fake, hash_counter_commands);
    fake_add_commands(fake, hash_expire_commands);
    fake_add_commands(fake, hash_ex_commands);
    fake_add_commands(fake, key_commands);
    fake_add_commands(fake, database_commands);
    fake_add_commands(fake, expire_commands);
    fake_add_commands(fake, object_commands);
    fake_add_commands(fake, string_commands);
    return 0;
}

static inline int hash_test_tear_down(void **state)
{
    (void)state;
    fake_free(fake);
    return 0;
}

/* The settings under which small hashes are tables too. */
static inline void hash_test_tables_only(void)
{
    fake->settings.hash_max_listpack_entries = 0;
}

/* The events of the last call, in order. */
static inline const char *hash_test_events(void)
{
    static char text[256];
    size_t used = 0;

    text[0] = '\0';
    for (size_t i = 0; i < fake->rq.effect_count; i++)
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", i > 0 ? " " : "",
                                 fake->rq.effects[i].event);
    return text;
}

static inline void hash_test_check(const char *line, const char *reply, const char *events,
                                   const char *logged)
{
    RUN(line, reply);
    assert_string_equal(hash_test_events(), events);
    if (!logged) {
        assert_null(fake_rewrite(fake, 0));
        return;
    }
    assert_non_null(fake_rewrite(fake, 0));
    assert_string_equal(fake_rewrite(fake, 0), logged);
}

#endif
