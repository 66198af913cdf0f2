/* What the sorted set commands leave behind: events in Redis's order, what is logged, what parks.
 */
#include "tests/lib/unit/fake_request.h"
#include "types/string/string_commands.h"
#include "types/zset/zset.h"
#include "types/zset/zset_commands.h"

#include <stdio.h>

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
    fake_add_commands(fake, zset_add_commands);
    fake_add_commands(fake, zset_read_commands);
    fake_add_commands(fake, zset_range_commands);
    fake_add_commands(fake, zset_remove_commands);
    fake_add_commands(fake, zset_pop_commands);
    fake_add_commands(fake, zset_combine_commands);
    fake_add_commands(fake, string_commands);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fake_free(fake);
    return 0;
}

/* The events of the last call, "new:k zadd:k". */
static const char *events(void)
{
    static char text[256];
    size_t size = 0;

    text[0] = 0;
    for (size_t i = 0; i < fake->rq.effect_count; i++)
        size +=
            (size_t)snprintf(text + size, sizeof(text) - size, "%s%s:%.*s", i ? " " : "",
                             fake->rq.effects[i].event, SPAN_ARGS(fake->rq.effects[i].key.name));
    return text;
}

static const char *logged(void)
{
    const char *text = fake_rewrite(fake, 0);

    return text ? text : fake_is_dirty(fake) ? "as it is" : "nothing";
}

static void test_events_come_in_the_order_of_redis(void **state)
{
    static const struct {
        const char *line, *events;
    } calls[] = {
        {"ZADD z 1 a 2 b 3 c", "new:z zadd:z"},
        {"ZADD z 1 a", ""},
        {"ZADD z XX 9 nobody", ""},
        {"ZADD none XX 9 nobody", ""},
        {"ZADD z 9 a", "zadd:z"},
        {"ZADD z INCR 1 a", "zincr:z"},
        {"ZADD z INCR 0 a", ""},
        {"ZINCRBY z 1 a", "zincr:z"},
        {"ZINCRBY i 1 a", "new:i zincr:i"},
        {"ZREM z nobody", ""},
        {"ZREM i a", "zrem:i del:i"},
        {"ZRANGESTORE d z 0 0", "new:d zrangestore:d"},
        {"ZUNIONSTORE d 1 z", "overwritten:d zunionstore:d"},
        {"ZINTERSTORE d 1 z", "overwritten:d zinterstore:d"},
        {"ZDIFFSTORE d 1 z", "overwritten:d zdiffstore:d"},
        {"SET d x", "overwritten:d type_changed:d set:d"},
        {"ZUNIONSTORE d 1 z", "overwritten:d type_changed:d zunionstore:d"},
        {"ZINTERSTORE d 1 none", "del:d"},
        {"ZINTERSTORE d 1 none", ""},
        {"ZPOPMIN z", "zpopmin:z"},
        {"ZPOPMAX z 0", ""},
        {"ZPOPMAX z 9", "zpopmax:z del:z"},
        {"ZADD z 1 a 2 b 3 c 4 d 5 e", "new:z zadd:z"},
        {"ZREMRANGEBYRANK z 9 9", ""},
        {"ZREMRANGEBYRANK z 0 0", "zremrangebyrank:z"},
        {"ZREMRANGEBYSCORE z 2 2", "zremrangebyscore:z"},
        {"BZPOPMIN none z 0", "zpopmin:z"},
        {"ZMPOP 1 z MAX", "zpopmax:z"},
        {"ZREMRANGEBYLEX z - +", "zremrangebylex:z del:z"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
        fake_line(fake, calls[i].line);
        assert_string_equal(events(), calls[i].events);
    }
}

static void test_what_waits_or_chooses_a_key_is_logged_as_what_it_did(void **state)
{
    (void)state;
    fake_line(fake, "ZADD z 1 a 2 b 3 c 4 d 5 e 6 f");
    assert_string_equal(logged(), "as it is");
    fake_line(fake, "ZPOPMIN z");
    assert_string_equal(logged(), "as it is");
    fake_line(fake, "BZPOPMIN none z 0");
    assert_string_equal(logged(), "ZPOPMIN z");
    fake_line(fake, "BZPOPMAX z 0");
    assert_string_equal(logged(), "ZPOPMAX z");
    fake_line(fake, "ZMPOP 2 none z MAX COUNT 2");
    assert_string_equal(logged(), "ZPOPMAX z 2");
    fake_line(fake, "BZMPOP 0 1 z MIN COUNT 9");
    assert_string_equal(logged(), "ZPOPMIN z");
    fake_line(fake, "ZMPOP 1 z MIN");
    assert_string_equal(logged(), "nothing");
}

/* What lies between two names is not said where scores differ: another form of the set may say
 * otherwise. */
static void test_ranges_of_names_are_logged_as_ranks(void **state)
{
    static const struct {
        const char *line, *logged;
    } calls[] = {
        {"ZADD z 0 a 0 b 0 c 0 d", "as it is"},
        {"ZRANGESTORE to z [b [c BYLEX", "ZRANGESTORE to z 1 2"},
        {"ZRANGESTORE to z + - BYLEX REV LIMIT 1 2", "ZRANGESTORE to z 1 2"},
        {"ZRANGESTORE to z [x [y BYLEX", "ZRANGESTORE to z 1 0"},
        {"ZRANGESTORE to z 0 1", "as it is"},
        {"ZREMRANGEBYLEX z [b (d", "ZREMRANGEBYRANK z 1 2"},
        {"ZREMRANGEBYLEX z [x [y", "nothing"},
        {"ZREMRANGEBYSCORE z 0 0", "as it is"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        fake_line(fake, calls[i].line);
        assert_string_equal(logged(), calls[i].logged);
    }
}

static void test_without_anything_to_pop_a_call_parks_at_all_keys(void **state)
{
    (void)state;
    RUN("BZPOPMIN a b 1.5", "(waits)");
    assert_int_equal(fake->rq.wait_count, 2);
    assert_true(span_is(fake->rq.wait[1].key.name, "b"));
    assert_true(span_is(fake->rq.wait[1].lane, "zset"));
    assert_int_equal(fake->rq.wait[1].kind, WAIT_TAKE);
    assert_int_equal(fake->rq.wait_deadline_ms, fake->now_ms + 1500);
    RUN("BZMPOP 0 1 a MAX", "(waits)");
    assert_int_equal(fake->rq.wait_deadline_ms, 0);
    fake->flags |= REQUEST_NO_WAIT;
    RUN("BZPOPMAX a b 0", "nil");
    RUN("BZMPOP 0 1 a MAX", "nil");
}

static void test_who_waits_passes_over_a_key_of_another_type(void **state)
{
    (void)state;
    fake_line(fake, "SET text x");
    RUN("BZPOPMIN text 0", "-WRONGTYPE Operation against a key holding the wrong kind of value");
    fake->flags |= REQUEST_RETRY;
    RUN("BZPOPMIN text 0", "(waits)");
    fake_line(fake, "ZADD z 1 a");
    RUN("BZPOPMIN text z 0", "[\"z\" \"a\" \"1\"]");
}

static void test_a_deadline_beyond_time_is_refused(void **state)
{
    (void)state;
    RUN("BZPOPMIN z 1e300", "-ERR timeout is out of range");
    RUN("BZPOPMIN z inf", "-ERR timeout is out of range");
    RUN("BZPOPMIN z 9223372036854775", "-ERR timeout is out of range");
}

static void test_random_members_are_distinct_and_all_come(void **state)
{
    char seen[300] = {0};

    (void)state;
    for (int i = 0; i < 300; i++) {
        char line[64];

        snprintf(line, sizeof(line), "ZADD z %d %d", i, i);
        fake_line(fake, line);
    }
    for (int round = 0; round < 40; round++) {
        const char *text = fake_line(fake, round % 2 ? "ZRANDMEMBER z 50" : "ZRANDMEMBER z 200");
        char now[300] = {0};
        int found = 0, count = round % 2 ? 50 : 200;

        for (const char *at = text; *at; at++) {
            int member, size;

            if (sscanf(at, "\"%d\"%n", &member, &size) != 1)
                continue;
            assert_int_equal(now[member], 0);
            now[member] = seen[member] = 1;
            found++;
            at += size - 1;
        }
        assert_int_equal(found, count);
    }
    for (int i = 0; i < 300; i++)
        assert_int_equal(seen[i], 1);
}

static void test_a_scan_of_a_large_zset_shows_every_member(void **state)
{
    char seen[300] = {0}, line[64] = "ZSCAN z 0";
    int rounds = 0;
    unsigned long long cursor;

    (void)state;
    for (int i = 0; i < 300; i++) {
        snprintf(line, sizeof(line), "ZADD z %d %d", i, i);
        fake_line(fake, line);
    }
    snprintf(line, sizeof(line), "ZSCAN z 0");
    do {
        const char *text = fake_line(fake, line), *at;
        int member, score, size;

        assert_int_equal(sscanf(text, "[\"%llu\" [%n", &cursor, &size), 1);
        for (at = text + size; sscanf(at, "\"%d\" \"%d\"%n", &member, &score, &size) == 2;
             at += size + (at[size] == ' ')) {
            assert_int_equal(member, score);
            seen[member] = 1;
        }
        snprintf(line, sizeof(line), "ZSCAN z %llu", cursor);
        rounds++;
    } while (cursor != 0);
    for (int i = 0; i < 300; i++)
        assert_int_equal(seen[i], 1);
    assert_true(rounds > 10);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_events_come_in_the_order_of_redis),
        EACH(test_what_waits_or_chooses_a_key_is_logged_as_what_it_did),
        EACH(test_ranges_of_names_are_logged_as_ranks),
        EACH(test_without_anything_to_pop_a_call_parks_at_all_keys),
        EACH(test_who_waits_passes_over_a_key_of_another_type),
        EACH(test_a_deadline_beyond_time_is_refused),
        EACH(test_random_members_are_distinct_and_all_come),
        EACH(test_a_scan_of_a_large_zset_shows_every_member),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
