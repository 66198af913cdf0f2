/* What the bitmap commands tell the rest of the server: events, and which calls count as changes.
 */
#include "tests/lib/unit/fake_request.h"
#include "types/bitmap/bitmap_commands.h"
#include "types/generic/expire_commands.h"
#include "types/generic/key_commands.h"
#include "types/string/string_commands.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define RUN(line, expected) assert_string_equal(fake_line(fake, (line)), (expected))

static struct fake *fake;

static int set_up(void **state)
{
    (void)state;
    fake = fake_new();
    fake_add_commands(fake, bitmap_commands);
    fake_add_commands(fake, bitfield_commands);
    fake_add_commands(fake, string_commands);
    fake_add_commands(fake, key_commands);
    fake_add_commands(fake, expire_commands);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fake_free(fake);
    return 0;
}

static void test_setbit_is_a_change_only_if_the_bit_or_the_size_changes(void **state)
{
    (void)state;
    RUN("SETBIT k 7 1", "0");
    assert_int_equal(fake_events(fake, "new"), 1);
    assert_int_equal(fake_events(fake, "setbit"), 1);
    RUN("SETBIT k 7 1", "1");
    assert_int_equal(fake->rq.effect_count, 0);
    RUN("SETBIT k 8 0", "0");
    assert_int_equal(fake_events(fake, "new"), 0);
    assert_int_equal(fake_events(fake, "setbit"), 1);
}

static void test_bitfield_sends_one_event_for_all_its_writes(void **state)
{
    (void)state;
    RUN("BITFIELD k SET u8 0 1 SET u8 8 2 INCRBY u8 0 1", "[0 0 2]");
    assert_int_equal(fake_events(fake, "new"), 1);
    assert_int_equal(fake_events(fake, "setbit"), 1);
    RUN("BITFIELD k SET u8 0 2 INCRBY u8 8 0", "[2 2]");
    assert_int_equal(fake->rq.effect_count, 0);
    RUN("BITFIELD k OVERFLOW FAIL INCRBY u8 0 255", "[nil]");
    assert_int_equal(fake->rq.effect_count, 0);
    RUN("BITFIELD k GET u8 100", "[0]");
    assert_int_equal(fake->rq.effect_count, 0);
}

/* The string is longer afterwards, so whoever follows the log must make it so, too. */
static void test_bitfield_that_only_grows_the_string_is_a_change(void **state)
{
    (void)state;
    RUN("BITFIELD k OVERFLOW FAIL SET u8 8 256", "[nil]");
    assert_true(fake_is_dirty(fake));
    RUN("STRLEN k", "2");
}

static void test_bitop_tells_whether_it_made_replaced_or_deleted_the_key(void **state)
{
    (void)state;
    RUN("SET a x", "OK");
    RUN("BITOP NOT d a", "1");
    assert_int_equal(fake_events(fake, "new"), 1);
    assert_int_equal(fake_events(fake, "set"), 1);
    RUN("BITOP NOT d a", "1");
    assert_int_equal(fake_events(fake, "overwritten"), 1);
    assert_int_equal(fake_events(fake, "set"), 1);
    RUN("BITOP OR d none", "0");
    assert_int_equal(fake_events(fake, "del"), 1);
    RUN("BITOP OR d none", "0");
    assert_int_equal(fake->rq.effect_count, 0);
}

static void test_bitop_drops_the_expiry_of_its_destination(void **state)
{
    (void)state;
    RUN("SET a x EX 100", "OK");
    RUN("BITOP OR a a", "1");
    RUN("TTL a", "-1");
}

static void test_offsets_follow_proto_max_bulk_len_except_in_a_replay(void **state)
{
    (void)state;
    fake->settings.proto_max_bulk_len = 10;
    RUN("SETBIT k 79 1", "0");
    RUN("SETBIT k 80 1", "-ERR bit offset is not an integer or out of range");
    RUN("BITFIELD k GET u8 #9", "[1]");
    RUN("BITFIELD k GET u8 #10", "-ERR bit offset is not an integer or out of range");
    fake->flags |= REQUEST_REPLAY;
    RUN("SETBIT k 80 1", "0");
    RUN("STRLEN k", "11");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_setbit_is_a_change_only_if_the_bit_or_the_size_changes,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bitfield_sends_one_event_for_all_its_writes, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_bitfield_that_only_grows_the_string_is_a_change,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_bitop_tells_whether_it_made_replaced_or_deleted_the_key, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bitop_drops_the_expiry_of_its_destination, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_offsets_follow_proto_max_bulk_len_except_in_a_replay,
                                        set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
