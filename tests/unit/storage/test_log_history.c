/* Histories: whoever held the records under one of the former names may go on, up to where both
 * were the same, and no further. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "storage/log/history.h"

#include <stdio.h>
#include <string.h>

static const char *id_of(unsigned n)
{
    static char id[COMMIT_ID_SIZE + 1];

    snprintf(id, sizeof(id), "%040u", n);
    return id;
}

static struct commit_history begun(unsigned n)
{
    struct commit_history history = {0};

    memcpy(history.id, id_of(n), sizeof(history.id));
    return history;
}

static bool was(const struct commit_history *history, unsigned n, uint64_t position)
{
    return commit_history_was(history, span_text(id_of(n)), position);
}

static void test_each_former_name_holds_up_to_its_end(void **state)
{
    struct commit_history history = begun(1);

    (void)state;
    assert_false(was(&history, 1, 0)); /* it is the present one */
    commit_history_begin(&history, id_of(2), 100);
    commit_history_begin(&history, id_of(3), 100); /* nothing came between */
    commit_history_begin(&history, id_of(4), 250);
    assert_string_equal(history.id, id_of(4));
    assert_true(was(&history, 1, 100) && was(&history, 2, 100) && was(&history, 3, 250));
    assert_false(was(&history, 1, 101) || was(&history, 2, 101) || was(&history, 3, 251));
    assert_false(was(&history, 4, 250) || was(&history, 5, 0));
    assert_true(commit_history_is_sound(&history));
}

/* A crash has taken the end of the log, and with it what the later names held. */
static void test_what_is_taken_back_is_held_under_no_name(void **state)
{
    struct commit_history history = begun(1);

    (void)state;
    commit_history_begin(&history, id_of(2), 100);
    commit_history_begin(&history, id_of(3), 60);
    assert_true(was(&history, 1, 60) && was(&history, 2, 60));
    assert_false(was(&history, 1, 61) || was(&history, 2, 61));
    assert_true(commit_history_is_sound(&history));
}

/* Whom it follows goes on under a name that this one had already given up. */
static void test_a_name_that_comes_back_is_no_former_one(void **state)
{
    struct commit_history history = begun(1);

    (void)state;
    commit_history_begin(&history, id_of(2), 100);
    commit_history_begin(&history, id_of(1), 100);
    assert_string_equal(history.id, id_of(1));
    assert_int_equal(history.past_count, 1);
    assert_true(was(&history, 2, 100));
    assert_false(was(&history, 1, 0));
}

static void test_the_oldest_names_are_forgotten(void **state)
{
    struct commit_history history = begun(0);

    (void)state;
    for (unsigned n = 1; n <= COMMIT_PAST_LIMIT + 1; n++)
        commit_history_begin(&history, id_of(n), 10 * (uint64_t)n);
    assert_int_equal(history.past_count, COMMIT_PAST_LIMIT);
    assert_false(was(&history, 0, 0));
    for (unsigned n = 1; n <= COMMIT_PAST_LIMIT; n++)
        assert_true(was(&history, n, 10 * (uint64_t)(n + 1)));
}

static void test_what_is_no_history_is_told(void **state)
{
    struct commit_history history = begun(1);

    (void)state;
    assert_true(commit_history_is_sound(&history));
    history.id[3] = '-';
    assert_false(commit_history_is_sound(&history));
    history = begun(1);
    commit_history_begin(&history, id_of(2), 5);
    commit_history_begin(&history, id_of(3), 9);
    history.past[1].end = 10;
    assert_false(commit_history_is_sound(&history));
    history.past[1].end = 5;
    history.past[1].id[COMMIT_ID_SIZE - 1] = '\0';
    assert_false(commit_history_is_sound(&history));
    history.past_count = COMMIT_PAST_LIMIT + 1;
    assert_false(commit_history_is_sound(&history));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_former_name_holds_up_to_its_end),
        cmocka_unit_test(test_what_is_taken_back_is_held_under_no_name),
        cmocka_unit_test(test_a_name_that_comes_back_is_no_former_one),
        cmocka_unit_test(test_the_oldest_names_are_forgotten),
        cmocka_unit_test(test_what_is_no_history_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
