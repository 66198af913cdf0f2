/* Latency events: which samples stay, and their picture. */
#include "broker/observe/latency.h"
#include "core/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void test_of_a_second_the_longest_stays(void **state)
{
    struct latency *latency = latency_new();
    struct latency_event event;

    (void)state;
    latency_add(latency, "fork", 10, 5);
    latency_add(latency, "fork", 10, 9);
    latency_add(latency, "fork", 10, 7);
    latency_add(latency, "fork", 11, 6);
    assert_true(latency_find(latency, span_text("FORK"), &event));
    assert_int_equal(event.count, 2);
    assert_int_equal(event.samples[0].took_ms, 9);
    assert_int_equal(event.samples[1].took_ms, 6);
    assert_int_equal(event.longest_ms, 9);
    latency_free(latency);
}

static void test_the_oldest_samples_go_and_the_longest_is_remembered(void **state)
{
    struct latency *latency = latency_new();
    struct latency_event event;

    (void)state;
    latency_add(latency, "command", 1, 1000);
    for (int64_t at_s = 2; at_s < 500; at_s++)
        latency_add(latency, "command", at_s, 3);
    assert_true(latency_find(latency, span_text("command"), &event));
    assert_int_equal(event.count, LATENCY_SAMPLES);
    assert_int_equal(event.samples[0].at_s, 500 - LATENCY_SAMPLES);
    assert_int_equal(event.samples[LATENCY_SAMPLES - 1].at_s, 499);
    assert_int_equal(event.longest_ms, 1000);
    latency_free(latency);
}

static void test_events_are_forgotten_one_by_one_or_all(void **state)
{
    struct latency *latency = latency_new();
    struct latency_event event, *all;
    size_t count;

    (void)state;
    latency_add(latency, "a", 1, 1);
    latency_add(latency, "b", 1, 1);
    latency_add(latency, "c", 1, 1);
    assert_true(latency_forget(latency, span_text("b")));
    assert_false(latency_forget(latency, span_text("b")));
    assert_false(latency_find(latency, span_text("b"), &event));
    all = latency_all(latency, &count);
    assert_int_equal(count, 2);
    assert_string_equal(all[0].name, "a");
    assert_string_equal(all[1].name, "c");
    mem_free(all);
    assert_int_equal(latency_forget_all(latency), 2);
    assert_null(latency_all(latency, &count));
    latency_free(latency);
}

/* Redis 7.0.15 draws the same for these samples. */
static void test_the_picture_has_bars_with_their_age_below(void **state)
{
    struct latency_event event = {.name = "command",
                                  .longest_ms = 200,
                                  .count = 3,
                                  .samples = {{.at_s = 1000, .took_ms = 100},
                                              {.at_s = 4690, .took_ms = 30},
                                              {.at_s = 4695, .took_ms = 65}}};
    struct buffer text = {0};

    (void)state;
    latency_draw(&event, 4700, &text);
    buffer_append_byte(&text, '\0');
    assert_string_equal(text.data,
                        "command - high 100 ms, low 30 ms (all time high 200 ms)\n"
                        "-------------------------------------------------------------------------"
                        "-------\n"
                        "#  \n| _\n| |\n|_|\n   \n115\nh0s\n s \n");
    buffer_release(&text);
}

static void test_equal_samples_are_low_bars(void **state)
{
    struct latency_event event = {.name = "fork", .longest_ms = 5, .count = 1};
    struct buffer text = {0};

    (void)state;
    event.samples[0] = (struct latency_sample){.at_s = 10, .took_ms = 5};
    latency_draw(&event, 9, &text); /* a clock that was set back */
    buffer_append_byte(&text, '\0');
    assert_non_null(strstr(text.data, "-\n \n \n \n_\n \n0\ns\n"));
    buffer_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_of_a_second_the_longest_stays),
        cmocka_unit_test(test_the_oldest_samples_go_and_the_longest_is_remembered),
        cmocka_unit_test(test_events_are_forgotten_one_by_one_or_all),
        cmocka_unit_test(test_the_picture_has_bars_with_their_age_below),
        cmocka_unit_test(test_equal_samples_are_low_bars),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
