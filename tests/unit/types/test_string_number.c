/* Counters: INCR and kin, INCRBYFLOAT, INCREX: what they record and log. */
#include "tests/lib/unit/fake_request.h"
#include "tests/unit/types/other_type.h"
#include "types/generic/expire_commands.h"
#include "types/generic/key_commands.h"
#include "types/string/string_commands.h"
#include "types/string/string_counter_commands.h"
#include "types/string/string_increx_commands.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define RUN(fake, line, expected) assert_string_equal(fake_line((fake), (line)), (expected))

static struct fake *fake;

static int set_up(void **state)
{
    (void)state;
    fake = fake_new();
    fake_add_commands(fake, string_commands);
    fake_add_commands(fake, string_counter_commands);
    fake_add_commands(fake, string_increx_commands);
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

static void check_logged(const char *line, const char *reply, const char *logged)
{
    RUN(fake, line, reply);
    assert_true(fake_is_dirty(fake));
    if (!logged) {
        assert_null(fake_rewrite(fake, 0));
        return;
    }
    assert_non_null(fake_rewrite(fake, 0));
    assert_string_equal(fake_rewrite(fake, 0), logged);
    assert_null(fake_rewrite(fake, 1));
}

/* The events of the last call, in order, as one text. */
static void check_events(const char *expected)
{
    char text[256] = "";

    for (size_t i = 0; i < fake->rq.effect_count; i++) {
        if (i > 0)
            strcat(text, " ");
        strcat(text, fake->rq.effects[i].event);
    }
    assert_string_equal(text, expected);
}

static void test_counting_is_incrby_whatever_the_command(void **state)
{
    (void)state;
    check_logged("INCR n", "1", NULL);
    check_events("new incrby");
    check_logged("INCR n", "2", NULL);
    check_events("incrby");
    assert_int_equal(fake->rq.effects[0].class, EVENT_STRING);
    check_logged("DECR n", "1", NULL);
    check_events("incrby");
    check_logged("INCRBY n 5", "6", NULL);
    check_events("incrby");
    check_logged("DECRBY n 6", "0", NULL);
    check_events("incrby");
}

static void test_a_float_sum_is_logged_as_its_text(void **state)
{
    (void)state;
    check_logged("INCRBYFLOAT n 0.1", "\"0.1\"", "SET n 0.1 KEEPTTL");
    check_events("new incrbyfloat");
    check_logged("INCRBYFLOAT n 0.2", "\"0.3\"", "SET n 0.3 KEEPTTL");
    check_events("incrbyfloat");
    fake->flags = 0;
    RUN(fake, "INCRBYFLOAT n 1", "\"1.3\"");
    assert_int_equal(fake->rq.rewrite_count, 0);
}

static void test_counting_keeps_the_expiry(void **state)
{
    (void)state;
    RUN(fake, "SET n 5 PXAT 1700000005000", "OK");
    RUN(fake, "INCR n", "6");
    RUN(fake, "INCRBYFLOAT n 1.5", "\"7.5\"");
    RUN(fake, "PEXPIRETIME n", "1700000005000");
    fake->now_ms += 5001;
    RUN(fake, "INCR n", "1");
    RUN(fake, "TTL n", "-1");
}

static void test_a_failed_count_records_nothing(void **state)
{
    static const char *const lines[] = {
        "INCR s",
        "DECRBY n -9223372036854775808",
        "INCRBY n x",
        "INCRBY m 1",
        "INCRBYFLOAT s 1",
        "INCRBYFLOAT n inf",
        "INCRBYFLOAT n x",
        "INCREX s",
        "INCREX n BYFLOAT inf",
        "INCREX n ENX",
        "INCREX n EX 0",
        "INCREX n LBOUND 2 UBOUND 1",
        "INCREX m BYINT -1 LBOUND 9223372036854775807 UBOUND 9223372036854775807 SATURATE x",
        "INCREX n BYINT 1 UBOUND -9223372036854775808 SATURATE",
    };

    (void)state;
    RUN(fake, "SET s abc", "OK");
    RUN(fake, "SET n 5", "OK");
    RUN(fake, "SET m 9223372036854775807", "OK");
    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
        const char *shown = fake_line(fake, lines[i]);

        assert_int_equal(shown[0], '-');
        assert_int_equal(fake->rq.effect_count, 0);
        assert_int_equal(fake->rq.rewrite_count, 0);
    }
    RUN(fake, "GET n", "\"5\"");
    RUN(fake, "GET m", "\"9223372036854775807\"");
}

static void test_increx_is_logged_as_the_set_it_amounts_to(void **state)
{
    (void)state;
    check_logged("INCREX n BYINT 7", "[7 7]", "SET n 7 KEEPTTL");
    check_logged("INCREX n BYFLOAT 0.5", "[\"7.5\" \"0.5\"]", "SET n 7.5 KEEPTTL");
    RUN(fake, "SET n 10 EX 500", "OK");
    check_logged("INCREX n PERSIST", "[11 1]", "SET n 11");
    check_logged("INCREX n EX 100", "[12 1]", "SET n 12 PXAT 1700000100000");
    check_logged("INCREX n PX 100", "[13 1]", "SET n 13 PXAT 1700000000100");
    check_logged("INCREX n EXAT 1800000000", "[14 1]", "SET n 14 PXAT 1800000000000");
    check_logged("INCREX n PXAT 1800000000001", "[15 1]", "SET n 15 PXAT 1800000000001");
    check_logged("INCREX n EX 10 ENX", "[16 1]", "SET n 16 KEEPTTL");
    check_logged("INCREX n BYINT 100 UBOUND 20 SATURATE", "[20 4]", "SET n 20 KEEPTTL");
    check_logged("INCREX m EX 10 ENX", "[1 1]", "SET m 1 PXAT 1700000010000");
    check_logged("INCREX n EXAT 1", "[21 1]", "DEL n");
    RUN(fake, "EXISTS n", "0");
    RUN(fake, "INCREX n EXAT 1", "[1 1]");
    assert_int_equal(fake->rq.effect_count, 0);
}

static void test_increx_announces_the_count_then_the_expiry(void **state)
{
    (void)state;
    RUN(fake, "INCREX n BYINT 5", "[5 5]");
    check_events("new incrby");
    RUN(fake, "INCREX n BYFLOAT 0.5", "[\"5.5\" \"0.5\"]");
    check_events("incrbyfloat");
    RUN(fake, "SET n 10 EX 100", "OK");
    RUN(fake, "INCREX n PERSIST", "[11 1]");
    check_events("incrby persist");
    RUN(fake, "INCREX n PERSIST", "[12 1]");
    check_events("incrby");
    RUN(fake, "INCREX n EX 100", "[13 1]");
    check_events("incrby expire");
    RUN(fake, "INCREX n EX 200 ENX", "[14 1]");
    check_events("incrby");
    RUN(fake, "INCREX n EXAT 1 ENX", "[15 1]");
    check_events("incrby");
    RUN(fake, "INCREX n UBOUND 10", "[15 0]");
    check_events("");
    RUN(fake, "INCREX n EXAT 1", "[16 1]");
    check_events("del");
}

static void test_increx_floats_are_doubles_in_resp3(void **state)
{
    (void)state;
    fake->protocol = 3;
    RUN(fake, "INCREX f BYFLOAT 1.5", "[,1.5 ,1.5]");
    RUN(fake, "INCREX f BYFLOAT 1.5", "[,3 ,1.5]");
    RUN(fake, "INCREX n", "[1 1]");
}

static void test_a_counter_on_another_type_is_refused(void **state)
{
    static const char *const lines[] = {"INCR k", "DECRBY k 1", "INCRBYFLOAT k 1", "INCREX k"};

    (void)state;
    other_add(fake, "k");
    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
        RUN(fake, lines[i], "-" ERROR_WRONGTYPE);
        assert_int_equal(fake->rq.effect_count, 0);
    }
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(test_counting_is_incrby_whatever_the_command),
        CASE(test_a_float_sum_is_logged_as_its_text),
        CASE(test_counting_keeps_the_expiry),
        CASE(test_a_failed_count_records_nothing),
        CASE(test_increx_is_logged_as_the_set_it_amounts_to),
        CASE(test_increx_announces_the_count_then_the_expiry),
        CASE(test_increx_floats_are_doubles_in_resp3),
        CASE(test_a_counter_on_another_type_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
