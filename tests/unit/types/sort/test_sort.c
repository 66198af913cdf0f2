/* SORT's order against qsort, for every part of it; patterns; and what SORT leaves behind. */
#include "core/hash/random.h"
#include "tests/lib/unit/fake_request.h"
#include "types/hash/hash_commands.h"
#include "types/list/list_commands.h"
#include "types/set/set_commands.h"
#include "types/sort/sort_commands.h"
#include "types/sort/sort_order.h"
#include "types/string/string_commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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
    fake_add_commands(fake, sort_commands);
    fake_add_commands(fake, list_push_commands);
    fake_add_commands(fake, list_read_commands);
    fake_add_commands(fake, set_member_commands);
    fake_add_commands(fake, hash_commands);
    fake_add_commands(fake, hash_expire_commands);
    fake_add_commands(fake, string_commands);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fake_free(fake);
    return 0;
}

/* --- The order. */

enum {
    ITEMS_LIMIT = 60
};

static const char *const names[] = {"a", "b", "c", "d"};

static void make_items(struct sort_item *items, size_t count, bool alpha, struct random *random)
{
    for (size_t i = 0; i < count; i++) {
        items[i].element = span_text(names[random_below(random, 4)]);
        items[i].index = i;
        if (!alpha)
            items[i].score = (double)random_below(random, 10);
        else if (random_below(random, 5) == 0)
            items[i].text = (struct span){0};
        else
            items[i].text = span_text(names[random_below(random, 4)]);
    }
}

/* MS_TEST_SEED repeats a run. */
static void test_a_part_of_the_order_is_what_it_is_in_the_whole(void **state)
{
    const char *given = getenv("MS_TEST_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    struct sort_item whole[ITEMS_LIMIT], part[ITEMS_LIMIT];
    struct random random;

    (void)state;
    print_message("MS_TEST_SEED=%llu\n", (unsigned long long)seed);
    random_init(&random, seed);
    for (int round = 0; round < 20000; round++) {
        size_t count = random_below(&random, ITEMS_LIMIT + 1);
        size_t end = random_below(&random, count + 1), begin = random_below(&random, end + 1);
        struct sort_order order = {
            .alpha = round & 1, .descending = round & 2, .by_index = round & 4};

        make_items(whole, count, order.alpha, &random);
        memcpy(part, whole, sizeof(whole));
        sort_order_apply(&order, &random, whole, count, 0, count);
        sort_order_apply(&order, &random, part, count, begin, end);
        for (size_t i = begin; i < end; i++)
            assert_int_equal(part[i].index, whole[i].index);
        for (size_t i = 1; i < count && !order.alpha; i++)
            assert_true(order.descending ? whole[i - 1].score >= whole[i].score
                                         : whole[i - 1].score <= whole[i].score);
    }
}

static void test_many_equal_items_are_ordered_too(void **state)
{
    enum {
        MANY = 20000
    };
    struct sort_item *items = calloc(MANY, sizeof(*items));
    struct sort_order order = {.alpha = true, .by_index = true};
    struct random random;

    (void)state;
    random_init(&random, 3);
    for (size_t i = 0; i < MANY; i++)
        items[i] = (struct sort_item){.text = SPAN("same"), .index = MANY - i};
    sort_order_apply(&order, &random, items, MANY, 5000, 5010);
    for (size_t i = 5000; i < 5010; i++)
        assert_int_equal(items[i].index, i + 1);
    free(items);
}

static void test_numbers_are_read_as_sort_does(void **state)
{
    double score;

    (void)state;
    assert_int_equal(sort_order_score(SPAN(""), &score), 0);
    assert_true(score == 0);
    assert_int_equal(sort_order_score(SPAN(" \t1.5"), &score), 0);
    assert_true(score == 1.5);
    assert_true(sort_order_score(SPAN("1.5 "), &score) < 0);
    assert_true(sort_order_score(SPAN("  "), &score) < 0);
    assert_true(sort_order_score(SPAN("nan"), &score) < 0);
    assert_true(sort_order_score(SPAN("1e999"), &score) < 0);
    assert_true(sort_order_score(SPAN("word"), &score) < 0);
}

/* --- What is left behind. */

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

static void test_storing_tells_what_it_replaced(void **state)
{
    (void)state;
    RUN("RPUSH l 2 1", "2");
    RUN("SORT l", "[\"1\" \"2\"]");
    assert_string_equal(events(), "");
    RUN("SORT l STORE d", "2");
    assert_string_equal(events(), "new:d sortstore:d");
    assert_true(fake_is_dirty(fake));
    assert_null(fake_rewrite(fake, 0));
    RUN("SORT l STORE d", "2");
    assert_string_equal(events(), "overwritten:d sortstore:d");
    RUN("SORT none STORE d", "0");
    assert_string_equal(events(), "del:d");
    RUN("SORT none STORE d", "0");
    assert_string_equal(events(), "");
    RUN("SET d x", "OK");
    RUN("SORT l STORE d", "2");
    assert_string_equal(events(), "overwritten:d type_changed:d sortstore:d");
    RUN("SORT l STORE l", "2");
    RUN("LRANGE l 0 -1", "[\"1\" \"2\"]");
}

static void test_an_error_stores_nothing(void **state)
{
    (void)state;
    RUN("RPUSH l 1 x", "2");
    RUN("SORT l STORE d", "-ERR One or more scores can't be converted into double");
    assert_string_equal(events(), "");
    RUN("GET d", "nil");
}

/* A key that a pattern leads to may have expired: then it is missing, and told about. */
static void test_patterns_meet_keys_that_have_expired(void **state)
{
    (void)state;
    RUN("RPUSH l 1 2", "2");
    RUN("SET w_1 5 PX 10", "OK");
    RUN("SET w_2 1", "OK");
    RUN("SORT l BY w_*", "[\"2\" \"1\"]");
    fake->now_ms += 20;
    RUN("SORT l BY w_* GET w_* GET #", "[nil \"1\" \"1\" \"2\"]");
    assert_string_equal(events(), "expired:w_1");
}

static void test_patterns_pass_over_fields_that_have_expired(void **state)
{
    (void)state;
    RUN("RPUSH l 1 2", "2");
    RUN("HSET h_1 f 5 g 1", "2");
    RUN("HSET h_2 f 1", "1");
    RUN("HPEXPIRE h_1 10 FIELDS 1 f", "[1]");
    RUN("SORT l BY h_*->f GET h_*->f", "[\"1\" \"5\"]");
    fake->now_ms += 20;
    RUN("SORT l BY h_*->f GET h_*->f", "[nil \"1\"]");
}

/* Equal weights give the same order wherever a set is sorted, so the log may hold the call. */
static void test_members_of_a_set_with_equal_weights_go_by_their_bytes(void **state)
{
    (void)state;
    RUN("SADD s delta alpha charlie bravo", "4");
    RUN("SORT s BY none_* ALPHA", "[\"alpha\" \"bravo\" \"charlie\" \"delta\"]");
    RUN("SORT s BY nosort STORE d", "4");
    RUN("LRANGE d 0 -1", "[\"alpha\" \"bravo\" \"charlie\" \"delta\"]");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_a_part_of_the_order_is_what_it_is_in_the_whole),
        TEST(test_many_equal_items_are_ordered_too),
        TEST(test_numbers_are_read_as_sort_does),
        TEST(test_storing_tells_what_it_replaced),
        TEST(test_an_error_stores_nothing),
        TEST(test_patterns_meet_keys_that_have_expired),
        TEST(test_patterns_pass_over_fields_that_have_expired),
        TEST(test_members_of_a_set_with_equal_weights_go_by_their_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
